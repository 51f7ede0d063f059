//! Who is calling, from the bearer token of an HTTP request.
//!
//! [`Server::auth`](crate::Server::auth) takes a [`Verifier`], which turns a token into a [`Principal`], or says why not. [`Jwt`] verifies
//! signed tokens, [`Introspection`] asks their issuer, [`ApiKeys`] knows keys of its own, and [`any_of`] combines verifiers.
//!
//! ```
//! use mcp_runtime::auth::{Jwt, from};
//! use mcp_runtime::prelude::*;
//!
//! let server = Server::new("crm")
//!     .auth(Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp"))
//!     .implies("admin", ["crm:read", "crm:write"])
//!     .tenant(from::claim("org_id"));
//! # drop(server);
//! ```

mod algorithm;
mod answers;
mod builder;
mod claims;
mod dev;
mod discovery;
mod fetch;
pub mod from;
mod gate;
mod github;
mod health;
mod introspect;
mod jwks;
mod jwt;
mod keys;
mod keyset;
mod parts;
mod presets;
mod remembered;
mod strict;

#[cfg(test)]
mod tests;

/// The pages' code compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/auth.md")]
#[doc = include_str!("../../../docs/reference/auth.md")]
pub struct Pages;

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};

pub use self::algorithm::Algorithm;
pub(crate) use self::builder::{FLOOD_LIMIT, Setup};
pub(crate) use self::dev::Issuer;
pub use self::github::GitHub;
pub use self::health::Health;
pub use self::introspect::Introspection;
pub use self::jwt::Jwt;
pub use self::keys::{ApiKeys, StaticTokens};
pub(crate) use self::remembered::{Authenticator, Last};
use crate::error::ServerError;
use crate::principal::Principal;

/// Longer tokens are refused before they are looked at: 16 KiB.
pub const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// Turns a bearer token into the caller it speaks for.
///
/// A token is worth what its verifier checks: that it is genuine, that it was issued for this server, that it is in force.
pub trait Verifier: Debug + Send + Sync + 'static {
    /// Verifies one token.
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>>;

    /// The authorization servers whose tokens this takes, for the protected-resource metadata (RFC 9728, section 2).
    fn authorization_servers(&self) -> Vec<String> {
        Vec::new()
    }

    /// Under which names its tokens know this server. The first one that is an address is taken for the server's own, where
    /// [`Server::public_url`](crate::Server::public_url) says no other.
    fn audiences(&self) -> Vec<String> {
        Vec::new()
    }

    /// Checks the configuration: called once, when the server starts.
    ///
    /// # Errors
    /// The server refuses to boot.
    fn start(&self) -> Result<(), ServerError> {
        Ok(())
    }

    /// What goes on while the server lives, such as fetching keys before a token needs them. It begins with the server and is dropped at its end.
    fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        None
    }

    /// Whether it can tell at the moment. A server whose verifier is [`NotReady`](Health::NotReady) says so at `/readyz`.
    fn health(&self) -> Health {
        Health::Ready
    }
}

/// A token that holds.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Whom it speaks for.
    pub principal: Principal,
    /// Until when it may be taken without being verified again, since 1970: its end as a rule. It is remembered for a minute at most, here as where
    /// nothing is said.
    pub expires: Option<Duration>,
}

/// Why a token was not taken. The reason is for the server's log; the client learns only that the token is not valid.
///
/// Of several verifiers the next one is asked after [`NotMine`](Self::NotMine) alone: a token that claims to be one issuer's is no other issuer's to see.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejected {
    /// It is none of this verifier's tokens; another one may know it.
    NotMine(Cow<'static, str>),
    /// It is not genuine, not for this server, or not in force: HTTP 401.
    Invalid(Cow<'static, str>),
    /// It cannot be verified now, through no fault of the client: HTTP 503, so that nobody starts a new login.
    Unavailable(Cow<'static, str>),
}

/// Takes a token that one of several verifiers takes, asked in their order.
///
/// The first that knows a token, or claims to, has the last word: a token of its issuer that has expired, or cannot be verified at the moment, is shown to
/// none of the others. So those that know their tokens by themselves ([`ApiKeys`], [`Jwt`]) come first, and those that ask somebody
/// ([`Introspection`], [`GitHub`]) last.
///
/// ```
/// use mcp_runtime::auth::{Jwt, any_of};
///
/// let verifier = any_of([
///     Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp"),
///     Jwt::issuer("https://partner.example.net").audience("https://mcp.example.com/mcp"),
/// ]);
/// # drop(verifier);
/// ```
pub fn any_of<V: Verifier>(verifiers: impl IntoIterator<Item = V>) -> AnyOf {
    let verifiers = verifiers.into_iter();
    AnyOf(
        verifiers
            .map(|verifier| Box::new(verifier) as Box<dyn Verifier>)
            .collect(),
    )
}

impl Verifier for Arc<dyn Verifier> {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        (**self).verify(token)
    }

    fn authorization_servers(&self) -> Vec<String> {
        (**self).authorization_servers()
    }

    fn audiences(&self) -> Vec<String> {
        (**self).audiences()
    }

    fn start(&self) -> Result<(), ServerError> {
        (**self).start()
    }

    fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        (**self).upkeep()
    }

    fn health(&self) -> Health {
        (**self).health()
    }
}

/// Several verifiers in their order: [`any_of`].
#[derive(Debug)]
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
pub struct AnyOf(Vec<Box<dyn Verifier>>);

impl AnyOf {
    /// Adds a verifier of another kind.
    pub fn or(mut self, verifier: impl Verifier) -> Self {
        self.0.push(Box::new(verifier));
        self
    }
}

impl Verifier for AnyOf {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(async move {
            for verifier in &self.0 {
                match verifier.verify(token).await {
                    Err(Rejected::NotMine(_)) => {}
                    // Taken, refused, or not to be told at the moment: the token stays here. Other verifiers would send it to their own issuers.
                    decided => return decided,
                }
            }
            let nobody = Cow::Borrowed("no verifier knows this token");
            Err(Rejected::NotMine(nobody))
        })
    }

    fn authorization_servers(&self) -> Vec<String> {
        let mut servers: Vec<String> = Vec::new();
        for server in self.0.iter().flat_map(|v| v.authorization_servers()) {
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
        servers
    }

    fn audiences(&self) -> Vec<String> {
        self.0.iter().flat_map(|v| v.audiences()).collect()
    }

    fn start(&self) -> Result<(), ServerError> {
        self.0.iter().try_for_each(|verifier| verifier.start())
    }

    fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        let all: Vec<_> = self.0.iter().filter_map(|it| it.upkeep()).collect();
        match all.is_empty() {
            true => None,
            false => Some(Box::pin(async { drop(join_all(all).await) })),
        }
    }

    /// One issuer that is away does not keep the callers of another one out.
    fn health(&self) -> Health {
        Health::of_any(self.0.iter().map(|verifier| verifier.health()))
    }
}
