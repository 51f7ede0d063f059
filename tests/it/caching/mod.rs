//! Kept answers: when they are given again, to whom, and when they go.

mod among;
mod checks;
mod flights;
mod hits;
mod isolation;
mod stale;
mod tags;

use std::sync::Arc;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{CACHE_META_KEY, Principal};
use serde_json::Value;

use crate::script::Script;

async fn client(tools: Toolset, script: &Arc<Script>) -> Client {
    let server = Server::new("caching")
        .mount(tools)
        .shared_state(Arc::clone(script));
    Client::builder(server).connect().await
}

fn ada() -> Principal {
    Principal::new("https://id.example.com", "ada")
}

/// `hit`, `stale` or `shared`; nothing where the tool ran for this call.
fn cached(reply: &Reply) -> Option<&str> {
    reply.meta().get(CACHE_META_KEY)?["cache"].as_str()
}

fn age(reply: &Reply) -> &Value {
    &reply.meta()[CACHE_META_KEY]["ageMs"]
}
