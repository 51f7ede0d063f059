//! What an operator sets for tenants, at boot and for all to see: which tools each has, and how often it may call them.
//!
//! Refuses what names nothing that is served, a rate that counts by something else than the tenant, and one that loosens what is declared without
//! being told that loosening is meant. Keeps no state: the buckets are those of `rate`.

mod admits;
mod rates;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::admits::Admits;
pub(crate) use self::rates::Rates;

/// The entry for every tenant that has none, and for callers without a tenant.
const OTHERS: &str = "*";

/// The `tenants` of an operator's file, by their names.
///
/// ```json
/// {"acme": {"tools": ["search", "crm.*", "tag:reports"], "rate": {"search": "100/min"}}, "*": {"tools": ["search"]}}
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tenants(BTreeMap<String, Tenant>);

/// One tenant's. What it leaves out, the entry of the others says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tenant {
    /// Names, beginnings of names with `*` after them, and `tag:..`. Without a list there is no bound.
    tools: Option<Vec<String>>,
    /// By the tool's name: a rate, or several.
    #[serde(default)]
    rate: BTreeMap<String, Value>,
    /// The tools whose rate may be looser than what is declared, as the file says that sets it.
    #[serde(skip)]
    looser: BTreeSet<String>,
}

/// Something that is served, by the words that an operator has for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    /// The name of what it runs in the service of: its own, but for what lists and completes.
    pub(crate) of: &'a str,
    pub(crate) tags: &'a [&'static str],
}

impl Tenants {
    /// Adds another file's; of two that set the same, the later one counts.
    pub(super) fn extend(&mut self, later: Self, allow_relax: bool) {
        for (name, Tenant { tools, rate, .. }) in later.0 {
            let tenant = self.0.entry(name).or_default();
            if tools.is_some() {
                tenant.tools = tools;
            }
            for tool in rate.keys() {
                match allow_relax {
                    true => drop(tenant.looser.insert(tool.clone())),
                    false => drop(tenant.looser.remove(tool)),
                }
            }
            tenant.rate.extend(rate);
        }
    }

    /// Which tenants have something, by its name and its tags.
    pub(crate) fn admits(&self, name: &str, tags: &[&str]) -> Admits {
        let on = |list: &Vec<String>| list.iter().any(|pattern| fits(pattern, name, tags));
        let others = self.0.get(OTHERS).and_then(|it| it.tools.as_ref()).map(on);
        let others = others.unwrap_or(true);
        let tenants = self.0.iter().filter(|(tenant, _)| *tenant != OTHERS);
        let exceptions = tenants.filter(|(_, entry)| {
            let has = entry.tools.as_ref().map_or(others, on);
            has != others
        });
        Admits::new(others, exceptions.map(|(tenant, _)| tenant.clone()))
    }

    /// What is wrong with the names in it, given all that is served.
    pub(crate) fn problems(&self, served: &[(&str, &[&'static str])]) -> Vec<String> {
        let is_served = |pattern: &str| {
            let mut served = served.iter();
            pattern == OTHERS || served.any(|(name, tags)| fits(pattern, name, tags))
        };
        let is_named = |tool: &str| served.iter().any(|(name, _)| *name == tool);
        let mut problems = Vec::new();
        for (tenant, entry) in &self.0 {
            if tenant.is_empty() {
                problems.push(format!(
                    "the tenants have one without a name\n  help: write the tenant's name, or `{OTHERS}` for all that have no entry"
                ));
            }
            for pattern in entry.tools.iter().flatten() {
                if !is_served(pattern) {
                    problems.push(format!(
                        "`{pattern}` in the tools of tenant `{tenant}` is nothing that the server has\n  help: write a name as `list` shows it, the beginning of several with `*` after it, or `tag:` and a tag"
                    ));
                }
            }
            for tool in entry.rate.keys().filter(|tool| !is_named(tool)) {
                problems.push(format!(
                    "the rates of tenant `{tenant}` name the tool `{tool}`, which the server does not have\n  help: `list` shows the names, namespaces included"
                ));
            }
        }
        problems
    }

    /// Says in the log what each tenant has.
    pub(crate) fn announce(&self) {
        for (tenant, entry) in &self.0 {
            if let Some(tools) = &entry.tools {
                tracing::info!(tenant, ?tools, "an operator's list of what a tenant has");
            }
        }
    }

    /// The rates that are set for one tool, by tenant, and whether each may be looser than what is declared.
    fn rates(&self, tool: &str) -> impl Iterator<Item = (&str, &Value, bool)> {
        let entries = self.0.iter();
        entries.filter_map(move |(tenant, entry)| {
            let looser = entry.looser.contains(tool);
            Some((tenant.as_str(), entry.rate.get(tool)?, looser))
        })
    }
}

/// Whether a name or a tag is meant by what an operator wrote.
fn fits(pattern: &str, name: &str, tags: &[&str]) -> bool {
    if let Some(tag) = pattern.strip_prefix("tag:") {
        return tags.contains(&tag);
    }
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}
