//! `deprecated`: those who list the tool are told, and its owner hears of each call and finds it counted.

use std::sync::Arc;

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use parking_lot::Mutex;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context as Layered, SubscriberExt as _};

/// Search.
#[tool(
    read_only,
    auth = "user",
    deprecated = "use search_v2; sunset 2099-01-31",
    rate = "3/h per global"
)]
async fn search(words: Option<String>) -> String {
    words.unwrap_or_default()
}

/// Search better.
#[tool(read_only, auth = "user")]
async fn search_v2() {}

/// Search as nobody should any more.
#[tool(read_only, deprecated = "too slow; sunset 2020-01-31")]
async fn overdue() {}

#[derive(Clone, Default)]
struct Warned(Arc<Mutex<Vec<String>>>);

impl Warned {
    /// The warnings that say this.
    fn of(&self, what: &str) -> Vec<String> {
        let warned = self.0.lock();
        warned
            .iter()
            .filter(|warning| warning.contains(what))
            .cloned()
            .collect()
    }
}

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Warned {
    fn on_event(&self, event: &tracing::Event<'_>, _: Layered<'_, S>) {
        if *event.metadata().level() == tracing::Level::WARN {
            let mut words = Words::default();
            event.record(&mut words);
            self.0.lock().push(words.0.join(" "));
        }
    }
}

#[derive(Default)]
struct Words(Vec<String>);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push(format!("{field}={value:?}"));
    }
}

const CALLED: &str = "a deprecated tool is called";

#[tokio::test]
async fn each_call_is_a_warning_and_counts() {
    let warned = Warned::default();
    let _listening =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(warned.clone()));
    let server = Server::new("deprecated").mount_at("shop", tools![search, search_v2]);
    let metrics = server.metrics();
    let ada = Principal::local("ada").client_id("desk");
    let client = Client::builder(server).caller(ada).connect().await;

    let description = client.tools().await["shop.search"]["description"].clone();
    assert_eq!(
        description,
        "[Deprecated: use shop.search_v2; sunset 2099-01-31] Search."
    );

    for _ in 0..3 {
        assert!(!client.call("shop.search", json!({})).await.is_error());
    }
    let bob = client.as_caller(Principal::local("bob"));
    assert_eq!(
        bob.call("shop.search", json!({})).await.code(),
        Some("rate_limited")
    );
    assert_eq!(
        bob.call("shop.search", json!({"word": "x"})).await.code(),
        Some("invalid_input")
    );
    client.call("shop.search_v2", json!({})).await;
    // Nobody may not know that the tool is there.
    assert!(
        client
            .anonymous()
            .call("shop.search", json!({}))
            .await
            .is_error()
    );

    let told = warned.of(CALLED);
    assert_eq!(told.len(), 5, "{told:?}");
    for part in [
        "shop.search",
        "ada",
        "desk",
        "use shop.search_v2; sunset 2099-01-31",
    ] {
        assert!(told[0].contains(part), "{told:?}");
    }
    assert!(told[2].contains("ada"), "of the same caller too: {told:?}");
    assert!(
        told[3..].iter().all(|told| told.contains("bob")),
        "{told:?}"
    );
    let counted = metrics
        .snapshot()
        .tools
        .into_iter()
        .map(|tool| tool.deprecated);
    assert_eq!(counted.collect::<Vec<_>>(), [5, 0]);
}

#[test]
fn a_tool_that_should_be_gone_is_warned_of_when_the_server_is_built() {
    let warned = Warned::default();
    let listening = tracing_subscriber::registry().with(warned.clone());
    tracing::subscriber::with_default(listening, || {
        Server::new("deprecated")
            .mount(tools![search, search_v2, overdue])
            .check()
            .unwrap();
    });
    let told = warned.of("beyond its last day");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("too slow; sunset 2020-01-31"), "{told:?}");
}
