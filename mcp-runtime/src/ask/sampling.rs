//! What a client's model is asked to write, and what it wrote.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::{Content, IntoContent};
use crate::error::ToolError;
use crate::prompt::Message;

/// What a client's model is asked to write (MCP, "Sampling").
///
/// ```
/// use mcp_runtime::{Sampling, prelude::*};
///
/// /// Put a text into plain words.
/// #[tool(read_only)]
/// async fn simplify(text: String, ctx: Context) -> Result<String, ToolError> {
///     let wanted = Sampling::new(500)
///         .system("You write for readers of twelve.")
///         .user(text)
///         .prefer("claude")
///         .intelligence(0.8);
///     let written = ctx.sample_with("plain", wanted).await?;
///     Ok(written.text().unwrap_or_default().to_owned())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a client's model is asked with `ctx.sample_with(\"key\", sampling).await`"]
pub struct Sampling {
    messages: Vec<Message>,
    hints: Vec<String>,
    preferences: Map<String, Value>,
    params: Map<String, Value>,
}

impl Sampling {
    /// A completion of at most `max_tokens` tokens, of nothing so far.
    pub fn new(max_tokens: u32) -> Self {
        let mut params = Map::new();
        params.insert("maxTokens".to_owned(), json!(max_tokens));
        Self {
            messages: Vec::new(),
            hints: Vec::new(),
            preferences: Map::new(),
            params,
        }
    }

    /// Adds what the user says: text, an [`Image`](crate::Image) or [`Audio`](crate::Audio).
    pub fn user(self, content: impl IntoContent) -> Self {
        self.message(Message::user(content))
    }

    /// Adds what the model is taken to have said.
    pub fn assistant(self, content: impl IntoContent) -> Self {
        self.message(Message::assistant(content))
    }

    /// Adds a message. A model is sent text, images and audio: resources and links to them are for prompts.
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Sets the system prompt. The client may change it or leave it out.
    pub fn system(self, prompt: impl Into<String>) -> Self {
        self.param("systemPrompt", json!(prompt.into()))
    }

    /// Sets how much chance there is in the answer; what a number means is the model's.
    pub fn temperature(self, temperature: f64) -> Self {
        self.param("temperature", json!(temperature))
    }

    /// Adds a text before which the model stops.
    pub fn stop(mut self, text: impl Into<String>) -> Self {
        let stops = self.params.entry("stopSequences");
        if let Value::Array(stops) = stops.or_insert_with(|| json!([])) {
            stops.push(Value::String(text.into()));
        }
        self
    }

    /// Names a model or a family, such as `claude`. Said again, it is the next best. The client chooses.
    pub fn prefer(mut self, model: impl Into<String>) -> Self {
        self.hints.push(model.into());
        self
    }

    /// Says how much a low price matters, from 0 to 1.
    pub fn cost(self, priority: f64) -> Self {
        self.preference("costPriority", priority)
    }

    /// Says how much speed matters, from 0 to 1.
    pub fn speed(self, priority: f64) -> Self {
        self.preference("speedPriority", priority)
    }

    /// Says how much the model's capability matters, from 0 to 1.
    pub fn intelligence(self, priority: f64) -> Self {
        self.preference("intelligencePriority", priority)
    }

    fn param(mut self, key: &str, value: Value) -> Self {
        self.params.insert(key.to_owned(), value);
        self
    }

    fn preference(mut self, key: &str, priority: f64) -> Self {
        let priority = json!(priority.clamp(0.0, 1.0));
        self.preferences.insert(key.to_owned(), priority);
        self
    }

    /// The request's params, as MCP has them.
    pub(super) fn into_params(self) -> Result<Value, ToolError> {
        let Self {
            messages,
            hints,
            mut preferences,
            mut params,
        } = self;
        let mut sent = Vec::new();
        for message in messages {
            let content = message.content();
            if !matches!(
                content,
                Content::Text { .. } | Content::Image(_) | Content::Audio(_)
            ) {
                return Err(ToolError::internal(
                    "a client's model is sent text, images and audio; a resource or a link is none of them",
                ));
            }
            sent.push(json!({"role": message.role(), "content": content}));
        }
        if sent.is_empty() {
            return Err(ToolError::internal(
                "there is nothing to complete: add a message with `.user(..)`",
            ));
        }
        params.insert("messages".to_owned(), Value::Array(sent));
        if !hints.is_empty() {
            let hints: Value = hints.iter().map(|name| json!({"name": name})).collect();
            preferences.insert("hints".to_owned(), hints);
        }
        if !preferences.is_empty() {
            params.insert("modelPreferences".to_owned(), Value::Object(preferences));
        }
        Ok(Value::Object(params))
    }
}

/// What a client's model wrote.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// The model that wrote it, as the client names it.
    pub model: String,
    /// Who wrote it: `assistant`, as a rule.
    pub role: String,
    /// The message's content blocks, as MCP has them.
    pub content: Value,
}

impl Sampled {
    /// The text of the first text block.
    pub fn text(&self) -> Option<&str> {
        let blocks = match &self.content {
            Value::Array(blocks) => blocks.as_slice(),
            block => std::slice::from_ref(block),
        };
        blocks.iter().find_map(|block| block.get("text")?.as_str())
    }
}
