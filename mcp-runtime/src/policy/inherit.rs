//! Which policies hold for a tool: its own, else its list's, else its server's, and who said each.

use std::fmt;

use mcp_grammar::{List, Policies};

/// Who declared a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Tool,
    Toolset,
    Server,
    /// A server that the tool's own server is a part of.
    Host,
    /// An operator, when the server started.
    Override,
    /// Nobody: what holds is the default.
    Default,
}

/// Who declared which of one tool's policies.
#[derive(Debug)]
pub(crate) struct Sources(Vec<(&'static str, Source)>);

/// The policies that hold for one tool. `defaults` are those around it, the nearest first.
pub(super) fn inherit(
    own: &Policies<'static>,
    defaults: &[(Source, Policies<'static>)],
) -> (Policies<'static>, Sources) {
    let mut holds = *own;
    let mut layers = vec![(Source::Tool, *own)];
    for (source, default) in defaults {
        holds = holds.or(default);
        layers.push((*source, default.meant_for(own)));
    }
    let mut sources = Vec::new();
    macro_rules! said {
        ($($policy:ident),*) => {$(
            if let Some((source, _)) = layers.iter().find(|(_, layer)| layer.$policy.is_said()) {
                sources.push((stringify!($policy), *source));
            }
        )*};
    }
    mcp_grammar::each_policy!(said);
    (holds, Sources(sources))
}

impl Sources {
    /// Who declared a policy, by its name in the attribute.
    pub(crate) fn of(&self, policy: &str) -> Source {
        // Options that say more of a policy come from where it comes from.
        let policy = match policy {
            "confirm_ttl" => "confirm",
            "ttl" => "task",
            policy => policy,
        };
        let found = self.0.iter().find(|(name, _)| *name == policy);
        found.map_or(Source::Default, |(_, source)| *source)
    }

    /// An operator has set these.
    pub(super) fn override_all(&mut self, policies: impl Iterator<Item = &'static str>) {
        for policy in policies {
            let found = self.0.iter_mut().find(|(name, _)| *name == policy);
            if let Some((_, source)) = found {
                *source = Source::Override;
            }
        }
    }

    /// What a tool's own policies and the inherited ones say against each other, for the operator.
    pub(super) fn conflicts(&self, policies: &Policies<'_>) -> Vec<String> {
        let conflicts = policies.conflicts();
        let told = conflicts.iter().map(|conflict| {
            let (one, other) = conflict.options();
            let said = [Some(one), other]
                .into_iter()
                .flatten()
                .filter_map(|policy| Some((policy, self.of(policy).words()?)))
                .map(|(policy, from)| format!("\n       `{policy}` comes from {from}"));
            format!("{}{}", conflict.message(), String::from_iter(said))
        });
        told.collect()
    }
}

/// `auth (tool), timeout (server)`.
impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (policy, source)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{policy} ({})", source.name())?;
        }
        Ok(())
    }
}

impl Source {
    /// The source's name, in the manifest.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Toolset => "toolset",
            Self::Server => "server",
            Self::Host => "host",
            Self::Override => "override",
            Self::Default => "default",
        }
    }

    /// Where else than on the tool itself the operator has to look.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Tool | Self::Default => None,
            Self::Toolset => Some("the tool's list"),
            Self::Server => Some("the server's defaults"),
            Self::Host => Some("the defaults of the server it is merged into"),
            Self::Override => Some("an operator's override"),
        }
    }
}

/// A policy that may be there or not.
trait Said {
    fn is_said(&self) -> bool;
}

impl<T> Said for Option<T> {
    fn is_said(&self) -> bool {
        self.is_some()
    }
}

/// The buckets of a tool are one limit: they are inherited together or not at all.
impl<T: Copy, const N: usize> Said for List<T, N> {
    fn is_said(&self) -> bool {
        !self.is_empty()
    }
}

#[cfg(test)]
mod tests;
