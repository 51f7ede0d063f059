//! How many instructions a call takes between the protocol and the tool: a figure that a busy machine does not change.
//!
//! `cargo bench --bench instructions --features testing` runs itself under valgrind's callgrind (Debian: `apt-get install valgrind`), and fails
//! where a call takes 5 % more than what is recorded here. What makes a call cheaper lowers the record in the same commit.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its figures, and has nothing to do where its server does not start"
)]

use std::process::{Command, ExitCode};

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Corridor;
use serde_json::{Map, Value};

/// What a call took when it was looked at last: tool and instructions, with rustc 1.95 on x86-64.
const RECORDED: &[(&str, f64)] = &[("empty", 0.0), ("full", 0.0)];

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
    if let [run, tool, calls] = arguments.as_slice()
        && run == "--run"
    {
        call(tool, calls.parse().expect("a number of calls"));
        return ExitCode::SUCCESS;
    }
    let mut worse = false;
    for (tool, recorded) in RECORDED {
        let [short, long] = CALLS.map(|calls| instructions(tool, calls));
        let [few, many] = CALLS;
        let taken = (long - short) as f64 / (many - few) as f64;
        let change = taken / recorded - 1.0;
        println!(
            "{tool:<6} {taken:>8.0} instructions a call, {:+.1} % of {recorded}",
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

fn call(tool: &str, calls: u64) {
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
        for _ in 0..calls {
            let called = corridor.call(tool, arguments(), Some(&ada)).await;
            called.expect("the call succeeds");
        }
    });
}

fn arguments() -> Map<String, Value> {
    let arguments = [("a", 19), ("b", 23)];
    let arguments = arguments.map(|(name, value)| (name.to_owned(), Value::from(value)));
    arguments.into_iter().collect()
}
