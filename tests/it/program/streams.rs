//! What a client may give a server for stdin and stdout: pipes, sockets, files.

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use rustix::fs::OFlags;
use serde_json::{Value, json};
use tokio::net::unix::pipe;
use tokio::process::Command;

use super::child::{Meeting, Program, program, soon};

/// The server's ends of two pipes, and the client's.
struct Pipes {
    theirs: (PipeReader, PipeWriter),
    ours: (PipeWriter, PipeReader),
}

impl Pipes {
    fn new() -> Self {
        let (stdin, to) = std::io::pipe().expect("a pipe");
        let (from, stdout) = std::io::pipe().expect("a pipe");
        Self {
            theirs: (stdin, stdout),
            ours: (to, from),
        }
    }
}

fn polled_pipes(to: PipeWriter, from: PipeReader) -> (pipe::Sender, pipe::Receiver) {
    let sender = pipe::Sender::from_owned_fd(OwnedFd::from(to));
    let receiver = pipe::Receiver::from_owned_fd(OwnedFd::from(from));
    (sender.expect("a pipe"), receiver.expect("a pipe"))
}

/// A server on one socket, and the client's end of it.
fn on_socket(command: &mut Command) -> (Program, tokio::net::UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("two sockets");
    let stdin = OwnedFd::from(theirs.try_clone().expect("one more descriptor"));
    let program = Program::on(command, stdin.into(), OwnedFd::from(theirs).into());
    ours.set_nonblocking(true).expect("a socket");
    let ours = tokio::net::UnixStream::from_std(ours).expect("a socket");
    (program, ours)
}

fn connect(program: &mut Program, socket: tokio::net::UnixStream) {
    // The writing half says that it ends when it is dropped, and the socket stays open for what is read.
    let (from, to) = socket.into_split();
    program.connect(Box::new(to), Box::new(from));
}

fn waits(descriptor: impl AsFd) -> bool {
    let flags = rustix::fs::fcntl_getfl(descriptor).expect("an open descriptor");
    !flags.contains(OFlags::NONBLOCK)
}

fn has_threads_of_its_own(program: &Program) -> bool {
    let threads = program.threads().expect("the server's threads");
    assert!(
        threads.iter().any(|name| name == "mcp-signals"),
        "{threads:?}"
    );
    threads
        .iter()
        .any(|name| name == "mcp-stdin" || name == "mcp-stdout")
}

fn initialize(id: u64) -> Value {
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params})
}

/// The flag that says whether reads and writes wait belongs to everybody who shares an end of a pipe, as a shell does that started the server.
#[tokio::test]
async fn a_pipe_that_others_share_waits_for_them_while_it_is_served_and_afterwards() {
    let Pipes { theirs, ours } = Pipes::new();
    let shared_stdin = theirs.0.try_clone().expect("one more descriptor");
    let shared_stdout = theirs.1.try_clone().expect("one more descriptor");
    let mut program = Program::on(&mut program(), theirs.0.into(), theirs.1.into());
    let (to, from) = polled_pipes(ours.0, ours.1);
    program.connect(Box::new(to), Box::new(from));
    program.initialize().await;
    program.call(1, "add", json!({"a": 1, "b": 2})).await;
    assert_eq!(program.answer().await["id"], 1);
    assert!(!has_threads_of_its_own(&program));
    assert!(waits(&shared_stdin) && waits(&shared_stdout));

    program.close_stdin();
    program.says("hook: stop").await;
    assert!(waits(&shared_stdin) && waits(&shared_stdout));
    // With the last one who shares it, it ends for the client.
    drop((shared_stdin, shared_stdout));
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn a_socket_is_served_and_its_end_is_the_end_of_stdin() {
    let meeting = Meeting::new().await;
    let (mut program, socket) = on_socket(&mut program());
    connect(&mut program, socket);
    program.initialize().await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    assert!(!has_threads_of_its_own(&program));
    program.close_stdin();
    waiting.release("done").await;
    let ended = program.ended().await;
    assert_eq!(ended.answers.len(), 1, "{:#?}", ended.answers);
    assert_eq!(ended.answers[0]["result"]["content"][0]["text"], "done");
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn a_socket_that_nobody_reads_any_more_ends_the_server_and_its_calls() {
    let meeting = Meeting::new().await;
    let (mut program, socket) = on_socket(program().env("MCP_DRAIN_TIMEOUT", "1h"));
    connect(&mut program, socket);
    program.initialize().await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    // What was asked last cannot be answered.
    program.request("ping", "ping", json!({})).await;
    program.close_stdout();
    program.close_stdin();
    waiting.gone().await;
    assert!(program.left_alone().await.success());
}

#[tokio::test]
async fn files_are_read_to_their_end_and_written_by_threads() {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, output) = (
        directory.path().join("input"),
        directory.path().join("output"),
    );
    let mut lines = format!("{}\n", initialize(0));
    for id in 1..100 {
        let params = json!({"name": "add", "arguments": {"a": id, "b": 1}});
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        lines.push_str(&format!("{call}\n"));
    }
    std::fs::write(&input, lines).expect("a file");
    let stdin = File::open(&input).expect("the file");
    let stdout = File::create(&output).expect("a file");
    let program = Program::on(&mut program(), stdin.into(), stdout.into());
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    let written = std::fs::read_to_string(&output).expect("the file");
    let mut ids: Vec<u64> = written
        .lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(line).expect(line);
            assert!(answer["result"].is_object(), "{line}");
            answer["id"].as_u64().expect(line)
        })
        .collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(0..100));
}

#[tokio::test]
async fn nothing_at_all_is_an_end() {
    let program = Program::on(&mut program(), Stdio::null(), Stdio::null());
    assert!(program.left_alone().await.success());
}

#[tokio::test]
async fn a_line_that_comes_byte_by_byte_is_one_line() {
    let Pipes { theirs, ours } = Pipes::new();
    let stdin = theirs.0.try_clone().expect("one more descriptor");
    let mut program = Program::on(&mut program(), theirs.0.into(), theirs.1.into());
    let (to, from) = polled_pipes(ours.0, ours.1);
    program.connect(Box::new(to), Box::new(from));
    let line = format!("{}\n", initialize(1));
    for byte in line.as_bytes() {
        program.write(&[*byte]).await;
        let taken = async {
            while rustix::io::ioctl_fionread(&stdin).expect("a pipe") > 0 {
                tokio::task::yield_now().await;
            }
        };
        soon("the server to read a byte", taken).await;
    }
    assert_eq!(program.answer().await["id"], 1);
}

/// More than a pipe or a socket holds, and nobody who reads it until it must have been tried to write.
#[tokio::test]
async fn an_answer_that_does_not_fit_at_once_is_whole() {
    let text = "x".repeat(1_000_000);
    let (mut over_socket, socket) = on_socket(&mut program());
    connect(&mut over_socket, socket);
    for mut program in [Program::start(&mut program()), over_socket] {
        program.initialize().await;
        program.call(1, "echo", json!({"text": text})).await;
        program.says("outcome=\"ok\"").await;
        // It reads on while nobody reads from it.
        let meeting = Meeting::new().await;
        program.call(2, "wait", meeting.arguments()).await;
        meeting.arrival().await.release("done").await;
        let mut answers = [program.answer().await, program.answer().await];
        answers.sort_by_key(|answer| answer["id"].as_u64());
        for (answer, text) in answers.iter().zip([text.as_str(), "done"]) {
            assert!(answer["result"]["content"][0]["text"] == text);
        }
    }
}

/// A client that has left before it was served is found out with the first answer.
#[tokio::test]
async fn a_client_that_has_left_already_ends_the_server() {
    let Pipes { theirs, ours } = Pipes::new();
    let (mut to, from) = ours;
    drop(from);
    to.write_all(format!("{}\n", initialize(1)).as_bytes())
        .expect("a pipe");
    let program = Program::on(&mut program(), theirs.0.into(), theirs.1.into());
    assert!(program.left_alone().await.success());
    drop(to);
}
