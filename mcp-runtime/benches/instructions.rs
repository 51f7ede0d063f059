//! How many instructions a call takes between the protocol and the tool: a figure that a busy machine does not change.
//!
//! `cargo bench --bench instructions --features testing` runs itself under valgrind's callgrind (Debian: `apt-get install valgrind`), and fails
//! where a call takes 5 % more than what is recorded here. What makes a call cheaper lowers the record in the same commit. Beside it stands the
//! time of a call in a loop, without anything that counts allocations.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark prints its figures, its time is the machine's, and it has nothing to do where its server does not start"
)]

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::Corridor;
use mcp_runtime::{Answer as _, Output, Principal};
use serde_json::{Map, Value};

/// What a call took when it was looked at last: tool and instructions, with rustc 1.95 on x86-64.
const RECORDED: &[(&str, f64)] = &[("shim", 2_440.0), ("empty", 10_260.0), ("full", 14_670.0)];

/// How much more is a change that somebody should know of.
const TOLERANCE: f64 = 0.05;

/// Calls of the shorter and of the longer run. What both take beyond their calls cancels out.
const CALLS: [u64; 2] = [1_000, 3_000];

/// Nothing declared.
#[tool(read_only, audit = "off")]
async fn empty(a: i64, b: i64) -> i64 {
    a + b
}

/// What a busy server declares.
#[tool(
    read_only,
    audit = "off",
    auth = "math:read & role:clerk",
    rate = ["1000000000/s per caller", "4000000000/s"],
    timeout = "5s attempt 2s",
    retry = "1",
    breaker = "50% of 20 in 30s open 15s",
    concurrency = "8",
    max_in = "1KB",
    max_out = "1KB"
)]
async fn full(
    #[validate(range(min = 0, max = 100))] a: i64,
    #[validate(range(min = 0, max = 100))] b: i64,
) -> i64 {
    a + b
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, tool, calls] = arguments.as_slice()
        && command == "--run"
    {
        run(tool, calls.parse().expect("a number of calls"));
        return ExitCode::SUCCESS;
    }
    let mut worse = false;
    for (tool, recorded) in RECORDED {
        let [short, long] = CALLS.map(|calls| instructions(tool, calls));
        let [few, many] = CALLS;
        let taken = (long - short) as f64 / (many - few) as f64;
        let change = taken / recorded - 1.0;
        println!(
            "{tool:<6} {:>5} ns, {taken:>6.0} instructions a call, {:+.1} % beside the {recorded} recorded",
            time(tool).as_nanos(),
            100.0 * change
        );
        worse |= change > TOLERANCE;
    }
    match worse {
        false => ExitCode::SUCCESS,
        true => {
            println!(
                "a call takes more than it did; find out why, or record it in benches/instructions.rs and say why"
            );
            ExitCode::FAILURE
        }
    }
}

/// What callgrind counts of a run of this program.
fn instructions(tool: &str, calls: u64) -> u64 {
    let this = std::env::current_exe().expect("this program has a path");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["--run", tool, &calls.to_string()])
        .output()
        .expect("valgrind runs; on Debian: apt-get install valgrind");
    let said = String::from_utf8_lossy(&run.stderr);
    let counted = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let counted = counted.and_then(|(_, count)| count.trim().parse().ok());
    counted.unwrap_or_else(|| panic!("callgrind counted nothing: {said}"))
}

/// The time of a call: the median of several runs in a loop.
fn time(tool: &str) -> Duration {
    const RUNS: usize = 9;
    const CALLS: u32 = 100_000;
    let mut times: Vec<Duration> = (0..RUNS).map(|_| run(tool, CALLS.into()) / CALLS).collect();
    times.sort_unstable();
    times[RUNS / 2]
}

/// Calls a tool so often, and says how long that took.
fn run(tool: &str, calls: u64) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let ada = Principal::new("https://id.example.com", "ada")
        .scope("math:read")
        .role("clerk")
        .into();
    runtime.block_on(async {
        let server = Server::new("bench").mount(tools![empty, full]);
        let corridor = Corridor::open(server).await.expect("the server starts");
        let began = Instant::now();
        for _ in 0..calls {
            match tool {
                "shim" => {
                    let called: BoxFuture<'static, _> = Box::pin(shim(arguments()));
                    black_box(called.await).expect("the call succeeds");
                }
                _ => {
                    let called = corridor.call(tool, arguments(), Some(&ada)).await;
                    called.expect("the call succeeds");
                }
            }
        }
        began.elapsed()
    })
}

/// The least that any server does for the same call: read two arguments from JSON, run the function, make text of its answer.
async fn shim(arguments: Map<String, Value>) -> Result<Output, ToolError> {
    let read = |name: &str| -> Result<i64, ToolError> {
        let value = arguments.get(name).unwrap_or(&Value::Null);
        Ok(serde::Deserialize::deserialize(value)?)
    };
    empty(read("a")?, read("b")?).await.into_output()
}

fn arguments() -> Map<String, Value> {
    let arguments = [("a", 19), ("b", 23)];
    let arguments = arguments.map(|(name, value)| (name.to_owned(), Value::from(value)));
    arguments.into_iter().collect()
}
