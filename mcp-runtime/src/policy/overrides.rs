//! What an operator sets in place of what a tool declares: numbers alone, at boot, and for all to see.
//!
//! Refuses to switch a policy on or off, to change what is no number of it, to name a tool or a policy that is not there, and to loosen anything
//! without being told that loosening is meant. Keeps no state.

mod shape;

use std::collections::BTreeMap;
use std::path::PathBuf;

use mcp_grammar::{List, Policies, Rate};
use serde::Deserialize;
use serde_json::Value;

use super::tenants::Tenants;
use super::{Direction, Side, direction, spelt};
use crate::error::ServerError;

/// What operators set, by tool and by policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    tools: BTreeMap<String, BTreeMap<String, Set>>,
    pub(crate) tenants: Tenants,
}

/// What stands in for one policy.
#[derive(Debug, Clone)]
struct Set {
    value: Value,
    /// Whether it may allow what the declared policy does not.
    allow_relax: bool,
}

/// The policies that have numbers.
const NUMBERS: [&str; 8] = [
    "rate",
    "cache",
    "timeout",
    "retry",
    "breaker",
    "concurrency",
    "max_in",
    "max_out",
];

/// An operator's file.
///
/// ```json
/// {"allow_relax": false, "tools": {"search": {"rate": ["5/s per caller"], "timeout": "2s"}}, "tenants": {"acme": {"tools": ["search"]}}}
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Whether an override of this file may allow what the declared policy does not.
    #[serde(default)]
    allow_relax: bool,
    #[serde(default)]
    tools: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    tenants: Tenants,
}

/// Where an operator's overrides come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Text(String),
    /// Read when the server is built.
    File(PathBuf),
}

impl Source {
    fn read(&self) -> Result<File, ServerError> {
        let path = match self {
            Self::Text(text) => return File::read(text),
            Self::File(path) => path,
        };
        let about = |what: &str| format!("the policy overrides `{}` {what}", path.display());
        let text = std::fs::read_to_string(path)
            .map_err(|error| ServerError::because(about("cannot be read"), error))?;
        File::read(&text).map_err(|error| ServerError::because(about("cannot be used"), error))
    }
}

/// What was declared, for each policy that an operator set.
pub(crate) type Declared = Vec<(&'static str, Vec<String>)>;

impl File {
    fn read(text: &str) -> Result<Self, ServerError> {
        serde_json::from_str(text).map_err(|error| {
            ServerError::because(
                "the policy overrides are not of the form {\"allow_relax\": false, \"tools\": {\"search\": {\"rate\": \"5/s\"}}}",
                error,
            )
        })
    }
}

impl Overrides {
    /// Several together; of two that set the same, the later one counts. Each is held to its own word on loosening. Those that cannot be read are
    /// told of.
    pub(crate) fn read_all(sources: &[Source], problems: &mut Vec<String>) -> Self {
        let mut all = Self::default();
        for source in sources {
            let file = source.read();
            let Ok(file) = file.map_err(|error| problems.push(error.to_string())) else {
                continue;
            };
            let File {
                allow_relax,
                tools,
                tenants,
            } = file;
            for (tool, policies) in tools {
                let policies = policies.into_iter().map(|(option, value)| {
                    let set = Set { value, allow_relax };
                    (option, set)
                });
                all.tools.entry(tool).or_default().extend(policies);
            }
            all.tenants.extend(tenants, allow_relax);
        }
        all
    }

    /// The names of tools that are in the file and not in the server.
    pub(crate) fn unknown(&self, is_known: impl Fn(&str) -> bool) -> Vec<&str> {
        let names = self.tools.keys().map(String::as_str);
        names.filter(|name| !is_known(name)).collect()
    }

    /// Sets what the operator sets for one tool, and says what was declared.
    pub(super) fn apply(
        &self,
        tool: &str,
        policies: &mut Policies<'static>,
        problems: &mut Vec<String>,
    ) -> Declared {
        let mut declared = Declared::new();
        let before = spelt(policies);
        for (option, Set { value, allow_relax }) in self.tools.get(tool).into_iter().flatten() {
            let mut refuse = |why: &str| {
                problems.push(format!(
                    "the override of `{option}` for tool `{tool}` {why}"
                ));
            };
            let Some((option, old)) = before.iter().find(|(name, _)| name == option) else {
                refuse(
                    "has nothing to stand in for\n  help: an override sets the numbers of a policy that is declared; declare it on the tool",
                );
                continue;
            };
            let Some(new) = texts(option, value) else {
                refuse("cannot be read: write it as a text, as in the attribute");
                continue;
            };
            let changed = match set(policies, option, &new) {
                Ok(changed) => changed,
                Err(why) => {
                    refuse(&format!("cannot be used: {why}"));
                    continue;
                }
            };
            let side = |texts, tool| Side {
                texts: Some(texts),
                tool,
            };
            let was = old.iter().map(String::as_str).collect();
            let direction = direction(option, &side(was, policies), &side(new, &changed));
            if direction == Direction::Relaxed && !allow_relax {
                refuse(&format!(
                    "loosens `{}` to {value}\n  help: if that is meant, set \"allow_relax\": true in the overrides",
                    old.join("`, `")
                ));
                continue;
            }
            tracing::info!(tool, policy = option, declared = ?old, now = %value, "an operator's override");
            *policies = changed;
            declared.push((option, old.clone()));
        }
        declared
    }
}

/// The policies with one of them set, where the text is understood and changes numbers alone.
fn set(
    policies: &Policies<'static>,
    option: &str,
    texts: &[&str],
) -> Result<Policies<'static>, String> {
    if !NUMBERS.contains(&option) {
        return Err("it has no numbers; change it where it is declared".to_owned());
    }
    let mut changed = *policies;
    changed.rate = match option {
        "rate" => List::new(Rate::new("1/s")),
        _ => policies.rate,
    };
    for text in texts {
        changed
            .read(option, kept(text))
            .map_err(|error| error.to_string())?;
    }
    match shape::difference(policies, &changed) {
        None => Ok(changed),
        Some(what) => Err(format!(
            "it sets {what}, which is no number; an override has the numbers alone, and everything else as it is declared"
        )),
    }
}

/// The text for as long as the process lives, as the policies of a program do. There are as many as the operator wrote.
pub(super) fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// What an override says: a text, or of `rate` a list of them.
fn texts<'a>(option: &str, value: &'a Value) -> Option<Vec<&'a str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) if option == "rate" => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
