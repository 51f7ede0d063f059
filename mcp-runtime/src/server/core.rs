//! A server at work.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::changes::Changes;
use super::home::Home;
use super::lifecycle::Lifecycle;
use super::registry::{Mounted, Registry};
use super::{Identity, Resources};
use crate::arg::{Need, What};
use crate::clock::Clock;
use crate::kind::Kind;
use crate::policy::audit::Sink;
use crate::policy::check;
use crate::policy::rate::Limiter;
use crate::policy::retry::Budget;
use crate::principal::Principal;
use crate::seal::Seal;
use crate::skills::Catalog;
use crate::store::{KeySpace, Store};
use crate::task::Ledger;

/// A server at work: everything is resolved, nothing changes any more.
pub(crate) struct Core {
    pub(crate) identity: Identity,
    pub(super) registry: Registry,
    /// What this server was given, not those that are merged into it.
    pub(crate) home: Arc<Home>,
    /// Whether any call is surrounded by middleware.
    pub(super) surrounds: bool,
    pub(crate) principal: Option<Arc<Principal>>,
    pub(crate) store: Arc<dyn Store>,
    /// What is in the store is named with these.
    pub(crate) keys: KeySpace,
    /// What is still to be written down when calls are over.
    pub(crate) aftermath: TaskTracker,
    pub(crate) limiter: Limiter,
    pub(crate) retries: Budget,
    pub(crate) seal: Seal,
    pub(crate) clock: Clock,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) changes: Changes,
    pub(crate) audit: Arc<Sink>,
    pub(super) unknown_calls: Arc<AtomicU64>,
    #[cfg(feature = "auth")]
    pub(super) flooded: Arc<AtomicU64>,
    pub(crate) page_size: usize,
    pub(crate) resources: Resources,
    pub(crate) tasks: Arc<Ledger>,
    pub(crate) patience: Duration,
    pub(crate) skills: Option<Arc<Catalog>>,
}

impl Core {
    pub(crate) fn tools(&self) -> &Registry {
        &self.registry
    }

    /// Counts a call of a tool that is not there, as far as its caller is concerned.
    pub(crate) fn count_unknown(&self) {
        self.unknown_calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that the flood limit turned away.
    #[cfg(feature = "auth")]
    pub(crate) fn count_flooded(&self) {
        self.flooded.fetch_add(1, Ordering::Relaxed);
    }

    /// Whose middleware surrounds the calls of this: that of the server it came with, if there is any.
    pub(crate) fn surrounding(&self, kind: Kind, name: &str) -> Option<&Arc<Home>> {
        if !self.surrounds {
            return None;
        }
        let called = self.registry.find_of(kind, name);
        let home = called.map_or(&self.home, |called| &called.home);
        (!home.around.is_empty()).then_some(home)
    }

    /// Whether a granted scope includes another one, directly or through others, for tools that came with this server.
    pub(crate) fn implies(&self, home: &Home, granted: &str, scope: &str) -> bool {
        let mut seen = BTreeSet::from([granted]);
        let mut open = vec![granted];
        while let Some(next) = open.pop() {
            let own = home.implies.get(next);
            for implied in own.into_iter().chain(self.home.implies.get(next)).flatten() {
                if implied == scope {
                    return true;
                }
                if seen.insert(implied) {
                    open.push(implied);
                }
            }
        }
        false
    }

    /// What tools need and the server lacks.
    pub(super) fn lacking(&self) -> Vec<String> {
        let tools = || self.registry.everything();
        let mut lacks: Vec<String> = tools().flat_map(|tool| self.lacks(tool)).collect();
        if !self.audit.is_configured() {
            let unrecorded = self
                .registry
                .all()
                .filter(|tool| tool.policies.audit.required);
            lacks.extend(unrecorded.map(|tool| format!(
                "{} `{}` declares `audit = \"{} required\"`, and the server has no audit file ({})\n  help: give it one with `.audit_file(\"audit.ndjson\")`",
                tool.kind.noun(), tool.name, tool.policies.audit.level(), tool.def.location,
            )));
        }
        lacks
    }

    fn lacks(&self, tool: &Mounted) -> Vec<String> {
        let lack = |need: &Need| {
            let Mounted { name, def, .. } = tool;
            let noun = tool.kind.noun();
            let parameter = need.parameter;
            match &need.what {
                What::State { id, name: state } if tool.home.state(*id).is_none() => Some(format!(
                    "{noun} `{name}` takes `{parameter}: State<{state}>`, and {} has no such value ({})\n  help: give it one with `.state(..)`",
                    tool.home.who(),
                    def.location
                )),
                What::Instance { id, name: ty } if !tool.is_method_of(*id) => Some(format!(
                    "tool `{name}` is a method of `{ty}`, and no value of it is mounted ({})\n  help: mount the value, not its list: `.mount(value)`",
                    def.location
                )),
                What::Caller if !tool.policies.auth.guarantees_caller() => Some(format!(
                    "{noun} `{name}` takes its caller as `{parameter}`, and its `auth` does not guarantee one ({})\n  help: declare `auth = \"user\"`, or take `Option<Caller>`",
                    def.location
                )),
                What::Task if tool.policies.declared.task.is_none() => Some(format!(
                    "tool `{name}` takes `{parameter}: Task`, and its calls do not run as tasks ({})\n  help: declare `task = \"optional\"`, or leave the parameter out",
                    def.location
                )),
                What::Scope(scope) if !self.guarantees_scope(tool, scope) => Some(format!(
                    "tool `{name}` takes `{parameter}`, the proof of the scope `{scope}`, and its `auth` lets callers through without it ({})\n  help: declare `auth = \"{scope}\"`, or take `Option<Scoped<..>>`",
                    def.location
                )),
                _ => None,
            }
        };
        let lacks = tool.needs.iter().filter_map(lack);
        lacks.chain(check::problems(tool)).collect()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
