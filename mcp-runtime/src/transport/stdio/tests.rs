use std::io::{ErrorKind, PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::time::Duration;

use rmcp::model::ProtocolVersion;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use super::*;

/// A server that serves two pipes, and the client's ends of them.
fn served() -> (
    Arc<Core>,
    impl Future<Output = Result<()>>,
    PipeWriter,
    PipeReader,
) {
    let core = Server::new("test").build().unwrap();
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
