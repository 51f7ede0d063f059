//! Who may call, what a human is asked, what is recorded, and what is told of the tool.

use std::time::Duration;

use serde_json::json;
use tokio::time::advance;

use super::stand::Boot;
use super::{Row, Seen};

pub(super) fn rows() -> Vec<Row> {
    [
        annotations(),
        auth(),
        when(),
        confirm(),
        audit(),
        deprecated(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn listed(boot: Boot) -> Seen {
    let tool = boot.with([]).await?.listed().await;
    Ok(format!("{}: {}", tool["description"], tool["annotations"]))
}

fn annotations() -> Vec<Row> {
    let shown = |option| Row::with_and_without(option, "", &[], listed);
    vec![
        shown("read_only"),
        shown("destructive"),
        shown("idempotent"),
        shown("open_world"),
        Row::new("destructive", ["true", "false"], &[], listed),
        Row::new("open_world", ["true", "false"], &[], listed),
        // What is kept for everybody cannot be made for a caller: such a server does not start.
        Row::with_and_without(
            "takes_caller",
            "",
            &[("read_only", ""), ("cache", "60s public")],
            |boot| boot.call(json!({})),
        ),
    ]
}

fn auth() -> Vec<Row> {
    let call = |boot: Boot| boot.call(json!({}));
    let stranger = |boot: Boot| async move {
        let stand = boot.with([]).await?;
        let nobody = stand.client.anonymous();
        Ok(format!("{:?}", nobody.tools().await.names()))
    };
    vec![
        Row::with_and_without("auth", "write", &[], call),
        Row::new("auth", ["none", "user"], &[], stranger),
        Row::new("auth", ["read", "write"], &[], call),
        Row::new("auth", ["role:editor", "role:owner"], &[], call),
        Row::new("auth", ["claim:org=acme", "claim:town=acme"], &[], call),
        Row::new("auth", ["claim:org=acme", "claim:org=other"], &[], call),
        Row::new("auth", ["user", "write"], &[], call),
        Row::new("auth", ["role:owner", "read"], &[], call),
        Row::new("auth", ["claim:org=acme", "write"], &[], call),
        Row::new("auth", ["read & write", "read | write"], &[], call),
    ]
}

fn when() -> Vec<Row> {
    let call = |boot: Boot| boot.call(json!({"id": "acme", "other": "red", "items": ["acme"]}));
    let user = &[("auth", "user")];
    vec![
        Row::with_and_without("when", "claim.town == arg.id", user, call),
        Row::new(
            "when",
            ["claim.org == arg.id", "claim.org == arg.other"],
            user,
            call,
        ),
        Row::new(
            "when",
            ["claim.org == arg.id", "claim.town == arg.id"],
            user,
            call,
        ),
        Row::new(
            "when",
            ["arg.other in claim.teams", "arg.other == claim.teams"],
            user,
            call,
        ),
        Row::new(
            "when",
            ["claim.org in arg.items", "claim.org == arg.items"],
            user,
            call,
        ),
    ]
}

/// The questions that were asked before the tool ran.
async fn asked(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let said = stand.call(json!({"id": "a", "other": "b"})).await;
    let asked = stand.asked.lock().join(", ");
    Ok(format!("{asked}: {said}"))
}

/// A yes that comes after a minute.
async fn late(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let mut call = json!({"name": "subject", "arguments": {}});
    let question = stand.client.request("tools/call", &call).await;
    call["requestState"] = question.result()["requestState"].clone();
    call["inputResponses"] = json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    advance(Duration::from_secs(60)).await;
    Ok(super::stand::said(
        &stand.client.request("tools/call", call).await,
    ))
}

fn confirm() -> Vec<Row> {
    vec![
        Row::with_and_without("confirm", "Really?", &[], asked),
        Row::new("confirm", ["Really?", "never"], &[], asked),
        Row::new("confirm", ["Delete {id}?", "Delete {other}?"], &[], asked),
        Row::new("confirm_ttl", ["1s", "10m"], &[], late),
    ]
}

fn audit() -> Vec<Row> {
    let recorded = |boot: Boot| async move {
        let stand = boot.with([]).await?;
        stand.call(json!({"id": "a"})).await;
        Ok(stand.audited())
    };
    vec![
        Row::with_and_without("audit", "off", &[], recorded),
        Row::new("audit", ["off", "meta"], &[], recorded),
        Row::new("audit", ["meta", "args"], &[], recorded),
        Row::new("audit", ["args", "full"], &[], recorded),
        // Without a file to keep them in, records that are required keep the server from starting.
        Row::new("audit", ["meta", "meta required"], &[], recorded),
    ]
}

fn deprecated() -> Vec<Row> {
    let told = |one, other| Row::new("deprecated", [one, other], &[], listed);
    vec![
        Row::with_and_without("deprecated", "use thing", &[], listed),
        told("use thing", "use change"),
        Row::new(
            "deprecated",
            ["use thing; sunset 2027-01-31", "sunset 2027-01-31"],
            &[],
            listed,
        ),
        told("too slow; sunset 2027-01-31", "sunset 2027-01-31"),
        told("too slow", "too dear"),
        told("use thing", "use thing; sunset 2027-01-31"),
        told("sunset 2027-01-31", "sunset 2028-01-31"),
        told("sunset 2027-01-31", "sunset 2027-03-31"),
        told("sunset 2027-01-31", "sunset 2027-01-30"),
    ]
}
