//! What a call over stdin and stdout costs, beside bare rmcp and a plain loop in the same run.
//!
//! `cargo bench --bench stdio --features stdio` starts each server as a process of its own, and talks to it through pipes: one call at a time,
//! then 10,000 at once. It prints medians over the rounds, which a number as argument sets (default 5); the servers take turns. The loop is
//! the floor: it reads a line, parses its JSON, and writes an answer. rmcp has two ways to stdin and stdout: `stdio_pipes`, whose pipes its
//! runtime polls, is the quicker one, and `stdio` goes through threads.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and its time is the machine's"
)]

mod servers;

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

/// Calls one after the other.
const ROUND_TRIPS: u64 = 2_000;

/// Calls at once.
const PIPELINED: u64 = 10_000;

const KINDS: [&str; 6] = [
    "loop",
    RMCP,
    "rmcp, threads",
    "ours",
    "rmcp, workers",
    "ours, workers",
];

/// What the others are compared with: it is what a server would be without us, at its quickest.
const RMCP: &str = "rmcp";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, kind] = arguments.as_slice()
        && serve == "--serve"
    {
        return servers::serve(kind);
    }
    let rounds = arguments.iter().find_map(|word| word.parse().ok());
    let rounds: usize = rounds.unwrap_or(5);
    println!("{rounds} rounds, medians\n");
    println!(
        "{:<13} {:>14} {:>6} {:>18} {:>6}",
        "", "round trip", "ratio", "10,000 pipelined", "ratio"
    );
    let mut costs: Vec<[Vec<f64>; 2]> = KINDS.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for (kind, costs) in KINDS.iter().zip(&mut costs) {
            let mut server = Server::start(kind)?;
            costs[0].push(server.round_trips()?);
            costs[1].push(server.pipelined()?);
        }
    }
    let medians = costs
        .iter_mut()
        .map(|costs| costs.each_mut().map(|costs| median(costs)));
    let medians: Vec<[f64; 2]> = medians.collect();
    let base = KINDS.iter().position(|kind| *kind == RMCP);
    let base = medians[base.ok_or("nothing to compare with")?];
    for (kind, [trip, pipelined]) in KINDS.iter().zip(medians) {
        println!(
            "{kind:<13} {trip:>11.1} µs {:>6.2} {pipelined:>12.0} calls/s {:>6.2}",
            trip / base[0],
            pipelined / base[1],
        );
    }
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(kind: &str) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", kind])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            stdin: child.stdin.take().ok_or("a child without stdin")?,
            stdout: BufReader::new(child.stdout.take().ok_or("a child without stdout")?),
            child,
        };
        // The first one begins the session, and what is made once is made.
        for id in 0..200 {
            server.stdin.write_all(&call(id))?;
            server.answer()?;
        }
        Ok(server)
    }

    /// Microseconds a call.
    fn round_trips(&mut self) -> Result<f64> {
        let began = Instant::now();
        for id in 0..ROUND_TRIPS {
            self.stdin.write_all(&call(id))?;
            self.answer()?;
        }
        Ok(began.elapsed().as_secs_f64() * 1e6 / ROUND_TRIPS as f64)
    }

    /// Calls a second. Every answer must come, once.
    fn pipelined(&mut self) -> Result<f64> {
        let calls: Vec<u8> = (0..PIPELINED).flat_map(call).collect();
        let began = Instant::now();
        let mut answered = HashSet::new();
        std::thread::scope(|scope| -> Result<()> {
            let stdin = &mut self.stdin;
            let written = scope.spawn(move || stdin.write_all(&calls));
            for _ in 0..PIPELINED {
                let mut line = String::new();
                self.stdout.read_line(&mut line)?;
                answered.insert(id(&line)?);
            }
            written.join().map_err(|_| "the writer panicked")??;
            Ok(())
        })?;
        match answered.len() as u64 {
            PIPELINED => Ok(PIPELINED as f64 / began.elapsed().as_secs_f64()),
            answered => Err(format!("{answered} of {PIPELINED} answers").into()),
        }
    }

    fn answer(&mut self) -> Result<u64> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        id(&line)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It was ours alone, and nothing is lost with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(id: u64) -> Vec<u8> {
    let message = json!({
        "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {
            "name": "add", "arguments": {"a": 19, "b": 23},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1.0.0"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    format!("{message}\n").into_bytes()
}

/// The id of a result.
fn id(line: &str) -> Result<u64> {
    let message: Value = serde_json::from_str(line)?;
    let id = message["result"]
        .is_object()
        .then(|| message["id"].as_u64());
    id.flatten()
        .ok_or_else(|| format!("not a result: {line}").into())
}
