//! What goes into a tool. A parameter is an argument of the call, read by its name and described by its type, its
//! documentation and its checks; or something that the server gives, which the caller never sees.

use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(Clone, Serialize, JsonSchema)]
struct Book {
    isbn: String,
    title: String,
    shelf: Shelf,
}

#[derive(Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Shelf {
    Novels,
    Science,
}

/// Search the shop's books.
#[tool(read_only)]
async fn search(
    /// A part of the title.
    #[validate(length(min = 2, max = 100))]
    title: &str,
    /// Only books of this shelf.
    shelf: Option<Shelf>,
    /// How many books at most.
    #[arg(default = 5)]
    #[validate(range(min = 1, max = 50))]
    limit: usize,
    shop: State<Shop>,
) -> Json<Vec<Book>> {
    let title = title.to_lowercase();
    let found = shop.books.iter().filter(|book| {
        book.title.to_lowercase().contains(&title) && shelf.is_none_or(|shelf| shelf == book.shelf)
    });
    Json(found.take(limit).cloned().collect())
}

/// An order. As one struct, it can be taken as a tool's arguments and used elsewhere too.
#[derive(Deserialize, JsonSchema, Validate)]
struct Order {
    /// The book, by the number that `search` gives.
    #[validate(length(equal = 13))]
    isbn: String,
    /// How many copies.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 20))]
    copies: u32,
    /// Where they go.
    #[validate(nested)]
    address: Address,
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Address {
    /// Who receives it.
    #[validate(length(min = 1, max = 80))]
    name: String,
    /// The town, with its postcode.
    #[validate(length(min = 1, max = 80))]
    town: String,
}

fn one() -> u32 {
    1
}

/// Order copies of one book.
#[tool]
async fn order(Args(order): Args<Order>, shop: State<Shop>) -> Result<String, ToolError> {
    let book = shop
        .books
        .iter()
        .find(|book| book.isbn == order.isbn)
        .ok_or_else(|| {
            ToolError::not_found(format!("no book {}", order.isbn))
                .hint("call `search` for the shop's books")
        })?;
    let Address { name, town } = &order.address;
    Ok(format!(
        "{} × {:?} for {name}, {town}",
        order.copies, book.title
    ))
}

/// What the server gives to its tools.
struct Shop {
    books: Vec<Book>,
}

const TOOLS: Toolset = tools![search, order];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    let book = |isbn: &str, title: &str, shelf| Book {
        isbn: isbn.to_owned(),
        title: title.to_owned(),
        shelf,
    };
    let shop = Shop {
        books: vec![
            book("9780141439518", "Pride and Prejudice", Shelf::Novels),
            book("9780141439846", "Great Expectations", Shelf::Novels),
            book("9780140432053", "On the Origin of Species", Shelf::Science),
        ],
    };
    Server::new("bookshop").mount(TOOLS).state(shop).run().await
}
