//! The audit file of a server that runs, is killed, and runs again; and the command that checks it.

use std::fs;
use std::path::Path;
use std::process::Output;

use mcp_runtime::audit;
use serde_json::json;

use super::child::{Meeting, Program, program, soon};

/// A server that writes to this file.
async fn recording(file: &Path) -> Program {
    Program::initialized(program().env("MCP_AUDIT_FILE", file)).await
}

async fn add(program: &mut Program, id: u64) {
    program.call(id, "add", json!({"a": id, "b": 1})).await;
    assert_eq!(program.answer().await["id"], id);
}

async fn verify(file: &Path) -> Output {
    let mut command = program();
    let output = command.args(["audit", "verify"]).arg(file).output();
    soon("the command to end", output).await.unwrap()
}

#[tokio::test]
async fn a_server_that_stops_leaves_a_closed_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.ndjson");
    let mut program = recording(&file).await;
    for id in 0..3 {
        add(&mut program, id).await;
    }
    program.close_stdin();
    assert!(program.ended().await.status.success());

    let verified = audit::verify(&file).unwrap();
    assert_eq!((verified.calls, verified.closed), (3, true));
    let output = verify(&file).await;
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("unbroken: 5 lines, 3 calls\nhead: {}\n", verified.head)
    );
}

#[tokio::test]
async fn a_changed_file_ends_the_command_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.ndjson");
    let mut program = recording(&file).await;
    add(&mut program, 7).await;
    program.close_stdin();
    program.ended().await;
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"allow\"", "\"deny\"")).unwrap();

    let output = verify(&file).await;
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.ends_with(
            "line 2: was changed since it was written; the 1 lines above it are unbroken\n"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_killed_server_leaves_what_it_recorded_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.ndjson");
    let mut killed = recording(&file).await;
    for id in 0..3 {
        add(&mut killed, id).await;
    }
    // The record follows the answer in its own time.
    soon("the records", async {
        while audit::verify(&file).map_or(0, |verified| verified.calls) < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    killed.signal("KILL").await;
    killed.left_alone().await;
    assert!(!audit::verify(&file).unwrap().closed);

    let mut next = recording(&file).await;
    add(&mut next, 9).await;
    next.close_stdin();
    next.ended().await;
    let verified = audit::verify(&file).unwrap();
    assert_eq!((verified.calls, verified.closed), (4, true));
}

/// As the official clients end a server: stdin is closed, after two seconds comes SIGTERM, and after two more SIGKILL.
#[tokio::test]
async fn a_call_that_its_client_does_not_wait_for_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.ndjson");
    let meeting = Meeting::new().await;
    let mut command = program();
    command
        .env("MCP_AUDIT_FILE", &file)
        .env("MCP_DRAIN_TIMEOUT", "1h")
        .env("RUST_LOG", "debug");
    let mut program = Program::initialized(&mut command).await;
    program.call(1, "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    program.close_stdin();
    program.says("draining").await;
    program.signal("TERM").await;
    waiting.gone().await;
    let ended = program.ended().await;
    assert!(ended.log.contains("hook: stop"), "{}", ended.log);
    let verified = audit::verify(&file).unwrap();
    assert_eq!((verified.calls, verified.closed), (1, true));
}

#[tokio::test]
async fn a_second_server_on_the_same_file_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.ndjson");
    let _first = recording(&file).await;
    let second = Program::start(program().env("MCP_AUDIT_FILE", &file));
    let ended = second.ended().await;
    assert!(!ended.status.success());
    assert!(
        ended
            .log
            .contains("cannot be opened: another process is writing to it"),
        "{}",
        ended.log
    );
}
