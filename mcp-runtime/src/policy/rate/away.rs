//! What becomes of rates while the store of their buckets is away.
//!
//! By each bucket's `on_error`: `closed` refuses every call, `local` has this node keep its own share of the limit, and `open` lets
//! every call through, counted by tool. The strictest of a tool's buckets decides. Each change is one line in the log.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mcp_grammar::{Count, OnError};
use parking_lot::Mutex;

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
    /// How many calls of which tool went through uncounted.
    blind: Mutex<BTreeMap<String, u64>>,
}

impl Limiter {
    /// `nodes` is how many servers share the store: each keeps to that part of the limits.
    pub(crate) fn new(nodes: NonZero<u32>) -> Self {
        Self {
            local: MemoryStore::new(),
            nodes,
            away: AtomicBool::new(false),
            blind: Mutex::default(),
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
            Ok(_) if self.away.load(Ordering::Relaxed) => self.is_back(),
            Ok(_) => {}
            Err(error) => self.is_away(error),
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
        let buckets = || call.tool.policies.rate.taken_from(what).zip(charges);
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
            let tool = call.tool.name.clone();
            *self.blind.lock().entry(tool).or_default() += 1;
        }
        Ok(Taken::All)
    }

    /// How many calls were let through uncounted, by tool.
    pub(crate) fn blind(&self) -> Vec<(String, u64)> {
        let blind = self.blind.lock();
        blind
            .iter()
            .map(|(tool, calls)| (tool.clone(), *calls))
            .collect()
    }

    fn is_away(&self, error: &StoreError) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the store of rate limits is away: each rate's `on_error` holds");
        }
    }

    fn is_back(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                blind = ?self.blind(),
                "the store of rate limits is back; `blind` calls were let through uncounted"
            );
        }
    }
}
