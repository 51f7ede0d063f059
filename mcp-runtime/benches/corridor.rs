//! What a call costs between the protocol and the tool: with no policies, and with each declared one.
//!
//! `cargo bench --bench corridor --features testing` prints time and allocations of one call. `shim` is the least that any server
//! does for the same call: read two arguments from JSON, run the function, make text of its answer. What a policy costs is its row less
//! `empty`.

#![allow(
    clippy::expect_used,
    reason = "a benchmark has nothing to do where its server does not start"
)]

use std::hint::black_box;
use std::sync::{Arc, LazyLock};

use divan::{AllocProfiler, Bencher};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Corridor;
use mcp_runtime::{Answer as _, Output, Principal};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A function and nothing else.
#[tool(read_only, audit = "off")]
async fn empty(a: i64, b: i64) -> i64 {
    a + b
}

/// Tools that differ from `empty` in one policy.
macro_rules! policies {
    ($($name:ident [$($policy:tt)*])*) => {
        $(
            /// A function and one policy.
            #[tool($($policy)*)]
            async fn $name(a: i64, b: i64) -> i64 {
                a + b
            }
        )*
        /// Every policy by its name; its tool is called so.
        const POLICIES: &[&str] = &[$(stringify!($name)),*];
        const TOOLS: Toolset = tools![empty, validation, redaction, cache_miss, idempotency_first, audit_sink, $($name),*];
    };
}

policies! {
    auth [read_only, audit = "off", auth = "math:read & role:clerk"]
    rate_one [read_only, audit = "off", rate = "1000000000/s"]
    rate_two [read_only, audit = "off", rate = ["1000000000/s", "4000000000/s per arg.a"]]
    rate_per_caller [read_only, audit = "off", auth = "user", rate = "1000000000/s per caller"]
    when [read_only, audit = "off", auth = "user", when = "claim.desk == arg.a"]
    deprecated [read_only, audit = "off", deprecated = "too slow"]
    invalidates [idempotent, audit = "off", invalidates = "tags(sums)"]
    cache_hit [read_only, audit = "off", cache = "1h"]
    timeout [read_only, audit = "off", timeout = "5s attempt 2s"]
    retry [read_only, audit = "off", retry = "3"]
    breaker [read_only, audit = "off", breaker = "50% of 20 in 30s open 15s"]
    concurrency [read_only, audit = "off", concurrency = "8 queue 32 wait 2s"]
    concurrency_per_caller [read_only, audit = "off", auth = "user", concurrency = "8 per caller"]
    size [read_only, audit = "off", max_in = "1KB", max_out = "1KB"]
    idempotency [idempotent, audit = "off", idempotency = "24h"]
    all [read_only, audit = "off", auth = "math:read", rate = "1000000000/s per caller", timeout = "5s", concurrency = "8", retry = "1", breaker = "50% of 20 in 30s open 15s"]
}

/// Two rules over the arguments.
#[tool(read_only, audit = "off")]
async fn validation(
    #[validate(range(min = 0, max = 100))] a: i64,
    #[validate(range(min = 0, max = 100))] b: i64,
) -> i64 {
    a + b
}

/// An argument that is never printed.
#[tool(read_only, audit = "off")]
async fn redaction(a: i64, #[arg(secret)] b: i64) -> i64 {
    a + b
}

/// A cache that never has the answer yet.
#[tool(read_only, audit = "off", cache = "1h")]
async fn cache_miss(a: i64, b: i64) -> i64 {
    a + b
}

/// A key that was never used before.
#[tool(idempotent, audit = "off", idempotency = "24h")]
async fn idempotency_first(a: i64, b: i64) -> i64 {
    a + b
}

/// A record in the audit file.
#[tool(read_only, audit = "meta")]
async fn audit_sink(a: i64, b: i64) -> i64 {
    a + b
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    // What a call hands to a task runs where the call does, as it does in a worker of a runtime with several.
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
});

static CORRIDOR: LazyLock<Corridor> = LazyLock::new(|| open(Server::new("bench")));

/// A server whose audit file is read by nobody.
static RECORDED: LazyLock<Corridor> =
    LazyLock::new(|| open(Server::new("bench").audit_file("/dev/null")));

fn open(server: Server) -> Corridor {
    RUNTIME
        .block_on(Corridor::open(server.mount(TOOLS)))
        .expect("the server starts")
}

static ADA: LazyLock<Arc<Principal>> = LazyLock::new(|| Arc::new(caller(0)));

fn caller(number: usize) -> Principal {
    Principal::new("https://id.example.com", format!("user-{number}"))
        .scope("math:read")
        .role("clerk")
        .claim("desk", 19)
}

fn arguments() -> Map<String, Value> {
    with(json!({"a": 19, "b": 23}))
}

fn with(arguments: Value) -> Map<String, Value> {
    match arguments {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    }
}

/// One call, for Ada.
fn call(corridor: &Corridor, tool: &str, arguments: Map<String, Value>) {
    let call = corridor.call(tool, arguments, Some(&ADA));
    RUNTIME.block_on(call).expect("the call succeeds");
}

#[divan::bench]
fn shim(bencher: Bencher<'_, '_>) {
    async fn shim(arguments: Map<String, Value>) -> Result<Output, ToolError> {
        let read = |name: &str| -> Result<i64, ToolError> {
            let value = arguments.get(name).unwrap_or(&Value::Null);
            Ok(serde::Deserialize::deserialize(value)?)
        };
        empty(read("a")?, read("b")?).await.into_output()
    }
    bencher.with_inputs(arguments).bench_values(|arguments| {
        let tool: futures_util::future::BoxFuture<'static, _> = Box::pin(shim(arguments));
        black_box(RUNTIME.block_on(tool)).is_ok()
    });
}

#[divan::bench]
fn nothing_but_the_corridor(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(arguments)
        .bench_values(|arguments| call(&CORRIDOR, "empty", arguments));
}

#[divan::bench(args = POLICIES)]
fn with_policy(bencher: Bencher<'_, '_>, tool: &str) {
    call(&CORRIDOR, tool, arguments());
    bencher
        .with_inputs(arguments)
        .bench_values(|arguments| call(&CORRIDOR, tool, arguments));
}

#[divan::bench]
fn with_validation(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(arguments)
        .bench_values(|arguments| call(&CORRIDOR, "validation", arguments));
}

#[divan::bench]
fn with_redaction(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| with(json!({"a": 19, "b": 5_120_023})))
        .bench_values(|arguments| call(&CORRIDOR, "redaction", arguments));
}

#[divan::bench]
fn with_cache_miss(bencher: Bencher<'_, '_>) {
    let mut next = 0;
    bencher
        .with_inputs(|| {
            next += 1;
            with(json!({"a": next, "b": 23}))
        })
        .bench_local_values(|arguments| call(&CORRIDOR, "cache_miss", arguments));
}

#[divan::bench]
fn with_a_new_idempotency_key(bencher: Bencher<'_, '_>) {
    let mut next = 0;
    bencher
        .with_inputs(|| {
            next += 1;
            with(json!({"a": 19, "b": 23, "idempotencyKey": format!("key-{next}")}))
        })
        .bench_local_values(|arguments| call(&CORRIDOR, "idempotency_first", arguments));
}

#[divan::bench]
fn with_an_audit_record(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(arguments)
        .bench_values(|arguments| call(&RECORDED, "audit_sink", arguments));
}

#[divan::bench(args = [1, 1_000_000])]
fn callers(bencher: Bencher<'_, '_>, callers: usize) {
    let callers: Vec<_> = (0..callers)
        .map(|number| Arc::new(caller(number)))
        .collect();
    let mut turn = callers.iter().cycle();
    bencher
        .with_inputs(|| (arguments(), turn.next().cloned()))
        .bench_local_values(|(arguments, caller)| {
            let call = CORRIDOR.call("rate_per_caller", arguments, caller.as_ref());
            RUNTIME.block_on(call).expect("the call succeeds");
        });
}
