//! A running server on pipes, and the port on which its tools say hello.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{fs, io};

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, Lines,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::mpsc;

/// The server of `tests/program.rs`.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_program");

/// The server of `tests/printing.rs`.
pub(super) const PRINTING: &str = env!("CARGO_BIN_EXE_printing");

/// When a test has waited in vain. Nothing that holds comes near it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client's end of a server's stdin.
pub(super) type Input = Box<dyn AsyncWrite + Send + Unpin>;

/// A client's end of a server's stdout.
pub(super) type Output = Box<dyn AsyncRead + Send + Unpin>;

/// A server, on pipes as a rule. It ends with this value.
pub(super) struct Program {
    process: Child,
    stdin: Option<Input>,
    stdout: Option<Lines<BufReader<Output>>>,
    /// Read as it comes, so that the server never waits for a full pipe.
    stderr: mpsc::UnboundedReceiver<String>,
    /// What stderr said so far.
    pub(super) log: Vec<String>,
}

/// How a server ended, and all it said that nobody had read.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) answers: Vec<Value>,
    pub(super) log: String,
}

/// A command with nothing of the test's own environment that could matter.
pub(super) fn program() -> Command {
    server_at(PROGRAM)
}

pub(super) fn server_at(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env_clear().env("RUST_BACKTRACE", "0");
    command
}

/// Waits for something that must happen.
pub(super) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

impl Program {
    pub(super) fn start(command: &mut Command) -> Self {
        let mut program = Self::on(command, Stdio::piped(), Stdio::piped());
        let (stdin, stdout) = (program.process.stdin.take(), program.process.stdout.take());
        program.connect(
            Box::new(stdin.expect("stdin is piped")),
            Box::new(stdout.expect("stdout is piped")),
        );
        program
    }

    /// A server whose stdin and stdout are these. The client's ends may follow.
    pub(super) fn on(command: &mut Command, stdin: Stdio, stdout: Stdio) -> Self {
        let mut process = command
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server binary starts");
        // Or the command would keep the server's ends open.
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self {
            stdin: None,
            stdout: None,
            stderr: lines(process.stderr.take().expect("stderr is piped")),
            process,
            log: Vec::new(),
        }
    }

    pub(super) fn connect(&mut self, stdin: Input, stdout: Output) {
        self.stdin = Some(stdin);
        self.stdout = Some(BufReader::new(stdout).lines());
    }

    /// A server that has been initialized.
    pub(super) async fn initialized(command: &mut Command) -> Self {
        let mut program = Self::start(command);
        program.initialize().await;
        program
    }

    pub(super) async fn initialize(&mut self) {
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        self.request("hello", "initialize", params).await;
        let answer = self.answer().await;
        assert_eq!(answer["id"], "hello");
        assert_eq!(answer["result"]["serverInfo"]["name"], "program");
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        soon("the server to read", stdin.write_all(bytes))
            .await
            .expect("the server reads");
    }

    pub(super) async fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes()).await;
    }

    pub(super) async fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let id: Value = id.into();
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await;
    }

    pub(super) async fn call(&mut self, id: impl Into<Value>, tool: &str, arguments: Value) {
        let params = json!({"name": tool, "arguments": arguments});
        self.request(id, "tools/call", params).await;
    }

    /// The next line of stdout. Every one is a message.
    pub(super) async fn answer(&mut self) -> Value {
        let lines = self.stdout.as_mut().expect("stdout is open");
        let line = soon("an answer", lines.next_line())
            .await
            .expect("stdout is UTF-8")
            .expect("stdout is open at its other end");
        message(&line)
    }

    /// Reads stderr until a line contains `text`.
    pub(super) async fn says(&mut self, text: &str) {
        loop {
            let line = soon(text, self.stderr.recv())
                .await
                .unwrap_or_else(|| panic!("no `{text}` in {:#?}", self.log));
            let found = line.contains(text);
            self.log.push(line);
            if found {
                return;
            }
        }
    }

    pub(super) async fn signal(&self, signal: &str) {
        let id = self.process.id().expect("the server runs").to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.await.expect("`kill` runs").success());
    }

    /// The names of the server's threads.
    pub(super) fn threads(&self) -> io::Result<Vec<String>> {
        let id = self.process.id().expect("the server runs");
        let mut names = Vec::new();
        for thread in fs::read_dir(format!("/proc/{id}/task"))? {
            let name = fs::read_to_string(thread?.path().join("comm"))?;
            names.push(name.trim_end().to_owned());
        }
        Ok(names)
    }

    pub(super) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    pub(super) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// Waits until the server has ended, with nobody to read what it writes.
    pub(super) async fn left_alone(mut self) -> ExitStatus {
        let status = soon("the server to end", self.process.wait()).await;
        status.expect("the server is a child")
    }

    /// Waits until the server has ended by itself.
    pub(super) async fn ended(mut self) -> Ended {
        let mut answers = Vec::new();
        if let Some(lines) = &mut self.stdout {
            while let Some(line) = soon("stdout to end", lines.next_line()).await.unwrap() {
                answers.push(message(&line));
            }
        }
        while let Some(line) = soon("stderr to end", self.stderr.recv()).await {
            self.log.push(line);
        }
        let status = soon("the server to end", self.process.wait()).await;
        Ended {
            status: status.expect("the server is a child"),
            answers,
            log: self.log.join("\n"),
        }
    }
}

/// The lines of stderr, as they come.
fn lines(stderr: ChildStderr) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut lines = BufReader::new(stderr).lines();
    tokio::spawn(async move {
        while let Some(line) = lines.next_line().await.expect("stderr is UTF-8") {
            // Read on after the test has lost interest, too.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// A line of stdout as the message it must be.
fn message(line: &str) -> Value {
    let message: Value = serde_json::from_str(line)
        .unwrap_or_else(|error| panic!("a line on stdout is no message ({error}): {line}"));
    assert_eq!(message["jsonrpc"], "2.0", "{line}");
    message
}

/// Where tools say hello.
pub(super) struct Meeting(TcpListener);

/// A call that has reached its tool and waits there.
pub(super) struct Waiting(TcpStream);

impl Meeting {
    pub(super) async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    /// The arguments of a call to `wait`.
    pub(super) fn arguments(&self) -> Value {
        let address = self.0.local_addr().expect("the listener is bound");
        json!({ "port": address.port() })
    }

    /// Waits until one more call has reached its tool.
    pub(super) async fn arrival(&self) -> Waiting {
        let accepted = soon("a tool to say hello", self.0.accept()).await;
        let (mut tool, _) = accepted.expect("a tool connects");
        let mut hello = [0; 4];
        let read = soon("a tool's hello", tool.read_exact(&mut hello)).await;
        read.expect("a tool says hello");
        Waiting(tool)
    }
}

impl Waiting {
    /// Lets the call end with this text.
    pub(super) async fn release(mut self, text: &str) {
        self.0
            .write_all(text.as_bytes())
            .await
            .expect("the tool waits");
    }

    /// Waits until the tool is gone, which it is when its call was cancelled.
    pub(super) async fn gone(mut self) {
        let mut rest = Vec::new();
        let end = soon("the tool to be dropped", self.0.read_to_end(&mut rest)).await;
        assert_eq!(end.expect("the tool is gone"), 0);
    }
}
