//! What a server is given, one method each.

use std::any::TypeId;
use std::num::NonZero;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::given::Given;
use super::{Resources, Server};
use crate::metrics::Metrics;
use crate::middleware::{Around, AroundAttempt};
use crate::mount::IntoMount;
use crate::policy::{Policies, overrides};
use crate::principal::Principal;
use crate::skills::Skills;
use crate::store::Store;

/// Ten years, the longest time that a policy may say, too: no clock overflows when it is added.
pub(super) const LONGEST: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

impl Server {
    /// A server of this name, which clients show to their users.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Given::named(name.into()))
    }

    /// Sets the version that clients see: `env!("CARGO_PKG_VERSION")` as a rule.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.given.identity.version = version.into();
        self
    }

    /// Sets the name that people see.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.given.identity.title = Some(title.into());
        self
    }

    /// Sets the address where people read about the server.
    pub fn website(mut self, url: impl Into<String>) -> Self {
        self.given.identity.website = Some(url.into());
        self
    }

    /// Adds the address of a picture that clients may show beside the server's name: `https://..` or `data:..`.
    pub fn icon(mut self, address: impl Into<String>) -> Self {
        self.given.identity.icons.push(address.into());
        self
    }

    /// Tells the model what the server is for, once for all its tools.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.given.identity.instructions = Some(instructions.into());
        self
    }

    /// Serves tools under their own names: those of a list, the methods of a value whose `impl` block has `#[toolset]`, or a
    /// [`Mount`](crate::Mount) that renames some or leaves them out.
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
        self.given.hold(TypeId::of::<T>(), value);
        self
    }

    /// Sets the caller that calls without a token are made for: on stdio, and on loopback where no authentication is set up.
    pub fn local_principal(mut self, principal: Principal) -> Self {
        self.given.principal = Some(Arc::new(principal));
        self
    }

    /// Makes one scope include others: `.implies("admin", ["crm:read", "crm:write"])`.
    pub fn implies<S: Into<String>>(
        mut self,
        scope: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into).collect();
        self.given.imply(scope.into(), implied);
        self
    }

    /// Sets where calls share state: rate buckets, cached results, claims. The default is this process's memory.
    ///
    /// Servers that share a store share a [`state_key`](Self::state_key) as well, or each would name things in it differently: a server with a store
    /// that is not in its own memory does not start without one.
    pub fn store(mut self, store: impl Store) -> Self {
        self.given.store = Some(Arc::new(store));
        self
    }

    /// Sets how long a [store](Self::store) on a network has for one operation: the default is 50 ms. One that is slower is away, and policies do
    /// without it as each of them says.
    pub fn store_timeout(mut self, within: Duration) -> Self {
        self.given.store_timeout = within;
        self
    }

    /// Sets the key that seals what clients carry between the rounds of a call, and from which the names of things in the store are made. Without one, a
    /// key of this process alone is made: fine for a single machine, while several behind one address need the same key. Use 32 random bytes.
    ///
    /// With another key everything in the store is out of reach: rates begin anew, nothing is cached, and no idempotency key was used.
    pub fn state_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.given.state_key = Some(key.into());
        self
    }

    /// Sets how many servers share the store, this one included; the default is 1.
    ///
    /// While the store is away, each of them lets through its part of the rates (`on_error local`), so that together they keep the
    /// declared ones.
    pub fn expected_nodes(mut self, nodes: NonZero<u32>) -> Self {
        self.given.expected_nodes = nodes;
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
        self.given.defaults = policies;
        self
    }

    /// Surrounds every call with code of your own, from before the tool is looked up. The first one given is the outermost.
    pub fn around(mut self, middleware: impl Around) -> Self {
        self.given.around.push(Arc::new(middleware));
        self
    }

    /// Surrounds every attempt at a tool with code of your own. The first one given is the outermost.
    pub fn around_attempt(mut self, middleware: impl AroundAttempt) -> Self {
        self.given.around_attempt.push(Arc::new(middleware));
        self
    }

    /// Appends one record a call to a file, each with the hash of the one before. [`audit::verify`](crate::audit::verify) checks it.
    ///
    /// The file is opened when the server starts, and a server that cannot open it does not start. It is one server's alone.
    pub fn audit_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.given.audit_file = Some(path.into());
        self
    }

    /// The server's resources while it runs: to say that some have changed, to take some away and to bring them back. Ask before the server is
    /// run; in a call, [`Context::resources`](crate::Context::resources) gives the same.
    pub fn resources(&self) -> Resources {
        self.given.resources.clone()
    }

    /// The server's figures: calls, outcomes, durations. Ask before the server is run, read while it runs.
    pub fn metrics(&self) -> Metrics {
        self.given.metrics.clone()
    }

    /// Sets numbers of declared policies at boot, from an operator's file: a JSON text of the form
    /// `{"allow_relax": false, "tools": {"search": {"rate": "5/s per caller", "timeout": "2s"}}}`.
    ///
    /// An override stands in for a policy that is declared, with the same grammar; it switches none on or off. It is logged at start and shows in the
    /// manifest beside what was declared. One that loosens anything needs `"allow_relax": true`.
    pub fn policy_overrides(mut self, json: impl Into<String>) -> Self {
        self.given
            .overrides
            .push(overrides::Source::Text(json.into()));
        self
    }

    /// Reads [overrides](Self::policy_overrides) from a file when the server is built. One that cannot be read keeps the server from starting.
    ///
    /// Of several files and texts that set the same, the last one given counts. `MCP_POLICY_OVERRIDES` names one in the environment.
    pub fn policy_overrides_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.given
            .overrides
            .push(overrides::Source::File(path.into()));
        self
    }

    /// Sets how many items a page of a list holds: of tools, resources, templates, prompts, skills. The default is 200.
    pub fn page_size(mut self, items: usize) -> Self {
        self.given.page_size = items.max(1);
        self
    }

    /// Sets how many tasks there are at a time, those that run and those whose results are kept: the default is 1000. A call that would be one more
    /// is refused with `busy`.
    pub fn max_tasks(mut self, tasks: usize) -> Self {
        self.given.tasks.in_all = tasks;
        self
    }

    /// Sets how many tasks one caller has at a time, those that run and those whose results are kept: the default is 100.
    pub fn max_tasks_per_caller(mut self, tasks: usize) -> Self {
        self.given.tasks.per_caller = tasks;
        self
    }

    /// Sets how long a client and its user have to answer what a tool asks while it runs: the default is 10 minutes. Meanwhile the tool's `timeout` does
    /// not run. A question that nobody answers ends with the error `not_confirmed`.
    pub fn patience(mut self, within: Duration) -> Self {
        self.given.patience = within.min(LONGEST);
        self
    }

    /// Serves a folder of skills (the Skills extension): `Server::new("support").skills("skills")`. It is read when the server is built, and one that
    /// is wrong keeps the server from starting. A second one replaces the first.
    #[track_caller]
    pub fn skills(mut self, skills: impl Into<Skills>) -> Self {
        self.given.skills = Some((skills.into(), Location::caller()));
        self
    }
}
