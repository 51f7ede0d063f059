//! Signed tokens (RFC 7519, and RFC 9068 for access tokens), strict by default.
//!
//! The `jsonwebtoken` crate checks the signature. What it lets pass is refused here in a second pass over the raw token: a token
//! without `exp`, `iss`, `aud` or `sub`, one for another audience, one that is not yet in force or was issued in the future, an unknown
//! `crit`, a doubled claim, an algorithm that is not its key's.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::jwks::Keys;
use super::keyset::{Key, KeySet};
use super::parts::{Parts, invalid, is_plain, seconds, texts, verify_signature};
use super::{Health, Rejected, Verified, Verifier, claims};
use crate::clock::Clock;
use crate::error::ServerError;
use crate::principal::Principal;

/// Verifies JSON Web Tokens of one issuer.
///
/// | check | default | option |
/// | --- | --- | --- |
/// | `aud` holds this server's address | required | [`audience`](Self::audience), [`audience_claim`](Self::audience_claim) |
/// | `iss` is the issuer, to the letter | required | – |
/// | `exp`, and `nbf` where it stands | leeway of 30 s | [`leeway`](Self::leeway) |
/// | `iat` is not in the future | leeway of 60 s | – |
/// | lifetime (`exp` − `iat`) | at most 24 h | [`max_lifetime`](Self::max_lifetime) |
/// | `typ` | `at+jwt` (RFC 9068) | [`types`](Self::types) |
/// | further claims | none | [`require`](Self::require) |
/// | algorithm | the key's own, with a public key | [`algorithms`](Self::algorithms) |
/// | size | 16 KiB | – |
///
/// Scopes are read from `scope` (RFC 8693, section 4.2) and `scp`, the client from `client_id` or `azp`, roles from `roles`.
///
/// ```
/// use mcp_runtime::auth::Jwt;
///
/// let verifier = Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp");
/// # drop(verifier);
/// ```
#[derive(Debug)]
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
pub struct Jwt {
    issuer: String,
    audiences: Vec<String>,
    audience_claim: Cow<'static, str>,
    required: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// Of these claims one is there, where there are any of these.
    one_of: &'static [&'static str],
    /// Why it cannot be meant as it stands.
    problem: Option<String>,
    keys: Keys,
    algorithms: Vec<Algorithm>,
    types: Vec<Cow<'static, str>>,
    leeway: Duration,
    max_lifetime: Duration,
    roles: Cow<'static, str>,
    tenant: Option<Cow<'static, str>>,
    clock: Clock,
}

/// How far in the future a token may say it was issued: clocks differ.
const ISSUED_AHEAD: u64 = 60;

impl Jwt {
    /// Tokens of an issuer whose keys are found by discovery (RFC 8414, else OpenID Connect Discovery 1.0).
    pub fn issuer(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let keys = Keys::discovered(&issuer);
        Self::new(issuer, keys)
    }

    /// Tokens of an issuer whose keys stand at a known address.
    pub fn jwks(issuer: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(issuer.into(), Keys::at(url.into()))
    }

    /// Tokens of an issuer whose keys are known: a JWK Set (RFC 7517).
    ///
    /// # Errors
    /// The text is not a JWK Set, or holds no key that can verify a signature.
    pub fn keys(issuer: impl Into<String>, jwks: &str) -> Result<Self, ServerError> {
        let set: JwkSet = serde_json::from_str(jwks)
            .map_err(|error| ServerError::because("this is not a JWK Set", error))?;
        let keys = KeySet::new(&set)
            .map_err(|why| ServerError::because("this JWK Set cannot be used", why))?;
        Ok(Self::new(issuer.into(), Keys::fixed(keys)))
    }

    /// Tokens signed with a secret that the issuer shares with this server. The secret has at least 32 bytes.
    ///
    /// # Errors
    /// The secret is too short to be one (RFC 7518, section 3.2).
    pub fn secret(issuer: impl Into<String>, secret: &[u8]) -> Result<Self, ServerError> {
        if secret.len() < 32 {
            return Err(ServerError::new(
                "a secret for HS256 has at least 32 bytes (RFC 7518, section 3.2)",
            ));
        }
        let key = Key::secret(DecodingKey::from_secret(secret));
        let mut jwt = Self::new(issuer.into(), Keys::fixed(KeySet::of(key)));
        jwt.algorithms = vec![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        Ok(jwt)
    }

    fn new(issuer: String, keys: Keys) -> Self {
        Self {
            issuer,
            audiences: Vec::new(),
            audience_claim: "aud".into(),
            required: Vec::new(),
            one_of: &[],
            problem: None,
            keys,
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            types: vec!["at+jwt".into(), "application/at+jwt".into()],
            leeway: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(24 * 60 * 60),
            roles: "roles".into(),
            tenant: None,
            clock: Clock::start(),
        }
    }

    /// Takes tokens issued for this audience: the server's own address, as clients know it. Called again, it adds another one.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Sets the claim that says for whom a token was issued, for issuers that write no `aud`: `client_id`.
    pub fn audience_claim(mut self, claim: impl Into<Cow<'static, str>>) -> Self {
        self.audience_claim = claim.into();
        self
    }

    /// Takes tokens alone whose claim is this text: `.require("token_use", "access")`.
    pub fn require(
        mut self,
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.required.push((claim.into(), value.into()));
        self
    }

    /// Takes tokens alone that have one of these claims.
    pub(super) fn require_one(mut self, claims: &'static [&'static str]) -> Self {
        self.one_of = claims;
        self
    }

    /// Keeps the server from starting.
    pub(super) fn broken(mut self, problem: String) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Takes these algorithms alone.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Takes tokens of these types (`typ`). Issuers that do not follow RFC 9068 write `JWT`.
    pub fn types<T: Into<Cow<'static, str>>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how far the issuer's clock may be off: 30 s unless set, 5 min at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.min(Duration::from_secs(300));
        self
    }

    /// Sets how long a token may be in force: 24 h unless set.
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// Sets the claim that holds the roles, as a dotted path: `realm_access.roles`.
    pub fn roles_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.roles = path.into();
        self
    }

    /// Sets the claim that holds the tenant, as a dotted path: `org_id`.
    pub fn tenant_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.tenant = Some(path.into());
        self
    }

    /// The same verifier with keys of a test's own.
    #[cfg(test)]
    pub(super) fn with_keys(mut self, jwks: &str) -> Self {
        let set: JwkSet = serde_json::from_str(jwks).unwrap();
        self.keys = Keys::fixed(KeySet::new(&set).unwrap());
        self
    }

    async fn check(&self, token: &str) -> Result<Verified, Rejected> {
        let parts = Parts::split(token)?;
        // First of all: what is said from here on is said of a token that claims to be this issuer's, and no other verifier has any business with it.
        if parts.claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Rejected::NotMine("the issuer is another one".into()));
        }
        if !parts.is_signed {
            return Err(invalid("it is not signed"));
        }
        let algorithm = self.check_header(&parts.header)?;
        let kid = match parts.header.get("kid") {
            None => None,
            Some(Value::String(kid)) if is_plain(kid) => Some(kid.as_str()),
            Some(_) => return Err(invalid("`kid` is not a plain name")),
        };
        let key = self.keys.find(kid, algorithm).await?;
        verify_signature(token, &key, algorithm)?;
        // Nothing in the claims is believed before this line.
        self.check_claims(&parts.claims)
    }

    fn check_header(&self, header: &Map<String, Value>) -> Result<Algorithm, Rejected> {
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(Algorithm::named)
            .filter(|algorithm| self.algorithms.contains(algorithm))
            .ok_or_else(|| invalid("the algorithm is not allowed"))?;
        // RFC 7515, section 4.1.11: what is critical and not understood is refused, and none is understood.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(invalid("`crit` names what this server does not understand"));
        }
        let typ = match header.get("typ") {
            None => "",
            Some(Value::String(typ)) => typ,
            Some(_) => return Err(invalid("`typ` is not a text")),
        };
        let taken = self
            .types
            .iter()
            .any(|taken| taken.eq_ignore_ascii_case(typ));
        match taken {
            true => Ok(algorithm),
            false => Err(Rejected::Invalid(
                format!(
                    "`typ` is none of {:?}; allow it with `.types([..])`",
                    self.types
                )
                .into(),
            )),
        }
    }

    fn check_claims(&self, claims: &Map<String, Value>) -> Result<Verified, Rejected> {
        let now = self.clock.now().as_secs();
        let leeway = self.leeway.as_secs();
        let expires = seconds(claims, "exp")?.ok_or_else(|| invalid("there is no `exp`"))?;
        if expires.saturating_add(leeway) <= now {
            return Err(invalid("it has expired"));
        }
        if seconds(claims, "nbf")?.is_some_and(|from| from > now.saturating_add(leeway)) {
            return Err(invalid("it is not in force yet"));
        }
        let issued = seconds(claims, "iat")?;
        if issued.is_some_and(|at| at > now.saturating_add(ISSUED_AHEAD)) {
            return Err(invalid("it was issued in the future"));
        }
        let lifetime = expires.saturating_sub(issued.unwrap_or(now));
        if lifetime > self.max_lifetime.as_secs().saturating_add(leeway) {
            return Err(invalid("it is in force for too long"));
        }
        if !claims::is_audience(&self.audiences, claims.get(&*self.audience_claim)) {
            return Err(invalid("it was issued for another audience"));
        }
        let lacks = |(claim, value): &(Cow<'static, str>, Cow<'static, str>)| {
            claims.get(&**claim).and_then(Value::as_str) != Some(&**value)
        };
        let has_one = self.one_of.iter().any(|claim| claims.contains_key(*claim));
        if self.required.iter().any(lacks) || !(self.one_of.is_empty() || has_one) {
            return Err(invalid("it lacks a claim that is asked for"));
        }
        if claims.contains_key("cnf") {
            return Err(invalid(
                "it is bound to a key whose proof is not checked here",
            ));
        }
        Ok(Verified {
            principal: self.principal(claims)?,
            expires: Some(Duration::from_secs(expires)),
        })
    }

    fn principal(&self, claims: &Map<String, Value>) -> Result<Principal, Rejected> {
        let subject = match claims.get("sub") {
            Some(Value::String(subject)) if !subject.is_empty() => subject,
            _ => return Err(invalid("there is no `sub`")),
        };
        let mut principal = claims::fill(Principal::new(&self.issuer, subject), claims)?;
        let roles = principal.claim_at(&self.roles).cloned();
        for role in roles.iter().flat_map(texts) {
            principal = principal.role(role);
        }
        let tenant = self.tenant.as_ref().and_then(|path| {
            let tenant = principal.claim_at(path)?.as_str()?;
            Some(tenant.to_owned())
        });
        Ok(match tenant {
            Some(tenant) => principal.tenant(tenant),
            None => principal,
        })
    }
}

impl Verifier for Jwt {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(self.check(token))
    }

    fn authorization_servers(&self) -> Vec<String> {
        vec![self.issuer.clone()]
    }

    fn audiences(&self) -> Vec<String> {
        self.audiences.clone()
    }

    fn start(&self) -> Result<(), ServerError> {
        if let Some(problem) = &self.problem {
            return Err(ServerError::new(problem.clone()));
        }
        if self.audiences.is_empty() {
            return Err(claims::no_audience(&self.issuer));
        }
        self.keys.start()
    }

    fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        self.keys.upkeep()
    }

    fn health(&self) -> Health {
        self.keys.health()
    }
}
