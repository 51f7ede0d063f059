//! What holds for a tool's rates while the store of their counts is away and they do not say it.

use crate::{Auth, Cost, Leaf, OnError, Policies};

impl Policies<'_> {
    /// What happens to the tool's calls while the store of the counts of its rates is away, where a rate has no `on_error`.
    ///
    /// `closed` where abuse costs more than an outage: where the tool destroys, where a call has a price (`cost`), and where each way through
    /// `auth` asks for a scope or a role whose name ends in `admin`. Else `local`.
    ///
    /// ```
    /// use mcp_grammar::{Auth, OnError, Policies};
    ///
    /// let mut policies = Policies::new();
    /// assert_eq!(policies.on_error(), OnError::Local);
    /// policies.auth = Some(Auth::new("crm:admin"));
    /// assert_eq!(policies.on_error(), OnError::Closed);
    /// ```
    pub fn on_error(&self) -> OnError {
        let priced = self.rate.iter().any(|rate| rate.cost != Cost::Fixed(1));
        let dear =
            priced || self.destructive == Some(true) || self.auth.as_ref().is_some_and(for_admins);
        if dear {
            OnError::Closed
        } else {
            OnError::Local
        }
    }
}

/// Whether each way through asks for something that only admins have.
fn for_admins(auth: &Auth<'_>) -> bool {
    let is_admin = |leaf: &Leaf<'_>| match leaf {
        Leaf::Scope(name) | Leaf::Role(name) => name.to_ascii_lowercase().ends_with("admin"),
        Leaf::User | Leaf::Claim { .. } => false,
    };
    let ways = auth.branches();
    ways.iter().all(|way| way.iter().any(is_admin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rate;

    #[test]
    fn what_only_admins_may_call_is_closed() {
        let closed = |auth| {
            let mut policies = Policies::new();
            policies.auth = Some(Auth::new(auth));
            policies.on_error() == OnError::Closed
        };
        for auth in ["admin", "crm:admin & user", "role:Admin | superadmin"] {
            assert!(closed(auth), "{auth}");
        }
        for auth in [
            "none",
            "user",
            "admin:read",
            "crm:write | admin",
            "claim:is=admin",
        ] {
            assert!(!closed(auth), "{auth}");
        }
    }

    #[test]
    fn what_destroys_or_has_a_price_is_closed() {
        let mut policies = Policies::new();
        policies.rate = policies.rate.push(Rate::new("10/s"));
        assert_eq!(policies.on_error(), OnError::Local);
        policies.destructive = Some(true);
        assert_eq!(policies.on_error(), OnError::Closed);
        policies.destructive = Some(false);
        policies.rate = policies.rate.push(Rate::new("10/m cost len(arg.ids)"));
        assert_eq!(policies.on_error(), OnError::Closed);
    }
}
