use mcp_runtime::prelude::*;

struct Crm(u64);

#[toolset]
impl Crm {
    /// Count up.
    #[tool]
    async fn count(&mut self) {
        self.0 += 1;
    }
}

fn main() {}
