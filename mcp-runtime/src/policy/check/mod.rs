//! What has to fit together when a server is built: what the compiler could not see, because a list or the server declared it for the tool, because
//! a policy is a constant of its own, or because the arguments are the fields of a struct.

use mcp_grammar::{Conflict, Field, Tags};

use crate::server::registry::Mounted;

/// Everything in a tool's policies that does not fit, each in a text of its own.
pub(crate) fn problems(tool: &Mounted) -> Vec<String> {
    let Mounted { name, def, .. } = tool;
    let mut policies = tool.policies.declared;
    policies.takes_caller = tool.takes_caller();
    // The others are found where the policies are inherited; this one needs to know the tool's parameters.
    let conflicts = policies.conflicts();
    let conflicts = conflicts
        .iter()
        .filter(|conflict| **conflict == Conflict::PublicCaller)
        .map(|conflict| {
            let message = conflict.message();
            let lines: Vec<&str> = message.lines().map(str::trim).collect();
            let text = lines.join("\n  ");
            format!("tool `{name}` ({}): {text}", def.location)
        });
    let named = named(tool).into_iter().filter_map(|(place, path)| {
        let argument = path.split('.').next().unwrap_or(path);
        let names = &tool.input.names;
        let known = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        if tool.secrets.contains(&argument) {
            return Some(format!(
                "the {place} of tool `{name}` names the secret argument `{argument}` ({})\n  help: name another one; whoever reads a tag or a key learns of it",
                def.location
            ));
        }
        if def.open || known(argument) || known(path) {
            return None;
        }
        Some(format!(
            "the {place} of tool `{name}` names the argument `{argument}`, which it does not have ({})\n  help: its arguments are `{}`",
            def.location,
            names.join("`, `")
        ))
    });
    conflicts.chain(named).collect()
}

/// The arguments that policies name, and which policy does.
fn named(tool: &Mounted) -> Vec<(&'static str, &'static str)> {
    let policies = &tool.policies.declared;
    let mut named: Vec<_> = tool.policies.arguments().collect();
    let mut tags = |place, tags: &Tags<'static>| {
        let paths = tags.iter().flat_map(|tag| tag.placeholders());
        named.extend(paths.map(|(_, path)| (place, path)));
    };
    if let Some(invalidates) = &policies.invalidates {
        tags("`invalidates`", &invalidates.tags);
    }
    if let Some(cache) = &policies.cache {
        tags("`cache`", &cache.tags);
        named.extend(cache.ignore.iter().map(|path| ("`cache`", *path)));
        let vary = cache.vary.iter().filter_map(|field| match field {
            Field::Arg(path) => Some(("`cache`", *path)),
            Field::Claim(_) => None,
        });
        named.extend(vary);
    }
    named
}
