//! The manifest of a server: every tool with its schemas, its policies and where each policy came from.

use serde_json::{Map, Value, json};

use super::spelling::spelt;
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
