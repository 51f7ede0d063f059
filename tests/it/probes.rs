//! The questions that a production server is asked first, over HTTP and in both eras of the protocol. Each test is named for its question.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use mcp_runtime::prelude::*;
use mcp_runtime::store::{Charge, KeySpace, MemoryStore, Store as _};
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{CACHE_META_KEY, Cache, ErrorKind, Policies, Principal, Tool, ToolDef};
use parking_lot::{Condvar, Mutex};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, advance};

use crate::script::{Script, Step, settle};
use crate::shared_store::{KEY, Shared};

/// The two eras.
const ERAS: [bool; 2] = [false, true];

fn ada() -> Principal {
    Principal::new("https://id.example.com", "ada").tenant("acme")
}

/// A client that says yes to every question, and gives its name as Ada's.
async fn client(server: Server, legacy: bool) -> Client {
    let answer =
        |_: &str, _: &_| json!({"action": "accept", "content": {"confirm": true, "name": "Ada"}});
    let builder = Client::builder(server)
        .http()
        .caller(ada())
        .answering(answer);
    let builder = if legacy { builder.legacy() } else { builder };
    builder.connect().await
}

async fn scripted(tools: Toolset, script: &Arc<Script>, legacy: bool) -> Client {
    let server = Server::new("probes")
        .mount(tools)
        .shared_state(Arc::clone(script));
    client(server, legacy).await
}

async fn all_at_once(client: &Client, tool: &str, calls: usize) -> Vec<Reply> {
    join_all((0..calls).map(|_| client.call(tool, json!({})))).await
}

/// Do what can be done twenty times at once.
#[tool(rate = "20/h per caller")]
async fn burst(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_20_admits_exactly_20() {
    for legacy in ERAS {
        let script = Script::new([]);
        let client = scripted(tools![burst], &script, legacy).await;
        let replies = all_at_once(&client, "burst", 50).await;
        let admitted = replies.iter().filter(|reply| !reply.is_error()).count();
        assert_eq!((admitted, script.runs()), (20, 20), "legacy: {legacy}");
        let refused = replies
            .iter()
            .filter(|reply| reply.code() == Some("rate_limited"));
        assert_eq!(refused.count(), 30);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_the_limit_carries_retry_after_ms() {
    for legacy in ERAS {
        let client = scripted(tools![burst], &Script::new([]), legacy).await;
        all_at_once(&client, "burst", 20).await;
        let refused = client.call("burst", json!({})).await;
        let wait = refused.error_object().unwrap()["retryAfterMs"]
            .as_u64()
            .unwrap();
        assert_eq!(wait, 3 * 60 * 1000, "legacy: {legacy}");
        advance(Duration::from_millis(wait - 1)).await;
        assert!(
            client.call("burst", json!({})).await.is_error(),
            "a millisecond too soon"
        );
        advance(Duration::from_millis(1)).await;
        assert!(
            !client.call("burst", json!({})).await.is_error(),
            "as it was told"
        );
        assert!(
            client.call("burst", json!({})).await.is_error(),
            "and no more than one"
        );
    }
}

/// Delete everything.
#[tool(destructive, confirm = "never")]
async fn wipe() {}

/// The attribute says so where it is written, and the builder where it is not.
#[test]
fn a_destructive_tool_with_a_cache_does_not_compile() {
    let said = include_str!("../../ui-tests/policy/cached_destructive.stderr");
    assert!(
        said.contains("error: a destructive tool can't be cached"),
        "{said}"
    );
    let def: &'static ToolDef = Box::leak(Box::new(wipe::DEF.cache(Cache::new("60s"))));
    let server = Server::new("probes").mount(Toolset::new(Vec::leak(vec![def])));
    let refused = server.check().unwrap_err().to_string();
    assert!(
        refused.contains("a destructive tool can't be cached"),
        "{refused}"
    );
}

/// Look something up.
#[tool(read_only, cache = "60s")]
async fn look(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn ten_concurrent_equal_calls_on_a_cold_cache_run_the_tool_once() {
    for legacy in ERAS {
        let script = Script::new([Step::Take(Duration::from_secs(1))]);
        let client = scripted(tools![look], &script, legacy).await;
        for reply in all_at_once(&client, "look", 10).await {
            assert_eq!(reply.text(), "run 1", "legacy: {legacy}");
        }
        assert_eq!(script.runs(), 1);
    }
}

/// Pay.
#[tool]
async fn pay(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

/// Set a price.
#[tool(idempotent)]
async fn price(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_not_idempotent_is_never_retried() {
    for legacy in ERAS {
        for (tool, runs) in [("pay", 1), ("price", 4)] {
            let steps = [(); 9].map(|()| Step::Fail(ErrorKind::Transient));
            let script = Script::new(steps);
            let server = Server::new("probes")
                .mount(tools![pay, price])
                .defaults(Policies::new().retry("3 exp 1ms..1ms"))
                .shared_state(Arc::clone(&script));
            let reply = client(server, legacy).await.call(tool, json!({})).await;
            assert_eq!(reply.code(), Some("unavailable"));
            assert_eq!(script.runs(), runs, "{tool}, legacy: {legacy}");
        }
    }
}

/// Find an order, under every policy that a reader can have.
#[tool(
    read_only,
    auth = "user",
    when = "arg.tenant == claim.tenant",
    rate = ["100/s per caller", "1000/s per global"],
    cache = "60s private swr 60s stale_if_error 60s tags(orders) vary(claim.tenant) max 100",
    timeout = "10s attempt 5s",
    retry = "1 exp 1ms..1ms",
    breaker = "50% of 20 in 30s open 15s",
    concurrency = "8 queue 8 wait 1s per caller",
    max_in = "1KB",
    max_out = "1KB truncate",
    audit = "full",
    deprecated = "too slow"
)]
async fn order(tenant: String, how: String) -> Result<String, ToolError> {
    match how.as_str() {
        "own" => {
            Err(ToolError::not_found(format!("{tenant} has no order 7"))
                .hint("`orders` lists them"))
        }
        _ => Err(io::Error::other("postgres://db.internal:5432 refused the connection").into()),
    }
}

/// Cancel an order, under every policy that a writer can have.
#[tool(
    destructive,
    idempotent,
    auth = "user",
    rate = "100/s",
    invalidates = "tags(orders)",
    timeout = "10s",
    retry = "1 exp 1ms..1ms",
    breaker = "5 fails",
    concurrency = "8",
    audit = "full",
    confirm = "Cancel all of {tenant}?",
    idempotency = "1h required"
)]
async fn cancel(tenant: String, how: String) -> Result<String, ToolError> {
    order(tenant, how).await
}

async fn failing(how: &str, legacy: bool) -> Vec<Reply> {
    let caller = ada().claim("tenant", "acme");
    let server = Server::new("probes")
        .mount(tools![order, cancel])
        .defaults(Policies::production());
    let client = client(server, legacy).await.as_caller(caller);
    let arguments = json!({"tenant": "acme", "how": how});
    let mut keyed = arguments.clone();
    keyed["idempotencyKey"] = json!(how);
    vec![
        client.call("order", arguments).await,
        client.call("cancel", keyed).await,
    ]
}

#[tokio::test(start_paused = true)]
async fn a_tools_own_error_text_reaches_the_model_with_all_policies_on() {
    for legacy in ERAS {
        for reply in failing("own", legacy).await {
            assert_eq!(reply.code(), Some("not_found"), "{reply:?}");
            assert_eq!(
                reply.text(),
                "acme has no order 7\nhint: `orders` lists them"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_foreign_errors_text_does_not_reach_the_model() {
    for legacy in ERAS {
        for reply in failing("foreign", legacy).await {
            assert_eq!(reply.code(), Some("internal"), "{reply:?}");
            assert!(reply.text().starts_with("internal error (id "), "{reply:?}");
            let sent = reply.raw().to_string();
            assert!(
                !sent.contains("postgres") && !sent.contains("refused"),
                "{sent}"
            );
        }
    }
}

/// Something that a thread waits for.
#[derive(Default)]
struct Door {
    open: Mutex<bool>,
    opened: Condvar,
}

/// Opens the door at the latest when the test ends, however it ends: nobody waits for a test that has failed.
struct Opens(Arc<Door>);

impl Drop for Opens {
    fn drop(&mut self) {
        *self.0.open.lock() = true;
        self.0.opened.notify_all();
    }
}

/// Wait for the door, thread and all.
#[tool(blocking, timeout = "200ms")]
fn block(door: State<Door>) -> &'static str {
    let mut open = door.open.lock();
    while !*open {
        door.opened.wait(&mut open);
    }
    "through"
}

#[tokio::test]
async fn a_timeout_of_200_ms_answers_in_about_200_ms_though_the_tool_blocks_its_thread() {
    for legacy in ERAS {
        let door = Arc::new(Door::default());
        let server = Server::new("probes")
            .mount(tools![block])
            .shared_state(Arc::clone(&door));
        let _opens = Opens(door);
        let client = client(server, legacy).await;
        let started = Instant::now();
        let reply = client.call("block", json!({})).await;
        let took = started.elapsed();
        assert_eq!(reply.code(), Some("timeout"), "legacy: {legacy}");
        assert_eq!(reply.error_object().unwrap()["outcome"], "unknown");
        // Not before its time, and not when the thread pleases. What lies between is this machine's own affair.
        assert!(
            took >= Duration::from_millis(200) && took < Duration::from_secs(5),
            "{took:?}"
        );
    }
}

#[test]
fn a_million_distinct_callers_do_not_grow_memory_past_the_bound() {
    let bound = 1 << 14;
    let (store, keys) = (MemoryStore::with_limits(bound, 1 << 20), KeySpace::random());
    for caller in 0..1_000_000_u64 {
        let charge = Charge {
            key: keys.key("caller").number(caller).finish(),
            interval: Duration::from_secs(3600),
            burst: 10,
            cost: 1,
        };
        store.take_now(&[charge]);
    }
    assert!(store.bucket_count() <= bound, "{}", store.bucket_count());
    assert!(
        store.overflows() > 0,
        "those without a bucket of their own share one"
    );
}

/// Look something up for one caller.
#[tool(
    read_only,
    auth = "user",
    rate = "5/h per caller",
    cache = "1h private",
    concurrency = "1 per caller",
    deprecated = "too slow"
)]
async fn mine(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn callers_beyond_the_bound_over_http_share_a_bucket() {
    for legacy in ERAS {
        let store = Shared::new(MemoryStore::with_limits(64, 1 << 16));
        let server = Server::new("probes")
            .mount(tools![mine])
            .shared_state(Script::new([]))
            .store(store.clone())
            .state_key(KEY);
        let client = client(server, legacy).await;
        let mut refused = 0;
        for number in 0..500 {
            let caller = Principal::local(number.to_string());
            let reply = client.as_caller(caller).call("mine", json!({})).await;
            refused += usize::from(reply.code() == Some("rate_limited"));
        }
        assert!(store.bucket_count() <= 64, "{}", store.bucket_count());
        assert!(
            refused > 0,
            "a flood of new names brings no fresh allowances"
        );
    }
}

#[derive(Deserialize, JsonSchema)]
struct Who {
    name: String,
}

/// Greet the user.
#[tool(
    read_only,
    rate = "2/h per global",
    cache = "1h",
    retry = "3 exp 1ms..1ms"
)]
async fn greet(ctx: Context, script: State<Script>) -> Result<String, ToolError> {
    let run = script.run().await?;
    let who: Who = ctx.ask("who", "What is your name?").await?;
    Ok(format!("{}, {run}", who.name))
}

#[tokio::test(start_paused = true)]
async fn a_continuation_of_several_rounds_is_neither_charged_twice_nor_cached_nor_retried() {
    for legacy in ERAS {
        let script = Script::new([]);
        let client = scripted(tools![greet], &script, legacy).await;
        // A question ends a round where the protocol has rounds, and waits where it has none.
        let rounds = if legacy { 1 } else { 2 };
        for call in 1..=2 {
            let reply = client.call("greet", json!({})).await;
            assert_eq!(
                reply.text(),
                format!("Ada, run {}", call * rounds),
                "legacy: {legacy}"
            );
            assert!(reply.meta().get(CACHE_META_KEY).is_none(), "not cached");
            assert_eq!(script.runs(), call * rounds, "not retried");
        }
        // Two calls were paid for, however many rounds they had.
        let third = client.call("greet", json!({})).await;
        assert_eq!(third.code(), Some("rate_limited"));
        settle().await;
        assert_eq!(script.runs(), 2 * rounds);
    }
}
