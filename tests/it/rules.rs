//! Every rule of `#[validate(..)]`: what passes, what is refused and in which words, and what a model reads of it beforehand.

use std::collections::{HashMap, HashSet};

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::{Validate, ValidationError};

fn even(number: &u32) -> Result<(), ValidationError> {
    match number % 2 {
        0 => Ok(()),
        _ => Err(ValidationError::new("not_even")),
    }
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Address {
    #[validate(length(min = 1))]
    town: String,
    #[validate(regex(path = *ZIP))]
    zip: String,
    #[validate(length(max = 1))]
    lines: Vec<String>,
}

static ZIP: std::sync::LazyLock<::regex::Regex> =
    std::sync::LazyLock::new(|| ::regex::Regex::new("^[0-9]+$").unwrap());

/// Texts, by a type that is defined apart.
#[derive(Deserialize, JsonSchema)]
struct Labels(HashSet<String>);

impl validator::ValidateLength<u64> for Labels {
    fn length(&self) -> Option<u64> {
        u64::try_from(self.0.len()).ok()
    }
}

macro_rules! rules {
    ($($name:ident($($rule:tt)*) $ty:ty;)*) => {
        $(
            /// One rule.
            #[tool]
            async fn $name(#[validate($($rule)*)] it: $ty) {
                let _ = it;
            }
        )*
        const RULES: Toolset = tools![$($name),*];
    };
}

rules! {
    range(range(min = 1, max = 6)) u8;
    range_signed(range(min = -1)) i64;
    range_of_a_byte(range(max = 200)) u8;
    range_exclusive(range(exclusive_min = 0.0, exclusive_max = 1.0)) f64;
    range_mixed(range(min = 0, exclusive_max = 10)) i32;
    length_text(length(min = 2, max = 4)) String;
    length_one(length(equal = 1)) String;
    length_list(length(min = 1, max = 2)) Vec<u8>;
    length_map(length(max = 1)) HashMap<String, u8>;
    length_apart(length(min = 2)) Labels;
    length_option(length(min = 2)) Option<String>;
    email(email) String;
    url(url) String;
    ip(ip) String;
    ipv4(ip(v4 = true)) String;
    ipv6(ip(v6)) String;
    regex(regex = "^[a-z-]+$") String;
    contains(contains = "#&-~.") String;
    contains_key(contains = "id") HashMap<String, u8>;
    lacks(does_not_contain = "..") String;
    lacks_key(does_not_contain = "id") HashMap<String, u8>;
    plain(non_control_character) String;
    required(required) Option<u8>;
    nested(nested) Address;
    custom(custom = even) u32;
    worded(length(min = 2, message = "must be a word")) String;
    several(regex = "^[a-z]+$", contains = "x", non_control_character) String;
}

/// Two that must be equal.
#[tool]
async fn same(left: String, #[validate(must_match(other = left))] it: String) {
    drop((left, it));
}

async fn client() -> Client {
    let server = Server::new("rules").mount(RULES).mount(tools![same]);
    testing::client(server).await
}

/// A tool, what passes, what does not, what is said of it, and what of the argument's schema says the same.
type Row = (&'static str, Value, Value, &'static str, Value);

fn rows() -> Vec<Row> {
    let zips = |town: &str, zip: &str, lines: usize| json!({"town": town, "zip": zip, "lines": vec!["x"; lines]});
    vec![
        (
            "range",
            json!(6),
            json!(7),
            "it: must be at least 1 and at most 6",
            json!({"minimum": 1, "maximum": 6}),
        ),
        (
            "range_signed",
            json!(-1),
            json!(-2),
            "it: must be at least -1",
            json!({"minimum": -1}),
        ),
        (
            "range_of_a_byte",
            json!(200),
            json!(201),
            "it: must be at most 200",
            json!({"minimum": 0, "maximum": 200}),
        ),
        (
            "range_exclusive",
            json!(0.5),
            json!(1.0),
            "it: must be more than 0.0 and less than 1.0",
            json!({"exclusiveMinimum": 0.0, "exclusiveMaximum": 1.0}),
        ),
        (
            "range_mixed",
            json!(0),
            json!(10),
            "it: must be less than 10",
            json!({"minimum": 0, "exclusiveMaximum": 10}),
        ),
        (
            "length_text",
            json!("äöüß"),
            json!("x"),
            "it: must have at least 2 and at most 4 characters",
            json!({"minLength": 2, "maxLength": 4}),
        ),
        (
            "length_one",
            json!("x"),
            json!(""),
            "it: must have exactly 1 character",
            json!({"minLength": 1, "maxLength": 1}),
        ),
        (
            "length_list",
            json!([1]),
            json!([1, 2, 3]),
            "it: must have at least 1 and at most 2 items",
            json!({"minItems": 1, "maxItems": 2}),
        ),
        (
            "length_map",
            json!({"a": 1}),
            json!({"a": 1, "b": 2}),
            "it: must have at most 1 entry",
            json!({"maxProperties": 1}),
        ),
        (
            "length_apart",
            json!(["a", "b"]),
            json!(["a"]),
            "it: must have at least 2 items",
            json!({"minItems": 2}),
        ),
        (
            "length_option",
            json!(null),
            json!("x"),
            "it: must have at least 2 characters",
            json!({"type": "string", "minLength": 2}),
        ),
        (
            "email",
            json!("ada@example.org"),
            json!("ada"),
            "it: must be an email address",
            json!({"format": "email"}),
        ),
        (
            "url",
            json!("https://example.org"),
            json!("example"),
            "it: must be a URL",
            json!({"format": "uri"}),
        ),
        (
            "ip",
            json!("::1"),
            json!("1.2.3"),
            "it: must be an IP address",
            json!({"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}),
        ),
        (
            "ipv4",
            json!("127.0.0.1"),
            json!("::1"),
            "it: must be an IP address",
            json!({"format": "ipv4"}),
        ),
        (
            "ipv6",
            json!("::1"),
            json!("127.0.0.1"),
            "it: must be an IP address",
            json!({"format": "ipv6"}),
        ),
        (
            "regex",
            json!("a-b"),
            json!("A"),
            "it: must match `^[a-z-]+$`",
            json!({"pattern": "^[a-z-]+$"}),
        ),
        (
            "contains",
            json!("x#&-~.x"),
            json!("#&-~x"),
            "it: must contain \"#&-~.\"",
            json!({"pattern": r"#&-~\."}),
        ),
        (
            "contains_key",
            json!({"id": 1}),
            json!({"di": 1}),
            "it: must contain \"id\"",
            json!({"required": ["id"]}),
        ),
        (
            "lacks",
            json!("a.b"),
            json!("a..b"),
            "it: must not contain \"..\"",
            json!({"not": {"pattern": r"\.\."}}),
        ),
        (
            "lacks_key",
            json!({"di": 1}),
            json!({"id": 1}),
            "it: must not contain \"id\"",
            json!({"not": {"required": ["id"]}}),
        ),
        (
            "plain",
            json!("größe 7 ☃"),
            json!("a\u{85}b"),
            "it: must not contain control characters",
            json!({"pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"}),
        ),
        (
            "required",
            json!(1),
            json!(null),
            "it: is required",
            json!({"type": "integer"}),
        ),
        (
            "nested",
            zips("Oslo", "12", 1),
            zips("", "12", 1),
            "it.town: must have at least 1 character",
            json!({"$ref": "#/$defs/Address"}),
        ),
        (
            "nested",
            zips("Oslo", "12", 1),
            zips("Oslo", "x", 1),
            "it.zip: must match `^[0-9]+$`",
            json!({}),
        ),
        (
            "nested",
            zips("Oslo", "12", 1),
            zips("Oslo", "12", 2),
            "it.lines: must have at most 1 item",
            json!({}),
        ),
        (
            "custom",
            json!(2),
            json!(3),
            "it: is not valid: not even",
            json!({"type": "integer"}),
        ),
        (
            "worded",
            json!("ab"),
            json!("a"),
            "it: must be a word",
            json!({"minLength": 2}),
        ),
        (
            "several",
            json!("xy"),
            json!("ab"),
            "it: must contain \"x\"",
            json!({
                "pattern": "^[a-z]+$",
                "allOf": [{"pattern": "x"}, {"pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"}],
            }),
        ),
        (
            "same",
            json!("left"),
            json!("right"),
            "it: must be the same as `left`",
            json!({"type": "string"}),
        ),
    ]
}

#[tokio::test]
async fn every_rule_checks_and_says_what_to_send() {
    let client = client().await;
    for (tool, good, bad, message, _) in rows() {
        let passed = client.call(tool, arguments(tool, &good)).await;
        assert!(!passed.is_error(), "{tool} {good}: {}", passed.text());
        let refused = client.call(tool, arguments(tool, &bad)).await;
        let expected = format!("the arguments of `{tool}` cannot be used:\n- {message}");
        assert_eq!(refused.text(), expected, "{tool} {bad}");
    }
}

fn arguments(tool: &str, it: &Value) -> Value {
    match tool {
        "same" => json!({"left": "left", "it": it}),
        _ => json!({"it": it}),
    }
}

#[tokio::test]
async fn every_rule_stands_in_the_schema() {
    let tools = client().await.tools().await;
    for (tool, good, bad, _, fragment) in rows() {
        let schema = &tools[tool]["inputSchema"];
        let argument = &schema["properties"]["it"];
        for (keyword, value) in fragment.as_object().unwrap() {
            assert_eq!(&argument[keyword], value, "{tool}: {argument}");
        }
        // A client that goes by the schema alone comes to the same, but for what a schema cannot say.
        if matches!(tool, "custom" | "same") || argument.get("format").is_some() || tool == "ip" {
            continue;
        }
        let validator = jsonschema::options().should_validate_formats(true);
        let validator = validator.build(schema).unwrap();
        let fits = |value: &Value| validator.is_valid(&arguments(tool, value));
        assert!(fits(&good) || good.is_null(), "{tool}: {schema} {good}");
        assert!(!fits(&bad), "{tool}: {schema} {bad}");
    }
}

/// The rules of the reference are those of the table.
#[test]
fn no_rule_is_left_out() {
    let reference = include_str!("../../docs/reference/attributes.md");
    let (_, rules) = reference.split_once("## `#[validate]`").unwrap();
    let rules = rules.lines().filter_map(|line| line.strip_prefix("### `"));
    let rules: HashSet<&str> = rules.map(|rule| rule.trim_end_matches('`')).collect();
    let shown = HashSet::from([
        "range",
        "length",
        "email",
        "url",
        "ip",
        "regex",
        "contains",
        "does_not_contain",
        "non_control_character",
        "required",
        "nested",
        "custom",
        "must_match",
    ]);
    assert_eq!(rules, shown);
}

/// What breaks its own rules.
#[tool]
async fn defaulted(
    #[validate(email)]
    #[arg(default = "text")]
    address: &str,
    #[validate(range(min = 10))]
    #[arg(default = 5)]
    limit: u32,
    #[validate(custom = even)]
    #[arg(default = 3)]
    count: u32,
    #[validate(regex = "^a$", length(max = 3))]
    #[arg(default = "a")]
    good: String,
    #[validate(regex = "^a$")]
    #[arg(default = "b")]
    letter: &str,
    #[validate(must_match(other = letter))]
    #[arg(default = "c")]
    again: &str,
) {
    let _ = (address, limit, count, good, letter, again);
}

#[test]
fn a_default_that_breaks_its_own_rule_does_not_start() {
    let server = Server::new("defaults").mount(tools![defaulted]);
    let told = server.check().unwrap_err().to_string();
    let problems = [
        "`address` that breaks the argument's own rule `email`: must be an email address",
        "`limit` that breaks the argument's own rule `range`: must be at least 10",
        "`count` that breaks the argument's own rule `custom`: is not valid: not even",
        "`letter` that breaks the argument's own rule `regex`: must match `^a$`",
        "`again` that breaks the argument's own rule `must_match`: must be the same as `letter`",
    ];
    for problem in problems {
        let problem = format!("tool `defaulted` has a default for {problem}");
        assert!(told.contains(&problem), "{told}");
    }
    assert_eq!(
        told.matches("has a default").count(),
        problems.len(),
        "{told}"
    );
}

/// Show what a tool says of itself.
#[tool(
    icons = ["https://example.org/a.png", "https://example.org/b.svg"],
    meta("org.example/team" = "billing", "org.example/tier" = 2)
)]
async fn shown(#[arg(example = "2026-11-22")] day: &str, #[arg(example = 7)] count: Option<u8>) {
    let _ = (day, count);
}

/// Name the request.
#[tool]
async fn request(ctx: Context) -> String {
    ctx.request_id().to_string()
}

#[tokio::test]
async fn examples_icons_and_meta_are_listed() {
    let server = Server::new("shown").mount(tools![shown]);
    let tools = testing::client(server).await.tools().await;
    let tool = &tools["shown"];
    let properties = &tool["inputSchema"]["properties"];
    assert_eq!(properties["day"]["examples"], json!(["2026-11-22"]));
    assert_eq!(properties["count"]["examples"], json!([7]));
    assert_eq!(tool["icons"][0]["src"], "https://example.org/a.png");
    assert_eq!(tool["icons"][1]["src"], "https://example.org/b.svg");
    assert_eq!(tool["_meta"]["org.example/team"], "billing");
    assert_eq!(tool["_meta"]["org.example/tier"], 2);
}

#[tokio::test]
async fn a_request_has_the_id_that_its_client_gave_it() {
    let client = testing::client(Server::new("ids").mount(tools![request])).await;
    for _ in 0..2 {
        let reply = client.call("request", json!({})).await;
        assert_eq!(json!(reply.text()), json!(reply.raw()["id"].to_string()));
    }
}
