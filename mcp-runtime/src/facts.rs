//! What the stages note about a call on its way, for the record, the event and the figures at its end.
//!
//! A stage notes its own fact with one line, `call.facts.cache(CacheUse::Hit)`, and need not know who reads it. Facts outlive the
//! stages, so that a call whose future is dropped is told of like any other.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::policy::audit;
use crate::server::registry::Mounted;

/// The facts of one logical call.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    tool: OnceLock<Arc<Mounted>>,
    attempts: AtomicU32,
    bytes_in: AtomicU64,
    cache: OnceLock<CacheUse>,
    answered: OnceLock<&'static str>,
    pub(crate) audit: audit::Notes,
}

/// What the cache had to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CacheUse {
    /// The tool ran, and its answer may have been kept.
    Miss,
    /// The answer was there.
    Hit,
    /// The answer was there and past its time; a fresh one is being made.
    Stale,
    /// Another call was making the same answer.
    Shared,
}

impl CacheUse {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Miss => "miss",
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Shared => "shared",
        }
    }
}

impl Facts {
    /// Of a call that leaves an audit record, or of one that leaves none.
    pub(crate) fn new(recorded: bool) -> Self {
        Self {
            audit: audit::Notes::new(recorded),
            ..Self::default()
        }
    }

    /// The tool is there, and the caller may know of it.
    pub(crate) fn found(&self, tool: &Arc<Mounted>) {
        let _ = self.tool.set(Arc::clone(tool));
    }

    /// The tool is about to be tried, for the first time or again.
    pub(crate) fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// How large the arguments are.
    pub(crate) fn bytes_in(&self, bytes: u64) {
        self.bytes_in.store(bytes, Ordering::Relaxed);
    }

    /// What the cache had to do with the answer.
    pub(crate) fn cache(&self, cache: CacheUse) {
        let _ = self.cache.set(cache);
        if cache != CacheUse::Miss {
            self.answered("cache");
        }
    }

    /// A stage answered in the tool's place.
    pub(crate) fn answered(&self, step: &'static str) {
        let _ = self.answered.set(step);
    }

    /// What has been noted so far.
    pub(crate) fn read(&self) -> Noted<'_> {
        Noted {
            tool: self.tool.get(),
            attempts: self.attempts.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            cache: self.cache.get().copied(),
            answered: self.answered.get().copied(),
        }
    }
}

/// The facts at a call's end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noted<'a> {
    pub(crate) tool: Option<&'a Arc<Mounted>>,
    pub(crate) attempts: u32,
    pub(crate) bytes_in: u64,
    pub(crate) cache: Option<CacheUse>,
    answered: Option<&'static str>,
}

impl Noted<'_> {
    /// The stage that decided how the call ends; `refused` is the one that refused it, if one did.
    pub(crate) fn step(&self, refused: Option<&'static str>) -> &'static str {
        match (refused, self.answered) {
            // A tool's own failure comes from wherever its answer would have come from.
            (Some(step), _) if step != ATTEMPT => step,
            (_, answered) => answered.unwrap_or(ATTEMPT),
        }
    }

    /// Whether the tool ran, or a stage answered in its place.
    pub(crate) fn is_answered(&self) -> bool {
        self.attempts > 0 || self.answered.is_some()
    }
}

/// The step at which the tool itself runs.
pub(crate) const ATTEMPT: &str = "attempt";
