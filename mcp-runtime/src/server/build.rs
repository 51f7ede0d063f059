//! From what a server was given to a server at work, with everything that keeps it from starting told at once.

use std::any::TypeId;
use std::sync::Arc;

use super::changes::Changes;
use super::compose::Entry;
use super::given::Given;
use super::mounted::Defaults;
use super::registry::Registry;
use super::{Core, Server, lint};
use crate::clock::Clock;
use crate::error::{Result, ServerError};
use crate::metrics::Meters;
use crate::policy::audit::Sink;
use crate::policy::overrides::Overrides;
use crate::policy::rate::Limiter;
use crate::policy::retry::Budget;
use crate::policy::tenants::Named;
use crate::policy::{Effective, Shared, deprecated};
use crate::seal::Seal;
use crate::skills::{Catalog, FILES};
use crate::store::{Guarded, KeySpace, MemoryStore, Store};

impl Server {
    /// Checks everything that starting the server would check, and serves nothing: for a unit test.
    ///
    /// # Errors
    /// Every reason why the server would not start, in one text.
    pub fn check(self) -> Result<()> {
        let mut problems = Vec::new();
        #[cfg(feature = "http")]
        problems.extend(self.given.http.problems());
        problems.extend(self.build().err().map(|error| error.to_string()));
        ServerError::all(&problems).map_or(Ok(()), Err)
    }

    pub(crate) fn build(self) -> Result<Arc<Core>> {
        self.given.into_inner().build()
    }
}

impl Given {
    fn build(mut self) -> Result<Arc<Core>> {
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
        let skills = self.skills.take().and_then(|(skills, location)| {
            let loaded = skills.load();
            let loaded = loaded.map_err(|error| problems.push(error.to_string()));
            Some((Arc::new(loaded.ok()?), skills, location))
        });
        if let Some((catalog, ..)) = &skills {
            // Where the function that reads their files finds them.
            let catalog = Arc::clone(catalog);
            self.hold(TypeId::of::<Catalog>(), catalog);
        }
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
        let skills = skills.map(|(catalog, skills, location)| {
            let entry = Entry::of_skills(&skills, self.defaults.0, &home, location);
            (entry, catalog)
        });
        let resolve = |named: Named<'_>, own: &_, around: &Defaults, problems: &mut _| {
            Effective::new(named, own, around, &overrides, &mut shared, problems)
        };
        let files = skills.as_ref().map(|(entry, catalog)| (entry, catalog));
        let registry = Registry::build(&entries, files, &mut problems, resolve);
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
        // Those that could not be read are none the less meant.
        let unread = has_skills && skills.is_none();
        let served = served.chain(unread.then_some((FILES.uri(), [].as_slice())));
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
            skills: skills.map(|(_, catalog)| catalog),
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
