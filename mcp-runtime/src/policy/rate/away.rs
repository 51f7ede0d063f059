//! What becomes of rates while the store of their buckets is away.
//!
//! By each bucket's `on_error`: `closed` refuses every call, `local` has this node keep its own share of the limit, and `open` lets
//! every call through, counted by tool. The strictest of a tool's buckets decides. Each change is one line in the log.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mcp_grammar::{Count, OnError};

use super::{Charges, Limited};
use crate::call::Call;
use crate::store::{MemoryStore, Store, StoreError, Taken};

/// A store that is slower than this is away: no call waits longer for permission.
const PATIENCE: Duration = Duration::from_millis(50);

/// When a refused call may come back: the store is asked again by every call, so soon.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// Stands in for the store of the buckets.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// The buckets of this node alone.
    local: MemoryStore,
    nodes: NonZero<u32>,
    away: AtomicBool,
}

impl Limiter {
    /// `nodes` is how many servers share the store: each keeps to that part of the limits.
    pub(crate) fn new(nodes: NonZero<u32>) -> Self {
        Self {
            local: MemoryStore::new(),
            nodes,
            away: AtomicBool::new(false),
        }
    }

    /// Asks the store, and notices when it goes away and comes back.
    pub(super) async fn ask(
        &self,
        store: &dyn Store,
        charges: &Charges,
    ) -> Result<Taken, StoreError> {
        let late = |_| Err(StoreError::new("no answer in time"));
        let answer = tokio::time::timeout(PATIENCE, store.take(charges));
        let answer = answer.await.unwrap_or_else(late);
        match &answer {
            Ok(_) if self.is_away() => self.comes_back(),
            Ok(_) => {}
            Err(error) => self.goes(error),
        }
        answer
    }

    /// Decides without the store.
    pub(super) fn decide(
        &self,
        call: &Call,
        what: Count,
        charges: &Charges,
    ) -> Result<Taken, Limited> {
        let buckets = || call.tool.policies.rate.taken_from(call, what).zip(charges);
        let says = |mode| buckets().any(move |(bucket, _)| bucket.on_error == mode);
        if says(OnError::Closed) {
            return Err(Limited::Away);
        }
        let local = buckets()
            .enumerate()
            .filter(|(_, (bucket, _))| bucket.on_error == OnError::Local);
        let (places, shares): (Vec<usize>, Charges) = local
            .map(|(place, (bucket, charge))| (place, bucket.share(charge, self.nodes)))
            .unzip();
        if let Taken::Short { index, wait } = self.local.charge(&shares) {
            let index = places[index];
            return Ok(Taken::Short { index, wait });
        }
        if says(OnError::Open) {
            call.tool.meter.count_unchecked();
        }
        Ok(Taken::All)
    }

    /// Whether the store did not answer when it was last asked.
    pub(crate) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    fn goes(&self, error: &StoreError) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the store of rate limits is away: each rate's `on_error` holds");
        }
    }

    fn comes_back(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            tracing::warn!("the store of rate limits is back");
        }
    }
}
