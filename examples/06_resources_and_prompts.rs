//! What clients read and what people start with: resources and prompts are plain functions beside tools, under the same policies.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// What the server knows.
struct Library {
    books: &'static [(&'static str, &'static str)],
}

#[derive(Serialize, JsonSchema)]
struct Book {
    id: String,
    title: String,
}

/// How to behave in the library.
#[resource("library://rules", mime = "text/markdown", priority = 1.0)]
async fn rules() -> &'static str {
    "# Rules\n\nWhisper."
}

/// A book: each variable of the address is a parameter.
#[resource(
    "library://books/{id}",
    auth = "books:read",
    cache = "30s",
    list = books
)]
async fn book(
    /// The book's short name.
    #[complete(short_names)]
    id: String,
    library: State<Library>,
) -> Option<Json<Book>> {
    let (_, title) = library.books.iter().find(|(name, _)| *name == id)?;
    let title = (*title).to_owned();
    Some(Json(Book { id, title }))
}

/// The books, for `resources/list`.
async fn books(library: State<Library>) -> Vec<Link> {
    let books = library.books.iter();
    let links =
        books.map(|(id, title)| Link::new(format!("library://books/{id}"), *id).title(*title));
    links.collect()
}

/// What is proposed to somebody who types a short name.
fn short_names(typed: &str, library: State<Library>) -> Vec<&'static str> {
    let names = library.books.iter().map(|(name, _)| *name);
    names.filter(|name| name.starts_with(typed)).collect()
}

/// Ask for a summary.
#[prompt(title = "Summarize a book")]
async fn summarize(
    /// The book's short name.
    #[complete(short_names)]
    book: String,
    /// How many sentences.
    #[arg(default = 3)]
    #[validate(range(min = 1, max = 20))]
    sentences: u8,
) -> Vec<Message> {
    vec![
        Message::user(Link::new(format!("library://books/{book}"), book)),
        Message::user(format!("Summarize it in {sentences} sentences.")),
    ]
}

/// Give a book back. Whoever has its resource on screen is told.
#[tool(idempotent, auth = "books:write")]
async fn give_back(
    /// The book's short name.
    id: String,
    ctx: Context,
) {
    ctx.resource_updated(format!("library://books/{id}")).await;
}

const LIBRARY: Toolset = tools![give_back]
    .with(resources![rules, book])
    .with(prompts![summarize]);

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    let library = Library {
        books: &[("emma", "Emma"), ("moby", "Moby-Dick")],
    };
    let ada = Principal::local("ada").scope("books:read");
    Server::new("library")
        .mount(LIBRARY)
        .state(library)
        .local_principal(ada)
        .run()
        .await
}
