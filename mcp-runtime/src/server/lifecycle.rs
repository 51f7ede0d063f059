//! How a server starts, and how it comes to a stop: new calls are refused, those inside are answered, then the hooks run.
//!
//! A transport takes part in three ways: it stops accepting when [`Lifecycle::closed`] is ready, it goes on answering
//! until [`Lifecycle::drained`] is ready, and then it writes what is left and returns.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[cfg(feature = "auth")]
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::admission::{Admission, Closed, Inside};
use super::builder::LONGEST;
use super::hooks::Hooks;
use super::signals::Signals;
use super::{Core, Server};
use crate::error::{Result, ServerError};

/// How long calls in flight may go on once the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// How long calls whose time is up may take to say so, and a transport to write the last answers.
/// More than the 2 s that rmcp's loop takes for the same.
const FLUSH: Duration = Duration::from_secs(3);

/// A server's life: what runs at its start and its end, and who is inside.
pub(crate) struct Lifecycle {
    pub(crate) admission: Admission,
    pub(crate) drain: Duration,
    /// When those inside are turned out. Set once, when the server closes.
    deadline: OnceLock<Instant>,
    /// Cancelled when they are turned out before that.
    hurried: CancellationToken,
    /// How many were.
    cut_off: AtomicUsize,
    pub(super) hooks: Hooks,
}

impl Server {
    /// Sets how long calls in flight may go on once the server is told to stop. The default is 10 seconds.
    ///
    /// On SIGTERM, on SIGINT and at the end of stdin, new calls are refused and those in flight are answered. A call that is
    /// not done in time is cancelled and answered with an error that says so. A signal after the end of stdin cancels what is
    /// left without waiting, and a second one ends the process at once.
    pub fn drain(mut self, within: Duration) -> Self {
        self.given.lifecycle.drain = within.min(LONGEST);
        self
    }
}

impl Lifecycle {
    pub(super) fn new() -> Self {
        Self {
            admission: Admission::default(),
            drain: DRAIN,
            deadline: OnceLock::new(),
            hurried: CancellationToken::new(),
            cut_off: AtomicUsize::new(0),
            hooks: Hooks::default(),
        }
    }

    /// Lets a call in, unless the server is stopping.
    pub(crate) fn admit(&self) -> Result<Inside, Closed> {
        self.admission.admit()
    }

    /// Refuses new calls from now on, and gives those inside the drain time.
    pub(crate) fn close(&self) {
        self.deadline();
        self.admission.close();
    }

    /// Closes on a signal. Where the drain time runs already, since stdin has ended, it is over: a client that closes stdin and then signals
    /// waits no longer, and what it would kill next could neither record its calls nor run its hooks.
    fn close_on_signal(&self) {
        if self.deadline.get().is_some() {
            self.hurried.cancel();
        }
        self.close();
    }

    /// When those inside are turned out. The drain time begins with the first to ask, where the server has not closed before.
    fn deadline(&self) -> Instant {
        *self.deadline.get_or_init(|| Instant::now() + self.drain)
    }

    /// Becomes ready when the drain time is over, which begins at this call where the server has not closed before.
    pub(crate) fn overdue(&self) -> impl Future<Output = ()> {
        let deadline = self.deadline();
        async move {
            tokio::select! {
                () = tokio::time::sleep_until(deadline) => {}
                () = self.hurried.cancelled() => {}
            }
        }
    }

    /// Becomes ready when new calls are refused.
    pub(crate) async fn closed(&self) {
        self.admission.closed().await;
    }

    /// Becomes ready when the server has closed and no call is inside any more.
    pub(crate) async fn drained(&self) {
        self.closed().await;
        tokio::select! {
            biased;
            () = self.admission.emptied() => return,
            () = self.overdue() => {}
        }
        let left = self.admission.in_flight();
        self.cut_off.fetch_max(left, Ordering::AcqRel);
        self.admission.turn_out();
        // A call ends at its next await. One that blocks its thread is not waited for.
        let _ = tokio::time::timeout(FLUSH, self.admission.emptied()).await;
    }

    /// Does this from the server's start to its end, whichever way it ends.
    #[cfg(feature = "auth")]
    pub(crate) fn accompany(&self, work: BoxFuture<'static, ()>) {
        self.hooks.accompany(work);
    }

    /// Runs the start hooks.
    pub(crate) async fn start(&self) -> Result<()> {
        self.hooks.start().await
    }

    /// Runs the stop hooks.
    pub(crate) async fn stop(&self) {
        self.hooks.stop().await;
    }

    /// The whole life of a server on one transport, for a program that does nothing else: signals are heard here.
    pub(crate) async fn run(
        server: &Core,
        transport: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let lifecycle = &server.lifecycle;
        let mut signals = Signals::listen()
            .await
            .map_err(|error| ServerError::because("cannot listen for signals", error))?;
        let mut life = pin!(lifecycle.live(transport));
        tokio::select! {
            ended = &mut life => return ended,
            signal = signals.first() => {
                lifecycle.close_on_signal();
                tracing::info!(signal = signal.name(), in_flight = lifecycle.admission.in_flight(), "stopping");
            }
        }
        life.await
    }

    /// Start hooks, service, drain, stop hooks.
    pub(crate) async fn live(&self, transport: impl Future<Output = Result<()>>) -> Result<()> {
        tokio::select! {
            biased;
            () = self.closed() => {
                self.stop().await;
                return Ok(());
            }
            started = self.start() => started?,
        }
        // A transport that does not return by itself once it is drained is left behind.
        let overdue = async {
            self.drained().await;
            tokio::time::sleep(FLUSH).await;
        };
        let served = tokio::select! {
            biased;
            served = transport => served,
            () = overdue => {
                tracing::warn!(after = ?FLUSH, "the transport did not finish its last answers in time");
                Ok(())
            }
        };
        self.close();
        self.drained().await;
        self.stop().await;
        served?;
        match self.cut_off.load(Ordering::Acquire) {
            0 => Ok(()),
            cut_off if self.hurried.is_cancelled() => Err(ServerError::new(format!(
                "calls in flight that were cut off by a signal after the end of stdin: {cut_off}"
            ))),
            cut_off => Err(ServerError::new(format!(
                "calls in flight that were cut off after {:?}: {cut_off}",
                self.drain
            ))),
        }
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle")
            .field("in_flight", &self.admission.in_flight())
            .field("closed", &self.admission.is_closed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    type Log = Arc<Mutex<Vec<&'static str>>>;

    fn note(log: &Log, event: &'static str) -> impl Fn() + Send + 'static {
        let log = Arc::clone(log);
        move || log.lock().push(event)
    }

    fn server(log: &Log) -> Server {
        let (start, stop, last) = (
            note(log, "start"),
            note(log, "stop"),
            note(log, "stop last"),
        );
        Server::new("test")
            .on_start(move || async move {
                start();
                Ok::<(), ServerError>(())
            })
            .on_stop(move || async move { last() })
            .on_stop(move || async move { stop() })
    }

    #[tokio::test(start_paused = true)]
    async fn hooks_run_around_the_transport_and_the_drain() {
        let log = Log::default();
        let core = server(&log).build().unwrap();
        let inside = core.lifecycle.admit().unwrap();
        let (serving, left) = (note(&log, "serve"), note(&log, "last call"));
        let transport = async move {
            serving();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(9)).await;
                left();
                drop(inside);
            });
            Ok(())
        };
        core.lifecycle.live(transport).await.unwrap();
        assert_eq!(
            *log.lock(),
            ["start", "serve", "last call", "stop", "stop last"]
        );
        assert!(core.lifecycle.admit().is_err());
    }

    #[tokio::test]
    async fn a_failing_start_hook_refuses_to_boot_with_its_error() {
        let core = Server::new("test")
            .on_start(|| async { Err("the database is away") })
            .build()
            .unwrap();
        let refused = core.lifecycle.live(async { panic!("must not serve") });
        let error = refused.await.unwrap_err().to_string();
        assert_eq!(error, "a start hook failed: the database is away");
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_outlive_the_drain_are_turned_out_and_counted() {
        let core = Server::new("test")
            .drain(Duration::from_secs(4))
            .build()
            .unwrap();
        let inside = core.lifecycle.admit().unwrap();
        let begun = Instant::now();
        let call = tokio::spawn(async move { inside.turned_out().await });
        let error = core.lifecycle.live(async { Ok(()) }).await.unwrap_err();
        call.await.unwrap();
        assert_eq!(begun.elapsed(), Duration::from_secs(4));
        assert_eq!(
            error.to_string(),
            "calls in flight that were cut off after 4s: 1"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_ends_a_drain_that_the_end_of_stdin_began() {
        let core = Server::new("test").build().unwrap();
        let lifecycle = &core.lifecycle;
        let inside = lifecycle.admit().unwrap();
        let begun = Instant::now();
        let call = tokio::spawn(async move { inside.turned_out().await });
        let transport = async {
            // What was read last is waited for with the door open.
            lifecycle.overdue().await;
            Ok(())
        };
        let signal = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            lifecycle.close_on_signal();
        };
        let (ended, ()) = tokio::join!(lifecycle.live(transport), signal);
        call.await.unwrap();
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        assert_eq!(
            ended.unwrap_err().to_string(),
            "calls in flight that were cut off by a signal after the end of stdin: 1"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_transport_that_does_not_return_is_left_behind() {
        let core = Server::new("test").build().unwrap();
        let begun = Instant::now();
        core.lifecycle.close();
        let closed = core.lifecycle.live(std::future::pending());
        closed.await.unwrap();
        assert_eq!(
            begun.elapsed(),
            Duration::ZERO,
            "closed before it started: it does not start"
        );

        let core = Server::new("test").build().unwrap();
        let closing = async {
            tokio::task::yield_now().await;
            core.lifecycle.close();
        };
        let (ended, ()) = tokio::join!(core.lifecycle.live(std::future::pending()), closing);
        ended.unwrap();
        assert_eq!(begun.elapsed(), FLUSH);
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_time_without_an_end_is_a_long_one() {
        let core = Server::new("test").drain(Duration::MAX).build().unwrap();
        core.lifecycle.live(async { Ok(()) }).await.unwrap();
        assert!(core.lifecycle.deadline() > Instant::now() + Duration::from_secs(365 * 86_400));
    }
}
