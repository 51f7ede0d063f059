//! What a server takes away while it runs and brings back, by name: the part that tools, resources and prompts have in common.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::changes::{Change, Changes};
use crate::kind::Kind;

/// The switches of everything of one kind that a server has. Clones are the same switches.
#[derive(Clone)]
pub(super) struct Switches(Arc<Inner>);

struct Inner {
    kind: Kind,
    /// What is announced when one is turned.
    change: Change,
    /// Set when the server is built.
    bound: OnceLock<Bound>,
    /// What was disabled before that.
    disabled: Mutex<BTreeSet<String>>,
}

struct Bound {
    switches: HashMap<String, Arc<Switch>>,
    changes: Changes,
}

/// Whether something is there.
#[derive(Debug)]
pub(crate) struct Switch(AtomicBool);

impl Switches {
    pub(super) fn new(kind: Kind, change: Change) -> Self {
        Self(Arc::new(Inner {
            kind,
            change,
            bound: OnceLock::new(),
            disabled: Mutex::default(),
        }))
    }

    pub(super) fn turn(&self, name: &str, on: bool) -> Result<(), NotServed> {
        let kind = self.0.kind;
        // Held over the look at `bound`, so that nothing is noted down after the server has looked at the notes.
        let mut disabled = self.0.disabled.lock();
        let Some(bound) = self.0.bound.get() else {
            match on {
                true => drop(disabled.remove(name)),
                false => drop(disabled.insert(name.to_owned())),
            }
            return Ok(());
        };
        let Some(switch) = bound.switches.get(name) else {
            return Err(NotServed {
                kind,
                name: name.to_owned(),
            });
        };
        if switch.0.swap(on, Ordering::AcqRel) != on {
            let noun = kind.noun();
            tracing::info!(name, enabled = on, "the list of {noun}s has changed");
            bound.changes.announce(self.0.change.clone());
        }
        Ok(())
    }

    /// Says that the list is no longer what it was. A server that is not built yet has told nobody of it.
    pub(super) fn announce(&self) {
        if let Some(bound) = self.0.bound.get() {
            bound.changes.announce(self.0.change.clone());
        }
    }

    /// Joins the handle and what it switches. What was disabled and is not there is told.
    pub(super) fn bind(
        &self,
        switches: HashMap<String, Arc<Switch>>,
        changes: &Changes,
    ) -> Vec<String> {
        let noun = self.0.kind.noun();
        let disabled = self.0.disabled.lock();
        let mut unknown = Vec::new();
        for name in &*disabled {
            match switches.get(name) {
                Some(switch) => switch.0.store(false, Ordering::Release),
                None => unknown.push(format!(
                    "`{noun}s().disable(\"{name}\")`: the server has no such {noun}\n  help: `list` shows what there is, namespaces included"
                )),
            }
        }
        let bound = Bound {
            switches,
            changes: changes.clone(),
        };
        // A server is built once.
        let _ = self.0.bound.set(bound);
        unknown
    }

    /// How many there are, once the server is built.
    pub(super) fn len(&self) -> usize {
        let bound = self.0.bound.get();
        bound.map_or(0, |bound| bound.switches.len())
    }
}

impl Switch {
    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

/// The server has nothing of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotServed {
    kind: Kind,
    name: String,
}

impl fmt::Display for NotServed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server has no {} `{}`", self.kind.noun(), self.name)
    }
}

impl std::error::Error for NotServed {}
