//! Tokens that were verified a moment ago.
//!
//! Checking a signature costs tens of microseconds, and a token comes with every call. What is remembered is the SHA-256 of the token and its
//! caller, for a minute at most and never beyond the token's own end, on the clock that the end is told by. A token that was refused is not
//! remembered: there is no end of those. A connection keeps the token that came over it last, which is as a rule the next one too.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::from::{Said, Tenant};
use super::{MAX_TOKEN_LENGTH, Rejected, Verifier};
use crate::clock::{Clock, Moment};
use crate::principal::Principal;

const REMEMBER: Duration = Duration::from_secs(60);
const ONCE_MORE: Duration = Duration::from_secs(1);
const REMEMBERED: u64 = 10_000;

/// A verifier with a memory.
pub(crate) struct Authenticator {
    verifier: Arc<dyn Verifier>,
    tenant: Option<Tenant>,
    callers: Cache<[u8; 32], Known>,
    clock: Clock,
}

#[derive(Clone)]
struct Known {
    caller: Arc<Principal>,
    /// Since 1970.
    until: Duration,
    /// When it was verified, in the server's own time: should the wall clock be set back meanwhile, it is forgotten after a minute all the same.
    since: Duration,
}

impl Known {
    fn holds(&self, now: Moment) -> bool {
        now.wall < self.until && now.running.saturating_sub(self.since) < REMEMBER
    }
}

/// The token that came last over a connection.
#[derive(Default)]
pub(crate) struct Last(Mutex<Option<(Vec<u8>, Known)>>);

impl Authenticator {
    pub(crate) fn new(verifier: Arc<dyn Verifier>, tenant: Option<Tenant>) -> Self {
        Self {
            verifier,
            tenant,
            callers: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(REMEMBER)
                .build(),
            clock: Clock::start(),
        }
    }

    /// Whom a token speaks for.
    pub(crate) async fn authenticate(&self, token: &str) -> Result<Arc<Principal>, Rejected> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(Rejected::Invalid("it is longer than 16 KiB".into()));
        }
        let key = hash(token);
        if let Some(known) = self.recall(&key, self.clock.moment()) {
            return Ok(known.caller);
        }
        let verified = self.verifier.verify(token).await?;
        let caller = match &self.tenant {
            // Where a request has a say, it is asked each time.
            Some(rule) if !rule.is_of_request() => rule.give(verified.principal, Said::default()),
            _ => verified.principal,
        };
        let caller = Arc::new(caller);
        let now = self.clock.moment();
        let until = now.wall + REMEMBER;
        let known = Known {
            caller: Arc::clone(&caller),
            until: verified.expires.map_or(until, |end| end.min(until)),
            since: now.running,
        };
        self.callers.insert(key, known);
        Ok(caller)
    }

    /// Ends when a token does not hold any more, or a minute later at most: for what goes on after the request that the token came with.
    pub(crate) async fn over(&self, token: &str) {
        let key = hash(token);
        loop {
            let known = self.callers.get(&key);
            let left = known.map(|known| known.until.saturating_sub(self.clock.now()));
            // Beyond its end a token may hold for a while: clocks differ.
            let left = left.unwrap_or(REMEMBER).clamp(ONCE_MORE, REMEMBER);
            tokio::time::sleep(left).await;
            if self.authenticate(token).await.is_err() {
                return;
            }
        }
    }

    /// Whom a token speaks for that was verified a moment ago.
    pub(crate) fn known(&self, token: &[u8], last: &Last) -> Option<Arc<Principal>> {
        // What is longer was never taken, and is not worth its hash.
        if token.len() > MAX_TOKEN_LENGTH {
            return None;
        }
        let now = self.clock.moment();
        let mut last = last.0.lock();
        if let Some((text, known)) = &*last
            && known.holds(now)
            // In the same time for every token: another caller's may have come before, over a proxy's connection.
            && verify_slices_are_equal(text, token).is_ok()
        {
            return Some(Arc::clone(&known.caller));
        }
        let known = self.recall(&hash(token), now)?;
        let caller = Arc::clone(&known.caller);
        *last = Some((token.to_owned(), known));
        Some(caller)
    }

    fn recall(&self, key: &[u8; 32], now: Moment) -> Option<Known> {
        self.callers.get(key).filter(|known| known.holds(now))
    }

    /// Who issues the tokens that are taken.
    pub(crate) fn issuers(&self) -> Vec<String> {
        self.verifier.authorization_servers()
    }

    /// What goes on beside the requests.
    pub(crate) fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        self.verifier.upkeep()
    }

    /// The rule by which callers get their tenant.
    pub(crate) fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }
}

fn hash(token: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl fmt::Debug for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Last")
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::auth::Verified;
    use crate::clock::stepped;

    /// Takes every token, until the moment it was given, and counts how often it is asked.
    #[derive(Debug)]
    struct Counting {
        asked: AtomicUsize,
        expires: Option<Duration>,
    }

    impl Verifier for Counting {
        fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Verified, Rejected>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let verified = match token {
                "bad" => Err(Rejected::Invalid("it is bad".into())),
                _ => Ok(Verified {
                    principal: Principal::new("test", token),
                    expires: self.expires,
                }),
            };
            Box::pin(std::future::ready(verified))
        }
    }

    fn counting(left: Option<u64>) -> (Arc<Counting>, Authenticator) {
        let now = Clock::start().now();
        let verifier = Arc::new(Counting {
            asked: AtomicUsize::new(0),
            expires: left.map(|left| now + Duration::from_secs(left)),
        });
        let authenticator = Authenticator::new(Arc::clone(&verifier) as _, None);
        (verifier, authenticator)
    }

    async fn asked_after(left: Option<u64>, seconds: u64) -> usize {
        let (verifier, authenticator) = counting(left);
        authenticator.authenticate("ada").await.unwrap();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        authenticator.authenticate("ada").await.unwrap();
        verifier.asked.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn a_verified_token_is_not_verified_again_for_a_minute() {
        assert_eq!(asked_after(None, 59).await, 1);
        assert_eq!(asked_after(None, 60).await, 2);
        assert_eq!(asked_after(Some(3600), 59).await, 1);
        assert_eq!(asked_after(Some(3600), 60).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_remembered_beyond_the_tokens_own_end() {
        assert_eq!(asked_after(Some(10), 9).await, 1);
        assert_eq!(asked_after(Some(10), 10).await, 2);
        assert_eq!(asked_after(Some(0), 0).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_ends_on_the_wall_clock_also_where_the_machine_was_asleep() {
        let (verifier, mut authenticator) = counting(Some(30));
        authenticator.clock = stepped::clock();
        for (slept, asked) in [(0, 1), (29, 1), (2, 2)] {
            stepped::step(slept);
            authenticator.authenticate("ada").await.unwrap();
            assert_eq!(verifier.asked.load(Ordering::Relaxed), asked, "{slept}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connections_last_token_is_known_for_as_long_as_any_other() {
        let (_, mut authenticator) = counting(Some(30));
        authenticator.clock = stepped::clock();
        let last = Last::default();
        let known = |token: &str| authenticator.known(token.as_bytes(), &last);
        let subject = |token| known(token).map(|caller| caller.subject().to_owned());
        assert_eq!(subject("ada"), None, "nobody has verified it");
        for token in ["ada", "eve"] {
            authenticator.authenticate(token).await.unwrap();
        }
        for token in ["ada", "ada", "eve", "ada"] {
            assert_eq!(subject(token).as_deref(), Some(token));
        }
        for stranger in ["adb", "ad", "adaa", ""] {
            assert_eq!(subject(stranger), None, "{stranger}");
        }
        stepped::step(29);
        assert_eq!(subject("ada").as_deref(), Some("ada"));
        stepped::step(2);
        assert_eq!(subject("ada"), None, "its end has come");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connections_last_token_is_forgotten_though_the_clock_was_set_back() {
        let (_, mut authenticator) = counting(None);
        authenticator.clock = stepped::clock();
        let last = Last::default();
        authenticator.authenticate("ada").await.unwrap();
        tokio::time::advance(Duration::from_secs(59)).await;
        stepped::step(-3600);
        assert!(authenticator.known(b"ada", &last).is_some());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(authenticator.known(b"ada", &last).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn each_token_is_its_own_and_refusals_are_not_remembered() {
        let (verifier, authenticator) = counting(None);
        let ada = authenticator.authenticate("ada").await.unwrap();
        let bob = authenticator.authenticate("bob").await.unwrap();
        assert_eq!((ada.subject(), bob.subject()), ("ada", "bob"));
        for _ in 0..2 {
            assert!(authenticator.authenticate("bad").await.is_err());
        }
        assert_eq!(verifier.asked.load(Ordering::Relaxed), 4);
    }
}
