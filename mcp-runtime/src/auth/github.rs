//! Tokens of GitHub, which are opaque: GitHub's API says whose they are, and for which app.

use std::fmt;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::Answers;
use super::fetch::{self, Client, FetchError};
use super::{Health, Rejected, Verified, Verifier};
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
/// GitHub is asked about a token once a minute, and about none that does not look like one of its own (`gho_..`, `ghu_..`). It registers no clients by itself: those of your users need the app's client id.
///
/// ```
/// use mcp_runtime::auth::GitHub;
///
/// let verifier = GitHub::app("Iv1.0123456789abcdef", "the app's client secret");
/// # drop(verifier);
/// ```
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
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
        Box::pin(async move {
            match is_of_github(token) {
                true => self.answers.of(token, self.ask(token)).await,
                false => Err(Rejected::NotMine("it is no token of GitHub".into())),
            }
        })
    }

    fn authorization_servers(&self) -> Vec<String> {
        vec![ISSUER.to_owned()]
    }

    fn start(&self) -> Result<(), ServerError> {
        fetch::guarded(&self.api).map_err(|why| {
            ServerError::new(format!(
                "`{}` cannot be asked about tokens: {why}",
                self.api
            ))
        })?;
        self.client.start()
    }

    fn health(&self) -> Health {
        self.answers.health()
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

/// Whether a token has the form of GitHub's, so that nobody else's is sent there: `gh`, a letter for the kind and `_`, or `github_pat_`; until 2021, 40
/// hexadecimal digits.
fn is_of_github(token: &str) -> bool {
    let has_kind = match token.as_bytes() {
        [b'g', b'h', kind, b'_', _, ..] => kind.is_ascii_lowercase(),
        _ => false,
    };
    let is_old = token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    has_kind || token.starts_with("github_pat_") || is_old
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

#[cfg(test)]
mod tests {
    use super::is_of_github;

    #[test]
    fn only_what_looks_like_githubs_goes_there() {
        for token in [
            "gho_16C7e42F292c6912E7710c838347Ae178B4a",
            "ghu_x",
            "ghs_123_eyJhbGciOi.J9.x",
            "github_pat_11AA",
            "e72e16c7e42f292c6912e7710c838347ae178b4a",
        ] {
            assert!(is_of_github(token), "{token}");
        }
        for token in [
            "",
            "gho_",
            "ghO_x",
            "gh__x",
            "xgho_x",
            "github_pat",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
            "e72e16c7e42f292c6912e7710c838347ae178b4",
            "z72e16c7e42f292c6912e7710c838347ae178b4a",
        ] {
            assert!(!is_of_github(token), "{token}");
        }
    }
}
