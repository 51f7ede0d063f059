//! Bare rmcp: its own HTTP service over a handler with a table of tools, which is the cheapest that it knows.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt as _;
use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::{Result, rows, server};

#[derive(Clone)]
struct Handler(Arc<Vec<Tool>>);

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = params.arguments.unwrap_or_default();
        let text = match &*params.name {
            "echo" => arguments["text"].as_str().unwrap_or_default().to_owned(),
            _ => {
                let number = |name: &str| arguments.get(name).and_then(Value::as_i64);
                match (number("a"), number("b")) {
                    (Some(a), Some(b)) => (a + b).to_string(),
                    _ => return Err(ErrorData::invalid_params("two numbers", None)),
                }
            }
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.0.to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.0.iter().find(|tool| tool.name == name).cloned()
    }
}

pub(crate) async fn serve(address: SocketAddr, kind: &str) -> Result<()> {
    let count = match kind {
        "many" => rows::TOOLS,
        _ => 2,
    };
    let handler = Handler(Arc::new((0..count).map(tool).collect()));
    let config = StreamableHttpServerConfig::default().with_json_response(true);
    let service = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let listener = TcpListener::bind(address).await?;
    server::listening(listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().route_service("/mcp", service);
    Ok(axum::serve(listener, router).await?)
}

fn tool(number: usize) -> Tool {
    let name = match number {
        0 => "add".to_owned(),
        1 => "echo".to_owned(),
        number => format!("add_{number}"),
    };
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "a": {"type": "integer", "format": "int64"},
            "b": {"type": "integer", "format": "int64"},
        },
        "required": ["a", "b"],
        "additionalProperties": false,
    });
    let schema: Map<String, Value> = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name, "Add two numbers.", schema)
}
