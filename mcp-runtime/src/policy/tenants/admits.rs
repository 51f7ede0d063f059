//! Which tenants have one tool.

use std::collections::HashSet;

use crate::principal::Principal;

/// Which tenants have a tool. Where nobody set a list, all of them, and callers without one.
#[derive(Debug, Default)]
pub(crate) struct Admits(Option<Lists>);

#[derive(Debug)]
struct Lists {
    /// Whether those have it who are not named.
    others: bool,
    /// Those of whom the opposite holds.
    exceptions: HashSet<String>,
}

impl Admits {
    pub(super) fn new(others: bool, exceptions: impl Iterator<Item = String>) -> Self {
        let exceptions: HashSet<String> = exceptions.collect();
        let bound = !others || !exceptions.is_empty();
        Self(bound.then_some(Lists { others, exceptions }))
    }

    /// Whether there are callers who do not have it.
    pub(crate) fn is_bound(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a caller's tenant has it.
    pub(crate) fn admit(&self, caller: Option<&Principal>) -> bool {
        let Some(lists) = &self.0 else {
            return true;
        };
        let tenant = caller.and_then(Principal::tenant_id);
        let excepted = tenant.is_some_and(|tenant| lists.exceptions.contains(tenant));
        lists.others != excepted
    }

    /// As the manifest has it: the tenants that have the tool, where `*` is all that are not named and `!acme` is one that has not.
    pub(crate) fn spelt(&self) -> Option<Vec<String>> {
        let lists = self.0.as_ref()?;
        let mut names: Vec<&String> = lists.exceptions.iter().collect();
        names.sort_unstable();
        Some(match lists.others {
            false => names.into_iter().cloned().collect(),
            true => {
                let but = names.into_iter().map(|name| format!("!{name}"));
                std::iter::once(super::OTHERS.to_owned())
                    .chain(but)
                    .collect()
            }
        })
    }
}
