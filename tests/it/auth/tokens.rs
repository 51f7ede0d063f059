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

/// A session that a good token opened lets no other token in.
#[tokio::test]
async fn no_hostile_token_gets_into_a_session_that_is_open() {
    let client = connect(server()).await;
    let good = corpus::sign(&corpus::header("RS256", "rsa"), &corpus::claims());
    let greeting = Asking::new(&client, Era::Older).token(&good).greet().await;
    let session = greeting.session.unwrap();
    let call = async |token: &str| {
        let params = json!({"name": "whoami", "arguments": {}});
        let asking = Asking::new(&client, Era::Older).token(token);
        asking.in_session(&session, "tools/call", params).await
    };
    assert_eq!(call(&good).await.text(), "ada");
    for (name, token) in corpus::hostile() {
        let arrives = http::HeaderValue::from_str(&format!("Bearer {token}")).is_ok();
        if !arrives || name == "a leading space" {
            continue;
        }
        let answer = call(&token).await;
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
    }
    assert_eq!(call(&good).await.text(), "ada");
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
