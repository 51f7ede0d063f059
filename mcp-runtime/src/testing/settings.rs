//! What a client says of itself, what it wants, and how it answers.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::reply::Reply;
use crate::client::LogLevel;

/// The revision without a handshake: each request says what it needs to say.
pub(super) const CURRENT: &str = "2026-07-28";

/// The last revision that begins with `initialize`.
pub(super) const LEGACY: &str = "2025-11-25";

/// A function from what the server asks, a method and its params, to what the client answers.
pub(super) type Answering = Arc<dyn Fn(&str, &Value) -> Value + Send + Sync>;

/// What a client says of itself, what it wants, and how it answers.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) version: &'static str,
    pub(super) log_level: Option<LogLevel>,
    pub(super) answering: Option<Answering>,
    /// Whether it polls for tasks.
    pub(super) polling: bool,
    /// What it says that it can do, where the test says so.
    pub(super) capabilities: Option<Value>,
}

impl Settings {
    pub(super) fn new() -> Self {
        Self {
            version: CURRENT,
            log_level: Some(LogLevel::Debug),
            answering: None,
            polling: false,
            capabilities: None,
        }
    }

    /// What begins a session.
    pub(super) fn greeting(&self) -> Value {
        json!({
            "protocolVersion": self.version,
            "capabilities": self.capabilities(),
            "clientInfo": client_info(),
        })
    }

    /// What a session sets for all its requests, where there are sessions.
    pub(super) fn level(&self) -> Option<Value> {
        let level = self.log_level.map(level_name)?;
        Some(json!({"level": level}))
    }

    /// Adds what each request says, where the test has not said it.
    pub(super) fn add_to(&self, meta: &mut Map<String, Value>, id: u64) {
        let mut add = |key: &str, value: Value| {
            meta.entry(key).or_insert(value);
        };
        add("progressToken", json!(id));
        if self.version != CURRENT {
            return;
        }
        add("io.modelcontextprotocol/protocolVersion", json!(CURRENT));
        add("io.modelcontextprotocol/clientInfo", client_info());
        let capabilities = self.capabilities();
        add("io.modelcontextprotocol/clientCapabilities", capabilities);
        if let Some(level) = self.log_level {
            let level = json!(level_name(level));
            add("io.modelcontextprotocol/logLevel", level);
        }
    }

    /// The answers to what a call asks before it goes on, if it asks and the client answers.
    pub(super) fn answers(&self, reply: &Reply) -> Option<Value> {
        let result = reply.raw().get("result")?;
        match result["resultType"] == "input_required" {
            true => self.answers_to(result),
            false => None,
        }
    }

    /// The answers to the questions of a result, or of a task.
    pub(super) fn answers_to(&self, result: &Value) -> Option<Value> {
        let answering = self.answering.as_ref()?;
        let questions = result["inputRequests"].as_object()?.iter();
        let answer = |(key, question): (&String, &Value)| {
            let method = question["method"].as_str().unwrap_or_default();
            (key.clone(), answering(method, &question["params"]))
        };
        Some(Value::Object(questions.map(answer).collect()))
    }

    fn capabilities(&self) -> Value {
        let mut capabilities = match (&self.capabilities, &self.answering) {
            (Some(said), _) => said.clone(),
            (None, Some(_)) => {
                json!({"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}})
            }
            (None, None) => json!({}),
        };
        if self.polling {
            capabilities["extensions"] = json!({"io.modelcontextprotocol/tasks": {}});
        }
        capabilities
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("version", &self.version)
            .field("log_level", &self.log_level)
            .field("answering", &self.answering.is_some())
            .finish()
    }
}

/// The answer to a request of the server.
pub(super) fn answer(answering: Option<&Answering>, id: &Value, request: &Value) -> Value {
    let Some(answering) = answering else {
        let error = json!({"code": -32601, "message": "the test's client answers no requests"});
        return json!({"jsonrpc": "2.0", "id": id, "error": error});
    };
    let method = request["method"].as_str().unwrap_or_default();
    let result = answering(method, &request["params"]);
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

fn client_info() -> Value {
    json!({"name": "mcp-runtime-testing", "version": env!("CARGO_PKG_VERSION")})
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Notice => "notice",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
        LogLevel::Alert => "alert",
        LogLevel::Emergency => "emergency",
    }
}
