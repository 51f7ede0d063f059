//! Clients of every revision over stdin and stdout.

use serde_json::json;

use super::child::{Program, program, server_at};
use crate::revisions::{HANDSHAKES, UNKNOWN, holds, initialize, stating, tells_what_is_supported};
use crate::served::FIXTURE;

#[tokio::test]
async fn every_revision_has_its_session() {
    for (asked, revision) in HANDSHAKES {
        let mut program = Program::start(&mut server_at(FIXTURE));
        program.request(0, "initialize", initialize(asked)).await;
        let answer = program.answer().await;
        assert_eq!(answer["result"]["protocolVersion"], revision, "{asked}");
        let begun = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        program.send(&begun).await;
        let mut id = 0;
        holds(asked, async |method, params| {
            id += 1;
            program.request(id, method, params).await;
            let answer = program.answer().await;
            assert_eq!(answer["id"], id, "{asked}: {method}");
            answer
        })
        .await;
        program.close_stdin();
        let ended = program.ended().await;
        assert!(ended.answers.is_empty(), "{:#?}", ended.answers);
        assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    }
}

#[tokio::test]
async fn a_request_of_an_unknown_revision_is_told_which_there_are() {
    for revision in UNKNOWN {
        let mut program = Program::start(&mut server_at(FIXTURE));
        let call = json!({"name": "add", "arguments": {"a": 1, "b": 2}});
        let params = stating(revision, call.clone());
        program.request("v", "tools/call", params).await;
        let answer = program.answer().await;
        assert_eq!(answer["id"], "v", "{answer}");
        tells_what_is_supported(revision, &answer);
        // The client takes one of those, on the same connection.
        let params = stating("2026-07-28", call);
        program.request("w", "tools/call", params).await;
        let answer = program.answer().await;
        assert_eq!(answer["id"], "w", "{answer}");
        assert_eq!(answer["result"]["content"][0]["text"], "3", "{answer}");
    }
}

#[tokio::test]
async fn in_a_session_a_request_may_say_more_of_its_client_than_the_handshake_did() {
    let mut program = Program::initialized(&mut program()).await;
    program.call(1, "later", json!({})).await;
    let answer = program.answer().await;
    assert_eq!(answer["result"]["content"][0]["text"], "later", "{answer}");
    let call = json!({"name": "later", "arguments": {}, "_meta": {
        "io.modelcontextprotocol/clientCapabilities": {
            "extensions": {"io.modelcontextprotocol/tasks": {}},
        },
    }});
    program.request(2, "tools/call", call).await;
    let answer = program.answer().await;
    assert!(answer["result"]["taskId"].is_string(), "{answer}");
}
