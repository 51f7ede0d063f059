//! What changes while a server runs, for the clients that want to know.
//!
//! Whoever changes something announces it, from any thread and without waiting. Each connection that listens has its own place in the
//! queue; one that falls behind is told of everything once more, so that it misses nothing and holds up nobody.

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many announcements a connection may be behind.
const BEHIND: usize = 64;

/// Something that clients keep a copy of is no longer what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The list of tools.
    Tools,
}

/// Where changes are announced. Clones are the same place.
#[derive(Debug, Clone)]
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Changes {
    pub(crate) fn announce(&self, change: Change) {
        // Nobody listens: there is nobody to tell.
        let _ = self.0.send(change);
    }

    /// Everything that is announced from now on.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }
}

/// One connection's place in the queue.
#[derive(Debug)]
pub(crate) struct Listener(broadcast::Receiver<Change>);

impl Listener {
    /// The next change, or `None` when there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Change> {
        match self.0.recv().await {
            Ok(change) => Some(change),
            // Lists are read anew as a whole, so one announcement stands for all that were missed.
            Err(RecvError::Lagged(_)) => Some(Change::Tools),
            Err(RecvError::Closed) => None,
        }
    }
}
