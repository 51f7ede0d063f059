//! What tools of one server share by name: the breaker of an upstream, a bucket. Made while the server is built.

use std::collections::HashMap;

use super::{breaker, rate};
use crate::store::KeySpace;

/// What was declared as shared so far, and by which tool first.
#[derive(Debug)]
pub(crate) struct Shared {
    /// What all of them are counted under.
    pub(super) keys: KeySpace,
    breakers: HashMap<&'static str, (String, breaker::Rule)>,
    buckets: HashMap<&'static str, (String, String)>,
}

impl Shared {
    pub(crate) fn new(keys: KeySpace) -> Self {
        Self {
            keys,
            breakers: HashMap::new(),
            buckets: HashMap::new(),
        }
    }

    /// The breaker a tool hangs on: its own, or the one of its upstream.
    pub(super) fn breaker(
        &mut self,
        tool: &str,
        declared: mcp_grammar::Breaker<'static>,
        problems: &mut Vec<String>,
    ) -> breaker::Rule {
        let Some(id) = declared.shared else {
            return breaker::Rule::new(tool, declared);
        };
        let new = || (tool.to_owned(), breaker::Rule::new(id, declared));
        let (first, rule) = self.breakers.entry(id).or_insert_with(new);
        if rule.declared() != declared {
            let said = rule.declared();
            problems.push(differ("breaker", id, (first, said), (tool, declared)));
        }
        rule.clone()
    }

    /// Tools that share a bucket must mean the same one.
    pub(super) fn buckets(&mut self, tool: &str, rule: &rate::Rule, problems: &mut Vec<String>) {
        for (id, text) in rule.shared() {
            let new = || (tool.to_owned(), text.clone());
            let (first, said) = self.buckets.entry(id).or_insert_with(new);
            if *said != text {
                problems.push(differ("bucket", id, (first, &*said), (tool, &text)));
            }
        }
    }
}

fn differ(
    what: &str,
    id: &str,
    (first, said): (&str, impl std::fmt::Display),
    (tool, says): (&str, impl std::fmt::Display),
) -> String {
    format!(
        "tools `{first}` and `{tool}` share the {what} `{id}` and declare it differently: `{said}` and `{says}`\n  \
         help: write the same for both, or give one of them another name after `shared`"
    )
}
