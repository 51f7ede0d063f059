//! Tokens that come one after the other over one connection, as a proxy sends them.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::*;

/// Say who calls.
#[tool(read_only, auth = "user")]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

/// A connection that stays open.
struct Connection(BufReader<TcpStream>);

impl Connection {
    async fn to(address: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// Calls `whoami` with a token: the status, and the answer's text.
    async fn call(&mut self, token: &str) -> (u16, String) {
        let token = format!("authorization: Bearer {token}");
        let request = wire::call("whoami", &[&token]);
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).await.unwrap(), 0, "{head}");
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let text = answer["result"]["content"][0]["text"].as_str();
        (status, text.unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn each_request_over_a_connection_is_its_own_tokens() {
    let verifier = StaticTokens::new()
        .token("token-of-ada", Principal::new("dev", "ada"))
        .token("token-of-bob", Principal::new("dev", "bob"));
    let server = Server::new("notes").mount(tools![whoami]).auth(verifier);
    let server = server.bind_http("127.0.0.1:0").await.unwrap();
    let mut connection = Connection::to(server.local_addr()).await;
    tokio::spawn(server.serve_until(std::future::pending()));
    let (ada, bob) = ((200, "ada".to_owned()), (200, "bob".to_owned()));
    for _ in 0..3 {
        assert_eq!(connection.call("token-of-ada").await, ada);
        assert_eq!(connection.call("token-of-bob").await, bob);
        assert_eq!(connection.call("token-of-bob").await, bob);
        assert_eq!(connection.call(" token-of-ada ").await, ada);
        for stranger in [
            "token-of-adb",
            "token-of-ad",
            "token-of-ada=",
            "token of ada",
            "t!",
            "=",
        ] {
            let (status, text) = connection.call(stranger).await;
            assert_eq!((status, text.as_str()), (401, ""), "{stranger}");
        }
    }
}
