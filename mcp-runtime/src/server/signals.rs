//! The signals that ask a process to stop, heard on a thread of their own.
//!
//! A thread that nothing else runs on hears them while every other one is blocked, and after the program's own runtime has
//! ended, when that waits for a function that blocks and does not return.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// SIGTERM and SIGINT, or Ctrl-C where there are no signals, for one server.
///
/// The first one is told to the server. One more, or one after the server has ended, ends the process.
#[derive(Debug)]
pub(crate) struct Signals {
    first: oneshot::Receiver<Signal>,
    over: Arc<AtomicBool>,
}

/// A request to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    #[cfg(unix)]
    Terminate,
}

impl Signals {
    /// Starts to listen.
    pub(crate) async fn listen() -> io::Result<Self> {
        let (ready, listening) = oneshot::channel();
        let (told, first) = oneshot::channel();
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        thread::Builder::new()
            .name("mcp-signals".to_owned())
            .spawn(move || match listener() {
                Ok((runtime, sources)) => {
                    let _ = ready.send(Ok(()));
                    runtime.block_on(hear(sources, told, &ended));
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            })?;
        listening.await.map_err(io::Error::other)??;
        Ok(Self { first, over })
    }

    /// Waits for the first signal.
    pub(crate) async fn first(&mut self) -> Signal {
        match (&mut self.first).await {
            Ok(signal) => signal,
            // The thread only ends with the process.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

/// What listens. Signals are heard from here on.
fn listener() -> io::Result<(Runtime, Sources)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sources = {
        let _inside = runtime.enter();
        Sources::open()?
    };
    Ok((runtime, sources))
}

/// Tells the server of the first signal, and ends the process at any other.
async fn hear(mut sources: Sources, told: oneshot::Sender<Signal>, over: &AtomicBool) {
    let first = sources.next().await;
    if over.load(Ordering::Acquire) || told.send(first).is_err() {
        first.end_process();
    }
    sources.next().await.end_process()
}

impl Signal {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            #[cfg(unix)]
            Self::Terminate => "SIGTERM",
        }
    }

    /// Ends the process with what one that a signal ended exits with: 128 and the signal's number.
    fn end_process(self) -> ! {
        tracing::warn!(signal = self.name(), "stopping now");
        std::process::exit(match self {
            Self::Interrupt => 130,
            #[cfg(unix)]
            Self::Terminate => 143,
        })
    }
}

#[cfg(unix)]
struct Sources {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Sources {
    fn open() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }
}

#[cfg(not(unix))]
struct Sources;

#[cfg(not(unix))]
impl Sources {
    fn open() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            // Nobody can ask any more: the server runs until its transport ends.
            Err(_) => std::future::pending().await,
        }
    }
}
