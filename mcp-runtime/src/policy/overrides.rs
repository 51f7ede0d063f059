//! What an operator sets in place of what a tool declares: numbers alone, at boot, and for all to see.
//!
//! Refuses to switch a policy on or off, to name a tool or a policy that is not there, and to loosen anything without being told that loosening is
//! meant. Keeps no state.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mcp_grammar::{Breaker, Cache, Concurrency, Error, List, Policies, Rate, Retry, Size, Timeout};
use serde::Deserialize;
use serde_json::Value;

use super::tenants::Tenants;
use crate::error::ServerError;
use crate::manifest::{Class, direction, spelt};

/// An operator's file.
///
/// ```json
/// {"allow_relax": false, "tools": {"search": {"rate": ["5/s per caller"], "timeout": "2s"}}, "tenants": {"acme": {"tools": ["search"]}}}
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    /// Whether an override may allow what the declared policy does not.
    #[serde(default)]
    pub(super) allow_relax: bool,
    #[serde(default)]
    tools: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    pub(crate) tenants: Tenants,
}

/// Where an operator's overrides come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Text(String),
    /// Read when the server is built.
    File(PathBuf),
}

impl Source {
    fn read(&self) -> Result<Overrides, ServerError> {
        let path = match self {
            Self::Text(text) => return Overrides::read(text),
            Self::File(path) => path,
        };
        let about = |what: &str| format!("the policy overrides `{}` {what}", path.display());
        let text = std::fs::read_to_string(path)
            .map_err(|error| ServerError::because(about("cannot be read"), error))?;
        Overrides::read(&text).map_err(|error| ServerError::because(about("cannot be used"), error))
    }
}

/// What was declared, for each policy that an operator set.
pub(crate) type Declared = Vec<(&'static str, Vec<String>)>;

impl Overrides {
    fn read(text: &str) -> Result<Self, ServerError> {
        serde_json::from_str(text).map_err(|error| {
            ServerError::because(
                "the policy overrides are not of the form {\"allow_relax\": false, \"tools\": {\"search\": {\"rate\": \"5/s\"}}}",
                error,
            )
        })
    }

    /// Several together; of two that set the same, the later one counts.
    pub(crate) fn read_all(sources: &[Source]) -> Result<Self, ServerError> {
        let mut all = Self::default();
        for source in sources {
            let Self {
                allow_relax,
                tools,
                tenants,
            } = source.read()?;
            all.allow_relax |= allow_relax;
            for (tool, policies) in tools {
                all.tools.entry(tool).or_default().extend(policies);
            }
            all.tenants.extend(tenants);
        }
        Ok(all)
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
        for (option, value) in self.tools.get(tool).into_iter().flatten() {
            let Some((option, old)) = before.iter().find(|(name, _)| name == option) else {
                problems.push(format!(
                    "the override of `{option}` for tool `{tool}` has nothing to stand in for\n  help: an override sets the numbers of a policy that is declared; declare it on the tool"
                ));
                continue;
            };
            let old_value = match old.as_slice() {
                [one] if *option != "rate" => Value::from(one.as_str()),
                several => Value::from(several),
            };
            let new_value = match value {
                Value::String(text) if *option == "rate" => Value::from(vec![text.as_str()]),
                value => value.clone(),
            };
            let mut changed = *policies;
            if let Err(why) = set(&mut changed, option, &new_value) {
                problems.push(format!(
                    "the override of `{option}` for tool `{tool}` cannot be read: {why}"
                ));
                continue;
            }
            let class = direction(option, Some(&old_value), Some(&new_value));
            if class == Class::Relaxed && !self.allow_relax {
                problems.push(format!(
                    "the override of `{option}` for tool `{tool}` loosens `{}` to {value}\n  help: if that is meant, set \"allow_relax\": true in the overrides",
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

fn set(policies: &mut Policies<'static>, option: &str, value: &Value) -> Result<(), String> {
    fn said(error: Error<'static>) -> String {
        error.to_string()
    }
    if option == "rate" {
        let texts = value.as_array().into_iter().flatten();
        let mut rates = List::new(Rate::new("1/s"));
        for text in texts {
            let text = kept(text)?;
            if !rates.try_push(Rate::parse(text).map_err(said)?) {
                return Err("there are too many buckets".to_owned());
            }
        }
        policies.rate = rates;
        return Ok(());
    }
    let text = kept(value)?;
    match option {
        "cache" => policies.cache = Some(Cache::parse(text).map_err(said)?),
        "timeout" => policies.timeout = Some(Timeout::parse(text).map_err(said)?),
        "retry" => policies.retry = Some(Retry::parse(text).map_err(said)?),
        "breaker" => policies.breaker = Some(Breaker::parse(text).map_err(said)?),
        "concurrency" => policies.concurrency = Some(Concurrency::parse(text).map_err(said)?),
        "max_in" => policies.max_in = Some(Size::parse(text).map_err(said)?),
        "max_out" => policies.max_out = Some(Size::parse(text).map_err(said)?),
        _ => return Err("it has no numbers; change it where it is declared".to_owned()),
    }
    Ok(())
}

/// The text for as long as the process lives, as the policies of a program do. There are as many as the operator wrote.
pub(super) fn kept(value: &Value) -> Result<&'static str, String> {
    match value.as_str() {
        Some(text) => Ok(Box::leak(text.to_owned().into_boxed_str())),
        None => Err("write it as a text, as in the attribute".to_owned()),
    }
}
