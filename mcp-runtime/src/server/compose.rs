//! What is mounted, laid out: every tool under its full name, with what it brings along. All of it happens when the server is built, so
//! that a call of a tool five servers deep costs what any other does.

mod selection;

use std::num::NonZero;
use std::panic::Location;
use std::sync::Arc;

use mcp_grammar::Policies;

use super::changes::Changes;
use super::given::{Given, PATIENCE, STORE_TIMEOUT};
use super::home::{Home, State};
use super::switches::Switch;
use super::{Resources, Server, mounted};
use crate::kind::Kind;
use crate::metrics::{Meter, Meters};
use crate::mount::{Content, Instance, Mount};
use crate::policy::Source;
use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::skills::{self, Skills};
use crate::tool::ToolDef;
use crate::toolset::Toolset;

/// A tool, or something else that is called as tools are, as it is to be served.
pub(crate) struct Entry {
    /// The name for programs. A resource goes by its address besides.
    pub(crate) name: String,
    /// What stands before the own name: namespaces and a prefix.
    pub(crate) before: Option<String>,
    pub(crate) item: Item,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) instance: Option<Instance>,
    pub(crate) home: Arc<Home>,
    /// What those around the tool declare for it, the nearest first.
    pub(crate) defaults: Vec<(Source, Policies<'static>)>,
    pub(crate) switch: Arc<Switch>,
    pub(crate) meter: Arc<Meter>,
    /// Where the program mounts it.
    pub(crate) mounted: &'static Location<'static>,
}

#[derive(Clone, Copy)]
pub(crate) enum Item {
    Tool(&'static ToolDef),
    Resource(&'static ResourceDef),
    Prompt(&'static PromptDef),
}

impl Item {
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Tool(_) => Kind::Tool,
            Self::Resource(_) => Kind::Resource,
            Self::Prompt(_) => Kind::Prompt,
        }
    }

    pub(crate) const fn def(self) -> &'static ToolDef {
        match self {
            Self::Tool(def) => def,
            Self::Resource(def) => &def.item,
            Self::Prompt(def) => &def.item,
        }
    }
}

impl Entry {
    /// The name under which the server itself knows it: of a resource its address.
    fn own_name(&self) -> String {
        match self.item {
            Item::Resource(def) => def.uri().to_owned(),
            Item::Tool(_) | Item::Prompt(_) => self.name.clone(),
        }
    }

    /// The name by which it goes among everything that is mounted.
    pub(crate) fn full_name(&self) -> String {
        match self.item {
            Item::Tool(_) => self.name.clone(),
            Item::Resource(def) => def.uri().to_owned(),
            Item::Prompt(_) => mounted::prompt(&self.name),
        }
    }
}

impl Entry {
    /// The files of a server's skills.
    pub(super) fn of_skills(
        skills: &Skills,
        server: Policies<'static>,
        home: &Arc<Home>,
        location: &'static Location<'static>,
    ) -> Self {
        let item = Item::Resource(skills::FILES);
        Self {
            defaults: skills.defaults(server),
            ..entry(item, &Toolset::new(&[]), home, location)
        }
    }
}

/// Says how a server's figures are put together.
pub(super) type MetersOf<'a> = &'a dyn Fn(Vec<(String, Arc<Meter>)>) -> Meters;

/// One server among those that are laid out together.
struct Scope {
    home: Arc<Home>,
    defaults: Vec<(Source, Policies<'static>)>,
}

/// What all of them have in common.
struct Layout<'a> {
    changes: &'a Changes,
    /// The handles of merged servers, which speak for the outermost one.
    resources: Vec<Resources>,
    meters: Option<MetersOf<'a>>,
    problems: &'a mut Vec<String>,
}

impl Server {
    /// Makes another server a part of this one, under a namespace: `export` of a server merged as `"billing"` is `billing.export`.
    ///
    /// Its tools keep what they came with. They see its state and not this server's; its middleware surrounds their calls, inside this
    /// server's; its hooks run; its defaults hold for them, and where it has none, this server's do. `implies` of this server holds for
    /// them too, and its own for none but them. Two tools of one name do not start.
    ///
    /// What there can be one of is the outermost server's. Some of it a merged server has for the days when it is served alone, and nobody asks for it
    /// here: its name, version and instructions, its drain time and page size, its allowances of lints. With the rest it would be another
    /// server: the caller on this machine, the store, keys, the audit file, operators' overrides, nodes, tasks, patience, skills, HTTP. A
    /// merged server that was given one of those does not start, and is told where it belongs.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// /// Export an invoice.
    /// #[tool(read_only)]
    /// async fn export(id: u64, prefix: State<String>) -> String { format!("{}{id}", *prefix) }
    ///
    /// let billing = Server::new("billing").mount(tools![export]).state("INV-".to_owned());
    /// let server = Server::new("office").merge("billing", billing);
    /// # server.check().unwrap();
    /// ```
    ///
    /// To rename its tools or leave some out, [`mount`](Self::mount) a [`Mount`] of it.
    #[track_caller]
    pub fn merge(self, namespace: impl Into<String>, server: Self) -> Self {
        self.mount_at(namespace, server)
    }

    pub(super) fn mounted(mut self, mount: Mount, location: &'static Location<'static>) -> Self {
        if let Content::Server(server) = &mount.content {
            // Here and not later, so that hooks run in the order in which they were given.
            self.given
                .lifecycle
                .hooks
                .adopt(&server.given.lifecycle.hooks);
        }
        self.given.mounts.push(Mount { location, ..mount });
        self
    }
}

impl Given {
    /// Lays out all that is mounted. What does not go together is added to the problems.
    pub(super) fn compose(
        &mut self,
        changes: &Changes,
        meters: Option<MetersOf<'_>>,
        problems: &mut Vec<String>,
    ) -> (Arc<Home>, Vec<Entry>) {
        let home = self.home(None, None);
        let scope = Scope {
            home: Arc::clone(&home),
            defaults: vec![(Source::Server, self.defaults.0)],
        };
        let mut layout = Layout {
            changes,
            resources: Vec::new(),
            meters,
            problems,
        };
        let entries = layout.server(self, &scope);
        self.resources.speak_for(layout.resources);
        (home, entries)
    }

    fn home(&mut self, namespace: Option<String>, host: Option<&Home>) -> Arc<Home> {
        let state: Arc<State> = Arc::new(std::mem::take(&mut self.state));
        let mut around = host.map(|host| host.around.clone()).unwrap_or_default();
        let own = std::mem::take(&mut self.around).into_iter();
        around.extend(own.map(|own| (own, Arc::clone(&state))));
        let host_attempt = host.map(|host| host.around_attempt.clone());
        let mut around_attempt = host_attempt.unwrap_or_default();
        around_attempt.append(&mut self.around_attempt);
        let mut implies = std::mem::take(&mut self.implies);
        // The outermost server's are looked at with every tool's own.
        let between = host.filter(|host| host.namespace.is_some());
        for (scope, implied) in between.iter().flat_map(|host| &host.implies) {
            let own = implies.entry(scope.clone()).or_default();
            own.extend(implied.iter().cloned());
        }
        Arc::new(Home {
            namespace,
            state,
            implies,
            around,
            around_attempt,
            tools: self.tools.clone(),
            prompts: self.prompts.clone(),
            resources: self.resources.clone(),
        })
    }

    /// What this server was given and only the outermost one can have.
    fn misplaced(&self) -> Vec<&'static str> {
        let given = [
            ("local_principal", self.principal.is_some()),
            ("store", self.store.is_some()),
            ("store_timeout", self.store_timeout != STORE_TIMEOUT),
            ("state_key", self.state_key.is_some()),
            ("expected_nodes", self.expected_nodes != NonZero::<u32>::MIN),
            ("audit_file", self.audit_file.is_some()),
            ("policy_overrides", !self.overrides.is_empty()),
            ("max_tasks", !self.tasks.is_untouched()),
            ("patience", self.patience != PATIENCE),
            ("skills", self.skills.is_some()),
            #[cfg(feature = "http")]
            (
                "layer` and other settings of `http",
                !self.http.is_untouched(),
            ),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(what, _)| what).collect()
    }
}

impl Layout<'_> {
    /// The tools of one server, as it would serve them itself.
    fn server(&mut self, server: &mut Given, scope: &Scope) -> Vec<Entry> {
        let mounts = std::mem::take(&mut server.mounts);
        let mut entries = Vec::new();
        for mount in mounts {
            entries.extend(self.mount(mount, scope));
        }
        for (kind, handle) in [
            (Kind::Tool, &server.tools.0),
            (Kind::Resource, server.resources.switches()),
            (Kind::Prompt, &server.prompts.0),
        ] {
            let of_kind = entries.iter().filter(|entry| entry.item.kind() == kind);
            let switch = |entry: &Entry| (entry.own_name(), Arc::clone(&entry.switch));
            let switches = of_kind.map(switch).collect();
            let unknown = handle.bind(switches, self.changes);
            self.problems.extend(unknown);
        }
        entries
    }

    fn mount(&mut self, mount: Mount, scope: &Scope) -> Vec<Entry> {
        let Mount {
            namespace,
            content,
            selection,
            location,
        } = mount;
        let (mut entries, prefix) = match content {
            Content::Tools(toolset, instance) => {
                let tools = toolset.tools.iter().map(|def| Item::Tool(def));
                let resources = toolset.resources.iter().map(|def| Item::Resource(def));
                let prompts = toolset.prompts.iter().map(|def| Item::Prompt(def));
                let defaults = toolset.declared().unwrap_or_else(|error| {
                    self.problems
                        .push(format!("what is mounted at {location}: {error}"));
                    Policies::new()
                });
                let defaults = [(Source::Toolset, defaults)].into_iter();
                let defaults: Vec<_> = defaults.chain(scope.defaults.iter().copied()).collect();
                let entry = |item| Entry {
                    instance: instance.clone(),
                    defaults: defaults.clone(),
                    ..entry(item, &toolset, &scope.home, location)
                };
                let entries = tools.chain(resources).chain(prompts).map(entry);
                (entries.collect(), toolset.prefix)
            }
            Content::Server(server) => {
                let own = || server.given.identity.name.clone();
                let name = namespace.clone().unwrap_or_else(own);
                (
                    self.merged(server.given.into_inner(), name, scope, location),
                    None,
                )
            }
        };
        selection.apply(&mut entries, location, self.problems);
        let before: Vec<_> = namespace.as_deref().into_iter().chain(prefix).collect();
        if !before.is_empty() {
            let before = before.join(".");
            for entry in &mut entries {
                entry.name = format!("{before}.{}", entry.name);
                entry.before = Some(match &entry.before {
                    Some(inner) => format!("{before}.{inner}"),
                    None => before.clone(),
                });
            }
        }
        entries
    }

    fn merged(
        &mut self,
        mut server: Given,
        namespace: String,
        host: &Scope,
        location: &'static Location<'static>,
    ) -> Vec<Entry> {
        let misplaced = server.misplaced();
        if !misplaced.is_empty() {
            self.problems.push(format!(
                "the server `{}` was given `{}`, and is merged into another one at {location}\n  help: give it to that one: there is one for all that is served together",
                server.identity.name,
                misplaced.join("`, `")
            ));
        }
        let outer = host
            .defaults
            .iter()
            .map(|(_, policies)| (Source::Host, *policies));
        let scope = Scope {
            defaults: [(Source::Server, server.defaults.0)]
                .into_iter()
                .chain(outer)
                .collect(),
            home: server.home(Some(namespace), Some(&host.home)),
        };
        self.resources.push(server.resources.clone());
        let mut entries = self.server(&mut server, &scope);
        if let Some(meters) = self.meters {
            let meter = |entry: &Entry| (entry.full_name(), Arc::clone(&entry.meter));
            server
                .metrics
                .set(meters(entries.iter().map(meter).collect()));
        }
        for entry in &mut entries {
            entry.mounted = location;
        }
        entries
    }
}

fn entry(
    item: Item,
    toolset: &Toolset,
    home: &Arc<Home>,
    mounted: &'static Location<'static>,
) -> Entry {
    let def = item.def();
    let mut tags: Vec<&str> = Vec::new();
    for tag in def.tags.iter().chain(toolset.tags) {
        if !tags.contains(tag) {
            tags.push(tag);
        }
    }
    Entry {
        name: def.name.to_owned(),
        before: None,
        item,
        tags,
        instance: None,
        home: Arc::clone(home),
        defaults: Vec::new(),
        switch: Arc::default(),
        meter: Arc::default(),
        mounted,
    }
}

#[cfg(test)]
mod tests;
