//! Keys that this server gives out itself: API keys, kept as hashes, and tokens for development.

use std::fmt;
use std::future::ready;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use futures_util::future::BoxFuture;
use sha2::{Digest as _, Sha256};

use super::{MAX_TOKEN_LENGTH, Rejected, Verified, Verifier};
use crate::error::ServerError;
use crate::principal::Principal;

/// Verifies keys that the operator gave out. Only their SHA-256 is kept, and every comparison takes the same time.
///
/// A key is 128 random bits or more, as `openssl rand -hex 32` makes it: a hash without salt protects nothing that can be guessed.
///
/// ```
/// use mcp_runtime::Principal;
/// use mcp_runtime::auth::ApiKeys;
///
/// let keys = ApiKeys::new().hash(
///     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
///     Principal::new("keys", "billing-job").scope("crm:read"),
/// );
/// # drop(keys);
/// ```
#[derive(Default)]
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
pub struct ApiKeys {
    keys: Vec<([u8; 32], Principal)>,
    broken: Vec<String>,
}

impl ApiKeys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the key with this SHA-256, in 64 hexadecimal digits (`printf %s KEY | sha256sum`). One that is not refuses to boot.
    pub fn hash(mut self, sha256: &str, principal: Principal) -> Self {
        match from_hex(sha256) {
            Some(hash) => self.keys.push((hash, principal)),
            None => self.broken.push(principal.subject().to_owned()),
        }
        self
    }
}

impl Verifier for ApiKeys {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(ready(find(&self.keys, token)))
    }

    fn start(&self) -> Result<(), ServerError> {
        match self.broken.as_slice() {
            [] => Ok(()),
            broken => Err(ServerError::new(format!(
                "the keys of `{}` are not SHA-256 hashes\n  help: write the 64 digits that `printf %s KEY | sha256sum` prints",
                broken.join("`, `")
            ))),
        }
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys")
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

/// Tokens written into the program, for development alone: the server says so loudly when it starts.
///
/// ```
/// use mcp_runtime::Principal;
/// use mcp_runtime::auth::StaticTokens;
///
/// let tokens = StaticTokens::new().token("dev", Principal::local("ada").scope("crm:read"));
/// # drop(tokens);
/// ```
#[derive(Default)]
#[must_use = "it verifies nothing until `Server::auth(..)` takes it"]
pub struct StaticTokens(Vec<([u8; 32], Principal)>);

impl StaticTokens {
    /// No tokens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes this token for this caller.
    pub fn token(mut self, token: &str, principal: Principal) -> Self {
        self.0.push((Sha256::digest(token).into(), principal));
        self
    }
}

impl Verifier for StaticTokens {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
        Box::pin(ready(find(&self.0, token)))
    }

    fn start(&self) -> Result<(), ServerError> {
        tracing::warn!(
            tokens = self.0.len(),
            "static tokens are for development: whoever reads the program has them"
        );
        Ok(())
    }
}

impl fmt::Debug for StaticTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticTokens")
            .field("tokens", &self.0.len())
            .finish()
    }
}

/// Looks at every key, whichever fits, so that time tells nothing.
fn find(keys: &[([u8; 32], Principal)], token: &str) -> Result<Verified, Rejected> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(Rejected::Invalid("it is longer than 16 KiB".into()));
    }
    let hash: [u8; 32] = Sha256::digest(token).into();
    let mut found = None;
    for (key, principal) in keys {
        if verify_slices_are_equal(key, &hash).is_ok() {
            found = Some(principal);
        }
    }
    found
        .map(|principal| Verified {
            principal: principal.clone(),
            expires: None,
        })
        .ok_or_else(|| Rejected::NotMine("it is none of the known keys".into()))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
