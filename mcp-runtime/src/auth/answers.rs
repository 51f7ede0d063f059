//! What issuers answered when they were asked about tokens.
//!
//! An answer is remembered for a minute at most, a refusal for ten seconds, so that a revoked token does not live on and a forged one does not bother
//! the issuer. Where the issuer is away nothing is remembered, and nobody is let in: revocation is the reason to ask.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::{MAX_TOKEN_LENGTH, Rejected, Verified};
use crate::clock::Clock;

const REMEMBER: Duration = Duration::from_secs(60);
const REMEMBER_REFUSAL: Duration = Duration::from_secs(10);
const REMEMBERED: u64 = 10_000;

/// Answers by the SHA-256 of their tokens.
pub(super) struct Answers {
    kept: Cache<[u8; 32], Kept>,
    clock: Clock,
}

#[derive(Clone)]
struct Kept {
    answer: Arc<Result<Verified, Rejected>>,
    until: Instant,
}

impl Answers {
    pub(super) fn new() -> Self {
        Self {
            kept: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(REMEMBER)
                .build(),
            clock: Clock::start(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// What is known of a token, else what the issuer answers now.
    pub(super) async fn of(
        &self,
        token: &str,
        ask: impl Future<Output = Result<Verified, Rejected>>,
    ) -> Result<Verified, Rejected> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(Rejected::Invalid("it is longer than 16 KiB".into()));
        }
        let key: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.kept.get(&key)
            && known.until > Instant::now()
        {
            return (*known.answer).clone();
        }
        let mut answer = ask.await;
        let lifetime = match &mut answer {
            Ok(verified) => {
                let now = self.now();
                let end = now + REMEMBER;
                let end = verified.expires.map_or(end, |expires| expires.min(end));
                // Whoever remembers it further up does so no longer than here.
                verified.expires = Some(end);
                end.saturating_sub(now)
            }
            Err(Rejected::Unavailable(_)) => return answer,
            Err(_) => REMEMBER_REFUSAL,
        };
        let kept = Kept {
            answer: Arc::new(answer.clone()),
            until: Instant::now() + lifetime,
        };
        self.kept.insert(key, kept);
        answer
    }
}
