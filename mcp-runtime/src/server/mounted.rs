//! Resources and prompts, made ready when the server is built: where each is found, and what runs beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mcp_grammar::Policies;
use serde_json::{Map, Value};

use super::registry::{Mount, Mounted};
use crate::kind::Kind;
use crate::policy::{Effective, deprecated};
use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::resource::address::Address;
use crate::tool::{ToolDef, Toolset, Walk};

/// Decides which policies hold for what is mounted under a name.
pub(super) type Resolve<'a> =
    &'a mut dyn FnMut(&str, &ToolDef, &Toolset, &mut Vec<String>) -> Effective;

/// One list on its way into the registry.
pub(super) struct Mounting<'a> {
    pub(super) mount: &'a Mount,
    /// All lists, this one among them.
    pub(super) mounts: &'a [Mount],
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
}

#[derive(Debug)]
pub(crate) struct MountedResource {
    /// The name for programs, with its namespace.
    pub(crate) name: String,
    pub(crate) def: &'static ResourceDef,
    pub(crate) mounted: Arc<Mounted>,
    /// How its variables are read; `None` for one fixed resource.
    pub(crate) address: Option<Address>,
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
}

impl Mounting<'_> {
    fn mounted(
        &mut self,
        kind: Kind,
        name: String,
        def: &'static ToolDef,
        completions: &[(&'static str, Walk)],
    ) -> Arc<Mounted> {
        for (argument, walk) in completions {
            let name = completion(&name, argument);
            self.aside(Kind::Completion, name, def, *walk);
        }
        let mut policies = (self.resolve)(&name, def, &self.mount.toolset, self.problems);
        // Half a document is none.
        policies.size = policies.size.whole();
        let declared = policies.declared.deprecated;
        let mut mounted = Mounted::new(kind, name, (def, def.walk), policies, self.problems);
        let known = self.names(kind);
        let is_known = |name: &str| known.contains(name);
        let own = self.mount.name(def.name);
        let rule = declared
            .map(|it| deprecated::Rule::new(&own, self.mount.namespace, it, is_known))
            .transpose();
        mounted.deprecated = rule.unwrap_or_else(|problem| {
            let (noun, place) = (kind.noun(), def.location);
            self.problems
                .push(format!("{noun} `{own}` {problem} ({place})"));
            None
        });
        Arc::new(mounted)
    }

    /// The names of all others of the kind, of which one may stand in for what is deprecated.
    fn names(&self, kind: Kind) -> HashSet<String> {
        let names = self.mounts.iter().flat_map(|mount| {
            let resources = mount.toolset.resources.iter().map(|def| def.item.name);
            let prompts = mount.toolset.prompts.iter().map(|def| def.item.name);
            let names: Vec<_> = match kind {
                Kind::Prompt => prompts.collect(),
                _ => resources.collect(),
            };
            names.into_iter().map(|name| mount.name(name))
        });
        names.collect()
    }

    /// Something that runs in the service of `def`: for the same callers, and within the same bounds, but not a use of it.
    fn aside(&mut self, kind: Kind, name: String, def: &'static ToolDef, walk: Walk) {
        // What cannot be read is reported where `def` itself is resolved.
        let declared = def.declared().unwrap_or_default();
        let policies = Policies {
            auth: declared.auth,
            timeout: declared.timeout,
            breaker: declared.breaker,
            concurrency: declared.concurrency,
            audit: declared.audit,
            ..Policies::new()
        };
        let own = ToolDef {
            policies,
            texts: &[],
            ..*def
        };
        let policies = (self.resolve)(&name, &own, &self.mount.toolset, self.problems);
        let aside = Mounted::new(kind, name, (def, walk), policies, self.problems);
        self.asides.insert(aside.name.clone(), Arc::new(aside));
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
    pub(super) fn mount(&mut self, mounting: &mut Mounting<'_>) {
        for def in mounting.mount.toolset.resources {
            let (uri, location) = (def.uri(), def.item.location);
            let address = match def.uri.is_fixed() {
                true => None,
                false => Address::new(def.uri),
            };
            if let Some(other) = self.of_same_place(def, address.as_ref()) {
                mounting.problems.push(format!(
                    "two resources are at `{uri}`: one at {}, one at {location}\n  help: give each its own address",
                    other.def.item.location
                ));
                continue;
            }
            if let Some(walk) = def.list {
                mounting.aside(Kind::Listing, listing(uri), &def.item, walk);
            }
            let name = mounting.mount.name(def.item.name);
            let completions = def.completions.as_slice();
            let mounted = mounting.mounted(Kind::Resource, uri.to_owned(), &def.item, completions);
            self.by_uri.insert(uri, self.items.len());
            if address.is_some() {
                self.templates.push(self.items.len());
            }
            self.items.push(MountedResource {
                name,
                def,
                mounted,
                address,
            });
        }
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
        let index = self.by_uri.get(uri)?;
        self.items.get(*index).map(|resource| &resource.mounted)
    }

    /// What stands at an address, and the variables in it.
    pub(crate) fn resolve(&self, uri: &str) -> Option<(&MountedResource, Map<String, Value>)> {
        let fixed = self
            .by_uri
            .get(uri)
            .and_then(|index| self.items.get(*index));
        if let Some(resource) = fixed.filter(|resource| resource.address.is_none()) {
            return Some((resource, Map::new()));
        }
        let templates = self
            .templates
            .iter()
            .filter_map(|index| self.items.get(*index));
        let mut fitting = templates.filter_map(|resource| {
            let variables = resource.address.as_ref()?.read(uri)?;
            Some((resource, variables))
        });
        fitting.next()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, MountedResource> {
        self.items.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl Prompts {
    pub(super) fn mount(&mut self, mounting: &mut Mounting<'_>) {
        for def in mounting.mount.toolset.prompts {
            let PromptDef { item, completions } = def;
            let name = mounting.mount.name(item.name);
            let full = prompt(&name);
            if let Some(first) = self.find(&full) {
                mounting.problems.push(format!(
                    "two prompts are named `{name}`: one at {}, one at {}\n  help: mount one list under a namespace with `mount_at(\"..\", PROMPTS)`, or rename one with `name = \"..\"`",
                    first.def.location, item.location,
                ));
                continue;
            }
            let mounted = mounting.mounted(Kind::Prompt, full, item, completions.as_slice());
            self.by_name.insert(mounted.name.clone(), self.items.len());
            self.items.push(MountedPrompt { name, mounted });
        }
    }

    pub(crate) fn find(&self, full: &str) -> Option<&Arc<Mounted>> {
        let index = self.by_name.get(full)?;
        self.items.get(*index).map(|prompt| &prompt.mounted)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, MountedPrompt> {
        self.items.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
