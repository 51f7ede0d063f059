//! Stage 6: `cache = ".."`, answers that are kept and given again.
//!
//! After authorization, so that nobody is given an answer they may not ask for; before the rate, so that a kept answer costs nothing. Calls
//! that ask for the same at the same time share one run of the tool (see [`flight`]).
//!
//! Refuses nothing of its own; where the store is away, every call is a miss. Keeps answers in the store, and in this process the runs under
//! way and, for `max`, the keys of the answers it kept.

mod bound;
mod flight;
mod kept;
mod key;
mod renewal;
pub(crate) mod tags;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use mcp_grammar::{Cache, Policies};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::bound::Bound;
use self::flight::{Flights, Landing};
use self::key::Shape;
use super::validation::Decoded;
use super::{attempt, timeout, validation};
use crate::answer::{Output, Source};
use crate::call::Call;
use crate::error::{ErrorKind, Refusal};
use crate::facts::CacheUse;
use crate::kind::Kind;
use crate::store::Key;

/// What comes after this stage.
pub(crate) type Next = fn(Decoded) -> BoxFuture<'static, Result<Output, Refusal>>;

/// How one tool's answers are kept.
#[derive(Debug)]
pub(crate) struct Rule {
    declared: Cache<'static>,
    flights: Arc<Flights>,
    bound: Option<Bound>,
    shape: OnceLock<Shape>,
    warned: AtomicBool,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'static>) -> Option<Arc<Self>> {
        let declared = policies.cache?;
        let max = declared
            .max
            .map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        Some(Arc::new(Self {
            declared,
            flights: Arc::default(),
            bound: max.map(Bound::new),
            shape: OnceLock::new(),
            warned: AtomicBool::new(false),
        }))
    }

    /// What is declared, and whether it keeps a caller's answers for the same caller alone.
    #[cfg(feature = "cli")]
    pub(crate) fn declared(&self, call: &Call) -> (&Cache<'static>, bool) {
        (&self.declared, self.shape(call).private)
    }

    /// Whether an answer may be given to others. One that was made of more than its key says is the call's own.
    fn is_shareable(&self, call: &Call) -> bool {
        let why = match (call.looks.at_caller(), call.looks.at_client()) {
            (true, _) if !self.shape(call).private => {
                "the cache is for everybody, and the tool looks at its caller; write `private`"
            }
            (_, true) => "the tool looks at its client, and no two clients need be alike",
            _ => return true,
        };
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(tool = &*call.tool.name, "an answer is not cached: {why}");
        }
        false
    }
}

/// The answer to a call: a kept one, that of an equal call which is running, or the tool's.
pub(crate) async fn answer(decoded: Decoded, next: Next) -> Result<Output, Refusal> {
    let Decoded { call, ready } = decoded;
    let rule = match &call.tool.policies.cache {
        // What a client answered to earlier questions is in no key.
        Some(rule) if call.rounds.is_first() => rule,
        _ => return next(Decoded { call, ready }).await,
    };
    // Whoever comes to run the tool reads the arguments anew, into a call of its own.
    drop(ready);
    let key = rule.key(&call);
    let (kept, since) = rule.look(&call, key).await;
    let run = || Run {
        rule: Arc::clone(rule),
        call: Arc::clone(&call),
        key,
        next,
    };
    // Without a name nothing is forgotten, and every run under way is as good as a new one.
    let named = !rule.declared.tags.is_empty() || call.tool.kind == Kind::Resource;
    let moment = since.filter(|_| named);
    if let Some(kept) = &kept {
        let Some(late) = kept.age.checked_sub(rule.fresh(key)) else {
            return Ok(given(&call, kept.output(Source::Hit)));
        };
        if rule.declared.swr.is_some_and(|swr| late < swr) {
            let stale = given(&call, kept.output(Source::Stale));
            run().in_background(moment);
            return Ok(stale);
        }
    }
    let started = Instant::now();
    call.watch.start();
    let (flight, is_new) = rule.flights.join(key, moment);
    let leads = AtomicBool::new(false);
    let waiting = flight.wait(|| {
        leads.store(true, Ordering::Relaxed);
        Box::pin(run().run())
    });
    // A run that this call began has an eye on the time itself, and stops the clock while a human is asked.
    let ours = || is_new && leads.load(Ordering::Relaxed);
    let outcome = timeout::within(&call, waiting, ours).await;
    match (outcome, kept, rule.declared.stale_if_error) {
        (Ok(output), ..) => Ok(given(&call, output)),
        (Err(refusal), Some(mut kept), Some(window)) if is_failure(&refusal) => {
            kept.age += started.elapsed();
            match kept.age < rule.fresh(key).saturating_add(window) {
                true => {
                    call.facts.cache(CacheUse::Stale);
                    Ok(kept.output(Source::Stale))
                }
                false => Err(refusal),
            }
        }
        (Err(refusal), ..) => {
            call.facts.cache(match leads.into_inner() {
                true => CacheUse::Miss,
                false => CacheUse::Shared,
            });
            Err(refusal)
        }
    }
}

/// Notes where an answer comes from.
fn given(call: &Call, output: Output) -> Output {
    call.facts.cache(match output.source {
        Source::Hit(_) => CacheUse::Hit,
        Source::Stale(_) => CacheUse::Stale,
        Source::Shared => CacheUse::Shared,
        Source::Tool | Source::Replay => CacheUse::Miss,
    });
    output
}

/// Whether the tool could not answer, rather than answered no or was not asked.
fn is_failure(refusal: &Refusal) -> bool {
    use ErrorKind::{Internal, Timeout, Transient};
    match refusal {
        Refusal::Tool(error) => matches!(error.kind(), Transient | Timeout | Internal),
        Refusal::Elapsed(_) | Refusal::Open(_) | Refusal::Panicked(_) => true,
        _ => false,
    }
}

/// A run of the tool for everyone who asks for the same.
struct Run {
    rule: Arc<Rule>,
    call: Arc<Call>,
    key: Key,
    next: Next,
}

impl Run {
    async fn run(self) -> Landing {
        let Self {
            rule,
            call,
            key,
            next,
        } = self;
        // The last run may have ended between this caller's look and its lead.
        let (kept, since) = rule.look(&call, key).await;
        if let Some(kept) = kept
            && kept.age < rule.fresh(key)
        {
            return Landing::Everyones(Ok(Arc::new(kept.output(Source::Hit))));
        }
        // The run belongs to all who wait: one of them going away does not cancel it, all of them going does.
        let cancelled = CancellationToken::new();
        let all_gone = cancelled.clone().drop_guard();
        let call = Arc::new(call.detached(cancelled));
        let ready = match validation::read(&call) {
            Ok(ready) => ready,
            Err(invalid) => return Landing::Own(Box::new(Err(invalid.into()))),
        };
        let decoded = Decoded {
            call: Arc::clone(&call),
            ready,
        };
        let outcome = next(decoded).await;
        all_gone.disarm();
        match outcome {
            Ok(output) if rule.is_shareable(&call) => {
                let output = Arc::new(output);
                if let Some(since) = since {
                    rule.keep(&call, key, &output, since).await;
                }
                Landing::Everyones(Ok(output))
            }
            Err(Refusal::Tool(error)) if rule.is_shareable(&call) && !attempt::is_panic(&error) => {
                Landing::Everyones(Err(Arc::new(error)))
            }
            outcome => Landing::Own(Box::new(outcome)),
        }
    }
}
