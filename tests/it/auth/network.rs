//! Where requests come from, tenants, and what a server refuses to start with; over real sockets.

use mcp_runtime::auth::from;

use super::*;

/// What one address may do once an hour.
#[tool(read_only, auth = "none", rate = "1/h per ip")]
async fn once() -> &'static str {
    "once"
}

/// Name the caller's tenant.
#[tool(read_only, auth = "user")]
async fn tenant(caller: Caller) -> String {
    caller.tenant_id().unwrap_or("none").to_owned()
}

/// Calls a tool over a socket, with header lines on top, and reads its answer.
async fn call(address: std::net::SocketAddr, tool: &str, lines: &[&str]) -> Value {
    let answer = wire::answer(address, tool, lines).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
}

async fn serve(server: Server) -> std::net::SocketAddr {
    let server = server.bind_http("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    tokio::spawn(server.serve_until(std::future::pending()));
    address
}

fn code(answer: &Value) -> &str {
    let error = &answer["result"]["_meta"]["dev.mcp-runtime/error"];
    error["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn a_rate_per_address_counts_the_connections_other_end() {
    let address = serve(Server::new("notes").mount(tools![once])).await;
    assert_eq!(code(&call(address, "once", &[]).await), "none");
    // Nobody is believed who says to be somewhere else.
    for line in [
        "x-forwarded-for: 203.0.113.7",
        "forwarded: for=203.0.113.8",
        "x-real-ip: 203.0.113.9",
    ] {
        assert_eq!(
            code(&call(address, "once", &[line]).await),
            "rate_limited",
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_rate_per_address_counts_whom_a_trusted_proxy_speaks_for() {
    let server = Server::new("notes").mount(tools![once]);
    let address = serve(server.trusted_proxies(["127.0.0.0/8"])).await;
    for (client, expected) in [
        ("203.0.113.7", "none"),
        ("203.0.113.7", "rate_limited"),
        ("203.0.113.8", "none"),
        ("203.0.113.9, 203.0.113.8", "rate_limited"),
    ] {
        let line = format!("x-forwarded-for: {client}");
        assert_eq!(
            code(&call(address, "once", &[&line]).await),
            expected,
            "{client}"
        );
    }
}

fn tenants() -> Server {
    let ada = Principal::new("dev", "ada")
        .tenant("of-the-token")
        .claim("org", json!({"id": "navy"}));
    let verifier = StaticTokens::new()
        .token("ada", ada)
        .token(
            "acme",
            Principal::new("dev", "ann").claim("org", json!({"id": "Acme"})),
        )
        .token(
            "both",
            Principal::new("dev", "bob").claim("orgs", json!(["acme", "navy"])),
        )
        .token(
            "issued",
            Principal::new("dev", "ida")
                .claim("aud", json!(["x", "https://acme.mcp.example.com/mcp"])),
        )
        .token("eve", Principal::new("dev", "eve"));
    Server::new("notes").mount(tools![tenant]).auth(verifier)
}

async fn tenant_of(server: Server, token: &str, lines: &[&str]) -> String {
    let address = serve(server.allowed_hosts(["*"])).await;
    let token = format!("authorization: Bearer {token}");
    let answer = call(address, "tenant", &[lines, &[token.as_str()]].concat()).await;
    answer["result"]["content"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_tenant_comes_from_where_the_server_says_and_from_nowhere_else() {
    assert_eq!(tenant_of(tenants(), "ada", &[]).await, "of-the-token");
    let claim = || tenants().tenant(from::claim("org.id"));
    assert_eq!(tenant_of(claim(), "ada", &[]).await, "navy");
    assert_eq!(tenant_of(claim(), "eve", &["x-tenant: navy"]).await, "none");

    let header = || tenants().tenant(from::header("x-tenant"));
    let near = || header().trusted_proxies(["127.0.0.1"]);
    let far = || header().trusted_proxies(["10.0.0.0/8"]);
    assert_eq!(tenant_of(near(), "ada", &["x-tenant: acme"]).await, "acme");
    assert_eq!(
        tenant_of(near(), "ada", &["x-tenant: acme", "x-tenant: navy"]).await,
        "none"
    );
    assert_eq!(tenant_of(near(), "ada", &[]).await, "none");
    assert_eq!(tenant_of(far(), "ada", &["x-tenant: acme"]).await, "none");
}

#[tokio::test]
async fn what_cannot_be_meant_keeps_the_server_from_starting() {
    let said = |server: Server| server.check().unwrap_err().to_string();
    let error = said(tenants().tenant(from::header("x-tenant")));
    assert!(
        error.contains("any client can send") && error.contains(".trusted_proxies("),
        "{error}"
    );
    let error = said(tenants().tenant(from::header("x tenant")));
    assert!(
        error.contains("`x tenant` is not the name of a header"),
        "{error}"
    );
    let error = said(closed().tenant(from::claim("org")));
    assert!(
        error.contains("has no callers") && error.contains(".auth(..)"),
        "{error}"
    );
    let error = said(tenants().trusted_proxies(["10.0.0.0/33"]));
    assert!(error.contains("`10.0.0.0/33` is no network"), "{error}");
    for url in [
        "notes.example.com",
        "https://notes.example.com/mcp?x=1",
        "ftp://a/b",
        "https://u@a/b",
    ] {
        let error = said(tenants().public_url(url));
        assert!(
            error.contains("is not the address of an endpoint"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn tools_that_need_a_caller_are_served_to_strangers_only_where_tokens_are_verified() {
    let error = closed()
        .bind_http("0.0.0.0:0")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`read_note` (tests/it/auth/mod.rs:"),
        "{error}"
    );
    assert!(error.contains(".auth(Jwt::issuer("), "{error}");
    assert!(
        closed()
            .auth(by_heart())
            .bind_http("0.0.0.0:0")
            .await
            .is_ok()
    );
    // Public on purpose is not the same as protected by nobody.
    assert!(closed().open().bind_http("0.0.0.0:0").await.is_err());
    assert!(closed().bind_http("127.0.0.1:0").await.is_ok());
}

#[tokio::test]
async fn the_local_principal_speaks_for_nobody_where_tokens_are_verified() {
    let server = mixed()
        .auth(by_heart())
        .local_principal(Principal::local("me"));
    let address = serve(server).await;
    let answer = call(address, "clock", &[]).await;
    assert_eq!(answer["result"]["content"][0]["text"], "nobody");
}

#[tokio::test]
async fn a_host_names_the_tenant_of_those_alone_whose_tokens_agree() {
    let host = || from::subdomain("mcp.example.com");
    let by_claim = || tenants().tenant(host().matching("org.id"));
    for (line, token, expected) in [
        ("host: acme.mcp.example.com", "acme", "acme"),
        ("host: ACME.mcp.example.com:8443", "acme", "acme"),
        ("host: navy.mcp.example.com", "ada", "navy"),
        // A token that holds, of another tenant, of none, and with a tenant of the verifier's.
        ("host: acme.mcp.example.com", "ada", "none"),
        ("host: navy.mcp.example.com", "acme", "none"),
        ("host: acme.mcp.example.com", "eve", "none"),
        ("host: acme.mcp.example.com", "issued", "none"),
        ("host: mcp.example.com", "acme", "none"),
        ("host: a.acme.mcp.example.com", "acme", "none"),
        ("host: acme.example.com", "acme", "none"),
        ("host: acme.evilmcp.example.com", "acme", "none"),
    ] {
        let tenant = tenant_of(by_claim(), token, &[line]).await;
        assert_eq!(tenant, expected, "{token} at {line}");
    }
    let several = || tenants().tenant(host().matching("orgs"));
    for (tenant, expected) in [("acme", "acme"), ("navy", "navy"), ("evil", "none")] {
        let line = format!("host: {tenant}.mcp.example.com");
        assert_eq!(tenant_of(several(), "both", &[&line]).await, expected);
    }
    let by_audience = || tenants().tenant(host());
    for (line, token, expected) in [
        ("host: acme.mcp.example.com", "issued", "acme"),
        ("host: navy.mcp.example.com", "issued", "none"),
        ("host: acme.mcp.example.com", "acme", "none"),
        ("host: acme.mcp.example.com", "ada", "none"),
    ] {
        let tenant = tenant_of(by_audience(), token, &[line]).await;
        assert_eq!(tenant, expected, "{token} at {line}");
    }
}

#[tokio::test]
async fn a_rule_that_says_nothing_leaves_it_to_the_next_one() {
    let claim_or_own = || tenants().tenant(from::claim("org.nothing").or(from::caller()));
    assert_eq!(tenant_of(claim_or_own(), "ada", &[]).await, "of-the-token");
    assert_eq!(tenant_of(claim_or_own(), "eve", &[]).await, "none");
    let own_first = || tenants().tenant(from::caller().or(from::claim("org.id")));
    assert_eq!(tenant_of(own_first(), "ada", &[]).await, "of-the-token");
    assert_eq!(tenant_of(own_first(), "acme", &[]).await, "Acme");
    let host = || from::subdomain("mcp.example.com").matching("org.id");
    let host_or_own = || tenants().tenant(host().or(from::caller()));
    let line = "host: navy.mcp.example.com";
    assert_eq!(tenant_of(host_or_own(), "ada", &[line]).await, "navy");
    let line = "host: acme.mcp.example.com";
    assert_eq!(
        tenant_of(host_or_own(), "ada", &[line]).await,
        "of-the-token"
    );
    assert_eq!(tenant_of(host_or_own(), "eve", &[line]).await, "none");
}
