//! What a program has run at the start and at the end of its server, and what the server itself does last.
//!
//! Start and stop hooks stand in one row, as they were given. What was begun is ended: where a start hook fails, or the server is told to stop
//! before the last one is done, the stop hooks that stand before that point run, and no others.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
#[cfg(feature = "auth")]
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Server;
use crate::error::{Cause, Result, ServerError};
use crate::policy::audit::Sink;
use crate::task::Ledger;

/// How long the stop hooks may take, all together.
pub(super) const STOP_HOOKS: Duration = Duration::from_secs(5);

/// How long each thing may take that the server does after them: the ends of the last tasks and calls, and the end of the audit file.
const OWN: Duration = Duration::from_secs(5);

type Start = Box<dyn FnOnce() -> BoxFuture<'static, Result<(), Cause>> + Send>;
type Stop = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

enum Hook {
    Start(Start),
    Stop(Stop),
}

/// The hooks of a server.
#[derive(Default)]
pub(super) struct Hooks {
    given: Mutex<Vec<Hook>>,
    /// The stop hooks that are to run, in the order in which they were given.
    due: Mutex<Vec<Stop>>,
    audit: OnceLock<Arc<Sink>>,
    tasks: OnceLock<Arc<Ledger>>,
    /// What calls that were dropped left to do.
    pub(super) aftermath: TaskTracker,
}

impl Server {
    /// Runs before the server takes its first call: to connect, to warm up, to check. In the order they were given.
    ///
    /// A hook that fails or panics keeps the server from starting, and its error is the reason given.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// async fn migrate() -> std::io::Result<()> {
    ///     Ok(())
    /// }
    ///
    /// let server = Server::new("crm").on_start(migrate);
    /// ```
    pub fn on_start<F, E>(self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let hook: Start = Box::new(|| {
            let running = hook();
            Box::pin(async { running.await.map_err(Into::into) })
        });
        self.hooked(Hook::Start(hook))
    }

    /// Runs when the server has stopped and its last call is over: to flush, to say goodbye. The last one given runs first.
    ///
    /// It ends what the start hooks before it began, so it runs if all of them were done, also where a later one failed and the server never
    /// took a call. One that panics keeps the others from nothing. All together have 5 seconds; what is not done by then is left undone.
    pub fn on_stop<F>(self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let hook: Stop = Box::new(|| Box::pin(hook()));
        self.hooked(Hook::Stop(hook))
    }

    fn hooked(self, hook: Hook) -> Self {
        self.given.lifecycle.hooks.given.lock().push(hook);
        self
    }
}

impl Hooks {
    /// Opens the audit file before any hook runs, and closes it when all have run.
    pub(super) fn keep(&self, audit: &Arc<Sink>) {
        let _ = self.audit.set(Arc::clone(audit));
    }

    /// Writes down what the last tasks came to, once the stop hooks have run.
    pub(super) fn settle(&self, tasks: &Arc<Ledger>) {
        let _ = self.tasks.set(Arc::clone(tasks));
    }

    /// Does this from here in the row of start hooks to the same place in that of stop hooks; no longer in a server that is dropped before.
    #[cfg(feature = "auth")]
    pub(super) fn accompany(&self, work: BoxFuture<'static, ()>) {
        let ended = CancellationToken::new();
        let over = ended.clone().drop_guard();
        let begin: Start = Box::new(|| {
            tokio::spawn(async move { ended.run_until_cancelled(work).await });
            Box::pin(async { Ok(()) })
        });
        let end: Stop = Box::new(|| {
            drop(over);
            Box::pin(async {})
        });
        let both = [Hook::Start(begin), Hook::Stop(end)];
        self.given.lock().extend(both);
    }

    /// Takes over the hooks of a server that becomes a part of this one.
    pub(super) fn adopt(&self, other: &Self) {
        let theirs = std::mem::take(&mut *other.given.lock());
        self.given.lock().extend(theirs);
    }

    /// Runs the start hooks. Only the first call does anything. Where one fails, what was begun has been ended.
    pub(super) async fn start(&self) -> Result<()> {
        let started = self.begin().await;
        if started.is_err() {
            self.stop().await;
        }
        started
    }

    async fn begin(&self) -> Result<()> {
        if let Some(audit) = self.audit.get() {
            audit.open()?;
        }
        let hooks = std::mem::take(&mut *self.given.lock());
        for hook in hooks {
            match hook {
                Hook::Stop(stop) => self.due.lock().push(stop),
                Hook::Start(start) => begin(start).await?,
            }
        }
        Ok(())
    }

    /// Runs the stop hooks that are due, the last one first, and then ends what is the server's own. Only the first call does anything.
    pub(super) async fn stop(&self) {
        let hooks = std::mem::take(&mut *self.due.lock());
        let run = async {
            for hook in hooks.into_iter().rev() {
                // What a hook does before it is awaited counts, too.
                let hook = AssertUnwindSafe(async { hook().await });
                if hook.catch_unwind().await.is_err() {
                    tracing::error!("a stop hook panicked; the others run all the same");
                }
            }
        };
        if tokio::time::timeout(STOP_HOOKS, run).await.is_err() {
            tracing::warn!(after = ?STOP_HOOKS, "the stop hooks did not finish in time");
        }
        // A hook that hangs takes nothing from these.
        if let Some(tasks) = self.tasks.get()
            && tokio::time::timeout(OWN, tasks.idle()).await.is_err()
        {
            tracing::warn!(after = ?OWN, "the ends of some tasks were not written down in time");
        }
        self.aftermath.close();
        if tokio::time::timeout(OWN, self.aftermath.wait())
            .await
            .is_err()
        {
            tracing::warn!(after = ?OWN, "what some calls left to be written down was not done in time");
        }
        if let Some(audit) = self.audit.get()
            && tokio::time::timeout(OWN, audit.close()).await.is_err()
        {
            tracing::warn!(after = ?OWN, "the audit file was not closed in time");
        }
    }
}

async fn begin(hook: Start) -> Result<()> {
    let hook = AssertUnwindSafe(async { hook().await });
    match hook.catch_unwind().await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(cause)) => Err(match cause.downcast::<ServerError>() {
            // It says of itself what did not start.
            Ok(own) => *own,
            Err(cause) => ServerError::because("a start hook failed", cause),
        }),
        // The panic has said why, where the program's panics go.
        Err(_) => Err(ServerError::new("a start hook panicked")),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::Instant;

    use super::*;

    type Log = Arc<Mutex<Vec<&'static str>>>;

    fn note(log: &Log, event: &'static str) -> impl Fn() + Send + 'static {
        let log = Arc::clone(log);
        move || log.lock().push(event)
    }

    /// Two start hooks, each with the stop hook that ends what it begins. The second one does this.
    fn server<F>(log: &Log, second: impl FnOnce() -> F + Send + 'static) -> Server
    where
        F: Future<Output = Result<(), ServerError>> + Send + 'static,
    {
        let (one, not_one, not_two) = (note(log, "1"), note(log, "not 1"), note(log, "not 2"));
        Server::new("test")
            .on_start(move || async move {
                one();
                Ok::<(), ServerError>(())
            })
            .on_stop(move || async move { not_one() })
            .on_start(second)
            .on_stop(move || async move { not_two() })
    }

    async fn never_served() -> Result<()> {
        panic!("must not serve")
    }

    #[tokio::test]
    async fn a_start_hook_that_fails_ends_what_was_begun_before_it_and_no_more() {
        let log = Log::default();
        let core = server(&log, || async { Err(ServerError::new("away")) });
        let core = core.build().unwrap();
        let refused = core.lifecycle.live(never_served()).await.unwrap_err();
        assert_eq!(refused.to_string(), "away");
        assert_eq!(*log.lock(), ["1", "not 1"]);
    }

    #[tokio::test]
    async fn a_start_hook_that_panics_is_one_that_fails() {
        async fn panics() -> Result<()> {
            panic!("the reason")
        }
        let log = Log::default();
        let core = server(&log, panics).build().unwrap();
        let refused = core.lifecycle.live(never_served()).await.unwrap_err();
        assert_eq!(refused.to_string(), "a start hook panicked");
        assert_eq!(*log.lock(), ["1", "not 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_told_to_stop_while_it_starts_ends_what_was_begun() {
        let log = Log::default();
        let core = server(&log, pending).build().unwrap();
        let stop = async {
            tokio::task::yield_now().await;
            core.lifecycle.close();
        };
        let (ended, ()) = tokio::join!(core.lifecycle.live(never_served()), stop);
        ended.unwrap();
        assert_eq!(*log.lock(), ["1", "not 1"]);
    }

    #[tokio::test]
    async fn an_embedded_server_that_does_not_start_ends_what_was_begun() {
        let log = Log::default();
        let core = server(&log, || async { Err(ServerError::new("away")) });
        core.build().unwrap().lifecycle.start().await.unwrap_err();
        assert_eq!(*log.lock(), ["1", "not 1"]);
    }

    #[tokio::test]
    async fn a_stop_hook_that_panics_keeps_the_others_from_nothing() {
        let log = Log::default();
        let core = server(&log, || async { Ok(()) })
            .on_stop(|| async { panic!("in its future") })
            .on_stop(|| -> std::future::Ready<()> { panic!("before it") })
            .build()
            .unwrap();
        core.lifecycle.live(async { Ok(()) }).await.unwrap();
        assert_eq!(*log.lock(), ["1", "not 2", "not 1"]);
    }

    #[cfg(feature = "auth")]
    #[tokio::test]
    async fn what_accompanies_a_server_goes_on_until_it_ends_or_is_dropped() {
        for dropped in [false, true] {
            let core = Server::new("test").build().unwrap();
            let (began, has_begun) = tokio::sync::oneshot::channel();
            let (held, ended) = tokio::sync::oneshot::channel::<()>();
            core.lifecycle.accompany(Box::pin(async {
                let _held = held;
                began.send(()).unwrap();
                pending::<()>().await;
            }));
            core.lifecycle.start().await.unwrap();
            has_begun.await.unwrap();
            match dropped {
                true => drop(core),
                false => core.lifecycle.stop().await,
            }
            assert!(ended.await.is_err());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stop_hooks_have_a_deadline_of_their_own() {
        let core = Server::new("test").on_stop(pending).build().unwrap();
        let begun = Instant::now();
        core.lifecycle.live(async { Ok(()) }).await.unwrap();
        assert_eq!(begun.elapsed(), STOP_HOOKS);
    }

    #[tokio::test]
    async fn a_stop_hook_that_hangs_does_not_keep_the_audit_file_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.ndjson");
        let core = Server::new("test").audit_file(&file).on_stop(pending);
        let core = core.build().unwrap();
        core.lifecycle.start().await.unwrap();
        // The file is written by a thread, which paused time does not wait for: only the hook's time is skipped.
        tokio::time::pause();
        let stop = core.lifecycle.stop();
        tokio::pin!(stop);
        assert!((&mut stop).now_or_never().is_none());
        tokio::time::advance(STOP_HOOKS).await;
        tokio::time::resume();
        stop.await;
        assert!(crate::audit::verify(&file).unwrap().closed);
    }
}
