//! The corpus of tokens, each brought over HTTP in both eras.

use super::*;

fn server() -> Server {
    #[tool(read_only, auth = "user")]
    /// Say who calls.
    async fn whoami(caller: Caller) -> String {
        caller.subject().to_owned()
    }
    Server::new("notes").mount(tools![whoami]).auth(signed())
}

#[tokio::test]
async fn no_hostile_token_gets_in() {
    let client = connect(server()).await;
    let tokens = corpus::hostile();
    assert!(tokens.len() >= 60, "only {} tokens", tokens.len());
    for era in ERAS {
        for (name, token) in &tokens {
            // What cannot stand in a header does not even arrive.
            if http::HeaderValue::from_str(&format!("Bearer {token}")).is_err() {
                continue;
            }
            let answer = Asking::new(&client, era).token(token).call("whoami").await;
            // `Bearer` before a token that is trimmed of its spaces is that token.
            if *name == "a leading space" {
                assert_eq!(answer.text(), "ada", "{era:?} {name}");
                continue;
            }
            assert_eq!(answer.status, 401, "{era:?} {name}: {answer:?}");
            let challenge = answer.challenge.unwrap();
            assert!(
                challenge.contains("invalid_token"),
                "{era:?} {name}: {challenge}"
            );
        }
    }
}

#[tokio::test]
async fn every_benign_token_gets_in() {
    let client = connect(server()).await;
    for era in ERAS {
        for (name, token) in corpus::benign() {
            let answer = Asking::new(&client, era).token(&token).call("whoami").await;
            assert_eq!(
                (answer.status, answer.text()),
                (200, "ada"),
                "{era:?} {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_verifier_without_an_audience_keeps_the_server_from_starting() {
    let server = closed().auth(Jwt::issuer("https://id.example.com"));
    let error = server.check().unwrap_err().to_string();
    assert!(error.contains("taken for no audience"), "{error}");
}
