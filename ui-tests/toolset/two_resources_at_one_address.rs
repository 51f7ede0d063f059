use mcp_runtime::prelude::*;

struct Library;

#[toolset]
impl Library {
    /// The sign at the door.
    #[resource("books://sign")]
    async fn sign(&self) -> &'static str {
        "Quiet, please."
    }

    /// The sign in the garden.
    #[resource("books://sign")]
    async fn garden(&self) -> &'static str {
        "Keep off the grass."
    }
}

fn main() {}
