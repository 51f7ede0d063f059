use std::io::{
    BufRead as _, BufReader, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _, pipe,
};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rmcp::model::ProtocolVersion;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use super::*;
use crate::prelude::*;

/// Say hello on a port of this machine, and keep the thread until the connection is closed.
#[tool(
    read_only,
    allow(blocking_io, "a tool that should be `blocking`, and is not")
)]
async fn stall(port: u16) -> Result<&'static str, ToolError> {
    let mut test = TcpStream::connect(("127.0.0.1", port))?;
    test.read_to_end(&mut Vec::new())?;
    Ok("done")
}

/// A server that serves two pipes, and the client's ends of them.
fn served() -> (
    Arc<Core>,
    impl Future<Output = Result<()>>,
    PipeWriter,
    PipeReader,
) {
    let core = Server::new("test").mount(tools![stall]).build().unwrap();
    let (stdin, to) = pipe().unwrap();
    let (from, stdout) = pipe().unwrap();
    let incoming = Incoming::open(stdin.into()).unwrap();
    let outgoing = Outgoing::open(stdout.into()).unwrap();
    let serving = converse(Arc::clone(&core), incoming, outgoing);
    (core, serving, to, from)
}

fn initialize() -> String {
    let params = json!({
        "protocolVersion": ProtocolVersion::V_2025_11_25,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
    format!("{message}\n")
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// The client has not closed anything, and sees that the server has.
fn has_closed(mut to: PipeWriter, mut from: PipeReader) -> String {
    let error = to.write_all(b"more\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    let mut answers = String::new();
    from.read_to_string(&mut answers).unwrap();
    answers
}

#[tokio::test]
async fn nothing_is_left_of_a_server_that_has_stopped() {
    let (core, serving, mut to, from) = served();
    to.write_all(initialize().as_bytes()).unwrap();
    let stopping = async {
        // Whatever can be done before anything waits for the client is done.
        for _ in 0..100 {
            yield_now().await;
        }
        core.lifecycle.close();
    };
    let (ended, ()) = tokio::join!(serving, stopping);
    ended.unwrap();
    assert_eq!(tasks(), 0);
    let answers = has_closed(to, from);
    assert_eq!(answers.matches("\"id\":1").count(), 1, "{answers}");
}

#[tokio::test]
async fn nothing_is_left_of_a_server_at_the_end_of_stdin() {
    let (_, serving, mut to, mut from) = served();
    to.write_all(initialize().as_bytes()).unwrap();
    drop(to);
    serving.await.unwrap();
    assert_eq!(tasks(), 0);
    let mut answers = String::new();
    from.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("\"id\":1").count(), 1, "{answers}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_server_that_is_given_up() {
    let (_, serving, mut to, from) = served();
    to.write_all(initialize().as_bytes()).unwrap();
    let within = Duration::from_secs(1);
    tokio::time::timeout(within, serving).await.unwrap_err();
    while tasks() > 0 {
        yield_now().await;
    }
    has_closed(to, from);
}

/// On a runtime of several threads, whatever a tool does to the one that it runs on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_is_read_while_a_tool_keeps_its_thread() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_, serving, mut to, from) = served();
    let serving = tokio::spawn(serving);
    let mut answers = BufReader::new(from).lines();
    // None of this thread's waits is for one that the server runs on.
    to.write_all(initialize().as_bytes()).unwrap();
    let mut answer = move || answers.next().unwrap().unwrap();
    assert!(answer().contains("\"id\":1,"));
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    writeln!(to, "{initialized}").unwrap();
    for round in 0..8 {
        let params = json!({"name": "stall", "arguments": {"port": port}});
        let id = format!("stall {round}");
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        writeln!(to, "{call}").unwrap();
        let (stalled, _) = listener.accept().unwrap();
        for id in [format!("first {round}"), format!("second {round}")] {
            let ping = json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
            writeln!(to, "{ping}").unwrap();
            assert!(answer().contains(&id));
        }
        drop(stalled);
        assert!(answer().contains(&id));
    }
    drop(to);
    serving.await.unwrap().unwrap();
}
