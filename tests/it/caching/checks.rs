//! What the compiler cannot see is found when the server is built.

use mcp_runtime::__private::{Auth, Cache, Invalidates};
use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use validator::Validate;

#[derive(Deserialize, JsonSchema, Validate)]
struct Which {
    id: String,
}

const CACHE: Cache<'_> = Cache::new("60s tags(user:{user})");
const INVALIDATES: Invalidates<'_> = Invalidates::new("tags(user:{token})");

/// Read by a struct.
#[tool(
    read_only,
    cache = "60s tags(user:{ident}) vary(arg.name) ignore(arg.page)"
)]
async fn whole(which: Args<Which>) -> String {
    which.0.id
}

/// Read under a constant.
#[tool(read_only, cache = CACHE)]
async fn constant(id: &str) -> String {
    id.to_owned()
}

/// Write with a secret.
#[tool(invalidates = INVALIDATES)]
async fn secret(#[arg(secret)] token: String) {
    drop(token);
}

/// Say who asks, if anybody does.
#[tool(read_only, cache = "60s")]
async fn perhaps(caller: Option<Caller>) -> String {
    format!("{caller:?}")
}

fn problems(server: Server) -> String {
    server.check().unwrap_err().to_string()
}

#[test]
fn a_cache_names_arguments_that_are_there() {
    let text = problems(Server::new("checks").mount(tools![whole, constant]));
    for name in ["ident", "name", "page", "user"] {
        assert!(text.contains(&format!("`{name}`")), "{name} in {text}");
    }
    assert!(text.contains("`id`"), "{text}");
}

#[test]
fn a_tag_holds_no_secret() {
    let text = problems(Server::new("checks").mount(tools![secret]));
    assert!(text.contains("secret argument `token`"), "{text}");
}

#[test]
fn a_cache_for_everybody_takes_no_caller() {
    assert!(Server::new("checks").mount(tools![perhaps]).check().is_ok());
    let nobody = tools![perhaps].auth(Auth::new("none"));
    let text = problems(Server::new("checks").mount(nobody));
    assert!(text.contains("looks at its caller"), "{text}");
}
