//! `list`: tools, resources and prompts, for a person or as JSON.

use mcp_grammar::Policies;
use serde_json::{Value, json};

use super::table::table;
use super::terminal::{pretty, print, say};
use crate::error::Result;
use crate::kind::Kind;
use crate::policy;
use crate::server::registry::Mounted;
use crate::server::{Core, Server};

/// How much of a description a table shows.
const DESCRIPTION: usize = 60;

pub(super) fn list(server: Server, as_json: bool) -> Result<()> {
    let core = server.build()?;
    if let Some(withheld) = core.withheld() {
        say(&format!("note: {withheld}"));
    }
    let text = match as_json {
        true => tools_json(&core),
        false => tools_table(&core),
    };
    print(&text)
}

fn tools_json(core: &Core) -> String {
    let listed = core.listed(core.principal.as_deref());
    let tools: Vec<Value> = listed.map(Core::tool_json).collect();
    let mut lists = json!({ "tools": tools });
    for mounted in core.listed_besides(core.principal.as_deref()) {
        let list = &mut lists[format!("{}s", mounted.kind.noun())];
        let listed = core.listed_json(mounted);
        match list {
            Value::Array(list) => list.push(listed),
            list => *list = json!([listed]),
        }
    }
    pretty(&lists)
}

fn tools_table(core: &Core) -> String {
    let mut rows = vec![["NAME", "DESCRIPTION", "ANNOTATIONS", "POLICIES"].map(str::to_owned)];
    let caller = core.principal.as_deref();
    rows.extend(
        core.listed(caller)
            .chain(core.listed_besides(caller))
            .map(row),
    );
    table(&rows)
}

fn row(tool: &Mounted) -> [String; 4] {
    let policies = &tool.policies.declared;
    [
        tool.name.to_string(),
        summary(tool.def.description),
        match tool.kind {
            Kind::Tool => annotations(policies).join(", "),
            kind => kind.noun().to_owned(),
        },
        spelt(policies).join(", "),
    ]
}

/// The first line of a description, cut where it is long.
fn summary(description: &str) -> String {
    let line = description.lines().next().unwrap_or_default();
    match line.chars().count() > DESCRIPTION {
        false => line.to_owned(),
        true => line.chars().take(DESCRIPTION - 1).chain(['…']).collect(),
    }
}

fn annotations(policies: &Policies<'_>) -> Vec<&'static str> {
    let Policies {
        read_only,
        destructive,
        idempotent,
        open_world,
        ..
    } = *policies;
    [
        ("read_only", read_only),
        ("destructive", destructive == Some(true)),
        ("idempotent", idempotent),
        ("open_world", open_world == Some(true)),
    ]
    .into_iter()
    .filter_map(|(name, holds)| holds.then_some(name))
    .collect()
}

/// The policies as they are written in the attribute.
fn spelt(policies: &Policies<'_>) -> Vec<String> {
    let spelt = policy::spelt(policies).into_iter();
    let spelt = spelt.flat_map(|(name, values)| {
        values
            .into_iter()
            .map(move |value| format!("{name} = \"{value}\""))
    });
    spelt.collect()
}
