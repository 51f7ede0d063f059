//! An address that comes too often without a token that holds; over real sockets.

use super::*;

async fn serve(server: Server) -> std::net::SocketAddr {
    let server = server.bind_http("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    tokio::spawn(server.serve_until(std::future::pending()));
    address
}

/// The status of a call over a socket, and its `Retry-After`.
async fn status(address: std::net::SocketAddr, token: Option<&str>, from: &str) -> (u16, bool) {
    let from = format!("x-forwarded-for: {from}");
    let token = token.map(|token| format!("authorization: Bearer {token}"));
    let lines: Vec<&str> = [&from]
        .into_iter()
        .chain(&token)
        .map(String::as_str)
        .collect();
    let answer = wire::answer(address, "read_note", &lines).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (
        status,
        answer.to_ascii_lowercase().contains("retry-after: "),
    )
}

#[tokio::test]
async fn an_address_without_a_token_that_holds_is_let_wait_and_a_known_caller_is_not() {
    let server = closed()
        .auth(by_heart())
        .trusted_proxies(["127.0.0.0/8"])
        .flood_limit("1/h burst 3");
    let metrics = server.metrics();
    let address = serve(server).await;
    let (here, there) = ("203.0.113.7", "203.0.113.8");
    // A token that holds costs nothing, however often it comes.
    for _ in 0..10 {
        assert_eq!(status(address, Some("reader"), here).await.0, 200);
    }
    assert_eq!(status(address, None, here).await, (401, false));
    assert_eq!(status(address, Some("forged"), here).await, (401, false));
    assert_eq!(status(address, Some("f\u{e9}"), here).await, (401, false));
    for token in [None, Some("forged"), Some("other-reader")] {
        assert_eq!(status(address, token, here).await, (429, true), "{token:?}");
    }
    assert_eq!(metrics.snapshot().flooded, 3);
    // Whose token was verified a moment ago is no stranger, and another address is another one.
    assert_eq!(status(address, Some("reader"), here).await.0, 200);
    assert_eq!(status(address, Some("forged"), there).await, (401, false));
    assert_eq!(status(address, Some("other-reader"), there).await.0, 200);
}

#[tokio::test]
async fn a_flood_limit_can_be_off_and_not_be_nonsense() {
    let error = closed().auth(by_heart()).flood_limit("10/sec");
    let error = error.check().unwrap_err().to_string();
    assert!(error.contains("`10/sec` is no flood limit"), "{error}");
    let server = closed().auth(by_heart()).flood_limit("off");
    let address = serve(server).await;
    for _ in 0..600 {
        assert_eq!(status(address, None, "203.0.113.7").await, (401, false));
    }
}
