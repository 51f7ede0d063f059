//! What one caller opened, no other caller reads, spends or ends.

use super::*;

async fn open(client: &Client, token: Option<&str>) -> String {
    let greeting = Asking::new(client, Era::Older)
        .maybe_token(token)
        .greet()
        .await;
    greeting.session.unwrap()
}

#[tokio::test]
async fn a_session_is_its_callers_alone() {
    let client = connect(closed().auth(by_heart())).await;
    let session = open(&client, Some("reader")).await;
    let list = async |token: &str| {
        let asking = Asking::new(&client, Era::Older).token(token);
        asking.in_session(&session, "tools/list", json!({})).await
    };
    assert_eq!(list("reader").await.status, 200);
    // Another token of the same caller is the same caller.
    assert_eq!(list("rotated").await.status, 200);

    for token in ["other-reader", "nothing"] {
        assert_eq!(list(token).await.status, 404, "{token}");
        for method in ["GET", "DELETE"] {
            let asking = Asking::new(&client, Era::Older).token(token);
            assert_eq!(asking.bare(method, &session).await.status, 404, "{method}");
            // A revision that knows no sessions is no way around.
            let asking = asking.header("mcp-protocol-version", "2026-07-28");
            assert_eq!(asking.bare(method, &session).await.status, 404, "{method}");
        }
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}});
        let headers = [("mcp-session-id", session.as_str())];
        let asking = Asking::new(&client, Era::Older).token(token);
        assert_eq!(asking.post(&headers, &cancel).await.status, 404);
    }
    assert_eq!(list("reader").await.status, 200);
    let asking = Asking::new(&client, Era::Older).token("reader");
    assert_eq!(asking.bare("DELETE", &session).await.status, 204);
    assert_eq!(list("reader").await.status, 404);
}

#[tokio::test]
async fn a_session_that_is_not_there_and_one_of_somebody_else_are_the_same() {
    let client = connect(closed().auth(by_heart())).await;
    let session = open(&client, Some("reader")).await;
    let list = async |session: &str| {
        let asking = Asking::new(&client, Era::Older).token("other-reader");
        let answer = asking.in_session(session, "tools/list", json!({})).await;
        (answer.status, answer.body)
    };
    assert_eq!(list(&session).await, list("no-such-session").await);
}

#[tokio::test]
async fn a_session_opened_without_a_token_becomes_its_first_callers() {
    let client = connect(mixed().auth(by_heart())).await;
    let session = open(&client, None).await;
    let list = async |token: Option<&str>| {
        let asking = Asking::new(&client, Era::Older).maybe_token(token);
        asking
            .in_session(&session, "tools/list", json!({}))
            .await
            .status
    };
    assert_eq!(list(None).await, 200);
    assert_eq!(list(Some("reader")).await, 200);
    assert_eq!(list(Some("other-reader")).await, 404);
    assert_eq!(list(None).await, 404);
}

#[tokio::test]
async fn a_session_opened_without_a_token_stays_nobodys_where_its_first_caller_is_refused() {
    let client = connect(mixed().auth(by_heart())).await;
    let session = open(&client, None).await;
    let call = async |token: Option<&str>, tool: &str| {
        let asking = Asking::new(&client, Era::Older).maybe_token(token);
        let params = json!({"name": tool, "arguments": {}});
        asking
            .in_session(&session, "tools/call", params)
            .await
            .status
    };
    assert_eq!(call(Some("reader"), "delete_note").await, 403);
    assert_eq!(call(None, "clock").await, 200);
    assert_eq!(call(Some("other-reader"), "read_note").await, 200);
    assert_eq!(call(Some("reader"), "read_note").await, 404);
    assert_eq!(call(None, "clock").await, 404);
}

#[tokio::test]
async fn a_request_of_the_current_revision_has_no_session_whatever_it_says() {
    let client = connect(closed().auth(by_heart())).await;
    let session = open(&client, Some("reader")).await;
    for id in [session.as_str(), "no-such-session"] {
        let asking = Asking::new(&client, Era::Current).token("other-reader");
        let answer = asking.header("mcp-session-id", id).call("read_note").await;
        assert_eq!(answer.text(), "a note of bob");
    }
}

/// Ask first.
#[tool(auth = "user", confirm = "Really?")]
async fn ask_first() -> &'static str {
    "done"
}

#[tokio::test]
async fn a_sealed_state_is_worth_nothing_to_another_caller() {
    let client = connect(
        Server::new("notes")
            .mount(tools![ask_first])
            .auth(by_heart()),
    )
    .await;
    let call = async |token: &str, state: Option<&Value>| {
        let mut params = json!({"name": "ask_first", "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
        }});
        if let Some(asked) = state {
            let key = asked["inputRequests"]
                .as_object()
                .unwrap()
                .keys()
                .next()
                .unwrap();
            params["inputResponses"] =
                json!({key: {"action": "accept", "content": {"confirm": true}}});
            params["requestState"] = asked["requestState"].clone();
        }
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params});
        let headers = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "ask_first"),
        ];
        Asking::new(&client, Era::Current)
            .token(token)
            .post(&headers, &message)
            .await
    };
    let asked = call("reader", None).await.body["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let stolen = call("other-reader", Some(&asked)).await;
    assert_eq!(stolen.body["error"]["code"], -32602, "{stolen:?}");
    // A new token is no new caller.
    assert_eq!(call("rotated", Some(&asked)).await.text(), "done");
}

/// Count up.
#[tool(read_only, auth = "user", cache = "60s", rate = "2/h per caller")]
async fn count(counted: State<std::sync::atomic::AtomicU32>) -> String {
    counted
        .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        .to_string()
}

/// Write once.
#[tool(auth = "user", idempotency = "1h")]
async fn write(counted: State<std::sync::atomic::AtomicU32>) -> String {
    counted
        .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        .to_string()
}

#[tokio::test]
async fn kept_answers_rates_and_idempotency_keys_are_the_callers_own() {
    let server = Server::new("notes")
        .mount(tools![count, write])
        .state(std::sync::atomic::AtomicU32::new(0))
        .auth(by_heart());
    let client = connect(server).await;
    for era in ERAS {
        let count = async |token: &str| {
            let answer = Asking::new(&client, era).token(token).call("count").await;
            answer.text().to_owned()
        };
        let ada = count("reader").await;
        assert_eq!(count("rotated").await, ada);
        assert_ne!(count("other-reader").await, ada);
        // Other scopes may be told other things.
        assert_ne!(count("writer").await, ada);

        let write = async |token: &str| {
            let params =
                json!({"name": "write", "arguments": {"idempotencyKey": format!("{era:?}")}});
            let answer = Asking::new(&client, era)
                .token(token)
                .ask("tools/call", params)
                .await;
            answer.text().to_owned()
        };
        let ada = write("reader").await;
        assert_eq!(write("rotated").await, ada);
        assert_ne!(write("other-reader").await, ada);
    }
}

#[tokio::test]
async fn one_caller_does_not_take_every_session() {
    let server = mixed().auth(by_heart()).max_sessions_per_caller(2);
    let client = connect(server).await;
    let greet = async |token: Option<&str>| {
        let asking = Asking::new(&client, Era::Older).maybe_token(token);
        asking.greet().await
    };
    let first = open(&client, Some("reader")).await;
    open(&client, Some("rotated")).await;
    // Whatever token it has.
    for token in ["reader", "rotated", "writer"] {
        let refused = greet(Some(token)).await;
        assert_eq!((refused.status, refused.session), (429, None), "{token}");
        assert!(
            refused.body["error"]["message"]
                .as_str()
                .unwrap()
                .contains("session")
        );
    }
    open(&client, Some("other-reader")).await;
    // One that was opened without a token does not become one too many.
    let strangers = open(&client, None).await;
    let asking = Asking::new(&client, Era::Older).token("reader");
    let adopted = asking.in_session(&strangers, "tools/list", json!({})).await;
    assert_eq!(adopted.status, 404);
    let asking = Asking::new(&client, Era::Older);
    let left = asking.in_session(&strangers, "tools/list", json!({})).await;
    assert_eq!(left.status, 200);
    // And a place that is given back is free.
    let asking = Asking::new(&client, Era::Older).token("reader");
    assert_eq!(asking.bare("DELETE", &first).await.status, 204);
    open(&client, Some("reader")).await;
}

#[tokio::test]
async fn sessions_that_are_begun_at_once_are_counted_too() {
    let client = connect(closed().auth(by_heart()).max_sessions_per_caller(3)).await;
    let greetings = (0..24).map(|_| async {
        let asking = Asking::new(&client, Era::Older).token("reader");
        asking.greet().await.status
    });
    let statuses = futures_util::future::join_all(greetings).await;
    let opened = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(opened, 3, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [200, 429].contains(status)),
        "{statuses:?}"
    );
}

/// Takes any token until a moment.
#[derive(Debug)]
struct Until(tokio::time::Instant, std::time::Duration);

impl mcp_runtime::auth::Verifier for Until {
    fn verify<'a>(
        &'a self,
        token: &'a str,
    ) -> futures_util::future::BoxFuture<
        'a,
        Result<mcp_runtime::auth::Verified, mcp_runtime::auth::Rejected>,
    > {
        use mcp_runtime::auth::{Rejected, Verified};
        let holds = tokio::time::Instant::now() < self.0;
        let verified = Verified {
            principal: Principal::new("dev", token),
            expires: Some(self.1),
        };
        let verified = holds.then_some(verified);
        let verified = verified.ok_or_else(|| Rejected::Invalid("its time is over".into()));
        Box::pin(std::future::ready(verified))
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_no_call_ends_ends_with_the_token_that_it_was_asked_for_with() {
    let seconds = std::time::Duration::from_secs;
    for era in ERAS {
        let begun = tokio::time::Instant::now();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let until = Until(begun + seconds(10), now.unwrap() + seconds(10));
        let client = connect(closed().auth(until)).await;
        let asking = Asking::new(&client, era).token("ada");
        match era {
            Era::Current => {
                let all = json!({"notifications": {"toolsListChanged": true}});
                asking.ask("subscriptions/listen", all).await;
            }
            Era::Older => {
                let session = asking.greet().await.session.unwrap();
                asking.bare("GET", &session).await;
            }
        }
        let lasted = begun.elapsed();
        assert!(
            seconds(9) <= lasted && lasted <= seconds(12),
            "{era:?}: {lasted:?}"
        );
    }
}
