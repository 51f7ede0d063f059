//! The manifest of a server: every tool with its schemas, its policies and where each policy came from.

use std::fmt::Display;

use mcp_grammar::Policies;
use serde_json::{Map, Value, json};

use crate::policy::fingerprint;
use crate::server::Core;
use crate::server::registry::Mounted;

/// The version of the document's form.
const VERSION: u32 = 1;

/// Bytes a token has on average, in English and JSON: an estimate to compare tools by, not to bill by.
const BYTES_PER_TOKEN: usize = 4;

/// The document. Its tools are sorted by name and its members by key, so that equal servers have equal manifests.
pub(crate) fn document(core: &Core) -> Value {
    let mut tools: Vec<_> = core.tools().tools().iter().collect();
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    let tools: Vec<Value> = tools.into_iter().map(|tool| entry(tool)).collect();
    json!({
        "manifestVersion": VERSION,
        "server": {"name": core.identity.name, "version": core.identity.version},
        "tools": tools,
    })
}

fn entry(tool: &Mounted) -> Value {
    // What a client is told of the tool, and pays for with its context.
    let listed = Core::tool_json(tool);
    let tokens = listed.to_string().len().div_ceil(BYTES_PER_TOKEN);
    let mut entry = Map::new();
    for field in [
        "name",
        "title",
        "description",
        "annotations",
        "inputSchema",
        "outputSchema",
    ] {
        if let Some(value) = listed.get(field) {
            entry.insert(field.to_owned(), value.clone());
            if matches!(field, "description" | "inputSchema" | "outputSchema") {
                let hash = fingerprint(&value.to_string());
                entry.insert(format!("{field}Hash"), json!(hash));
            }
        }
    }
    entry.insert("tokens".to_owned(), json!(tokens));
    entry.insert("policies".to_owned(), policies(tool));
    entry.insert("policyHash".to_owned(), json!(tool.policies.fingerprint()));
    if !tool.def.tags.is_empty() {
        entry.insert("tags".to_owned(), json!(tool.def.tags));
    }
    Value::Object(entry)
}

fn policies(tool: &Mounted) -> Value {
    let spelt = spelt(&tool.policies.declared);
    let policies = spelt.into_iter().map(|(option, mut values)| {
        let value = match values.len() {
            1 if option != "rate" => json!(values.remove(0)),
            _ => json!(values),
        };
        let mut policy = json!({"value": value, "from": tool.policies.sources.of(option).name()});
        if let Some(declared) = tool.policies.declared_before(option) {
            policy["declared"] = json!(declared);
        }
        (option.to_owned(), policy)
    });
    Value::Object(policies.collect())
}

/// The policies as they are written in the attribute, in its order.
pub(crate) fn spelt(policies: &Policies<'_>) -> Vec<(&'static str, Vec<String>)> {
    let mut spelt = Vec::new();
    let mut add = |name, policy: Option<&dyn Display>| {
        spelt.extend(policy.map(|policy| (name, vec![policy.to_string()])));
    };
    fn shown<T: Display>(policy: &Option<T>) -> Option<&dyn Display> {
        policy.as_ref().map(|policy| policy as &dyn Display)
    }
    add("auth", shown(&policies.auth));
    add("when", shown(&policies.when));
    add("cache", shown(&policies.cache));
    add("invalidates", shown(&policies.invalidates));
    add("timeout", shown(&policies.timeout));
    add("retry", shown(&policies.retry));
    add("breaker", shown(&policies.breaker));
    add("concurrency", shown(&policies.concurrency));
    add("max_in", shown(&policies.max_in));
    add("max_out", shown(&policies.max_out));
    add("audit", shown(&policies.audit));
    add("confirm", shown(&policies.confirm));
    add("idempotency", shown(&policies.idempotency));
    add("deprecated", shown(&policies.deprecated));
    let rates: Vec<String> = policies.rate.iter().map(ToString::to_string).collect();
    if !rates.is_empty() {
        let after_who = spelt
            .iter()
            .take_while(|(name, _)| matches!(*name, "auth" | "when"));
        spelt.insert(after_who.count(), ("rate", rates));
    }
    spelt
}
