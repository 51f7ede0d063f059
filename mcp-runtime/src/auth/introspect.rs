//! Opaque tokens, by asking their issuer (RFC 7662).

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::answers::Answers;
use super::fetch::{self, Client, guarded};
use super::parts::{invalid, seconds};
use super::{Health, Rejected, Verified, Verifier, strict};
use crate::error::ServerError;
use crate::principal::Principal;

/// How far in the future a token may begin: clocks differ.
const LEEWAY: Duration = Duration::from_secs(30);

/// Verifies opaque tokens by asking the authorization server that issued them (RFC 7662).
///
/// It is asked about a token once a minute, about one that it does not know once in ten seconds. While it does not answer nobody is let in. An answer must name
/// this server in `aud`. Its issuer, if it names one, must be the right one, its `token_type` `Bearer`; `exp` and `nbf` count, and a token that is bound to
/// a key (`cnf`) is refused: nobody checks the proof.
///
/// ```
/// use mcp_runtime::auth::Introspection;
///
/// let verifier = Introspection::new("https://id.example.com", "https://id.example.com/introspect")
///     .credentials("mcp-server", "the server's own secret")
///     .audience("https://mcp.example.com/mcp");
/// # drop(verifier);
/// ```
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
pub struct Introspection {
    issuer: String,
    endpoint: String,
    credentials: Option<(String, String)>,
    audiences: Vec<String>,
    answers: Answers,
    client: Client,
}

impl Introspection {
    /// Asks this endpoint about tokens of this issuer.
    pub fn new(issuer: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            endpoint: endpoint.into(),
            credentials: None,
            audiences: Vec::new(),
            answers: Answers::new(),
            client: Client::new(),
        }
    }

    /// Sets what this server identifies itself with (RFC 6749, section 2.3.1).
    pub fn credentials(mut self, client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials = Some((client_id.into(), secret.into()));
        self
    }

    /// Takes tokens issued for this audience: the server's own address, as clients know it.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    async fn ask(&self, token: &str) -> Result<Verified, Rejected> {
        let body = self.post(token).await.map_err(|error| {
            tracing::warn!(issuer = self.issuer, %error, "the issuer was not asked about a token");
            Rejected::Unavailable("the issuer does not answer".into())
        })?;
        let claims = strict::object(&body)
            .ok_or_else(|| Rejected::Unavailable("the issuer's answer is not JSON".into()))?;
        if claims.get("active") != Some(&Value::Bool(true)) {
            return Err(Rejected::NotMine("the issuer does not know it".into()));
        }
        self.verified(&claims)
    }

    async fn post(&self, token: &str) -> Result<Vec<u8>, fetch::FetchError> {
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let mut request = self
            .client
            .get()?
            .post(guarded(&self.endpoint)?)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form);
        if let Some((id, secret)) = &self.credentials {
            // RFC 6749, section 2.3.1: each is encoded as in a form before the two are joined by a colon.
            let [id, secret] = [id, secret].map(|text| encoded(text));
            request = request.basic_auth(id, Some(secret));
        }
        fetch::body(request).await
    }

    fn verified(&self, claims: &Map<String, Value>) -> Result<Verified, Rejected> {
        if claims
            .get("iss")
            .is_some_and(|issuer| issuer.as_str() != Some(&self.issuer))
        {
            return Err(Rejected::NotMine("the issuer is another one".into()));
        }
        let now = self.answers.now();
        let expires = seconds(claims, "exp")?.map(Duration::from_secs);
        if expires.is_some_and(|expires| expires <= now) {
            return Err(invalid("it has expired"));
        }
        let from = seconds(claims, "nbf")?.map(Duration::from_secs);
        if from.is_some_and(|from| from > now + LEEWAY) {
            return Err(invalid("it is not in force yet"));
        }
        let is_bearer = |kind: &Value| {
            let kind = kind.as_str();
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
        };
        if !claims.get("token_type").is_none_or(is_bearer) {
            return Err(invalid("it is no bearer token"));
        }
        if claims.contains_key("cnf") {
            return Err(invalid(
                "it is bound to a key whose proof is not checked here",
            ));
        }
        if !super::claims::is_audience(&self.audiences, claims.get("aud")) {
            return Err(invalid("it was issued for another audience"));
        }
        let subject = claims
            .get("sub")
            .or_else(|| claims.get("username"))
            .and_then(Value::as_str)
            .filter(|subject| !subject.is_empty())
            .ok_or_else(|| invalid("there is no `sub`"))?;
        let principal = Principal::new(&self.issuer, subject);
        Ok(Verified {
            principal: super::claims::fill(principal, claims)?,
            expires,
        })
    }
}

/// As in a form (RFC 6749, appendix B).
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Verifier for Introspection {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(self.answers.of(token, self.ask(token)))
    }

    fn authorization_servers(&self) -> Vec<String> {
        vec![self.issuer.clone()]
    }

    fn audiences(&self) -> Vec<String> {
        self.audiences.clone()
    }

    fn start(&self) -> Result<(), ServerError> {
        if self.audiences.is_empty() {
            return Err(super::claims::no_audience(&self.issuer));
        }
        guarded(&self.endpoint).map_err(|why| {
            ServerError::new(format!(
                "`{}` cannot be asked about tokens: {why}",
                self.endpoint
            ))
        })?;
        self.client.start()
    }

    fn health(&self) -> Health {
        self.answers.health()
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("issuer", &self.issuer)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
