//! Every option and every kind of parameter, under pedantic lints.

use mcp_runtime::Rate;
use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A place.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema, Validate)]
pub struct Place {
    /// Its town.
    #[validate(length(min = 1))]
    pub town: String,
}

/// What the tools share.
#[derive(Debug)]
pub struct Database;

/// Every annotation.
#[tool(
    name = "search.orders",
    title = "Search orders",
    description = "Finds orders by {customer}; `{this}` is an example.",
    read_only,
    idempotent,
    open_world = false,
    tags = ["orders", "read"],
    icons = ["https://example.com/icon.png"],
    meta("com.example/team" = "orders", level = 3, "com.example/scores" = [1.0, -2]),
    open,
    visible = "always",
    deprecated = "use search_v2; sunset 2027-01-31",
    allow(fat_tool, "the upstream wants them all"),
)]
#[cfg_attr(all(), cfg(all()), inline)]
pub async fn annotated(customer: String) -> String {
    customer
}

const SEARCH: Rate = Rate::new("10/s");

/// Every policy.
///
/// # Errors
/// Never.
#[tool(
    read_only,
    auth = "orders:read & role:editor | claim:org=acme",
    when = "claim.org == arg.org",
    rate = [SEARCH, "5/s per caller + arg.org cost arg.weight"],
    cache = "60s private swr 10m tags(org:{org}) vary(arg.org) ignore(arg.weight) max 1000",
    timeout = "30s attempt 10s",
    retry = "3 exp 200ms..5s",
    breaker = "50% of 20 in 30s open 15s probes 1",
    concurrency = "8 queue 32 wait 2s per caller",
    max_in = "256KB",
    max_out = "25000tok truncate",
    audit = "full",
)]
pub async fn guarded(org: String, weight: u32, caller: Caller) -> Result<String, ToolError> {
    Ok(format!("{org} {weight} {}", caller.subject()))
}

/// Every policy of a tool that writes.
#[tool(
    destructive,
    auth = "orders:write",
    invalidates = "tags(org:{id})",
    confirm = "Delete {id}?",
    confirm_ttl = "10m",
    idempotency = "24h required",
    task = "optional",
    ttl = "1h"
)]
pub async fn delete(id: u64, caller: Option<Caller>) -> String {
    format!("{id} {}", caller.is_some())
}

/// Every option of a parameter.
#[tool(read_only)]
pub async fn parameters(
    /// With a default.
    #[arg(default = "EUR", name = "from", example = "USD")]
    from_: &str,
    /// Borrowed.
    #[arg(default = &["a".to_owned()])]
    words: &[String],
    /// Borrowed and cloned.
    place: &Place,
    /// With lifetimes.
    #[arg(header = "Region")]
    region: std::borrow::Cow<'_, str>,
    /// Secret.
    #[arg(secret)]
    token: Option<String>,
    #[arg(example = 3)] mut limit: Option<u32>,
    State(database): State<Database>,
    _context: Context,
) -> Json<Place> {
    let _ = (from_, words, region, token, limit.take(), database);
    Json(place.clone())
}

/// Every rule.
#[tool(read_only, allow(fat_tool, "a test of many rules"))]
pub async fn rules(
    #[validate(length(min = 1, max = 80, message = "give a name"))] name: &str,
    #[validate(range(min = 0.0, exclusive_max = 1.0))] share: f64,
    #[validate(range(min = 1, max = 9))] perhaps: Option<i64>,
    #[validate(email)] email: String,
    #[validate(url, does_not_contain = "localhost")] url: String,
    #[validate(ip(v4 = true))] address: String,
    #[validate(regex = "^[a-z]+$")] slug: String,
    #[validate(contains(pattern = "@", message = "is no handle"))] handle: String,
    #[validate(non_control_character, custom = check)] note: &str,
    #[validate(required)] there: Option<bool>,
    #[validate(nested)] place: Place,
    #[validate(must_match(other = name))] again: &str,
    #[validate(custom(function = check), custom(function = check))] twice: &str,
    #[validate(length(equal = 3))] list: Vec<u8>,
) {
    let _ = (
        name, share, perhaps, email, url, address, slug, handle, note, there, place, again,
    );
    let _ = (twice, list);
}

fn check(text: &str) -> Result<(), validator::ValidationError> {
    match text {
        "" => Err(validator::ValidationError::new("empty")),
        _ => Ok(()),
    }
}

/// All arguments at once.
#[tool(read_only, rate = "1/s per arg.town")]
pub async fn whole(Args(place): Args<Place>) -> String {
    place.town
}

/// Named lifetimes.
#[tool(read_only)]
pub async fn lifetimes<'a>(one: &'a str, other: std::borrow::Cow<'a, str>) -> &'static str {
    if one == other { "the same" } else { "others" }
}

/// A blocking one.
///
/// # Errors
/// Where the file is not there.
#[tool(read_only, blocking)]
pub fn blocking(path: &std::path::Path, state: State<Database>) -> Result<String, ToolError> {
    let _ = state;
    Ok(std::fs::read_to_string(path)?)
}

/// The tools.
pub const TOOLS: Toolset = tools![
    annotated,
    guarded,
    delete,
    parameters,
    rules,
    whole,
    lifetimes,
    #[cfg(all())]
    blocking,
];

/// Tools inside a function, and through a macro of one's own.
pub fn local() -> Toolset {
    macro_rules! constant {
        ($name:ident, $rate:literal, $value:expr) => {
            /// Answer the same every time.
            #[tool(read_only, rate = $rate)]
            async fn $name(#[arg(default = $value)] other: i64) -> i64 {
                other
            }
        };
    }
    constant!(seven, "7/s", 7);
    tools![seven]
}
