//! Answers to plain calls, written at once as the bytes that go to the client.

use std::sync::Arc;

use rmcp::model::{
    CallToolResponse, ErrorCode, JsonRpcError, RequestId, ServerJsonRpcMessage, ServerResult,
};
use serde::Serialize;

use super::Core;
use super::wire::{self, SERVER_INFO_KEY};
use crate::answer::Output;
use crate::error::Reply;

/// What stands around an answer's content, as a rule.
const FRAME: usize = 256;

/// Writes the answers of one server.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    server: Arc<Core>,
    /// Who the server is, as an entry of `_meta`.
    introduction: Arc<str>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) json: Vec<u8>,
    /// Where the request itself was refused: why.
    #[cfg_attr(
        not(feature = "http"),
        expect(dead_code, reason = "it decides a status, which HTTP alone has")
    )]
    pub(crate) error: Option<ErrorCode>,
}

impl Writer {
    pub(crate) fn new(server: &Arc<Core>) -> Self {
        let info = wire::implementation(&server.identity);
        // Through a value, so that its members stand in the order in which they stand everywhere.
        let info = serde_json::to_value(info).unwrap_or_default();
        Self {
            introduction: format!("\"{SERVER_INFO_KEY}\":{info}").into(),
            server: Arc::clone(server),
        }
    }

    pub(crate) fn server(&self) -> &Arc<Core> {
        &self.server
    }

    /// The answer to a call of `tool`. `current` is for a client of 2026-07-28 or later.
    pub(crate) fn write(&self, reply: Reply, tool: &str, id: &RequestId, current: bool) -> Written {
        match reply {
            Reply::Output(output) => Written {
                json: self.output(&output, id, current),
                error: None,
            },
            reply => self.rare(reply, tool, id, current),
        }
    }

    fn output(&self, output: &Output, id: &RequestId, current: bool) -> Vec<u8> {
        let structured = output.structured.as_ref().map(|json| json.get());
        let length = structured.map_or(0, str::len);
        // Structured content stands there as text, too.
        let mut json = Vec::with_capacity(FRAME + self.introduction.len() + 2 * length);
        json.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
        push(&mut json, id);
        json.extend_from_slice(b",\"result\":{");
        if current {
            json.extend_from_slice(b"\"resultType\":\"complete\",");
        }
        json.extend_from_slice(b"\"content\":");
        push(&mut json, &output.content);
        if let Some(structured) = structured {
            json.extend_from_slice(b",\"structuredContent\":");
            json.extend_from_slice(structured.as_bytes());
        }
        json.extend_from_slice(b",\"_meta\":");
        match output.meta.is_empty() {
            true => {
                json.push(b'{');
                // Before the server's name, as in the order of their keys.
                if let Some((key, value)) = wire::source_json(output.source) {
                    for piece in ["\"", key, "\":", &value, ","] {
                        json.extend_from_slice(piece.as_bytes());
                    }
                }
                json.extend_from_slice(self.introduction.as_bytes());
                json.push(b'}');
            }
            false => push(&mut json, &wire::meta(output, &self.server.identity)),
        }
        json.extend_from_slice(b"}}");
        json
    }

    /// Whatever is not a tool's answer, by way of rmcp's model.
    fn rare(&self, reply: Reply, tool: &str, id: &RequestId, current: bool) -> Written {
        let response = wire::reply(reply, tool, &self.server.identity);
        let error = response.as_ref().err().map(|error| error.code);
        let message = match response {
            Ok(response) => {
                let response = match response {
                    CallToolResponse::Complete(mut result) if !current => {
                        // Older revisions do not know it.
                        result.result_type = None;
                        CallToolResponse::Complete(result)
                    }
                    response => response,
                };
                ServerJsonRpcMessage::response(ServerResult::from(response), id.clone())
            }
            Err(error) => ServerJsonRpcMessage::Error(JsonRpcError::new(Some(id.clone()), error)),
        };
        let mut json = Vec::with_capacity(FRAME);
        push(&mut json, &message);
        Written { json, error }
    }
}

fn push(json: &mut Vec<u8>, value: &impl Serialize) {
    // Every answer is made of strings, numbers and JSON values, all of which can be written.
    let _ = serde_json::to_writer(json, value);
}
