//! Tokens of GitHub, which are opaque: GitHub's API says whose they are, and for which app.

use std::fmt;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::Answers;
use super::fetch::{self, Client, FetchError};
use super::{Rejected, Verified, Verifier};
use crate::error::ServerError;
use crate::principal::Principal;

/// GitHub's authorization server, as its metadata names itself.
const ISSUER: &str = "https://github.com/login/oauth";
const API: &str = "https://api.github.com";

/// Verifies tokens that GitHub issued to an app of yours, by asking GitHub about each
/// ([check a token](https://docs.github.com/en/rest/apps/oauth-applications#check-a-token)).
///
/// A token of another app is refused, so that no other app can pass on what its users gave it. The subject is the user's number, which stays when the
/// name changes; the name is the claim `login`. Scopes are those of an OAuth app (`repo`, `read:org`); the tokens of a GitHub App have none,
/// and its tools ask for `user`, or for `claim:login=..`.
///
/// GitHub is asked about a token once a minute. It registers no clients by itself: those of your users need the app's client id.
///
/// ```
/// use mcp_runtime::auth::GitHub;
///
/// let verifier = GitHub::app("Iv1.0123456789abcdef", "the app's client secret");
/// # drop(verifier);
/// ```
#[must_use]
pub struct GitHub {
    client_id: String,
    secret: String,
    api: String,
    answers: Answers,
    client: Client,
}

impl GitHub {
    /// Takes tokens of this OAuth app or GitHub App.
    pub fn app(client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            secret: secret.into(),
            api: API.to_owned(),
            answers: Answers::new(),
            client: Client::new(),
        }
    }

    /// Asks a GitHub Enterprise Server: `"https://github.example.com/api/v3"`.
    pub fn api(mut self, url: impl Into<String>) -> Self {
        self.api = url.into();
        self
    }

    async fn ask(&self, token: &str) -> Result<Verified, Rejected> {
        match self.check(token).await {
            Ok(Some(checked)) => self.verified(checked),
            Ok(None) => Err(Rejected::NotMine(
                "GitHub does not know it as this app's".into(),
            )),
            Err(error) => {
                tracing::warn!(error = &*error, "GitHub was not asked about a token");
                Err(Rejected::Unavailable("GitHub does not answer".into()))
            }
        }
    }

    async fn check(&self, token: &str) -> Result<Option<Checked>, FetchError> {
        let mut address = fetch::guarded(&self.api)?;
        address
            .path_segments_mut()
            .map_err(|()| "the API's address has no path")?
            .pop_if_empty()
            .extend(["applications", &self.client_id, "token"]);
        let request = self
            .client
            .get()?
            .post(address)
            .basic_auth(&self.client_id, Some(&self.secret))
            .header("accept", "application/vnd.github+json")
            .header("content-type", "application/json")
            // GitHub answers nobody who does not name itself.
            .header("user-agent", "mcp-runtime")
            .body(json!({"access_token": token}).to_string());
        let answer = fetch::answer_or_missing(request).await?;
        Ok(answer
            .map(|body| serde_json::from_slice(&body))
            .transpose()?)
    }

    fn verified(&self, checked: Checked) -> Result<Verified, Rejected> {
        if checked.app.client_id != self.client_id {
            return Err(Rejected::NotMine("it is another app's".into()));
        }
        let user = checked
            .user
            .ok_or_else(|| Rejected::Invalid("it is nobody's".into()))?;
        let expires = match checked.expires_at {
            None => None,
            Some(text) => {
                let at: jiff::Timestamp = text
                    .parse()
                    .map_err(|_| Rejected::Invalid("its end is no moment".into()))?;
                Some(at.as_duration().try_into().unwrap_or_default())
            }
        };
        if expires.is_some_and(|expires| expires <= self.answers.now()) {
            return Err(Rejected::Invalid("it has expired".into()));
        }
        let principal = Principal::new(ISSUER, user.id.to_string())
            .client_id(&self.client_id)
            .scopes(checked.scopes.unwrap_or_default())
            .claim("login", Value::from(user.login));
        Ok(Verified { principal, expires })
    }
}

impl Verifier for GitHub {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(self.answers.of(token, self.ask(token)))
    }

    fn authorization_servers(&self) -> Vec<String> {
        vec![ISSUER.to_owned()]
    }

    fn start(&self) -> Result<(), ServerError> {
        fetch::guarded(&self.api).map(drop).map_err(|why| {
            ServerError::new(format!(
                "`{}` cannot be asked about tokens: {why}",
                self.api
            ))
        })
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("client_id", &self.client_id)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

/// What GitHub says of a token.
#[derive(Deserialize)]
struct Checked {
    app: App,
    user: Option<User>,
    scopes: Option<Vec<String>>,
    expires_at: Option<String>,
}

#[derive(Deserialize)]
struct App {
    client_id: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
}
