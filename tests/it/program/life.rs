//! How a server starts and stops.

use serde_json::{Value, json};

use super::child::{Meeting, Program, program};

/// Answers by id, since calls end in any order.
fn text<'a>(answers: &'a [Value], id: &str) -> &'a str {
    let answer = answers.iter().find(|answer| answer["id"] == id);
    let answer = answer.unwrap_or_else(|| panic!("no answer to {id} in {answers:#?}"));
    answer["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("no text in {answer}"))
}

#[tokio::test]
async fn a_signal_drains_what_is_in_flight_and_refuses_the_rest() {
    for signal in ["TERM", "INT"] {
        let meeting = Meeting::new().await;
        let mut program = Program::initialized(&mut program()).await;
        let mut waiting = Vec::new();
        for id in ["a", "b", "c"] {
            program.call(id, "wait", meeting.arguments()).await;
            waiting.push(meeting.arrival().await);
        }
        program.signal(signal).await;
        program.says("in_flight=3").await;

        program.call("late", "add", json!({"a": 1, "b": 2})).await;
        let refused = program.answer().await;
        assert_eq!(refused["id"], "late");
        assert_eq!(refused["result"]["isError"], true);
        let error = &refused["result"]["_meta"]["dev.mcp-runtime/error"];
        assert_eq!(error["code"], "unavailable");
        let told = text(std::slice::from_ref(&refused), "late");
        assert!(told.starts_with("the server is stopping and takes no new calls"));

        for one in waiting {
            one.release("done").await;
        }
        let ended = program.ended().await;
        assert_eq!(ended.answers.len(), 3, "{:#?}", ended.answers);
        for id in ["a", "b", "c"] {
            assert_eq!(text(&ended.answers, id), "done");
        }
        assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
        assert!(ended.log.ends_with("hook: stop"), "{}", ended.log);
    }
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let meeting = Meeting::new().await;
        let mut program = Program::initialized(&mut program()).await;
        program.call(1, "wait", meeting.arguments()).await;
        let _waiting = meeting.arrival().await;
        program.signal("TERM").await;
        program.says("stopping").await;
        program.signal(signal).await;
        let ended = program.ended().await;
        assert_eq!(ended.status.code(), Some(code), "{}", ended.log);
        assert!(ended.answers.is_empty(), "{:#?}", ended.answers);
        assert!(!ended.log.contains("hook: stop"), "{}", ended.log);
    }
}

#[tokio::test]
async fn a_thread_that_is_blocked_keeps_nobody_from_ending_the_process() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(program().env("MCP_DRAIN_TIMEOUT", "1ms")).await;
    program.call("stuck", "block", meeting.arguments()).await;
    let _waiting = meeting.arrival().await;
    program.close_stdin();
    // The call has its answer, and tokio's runtime waits for its thread, for ever.
    let answer = program.answer().await;
    assert_eq!(
        answer["result"]["content"][0]["text"],
        "the server stopped before `block` was done"
    );
    program.says("hook: stop").await;
    // The first signal may still find the server in its last step; then it is the second one that ends the process.
    program.signal("TERM").await;
    program.signal("TERM").await;
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(143), "{}", ended.log);
}

#[tokio::test]
async fn a_call_that_outlives_the_drain_is_cancelled_and_told_so() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(program().env("MCP_DRAIN_TIMEOUT", "100ms")).await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    program.signal("TERM").await;
    waiting.gone().await;
    let ended = program.ended().await;
    assert_eq!(
        text(&ended.answers, "slow"),
        "the server stopped before `wait` was done"
    );
    assert_eq!(ended.status.code(), Some(1), "{}", ended.log);
    let last = "Error: calls in flight that were cut off after 100ms: 1";
    assert!(ended.log.ends_with(last), "{}", ended.log);
}

#[tokio::test]
async fn the_end_of_stdin_drains() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(&mut program()).await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    program.close_stdin();
    waiting.release("done").await;
    let ended = program.ended().await;
    assert_eq!(text(&ended.answers, "slow"), "done");
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

/// A subscription has no end of its own, so nobody waits for one.
#[tokio::test]
async fn a_subscription_does_not_keep_the_server_at_the_end_of_stdin() {
    let mut program = Program::start(&mut program());
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": meta});
    program
        .request("open", "subscriptions/listen", params)
        .await;
    let acknowledged = "notifications/subscriptions/acknowledged";
    assert_eq!(program.answer().await["method"], acknowledged);
    program.close_stdin();
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn everything_before_the_end_of_stdin_is_answered() {
    const CALLS: usize = 10_000;
    let mut program = Program::initialized(program().env("RUST_LOG", "off")).await;
    let mut lines = String::new();
    for id in 0..CALLS {
        let params = json!({"name": "add", "arguments": {"a": id, "b": 1}});
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        lines.push_str(&format!("{call}\n"));
    }
    // The last line has no end, and counts all the same.
    program.write(lines.trim_end().as_bytes()).await;
    program.close_stdin();
    let ended = program.ended().await;
    let mut sums: Vec<(u64, String)> = ended
        .answers
        .iter()
        .map(|answer| {
            let text = answer["result"]["content"][0]["text"].as_str().unwrap();
            (answer["id"].as_u64().unwrap(), text.to_owned())
        })
        .collect();
    sums.sort();
    let expected: Vec<(u64, String)> = (0..CALLS as u64)
        .map(|id| (id, (id + 1).to_string()))
        .collect();
    assert_eq!(sums, expected);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn a_client_that_says_nothing_is_no_failure() {
    let mut program = Program::start(&mut program());
    program.close_stdin();
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(ended.answers.is_empty());
}

#[tokio::test]
async fn a_signal_before_the_first_message_ends_the_server() {
    let mut program = Program::start(&mut program());
    program.says("hook: start").await;
    program.signal("TERM").await;
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn a_client_that_does_not_read_any_more_ends_the_server_and_its_calls() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(&mut program()).await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    program.close_stdout();
    // The next thing to be written finds out.
    program.request("ping", "ping", json!({})).await;
    waiting.gone().await;
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn a_client_that_never_reads_does_not_keep_the_server() {
    let mut program = Program::initialized(program().env("MCP_DRAIN_TIMEOUT", "1ms")).await;
    // More than a pipe holds, and not too much for a tool.
    let text = "x".repeat(80_000);
    program.call("long", "echo", json!({"text": text})).await;
    program.says("outcome=\"ok\"").await;
    program.signal("TERM").await;
    program
        .says("the transport did not finish its last answers in time")
        .await;
    assert!(program.left_alone().await.success());
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_and_gets_no_answer() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(&mut program()).await;
    program.call("slow", "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    let params = json!({"requestId": "slow"});
    let cancelled =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    program.send(&cancelled).await;
    waiting.gone().await;
    // It counts no more: nothing has to be waited for.
    program.signal("TERM").await;
    program.says("in_flight=0").await;
    let ended = program.ended().await;
    assert!(ended.answers.is_empty(), "{:#?}", ended.answers);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}

#[tokio::test]
async fn an_id_in_use_is_refused_and_free_again_after_its_answer() {
    let meeting = Meeting::new().await;
    let mut program = Program::initialized(&mut program()).await;
    program.call(7, "wait", meeting.arguments()).await;
    let waiting = meeting.arrival().await;
    program.call(7, "add", json!({"a": 1, "b": 2})).await;
    let refused = program.answer().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!(7), &json!(-32600))
    );
    waiting.release("done").await;
    assert_eq!(
        program.answer().await["result"]["content"][0]["text"],
        "done"
    );
    program.call(7, "add", json!({"a": 1, "b": 2})).await;
    assert_eq!(program.answer().await["result"]["content"][0]["text"], "3");
}

#[tokio::test]
async fn a_client_may_begin_with_something_else() {
    let mut program = Program::start(&mut program());
    program
        .send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        .await;
    program
        .send(&json!({"jsonrpc": "2.0", "id": 1, "result": {}}))
        .await;
    program.initialize().await;
    program.call(2, "add", json!({"a": 1, "b": 2})).await;
    assert_eq!(program.answer().await["id"], 2);
}

#[tokio::test]
async fn a_start_hook_that_fails_keeps_the_server_from_starting() {
    let mut command = program();
    let program = Program::start(command.env("PROGRAM_CANNOT_START", "the database is away"));
    let ended = program.ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        ended
            .log
            .ends_with("Error: a start hook failed: the database is away"),
        "{}",
        ended.log
    );
    assert!(!ended.log.contains("hook: stop"), "{}", ended.log);
}
