use mcp_runtime::prelude::*;
use std::cell::Cell;

struct Crm(Cell<u64>);

#[toolset]
impl Crm {
    /// Count up.
    #[tool]
    async fn count(&self) {
        self.0.set(self.0.get() + 1);
    }
}

fn main() {}
