//! Stage 13: `concurrency = "8 queue 32 wait 2s"`, how many calls of a tool run at the same time.
//!
//! Refuses where no place is free and none becomes free in time, or where enough calls are waiting already. Who waits longest
//! goes first. A place is held for one attempt, not while a retry waits, and a place that is dropped is free at once.
//!
//! Keeps one [`Gate`] a tool, or, where it counts by a key, one a key, of which there is one exactly while somebody is inside or waits.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::per::{Missing, Per};
use super::timeout;
use crate::call::Call;
use crate::error::{Failure, Refusal};
use crate::store::{BuildKeyHasher, Key, KeySpace};

/// How many keys of one tool can be inside or wait at a time.
const MOST_KEYS: usize = 1 << 16;

/// How many calls run at the same time, and how many may wait.
#[derive(Debug)]
pub(crate) struct Rule {
    slots: u32,
    queue: u32,
    wait: Duration,
    per: Per,
    /// The one gate of all calls together, if that is what is counted.
    everybody: Option<Gate>,
    gates: Arc<Gates>,
}

/// There is no place for the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowded {
    /// As many calls as may run or wait do so.
    Full {
        slots: u32,
    },
    Missing(Missing),
}

impl Rule {
    pub(super) fn new(
        space: &KeySpace,
        tool: &str,
        declared: &mcp_grammar::Concurrency<'static>,
    ) -> Self {
        let per = Per::new(declared.keys, space.key("concurrency").text(tool));
        Self {
            slots: declared.slots,
            queue: declared.queue,
            wait: declared.wait,
            everybody: per.is_everybody().then(|| Gate::new(declared.slots)),
            per,
            gates: Arc::default(),
        }
    }
}

impl Crowded {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        match self {
            Self::Full { slots } => Failure::new(
                "busy",
                format!(
                    "`{tool}` is busy: no more than {slots} of these calls run at a time. Try again later."
                ),
            ),
            Self::Missing(missing) => missing.failure(tool),
        }
    }
}

/// A place to run in. Clones are the same place: it is free when the last of them is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    _held: Arc<(OwnedSemaphorePermit, Option<Visit>)>,
}

/// What a call's places are counted by.
#[cfg(feature = "cli")]
pub(crate) fn counted_by(call: &Call) -> Option<&Per> {
    let rule = call.tool.policies.concurrency.as_ref()?;
    Some(&rule.per)
}

/// Waits for a place to run in.
pub(crate) async fn enter(call: &Call) -> Result<Option<Slot>, Refusal> {
    let Some(rule) = &call.tool.policies.concurrency else {
        return Ok(None);
    };
    let full = Crowded::Full { slots: rule.slots };
    let mut visit = None;
    let gate = match &rule.everybody {
        Some(gate) => gate,
        None => {
            let key = rule.per.key(call).map_err(Crowded::Missing)?;
            let entered = rule.gates.visit(key, rule.slots).ok_or(full)?;
            &visit.insert(entered).gate
        }
    };
    let places = || Arc::clone(&gate.places);
    // Nobody jumps the queue here: a place that becomes free while somebody waits is theirs already.
    let permit = match places().try_acquire_owned() {
        Ok(permit) => permit,
        Err(_) => {
            let _waiting = Waiting::join(gate, rule.queue).ok_or(full)?;
            let acquired = timeout::queued(call, rule.wait, places().acquire_owned()).await?;
            acquired.and_then(Result::ok).ok_or(full)?
        }
    };
    Ok(Some(Slot {
        _held: Arc::new((permit, visit)),
    }))
}

/// The gates that somebody is at.
#[derive(Debug, Default)]
struct Gates(Mutex<Keyed>);

#[derive(Debug, Default)]
struct Keyed {
    /// Each with how many are at it. Its owners do not tell: whoever has left may own it for a moment longer.
    gates: HashMap<Key, (Arc<Gate>, usize), BuildKeyHasher>,
    /// Gates that everybody has left, for whoever comes next.
    left: Vec<Arc<Gate>>,
}

/// How many gates are kept for whoever comes next.
const MOST_LEFT: usize = 64;

#[derive(Debug)]
struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicU32,
}

impl Gate {
    fn new(slots: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(slots as usize)),
            waiting: AtomicU32::new(0),
        }
    }
}

impl Gates {
    fn visit(self: &Arc<Self>, key: Key, slots: u32) -> Option<Visit> {
        let Keyed { gates, left } = &mut *self.0.lock();
        if gates.len() >= MOST_KEYS && !gates.contains_key(&key) {
            return None;
        }
        let free = || (left.pop().unwrap_or_else(|| Arc::new(Gate::new(slots))), 0);
        let (gate, visits) = gates.entry(key).or_insert_with(free);
        *visits += 1;
        Some(Visit {
            gate: Arc::clone(gate),
            gates: Arc::clone(self),
            key,
        })
    }
}

/// Somebody is at a gate. It goes with the last one.
#[derive(Debug)]
struct Visit {
    gates: Arc<Gates>,
    key: Key,
    gate: Arc<Gate>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        let Keyed { gates, left } = &mut *self.gates.0.lock();
        let Entry::Occupied(mut there) = gates.entry(self.key) else {
            return;
        };
        let (_, visits) = there.get_mut();
        *visits -= 1;
        if *visits > 0 {
            return;
        }
        // All places are free, and nobody waits.
        let (gate, _) = there.remove();
        if left.len() < MOST_LEFT {
            left.push(gate);
        }
    }
}

/// A place in the queue.
struct Waiting<'a>(&'a Gate);

impl<'a> Waiting<'a> {
    fn join(gate: &'a Gate, queue: u32) -> Option<Self> {
        let more = |waiting| (waiting < queue).then_some(waiting + 1);
        let joined = gate
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        joined.ok().map(|_| Self(gate))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

tokio::task_local! {
    static HELD: Slot;
}

/// Runs one attempt in its place, which it can hand on to a thread of its own.
pub(crate) async fn inside<T>(slot: Slot, work: impl Future<Output = T>) -> T {
    HELD.scope(slot, work).await
}

/// The place this attempt runs in, for work that goes on when the attempt is over.
pub(crate) fn held() -> Option<Slot> {
    HELD.try_with(Slot::clone).ok()
}

#[cfg(test)]
mod tests;
