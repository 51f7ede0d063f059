//! What has to fit together when a server is built: what the compiler could not see, because a list or the server declared it for the tool, because
//! a policy is a constant of its own, because the arguments are the fields of a struct, or because no attribute wrote the tool's definition.

mod headers;

use mcp_grammar::{Conflict, LONGEST_NAME, Prose, stranger_in_name};

use super::redaction;
use crate::kind::Kind;
use crate::server::registry::Mounted;

/// Everything about a tool that does not fit, each in a text of its own.
pub(crate) fn problems(tool: &Mounted) -> Vec<String> {
    if matches!(tool.kind, Kind::Listing | Kind::Completion) {
        // What it serves is held to account itself.
        return Vec::new();
    }
    let problems = conflicts(tool)
        .chain(name(tool))
        .chain(description(tool))
        .chain(headers::problems(tool))
        .chain(arguments(tool));
    problems.collect()
}

/// The other contradictions are found where the policies are inherited; this one needs to know the tool's parameters.
fn conflicts(tool: &Mounted) -> impl Iterator<Item = String> {
    let mut policies = tool.policies.declared;
    policies.takes_caller = tool.takes_caller();
    let conflicts = policies.conflicts().into_iter();
    conflicts
        .filter(|conflict| *conflict == Conflict::PublicCaller)
        .map(|conflict| {
            let lines: Vec<&str> = conflict.message().lines().map(str::trim).collect();
            let (name, place) = (&tool.name, tool.def.location);
            format!(
                "{} `{name}` ({place}): {}",
                tool.kind.noun(),
                lines.join("\n  ")
            )
        })
}

/// A namespace is a part of the name that no attribute has seen.
fn name(tool: &Mounted) -> Option<String> {
    let Mounted { name, def, .. } = tool;
    if tool.kind != Kind::Tool {
        return None;
    }
    let problem = match stranger_in_name(name) {
        Some(c) => format!("a tool's name can't contain `{c}`"),
        None if name.len() > LONGEST_NAME || name.is_empty() => {
            format!(
                "a tool's name has 1 to {LONGEST_NAME} characters, and this one {}",
                name.len()
            )
        }
        None => return None,
    };
    Some(format!(
        "tool `{name}` ({}): {problem}\n  help: use ASCII letters, digits, `_`, `-` and `.`, in the namespace too",
        def.location
    ))
}

fn description(tool: &Mounted) -> Option<String> {
    let Mounted { name, def, .. } = tool;
    let noun = tool.kind.noun();
    if def.description.trim().is_empty() {
        return Some(format!(
            "{noun} `{name}` has no description ({})\n  help: write one: {noun}s are chosen by it",
            def.location
        ));
    }
    let named = Prose::default().placeholders(def.description);
    let stranger = named.into_iter().find(|named| !is_known(tool, named))?;
    Some(format!(
        "the description of {noun} `{name}` names the argument `{stranger}`, which it does not have ({})\n  help: what is no argument stands in backticks, `{{{stranger}}}`; {}",
        def.location,
        told(tool)
    ))
}

/// The arguments that policies name are there, and no secret becomes a part of what is kept or shown.
fn arguments(tool: &Mounted) -> impl Iterator<Item = String> {
    let mentions = tool.policies.declared.mentions().into_iter();
    mentions.filter_map(|(option, named)| {
        let path = named.path;
        let (name, place) = (&tool.name, tool.def.location);
        let noun = tool.kind.noun();
        if named.part_of.is_some() && redaction::is_secret_at(&tool.input, path) {
            return Some(format!(
                "the `{option}` of {noun} `{name}` names the secret argument `{path}` ({place})\n  help: name another one; whoever reads a tag, a key or a question learns of it"
            ));
        }
        if is_known(tool, path) {
            return None;
        }
        let argument = first(path);
        Some(format!(
            "the `{option}` of {noun} `{name}` names the argument `{argument}`, which it does not have ({place})\n  help: {}",
            told(tool)
        ))
    })
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Whether an argument may come by this name. An `open` tool takes any.
fn is_known(tool: &Mounted, path: &str) -> bool {
    let names = &tool.input.names;
    let known = |name: &str| {
        names
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    };
    tool.def.open || known(first(path)) || known(path)
}

fn told(tool: &Mounted) -> String {
    match tool.input.names.as_slice() {
        [] => "it has none".to_owned(),
        names => format!("its arguments are `{}`", names.join("`, `")),
    }
}
