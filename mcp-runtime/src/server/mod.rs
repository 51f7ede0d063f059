//! The server: what it serves, what it was given, and how it starts.

pub(crate) mod admission;
pub(crate) mod asking;
mod changes;
mod completing;
mod compose;
#[cfg(any(feature = "cli", feature = "testing"))]
mod direct;
mod extensions;
pub(crate) mod handler;
pub(crate) mod home;
mod hooks;
pub(crate) mod lifecycle;
mod linked;
mod lint;
mod listening;
#[cfg(feature = "http")]
pub(crate) mod listing;
pub(crate) mod mounted;
mod pages;
mod prompting;
#[cfg(any(feature = "http", feature = "stdio"))]
pub(crate) mod quiet;
mod reading;
mod refused;
pub(crate) mod registry;
pub(crate) mod remote;
mod resources;
mod signals;
mod skills;
mod tasks;
mod tools;
mod wire;
#[cfg(any(feature = "cli", feature = "http", feature = "stdio"))]
mod withheld;
#[cfg(any(feature = "http", feature = "stdio"))]
pub(crate) mod written;

use std::any::TypeId;
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use self::changes::Changes;
use self::home::{Home, Implies, State};
use self::lifecycle::Lifecycle;
use self::registry::{Mounted, Registry};
pub use self::resources::Resources;
pub use self::tools::{NoSuchTool, Tools};
use crate::arg::{Need, What};
use crate::clock::Clock;
use crate::error::{Result, ServerError};
use crate::kind::Kind;
use crate::metrics::{Meters, Metrics};
use crate::middleware::{Around, AroundAttempt};
use crate::mount::{IntoMount, Mount};
use crate::policy::audit::Sink;
use crate::policy::overrides::{self, Overrides};
use crate::policy::rate::Limiter;
use crate::policy::retry::Budget;
use crate::policy::tenants::SKILLS;
use crate::policy::{Effective, Policies, Shared, check, deprecated};
use crate::principal::Principal;
use crate::seal::Seal;
use crate::skills::{Catalog, Skills};
use crate::store::{Guarded, KeySpace, MemoryStore, Store};
use crate::task::Ledger;

/// Tools per page of a list: enough for most servers to answer with one.
const PAGE_SIZE: usize = 200;

/// Ten years, the longest time that a policy may say, too: no clock overflows when it is added.
const LONGEST: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

/// How long people have for their answers. A client that never answers must not hold a place for ever.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long a store on a network has for one operation.
const STORE_TIMEOUT: Duration = Duration::from_millis(50);

/// An MCP server: lists of tools, what they share, and how they are served.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 { a + b }
///
/// # fn main() -> mcp_runtime::Result<()> {
/// let server = Server::new("calculator")
///     .version(env!("CARGO_PKG_VERSION"))
///     .instructions("Exact arithmetic on 64-bit integers.")
///     .mount(tools![add]);
/// # server.check()
/// # }
/// ```
#[must_use = "a server does nothing until it is run: `.run().await`"]
pub struct Server {
    pub(crate) identity: Identity,
    mounts: Vec<Mount>,
    state: State,
    principal: Option<Arc<Principal>>,
    implies: Implies,
    defaults: Policies,
    expected_nodes: NonZero<u32>,
    store: Option<Arc<dyn Store>>,
    store_timeout: Duration,
    state_key: Option<Vec<u8>>,
    lifecycle: Lifecycle,
    around: Vec<Arc<dyn Around>>,
    around_attempt: Vec<Arc<dyn AroundAttempt>>,
    audit_file: Option<PathBuf>,
    metrics: Metrics,
    tools: Tools,
    #[cfg(feature = "http")]
    pub(crate) http: crate::transport::http::Options,
    overrides: Vec<overrides::Source>,
    allowed: Vec<lint::Allowed>,
    page_size: usize,
    resources: Resources,
    tasks: Ledger,
    patience: Duration,
    skills: Option<Skills>,
}

/// How the server introduces itself to clients.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) instructions: Option<String>,
}

impl Server {
    /// A server of this name, which clients show to their users.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            identity: Identity {
                name: name.into(),
                version: "0.0.0".to_owned(),
                title: None,
                website: None,
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
            tools: Tools::default(),
            #[cfg(feature = "http")]
            http: crate::transport::http::Options::new(),
            page_size: PAGE_SIZE,
            resources: Resources::new(),
            tasks: Ledger::new(),
            patience: PATIENCE,
            skills: None,
        }
    }

    /// Sets the version that clients see: `env!("CARGO_PKG_VERSION")` as a rule.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.identity.version = version.into();
        self
    }

    /// Sets the name that people see.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.identity.title = Some(title.into());
        self
    }

    /// Sets the address where people read about the server.
    pub fn website(mut self, url: impl Into<String>) -> Self {
        self.identity.website = Some(url.into());
        self
    }

    /// Tells the model what the server is for, once for all its tools.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.identity.instructions = Some(instructions.into());
        self
    }

    /// Serves tools under their own names: those of a list, the methods of a value whose `impl` block has `#[toolset]`, or a
    /// [`Mount`] that renames some or leaves them out.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// struct Counter { step: u64 }
    ///
    /// #[toolset]
    /// impl Counter {
    ///     /// Count one step up.
    ///     #[tool(read_only)]
    ///     async fn next(&self, from: u64) -> u64 { from + self.step }
    /// }
    ///
    /// // Two values do not mix: `ones.next` and `tens.next`.
    /// let server = Server::new("counters")
    ///     .mount_at("ones", Counter { step: 1 })
    ///     .mount_at("tens", Counter { step: 10 });
    /// # server.check().unwrap();
    /// ```
    #[track_caller]
    pub fn mount(self, tools: impl IntoMount) -> Self {
        self.mounted(tools.into_mount(), Location::caller())
    }

    /// Serves tools under a namespace: `add` mounted at `"math"` is `math.add`.
    #[track_caller]
    pub fn mount_at(self, namespace: impl Into<String>, tools: impl IntoMount) -> Self {
        self.mounted(tools.into_mount().at(namespace), Location::caller())
    }

    /// Gives the server a value that tools take as [`State<T>`](crate::State). One value a type: a second one replaces the first.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// Gives the server a value it shares with others.
    pub fn shared_state<T: Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.state.insert(TypeId::of::<T>(), value);
        self
    }

    /// Sets the caller that calls without a token are made for: on stdio, and on loopback where no authentication is set up.
    pub fn local_principal(mut self, principal: Principal) -> Self {
        self.principal = Some(Arc::new(principal));
        self
    }

    /// Makes one scope include others: `.implies("admin", ["crm:read", "crm:write"])`.
    pub fn implies<S: Into<String>>(
        mut self,
        scope: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into);
        self.implies
            .entry(scope.into())
            .or_default()
            .extend(implied);
        self
    }

    /// Sets where calls share state: rate buckets, cached results, claims. The default is this process's memory.
    ///
    /// Servers that share a store share a [`state_key`](Self::state_key) as well, or each would name things in it differently: a server with a store
    /// that is not in its own memory does not start without one.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets how long a [store](Self::store) on a network has for one operation: the default is 50 ms. One that is slower is away, and policies do
    /// without it as each of them says.
    pub fn store_timeout(mut self, within: Duration) -> Self {
        self.store_timeout = within;
        self
    }

    /// Sets the key that seals what clients carry between the rounds of a call, and from which the names of things in the store are made. Without one, a
    /// key of this process alone is made: fine for a single machine, while several behind one address need the same key. Use 32 random bytes.
    ///
    /// With another key everything in the store is out of reach: rates begin anew, nothing is cached, and no idempotency key was used.
    pub fn state_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.state_key = Some(key.into());
        self
    }

    /// Sets how many servers share the store, this one included; the default is 1.
    ///
    /// While the store is away, each of them lets through its part of the rates (`on_error local`), so that together they keep the
    /// declared ones.
    pub fn expected_nodes(mut self, nodes: NonZero<u32>) -> Self {
        self.expected_nodes = nodes;
        self
    }

    /// Sets what holds for the tools that do not say it themselves, nor their list for them.
    ///
    /// ```
    /// use mcp_runtime::{Policies, Server};
    ///
    /// let server = Server::new("crm").defaults(Policies::production());
    /// ```
    pub fn defaults(mut self, policies: Policies) -> Self {
        self.defaults = policies;
        self
    }

    /// Surrounds every call with code of your own, from before the tool is looked up. The first one given is the outermost.
    pub fn around(mut self, middleware: impl Around) -> Self {
        self.around.push(Arc::new(middleware));
        self
    }

    /// Surrounds every attempt at a tool with code of your own. The first one given is the outermost.
    pub fn around_attempt(mut self, middleware: impl AroundAttempt) -> Self {
        self.around_attempt.push(Arc::new(middleware));
        self
    }

    /// Appends one record a call to a file, each with the hash of the one before. [`audit::verify`](crate::audit::verify) checks it.
    ///
    /// The file is opened when the server starts, and a server that cannot open it does not start. It is one server's alone.
    pub fn audit_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.audit_file = Some(path.into());
        self
    }

    /// Says to clients that resources have changed, while the server runs. Ask before it is run.
    pub fn resources(&self) -> Resources {
        self.resources.clone()
    }

    /// The server's figures: calls, outcomes, durations. Ask before the server is run, read while it runs.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Sets numbers of declared policies at boot, from an operator's file: a JSON text of the form
    /// `{"allow_relax": false, "tools": {"search": {"rate": "5/s per caller", "timeout": "2s"}}}`.
    ///
    /// An override stands in for a policy that is declared, with the same grammar; it switches none on or off. It is logged at start and shows in the
    /// manifest beside what was declared. One that loosens anything needs `"allow_relax": true`.
    pub fn policy_overrides(mut self, json: impl Into<String>) -> Self {
        self.overrides.push(overrides::Source::Text(json.into()));
        self
    }

    /// Reads [overrides](Self::policy_overrides) from a file when the server is built. One that cannot be read keeps the server from starting.
    ///
    /// Of several files and texts that set the same, the last one given counts. `MCP_POLICY_OVERRIDES` names one in the environment.
    pub fn policy_overrides_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.overrides.push(overrides::Source::File(path.into()));
        self
    }

    /// Sets how many tools a page of `tools/list` holds. The default is 200.
    pub fn page_size(mut self, tools: usize) -> Self {
        self.page_size = tools.max(1);
        self
    }

    /// Sets how many tasks there are at a time, those that run and those whose results are kept: the default is 1000. A call that would be one more
    /// is refused with `busy`.
    pub fn max_tasks(mut self, tasks: usize) -> Self {
        self.tasks.in_all = tasks;
        self
    }

    /// Sets how many tasks one caller has at a time, those that run and those whose results are kept: the default is 100.
    pub fn max_tasks_per_caller(mut self, tasks: usize) -> Self {
        self.tasks.per_caller = tasks;
        self
    }

    /// Sets how long a client and its user have to answer what a tool asks while it runs: the default is 10 minutes. Meanwhile the tool's `timeout` does
    /// not run. A question that nobody answers ends with the error `not_confirmed`.
    pub fn patience(mut self, within: Duration) -> Self {
        self.patience = within.min(LONGEST);
        self
    }

    /// Serves a folder of skills (the Skills extension): `Server::new("support").skills("skills")`. It is read when the server is built, and one that
    /// is wrong keeps the server from starting. A second one replaces the first.
    pub fn skills(mut self, skills: impl Into<Skills>) -> Self {
        self.skills = Some(skills.into());
        self
    }

    /// Checks everything that starting the server would check, and serves nothing: for a unit test.
    ///
    /// # Errors
    /// Every reason why the server would not start, in one text.
    pub fn check(self) -> Result<()> {
        let mut problems = Vec::new();
        #[cfg(feature = "http")]
        problems.extend(self.http.problems());
        problems.extend(self.build().err().map(|error| error.to_string()));
        ServerError::all(&problems).map_or(Ok(()), Err)
    }

    pub(crate) fn build(mut self) -> Result<Arc<Core>> {
        // Whoever starts the server is told everything at once, and so what does not read stands back for what does.
        let mut problems: Vec<String> = lint::problems(&self.allowed).collect();
        let keys = match (&self.store, &self.state_key) {
            (Some(store), None) if !store.is_local() => {
                problems.push(
                    "the server has a store that others may share, and no key to name things in it by\n  \
                     help: give every server that shares it the same 32 random bytes, with `.state_key(..)` or in `MCP_STATE_KEY`"
                        .to_owned(),
                );
                KeySpace::random()
            }
            (_, Some(key)) => KeySpace::derived(key),
            (_, None) => KeySpace::random(),
        };
        let store = self.store.take();
        let store = store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        // What answers at once needs no guard.
        let (store, health): (Arc<dyn Store>, _) = match store.is_local() {
            true => (store, None),
            false => {
                let guarded = Guarded::new(store, self.store_timeout);
                let health = Arc::clone(guarded.health());
                (Arc::new(guarded), Some(health))
            }
        };
        let mut shared = Shared::new(keys.clone());
        let overrides = Overrides::read_all(&self.overrides, &mut problems);
        let has_skills = self.skills.is_some();
        let skills = self.skills.take().and_then(|skills| {
            let loaded = skills.load(self.defaults.0.auth);
            let loaded = loaded.map_err(|error| problems.push(error.to_string()));
            let mut catalog = loaded.ok()?;
            catalog.tenants = overrides.tenants.admits(SKILLS, &[]);
            Some(catalog)
        });
        let audit = Arc::new(Sink::new(self.audit_file.take()));
        let unknown_calls = Arc::default();
        let flooded = Arc::default();
        let limiter = Limiter::new(self.expected_nodes);
        let meters = |tools| Meters {
            tools,
            unknown: Arc::clone(&unknown_calls),
            flooded: Arc::clone(&flooded),
            audit: Arc::clone(&audit),
            store: health.clone(),
        };
        let changes = Changes::default();
        let (home, entries) = self.compose(&changes, Some(&meters), &mut problems);
        let registry = Registry::build(&entries, &mut problems, |named, own, around, problems| {
            Effective::new(named, own, around, &overrides, &mut shared, problems)
        });
        self.metrics.set(meters(registry.meters()));
        let tasks = Arc::new(self.tasks);
        self.lifecycle.hooks.settle(&tasks);
        self.lifecycle.hooks.keep(&audit);
        let strangers = overrides.unknown(|name| registry.named(name).is_some());
        if !strangers.is_empty() {
            problems.push(format!(
                "the policy overrides name tools that the server does not have: `{}`\n  help: `list` shows the names, namespaces included",
                strangers.join("`, `")
            ));
        }
        let served = registry.all().map(|it| (&*it.name, it.tags.as_slice()));
        let served = served.chain(has_skills.then_some((SKILLS, [].as_slice())));
        problems.extend(overrides.tenants.problems(&served.collect::<Vec<_>>()));
        overrides.tenants.announce();
        let homes = registry.everything().map(|it| &it.home);
        let surrounds = homes.chain([&home]).any(|home| !home.around.is_empty());
        let core = Core {
            surrounds,
            identity: self.identity,
            registry,
            home,
            principal: self.principal,
            store,
            keys,
            aftermath: self.lifecycle.hooks.aftermath.clone(),
            limiter,
            retries: Budget::new(),
            seal: match self.state_key {
                Some(key) => Seal::new(&key),
                None => Seal::random(),
            },
            clock: Clock::start(),
            lifecycle: self.lifecycle,
            changes,
            audit,
            unknown_calls,
            #[cfg(feature = "auth")]
            flooded,
            page_size: self.page_size,
            resources: self.resources,
            tasks,
            patience: self.patience,
            skills,
        };
        problems.extend(core.lacking());
        if let Some(error) = ServerError::all(&problems) {
            return Err(error);
        }
        if let Some(warning) = lint::warning(lint::loose(&entries), &self.allowed) {
            tracing::warn!("{warning}");
        }
        let today = deprecated::today();
        for tool in core.tools().all() {
            tracing::debug!(tool = &*tool.name, declared = %tool.policies.sources, "ready");
            if let Some(rule) = tool
                .deprecated
                .as_ref()
                .filter(|rule| rule.is_overdue(today))
            {
                tracing::warn!(
                    tool = &*tool.name,
                    deprecated = rule.notice,
                    "a tool is served beyond its last day"
                );
            }
        }
        let core = Arc::new(core);
        core.resources.start(&core);
        Ok(core)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("identity", &self.identity)
            .field("mounts", &self.mounts.len())
            .finish_non_exhaustive()
    }
}

/// A server at work: everything is resolved, nothing changes any more.
pub(crate) struct Core {
    pub(crate) identity: Identity,
    registry: Registry,
    /// What this server was given, not those that are merged into it.
    pub(crate) home: Arc<Home>,
    /// Whether any call is surrounded by middleware.
    surrounds: bool,
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
    unknown_calls: Arc<AtomicU64>,
    #[cfg(feature = "auth")]
    flooded: Arc<AtomicU64>,
    pub(crate) page_size: usize,
    pub(crate) resources: Resources,
    pub(crate) tasks: Arc<Ledger>,
    pub(crate) patience: Duration,
    pub(crate) skills: Option<Catalog>,
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
    fn lacking(&self) -> Vec<String> {
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
