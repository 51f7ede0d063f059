//! The server as the program itself uses it, without a transport between.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::Core;
use crate::call::Origin;
use crate::client::Client;
use crate::corridor::{self, Request};
use crate::error::Reply;
use crate::kind::Kind;
use crate::principal::Principal;

impl Core {
    /// Calls a tool, through all that every call goes through.
    pub(crate) async fn call(
        self: &Arc<Self>,
        tool: &str,
        arguments: Map<String, Value>,
        caller: Option<Arc<Principal>>,
        client: Arc<dyn Client>,
    ) -> Reply {
        let request = Request {
            kind: Kind::Tool,
            tool: tool.into(),
            found: None,
            arguments,
            caller,
            origin: Origin::of_program(client),
        };
        corridor::call(self, request).await
    }
}

impl Origin {
    /// A call that the program itself makes.
    pub(crate) fn of_program(client: Arc<dyn Client>) -> Self {
        Self {
            request_id: "1".into(),
            trace: None,
            client,
            cancelled: CancellationToken::new(),
            ip: None,
            input_responses: None,
            request_state: None,
            task: None,
        }
    }
}
