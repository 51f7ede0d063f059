//! The servers that are compared.

use std::io::{BufRead as _, Write as _};

use mcp_runtime::prelude::*;
use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::{stdio, stdio_pipes};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Builder;

use crate::{RMCP, Result};

pub(crate) fn serve(kind: &str) -> Result<()> {
    if kind == "loop" {
        return plain_loop();
    }
    // One thread, or several as `#[tokio::main]` starts them.
    let (kind, mut runtime) = match kind.strip_suffix(", workers") {
        Some(kind) => (kind, Builder::new_multi_thread()),
        None => (kind, Builder::new_current_thread()),
    };
    let runtime = runtime.enable_all().build()?;
    match kind {
        RMCP => runtime.block_on(async { bare(stdio_pipes()).await }),
        "rmcp, threads" => runtime.block_on(bare(stdio())),
        _ => {
            let server = Server::new("bench").mount(tools![add]);
            Ok(runtime.block_on(server.serve_stdio())?)
        }
    }
}

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn sum(arguments: &Value) -> Option<String> {
    let (a, b) = (arguments["a"].as_i64()?, arguments["b"].as_i64()?);
    Some((a + b).to_string())
}

fn plain_loop() -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line?)?;
        let text = sum(&message["params"]["arguments"]).ok_or("no numbers")?;
        let answer = json!({
            "jsonrpc": "2.0", "id": message["id"],
            "result": {"resultType": "complete", "content": [{"type": "text", "text": text}]},
        });
        writeln!(stdout, "{answer}")?;
    }
    Ok(())
}

#[derive(Clone)]
struct Bare;

impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::from(params.arguments.unwrap_or_default());
        let text = sum(&arguments);
        let text = text.ok_or_else(|| ErrorData::invalid_params("two numbers", None))?;
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

async fn bare<R, W>(streams: (R, W)) -> Result<()>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let running = rmcp::serve_server(Bare, streams).await?;
    running.waiting().await?;
    Ok(())
}
