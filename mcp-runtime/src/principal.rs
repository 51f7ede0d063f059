//! Who is calling.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::store::{Key, KeySpace};

/// The party a call is made for: what authorization decides on and what limits and caches are keyed by.
///
/// On HTTP it comes from a verified token; on stdio it is the server's
/// [`local_principal`](crate::Server::local_principal); in tests it is whatever the test says.
///
/// Two principals are the same caller when issuer, subject and tenant agree. A token's text plays no part,
/// so rotating a token resets no limit.
///
/// ```
/// use mcp_runtime::Principal;
///
/// let ada = Principal::new("https://id.example.com", "ada").scope("crm:read").role("editor");
/// assert!(ada.has_scope("crm:read"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    issuer: String,
    subject: String,
    tenant: Option<String>,
    client_id: Option<String>,
    scopes: BTreeSet<String>,
    roles: BTreeSet<String>,
    claims: Map<String, Value>,
    key: Memo,
}

/// The key of a caller in the key space that asked for it first: it is asked for with each call that is counted, and stays the same.
#[derive(Default)]
struct Memo(OnceLock<Box<(KeySpace, Key)>>);

/// A copy may become another caller.
impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What is known of a caller makes it no other one.
impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Memo {}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}

impl Principal {
    /// A caller known to `issuer` as `subject`, with no scope, role or claim.
    #[must_use]
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            subject: subject.into(),
            tenant: None,
            client_id: None,
            scopes: BTreeSet::new(),
            roles: BTreeSet::new(),
            claims: Map::new(),
            key: Memo::default(),
        }
    }

    /// A caller on this machine, known by a name: what a stdio server serves.
    #[must_use]
    pub fn local(subject: impl Into<String>) -> Self {
        Self::new("local", subject)
    }

    /// Grants one scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.insert(scope.into());
        self
    }

    /// Grants several scopes.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Gives a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.insert(role.into());
        self
    }

    /// Sets the tenant the caller belongs to.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self.key = Memo::default();
        self
    }

    /// The caller in no tenant.
    #[cfg(feature = "auth")]
    pub(crate) fn without_tenant(mut self) -> Self {
        self.tenant = None;
        self.key = Memo::default();
        self
    }

    /// Sets the OAuth client the caller uses.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Adds a claim.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// What counts know the caller by: issuer, subject and tenant, neither a session nor a token. A new one of either must not bring a fresh
    /// allowance.
    pub(crate) fn key(&self, space: &KeySpace) -> Key {
        let made = || {
            let key = space.key("caller").text(&self.issuer).text(&self.subject);
            key.optional(self.tenant.as_deref()).finish()
        };
        let memo = || Box::new((space.clone(), made()));
        match &**self.key.0.get_or_init(memo) {
            (of, key) if of == space => *key,
            _ => made(),
        }
    }

    /// Who vouches for the subject.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The caller's name at the issuer.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The tenant, if the caller has one.
    pub fn tenant_id(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The OAuth client, if it is known.
    pub fn client(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The granted scopes, sorted.
    pub fn granted_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// The roles, sorted.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(String::as_str)
    }

    /// Whether exactly this scope is granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Whether the caller has exactly this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// All claims, read into a type.
    pub(crate) fn claims_as<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        T::deserialize(&self.claims)
    }

    /// The claim at a dotted path: `org.id`.
    pub fn claim_at(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.claims.get(path) {
            return Some(value);
        }
        let mut segments = path.split('.');
        let mut value = self.claims.get(segments.next()?)?;
        for segment in segments {
            value = value.as_object()?.get(segment)?;
        }
        Some(value)
    }
}

/// The caller, as a tool's parameter.
///
/// A tool may take `Caller` where its `auth` guarantees one; elsewhere it takes `Option<Caller>`.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Say who is asking.
/// #[tool(read_only, auth = "user")]
/// async fn whoami(caller: Caller) -> String {
///     caller.subject().to_owned()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Caller(pub(crate) Arc<Principal>);

impl std::ops::Deref for Caller {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_counted_by_issuer_subject_and_tenant_in_each_key_space() {
        let (one, two) = (KeySpace::derived(b"one"), KeySpace::derived(b"two"));
        let ada = || Principal::new("dev", "ada");
        let key = ada().key(&one);
        let same = ada().scope("a").role("b").claim("c", 1).client_id("d");
        assert_eq!(same.key(&one), key);
        for other in [
            Principal::new("dev", "bob"),
            Principal::new("de", "vada"),
            Principal::new("prod", "ada"),
            ada().tenant(""),
        ] {
            assert_ne!(other.key(&one), key, "{other:?}");
        }
        // One that was asked for before, in another space or of whom it was then.
        let asked = ada();
        assert_eq!(asked.key(&one), key);
        assert_ne!(asked.key(&two), key);
        assert_eq!(asked.key(&one), key);
        assert_ne!(asked.clone().tenant("acme").key(&one), key);
        assert_ne!(asked.tenant("acme").key(&one), key);
    }
}
