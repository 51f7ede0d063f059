//! Every option of resources and prompts, and every kind of parameter they have, under pedantic lints.

use mcp_runtime::Rate;
use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What both share.
#[derive(Debug)]
pub struct Shelf;

/// What is read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Book {
    id: u64,
}

/// How a summary sounds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Short.
    Dry,
}

const READS: Rate = Rate::new("10/s");
const BYTES: u64 = 7;

async fn books(_shelf: State<Shelf>, _ctx: Context) -> Result<Vec<Link>, ToolError> {
    Ok(Vec::new())
}

fn ids(typed: &str) -> Vec<String> {
    vec![typed.to_owned()]
}

async fn paths(
    typed: String,
    _shelf: State<Shelf>,
    ctx: Context,
) -> Result<Vec<String>, ToolError> {
    Ok(vec![
        typed,
        ctx.argument("id").unwrap_or_default().to_owned(),
    ])
}

/// Every option.
///
/// # Errors
/// Never.
#[resource(
    "shelf://books/{id}/{+path}",
    name = "book",
    title = "A book",
    mime = "application/json",
    size = BYTES,
    audience = ["user", "assistant"],
    priority = 0.5,
    list = books,
    tags = ["books"],
    icons = ["https://example.com/icon.png"],
    meta("com.example/team" = "books"),
    visible = "always",
    auth = "books:read",
    when = "claim.shelf == arg.id",
    rate = [READS, "5/s per caller + arg.id"],
    cache = "60s private tags(book:{id})",
    timeout = "30s",
    retry = "3",
    breaker = "5 fails open 30s",
    concurrency = "8",
    max_in = "1KB",
    max_out = "1MB",
    audit = "args",
    deprecated = "read it elsewhere; sunset 2027-01-31",
)]
pub async fn book(
    /// Its number.
    #[complete(ids)]
    #[validate(range(max = 100))]
    id: u64,
    #[complete(paths)] path: &str,
    shelf: State<Shelf>,
    caller: Caller,
    ctx: Context,
) -> Result<Option<Json<Book>>, ToolError> {
    ctx.resource_updated(path).await;
    drop((shelf, caller));
    Ok(Some(Json(Book { id })))
}

/// On a thread of its own.
#[resource("shelf://cover", blocking)]
#[must_use]
pub fn cover() -> Blob {
    Blob::new([1], "image/png")
}

/// Every kind of argument.
///
/// # Errors
/// Never.
#[prompt(
    title = "Summarize",
    auth = "user",
    rate = "1/s",
    audit = "off",
    timeout = "5s"
)]
pub async fn summarize(
    /// Which book.
    #[complete(ids)]
    id: u64,
    #[arg(default = 3)]
    #[validate(range(min = 1))]
    sentences: u8,
    #[arg(name = "tone")] how: Option<Tone>,
    long: bool,
    name: &str,
    shelf: State<Shelf>,
) -> Result<Vec<Message>, ToolError> {
    drop(shelf);
    let message = Message::user(format!("{id} {sentences} {how:?} {long} {name}"));
    Ok(vec![message, Message::assistant("Yes.")])
}

/// All of it.
pub const SHELF: Toolset = resources![book, cover].with(prompts![summarize]);
