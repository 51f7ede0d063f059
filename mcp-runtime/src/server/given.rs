//! What a server was given so far.

use std::any::{Any, TypeId};
use std::num::NonZero;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::home::{Implies, State};
use super::lifecycle::Lifecycle;
use super::{Identity, Prompts, Resources, Tools, lint};
use crate::metrics::Metrics;
use crate::middleware::{Around, AroundAttempt};
use crate::mount::Mount;
use crate::policy::{Policies, overrides};
use crate::principal::Principal;
use crate::skills::Skills;
use crate::store::Store;
use crate::task::Ledger;

/// Items per page of a list: enough for most servers to answer with one.
const PAGE_SIZE: usize = 200;

/// How long people have for their answers. A client that never answers must not hold a place for ever.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// How long a store on a network has for one operation.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_millis(50);

/// What the builder's methods fill, and starting the server uses up.
pub(crate) struct Given {
    pub(crate) identity: Identity,
    pub(super) mounts: Vec<Mount>,
    pub(super) state: State,
    pub(super) principal: Option<Arc<Principal>>,
    pub(super) implies: Implies,
    pub(super) defaults: Policies,
    pub(super) expected_nodes: NonZero<u32>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) store_timeout: Duration,
    pub(super) state_key: Option<Vec<u8>>,
    pub(super) lifecycle: Lifecycle,
    pub(super) around: Vec<Arc<dyn Around>>,
    pub(super) around_attempt: Vec<Arc<dyn AroundAttempt>>,
    pub(super) audit_file: Option<PathBuf>,
    pub(super) metrics: Metrics,
    pub(super) tools: Tools,
    pub(super) prompts: Prompts,
    #[cfg(feature = "http")]
    pub(crate) http: crate::transport::http::Options,
    pub(super) overrides: Vec<overrides::Source>,
    pub(super) allowed: Vec<lint::Allowed>,
    pub(super) page_size: usize,
    pub(super) resources: Resources,
    pub(super) tasks: Ledger,
    pub(super) patience: Duration,
    pub(super) skills: Option<(Skills, &'static Location<'static>)>,
}

impl Given {
    pub(super) fn named(name: String) -> Self {
        Self {
            identity: Identity {
                name,
                version: "0.0.0".to_owned(),
                title: None,
                website: None,
                icons: Vec::new(),
                instructions: None,
            },
            mounts: Vec::new(),
            state: State::new(),
            principal: None,
            implies: Implies::new(),
            defaults: Policies::new(),
            expected_nodes: NonZero::<u32>::MIN,
            store: None,
            store_timeout: STORE_TIMEOUT,
            state_key: None,
            overrides: Vec::new(),
            allowed: Vec::new(),
            lifecycle: Lifecycle::new(),
            around: Vec::new(),
            around_attempt: Vec::new(),
            audit_file: None,
            metrics: Metrics::default(),
            tools: Tools::new(),
            prompts: Prompts::new(),
            #[cfg(feature = "http")]
            http: crate::transport::http::Options::new(),
            page_size: PAGE_SIZE,
            resources: Resources::new(),
            tasks: Ledger::new(),
            patience: PATIENCE,
            skills: None,
        }
    }

    pub(super) fn hold(&mut self, id: TypeId, value: Arc<dyn Any + Send + Sync>) {
        self.state.insert(id, value);
    }

    pub(super) fn imply(&mut self, scope: String, implied: Vec<String>) {
        self.implies.entry(scope).or_default().extend(implied);
    }
}
