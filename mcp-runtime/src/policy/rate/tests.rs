use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use mcp_grammar::{Auth, Cache, Count, OnError, Rate};
use serde_json::json;
use tokio::time::{Instant, advance};

use super::{Limited, take};
use crate::metrics::Metrics;
use crate::policy::fixture::{Calls, Does, calls, fine, server, servers, tool};
use crate::store::{
    Charge, Claim, Key, KeySpace, Lookup, MemoryStore, Payload, Since, Store, StoreError, Taken,
};
use crate::{Principal, ToolDef};

const SECOND: Duration = Duration::from_secs(1);

fn limited(rates: &[&'static str]) -> ToolDef {
    let search = tool("search").auth(Auth::new("user"));
    rates
        .iter()
        .fold(search, |tool, rate| tool.rate(Rate::new(rate)))
}

fn searches(rates: &[&'static str]) -> Calls {
    calls(server(limited(rates), fine), "search").by("ada")
}

#[tokio::test(start_paused = true)]
async fn the_refusal_is_exact() {
    let search = searches(&["10/min burst 2"]);
    assert_eq!(search.passed(5).await, 2);
    let failure = search.failure().await;
    assert_eq!(failure.code, "rate_limited");
    assert_eq!(
        failure.text(),
        "Rate limit for \"search\" exceeded: 10/min burst 2 per caller. Retry in 6 s."
    );
    assert_eq!(failure.object()["retryAfterMs"], 6_000);
    assert_eq!(failure.object()["limit"], "10/min burst 2 per caller");
    advance(6 * SECOND - Duration::from_millis(1)).await;
    assert_eq!(search.outcome().await, "rate_limited");
    advance(Duration::from_millis(1)).await;
    assert_eq!(search.outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_twenty_admits_twenty() {
    let search = searches(&["100/min burst 20 per caller"]);
    assert_eq!(search.passed(50).await, 20);
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_divides_unevenly_is_not_exceeded() {
    let search = searches(&["3/s"]);
    assert_eq!(search.passed(10).await, 3);
    let mut passed = 0;
    for _ in 0..3_000 {
        advance(Duration::from_millis(100)).await;
        passed += search.passed(1).await;
    }
    assert!((898..=900).contains(&passed), "{passed} in 300 s");
}

#[test]
fn no_rounding_makes_a_rate_faster() {
    for text in [
        "3/s",
        "7/min",
        "999999937/s",
        "4294967295/s",
        "4294967295/ms",
    ] {
        let rate = Rate::new(text);
        let bucket =
            super::bucket::Bucket::new(&KeySpace::random(), "search", &rate, false, OnError::Local);
        let search = calls(server(tool("search"), fine), "search");
        let charge = bucket.charge(&search.decoded().call).unwrap();
        let full = charge.interval.as_nanos() * u128::from(rate.limit);
        assert!(full >= rate.window.as_nanos(), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_buckets_pay_or_none_and_the_slowest_is_named() {
    let search = searches(&["5/s per caller", "2/min per tenant", "50/s per global"]);
    let search = search.with_caller(Principal::new("i", "ada").tenant("acme"));
    assert_eq!(search.passed(100).await, 2);
    let failure = search.failure().await;
    assert_eq!(failure.object()["limit"], "2/min per tenant");
    // None of the refused calls took from the two other buckets: once the tenant can pay, they all can.
    advance(30 * SECOND).await;
    assert_eq!(search.outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn callers_have_a_bucket_each() {
    let search = searches(&["1/min"]);
    assert_eq!(search.passed(2).await, 1);
    assert_eq!(search.by("bob").passed(2).await, 1);
    let elsewhere = search.with_caller(Principal::new("https://other.example.com", "ada"));
    assert_eq!(elsewhere.passed(2).await, 1);
    // A new token with other scopes is the same caller.
    let ada = Principal::new("https://id.example.com", "ada")
        .scope("more")
        .claim("jti", 7);
    assert_eq!(search.with_caller(ada).passed(2).await, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_in_particular_shares_one_bucket() {
    let open = tool("search")
        .auth(Auth::new("none"))
        .rate(Rate::new("1/min"));
    let search = calls(server(open, fine), "search");
    assert_eq!(search.passed(1).await, 1);
    let failure = search.by("ada").failure().await;
    assert_eq!(failure.object()["limit"], "1/min");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_refused_and_charges_nothing() {
    let search = searches(&["1/min per global", "5/s per tenant"]);
    let failure = search.failure().await;
    assert_eq!(failure.code, "limit_key_missing");
    assert_eq!(
        failure.text(),
        "`search` is limited per tenant, and this call has none"
    );
    let of_a_tenant = search.with_caller(Principal::new("i", "ada").tenant("acme"));
    assert_eq!(of_a_tenant.passed(1).await, 1);

    for rate in [
        "1/s per client",
        "1/s per ip",
        "1/s per arg.repo",
        "1/s per claim.org",
    ] {
        let outcome = searches(&[rate])
            .with(json!({"repo": null}))
            .outcome()
            .await;
        assert_eq!(outcome, "limit_key_missing", "{rate}");
    }
    let failure = searches(&["1/s per arg.repo"]).failure().await;
    assert!(failure.text().ends_with("hint: send the argument `repo`"));
}

#[tokio::test(start_paused = true)]
async fn keys_are_values_not_texts() {
    let search = searches(&["1/min per arg.id + arg.page"]);
    let distinct = [
        json!({"id": "1", "page": "2"}),
        json!({"id": 1, "page": "2"}),
        json!({"id": "12", "page": ""}),
        json!({"id": "", "page": "12"}),
        json!({"id": [1, 2], "page": 0}),
        json!({"id": [[1], 2], "page": 0}),
        json!({"id": {"a": "1;b:2"}, "page": 0}),
        json!({"id": {"a": "1", "b": "2"}, "page": 0}),
        json!({"id": true, "page": 0}),
        json!({"id": 1.5, "page": 0}),
    ];
    for arguments in distinct {
        assert_eq!(
            search.with(arguments.clone()).passed(2).await,
            1,
            "{arguments}"
        );
    }
    // However a number is written, it is the same one.
    assert_eq!(
        search.with(json!({"id": 1.0, "page": "2"})).passed(1).await,
        0
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_is_its_owner() {
    let search = searches(&["1/min per ip"]);
    assert_eq!(search.from("192.0.2.1").passed(2).await, 1);
    assert_eq!(search.from("::ffff:192.0.2.1").passed(1).await, 0);
    assert_eq!(search.from("192.0.2.2").passed(1).await, 1);
    assert_eq!(search.from("2001:db8:1:2::1").passed(1).await, 1);
    assert_eq!(search.from("2001:db8:1:2:ffff::9").passed(1).await, 0);
    assert_eq!(search.from("2001:db8:1:3::1").passed(1).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_costs_what_its_arguments_say() {
    let search = searches(&["10/min burst 10 cost len(arg.items)"]);
    assert_eq!(
        search.with(json!({"items": [1, 2, 3, 4]})).passed(9).await,
        2
    );
    // Nothing is free, and what is left is two.
    assert_eq!(search.with(json!({})).passed(9).await, 2);

    let by_number = searches(&["10/min cost arg.n"]);
    assert_eq!(by_number.with(json!({"n": 3.2})).passed(9).await, 2);
    assert_eq!(by_number.with(json!({"n": 2})).passed(9).await, 1);
    for n in [json!(-5), json!("5"), json!(null)] {
        let failure = by_number.with(json!({"n": n})).failure().await;
        assert_eq!(
            (failure.code, failure.fields[0].path.as_str()),
            ("invalid_input", "n")
        );
    }
    let failure = by_number.with(json!({"n": 11})).failure().await;
    assert_eq!(failure.code, "invalid_input");
    assert!(
        failure
            .text()
            .contains("costs 11, and no call may cost more than 10")
    );
}

#[tokio::test(start_paused = true)]
async fn tools_that_share_a_bucket_draw_on_one() {
    let shared = |name| tool(name).rate(Rate::new("3/min per global shared search"));
    let server = servers(&[shared("one"), shared("two")]).state(Does::new(fine));
    let one = calls(server, "one");
    assert_eq!(one.passed(2).await, 2);
    assert_eq!(one.of("two").passed(2).await, 1);
}

#[tokio::test(start_paused = true)]
async fn tools_of_one_name_in_two_namespaces_have_their_own() {
    let list = |name| {
        crate::Toolset::new(Vec::leak(vec![&*Box::leak(Box::new(
            tool(name).rate(Rate::new("1/min")),
        ))]))
    };
    let server = crate::Server::new("test")
        .mount_at("a", list("get"))
        .mount_at("b", list("get"))
        .state(Does::new(fine));
    let a = calls(server, "a.get");
    assert_eq!(a.passed(2).await, 1);
    assert_eq!(a.of("b.get").passed(2).await, 1);
}

#[test]
fn what_cannot_hold_does_not_boot() {
    let error = |server: crate::Server| server.check().unwrap_err().to_string();
    let differ = error(servers(&[
        tool("one").rate(Rate::new("3/min per global shared search")),
        tool("two").rate(Rate::new("4/min per global shared search")),
    ]));
    assert!(
        differ.contains("share the bucket `search` and declare it differently"),
        "{differ}"
    );
    let slow = error(servers(&[tool("one").rate(Rate::new("1/d burst 100000"))]));
    assert!(slow.contains("more than a hundred years"), "{slow}");
    let nobody = error(servers(&[ToolDef {
        open: false,
        ..tool("one")
    }
    .rate(Rate::new("1/d per arg.repo"))]));
    assert!(
        nobody
            .contains("the `rate` of tool `one` names the argument `repo`, which it does not have"),
        "{nobody}"
    );
}

/// A store somewhere else, which can go away.
#[derive(Debug, Default)]
struct Remote {
    inner: MemoryStore,
    mode: AtomicUsize,
    metrics: OnceLock<Metrics>,
}

const UP: usize = 0;
const FAILS: usize = 1;
const HANGS: usize = 2;

#[derive(Debug, Clone)]
struct Shared(Arc<Remote>);

impl Store for Shared {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>> {
        match self.0.mode.load(Ordering::Relaxed) {
            UP => self.0.inner.take(charges),
            FAILS => Box::pin(async { Err(StoreError::new("connection refused")) }),
            _ => Box::pin(std::future::pending()),
        }
    }

    fn get(&self, key: Key) -> BoxFuture<'_, Result<Lookup, StoreError>> {
        self.0.inner.get(key)
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.inner.put(key, value, lifetime, tags, since)
    }

    fn remove(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.inner.remove(key)
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.inner.forget(tags)
    }

    fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<Claim, StoreError>> {
        self.0.inner.claim(key, value, lifetime)
    }

    fn settle(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.inner.settle(key, value, lifetime)
    }

    fn release(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.inner.release(key)
    }
}

fn remote(tool: ToolDef, nodes: u32) -> (Calls, Arc<Remote>) {
    let store = Arc::new(Remote::default());
    let server = server(tool, fine)
        .store(Shared(Arc::clone(&store)))
        .state_key([7; 32])
        .expected_nodes(nodes.try_into().unwrap());
    store.metrics.set(server.metrics()).unwrap();
    (calls(server, "search").by("ada"), store)
}

/// How many calls passed unchecked.
fn unchecked(store: &Remote) -> u64 {
    store.metrics.get().unwrap().snapshot().tools[0].unchecked
}

/// How many calls this node alone has counted.
fn checked_locally(store: &Remote) -> u64 {
    store.metrics.get().unwrap().snapshot().tools[0].checked_locally
}

fn set(store: &Remote, mode: usize) {
    store.mode.store(mode, Ordering::Relaxed);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_each_node_keeps_its_share() {
    let (search, store) = remote(limited(&["40/min burst 20"]), 4);
    assert_eq!(search.passed(50).await, 20);
    set(&store, FAILS);
    assert_eq!(search.passed(50).await, 5);
    assert_eq!(checked_locally(&store), 5, "what passes is counted");
    // A quarter of the limit flows back: ten a minute.
    advance(6 * SECOND).await;
    assert_eq!(search.passed(50).await, 1);
    let failure = search.failure().await;
    assert_eq!(failure.code, "rate_limited");
    set(&store, UP);
    advance(SECOND).await;
    assert!(search.passed(50).await > 1);
}

#[tokio::test(start_paused = true)]
async fn a_share_still_pays_for_one_call() {
    let (search, store) = remote(limited(&["10/min cost 10 on_error local"]), 100);
    set(&store, FAILS);
    assert_eq!(search.passed(5).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_away_after_50_ms() {
    let (search, store) = remote(limited(&["10/s"]), 1);
    set(&store, HANGS);
    let start = Instant::now();
    assert_eq!(search.outcome().await, "ok");
    assert_eq!(start.elapsed(), Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn closed_refuses_with_its_own_code() {
    for tool in [
        limited(&["10/s on_error closed"]),
        limited(&["10/s"]).destructive(true),
        limited(&["10/s cost 2"]),
        // What one bucket costs holds for the tool.
        limited(&["10/s", "100/min cost len(arg.ids)"]),
        // The strictest bucket decides.
        limited(&["10/s on_error open", "10/s per global on_error closed"]),
    ] {
        let (search, store) = remote(tool, 1);
        assert_eq!(search.passed(1).await, 1);
        set(&store, FAILS);
        let failure = search.failure().await;
        assert_eq!(failure.code, "limiter_unavailable");
        assert_eq!(failure.object()["retryAfterMs"], 1_000);
        set(&store, UP);
        assert_eq!(search.passed(1).await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn open_lets_through_and_counts() {
    let (search, store) = remote(limited(&["1/min on_error open"]), 1);
    set(&store, FAILS);
    assert_eq!(search.passed(50).await, 50);
    assert_eq!(unchecked(&store), 50);
    let away = || store.metrics.get().unwrap().snapshot().store_away;
    assert!(away());
    set(&store, UP);
    assert_eq!(search.passed(1).await, 1);
    assert!(away(), "it is left alone for a second");
    advance(SECOND).await;
    assert_eq!(search.passed(1).await, 1);
    assert!(!away());
    // A destructive tool is open only because that is what it says.
    let (search, store) = remote(limited(&["1/min on_error open"]).destructive(true), 1);
    set(&store, FAILS);
    assert_eq!(search.passed(2).await, 2);
}

#[tokio::test(start_paused = true)]
async fn open_and_local_buckets_of_one_tool_do_what_each_says() {
    let (search, store) = remote(limited(&["1/min on_error open", "3/min per global"]), 1);
    set(&store, FAILS);
    assert_eq!(search.passed(50).await, 3);
    assert_eq!(search.failure().await.object()["limit"], "3/min");
    assert_eq!(unchecked(&store), 3);
}

#[tokio::test(start_paused = true)]
async fn a_cache_hit_is_charged_where_calls_count() {
    let search = searches(&["2/min count calls", "1/min"]);
    let decoded = search.decoded();
    for _ in 0..2 {
        assert!(take(&decoded.call, Count::Calls).await.is_ok());
    }
    let refused = take(&decoded.call, Count::Calls).await.unwrap_err();
    assert!(matches!(refused, Limited::Exceeded { limit, .. } if limit == "2/min per caller"));
    // The bucket of executions was not touched, and a call that runs takes from both.
    advance(30 * SECOND).await;
    assert_eq!(search.outcome().await, "ok");
    let uncounted = searches(&["1/min"]);
    for _ in 0..9 {
        assert!(take(&uncounted.decoded().call, Count::Calls).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_of_mode_is_one_line() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let (search, store) = remote(limited(&["1/min on_error open"]), 1);
    let outage = async || {
        set(&store, FAILS);
        search.passed(20).await;
        set(&store, UP);
        advance(SECOND).await;
        search.passed(20).await;
    };
    outage().await;
    advance(60 * SECOND).await;
    outage().await;
    assert_eq!(lines.0.load(Ordering::Relaxed), 4);
    // A store that comes and goes does not fill the log.
    outage().await;
    assert_eq!(lines.0.load(Ordering::Relaxed), 4);
}

/// Counts the warnings.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<AtomicUsize>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_memory_costs_nothing_unless_calls_count() {
    let cached = |rate| {
        let search = limited(&[rate]).read_only().cache(Cache::new("1h private"));
        calls(server(search, fine), "search").by("ada")
    };
    assert_eq!(cached("1/h").passed(50).await, 50);
    let counted = cached("3/h count calls");
    assert_eq!(counted.passed(50).await, 3);
    assert_eq!(counted.failure().await.code, "rate_limited");
}
