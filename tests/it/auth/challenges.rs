//! `401`, `403` and the metadata, byte by byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use tower::ServiceExt as _;

use super::*;

const METADATA: &str = "http://localhost/.well-known/oauth-protected-resource/mcp";

fn issued(server: Server) -> Server {
    server
        .auth(by_heart())
        .auth(Jwt::issuer("https://id.example.com").audience("https://notes.example.com/mcp"))
}

/// As a client reaches it that knows no other name than this machine's.
fn local(server: Server) -> Server {
    let elsewhere = Jwt::issuer("https://id.example.com").audience("an-application-id");
    server.auth(by_heart()).auth(elsewhere)
}

#[tokio::test]
async fn a_request_without_a_token_is_told_where_to_get_one() {
    let client = connect(local(closed())).await;
    for era in ERAS {
        for method in ["tools/list", "tools/call", "server/discover", "ping"] {
            let asking = Asking::new(&client, era);
            let answer = asking.ask(method, json!({"name": "read_note"})).await;
            assert_eq!(answer.status, 401, "{era:?} {method}");
            assert_eq!(
                answer.challenge.unwrap(),
                format!(r#"Bearer resource_metadata="{METADATA}", scope="notes:read""#)
            );
            let expected = json!({
                "jsonrpc": "2.0",
                "id": 7,
                "error": {"code": -32600, "message": "an access token is needed"},
            });
            assert_eq!(answer.body, expected, "{era:?} {method}");
        }
    }
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_refused_whatever_is_asked() {
    let client = connect(local(mixed())).await;
    for era in ERAS {
        for (header, status) in [
            ("Bearer forged", 401),
            ("bearer forged", 401),
            ("Bearer", 401),
            ("Bearer ", 401),
            ("Bearer two words", 401),
            ("Bearer \"quoted\"", 401),
            ("BEARER reader", 200),
            ("Bearer  reader", 200),
            // Of another scheme: as if there were none.
            ("Basic cmVhZGVyOg==", 200),
        ] {
            let asking = Asking::new(&client, era).header("authorization", header);
            let answer = asking.call("clock").await;
            assert_eq!(answer.status, status, "{era:?} {header}: {answer:?}");
            if status == 401 {
                assert_eq!(
                    answer.challenge.unwrap(),
                    format!(
                        r#"Bearer error="invalid_token", error_description="the access token is not valid", resource_metadata="{METADATA}", scope="notes:read""#
                    )
                );
                assert_eq!(answer.body["id"], 7);
            }
        }
    }
}

#[tokio::test]
async fn two_tokens_are_none() {
    let client = connect(local(mixed())).await;
    for era in ERAS {
        let asking = Asking::new(&client, era).token("reader").token("writer");
        let answer = asking.call("clock").await;
        assert_eq!((answer.status, &answer.body["id"]), (400, &json!(7)));
    }
}

/// A body that counts what is taken of it.
fn counted(chunks: usize, taken: &Arc<AtomicUsize>) -> axum::body::Body {
    let taken = Arc::clone(taken);
    let chunks = futures_util::stream::iter(0..chunks).map(move |_| {
        taken.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(bytes::Bytes::from(vec![b' '; 1024]))
    });
    axum::body::Body::from_stream(chunks)
}

#[tokio::test]
async fn of_a_stranger_no_more_is_read_than_tells_whom_to_answer() {
    const CHUNKS: usize = 3 * 1024;
    let whole = |status: u16| if status == 401 { 65 } else { CHUNKS };
    for (server, authorization, status) in [
        (closed(), None, 401),
        (closed(), Some("Basic cmVhZGVyOg=="), 401),
        (mixed(), Some("Bearer two words"), 401),
        // Whom it is for shows in the body, or in what the token is worth.
        (mixed(), None, 400),
        (closed(), Some("Bearer reader"), 400),
    ] {
        let embedded = local(server).embed().await.unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let mut request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(counted(CHUNKS, &taken)).unwrap();
        let answer = embedded.router().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{authorization:?}");
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= whole(status), "{authorization:?}: {taken}");
        assert!(
            status == 401 || taken == CHUNKS,
            "{authorization:?}: {taken}"
        );
    }
}

#[tokio::test]
async fn a_token_in_the_query_is_none() {
    let client = connect(local(closed())).await;
    let request = http::Request::get("/mcp?access_token=reader").header("host", "localhost");
    let answer = answered(&client, request.body(String::new()).unwrap()).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named_with_all_that_the_tool_needs() {
    let client = connect(local(closed())).await;
    for era in ERAS {
        for token in ["reader", "nothing"] {
            let answer = Asking::new(&client, era)
                .token(token)
                .call("delete_note")
                .await;
            assert_eq!(answer.status, 403, "{era:?}");
            assert_eq!(
                answer.challenge.unwrap(),
                format!(
                    r#"Bearer error="insufficient_scope", error_description="the access token needs the scopes: notes:read notes:write", resource_metadata="{METADATA}", scope="notes:read notes:write""#
                )
            );
            let expected = json!({
                "jsonrpc": "2.0",
                "id": 7,
                "error": {
                    "code": -32600,
                    "message": "the access token needs the scopes: notes:read notes:write",
                },
            });
            assert_eq!(answer.body, expected);
        }
        let answer = Asking::new(&client, era)
            .token("writer")
            .call("delete_note")
            .await;
        assert_eq!((answer.status, answer.text()), (200, "gone"));
    }
}

#[tokio::test]
async fn a_call_that_is_refused_for_want_of_scopes_is_counted_as_every_call() {
    let server = local(closed());
    let metrics = server.metrics();
    let client = connect(server).await;
    for era in ERAS {
        let answer = Asking::new(&client, era)
            .token("reader")
            .call("delete_note")
            .await;
        assert_eq!(answer.status, 403);
        // Nobody in particular was denied: a stranger must not fill the records.
        assert_eq!(
            Asking::new(&client, era).call("delete_note").await.status,
            401
        );
    }
    let snapshot = metrics.snapshot();
    let tool = snapshot
        .tools
        .iter()
        .find(|tool| tool.name == "delete_note");
    assert_eq!(tool.unwrap().calls, [("insufficient_scope", 2)]);
    assert_eq!((tool.unwrap().attempts, snapshot.unknown_tool), (0, 0));
}

#[tokio::test]
async fn a_tools_name_is_read_out_of_base64() {
    let client = connect(local(closed())).await;
    let message = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
        "name": "delete_note", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let headers = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "=?base64?ZGVsZXRlX25vdGU=?="),
    ];
    for (token, status) in [("reader", 403), ("writer", 200)] {
        let asking = Asking::new(&client, Era::Current).token(token);
        assert_eq!(asking.post(&headers, &message).await.status, status);
    }
}

#[tokio::test]
async fn headers_that_lie_about_the_tool_win_nothing() {
    let client = connect(local(mixed())).await;
    let message = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
        "name": "read_note", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let lies: [&[(&str, &str)]; 4] = [
        &[
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "clock"),
        ],
        &[
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/list"),
        ],
        &[
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-method", "tools/list"),
        ],
        &[],
    ];
    for headers in lies {
        let answer = Asking::new(&client, Era::Current)
            .post(headers, &message)
            .await;
        assert!(
            [400, 401].contains(&answer.status),
            "{headers:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_role_that_is_missing_is_no_matter_of_tokens() {
    let client = connect(local(closed())).await;
    for era in ERAS {
        let answer = Asking::new(&client, era)
            .token("writer")
            .call("administer")
            .await;
        assert_eq!(
            (answer.status, answer.challenge.as_deref()),
            (200, None),
            "{era:?}"
        );
        let meta = &answer.body["result"]["_meta"]["dev.mcp-runtime/error"];
        assert_eq!(meta["code"], "forbidden", "{answer:?}");
    }
}

#[tokio::test]
async fn a_tool_that_is_hidden_is_as_one_that_does_not_exist() {
    let client = connect(local(mixed())).await;
    for era in ERAS {
        for token in [None, Some("nothing")] {
            let ask = |tool: &'static str| Asking::new(&client, era).maybe_token(token).call(tool);
            let (hidden, absent) = (ask("read_note").await, ask("reed_note").await);
            assert_eq!(hidden.status, absent.status);
            assert_eq!(hidden.challenge, absent.challenge);
            let told = hidden.body.to_string().replace("read_note", "reed_note");
            assert_eq!(told, absent.body.to_string(), "{era:?} {token:?}");
        }
    }
}

#[tokio::test]
async fn where_a_tool_is_for_everybody_strangers_may_look_around() {
    let client = connect(local(mixed())).await;
    for era in ERAS {
        let list = Asking::new(&client, era).list().await;
        assert_eq!(list.names(), ["delete_note", "administer", "clock"]);
        let answer = Asking::new(&client, era).call("clock").await;
        assert_eq!((answer.status, answer.text()), (200, "nobody"));
        let answer = Asking::new(&client, era)
            .token("reader")
            .call("clock")
            .await;
        assert_eq!(answer.text(), "ada");
        // A tool that shows in every list tells what it needs itself.
        let answer = Asking::new(&client, era).call("delete_note").await;
        assert_eq!(answer.status, 401);
        assert!(
            answer
                .challenge
                .unwrap()
                .ends_with(r#"scope="notes:read notes:write""#)
        );
    }
}

#[tokio::test]
async fn the_metadata_names_the_resource_its_issuers_and_its_scopes() {
    for (server, resource) in [
        (issued(closed()), "https://notes.example.com/mcp"),
        (local(closed()), "http://localhost/mcp"),
        (
            local(closed()).public_url("https://example.com/tools/notes"),
            "https://example.com/tools/notes",
        ),
    ] {
        let client = connect(server).await;
        for path in [
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource/tools/notes",
        ] {
            let request = http::Request::get(path).header("host", "localhost");
            let answer = client.raw(request.body("").unwrap()).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.headers()["content-type"], "application/json");
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            let document: Value = serde_json::from_slice(answer.body()).unwrap();
            let expected = json!({
                "resource": resource,
                "authorization_servers": ["https://id.example.com"],
                "scopes_supported": ["notes:read", "notes:write"],
                "bearer_methods_supported": ["header"],
                "resource_name": "notes",
            });
            assert_eq!(document, expected);
        }
    }
}

#[tokio::test]
async fn the_challenge_points_to_the_servers_own_address() {
    for (server, metadata) in [
        (
            issued(closed()),
            "https://notes.example.com/.well-known/oauth-protected-resource/mcp",
        ),
        (
            local(closed()).public_url("https://example.com"),
            "https://example.com/.well-known/oauth-protected-resource",
        ),
    ] {
        let client = connect(server).await;
        let answer = Asking::new(&client, Era::Current).list().await;
        let said = answer.challenge.unwrap();
        assert!(
            said.contains(&format!("resource_metadata=\"{metadata}\"")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_host_of_the_servers_own_address_is_its_own() {
    let client = connect(issued(closed())).await;
    let get = |host: &'static str| {
        let request = http::Request::get("/.well-known/oauth-protected-resource/mcp");
        answered(
            &client,
            request.header("host", host).body(String::new()).unwrap(),
        )
    };
    assert_eq!(get("notes.example.com").await.status, 200);
    assert_eq!(get("evil.example.com").await.status, 403);
}

#[tokio::test]
async fn without_an_authorization_server_nobody_is_sent_to_one() {
    let client = connect(closed().auth(by_heart())).await;
    let answer = Asking::new(&client, Era::Current).list().await;
    assert_eq!(
        answer.challenge.as_deref(),
        Some(r#"Bearer scope="notes:read""#)
    );
    let request = http::Request::get("/.well-known/oauth-protected-resource/mcp");
    let request = request
        .header("host", "localhost")
        .body(String::new())
        .unwrap();
    assert_eq!(answered(&client, request).await.status, 404);
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_to_a_stranger_as_one_that_never_was() {
    let server = mixed();
    for tool in ["clock", "delete_note"] {
        server.tools().disable(tool).unwrap();
    }
    // Something is still there for everybody.
    let client = connect(local(server.mount(tools![open_still]))).await;
    for era in ERAS {
        let absent = Asking::new(&client, era).call("absent").await;
        assert_eq!(absent.status, 401);
        for tool in ["clock", "delete_note"] {
            let off = Asking::new(&client, era).call(tool).await;
            assert_eq!(off.status, absent.status, "{era:?} {tool}");
            assert_eq!(off.challenge, absent.challenge, "{era:?} {tool}");
            assert_eq!(off.body, absent.body, "{era:?} {tool}");
            let known = Asking::new(&client, era).token("nothing").call(tool).await;
            assert_eq!(known.status, 200, "{era:?} {tool}");
        }
    }
}

/// Stay open.
#[tool(read_only, auth = "none")]
async fn open_still() -> &'static str {
    "open"
}
