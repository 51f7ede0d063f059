//! What a server is told about its callers before it starts.

use std::fmt;
use std::sync::Arc;

use url::Url;

use super::from::Tenant;
use super::{Authenticator, Health, Issuer, Verifier};
use crate::error::{Result, ServerError};
use crate::server::Server;

/// What one address may do without a token that holds, unless something else is said. A client that logs in needs one or two.
pub(crate) const FLOOD_LIMIT: &str = "50/s burst 500";

/// What the program says about callers.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) verifier: Option<Arc<dyn Verifier>>,
    tenant: Option<Tenant>,
    public_url: Option<String>,
    flood_limit: Option<String>,
    /// Whether the server issues its own tokens.
    pub(crate) dev_issuer: bool,
}

impl Server {
    /// Asks who is calling: over HTTP a call that needs a caller needs a token that this verifier takes.
    ///
    /// A request without a token, or with one that does not hold, is answered with `401`, and says where tokens are to be had
    /// ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)). Tools with `auth = "none"` are open to requests without a token, and to
    /// nobody's token that does not hold. A second verifier is asked where the first one does not know a token.
    ///
    /// ```
    /// use mcp_runtime::auth::Jwt;
    /// use mcp_runtime::prelude::*;
    ///
    /// let server = Server::new("crm")
    ///     .auth(Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp"));
    /// # drop(server);
    /// ```
    ///
    /// On stdio there are no tokens: the caller is the [`local_principal`](Self::local_principal).
    pub fn auth(mut self, verifier: impl Verifier) -> Self {
        let setup = &mut self.given.http.auth;
        setup.verifier = Some(match setup.verifier.take() {
            None => Arc::new(verifier),
            Some(first) => Arc::new(super::any_of([first]).or(verifier)),
        });
        self
    }

    /// Sets where callers get their tenant from: [`from::claim("org_id")`](super::from::claim), a subdomain, a proxy's header.
    ///
    /// The tenant is part of every key by which callers are told apart: of rates, cached results, sessions and sealed states. The rule has
    /// the last word: a caller of whom it says nothing has no tenant.
    pub fn tenant(mut self, rule: Tenant) -> Self {
        self.given.http.auth.tenant = Some(rule);
        self
    }

    /// Sets the address under which clients reach the endpoint: `"https://mcp.example.com/mcp"`.
    ///
    /// Clients are told it as the resource to ask tokens for, and its host is an allowed one. Unless set, it is the first audience of the
    /// verifier that is an address, else what each request says.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.given.http.auth.public_url = Some(url.into());
        self
    }

    /// Sets how often one address may come without a token that holds: `"50/s burst 500"` unless set; `"off"` is no limit.
    ///
    /// Over it, HTTP requests without a token and with tokens that were not verified a moment ago are answered with `429` before anything is
    /// verified. Callers whose tokens are known pass, whoever shares their address. An address of IPv6 stands for its /64 network; behind a
    /// proxy, name it with [`trusted_proxies`](Self::trusted_proxies), or all its clients are one.
    pub fn flood_limit(mut self, limit: impl Into<String>) -> Self {
        self.given.http.auth.flood_limit = Some(limit.into());
        self
    }

    /// Issues tokens itself, in place of what [`auth`](Self::auth) says: for development, on loopback alone.
    ///
    /// Clients find it by themselves, register, and get a code and a token with every scope they ask for; nobody is asked for a password. The subject is
    /// `dev`, or what the client's request says in `login_hint`. On any other address the server does not start. A server binary does the same
    /// with `serve --http 127.0.0.1:3000 --dev-issuer`.
    pub fn dev_issuer(mut self) -> Self {
        self.given.http.auth.dev_issuer = true;
        self
    }
}

impl Setup {
    /// What is wrong, all in one text.
    pub(crate) fn check(&self, trusts_proxies: bool) -> Result<()> {
        let mut problems = Vec::new();
        if let Some(verifier) = self.verifier.as_ref().filter(|_| !self.dev_issuer) {
            problems.extend(verifier.start().err().map(|error| error.to_string()));
        }
        if let Some(rule) = &self.tenant {
            problems.extend(rule.problem(trusts_proxies));
            if !self.asks_callers() {
                problems.push("the server gives callers a tenant, and has no callers\n  help: say who they are with `.auth(..)`".to_owned());
            }
        }
        if let Some(url) = &self.public_url
            && address(url).is_none()
        {
            problems.push(format!(
                "`{url}` is not the address of an endpoint\n  help: write it as clients do, with nothing after the path: `.public_url(\"https://mcp.example.com/mcp\")`"
            ));
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ServerError::new(problems.join("\n"))),
        }
    }

    pub(crate) fn flood_limit(&self) -> &str {
        self.flood_limit.as_deref().unwrap_or(FLOOD_LIMIT)
    }

    /// Whether callers are asked for tokens.
    pub(crate) fn asks_callers(&self) -> bool {
        self.verifier.is_some() || self.dev_issuer
    }

    /// Takes the tokens of this issuer, and nobody else's.
    pub(crate) fn take_from(&mut self, issuer: &Issuer) -> Result<()> {
        self.verifier = Some(Arc::new(issuer.verifier()?));
        Ok(())
    }

    /// The server's own address, where it is known before anybody asks.
    pub(crate) fn own_address(&self) -> Option<String> {
        // A machine has several names for itself: each client is told the one it used.
        if self.dev_issuer {
            return None;
        }
        if let Some(url) = &self.public_url {
            return Some(url.clone());
        }
        let audiences = self.verifier.as_ref()?.audiences();
        let mut addresses = audiences.into_iter().filter(|text| address(text).is_some());
        addresses.next()
    }

    /// The host of that address.
    pub(crate) fn own_host(&self) -> Option<String> {
        let address = address(&self.own_address()?)?;
        address.host_str().map(str::to_owned)
    }

    /// Whether the verifier can tell at the moment; ready where there is none.
    pub(crate) fn health(&self) -> impl Fn() -> Health + Clone + Send + Sync + 'static + use<> {
        let verifier = self.verifier.clone();
        move || {
            let verifier = verifier.as_ref();
            verifier.map_or(Health::Ready, |verifier| verifier.health())
        }
    }

    /// The verifier, made ready.
    pub(crate) fn authenticator(&self) -> Option<Authenticator> {
        let verifier = Arc::clone(self.verifier.as_ref()?);
        Some(Authenticator::new(verifier, self.tenant.clone()))
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("verifier", &self.verifier)
            .field("tenant", &self.tenant)
            .field("public_url", &self.public_url)
            .finish()
    }
}

/// An address that can be a resource (RFC 9728, section 1.2): without a fragment, and here without a query or credentials too.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (matches!(url.scheme(), "https" | "http") && url.has_host() && plain).then_some(url)
}
