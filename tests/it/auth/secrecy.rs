//! A token is nowhere but in the request that brings it: whatever is logged, whoever fails.

use std::io::Write;
use std::sync::Arc;

use mcp_runtime::auth::{ApiKeys, Introspection};
use parking_lot::Mutex;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Sends a call with a token over a socket, and gives back all that the server answers.
async fn send(address: std::net::SocketAddr, version: &str, token: &str) -> String {
    let version = format!("mcp-protocol-version: {version}");
    let token = format!("authorization: Bearer {token}");
    wire::answer(address, "clock", &[&version, &token]).await
}

#[tokio::test]
async fn no_token_is_in_a_log_or_an_answer_whatever_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    const GOOD: &str = "planted-good-6fd0a2";
    const BAD: &str = "planted-bad-97c3e1";
    let signed_for_another = {
        let mut claims = corpus::claims();
        claims.insert("aud".to_owned(), json!("planted-claim-55aa"));
        corpus::sign(&corpus::header("RS256", "rsa"), &claims)
    };
    // An issuer that is asked about tokens, and refuses the connection.
    let away = Introspection::new("http://127.0.0.1:9", "http://127.0.0.1:9/introspect")
        .credentials("server", "planted-secret-1b9d")
        .audience(corpus::AUDIENCE);
    let verifiers = || StaticTokens::new().token(GOOD, Principal::new("dev", "ada"));
    let servers = [
        mixed()
            .auth(verifiers())
            .auth(ApiKeys::new())
            .auth(signed()),
        mixed().auth(verifiers()).auth(away),
    ];
    let mut statuses = Vec::new();
    for server in servers {
        let server = server.bind_http("127.0.0.1:0").await.unwrap();
        let address = server.local_addr();
        tokio::spawn(server.serve_until(std::future::pending()));
        for version in ["2026-07-28", "2025-11-25"] {
            for token in [GOOD, BAD, &signed_for_another] {
                let answer = send(address, version, token).await;
                statuses.push(answer[9..12].to_owned());
                for planted in [GOOD, BAD, "planted", &signed_for_another] {
                    assert!(!answer.contains(planted), "{answer}");
                }
            }
        }
    }
    for expected in ["200", "401", "503"] {
        assert!(
            statuses.iter().any(|status| status == expected),
            "{statuses:?}"
        );
    }
    let log = String::from_utf8(log.0.lock().clone()).unwrap();
    assert!(
        log.contains("TRACE") && log.contains("a token was refused"),
        "{log}"
    );
    let parts = signed_for_another.split('.').skip(1);
    for planted in ["planted"].into_iter().chain(parts) {
        let line = log.lines().find(|line| line.contains(planted));
        assert!(line.is_none(), "{line:?}");
    }
}
