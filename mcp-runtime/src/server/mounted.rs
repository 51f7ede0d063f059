//! Resources and prompts, made ready when the server is built: where each is found, and what runs beside it.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use mcp_grammar::{Concurrency, Key, Policies};
use serde_json::{Map, Value};

use super::compose::Entry;
use super::registry::{Mounted, Names};
use crate::kind::Kind;
use crate::policy::tenants::Named;
use crate::policy::{Effective, Source, deprecated};
use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::resource::address::Address;
use crate::skills::{self, Catalog};
use crate::tool::{ToolDef, Walk};

/// What those around something declare for it, the nearest first.
pub(super) type Defaults = [(Source, Policies<'static>)];

/// Decides which policies hold for what is mounted under a name.
pub(super) type Resolve<'a> =
    &'a mut dyn FnMut(Named<'_>, &Policies<'static>, &Defaults, &mut Vec<String>) -> Effective;

/// One thing on its way into the registry.
pub(super) struct Mounting<'a> {
    pub(super) entry: &'a Entry,
    pub(super) names: &'a Names,
    pub(super) resolve: Resolve<'a>,
    pub(super) problems: &'a mut Vec<String>,
    pub(super) asides: &'a mut HashMap<String, Arc<Mounted>>,
}

/// Every mounted resource and template.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    items: Vec<MountedResource>,
    by_uri: HashMap<&'static str, usize>,
    /// Those with variables, the most telling ones first.
    templates: Vec<usize>,
    skills: Option<SkillFiles>,
}

/// The files of skills: each a resource of its own, all of them called by one name.
#[derive(Debug)]
struct SkillFiles {
    resource: MountedResource,
    catalog: Arc<Catalog>,
}

#[derive(Debug)]
pub(crate) struct MountedResource {
    /// The name for programs, with its namespace.
    pub(crate) name: String,
    pub(crate) def: &'static ResourceDef,
    pub(crate) mounted: Arc<Mounted>,
    /// How its variables are read; `None` for one fixed resource.
    pub(crate) address: Option<Address>,
    /// Where the program mounts it.
    at: &'static Location<'static>,
    /// How long clients may keep what they read of it, where no `cache` says so.
    pub(crate) lasts: Option<Duration>,
}

/// Every mounted prompt.
#[derive(Debug, Default)]
pub(crate) struct Prompts {
    items: Vec<MountedPrompt>,
    by_name: HashMap<String, usize>,
}

#[derive(Debug)]
pub(crate) struct MountedPrompt {
    pub(crate) name: String,
    pub(crate) mounted: Arc<Mounted>,
    /// Where the program mounts it.
    at: &'static Location<'static>,
}

impl Mounting<'_> {
    /// The thing itself, and the functions that complete its arguments.
    pub(super) fn item(&mut self, completions: &[(&'static str, Walk)]) -> Mounted {
        let Entry {
            item, name: own, ..
        } = self.entry;
        let (kind, def, name) = (item.kind(), item.def(), self.entry.full_name());
        for (argument, walk) in completions {
            let name = completion(&name, argument);
            self.aside(Kind::Completion, name, def, *walk);
        }
        let own_policies = def.declared().unwrap_or_else(|error| {
            self.problems
                .push(format!("`{own}`: {error} ({})", def.location));
            Policies::new()
        });
        let named = Named {
            name: &name,
            of: &name,
            tags: &self.entry.tags,
        };
        let around = &self.entry.defaults;
        let mut policies = (self.resolve)(named, &own_policies, around, self.problems);
        if kind != Kind::Tool {
            // Half a document is none.
            policies.size = policies.size.whole();
        }
        let declared = policies.declared.deprecated;
        let walk = (def, def.walk);
        let mut mounted = Mounted::new(kind, name, walk, self.entry, policies, self.problems);
        let before = self.entry.before.as_deref();
        let is_known = |name: &str| self.names.has(kind, name);
        let rule = declared.map(|it| deprecated::Rule::new(own, before, it, is_known));
        mounted.deprecated = rule.transpose().unwrap_or_else(|problem| {
            let (noun, place) = (kind.noun(), def.location);
            self.problems
                .push(format!("{noun} `{own}` {problem} ({place})"));
            None
        });
        mounted.switch = Arc::clone(&self.entry.switch);
        mounted.meter = Arc::clone(&self.entry.meter);
        mounted
    }

    /// Something that runs in the service of `def`: for the same callers, and within the same bounds, but not a use of it.
    fn aside(&mut self, kind: Kind, name: String, def: &'static ToolDef, walk: Walk) {
        // What cannot be read is reported where `def` itself is resolved.
        let own = lent(&def.declared().unwrap_or_default());
        let around = self.entry.defaults.iter();
        let around: Vec<_> = around.map(|(source, it)| (*source, lent(it))).collect();
        let named = Named {
            name: &name,
            of: &self.entry.full_name(),
            tags: &self.entry.tags,
        };
        let mut policies = (self.resolve)(named, &own, &around, self.problems);
        policies.size = policies.size.whole();
        let aside = Mounted::new(kind, name, (def, walk), self.entry, policies, self.problems);
        self.asides.insert(aside.name.to_string(), Arc::new(aside));
    }
}

/// Of the policies of a resource or a prompt, and of those around it, the ones that hold for the functions in its service: who may call, and within
/// which bounds. The rest is about its use: a rate that counts reads, a question before it, what its arguments must be.
fn lent(policies: &Policies<'static>) -> Policies<'static> {
    let by_argument = |bound: &Concurrency<'_>| {
        let mut keys = bound.keys.iter();
        keys.any(|key| matches!(key, Key::Arg(_)))
    };
    Policies {
        read_only: true,
        auth: policies.auth,
        timeout: policies.timeout,
        breaker: policies.breaker,
        concurrency: policies.concurrency.filter(|bound| !by_argument(bound)),
        max_in: policies.max_in,
        max_out: policies.max_out,
        audit: policies.audit,
        ..Policies::new()
    }
}

/// The name of the function that completes an argument.
pub(crate) fn completion(of: &str, argument: &str) -> String {
    format!("complete/{of}/{argument}")
}

/// The name of the function that lists a template's resources.
pub(crate) fn listing(template: &str) -> String {
    format!("list/{template}")
}

/// The name by which a prompt goes among everything that is mounted.
pub(crate) fn prompt(name: &str) -> String {
    format!("prompts/{name}")
}

impl Resources {
    pub(super) fn mount(&mut self, def: &'static ResourceDef, mounting: &mut Mounting<'_>) {
        let (uri, location) = (def.uri(), def.item.location);
        let address = match def.uri.is_fixed() {
            true => None,
            false => Address::new(def.uri),
        };
        if let Some(other) = self.of_same_place(def, address.as_ref()) {
            mounting.problems.push(format!(
                "two resources are at `{uri}`: one at {} (mounted at {}), one at {location} (mounted at {})\n  help: give each its own address, or leave one out with `Mount::new(RESOURCES).hide(\"{}\")`; a namespace stands before names and leaves addresses as they are",
                other.def.item.location, other.at, mounting.entry.mounted, def.item.name,
            ));
            return;
        }
        if let Some(walk) = def.list {
            mounting.aside(Kind::Listing, listing(uri), &def.item, walk);
        }
        let mounted = Arc::new(mounting.item(def.completions.as_slice()));
        self.by_uri.insert(uri, self.items.len());
        if address.is_some() {
            self.templates.push(self.items.len());
        }
        self.items.push(MountedResource {
            name: mounting.entry.name.clone(),
            def,
            mounted,
            address,
            at: mounting.entry.mounted,
            lasts: None,
        });
    }

    /// Mounts the files of skills, after everything else.
    pub(super) fn mount_skills(&mut self, catalog: &Arc<Catalog>, mounting: &mut Mounting<'_>) {
        let (def, at) = (skills::FILES, mounting.entry.mounted);
        let address = Address::new(def.uri);
        let as_template = self.of_same_place(def, address.as_ref());
        let fixed = self.items.iter().filter(|it| it.address.is_none());
        let shadowed = fixed.filter(|it| catalog.file(it.def.uri()).is_some());
        for other in shadowed.chain(as_template) {
            mounting.problems.push(format!(
                "two resources are at `{}`: one at {} (mounted at {}), and the skills that are served at {at}\n  help: give the resource another address, or the skill's folder another name",
                other.def.uri(), other.def.item.location, other.at,
            ));
        }
        let resource = MountedResource {
            name: mounting.entry.name.clone(),
            def,
            mounted: Arc::new(mounting.item(&[])),
            address,
            at,
            lasts: Some(skills::LASTS),
        };
        let catalog = Arc::clone(catalog);
        self.skills = Some(SkillFiles { resource, catalog });
    }

    /// The files of skills, as one.
    pub(crate) fn skills(&self) -> Option<&MountedResource> {
        self.skills.as_ref().map(|skills| &skills.resource)
    }

    /// Puts the templates in the order in which they are tried.
    pub(super) fn finish(&mut self) {
        let literal = |index: &usize| self.items[*index].address.as_ref().map(|it| it.literal);
        let mut templates = std::mem::take(&mut self.templates);
        templates.sort_by_key(|index| std::cmp::Reverse(literal(index)));
        self.templates = templates;
    }

    fn of_same_place(
        &self,
        def: &ResourceDef,
        address: Option<&Address>,
    ) -> Option<&MountedResource> {
        if let Some(index) = self.by_uri.get(def.uri()) {
            return self.items.get(*index);
        }
        let shape = address?.shape();
        let mut templates = self
            .templates
            .iter()
            .filter_map(|index| self.items.get(*index));
        templates.find(|other| {
            let other = other.address.as_ref();
            other.is_some_and(|other| other.shape() == shape)
        })
    }

    pub(crate) fn find(&self, uri: &str) -> Option<&Arc<Mounted>> {
        let index = self.by_uri.get(uri);
        let found = index.and_then(|index| self.items.get(*index));
        let skills = || self.skills().filter(|skills| skills.def.uri() == uri);
        found.or_else(skills).map(|resource| &resource.mounted)
    }

    /// What stands at an address, and the variables in it.
    pub(crate) fn resolve(&self, uri: &str) -> Option<(&MountedResource, Map<String, Value>)> {
        let mut there = self
            .fitting(uri)
            .filter(|(resource, _)| resource.mounted.switch.is_on());
        there.next()
    }

    /// All that an address fits, those that are switched off too, the most telling one first.
    pub(crate) fn fitting(
        &self,
        uri: &str,
    ) -> impl Iterator<Item = (&MountedResource, Map<String, Value>)> {
        let fixed = self
            .by_uri
            .get(uri)
            .and_then(|index| self.items.get(*index))
            .filter(|resource| resource.address.is_none());
        let templates = self
            .templates
            .iter()
            .filter_map(|index| self.items.get(*index));
        let fitting = templates.filter_map(move |resource| {
            let variables = resource.address.as_ref()?.read(uri)?;
            Some((resource, variables))
        });
        let fixed = fixed.map(|resource| (resource, Map::new()));
        let skills = self.skills.as_ref();
        let skill = skills.and_then(|it| Some((&it.resource, it.catalog.arguments(uri)?)));
        fixed.into_iter().chain(skill).chain(fitting)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, MountedResource> {
        self.items.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl Prompts {
    pub(super) fn mount(&mut self, def: &'static PromptDef, mounting: &mut Mounting<'_>) {
        let PromptDef { item, completions } = def;
        let name = mounting.entry.name.clone();
        let at = mounting.entry.mounted;
        if let Some(first) = self.get(&prompt(&name)) {
            mounting.problems.push(format!(
                "two prompts are named `{name}`: one at {} (mounted at {}), one at {} (mounted at {at})\n  help: mount one list under a namespace with `mount_at(\"..\", PROMPTS)`, rename one with `Mount::new(PROMPTS).rename(\"{}\", \"..\")`, or leave it out with `.hide(..)`",
                first.mounted.def.location, first.at, item.location, item.name,
            ));
            return;
        }
        let mounted = Arc::new(mounting.item(completions.as_slice()));
        self.by_name
            .insert(mounted.name.to_string(), self.items.len());
        self.items.push(MountedPrompt { name, mounted, at });
    }

    pub(crate) fn get(&self, full: &str) -> Option<&MountedPrompt> {
        let index = self.by_name.get(full)?;
        self.items.get(*index)
    }

    pub(crate) fn find(&self, full: &str) -> Option<&Arc<Mounted>> {
        self.get(full).map(|prompt| &prompt.mounted)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, MountedPrompt> {
        self.items.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
