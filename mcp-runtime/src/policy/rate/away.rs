//! What becomes of rates while the store of their buckets is away.
//!
//! By each bucket's `on_error`: `closed` refuses every call, `local` has this node keep its own share of the limit, and `open` lets
//! every call through. What passes either way is counted by tool. The strictest of a tool's buckets decides.

use std::num::NonZero;
use std::time::Duration;

use mcp_grammar::{Count, OnError};

use super::{Charges, Limited};
use crate::call::Call;
use crate::store::{MemoryStore, Taken};

/// When a refused call may come back: a store that is away is asked again once a second.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// Stands in for the store of the buckets.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// The buckets of this node alone.
    local: MemoryStore,
    nodes: NonZero<u32>,
}

impl Limiter {
    /// `nodes` is how many servers share the store: each keeps to that part of the limits.
    pub(crate) fn new(nodes: NonZero<u32>) -> Self {
        Self {
            local: MemoryStore::new(),
            nodes,
        }
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
        match says(OnError::Open) {
            true => call.tool.meter.count_unchecked(),
            false => call.tool.meter.count_local(),
        }
        Ok(Taken::All)
    }
}
