//! Raw axum: what a hand-written endpoint for exactly this call costs. It checks nothing and knows no protocol.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{Result, rows, server};

#[derive(Deserialize)]
struct Request<A> {
    #[allow(dead_code, reason = "it is read and not looked at")]
    jsonrpc: String,
    id: i64,
    #[allow(dead_code, reason = "it is read and not looked at")]
    method: String,
    params: Params<A>,
}

#[derive(Deserialize)]
struct Params<A> {
    #[allow(dead_code, reason = "it is read and not looked at")]
    name: String,
    arguments: A,
}

#[derive(Deserialize)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Deserialize)]
struct Echo {
    text: String,
}

#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: i64,
    result: CallResult,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallResult {
    result_type: &'static str,
    content: [Content; 1],
}

#[derive(Serialize)]
struct Content {
    r#type: &'static str,
    text: String,
}

pub(crate) async fn serve(address: SocketAddr, kind: &str) -> Result<()> {
    let list: Bytes = match kind {
        "list" => rows::list_of_size(rows::TOOLS).into(),
        _ => Bytes::new(),
    };
    let endpoint = match kind {
        "add" => {
            post(|body: Bytes| async move { answer(&body, |add: Add| (add.a + add.b).to_string()) })
        }
        "echo" => post(|body: Bytes| async move { answer(&body, |echo: Echo| echo.text) }),
        _ => post(move |_: Bytes| async move { json(list) }),
    };
    let listener = TcpListener::bind(address).await?;
    server::listening(listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let router = Router::new().route("/mcp", endpoint);
    Ok(axum::serve(listener, router).await?)
}

fn answer<A: for<'a> Deserialize<'a>>(body: &[u8], call: impl FnOnce(A) -> String) -> Response {
    let Ok(request) = serde_json::from_slice::<Request<A>>(body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let text = call(request.params.arguments);
    let content = [Content {
        r#type: "text",
        text,
    }];
    let answer = Answer {
        jsonrpc: "2.0",
        id: request.id,
        result: CallResult {
            result_type: "complete",
            content,
        },
    };
    json(serde_json::to_vec(&answer).unwrap_or_default())
}

fn json(body: impl Into<Bytes>) -> Response {
    let mut response = body.into().into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
