//! What a tool is given of its caller.

use mcp_runtime::{Claims, Scope, Scoped};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Employee {
    department: String,
    level: u8,
}

/// Name the caller's department.
#[tool(read_only, auth = "user")]
async fn department(employee: Claims<Employee>) -> String {
    format!("{} {}", employee.department, employee.level)
}

struct Refunds;

impl Scope for Refunds {
    const NAME: &'static str = "orders:refund";
}

/// Refund.
#[tool(auth = "orders:refund & user | admin")]
async fn refund(proof: Scoped<Refunds>) -> String {
    format!("refunded by {}", proof.caller().subject())
}

/// Settle.
#[tool(auth = "user")]
async fn settle(proof: Option<Scoped<Refunds>>) -> &'static str {
    if proof.is_some() {
        "at once"
    } else {
        "some day"
    }
}

/// Promise too much.
#[tool(auth = "orders:refund | orders:read")]
async fn promise(_proof: Scoped<Refunds>) {}

fn server() -> Server {
    Server::new("shop")
        .mount(tools![department, refund, settle])
        .implies("admin", ["orders:refund"])
}

#[tokio::test]
async fn claims_are_read_into_a_type_and_refused_where_they_do_not_fit() {
    let client = connect(server()).await;
    let ada = |level: Value| {
        let principal = Principal::new("id", "ada").claim("department", "navy");
        client.as_caller(principal.claim("level", level))
    };
    let reply = ada(json!(7)).call("department", json!({})).await;
    assert_eq!(reply.text(), "navy 7");
    let reply = ada(json!("planted")).call("department", json!({})).await;
    assert!(
        reply.is_error() && reply.text().contains("does not say"),
        "{reply:?}"
    );
    assert!(!reply.raw().to_string().contains("planted"));
}

#[tokio::test]
async fn a_proof_of_a_scope_is_had_by_holding_it_or_one_that_implies_it() {
    let client = connect(server()).await;
    for (scope, refunds, settles) in [
        ("orders:refund", true, "at once"),
        ("admin", true, "at once"),
        ("orders:read", false, "some day"),
    ] {
        let caller = client.as_caller(Principal::new("id", "ada").scope(scope));
        let reply = caller.call("refund", json!({})).await;
        match refunds {
            true => assert_eq!(reply.text(), "refunded by ada", "{scope}"),
            false => assert!(reply.rpc_error().is_some(), "{scope}"),
        }
        assert_eq!(caller.call("settle", json!({})).await.text(), settles);
    }
}

#[tokio::test]
async fn a_proof_that_cannot_always_be_had_keeps_the_server_from_starting() {
    let error = server()
        .mount(tools![promise])
        .check()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the proof of the scope `orders:refund`"),
        "{error}"
    );
    assert!(error.contains("Option<Scoped<..>>"), "{error}");
    // Where reading implies refunding, it can.
    let server = server().implies("orders:read", ["orders:refund"]);
    assert!(server.mount(tools![promise]).check().is_ok());
    // Without the table, an administrator is let in without the proof.
    let error = Server::new("shop")
        .mount(tools![refund])
        .check()
        .unwrap_err();
    assert!(error.to_string().contains("`refund`"), "{error}");
}
