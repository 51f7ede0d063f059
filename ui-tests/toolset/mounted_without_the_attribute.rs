use mcp_runtime::prelude::*;

struct Crm;

impl Crm {
    fn find(&self) {}
}

fn main() {
    let _ = Server::new("crm").mount(Crm);
}
