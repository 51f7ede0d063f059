//! One record a call, whatever becomes of it; and what a record says.

use std::future::{Future, pending};
use std::path::PathBuf;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Principal, Secret, audit};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::foreign::Foreign;
use crate::shared_store::KEY;

/// Look something up.
#[tool(read_only)]
async fn find(id: u64) -> Result<String, ToolError> {
    match id {
        0 => Err(ToolError::not_found("no such thing")),
        1 => panic!("a bug"),
        id => Ok(format!("thing {id}")),
    }
}

/// Store something.
#[tool]
async fn store(name: String, password: Secret<String>, #[arg(secret)] pin: u32) -> String {
    format!(
        "{name}: {} characters, {} digits",
        password.expose().len(),
        pin.to_string().len()
    )
}

/// Store something, on the record.
#[tool(audit = "full required")]
async fn file(name: String) -> String {
    format!("filed {name}")
}

/// Do what leaves no trace.
#[tool(audit = "off")]
async fn whisper() {}

/// Delete everything.
#[tool(auth = "role:admin", audit = "args", visible = "always")]
async fn wipe(reason: String) -> String {
    reason
}

/// Delete everything, unseen by others.
#[tool(auth = "role:admin")]
async fn hidden() {}

/// Wait for ever.
#[tool]
async fn hang(name: String) {
    drop(name);
    pending::<()>().await;
}

/// Fail for a while, every time.
#[tool(read_only, retry = "2 exp 1ms..2ms")]
async fn flaky() -> Result<(), ToolError> {
    Err(ToolError::transient("not now"))
}

/// Seldom.
#[tool(read_only, rate = "1/h")]
async fn seldom() {}

/// Look up what does not change.
#[tool(read_only, cache = "60s")]
async fn settled(id: u64) -> String {
    format!("thing {id}")
}

/// Pay, once.
#[tool(idempotency = "24h")]
async fn pay(cents: u64) -> String {
    format!("paid {cents}")
}

struct Recorded {
    _folder: TempDir,
    path: PathBuf,
    records: Vec<Value>,
}

fn server() -> Server {
    Server::new("recorded")
        .mount(tools![
            find, store, file, whisper, wipe, hidden, hang, flaky, seldom, settled, pay
        ])
        .local_principal(Principal::local("ada").tenant("acme").client_id("cli"))
}

/// Runs calls and reads their records once the server has stopped.
fn recorded<F: Future<Output = ()>>(calls: impl FnOnce(Client) -> F) -> Recorded {
    recorded_of(server(), calls)
}

fn recorded_of<F: Future<Output = ()>>(
    server: Server,
    calls: impl FnOnce(Client) -> F,
) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    run(server.audit_file(&path), calls);
    let verified = audit::verify(&path).unwrap();
    assert!(verified.closed, "{verified}");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let records: Vec<Value> = lines.filter(|line| line["event"] == "call").collect();
    assert_eq!(verified.calls, records.len() as u64);
    Recorded {
        _folder: folder,
        path,
        records,
    }
}

/// The server stops when its runtime does.
fn run<F: Future<Output = ()>>(server: Server, calls: impl FnOnce(Client) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { calls(testing::client(server).await).await });
}

#[test]
fn a_record_says_who_called_what_and_how_it_ended() {
    let recorded = recorded(async |client| {
        let trace =
            json!({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
        let call = json!({"name": "find", "arguments": {"id": 7}, "_meta": trace});
        client.request("tools/call", call).await;
    });
    let [record] = recorded.records.as_slice() else {
        panic!("one call, one record: {:?}", recorded.records);
    };
    let time = record["time"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.as_bytes()[10] == b'T',
        "RFC 3339: {time}"
    );
    assert_eq!(record["request"], "1");
    assert_eq!(record["trace"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(
        record["principal"],
        json!({"issuer": "local", "subject": "ada", "tenant": "acme", "client": "cli"})
    );
    assert_eq!(record["tool"], "find");
    assert_eq!(record["schema"].as_str().unwrap().len(), 16);
    assert_eq!(record["policy"].as_str().unwrap().len(), 16);
    assert_eq!(
        (&record["decision"], &record["step"]),
        (&json!("allow"), &json!("attempt"))
    );
    assert_eq!(
        (&record["outcome"], &record["attempts"]),
        (&json!("ok"), &json!(1))
    );
    assert_eq!(record["bytesIn"], r#"{"id":7}"#.len());
    assert_eq!(record["bytesOut"], "thing 7".len());
    assert!(record["durationUs"].is_u64());
}

#[test]
fn the_step_is_recorded_that_cannot_do_without_the_store() {
    let store = Foreign::default();
    store.switch().set(true);
    let server = server().store(store).state_key(KEY);
    let recorded = recorded_of(server, async |client| {
        let once = json!({"cents": 7, "idempotencyKey": "one"});
        client.call("pay", once).await;
    });
    let record = &recorded.records[0];
    assert_eq!(record["outcome"], "unavailable");
    assert_eq!(record["step"], "idempotency");
}

#[test]
fn every_outcome_is_recorded_with_the_step_that_decided() {
    let recorded = recorded(async |client| {
        client.call("find", json!({"id": 2})).await;
        client.call("find", json!({"id": 0})).await;
        client.call("find", json!({"id": 1})).await;
        client.call("find", json!({"id": "x"})).await;
        client.call("wipe", json!({"reason": "spring"})).await;
        client.call("hidden", json!({})).await;
        client.call("nothing", json!({})).await;
        client.call("whisper", json!({})).await;
        client.call("flaky", json!({})).await;
        client.call("seldom", json!({})).await;
        client.call("seldom", json!({})).await;
    });
    let seen: Vec<[&str; 4]> = recorded
        .records
        .iter()
        .map(|record| {
            ["tool", "decision", "step", "outcome"].map(|field| record[field].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["find", "allow", "attempt", "ok"],
            ["find", "allow", "attempt", "not_found"],
            ["find", "allow", "attempt", "internal"],
            ["find", "deny", "decode", "invalid_input"],
            ["wipe", "deny", "authorize", "forbidden"],
            ["hidden", "deny", "gate", "unknown_tool"],
            ["nothing", "deny", "gate", "unknown_tool"],
            ["flaky", "allow", "attempt", "unavailable"],
            ["seldom", "allow", "attempt", "ok"],
            ["seldom", "deny", "rate", "rate_limited"],
        ]
    );
    assert_eq!(
        recorded.records[7]["attempts"], 3,
        "the first one and two more"
    );
    let incident = recorded.records[2]["incident"].as_str().unwrap();
    assert_eq!(
        incident.len(),
        12,
        "the id that the answer and the log have too"
    );
}

#[test]
fn an_answer_from_memory_is_allowed_by_what_kept_it() {
    let recorded = recorded(async |client| {
        for _ in 0..2 {
            client.call("settled", json!({"id": 7})).await;
            let once = json!({"cents": 7, "idempotencyKey": "one"});
            client.call("pay", once).await;
        }
    });
    let [made, paid, kept, replayed] = recorded.records.as_slice() else {
        panic!("four calls: {:?}", recorded.records);
    };
    let seen = |record: &Value| ["decision", "step", "outcome"].map(|name| record[name].clone());
    assert_eq!(seen(made), ["allow", "attempt", "ok"]);
    assert_eq!(seen(kept), ["allow", "cache", "ok"]);
    assert_eq!(
        (&made["cache"], &kept["cache"]),
        (&json!("miss"), &json!("hit"))
    );
    assert_eq!(
        (&made["attempts"], &kept["attempts"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(kept["bytesOut"], "thing 7".len());
    assert_eq!(seen(paid), ["allow", "attempt", "ok"]);
    assert_eq!(seen(replayed), ["allow", "idempotency", "ok"]);
}

#[test]
fn a_cancelled_call_is_recorded() {
    let recorded = recorded(async |client| {
        let call = client.start("hang", json!({"name": "n"})).await;
        // The call has begun when the one after it has been answered.
        client.call("find", json!({"id": 2})).await;
        drop(call);
        client.call("find", json!({"id": 3})).await;
    });
    let cancelled = recorded
        .records
        .iter()
        .find(|record| record["tool"] == "hang")
        .unwrap();
    assert_eq!(cancelled["outcome"], "cancelled");
    assert_eq!(cancelled["step"], "client");
    assert_eq!(
        (&cancelled["decision"], &cancelled["attempts"]),
        (&json!("allow"), &json!(1))
    );
    assert_eq!(cancelled["arguments"], json!({"name": "n"}));
}

#[test]
fn a_call_whose_connection_is_gone_is_recorded() {
    let recorded = recorded(async |client| {
        let call = client.start("hang", json!({"name": "n"})).await;
        client.call("find", json!({"id": 2})).await;
        // The runtime ends with the call inside: its future is dropped, wherever it is.
        std::mem::forget(call);
    });
    let dropped = recorded
        .records
        .iter()
        .find(|record| record["tool"] == "hang")
        .unwrap();
    assert_eq!(dropped["outcome"], "cancelled");
}

#[test]
fn a_reading_tool_leaves_a_digest_and_a_writing_one_its_arguments() {
    let secret = "hunter2-and-more";
    let recorded = recorded(async |client| {
        client.call("find", json!({"id": 7})).await;
        let mut arguments = json!({"name": "n", "password": secret, "pin": 123_456});
        client.call("store", &arguments).await;
        arguments["extra"] = json!(1);
        client.call("store", &arguments).await;
    });
    let [meta, args, refused] = recorded.records.as_slice() else {
        panic!("{:?}", recorded.records);
    };
    assert!(meta.get("arguments").is_none());
    let digest = meta["argumentsDigest"].as_str().unwrap();
    assert_eq!(
        digest, "sha256:a3c90e3b7448d23d9eacebd0ebf15cae100e21f9b2c688f3f9d238edcd26d67f",
        "of the arguments as JSON, as anybody can compute it"
    );
    let masked = json!({"name": "n", "password": "[secret]", "pin": "[secret]"});
    assert_eq!(args["arguments"], masked);
    assert_eq!(refused["outcome"], "invalid_input");
    assert_eq!(
        refused["arguments"]["extra"], "[secret]",
        "a misspelt secret is one"
    );
    let text = std::fs::read_to_string(&recorded.path).unwrap();
    assert!(!text.contains(secret) && !text.contains("123456"), "{text}");
}

#[test]
fn full_records_the_answer_too() {
    let recorded = recorded(async |client| {
        client.call("file", json!({"name": "n"})).await;
    });
    let record = &recorded.records[0];
    assert_eq!(record["arguments"], json!({"name": "n"}));
    assert_eq!(record["result"]["content"][0]["text"], "filed n");
}

#[test]
fn arguments_of_callers_that_may_not_call_are_not_looked_at() {
    let recorded = recorded(async |client| {
        client.call("wipe", json!({"reason": "spring"})).await;
        client.call("nothing", json!({"password": "hunter2"})).await;
    });
    for record in &recorded.records {
        assert!(
            record.get("arguments").is_none() && record.get("argumentsDigest").is_none(),
            "{record}"
        );
    }
}

#[test]
fn long_arguments_are_recorded_by_their_hash() {
    let recorded = recorded(async |client| {
        let long = "x".repeat(20_000);
        client
            .call(
                "store",
                json!({"name": long, "password": "12345678", "pin": 1}),
            )
            .await;
    });
    let record = &recorded.records[0];
    assert!(record["argumentsDigest"].is_string() && record.get("arguments").is_none());
    assert!(record["bytesIn"].as_u64().unwrap() > 20_000);
}

#[test]
fn what_a_caller_chooses_stays_one_short_line() {
    let name = format!("evil\n{{\"seq\":9}}\u{202e}{}", "x".repeat(5000));
    let recorded = recorded(async |client| {
        client.call(&name, json!({})).await;
    });
    let shown = recorded.records[0]["tool"].as_str().unwrap();
    assert!(shown.len() <= 128 && name.starts_with(shown));
}

#[test]
fn the_next_server_goes_on_with_the_file() {
    let first = recorded(async |client| {
        client.call("find", json!({"id": 2})).await;
    });
    run(server().audit_file(&first.path), async |client| {
        client.call("find", json!({"id": 3})).await;
    });
    let verified = audit::verify(&first.path).unwrap();
    assert_eq!(
        (verified.calls, verified.lines),
        (2, 6),
        "opened, call, closed; twice"
    );
}

#[tokio::test]
async fn a_server_whose_file_cannot_be_opened_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Client::builder(server().audit_file(folder.path()))
        .try_connect()
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(error.starts_with("the audit file `"), "{error}");

    let path = folder.path().join("audit.ndjson");
    let _first = testing::client(server().audit_file(&path)).await;
    let refused = Client::builder(server().audit_file(&path))
        .try_connect()
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("another process is writing to it\n  help: stop that one"),
        "{error}"
    );
}

#[test]
fn a_check_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    server().audit_file(&path).check().unwrap();
    assert!(!path.exists());
}

#[test]
fn required_without_a_file_does_not_start() {
    let error = server().check().unwrap_err().to_string();
    assert!(
        error.contains("tool `file` declares `audit = \"full required\"`"),
        "{error}"
    );
    assert!(
        error.contains("help: give it one with `.audit_file("),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_required_record_that_cannot_be_kept_refuses_the_call() {
    run(server().audit_file("/dev/full"), async |client| {
        // The writer finds out in its own time, which is not long.
        let mut refused = client.call("file", json!({"name": "n"})).await;
        for _ in 0..100_000 {
            if refused.is_error() {
                break;
            }
            refused = client.call("file", json!({"name": "n"})).await;
        }
        assert_eq!(refused.code(), Some("audit_unavailable"));
        assert!(
            refused.text().contains("must be recorded"),
            "{}",
            refused.text()
        );
        let unaffected = client
            .call(
                "store",
                json!({"name": "n", "password": "12345678", "pin": 1}),
            )
            .await;
        assert!(!unaffected.is_error(), "other tools are not held up");
    });
}
