//! What HTTP clients meet: over real sockets on loopback where the socket matters, in place where it does not.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use mcp_runtime::{LogLevel, Principal};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tower::util::MapResponseLayer;

/// Add two numbers.
#[tool(read_only, auth = "none")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Say who calls.
#[tool(read_only, auth = "none")]
async fn whoami(caller: Option<Caller>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |caller| caller.subject().to_owned())
}

/// Work in steps.
#[tool(auth = "none")]
async fn steps(ctx: Context) -> &'static str {
    ctx.progress(1.0, 2.0).await;
    ctx.log(LogLevel::Info, "half").await;
    ctx.progress(2.0, 2.0).await;
    "done"
}

/// A tool of which nobody says who may call it.
#[tool]
async fn undecided() {}

#[derive(Default)]
struct Signals {
    started: Notify,
    gone: Arc<Notify>,
    finish: Notify,
}

struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Wait until the test says so.
#[tool(auth = "none")]
async fn wait(signals: State<Signals>) -> &'static str {
    let _gone = Gone(Arc::clone(&signals.gone));
    signals.started.notify_one();
    signals.finish.notified().await;
    "waited"
}

fn server() -> Server {
    Server::new("web").mount(tools![add, whoami, steps])
}

fn waiting() -> (Server, Arc<Signals>) {
    let signals = Arc::new(Signals::default());
    let server = server()
        .shared_state(Arc::clone(&signals))
        .mount(tools![wait]);
    (server, signals)
}

/// A server on a port of its own, and what stops it.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<mcp_runtime::Result<()>>,
}

async fn run(server: Server) -> Running {
    let server = server.bind_http("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.serve_until(async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        ended,
    }
}

/// An HTTP answer, read by hand.
#[derive(Debug)]
struct Raw {
    status: u16,
    head: String,
    body: String,
}

impl Raw {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}

/// Sends bytes, and reads until the server closes.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> Raw {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses a body need not read it.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Raw::read(&String::from_utf8_lossy(&answer))
}

const CLOSE: (&str, &str) = ("connection", "close");
const LOCAL: (&str, &str) = ("host", "localhost");
const JSON: (&str, &str) = ("content-type", "application/json");
const ACCEPT: (&str, &str) = ("accept", "application/json, text/event-stream");

async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &str) -> Raw {
    let mut request = "POST /mcp HTTP/1.1\r\n".to_owned();
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    exchange(address, request.as_bytes()).await
}

fn call_add() -> String {
    json!({
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {
            "name": "add",
            "arguments": {"a": 1, "b": 2},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    })
    .to_string()
}

const CURRENT: [(&str, &str); 3] = [
    ("mcp-protocol-version", "2026-07-28"),
    ("mcp-method", "tools/call"),
    ("mcp-name", "add"),
];

async fn post_add(address: SocketAddr, headers: &[(&str, &str)]) -> Raw {
    let headers = [headers, &[CLOSE, JSON, ACCEPT], &CURRENT].concat();
    post(address, &headers, &call_add()).await
}

fn initialize() -> String {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    })
    .to_string()
}

#[tokio::test]
async fn a_plain_call_is_answered_in_json_without_a_session() {
    let server = run(server()).await;
    let answer = post_add(server.address, &[LOCAL]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("mcp-session-id"), None);
    assert_eq!(answer.json()["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn an_older_client_gets_a_session_that_ends_when_it_says_so() {
    let server = run(server()).await;
    let headers = [CLOSE, LOCAL, JSON, ACCEPT];
    let greeting = post(server.address, &headers, &initialize()).await;
    assert_eq!(greeting.status, 200);
    assert!(greeting.body.contains("2025-11-25"), "{greeting:?}");
    let session = greeting.header("mcp-session-id").unwrap().to_owned();

    let session = ("mcp-session-id", session.as_str());
    let version = ("mcp-protocol-version", "2025-11-25");
    let headers = [CLOSE, LOCAL, JSON, ACCEPT, session, version];
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(
        post(server.address, &headers, initialized).await.status,
        202
    );
    let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
    let tools = post(server.address, &headers, list).await;
    assert_eq!(tools.header("content-type"), Some("text/event-stream"));
    assert!(tools.body.contains("whoami"), "{tools:?}");

    let delete = format!(
        "DELETE /mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nmcp-session-id: {}\r\n\r\n",
        session.1
    );
    assert_eq!(
        exchange(server.address, delete.as_bytes()).await.status,
        204
    );
    assert_eq!(post(server.address, &headers, list).await.status, 404);
}

#[tokio::test]
async fn the_test_client_speaks_both_eras_over_http() {
    for legacy in [false, true] {
        let builder = Client::builder(server()).http();
        let builder = if legacy { builder.legacy() } else { builder };
        let client = builder.connect().await;
        assert_eq!(client.tools().await.names(), ["add", "whoami", "steps"]);
        let reply = client.call("add", json!({"a": 1, "b": 2})).await;
        assert_eq!((reply.text(), reply.status()), ("3".to_owned(), Some(200)));

        let reply = client.call("steps", json!({})).await;
        assert_eq!(reply.text(), "done", "legacy: {legacy}");
        assert_eq!(reply.progress().len(), 2, "legacy: {legacy}");

        let ada = client.as_caller(Principal::new("https://id.example.com", "ada"));
        assert_eq!(ada.call("whoami", json!({})).await.text(), "ada");
        assert_eq!(client.call("whoami", json!({})).await.text(), "nobody");

        let unknown = client.call("nope", json!({})).await;
        assert_eq!(unknown.rpc_error().unwrap().code, -32602);
    }
}

#[tokio::test]
async fn the_local_principal_speaks_for_this_machine() {
    let server = run(server().local_principal(Principal::local("me"))).await;
    let body = call_add()
        .replace("\"add\"", "\"whoami\"")
        .replace(r#"{"a":1,"b":2}"#, "{}");
    let headers = [
        CLOSE,
        LOCAL,
        JSON,
        ACCEPT,
        CURRENT[0],
        CURRENT[1],
        ("mcp-name", "whoami"),
    ];
    let answer = post(server.address, &headers, &body).await;
    assert_eq!(answer.json()["result"]["content"][0]["text"], "me");
}

#[tokio::test]
async fn requests_for_other_hosts_and_from_other_pages_are_refused() {
    let server = run(server().allowed_hosts(["mcp.example.com"])).await;
    let evil_host = ("host", "evil.example.com");
    let evil_page = ("origin", "https://evil.example.com");
    for headers in [
        &[evil_host][..],
        &[LOCAL, evil_page],
        &[LOCAL, evil_host],
        &[],
    ] {
        let answer = post_add(server.address, headers).await;
        assert!(
            [400, 403].contains(&answer.status),
            "{headers:?}: {answer:?}"
        );
        assert_eq!(answer.json()["error"]["code"], -32600);
    }
    let own_host = ("host", "mcp.example.com");
    let local_page = ("origin", "http://localhost:6274");
    for headers in [&[own_host][..], &[LOCAL, local_page]] {
        assert_eq!(
            post_add(server.address, headers).await.status,
            200,
            "{headers:?}"
        );
    }
    let absolute =
        "GET http://evil.example.com/mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(
        exchange(server.address, absolute.as_bytes()).await.status,
        403
    );
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_however_it_comes() {
    let server = run(server().max_request_body(1000)).await;
    let headers = [CLOSE, LOCAL, JSON, ACCEPT];
    let answer = post(server.address, &headers, &"x".repeat(1001)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("1000 bytes"), "{answer:?}");

    let chunk = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600));
    let chunked = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n"
    );
    assert_eq!(
        exchange(server.address, chunked.as_bytes()).await.status,
        413
    );
    assert_eq!(post_add(server.address, &[LOCAL]).await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_no_message_is_a_json_rpc_error() {
    let client = Client::builder(server()).http().connect().await;
    for (body, code, id) in [
        ("", -32600, None),
        ("{", -32700, None),
        ("\u{feff}{}", -32600, None),
        ("hello", -32700, None),
        ("[]", -32600, None),
        (
            r#"[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]"#,
            -32600,
            Some(json!(1)),
        ),
        ("7", -32600, None),
        ("null", -32600, None),
        ("{}", -32600, None),
        (
            r#"{"jsonrpc":"1.0","id":3,"method":"tools/list"}"#,
            -32600,
            Some(json!(3)),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"x","method":5}"#,
            -32600,
            Some(json!("x")),
        ),
        (
            r#"{"jsonrpc":"2.0","id":4,"id":4,"method":"tools/list"}"#,
            -32600,
            Some(json!(4)),
        ),
        (
            r#"{"jsonrpc":"2.0","id":{},"method":"tools/list"}"#,
            -32600,
            None,
        ),
        (r#"{"jsonrpc":"2.0","id":5}"#, -32600, Some(json!(5))),
        (
            r#"{"jsonrpc":"2.0","id":8,"method":"tools/list","params":{"n":1e400}}"#,
            -32700,
            Some(json!(8)),
        ),
        (
            r#"{"jsonrpc":"2.0","id":6,"Method":"tools/list"}"#,
            -32600,
            Some(json!(6)),
        ),
    ] {
        let request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body)
            .unwrap();
        let answer = client.raw(request).await;
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        assert_eq!(answer.status(), 400, "{body}: {said}");
        assert_eq!(
            answer.headers()["content-type"],
            "application/json",
            "{body}"
        );
        assert_eq!(said["error"]["code"], code, "{body}: {said}");
        assert_eq!(said.get("id"), id.as_ref(), "{body}: {said}");
    }
}

#[tokio::test]
async fn what_the_revision_has_no_more_does_not_exist() {
    let current = Client::builder(server()).http().connect().await;
    for method in ["initialize", "logging/setLevel", "ping", "no/such/method"] {
        let reply = current.request(method, json!({})).await;
        let code = reply.rpc_error().unwrap().code;
        assert_eq!((reply.status(), code), (Some(404), -32601), "{method}");
    }
    let legacy = Client::builder(server()).http().legacy().connect().await;
    let reply = legacy.request("logging/setLevel", json!({})).await;
    assert_eq!(reply.rpc_error().unwrap().code, -32602);
    assert!(
        legacy
            .request("ping", json!({}))
            .await
            .rpc_error()
            .is_none()
    );
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let server = run(server()).await;
    for path in ["/healthz", "/readyz"] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: 10.1.2.3:8080\r\nconnection: close\r\n\r\n");
        assert_eq!(
            exchange(server.address, request.as_bytes()).await.status,
            200
        );
    }
    let elsewhere = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(
        exchange(server.address, elsewhere.as_bytes()).await.status,
        404
    );
}

#[tokio::test]
async fn a_layer_wraps_every_endpoint() {
    let mark = MapResponseLayer::new(|mut response: http::Response<_>| {
        let value = http::HeaderValue::from_static("on");
        response.headers_mut().insert("x-layer", value);
        response
    });
    let client = Client::builder(server().layer(mark)).http().connect().await;
    for path in ["/mcp", "/healthz"] {
        let answer = client.raw(http::Request::get(path).body("").unwrap()).await;
        assert_eq!(answer.headers()["x-layer"], "on", "{path}");
    }
}

#[tokio::test]
async fn sessions_are_bounded_and_given_back() {
    let client = Client::builder(server().max_sessions(1))
        .http()
        .connect()
        .await;
    let greet = || {
        http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(initialize())
            .unwrap()
    };
    let first = client.raw(greet()).await;
    assert_eq!(first.status(), 200);
    let second = client.raw(greet()).await;
    assert_eq!(second.status(), 503);
    assert!(second.headers().contains_key("retry-after"));
    let said: Value = serde_json::from_slice(second.body()).unwrap();
    assert!(
        said["error"]["message"]
            .as_str()
            .unwrap()
            .contains("session")
    );
    // Clients that need none are none the worse for it.
    assert_eq!(
        client.call("add", json!({"a": 1, "b": 2})).await.text(),
        "3"
    );

    let goodbye = http::Request::delete("/mcp")
        .header("host", "localhost")
        .header("mcp-session-id", &first.headers()["mcp-session-id"])
        .body("")
        .unwrap();
    assert_eq!(client.raw(goodbye).await.status(), 204);
    assert_eq!(client.raw(greet()).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_session_in_which_nothing_happens_is_closed() {
    let server = server().max_sessions(1);
    let client = Client::builder(server).http().legacy().connect().await;
    let minutes = |minutes: u64| tokio::time::sleep(Duration::from_secs(60 * minutes));
    minutes(29).await;
    assert_eq!(
        client.call("add", json!({"a": 1, "b": 2})).await.text(),
        "3"
    );
    minutes(29).await;
    assert_eq!(
        client.call("add", json!({"a": 1, "b": 2})).await.text(),
        "3"
    );
    minutes(31).await;
    // The place is free again.
    let next = client.anonymous();
    assert_eq!(next.call("add", json!({"a": 1, "b": 2})).await.text(), "3");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_cancels_its_call() {
    let (server, signals) = waiting();
    let client = Client::builder(server).http().connect().await;
    let call = client.start("wait", json!({})).await;
    signals.started.notified().await;
    call.cancel();
    signals.gone.notified().await;
}

/// There a session outlives its connections, so that the client says it with a notification.
#[tokio::test(start_paused = true)]
async fn in_a_session_a_client_cancels_its_call_by_saying_so() {
    let (server, signals) = waiting();
    let client = Client::builder(server).http().legacy().connect().await;
    let call = client.start("wait", json!({})).await;
    signals.started.notified().await;
    call.cancel();
    signals.gone.notified().await;
}

#[tokio::test]
async fn a_connection_that_breaks_cancels_its_call() {
    let (server, signals) = waiting();
    let server = run(server).await;
    let body = call_add()
        .replace("\"add\"", "\"wait\"")
        .replace(r#"{"a":1,"b":2}"#, "{}");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: wait\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    signals.started.notified().await;
    drop(stream);
    signals.gone.notified().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_in_is_cut_off_after_ten_seconds() {
    // Nothing at all, half a word that may yet become HTTP/2, and a header line that never ends.
    for start in ["", "PRI * HT", "POST /mcp HTTP/1.1\r\nhost: local"] {
        let server = run(server()).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let begun = tokio::time::Instant::now();
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || !answer.starts_with(b"HTTP/1.1 200"));
        let waited = begun.elapsed();
        assert!(waited <= Duration::from_secs(11), "{start:?}: {waited:?}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = run(server()).await;
    for lines in [
        "a: b\r\n".repeat(200),
        format!("a: {}\r\n", "b".repeat(70_000)),
    ] {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n");
        assert_eq!(
            exchange(server.address, request.as_bytes()).await.status,
            431
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_in_is_cut_off() {
    let server = run(server()).await;
    let request = "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: 100\r\n\r\n{";
    assert_eq!(
        exchange(server.address, request.as_bytes()).await.status,
        408
    );
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = run(server().max_connections(1)).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let health = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    first.write_all(health).await.unwrap();
    first.read_exact(&mut [0; 12]).await.unwrap();

    let address = server.address;
    let second = tokio::spawn(async move { post_add(address, &[LOCAL]).await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!second.is_finished());
    drop(first);
    assert_eq!(second.await.unwrap().status, 200);
}

#[tokio::test]
async fn stopping_answers_what_is_in_flight_and_refuses_the_rest() {
    let (server, signals) = waiting();
    let server = run(server).await;
    let address = server.address;
    let body = call_add()
        .replace("\"add\"", "\"wait\"")
        .replace(r#"{"a":1,"b":2}"#, "{}");
    let call = tokio::spawn(async move {
        let headers = [
            CLOSE,
            LOCAL,
            JSON,
            ACCEPT,
            CURRENT[0],
            CURRENT[1],
            ("mcp-name", "wait"),
        ];
        post(address, &headers, &body).await
    });
    signals.started.notified().await;
    server.stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    signals.finish.notify_one();
    let answer = call.await.unwrap();
    assert_eq!(answer.json()["result"]["content"][0]["text"], "waited");
    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn stopping_ends_streams_that_would_never_end() {
    let server = run(server()).await;
    let headers = [CLOSE, LOCAL, JSON, ACCEPT];
    let greeting = post(server.address, &headers, &initialize()).await;
    let session = greeting.header("mcp-session-id").unwrap();
    let listen = format!(
        "GET /mcp HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nmcp-session-id: {session}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(listen.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.stop.send(()).unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn undecided_tools_are_served_to_this_machine_alone() {
    let server = || server().mount(tools![undecided]);
    let refused = server()
        .bind_http("0.0.0.0:0")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("`undecided` (tests/it/http.rs:"),
        "{refused}"
    );
    assert!(!refused.contains("`add`"), "{refused}");
    assert!(
        refused.contains("auth = \"none\"") && refused.contains("Server::open()"),
        "{refused}"
    );
    assert!(server().embed().await.is_err());

    assert!(server().bind_http("127.0.0.1:0").await.is_ok());
    assert!(server().open().bind_http("0.0.0.0:0").await.is_ok());
    assert!(server().open().embed().await.is_ok());
}

#[tokio::test]
async fn an_address_that_cannot_be_bound_says_which() {
    let error = server().serve_http("127.0.0.1").await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot listen on 127.0.0.1: "),
        "{error}"
    );
    let error = server()
        .allowed_hosts(["https://x.y"])
        .serve_http("127.0.0.1:0")
        .await;
    assert!(error.unwrap_err().to_string().contains("is not a host"));
}

#[tokio::test]
async fn an_embedded_server_serves_and_stops_with_its_application() {
    use tower::ServiceExt as _;

    let (server, signals) = waiting();
    let stopped = Arc::new(Notify::new());
    let tell = Arc::clone(&stopped);
    let server = server.on_stop(move || async move { tell.notify_one() });
    let mcp = server.embed().await.unwrap();
    let app = axum::Router::new().nest("/tools", mcp.router());
    let health = |path: &'static str| {
        let app = app.clone();
        async move {
            let request = http::Request::get(path).body(axum::body::Body::empty());
            app.oneshot(request.unwrap()).await.unwrap().status()
        }
    };
    assert_eq!(health("/tools/readyz").await, 200);
    assert_eq!(health("/readyz").await, 404);
    mcp.stop().await;
    stopped.notified().await;
    assert_eq!(health("/tools/readyz").await, 503);
    drop(signals);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_dropped() {
    let flood = MapResponseLayer::new(|_: http::Response<axum::body::Body>| {
        http::Response::new(axum::body::Body::from(vec![b'x'; 64 * 1024 * 1024]))
    });
    let server = run(server().layer(flood)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.len() < 64 * 1024 * 1024);
}

#[tokio::test]
async fn what_is_asked_with_head_over_http_2_is_answered_without_a_body() {
    let server = Server::new("calculator")
        .bind_http("127.0.0.1:0")
        .await
        .unwrap();
    let address = server.local_addr();
    let serving = tokio::spawn(server.serve_until(pending()));
    let client = reqwest::Client::builder().http2_prior_knowledge();
    let request = client
        .build()
        .unwrap()
        .head(format!("http://{address}/mcp"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.bytes().await.unwrap(), "");
    serving.abort();
}
