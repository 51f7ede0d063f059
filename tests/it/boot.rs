//! What no compiler could see keeps a server from starting: with every reason in one text, each with its place.

use mcp_runtime::prelude::*;
use mcp_runtime::{Auth, Confirm, Rate, Tool, ToolDef, When};
use schemars::JsonSchema;
use serde::Deserialize;
use validator::Validate;

#[derive(Deserialize, JsonSchema, Validate)]
struct Account {
    user: String,
    password: Secret<String>,
}

/// Take an account as a struct.
#[tool]
async fn account(account: Args<Account>) -> usize {
    let Account { user, password } = account.0;
    user.len() + password.expose().len()
}

/// Take a secret.
#[tool]
async fn signed(user: String, #[arg(secret)] token: String) -> usize {
    user.len() + token.len()
}

/// Take a secret by its type.
#[tool]
async fn mirrored(#[arg(header = "Token")] token: Secret<String>) -> usize {
    token.expose().len()
}

/// Greet {name} by a struct.
#[tool]
async fn greet(account: Args<Account>) -> String {
    account.0.user
}

fn refusal(tools: impl IntoIterator<Item = ToolDef>) -> String {
    let tools: Vec<&'static ToolDef> = tools
        .into_iter()
        .map(|tool| &*Box::leak(Box::new(tool)))
        .collect();
    let server = Server::new("boot").mount(Toolset::new(Vec::leak(tools)));
    server.check().unwrap_err().to_string()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn a_when_in_a_constant_names_arguments_that_are_there() {
    const OWN: When<'_> = When::new("claim.org == arg.organisation");
    const USER: Auth<'_> = Auth::new("user");
    let text = refusal([account::DEF.auth(USER).when(OWN)]);
    says(
        &text,
        &[
            "the `when` of tool `account`",
            "`organisation`",
            "`password`, `user`",
            "tests/it/boot.rs:",
        ],
    );
    let fits = account::DEF
        .auth(USER)
        .when(When::new("claim.sub == arg.user"));
    let server =
        Server::new("boot").mount(Toolset::new(Vec::leak(vec![&*Box::leak(Box::new(fits))])));
    server.check().unwrap();
}

#[test]
fn a_question_names_arguments_that_are_there_and_no_secret() {
    let text = refusal([account::DEF.confirm(Confirm::new("Close {owner}?"))]);
    says(&text, &["the `confirm` of tool `account`", "`owner`"]);
    for tool in [
        account::DEF.confirm(Confirm::new("Use {password}?")),
        signed::DEF.confirm(Confirm::new("Use {token}?")),
    ] {
        says(&refusal([tool]), &["names the secret argument"]);
    }
}

#[test]
fn a_secret_inside_a_struct_is_no_part_of_a_key() {
    says(
        &refusal([account::DEF.rate(Rate::new("1/s per arg.password"))]),
        &["the `rate` of tool", "secret argument `password`"],
    );
    // What a call costs is kept nowhere.
    let text = refusal([
        signed::DEF.rate(Rate::new("9/s cost len(arg.token)")),
        account::DEF.rate(Rate::new("1/s per arg.nobody")),
    ]);
    assert!(!text.contains("token"), "{text}");
}

#[test]
fn a_secret_is_not_mirrored_in_a_header() {
    says(
        &refusal([*mirrored::DEF]),
        &["mirrors the argument `token` in a header", "it is a secret"],
    );
}

#[derive(Deserialize, JsonSchema, Validate)]
#[allow(dead_code, reason = "the schema is what is looked at")]
struct Machine {
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
    #[schemars(extend("x-mcp-header" = "region"))]
    zone: u8,
    #[schemars(extend("x-mcp-header" = "Two Words"))]
    spaced: String,
    #[schemars(extend("x-mcp-header" = 7))]
    number: bool,
    #[schemars(extend("x-mcp-header" = "Load"))]
    load: f64,
    #[schemars(extend("x-mcp-header" = "Names"))]
    names: Vec<String>,
    disk: Disk,
    disks: Vec<Disk>,
    #[schemars(extend("x-mcp-header" = "Token"))]
    token: Secret<String>,
}

#[derive(Deserialize, JsonSchema, Validate)]
#[schemars(inline)]
#[allow(dead_code, reason = "the schema is what is looked at")]
struct Disk {
    #[schemars(extend("x-mcp-header" = "Size"))]
    size: u64,
}

/// Start a machine.
#[tool]
async fn start(args: Args<Machine>) -> String {
    args.0.region
}

#[test]
fn what_a_schema_itself_puts_into_headers_is_held_to_the_same() {
    let text = refusal([*start::DEF]);
    says(
        &text,
        &[
            "mirrors the argument `zone` in the header `region`, as it does `region`",
            "mirrors the argument `spaced` in the header `Two Words`, which is no header's name",
            "mirrors the argument `number` in the header `7`",
            "mirrors the argument `load` in a header, where clients put texts, integers and booleans alone",
            "mirrors the argument `names` in a header, where",
            "mirrors the argument `disks.size` in a header from a place where clients do not look",
            "mirrors the argument `token` in a header, which logs and proxies read",
        ],
    );
    assert!(!text.contains("`disk.size`"), "{text}");
}

#[test]
fn a_description_names_arguments_that_are_there() {
    says(
        &refusal([*greet::DEF]),
        &["the description of tool `greet`", "`name`", "`{name}`"],
    );
}

#[test]
fn a_definition_that_no_attribute_wrote_is_held_to_the_same() {
    let mut blank = ToolDef::new("blank", " ", |_| None);
    says(&refusal([blank]), &["tool `blank` has no description"]);
    blank = ToolDef::new("two words", "Do it.", |_| None);
    says(&refusal([blank]), &["can't contain ` `"]);
}

#[test]
fn a_namespace_is_a_part_of_the_name() {
    let at = |namespace| {
        Server::new("boot")
            .mount_at(namespace, tools![signed])
            .check()
    };
    at("crm").unwrap();
    says(
        &at("c/rm").unwrap_err().to_string(),
        &["tool `c/rm.signed`", "can't contain `/`"],
    );
    let long: &'static str = "x".repeat(122).leak();
    says(
        &at(long).unwrap_err().to_string(),
        &["1 to 128 characters, and this one 129"],
    );
}

#[test]
fn two_lists_have_no_tool_of_one_name() {
    let twice = || Server::new("boot").mount(tools![signed]);
    let text = twice()
        .mount(tools![signed])
        .check()
        .unwrap_err()
        .to_string();
    says(&text, &["two tools are named `signed`", "mount_at"]);
    // Of each, where it is written and where it is mounted.
    assert_eq!(text.matches("tests/it/boot.rs:").count(), 4, "{text}");
    assert_eq!(text.matches("(mounted at ").count(), 2, "{text}");
    twice().mount_at("crm", tools![signed]).check().unwrap();
}

#[test]
fn a_tool_is_deprecated_in_favour_of_one_that_is_there() {
    /// Search.
    #[tool(read_only, deprecated = "use search_v2")]
    async fn search() {}

    /// Search better.
    #[tool(read_only)]
    async fn search_v2() {}

    let missing = Server::new("boot").mount(tools![search]).check();
    says(
        &missing.unwrap_err().to_string(),
        &[
            "tool `search` is deprecated in favour of `search_v2`",
            "tests/it/boot.rs:",
        ],
    );
    Server::new("boot")
        .mount(tools![search, search_v2])
        .check()
        .unwrap();
    Server::new("boot")
        .mount_at("shop", tools![search])
        .mount_at("shop", tools![search_v2])
        .check()
        .unwrap();
    let elsewhere = Server::new("boot")
        .mount_at("shop", tools![search])
        .mount_at("crm", tools![search_v2]);
    assert!(elsewhere.check().is_err());
}

#[test]
fn a_tool_is_not_deprecated_in_favour_of_itself() {
    /// Search.
    #[tool(read_only, deprecated = "use search")]
    async fn search() {}

    says(
        &Server::new("boot")
            .mount(tools![search])
            .check()
            .unwrap_err()
            .to_string(),
        &["in favour of itself"],
    );
}

/// Take what nobody gives.
#[tool(read_only)]
async fn needy(value: State<Vec<u8>>) -> usize {
    value.len()
}

#[test]
fn everything_that_keeps_a_server_from_starting_is_told_at_once() {
    let server = Server::new("broken")
        .mount(tools![needy])
        .allow("no_such_lint", "a reason")
        .skills("no/such/folder")
        .policy_overrides("{")
        .policy_overrides_file("no/such/file.json");
    let error = server.check().unwrap_err().to_string();
    for part in [
        "no_such_lint",
        "no/such/folder",
        "not of the form",
        "no/such/file.json",
        "Vec<u8>",
    ] {
        assert!(error.contains(part), "no `{part}` in\n{error}");
    }
}
