//! Functions that list a template's resources and complete what people type: what of the policies around them is theirs, and what is not.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

/// One of each, with all that a toolset can say for them.
#[toolset(
    auth = "crm:read",
    rate = ["1/h", "9/h per arg.id"],
    when = "claim.id == arg.id",
    confirm = "Sure?",
    cache = "1h",
    invalidates = "tags(crm)",
    concurrency = "1 per arg.id",
    idempotency = "1h",
    retry = "2"
)]
mod crm {
    use mcp_runtime::prelude::*;

    async fn all() -> Vec<Link> {
        vec![Link::new("crm://customers/1", "one")]
    }

    fn ids(typed: &str) -> Vec<String> {
        vec![format!("{typed}1")]
    }

    /// A customer.
    #[resource("crm://customers/{id}", list = all)]
    async fn customer(#[complete(ids)] id: String) -> String {
        id
    }

    /// Look at a customer.
    #[prompt]
    async fn look(#[complete(ids)] id: String) -> String {
        id
    }
}

fn ada() -> Principal {
    Principal::new("https://id.example.com", "ada")
        .scope("crm:read")
        .claim("id", "1")
}

async fn both() -> [Client; 2] {
    let builder = || Client::builder(Server::new("crm").mount(crm::TOOLS)).caller(ada());
    [
        builder().connect().await,
        builder().legacy().connect().await,
    ]
}

fn typed(reference: Value) -> Value {
    json!({"ref": reference, "argument": {"name": "id", "value": "4"}})
}

#[tokio::test]
async fn completing_and_listing_are_no_use_of_what_they_serve() {
    for client in both().await {
        for reference in [
            json!({"type": "ref/prompt", "name": "look"}),
            json!({"type": "ref/resource", "uri": "crm://customers/{id}"}),
        ] {
            for _ in 0..5 {
                let proposed = client
                    .request("completion/complete", typed(reference.clone()))
                    .await;
                assert_eq!(proposed.result()["completion"]["values"], json!(["41"]));
            }
        }
        for _ in 0..5 {
            let listed = client.request("resources/list", json!({})).await;
            assert_eq!(listed.result()["resources"][0]["name"], "one");
        }
        // What is about their use holds for it.
        let read = json!({"uri": "crm://customers/1"});
        assert_eq!(client.request("resources/read", &read).await.text(), "1");
        let other = json!({"uri": "crm://customers/2"});
        let refused = client.request("resources/read", other).await;
        assert!(refused.rpc_error().is_some(), "{refused:?}");
    }
}

#[tokio::test]
async fn who_may_not_use_it_is_told_nothing_by_them() {
    for client in both().await {
        let bob = client.as_caller(Principal::new("https://id.example.com", "bob"));
        let listed = bob.request("resources/list", json!({})).await;
        assert_eq!(listed.result()["resources"], json!([]));
        let reference = json!({"type": "ref/prompt", "name": "look"});
        let refused = bob.request("completion/complete", typed(reference)).await;
        assert!(refused.rpc_error().is_some(), "{refused:?}");
    }
}
