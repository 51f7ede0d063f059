//! What nobody can see at a single tool: lints of a whole server, told when it is built.

use super::Server;
use super::registry::Mount;

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
        self.allowed.push((lint.into(), reason.into()));
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

/// What is to be warned of.
pub(super) fn warning(mounts: &[Mount], allowed: &[Allowed]) -> Option<String> {
    let loose = mounts.iter().filter(|mount| mount.namespace.is_none());
    let tools: usize = loose.map(|mount| mount.toolset.tools.len()).sum();
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
    use crate::{ToolDef, Toolset};

    fn mount(namespace: Option<&'static str>, tools: usize) -> Mount {
        let tools: Vec<&'static ToolDef> = (0..tools)
            .map(|_| &*Box::leak(Box::new(fixture::tool("tool"))))
            .collect();
        Mount {
            namespace,
            toolset: Toolset::new(Vec::leak(tools)),
        }
    }

    #[test]
    fn more_than_fifty_tools_without_a_namespace_are_warned_of() {
        let told = |mounts: &[Mount]| warning(mounts, &[]);
        assert_eq!(told(&[mount(None, 50), mount(Some("crm"), 50)]), None);
        let warned = told(&[mount(None, 50), mount(None, 1)]).unwrap();
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/lints.md");
        let page = std::fs::read_to_string(page).unwrap();
        assert!(
            page.contains(&warned),
            "docs/reference/lints.md must hold:\n{warned}"
        );
        let allowed = [(GOD_SERVER.to_owned(), "mirrors the vendor's API".to_owned())];
        assert_eq!(warning(&[mount(None, 51)], &allowed), None);
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
