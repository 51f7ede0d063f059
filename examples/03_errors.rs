//! What goes wrong. A model can act on an error that says what to do instead; what only the operator should read goes
//! to the log, under an id that the model is told. A panic is answered too, and the server goes on.

use std::time::Duration;

use mcp_runtime::prelude::*;

const STOCK: [(&str, u32); 2] = [("lamp", 3), ("chair", 0)];

/// Reserve one item.
#[tool]
async fn reserve(
    /// The item's name.
    item: &str,
) -> Result<String, ToolError> {
    match STOCK.iter().find(|(name, _)| *name == item) {
        None => Err(ToolError::not_found(format!("no item `{item}`"))
            .hint("the items are `lamp` and `chair`")),
        Some((_, 0)) => Err(ToolError::conflict(format!("`{item}` is sold out"))),
        Some((_, left)) => Ok(format!("reserved one {item}; {} left", left - 1)),
    }
}

/// Ask the supplier when an item comes.
#[tool(read_only)]
async fn delivery(
    /// The item's name.
    item: &str,
) -> Result<String, ToolError> {
    Err(
        ToolError::transient(format!("the supplier does not answer about `{item}`"))
            .retry_after(Duration::from_secs(30)),
    )
}

/// Read the price list.
#[tool(read_only, blocking)]
fn prices() -> Result<String, ToolError> {
    // `?` takes any error. Its text tells of this machine, so the model reads an id, and the log has the rest.
    Ok(std::fs::read_to_string("/nowhere/prices.csv")?)
}

/// Share a bill.
#[tool(read_only)]
async fn share(
    /// The bill, in cents.
    cents: u32,
    /// How many people share it.
    people: u32,
) -> u32 {
    // The panic for no people is caught. A `#[validate(range(min = 1))]` would have told the model what to send.
    cents / people
}

const TOOLS: Toolset = tools![reserve, delivery, prices, share];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("shop").mount(TOOLS).run().await
}
