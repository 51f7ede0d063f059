//! What changes while a server runs, for the clients that want to know.
//!
//! Whoever changes something announces it, from any thread and without waiting. Each connection that listens has its own place in the
//! queue; one that falls behind is told of everything it asked for, so that it misses nothing and holds up nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many announcements a connection may be behind.
const BEHIND: usize = 256;

/// Something that clients keep a copy of is no longer what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The list of tools.
    Tools,
    /// The list of prompts.
    Prompts,
    /// The list of resources, or that of templates.
    ResourceList,
    /// What is read at this address.
    Resource(Arc<str>),
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

/// What a connection hears.
#[derive(Debug)]
pub(crate) enum Heard {
    One(Change),
    /// It fell behind: anything may have changed.
    Anything,
}

impl Listener {
    /// The next change, or `None` when there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(change) => Some(Heard::One(change)),
            Err(RecvError::Lagged(_)) => Some(Heard::Anything),
            Err(RecvError::Closed) => None,
        }
    }
}

impl Heard {
    /// Whether this is to be read anew.
    pub(crate) fn is_of(&self, what: &Change) -> bool {
        match self {
            Self::Anything => true,
            Self::One(change) => change == what,
        }
    }

    /// Those of these addresses that are to be read anew.
    pub(crate) fn among(&self, wanted: &BTreeSet<String>) -> Vec<String> {
        match self {
            Self::One(Change::Resource(uri)) => wanted.get(&**uri).cloned().into_iter().collect(),
            Self::One(_) => Vec::new(),
            Self::Anything => wanted.iter().cloned().collect(),
        }
    }
}
