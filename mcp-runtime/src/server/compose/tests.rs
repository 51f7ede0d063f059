//! What is laid out: whose word counts, and what does not go together.

use crate::prelude::*;
use crate::server::Core;
use crate::{Auth, Policies, Timeout};

#[toolset(prefix = "math", timeout = "2s", auth = "math:read", rate = ["5/s", "9/m"])]
mod math {
    use crate::prelude::*;

    /// Add two numbers.
    #[tool(read_only)]
    pub(super) async fn add(a: i64, b: i64) -> i64 {
        a + b
    }

    /// Wait.
    #[tool(auth = "none", timeout = "1s", rate = "1/s per ip")]
    pub(super) async fn wait() {}
}

/// Says nothing.
#[tool(read_only)]
async fn silent() {}

const SILENT: Toolset = tools![silent];

/// A policy that holds for a tool, and who said it.
fn said(core: &Core, tool: &str, policy: &str) -> String {
    let tool = core.tools().find(tool).unwrap();
    let policies = crate::policy::spelt(&tool.policies.declared);
    let value = policies.into_iter().find(|(name, _)| *name == policy);
    let value = value.map_or(String::new(), |(_, values)| values.join(" and "));
    format!("{value} ({})", tool.policies.sources.of(policy).name())
}

#[test]
fn the_nearest_word_counts_and_says_whose_it_was() {
    let defaults = Policies::new().auth("user").timeout("9s").max_in("1KB");
    let list = SILENT.auth(Auth::new("list")).timeout(Timeout::new("3s"));
    let server = Server::new("x")
        .mount(math::TOOLS)
        .mount(list)
        .defaults(defaults);
    let core = server.build().unwrap();
    for (tool, policy, expected) in [
        ("math.wait", "timeout", "1s (tool)"),
        ("math.add", "timeout", "2s (toolset)"),
        ("silent", "timeout", "3s (toolset)"),
        ("silent", "max_in", "1KB (server)"),
        ("math.wait", "auth", "none (tool)"),
        ("math.add", "auth", "math:read (toolset)"),
        ("math.add", "rate", "5/s and 9/min (toolset)"),
        ("math.wait", "rate", "1/s per ip (tool)"),
        ("math.add", "retry", " (default)"),
    ] {
        assert_eq!(said(&core, tool, policy), expected, "{policy} of {tool}");
    }
}

#[test]
fn the_defaults_of_a_host_hold_where_a_merged_server_says_nothing() {
    let defaults = |timeout| Policies::new().timeout(timeout);
    let inner = Server::new("inner").mount(SILENT);
    let middle = Server::new("middle")
        .mount(SILENT)
        .merge("inner", inner)
        .defaults(defaults("2s"));
    let core = Server::new("outer")
        .mount(SILENT)
        .merge("middle", middle)
        .defaults(defaults("3s").auth("user"))
        .build()
        .unwrap();
    for (tool, policy, expected) in [
        ("silent", "timeout", "3s (server)"),
        ("middle.silent", "timeout", "2s (server)"),
        ("middle.inner.silent", "timeout", "2s (host)"),
        ("middle.inner.silent", "auth", "user (host)"),
    ] {
        assert_eq!(said(&core, tool, policy), expected, "{policy} of {tool}");
    }
}
