use mcp_runtime::prelude::*;

struct Library;

#[toolset]
impl Library {
    /// Talk about a book.
    #[prompt]
    async fn talk(&self) -> &'static str {
        "Emma"
    }

    /// Talk about another book.
    #[cfg(all())]
    #[prompt(name = "talk")]
    async fn chat(&self) -> &'static str {
        "Persuasion"
    }
}

fn main() {}
