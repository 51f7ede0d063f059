//! Tokens that were verified a moment ago.
//!
//! Checking a signature costs tens of microseconds; a token is sent with every call. What is remembered is the SHA-256 of the token and its caller,
//! for a minute at most and never beyond the token's own end.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::{MAX_TOKEN_LENGTH, Rejected, Verifier};
use crate::clock::Clock;
use crate::principal::Principal;

const REMEMBER: Duration = Duration::from_secs(60);
const REMEMBERED: u64 = 10_000;

/// A verifier with a memory.
pub(crate) struct Authenticator {
    verifier: Box<dyn Verifier>,
    callers: Cache<[u8; 32], Known>,
    clock: Clock,
}

#[derive(Clone)]
struct Known {
    caller: Arc<Principal>,
    until: Instant,
}

impl Authenticator {
    pub(crate) fn new(verifier: Box<dyn Verifier>) -> Self {
        Self {
            verifier,
            callers: Cache::new(REMEMBERED),
            clock: Clock::start(),
        }
    }

    pub(crate) fn verifier(&self) -> &dyn Verifier {
        &*self.verifier
    }

    pub(crate) async fn authenticate(&self, token: &str) -> Result<Arc<Principal>, Rejected> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(Rejected::Invalid("it is longer than 16 KiB".into()));
        }
        let key: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.callers.get(&key) {
            if known.until > Instant::now() {
                return Ok(known.caller);
            }
            self.callers.invalidate(&key);
        }
        let verified = self.verifier.verify(token).await?;
        let caller = Arc::new(verified.principal);
        let left = verified
            .expires
            .map(|at| at.saturating_sub(self.clock.now()));
        let known = Known {
            caller: Arc::clone(&caller),
            until: Instant::now() + left.unwrap_or(REMEMBER).min(REMEMBER),
        };
        self.callers.insert(key, known);
        Ok(caller)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}
