//! The rows of the table: which servers get which request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load::{self, CONNECTIONS, Connection};
use crate::server::Server;
use crate::{Result, corpus, runtime};

/// How many tools the large servers have.
pub(crate) const TOOLS: usize = 500;

/// Requests before the first round: until what is made once is made.
const WARM_UP: usize = 2_000;

/// One line of the table.
struct Row {
    name: &'static str,
    era: Era,
    /// Of the server that is 1, and those compared with it.
    servers: &'static [&'static str],
    request: fn() -> Value,
    /// Whether the caller brings a token, the same with each request.
    token: bool,
    /// Requests a round.
    requests: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Era {
    Current,
    /// 2025-11-25, in a session.
    Session,
}

const ROWS: &[Row] = &[
    Row {
        name: "call",
        era: Era::Current,
        servers: &["raw.add", "rmcp.few", "ours.plain"],
        request: add,
        token: false,
        requests: 6_400,
    },
    Row {
        name: "call under auth, rate, timeout, concurrency, audit",
        era: Era::Current,
        servers: &["raw.add", "ours.guarded"],
        request: add,
        token: true,
        requests: 6_400,
    },
    Row {
        name: "cache hit under auth and rate",
        era: Era::Current,
        servers: &["raw.add", "ours.kept"],
        request: add,
        token: true,
        requests: 6_400,
    },
    Row {
        name: "call in a session of 2025-11-25",
        era: Era::Session,
        servers: &["raw.add", "rmcp.few", "ours.plain"],
        request: add,
        token: false,
        requests: 6_400,
    },
    Row {
        name: "10 KB in, 10 KB out",
        era: Era::Current,
        servers: &["raw.echo", "rmcp.few", "ours.plain"],
        request: echo,
        token: false,
        requests: 3_200,
    },
    Row {
        name: "list of 500 tools",
        era: Era::Current,
        servers: &["raw.list", "rmcp.many", "ours.many"],
        request: list,
        token: false,
        requests: 320,
    },
    Row {
        name: "call among 500 tools",
        era: Era::Current,
        servers: &["ours.plain", "ours.many", "rmcp.many"],
        request: add,
        token: false,
        requests: 6_400,
    },
];

pub(crate) fn run(rounds: usize, word: &str) -> Result<()> {
    println!("{rounds} rounds, medians; {CONNECTIONS} connections, one thread a server\n");
    println!(
        "{:<52} {:<13} {:>9} {:>6} {:>9} {:>9}",
        "", "server", "CPU", "ratio", "allocs", "requests/s"
    );
    for row in ROWS.iter().filter(|row| row.name.contains(word)) {
        row.measure(rounds)?;
    }
    match "start".contains(word) {
        true => start(rounds),
        false => Ok(()),
    }
}

impl Row {
    fn measure(&self, rounds: usize) -> Result<()> {
        let runtime = runtime()?;
        let mut servers = Vec::new();
        for kind in self.servers {
            let server = Server::start(kind)?;
            let requests = runtime.block_on(self.requests(&server, kind))?;
            runtime.block_on(load::send(
                server.address,
                &requests,
                WARM_UP.min(self.requests),
            ))?;
            servers.push((server, requests, Costs::default()));
        }
        for _ in 0..rounds {
            for (server, requests, costs) in &mut servers {
                server.allocations()?;
                let (cpu, began) = (server.cpu()?, Instant::now());
                runtime.block_on(load::send(server.address, requests, self.requests))?;
                let wall = began.elapsed();
                let cpu = server.cpu()?.saturating_sub(cpu);
                costs.note(cpu, wall, server.allocations()?, self.requests);
            }
        }
        let mut base = None;
        for (kind, (_, _, costs)) in self.servers.iter().zip(&mut servers) {
            let cpu = median(&mut costs.cpu);
            let ratio = cpu / *base.get_or_insert(cpu);
            println!(
                "{:<52} {kind:<13} {cpu:>6.2} µs {ratio:>6.2} {:>9.1} {:>9.0}",
                self.name,
                median(&mut costs.allocations),
                median(&mut costs.rate),
            );
        }
        println!();
        Ok(())
    }

    /// The requests' bytes, once whatever must come before them has been said.
    async fn requests(&self, server: &Server, kind: &str) -> Result<Vec<Arc<Vec<u8>>>> {
        let message = (self.request)();
        if self.era == Era::Current {
            return Ok(vec![Arc::new(current(message, self.token))]);
        }
        let version = "mcp-protocol-version: 2025-11-25".to_owned();
        let mut requests = Vec::new();
        // Each connection is a client, and each client has a session.
        for _ in 0..CONNECTIONS {
            let mut headers = vec![version.clone()];
            if !kind.starts_with("raw.") {
                headers.push(format!("mcp-session-id: {}", open_session(server).await?));
            }
            requests.push(Arc::new(post(&headers, &message)));
        }
        Ok(requests)
    }
}

/// What each round came to, for one request.
#[derive(Default)]
struct Costs {
    cpu: Vec<f64>,
    allocations: Vec<f64>,
    rate: Vec<f64>,
}

impl Costs {
    fn note(&mut self, cpu: Duration, wall: Duration, allocations: u64, requests: usize) {
        let requests = requests as f64;
        self.cpu.push(cpu.as_secs_f64() * 1e6 / requests);
        self.allocations.push(allocations as f64 / requests);
        self.rate.push(requests / wall.as_secs_f64());
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// From nothing to the first answer, and the memory before and after load.
fn start(rounds: usize) -> Result<()> {
    let runtime = runtime()?;
    let request = Arc::new(current(add(), false));
    for kind in ["raw.add", "ours.plain", "ours.many"] {
        let (mut answered, mut idle, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let server = Server::start(kind)?;
            let began = Instant::now();
            runtime.block_on(async {
                let mut connection = Connection::open(server.address).await?;
                connection.ask(&request).await.map(drop)
            })?;
            let taken = server.started_in + began.elapsed();
            answered.push(taken.as_secs_f64() * 1e3);
            idle.push(server.memory()? as f64 / 1024.0);
            runtime.block_on(load::send(
                server.address,
                std::slice::from_ref(&request),
                WARM_UP,
            ))?;
            loaded.push(server.memory()? as f64 / 1024.0);
        }
        println!(
            "{:<52} {kind:<13} {:.1} ms, {:.1} MiB, {:.1} MiB",
            "start to first answer, memory then and after load",
            median(&mut answered),
            median(&mut idle),
            median(&mut loaded),
        );
    }
    Ok(())
}

fn add() -> Value {
    call("add", json!({"a": 19, "b": 23}))
}

fn echo() -> Value {
    let line = "The quick brown fox jumps over the \"lazy\" dog.\n";
    call("echo", json!({"text": line.repeat(10 * 1024 / line.len())}))
}

fn call(tool: &str, arguments: Value) -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    })
}

fn list() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
}

/// What raw axum sends where ours sends a list: as many bytes as 500 tools of two numbers take.
pub(crate) fn list_of_size(tools: usize) -> Vec<u8> {
    /// One such tool, in bytes.
    const TOOL: usize = 390;
    vec![b' '; tools * TOOL]
}

/// A request of 2026-07-28, which says of itself all there is to say.
fn current(mut message: Value, token: bool) -> Vec<u8> {
    message["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1.0.0"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut headers = vec![
        "mcp-protocol-version: 2026-07-28".to_owned(),
        format!(
            "mcp-method: {}",
            message["method"].as_str().unwrap_or_default()
        ),
    ];
    if let Some(name) = message["params"]["name"].as_str() {
        headers.push(format!("mcp-name: {name}"));
    }
    if token {
        let claims = corpus::claims();
        let token = corpus::sign(&corpus::header("RS256", "rsa"), &claims);
        headers.push(format!("authorization: Bearer {token}"));
    }
    post(&headers, &message)
}

fn post(headers: &[String], message: &Value) -> Vec<u8> {
    let body = message.to_string();
    let mut head = format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: {}\r\n",
        body.len()
    );
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// The handshake of 2025-11-25.
async fn open_session(server: &Server) -> Result<String> {
    let mut connection = Connection::open(server.address).await?;
    let initialize = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1.0.0"},
        },
    });
    let (_, answer) = connection.ask(&post(&[], &initialize)).await?;
    let text = String::from_utf8_lossy(answer);
    let session = text
        .lines()
        .find_map(|line| line.strip_prefix("mcp-session-id: "));
    let session = session.ok_or("no session")?.to_owned();
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let header = format!("mcp-session-id: {session}");
    connection.ask(&post(&[header], &initialized)).await?;
    Ok(session)
}
