//! What nobody can see at a single tool: lints of a whole server, told when it is built.

use super::Server;
use super::compose::{Entry, Item};

/// More tools than a model keeps apart, with nothing that orders them.
pub(super) const GOD_SERVER: &str = "god_server";

/// As many tools as one list may have under no namespace.
const MOST_TOOLS: usize = 50;

/// A lint that the server's author allows, and why.
pub(super) type Allowed = (String, String);

impl Server {
    /// Silences a lint of the whole server, and says why: `.allow("god_server", "mirrors the vendor's API")`.
    ///
    /// What is looked at is in the [catalogue of lints](https://github.com/mcp-runtime/mcp-runtime/blob/main/docs/reference/lints.md). Those of a
    /// single tool are allowed in its attribute. A name that is no lint of a server keeps it from starting, and so does a reason that is empty.
    pub fn allow(mut self, lint: impl Into<String>, reason: impl Into<String>) -> Self {
        self.given.allowed.push((lint.into(), reason.into()));
        self
    }
}

/// What is wrong with the lints that are allowed.
pub(super) fn problems(allowed: &[Allowed]) -> impl Iterator<Item = String> {
    allowed.iter().filter_map(|(lint, reason)| {
        if lint != GOD_SERVER {
            return Some(format!(
                "no lint of a server has the name `{lint}`\n  help: write `.allow(\"{GOD_SERVER}\", \"reason\")`; lints of one tool are allowed in its attribute"
            ));
        }
        let empty = reason.trim().is_empty();
        empty.then(|| format!("the reason for allowing `{lint}` is empty\n  help: say why it is fine here"))
    })
}

/// How many tools have nothing before their names.
pub(super) fn loose(entries: &[Entry]) -> usize {
    let tools = entries
        .iter()
        .filter(|entry| matches!(entry.item, Item::Tool(_)));
    tools.filter(|tool| tool.before.is_none()).count()
}

/// What is to be warned of. `tools` is how many have nothing before their names.
pub(super) fn warning(tools: usize, allowed: &[Allowed]) -> Option<String> {
    if tools <= MOST_TOOLS || allowed.iter().any(|(lint, _)| lint == GOD_SERVER) {
        return None;
    }
    Some(format!(
        "{tools} tools under no namespace are more than a model keeps apart: order them with `mount_at(\"orders\", TOOLS)`, or serve them from several servers\n  help: if it is meant, `.allow(\"{GOD_SERVER}\", \"reason\")` says why"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture;
    use crate::server::changes::Changes;
    use crate::{ToolDef, Toolset};

    fn tools(number: usize) -> Toolset {
        let tools: Vec<&'static ToolDef> = (0..number)
            .map(|_| &*Box::leak(Box::new(fixture::tool("tool"))))
            .collect();
        Toolset::new(Vec::leak(tools))
    }

    fn counted(mut server: Server) -> usize {
        let given = &mut server.given;
        loose(&given.compose(&Changes::default(), None, &mut Vec::new()).1)
    }

    #[test]
    fn more_than_fifty_tools_without_a_namespace_are_warned_of() {
        let told = |server| warning(counted(server), &[]);
        let ordered = Server::new("test")
            .mount(tools(50))
            .mount_at("crm", tools(50))
            .mount(tools(50).prefix("erp"));
        assert_eq!(told(ordered), None);
        let warned = told(Server::new("test").mount(tools(50)).mount(tools(1))).unwrap();
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/lints.md");
        let page = std::fs::read_to_string(page).unwrap();
        assert!(
            page.contains(&warned),
            "docs/reference/lints.md must hold:\n{warned}"
        );
        let allowed = [(GOD_SERVER.to_owned(), "mirrors the vendor's API".to_owned())];
        assert_eq!(warning(51, &allowed), None);
    }

    #[test]
    fn what_is_allowed_is_a_lint_and_has_a_reason() {
        let text = |lint, reason| {
            Server::new("test")
                .allow(lint, reason)
                .check()
                .map_err(|error| error.to_string())
        };
        assert_eq!(text(GOD_SERVER, "mirrors the vendor's API"), Ok(()));
        assert!(
            text("god_sever", "why")
                .unwrap_err()
                .contains("`.allow(\"god_server\", \"reason\")`")
        );
        assert!(text(GOD_SERVER, " ").unwrap_err().contains("is empty"));
    }
}
