//! Figures of a server at work, kept in the process: how many calls, how they ended, how long they took.
//!
//! Their labels are the names of registered tools and outcomes, and nothing a caller sent: what a caller can choose, a caller can make
//! too many of.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::facts::{CacheUse, Noted};
use crate::policy::audit::Sink;
use crate::policy::telemetry::End;
use crate::store::Health;

/// The upper bounds of the duration buckets; a last one has everything beyond.
pub const DURATION_BOUNDS: [Duration; 16] = [
    Duration::from_micros(100),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// More outcomes than the runtime has words for; what does not fit is counted as `other`.
const OUTCOMES: usize = 32;

/// A view of a server's figures that lasts beyond [`Server::run`](crate::Server::run).
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 { a + b }
///
/// let server = Server::new("calculator").mount(tools![add]);
/// let metrics = server.metrics();
/// // .. `server.run()` in one task, and in another:
/// for tool in metrics.snapshot().tools {
///     println!("{}: {} calls in {:?}", tool.name, tool.total(), tool.duration.sum);
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<OnceLock<Meters>>);

/// The meters of every tool, and one for calls of tools that are not there.
#[derive(Debug)]
pub(crate) struct Meters {
    pub(crate) tools: Vec<(String, Arc<Meter>)>,
    pub(crate) unknown: Arc<AtomicU64>,
    pub(crate) flooded: Arc<AtomicU64>,
    pub(crate) audit: Arc<Sink>,
    /// Of the store, where there is one that can be away.
    pub(crate) store: Option<Arc<Health>>,
}

impl Metrics {
    pub(crate) fn set(&self, meters: Meters) {
        let _ = self.0.set(meters);
    }

    /// The figures as they are now. Empty until the server is built.
    pub fn snapshot(&self) -> Snapshot {
        let Some(meters) = self.0.get() else {
            return Snapshot::default();
        };
        let read = |(name, meter): &(String, Arc<Meter>)| meter.read(name.clone());
        let (audit_written, audit_lost) = meters.audit.figures();
        Snapshot {
            tools: meters.tools.iter().map(read).collect(),
            unknown_tool: meters.unknown.load(Ordering::Relaxed),
            flooded: meters.flooded.load(Ordering::Relaxed),
            audit_written,
            audit_lost,
            store_away: meters.store.as_ref().is_some_and(|store| store.is_away()),
        }
    }
}

/// A server's figures at one moment.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// Every registered tool, in the order they were mounted; those that nobody called too.
    pub tools: Vec<ToolMetrics>,
    /// Calls of tools that do not exist, or that the caller may not see.
    pub unknown_tool: u64,
    /// HTTP requests that the flood limit turned away.
    pub flooded: u64,
    /// Records in the audit file.
    pub audit_written: u64,
    /// Records that were dropped because the disk did not keep up.
    pub audit_lost: u64,
    /// Whether policies do without the store of shared state, because it does not answer: rates as their `on_error` says, caches not at all.
    pub store_away: bool,
}

/// One tool's figures. Everything counts from the server's start.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ToolMetrics {
    /// The name under which the tool is registered.
    pub name: String,
    /// Calls by outcome: `ok`, or the code of what went wrong.
    pub calls: Vec<(&'static str, u64)>,
    /// How often the tool itself was tried, retries included.
    pub attempts: u64,
    /// Calls answered by the cache.
    pub cache_hits: u64,
    /// Calls that no rate was checked for, while the store of its buckets was away (`on_error open`).
    pub unchecked: u64,
    /// Calls that passed this node's own share of their rates and no other count, while the store of the buckets was away (`on_error local`).
    pub checked_locally: u64,
    /// Calls of a tool that is `deprecated`, by callers who may call it.
    pub deprecated: u64,
    /// Bytes of arguments.
    pub bytes_in: u64,
    /// Bytes of answers.
    pub bytes_out: u64,
    /// How long calls took, waiting included.
    pub duration: Histogram,
}

impl ToolMetrics {
    /// All calls, whatever came of them.
    pub fn total(&self) -> u64 {
        self.calls.iter().map(|(_, calls)| calls).sum()
    }
}

/// How values are spread.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Histogram {
    /// How many values lie in each bucket: up to and including its bound in [`DURATION_BOUNDS`], above the one before; the last has the rest.
    pub buckets: [u64; DURATION_BOUNDS.len() + 1],
    /// All values together.
    pub sum: Duration,
}

/// One tool's counters. Writing takes no lock.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Each slot belongs to the first outcome that took it.
    outcomes: [(OnceLock<&'static str>, AtomicU64); OUTCOMES],
    other: AtomicU64,
    buckets: [AtomicU64; DURATION_BOUNDS.len() + 1],
    nanos: AtomicU64,
    attempts: AtomicU64,
    cache_hits: AtomicU64,
    unchecked: AtomicU64,
    checked_locally: AtomicU64,
    deprecated: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Meter {
    pub(crate) fn count(&self, end: &End, facts: &Noted<'_>) {
        self.outcome(end.outcome).fetch_add(1, Ordering::Relaxed);
        let bucket = DURATION_BOUNDS.partition_point(|bound| *bound < end.took);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        add(
            &self.nanos,
            u64::try_from(end.took.as_nanos()).unwrap_or(u64::MAX),
        );
        add(&self.attempts, u64::from(facts.attempts));
        add(&self.bytes_in, facts.bytes_in);
        add(&self.bytes_out, end.bytes_out);
        let hit = facts.cache.is_some_and(|cache| cache != CacheUse::Miss);
        add(&self.cache_hits, u64::from(hit));
    }

    /// A call passes that no rate was checked for.
    pub(crate) fn count_unchecked(&self) {
        self.unchecked.fetch_add(1, Ordering::Relaxed);
    }

    /// A call passes that this node alone has counted.
    pub(crate) fn count_local(&self) {
        self.checked_locally.fetch_add(1, Ordering::Relaxed);
    }

    /// A call of a tool that goes away.
    pub(crate) fn count_deprecated(&self) {
        self.deprecated.fetch_add(1, Ordering::Relaxed);
    }

    fn outcome(&self, outcome: &'static str) -> &AtomicU64 {
        let mine = |name: &OnceLock<&str>| *name.get_or_init(|| outcome) == outcome;
        let slot = self.outcomes.iter().find(|(name, _)| mine(name));
        slot.map_or(&self.other, |(_, calls)| calls)
    }

    fn read(&self, name: String) -> ToolMetrics {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let outcome = |(name, calls): &(OnceLock<&'static str>, AtomicU64)| {
            name.get().map(|name| (*name, load(calls)))
        };
        let other = Some(("other", load(&self.other))).filter(|(_, calls)| *calls > 0);
        ToolMetrics {
            name,
            calls: self
                .outcomes
                .iter()
                .filter_map(outcome)
                .chain(other)
                .collect(),
            attempts: load(&self.attempts),
            cache_hits: load(&self.cache_hits),
            unchecked: load(&self.unchecked),
            checked_locally: load(&self.checked_locally),
            deprecated: load(&self.deprecated),
            bytes_in: load(&self.bytes_in),
            bytes_out: load(&self.bytes_out),
            duration: Histogram {
                buckets: std::array::from_fn(|bucket| load(&self.buckets[bucket])),
                sum: Duration::from_nanos(load(&self.nanos)),
            },
        }
    }
}

/// Most calls have nothing to add to most counters, and a load is cheaper than a locked addition.
fn add(counter: &AtomicU64, amount: u64) {
    if amount > 0 {
        counter.fetch_add(amount, Ordering::Relaxed);
    }
}
