//! The terminal: where a command's answer goes, and what a tool meets as its client.

use std::io::{self, Write as _};

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::error::{Result, ServerError, ToolError};
use crate::rounds::Question;

/// Prints to stdout. A reader that has seen enough (`list | head`) is no error.
pub(super) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ServerError::because("cannot write to stdout", error))
        }
        _ => Ok(()),
    }
}

/// Tells a person something beside the answer. Where stderr is closed nobody is there to be told.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A JSON value over several lines, as a person reads it.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The person at the terminal, as the tool's client: reads what happens, and cannot be asked.
#[derive(Debug)]
pub(super) struct Terminal;

impl Client for Terminal {
    fn info(&self) -> Option<ClientInfo> {
        Some(ClientInfo {
            name: "command line".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn protocol_version(&self) -> &str {
        ""
    }

    fn can(&self, _: Capability) -> bool {
        false
    }

    fn asks_in_rounds(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _: &'a str, _: Question) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async { Err(ToolError::failed("the command line cannot be asked")) })
    }

    fn progress<'a>(
        &'a self,
        done: f64,
        total: Option<f64>,
        message: Option<String>,
    ) -> BoxFuture<'a, ()> {
        let of = total
            .map(|total| format!(" of {total}"))
            .unwrap_or_default();
        let message = message
            .map(|message| format!(": {message}"))
            .unwrap_or_default();
        say(&format!("{done}{of}{message}"));
        Box::pin(async {})
    }

    fn log<'a>(&'a self, level: LogLevel, logger: &'a str, data: Value) -> BoxFuture<'a, ()> {
        let text = data
            .as_str()
            .map_or_else(|| data.to_string(), str::to_owned);
        say(&format!("{logger} ({level:?}): {text}"));
        Box::pin(async {})
    }
}
