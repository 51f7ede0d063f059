//! What comes back, with accessors for what tests ask.

use std::fmt;
use std::ops::Index;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ERROR_META_KEY;

/// The answer to a request, and the notifications that came before it.
///
/// The accessors of a result panic where there is none, and show the whole answer.
#[derive(Clone, PartialEq)]
pub struct Reply {
    pub(super) message: Value,
    pub(super) notifications: Vec<Value>,
    pub(super) status: Option<u16>,
}

/// A JSON-RPC error: the request itself was refused.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RpcError {
    /// The code, such as -32602.
    pub code: i64,
    /// The text.
    pub message: String,
    /// More about it; `null` where there is none.
    pub data: Value,
}

impl Reply {
    /// The answer that ends what an earlier one began.
    pub(super) fn after(mut self, earlier: Self) -> Self {
        self.notifications.splice(0..0, earlier.notifications);
        self
    }

    /// The text blocks of a tool's content, of what was read, or of a prompt's messages, one a line.
    ///
    /// # Panics
    /// Where there is no result.
    #[track_caller]
    pub fn text(&self) -> String {
        let messages = self.messages().iter().map(|message| &message["content"]);
        let blocks = self.content().iter().chain(self.contents()).chain(messages);
        let texts: Vec<&str> = blocks.filter_map(|block| block["text"].as_str()).collect();
        texts.join("\n")
    }

    /// What was read of a resource, as it was sent.
    ///
    /// # Panics
    /// Where there is no result.
    #[track_caller]
    pub fn contents(&self) -> &[Value] {
        self.result()["contents"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// A prompt's messages, as they were sent.
    ///
    /// # Panics
    /// Where there is no result.
    #[track_caller]
    pub fn messages(&self) -> &[Value] {
        self.result()["messages"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// The content blocks as they were sent.
    ///
    /// # Panics
    /// Where there is no result.
    #[track_caller]
    pub fn content(&self) -> &[Value] {
        self.result()["content"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// The structured content.
    ///
    /// # Panics
    /// Where there is none.
    #[track_caller]
    pub fn structured(&self) -> &Value {
        match self.result().get("structuredContent") {
            Some(structured) => structured,
            None => panic!("there is no structured content: {self:?}"),
        }
    }

    /// The structured content as a type.
    ///
    /// # Panics
    /// Where there is none, or where it does not read as `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match T::deserialize(self.structured()) {
            Ok(value) => value,
            Err(error) => panic!("the structured content does not read: {error}: {self:?}"),
        }
    }

    /// Whether anything went wrong: the tool failed, a policy refused the call, or the request was refused.
    pub fn is_error(&self) -> bool {
        self.message.get("error").is_some() || self.message["result"]["isError"] == true
    }

    /// The code of what went wrong in a call: `invalid_input`, `rate_limited`, `internal` ...
    pub fn code(&self) -> Option<&str> {
        self.error_object()?["code"].as_str()
    }

    /// The object that says what went wrong in a call, from the result's `_meta`.
    pub fn error_object(&self) -> Option<&Value> {
        self.message["result"]["_meta"].get(ERROR_META_KEY)
    }

    /// The JSON-RPC error, where the request itself was refused.
    pub fn rpc_error(&self) -> Option<RpcError> {
        let error = self.message.get("error")?;
        Some(RpcError {
            code: error["code"].as_i64().unwrap_or_default(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            data: error["data"].clone(),
        })
    }

    /// The result's `_meta`; `null` where there is none.
    ///
    /// # Panics
    /// Where there is no result.
    #[track_caller]
    pub fn meta(&self) -> &Value {
        &self.result()["_meta"]
    }

    /// The result as it was sent.
    ///
    /// # Panics
    /// Where the request was refused.
    #[track_caller]
    pub fn result(&self) -> &Value {
        match self.message.get("result") {
            Some(result) => result,
            None => panic!("there is no result: {self:?}"),
        }
    }

    /// The whole answer as it was sent.
    pub fn raw(&self) -> &Value {
        &self.message
    }

    /// HTTP's status, where the client speaks HTTP.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The notifications that came before the answer, in order.
    pub fn notifications(&self) -> &[Value] {
        &self.notifications
    }

    /// What the tool said of its progress: the notifications' `params`.
    pub fn progress(&self) -> Vec<&Value> {
        self.params_of("notifications/progress")
    }

    /// What the tool told the client's log: the notifications' `params`.
    pub fn logs(&self) -> Vec<&Value> {
        self.params_of("notifications/message")
    }

    fn params_of(&self, method: &str) -> Vec<&Value> {
        let notifications = self.notifications.iter();
        notifications
            .filter(|notification| notification["method"] == method)
            .map(|notification| &notification["params"])
            .collect()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.message)?;
        for notification in &self.notifications {
            write!(f, "\nafter {notification}")?;
        }
        Ok(())
    }
}

/// The tools a caller sees, as `tools/list` gives them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolList {
    tools: Vec<Value>,
    pages: usize,
}

impl ToolList {
    /// Takes in one page, and says where the next one begins.
    pub(super) fn add(&mut self, page: &Value) -> Option<String> {
        let tools = page["tools"].as_array().cloned();
        self.tools.extend(tools.unwrap_or_default());
        self.pages += 1;
        page["nextCursor"].as_str().map(str::to_owned)
    }

    /// The names, in the server's order.
    pub fn names(&self) -> Vec<&str> {
        let tools = self.tools.iter();
        tools.filter_map(|tool| tool["name"].as_str()).collect()
    }

    /// One tool as it was sent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.tools.iter().find(|tool| tool["name"] == name)
    }

    /// All of them as they were sent.
    pub fn as_slice(&self) -> &[Value] {
        &self.tools
    }

    /// How many pages it took.
    pub fn pages(&self) -> usize {
        self.pages
    }
}

impl Index<&str> for ToolList {
    type Output = Value;

    #[track_caller]
    fn index(&self, name: &str) -> &Value {
        match self.get(name) {
            Some(tool) => tool,
            None => panic!("there is no tool `{name}` among {:?}", self.names()),
        }
    }
}
