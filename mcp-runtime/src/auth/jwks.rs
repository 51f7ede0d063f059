//! An issuer's keys: fetched before they are needed, refreshed behind the scenes, and kept for a while when the issuer is away.
//!
//! Fresh for 10 minutes, and fetched again before that is over; where the issuer does not answer, the old set serves for another 60 minutes at most; then
//! closed. An unknown key id may cause one fetch every 30 seconds; an issuer whose keys were never had is asked again after 1 to 30 seconds. A fetch, and with it
//! the wait of any request, takes 5 seconds at most.
//!
//! State: the last set with its time, when the last fetch was over, and the mode that was logged last.

use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::algorithm::Algorithm;
use super::discovery::Source;
use super::fetch::{Client, TIMEOUT};
use super::keyset::{Key, KeySet};
use super::{Health, Rejected};
use crate::error::ServerError;

/// How long a set of keys is used without asking again (as `jose` does).
const FRESH: Duration = Duration::from_secs(10 * 60);

/// How much earlier the next one is fetched, at most.
const EARLY: Duration = Duration::from_secs(2 * 60);

/// How much longer it is used while the issuer does not answer.
const STALE: Duration = Duration::from_secs(60 * 60);

/// How soon after a fetch an unknown key id may cause another one; how soon one that failed is tried again, where there are keys.
const COOLDOWN: Duration = Duration::from_secs(30);

/// How soon after a fetch that failed a request may cause another one, where there are no keys at all.
const AGAIN: Duration = Duration::from_secs(5);

/// Where an issuer's keys come from.
#[derive(Debug)]
pub(super) enum Keys {
    Fixed(KeySet),
    Fetched(Arc<Fetched>),
}

#[derive(Debug)]
pub(super) struct Fetched {
    source: Source,
    current: ArcSwapOption<Snapshot>,
    client: Client,
    /// One fetch at a time.
    fetching: Arc<tokio::sync::Mutex<()>>,
    /// When the last one was over.
    last: Mutex<Option<Instant>>,
    mode: Mutex<Mode>,
}

#[derive(Debug)]
struct Snapshot {
    keys: KeySet,
    fetched: Instant,
}

/// How the keys are, as far as the log knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing was fetched yet.
    Cold,
    Fresh,
    /// The issuer does not answer, and the old keys serve.
    Old,
    /// There are none that may serve.
    Closed,
}

impl Keys {
    pub(super) fn discovered(issuer: &str) -> Self {
        Self::from_source(Source::Issuer(issuer.to_owned()))
    }

    pub(super) fn at(url: String) -> Self {
        Self::from_source(Source::Keys(url))
    }

    pub(super) fn fixed(keys: KeySet) -> Self {
        Self::Fixed(keys)
    }

    fn from_source(source: Source) -> Self {
        Self::Fetched(Arc::new(Fetched {
            source,
            current: ArcSwapOption::empty(),
            client: Client::new(),
            fetching: Arc::default(),
            last: Mutex::new(None),
            mode: Mutex::new(Mode::Cold),
        }))
    }

    /// Checks the address, and makes ready to ask it.
    pub(super) fn start(&self) -> Result<(), ServerError> {
        let Self::Fetched(fetched) = self else {
            return Ok(());
        };
        fetched.source.check()?;
        fetched.client.start()
    }

    /// Fetches the keys, and again whenever it is time to.
    pub(super) fn upkeep(&self) -> Option<BoxFuture<'static, ()>> {
        match self {
            Self::Fixed(_) => None,
            Self::Fetched(fetched) => Some(Box::pin(keep(Arc::downgrade(fetched)))),
        }
    }

    pub(super) fn health(&self) -> Health {
        let Self::Fetched(fetched) = self else {
            return Health::Ready;
        };
        match (fetched.usable(), *fetched.mode.lock()) {
            (None, _) => Health::NotReady,
            (Some(_), Mode::Fresh) => Health::Ready,
            (Some(_), _) => Health::Degraded,
        }
    }

    pub(super) async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Key>, Rejected> {
        let found = match self {
            Self::Fixed(keys) => keys.find(id, algorithm),
            Self::Fetched(fetched) => fetched.find(id, algorithm).await?,
        };
        found.ok_or_else(|| Rejected::Invalid("no key of the issuer fits it".into()))
    }
}

/// Goes on until nobody has any use for the keys.
async fn keep(keys: Weak<Fetched>) {
    let mut failures = 0;
    loop {
        let Some(fetched) = keys.upgrade() else {
            return;
        };
        // A request may have been faster.
        let age = fetched.age();
        if age.is_none_or(|age| age + EARLY > FRESH) {
            match fetched.refresh(Duration::ZERO).await {
                true => failures = 0,
                false => failures += 1,
            }
        }
        let wait = fetched.wait(failures, rand::random());
        drop(fetched);
        sleep(wait).await;
    }
}

impl Fetched {
    async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<Arc<Key>>, Rejected> {
        let mut snapshot = match self.usable() {
            Some(snapshot) => snapshot,
            None => {
                self.refreshed(AGAIN).await;
                self.usable().ok_or_else(|| {
                    Rejected::Unavailable("the issuer's keys cannot be fetched".into())
                })?
            }
        };
        if snapshot.fetched.elapsed() > FRESH {
            self.refresh_aside();
        }
        if let Some(key) = snapshot.keys.find(id, algorithm) {
            return Ok(Some(key));
        }
        if self.refreshed(COOLDOWN).await
            && let Some(newer) = self.usable()
        {
            snapshot = newer;
        }
        Ok(snapshot.keys.find(id, algorithm))
    }

    fn usable(&self) -> Option<Arc<Snapshot>> {
        let snapshot = self.current.load_full()?;
        (snapshot.fetched.elapsed() < FRESH + STALE).then_some(snapshot)
    }

    fn age(&self) -> Option<Duration> {
        let snapshot = self.current.load_full()?;
        Some(snapshot.fetched.elapsed())
    }

    /// How long until the next fetch. `random` is in 0..1: servers that started together do not all ask together.
    fn wait(&self, failures: u32, random: f64) -> Duration {
        match (failures, self.usable()) {
            (0, Some(snapshot)) => {
                let due = FRESH - EARLY.mul_f64(random);
                due.saturating_sub(snapshot.fetched.elapsed())
                    .max(Duration::from_secs(1))
            }
            (_, Some(_)) => COOLDOWN + COOLDOWN.mul_f64(random),
            (failures, None) => {
                let bound = Duration::from_secs(1 << failures.min(5)).min(COOLDOWN);
                bound / 2 + bound.mul_f64(random / 2.0)
            }
        }
    }

    /// Waits for newer keys, as long as a request may wait. Says whether there are any.
    async fn refreshed(self: &Arc<Self>, cooldown: Duration) -> bool {
        timeout(TIMEOUT, self.refresh(cooldown))
            .await
            .unwrap_or(false)
    }

    /// Fetches, unless another fetch was over less than `cooldown` ago. Says whether there is a newer set than before.
    async fn refresh(self: &Arc<Self>, cooldown: Duration) -> bool {
        let asked = Instant::now();
        if self.is_too_soon(cooldown) {
            return false;
        }
        let turn = Arc::clone(&self.fetching).lock_owned().await;
        // Whoever waited for another's fetch has what it brought: if it brought nothing, the next one need not wait again.
        let since = self.last.lock().is_some_and(|over| over >= asked);
        if since || self.is_too_soon(cooldown) {
            let current = self.current.load();
            return current
                .as_ref()
                .is_some_and(|snapshot| snapshot.fetched >= asked);
        }
        let fetching = Arc::clone(self);
        // In a task of its own: whoever asked first may go away, and the others wait for it too.
        let fetched = tokio::spawn(async move {
            let _turn = turn;
            fetching.fetch().await
        });
        fetched.await.unwrap_or(false)
    }

    /// Fetches, unless somebody does, for whoever comes next.
    fn refresh_aside(self: &Arc<Self>) {
        if self.is_too_soon(COOLDOWN) {
            return;
        }
        let Ok(turn) = Arc::clone(&self.fetching).try_lock_owned() else {
            return;
        };
        let fetching = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = turn;
            fetching.fetch().await;
        });
    }

    fn is_too_soon(&self, cooldown: Duration) -> bool {
        let last = *self.last.lock();
        last.is_some_and(|over| over.elapsed() < cooldown)
    }

    async fn fetch(&self) -> bool {
        let fetched = self.source.fetch(&self.client).await;
        let over = Instant::now();
        *self.last.lock() = Some(over);
        let (keys, error) = match fetched {
            Ok(keys) => (Some(keys), None),
            Err(error) => (None, Some(error)),
        };
        let is_newer = keys.is_some();
        if let Some(keys) = keys {
            let snapshot = Snapshot {
                keys,
                fetched: over,
            };
            self.current.store(Some(Arc::new(snapshot)));
        }
        self.enter(match (is_newer, self.usable()) {
            (true, _) => Mode::Fresh,
            (false, Some(_)) => Mode::Old,
            (false, None) => Mode::Closed,
        });
        if let Some(error) = error {
            tracing::debug!(source = ?self.source, error = &*error, "the issuer's keys were not fetched");
        }
        is_newer
    }

    /// Says so where it is another mode than before, and not each time that a fetch fails.
    fn enter(&self, mode: Mode) {
        let before = std::mem::replace(&mut *self.mode.lock(), mode);
        if before == mode {
            return;
        }
        let source = &self.source;
        match mode {
            Mode::Cold => {}
            Mode::Fresh => tracing::info!(?source, "the issuer's keys are here"),
            Mode::Old => tracing::warn!(
                ?source,
                "the issuer's keys cannot be fetched: the old ones serve for an hour"
            ),
            Mode::Closed => tracing::warn!(
                ?source,
                "the issuer's keys cannot be fetched: none of its tokens is taken"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(range: std::ops::RangeInclusive<f64>, wait: Duration) {
        assert!(range.contains(&wait.as_secs_f64()), "{wait:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_fetch_comes_before_the_keys_are_old_and_after_a_failure_not_at_once() {
        let Keys::Fetched(keys) = Keys::at("http://127.0.0.1:1/jwks".to_owned()) else {
            unreachable!()
        };
        for random in [0.0, 0.5, 0.999] {
            seconds(0.5..=2.0, keys.wait(1, random));
            seconds(2.0..=4.0, keys.wait(2, random));
            seconds(15.0..=30.0, keys.wait(9, random));
        }
        // RFC 8037, appendix A.2.
        let key =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let set = serde_json::from_str(&format!(r#"{{"keys":[{key}]}}"#)).unwrap();
        keys.current.store(Some(Arc::new(Snapshot {
            keys: KeySet::new(&set).unwrap(),
            fetched: Instant::now(),
        })));
        for random in [0.0, 0.5, 0.999] {
            seconds(480.0..=600.0, keys.wait(0, random));
            seconds(30.0..=60.0, keys.wait(1, random));
            seconds(30.0..=60.0, keys.wait(9, random));
        }
    }
}
