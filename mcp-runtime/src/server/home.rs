//! What one server was given, for the tools that came with it: its state, its middleware, its scopes.

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use super::prompts::Prompts;
use super::resources::Resources;
use super::tools::Tools;
use crate::middleware::{Around, AroundAttempt};

/// The values of a server, one a type.
pub(crate) type State = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// Which scopes a scope includes.
pub(crate) type Implies = HashMap<String, BTreeSet<String>>;

/// What one server was given. A server that others are merged into has one for each, so that none reaches another's.
pub(crate) struct Home {
    /// What a merged server goes by in errors: the namespace that the server around it gave it, else its own name. `None` is the outermost one.
    pub(crate) namespace: Option<String>,
    pub(crate) state: Arc<State>,
    /// Its own, and those of the servers between it and the outermost one.
    pub(crate) implies: Implies,
    /// The outermost server's middleware first. Each has the values of the server that it was given to.
    pub(crate) around: Vec<(Arc<dyn Around>, Arc<State>)>,
    pub(crate) around_attempt: Vec<Arc<dyn AroundAttempt>>,
    pub(crate) tools: Tools,
    pub(crate) prompts: Prompts,
    pub(crate) resources: Resources,
}

impl Home {
    pub(crate) fn state(&self, id: TypeId) -> Option<Arc<dyn Any + Send + Sync>> {
        self.state.get(&id).cloned()
    }

    /// The server's name in a sentence.
    pub(super) fn who(&self) -> String {
        match &self.namespace {
            None => "the server".to_owned(),
            Some(namespace) => format!("the server merged as `{namespace}`"),
        }
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
