//! The manifest of a server: every tool, resource and prompt with its schemas, its policies and where each policy came from.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::compare::RATE_FOR;
use crate::kind::Kind;
use crate::policy::{Source, fingerprint, spelt};
use crate::server::Core;
use crate::server::registry::Mounted;

/// The version of the document's form.
const VERSION: u32 = 1;

/// Bytes a token has on average, in English and JSON: an estimate to compare tools by, not to bill by.
const BYTES_PER_TOKEN: usize = 4;

/// The document. What it lists is sorted by name and its members by key, so that equal servers have equal manifests.
pub(crate) fn document(core: &Core) -> Value {
    let mut document = json!({
        "manifestVersion": VERSION,
        "server": {"name": core.identity.name, "version": core.identity.version},
        "tools": entries(core, Kind::Tool),
    });
    for (list, kind) in [("resources", Kind::Resource), ("prompts", Kind::Prompt)] {
        let entries = entries(core, kind);
        if !entries.is_empty() {
            document[list] = Value::from(entries);
        }
    }
    let implies = implies(core);
    if !implies.is_empty() {
        document["implies"] = Value::from(implies);
    }
    document
}

/// Which scopes include which, of the server and of each that is merged into it, by name.
fn implies(core: &Core) -> Vec<Value> {
    let homes = core.tools().all().map(|mounted| &*mounted.home);
    let homes = homes.chain([&*core.home]);
    let homes: BTreeMap<_, _> = homes.map(|home| (&home.namespace, &home.implies)).collect();
    let mut entries = Vec::new();
    for (namespace, implies) in homes {
        let scopes: BTreeMap<_, _> = implies.iter().collect();
        entries.extend(scopes.into_iter().map(|(scope, includes)| match namespace {
            None => json!({"scope": scope, "includes": includes}),
            Some(server) => json!({"server": server, "scope": scope, "includes": includes}),
        }));
    }
    entries
}

fn entries(core: &Core, kind: Kind) -> Vec<Value> {
    let all = core.tools().all();
    let mut all: Vec<_> = all.filter(|mounted| mounted.kind == kind).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.into_iter()
        .map(|mounted| entry(core, mounted))
        .collect()
}

fn entry(core: &Core, tool: &Mounted) -> Value {
    // What a client is told of it, and pays for with its context.
    let mut listed = core.listed_json(tool);
    let tokens = listed.to_string().len().div_ceil(BYTES_PER_TOKEN);
    if tool.kind != Kind::Tool {
        // The name under which policies, records and figures have it, and what its arguments may be.
        listed["name"] = json!(tool.name);
        listed["inputSchema"] = json!(tool.input.json);
    }
    let mut entry = Map::new();
    for field in [
        "name",
        "title",
        "description",
        "annotations",
        "inputSchema",
        "outputSchema",
        "mimeType",
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
    if !tool.tags.is_empty() {
        entry.insert("tags".to_owned(), json!(tool.tags));
    }
    Value::Object(entry)
}

fn policies(tool: &Mounted) -> Value {
    let spelt = spelt(&tool.policies.declared);
    let visible = tool.def.visible_always.then(|| {
        let policy = json!({"value": "always", "from": "tool"});
        ("visible".to_owned(), policy)
    });
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
    let mut policies: Map<String, Value> = policies.chain(visible).collect();
    if let Some(tenants) = tool.policies.tenants.spelt() {
        let set = json!({"value": tenants, "from": Source::Override.name()});
        policies.insert("tenants".to_owned(), set);
    }
    for (tenant, rates) in tool.policies.tenant_rates.spelt() {
        let set = json!({"value": rates, "from": Source::Override.name()});
        policies.insert(format!("{RATE_FOR}{tenant}"), set);
    }
    Value::Object(policies)
}
