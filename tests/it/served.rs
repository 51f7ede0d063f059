//! A server binary that is running, for a test to speak to.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The server of `tests/fixture.rs`.
pub(crate) const FIXTURE: &str = env!("CARGO_BIN_EXE_fixture");

/// A server on a port of its own; it ends with this value.
pub(crate) struct Served {
    pub(crate) url: String,
    _process: Child,
}

impl Served {
    /// Starts `binary serve --http 127.0.0.1:0` and waits until it says where it listens.
    pub(crate) async fn http(binary: &str) -> Self {
        Self::start(binary, &[], &[]).await
    }

    /// The same, with further arguments.
    pub(crate) async fn with(binary: &str, arguments: &[&str]) -> Self {
        Self::start(binary, arguments, &[]).await
    }

    /// The same, with environment variables.
    pub(crate) async fn with_variables(binary: &str, variables: &[(&str, &str)]) -> Self {
        Self::start(binary, &[], variables).await
    }

    async fn start(binary: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut process = Command::new(binary)
            .envs(variables.iter().copied())
            .args(["serve", "--http", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server binary starts");
        let mut log = BufReader::new(process.stderr.take().expect("stderr is piped")).lines();

        let mut said = String::new();
        let url = loop {
            match log.next_line().await.expect("the log is UTF-8") {
                Some(line) => match line.split_once("listening on ") {
                    Some((_, url)) => break url.trim().to_owned(),
                    None => said = said + &line + "\n",
                },
                None => panic!("{binary} ended before it listened; it said:\n{said}"),
            }
        };
        // Read on, so that the server never waits for a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self {
            url,
            _process: process,
        }
    }
}
