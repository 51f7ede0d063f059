//! An issuer's keys: fetched once, refreshed behind the scenes, and kept for a while when the issuer is away.
//!
//! Fresh for 10 minutes; then refreshed while the old set still serves, for another 60 minutes at most; then closed. An unknown key id may cause one fetch
//! every 30 seconds; an issuer that is away is asked again after 5. A fetch follows no redirect, takes at most 5 seconds and 1 MiB, and goes over https
//! unless the issuer is on this machine.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jsonwebtoken::jwk::JwkSet;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::Rejected;
use super::algorithm::Algorithm;
use super::fetch::{Client, FetchError, guarded, is_local};
use super::keyset::{Key, KeySet};
use crate::error::ServerError;

/// How long a set of keys is used without asking again (as `jose` does).
const FRESH: Duration = Duration::from_secs(10 * 60);

/// How much longer it is used while the issuer does not answer.
const STALE: Duration = Duration::from_secs(60 * 60);

/// How soon after a fetch an unknown key id may cause another one.
const COOLDOWN: Duration = Duration::from_secs(30);

/// How soon after a fetch that failed another one is tried, where there are no keys at all.
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
    /// One fetch at a time; when the last one was over.
    fetching: Mutex<Option<Instant>>,
}

#[derive(Debug)]
enum Source {
    /// The issuer, whose metadata says where its keys are.
    Issuer(String),
    Keys(String),
}

#[derive(Debug)]
struct Snapshot {
    keys: KeySet,
    fetched: Instant,
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
            fetching: Mutex::new(None),
        }))
    }

    /// Checks the address.
    pub(super) fn start(&self) -> Result<(), ServerError> {
        let Self::Fetched(fetched) = self else {
            return Ok(());
        };
        let (Source::Issuer(address) | Source::Keys(address)) = &fetched.source;
        guarded(address)
            .map(drop)
            .map_err(|why| ServerError::new(format!("`{address}` is no address of keys: {why}")))
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

impl Fetched {
    async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<Arc<Key>>, Rejected> {
        let mut snapshot = match self.usable() {
            Some(snapshot) => snapshot,
            None => {
                self.refresh(AGAIN).await;
                self.usable().ok_or_else(|| {
                    Rejected::Unavailable("the issuer's keys cannot be fetched".into())
                })?
            }
        };
        if snapshot.fetched.elapsed() > FRESH {
            let again = Arc::clone(self);
            tokio::spawn(async move { again.refresh(COOLDOWN).await });
        }
        if let Some(key) = snapshot.keys.find(id, algorithm) {
            return Ok(Some(key));
        }
        if self.refresh(COOLDOWN).await
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

    /// Fetches, unless another fetch was over less than `cooldown` ago. Says whether there is a newer set than before.
    async fn refresh(&self, cooldown: Duration) -> bool {
        let asked = Instant::now();
        let mut last = self.fetching.lock().await;
        // Whoever waited for another's fetch has what it brought: if it brought nothing, the next one need not wait again.
        if last.is_some_and(|over| over.elapsed() < cooldown) {
            let current = self.current.load();
            return current
                .as_ref()
                .is_some_and(|snapshot| snapshot.fetched >= asked);
        }
        let fetched = self.fetch().await;
        let over = Instant::now();
        *last = Some(over);
        match fetched {
            Ok(keys) => {
                let snapshot = Snapshot {
                    keys,
                    fetched: over,
                };
                self.current.store(Some(Arc::new(snapshot)));
                true
            }
            Err(error) => {
                tracing::warn!(source = ?self.source, error = &*error, "the issuer's keys were not fetched");
                false
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let address = match &self.source {
            Source::Keys(address) => guarded(address)?,
            Source::Issuer(issuer) => self.discover(issuer).await?,
        };
        let keys = KeySet::new(&self.client.json::<JwkSet>(address).await?);
        match keys.is_empty() {
            true => Err("no key in it can verify a signature".into()),
            false => Ok(keys),
        }
    }

    /// Where an issuer's keys are: its metadata says so, and must be its own.
    async fn discover(&self, issuer: &str) -> Result<Url, FetchError> {
        #[derive(serde::Deserialize)]
        struct Metadata {
            issuer: String,
            jwks_uri: String,
        }
        let own = guarded(issuer)?;
        let mut found = Err("no metadata".into());
        for address in well_known(&own) {
            found = self.client.json::<Metadata>(guarded(&address)?).await;
            if found.is_ok() {
                break;
            }
        }
        let metadata = found?;
        // RFC 8414, section 3.3: to the letter, or another issuer could pose as this one.
        if metadata.issuer != issuer {
            return Err("the metadata names another issuer".into());
        }
        let keys = guarded(&metadata.jwks_uri)?;
        // An issuer elsewhere has no business with what listens on this machine.
        match is_local(&keys) && !is_local(&own) {
            true => Err("the metadata points to this machine".into()),
            false => Ok(keys),
        }
    }
}

/// RFC 8414 puts its path before the issuer's, OpenID Connect Discovery after it.
fn well_known(issuer: &Url) -> [String; 2] {
    let path = issuer.path().trim_end_matches('/');
    let origin = issuer.origin().ascii_serialization();
    [
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ]
}
