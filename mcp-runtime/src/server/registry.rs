//! From names to tools: what was mounted, made ready once, when the server is built.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use mcp_grammar::Policies;
use regex::Regex;
use serde_json::{Map, Value};

use super::compose::{Entry, Item};
use super::home::Home;
use super::mounted::{Defaults, Mounting, Prompts, Resources};
use super::switches::Switch;
use crate::arg::{InputSchema, Need, Params, Signature, What};
use crate::kind::Kind;
use crate::metrics::Meter;
use crate::mount::Instance;
use crate::policy::tenants::Named;
use crate::policy::{Effective, deprecated};
use crate::prompt::words;
use crate::skills::Catalog;
use crate::tool::{ToolDef, Walk};

/// Everything that is mounted, by name and in a fixed order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    tools: Vec<Arc<Mounted>>,
    by_name: HashMap<Arc<str>, (usize, &'static Location<'static>)>,
    pub(crate) resources: Resources,
    pub(crate) prompts: Prompts,
    /// Listings and completions, by name.
    asides: HashMap<String, Arc<Mounted>>,
}

/// One tool, or something else that is called as tools are, under its full name, with everything a call needs made ready.
///
/// No two have one name: a resource goes by its address, a prompt by `prompts/name`, and neither can be a tool's name.
pub(crate) struct Mounted {
    pub(crate) kind: Kind,
    pub(crate) name: Arc<str>,
    pub(crate) def: &'static ToolDef,
    pub(crate) walk: Walk,
    /// The tool's tags, and those that its list gives to all of its tools.
    pub(crate) tags: Vec<&'static str>,
    /// What the server that the tool came with was given.
    pub(crate) home: Arc<Home>,
    /// The value whose method the tool is.
    pub(crate) instance: Option<Instance>,
    /// Whether it is there at the moment.
    pub(crate) switch: Arc<Switch>,
    pub(crate) input: InputSchema,
    pub(crate) output: Option<OutputSchema>,
    pub(crate) defaults: Map<String, Value>,
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) patterns: Vec<(&'static str, Regex)>,
    pub(crate) needs: Vec<Need>,
    /// Whether a call is its arguments and nothing else: neither the tool nor code around its attempts says anything to the client while it
    /// runs, and no argument stands in a header too.
    pub(crate) plain: bool,
    pub(crate) policies: Effective,
    pub(crate) deprecated: Option<deprecated::Rule>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) mime: Option<&'static str>,
    /// The arguments as the function takes them.
    pub(crate) order: Vec<&'static str>,
    validator: OnceLock<Option<Validator>>,
}

/// The schema of a tool's structured content.
#[derive(Debug)]
pub(crate) struct OutputSchema {
    pub(crate) json: Map<String, Value>,
    /// Whether the answer is not an object and goes on the wire as `{"result": ..}`.
    pub(crate) wrapped: bool,
    validator: OnceLock<Option<Validator>>,
}

/// The names of everything that is mounted, of which one may stand in for what is deprecated.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<(Kind, String)>);

impl Names {
    fn of(entries: &[Entry]) -> Self {
        let name = |entry: &Entry| (entry.item.kind(), entry.name.clone());
        Self(entries.iter().map(name).collect())
    }

    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.0.contains(&(kind, name.to_owned()))
    }
}

impl Registry {
    /// Makes everything ready, and reports every problem at once.
    pub(crate) fn build(
        entries: &[Entry],
        skills: Option<(&Entry, &Arc<Catalog>)>,
        problems: &mut Vec<String>,
        mut resolve: impl FnMut(Named<'_>, &Policies<'static>, &Defaults, &mut Vec<String>) -> Effective,
    ) -> Self {
        let mut registry = Self::default();
        let names = Names::of(entries);
        let skill_files = skills.map(|(entry, _)| entry);
        for entry in entries.iter().chain(skill_files) {
            let mut mounting = Mounting {
                entry,
                names: &names,
                resolve: &mut resolve,
                problems,
                asides: &mut registry.asides,
            };
            if let Some((_, catalog)) = skills.filter(|(own, _)| std::ptr::eq(*own, entry)) {
                registry.resources.mount_skills(catalog, &mut mounting);
                continue;
            }
            match entry.item {
                Item::Tool(_) => {
                    let tool = mounting.item(&[]);
                    registry.insert(tool, entry.mounted, problems);
                }
                Item::Resource(def) => registry.resources.mount(def, &mut mounting),
                Item::Prompt(def) => registry.prompts.mount(def, &mut mounting),
            }
        }
        registry.resources.finish();
        registry
    }

    fn insert(
        &mut self,
        tool: Mounted,
        at: &'static Location<'static>,
        problems: &mut Vec<String>,
    ) {
        if let Some(&(first, first_at)) = self.by_name.get(&tool.name) {
            problems.push(format!(
                "two tools are named `{}`: one at {} (mounted at {first_at}), one at {} (mounted at {at})\n  help: mount one of them under a namespace with `mount_at(\"..\", TOOLS)`, or rename one with `Mount::new(TOOLS).rename(\"{}\", \"..\")`",
                tool.name, self.tools[first].def.location, tool.def.location, tool.def.name,
            ));
            return;
        }
        let place = (self.tools.len(), at);
        self.by_name.insert(Arc::clone(&tool.name), place);
        self.tools.push(Arc::new(tool));
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Mounted>> {
        self.tools.get(self.by_name.get(name)?.0)
    }

    /// What is called by this name, if it is of this kind.
    pub(crate) fn find_of(&self, kind: Kind, name: &str) -> Option<&Arc<Mounted>> {
        match kind {
            Kind::Tool => self.find(name),
            Kind::Resource => self.resources.find(name),
            Kind::Prompt => self.prompts.find(name),
            Kind::Listing | Kind::Completion => self.asides.get(name),
        }
    }

    /// Tools, resources and prompts, in this order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Mounted>> {
        let resources = self.resources.iter().chain(self.resources.skills());
        let resources = resources.map(|resource| &resource.mounted);
        let prompts = self.prompts.iter().map(|prompt| &prompt.mounted);
        self.tools.iter().chain(resources).chain(prompts)
    }

    /// Everything that can run, listings and completions too.
    pub(crate) fn everything(&self) -> impl Iterator<Item = &Arc<Mounted>> {
        self.all().chain(self.asides.values())
    }

    /// What goes by this name, whatever it is.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Mounted>> {
        self.all().find(|mounted| *mounted.name == *name)
    }

    /// Whether there is a tool whose answers can be read as resources when they are too large to be sent.
    pub(crate) fn links(&self) -> bool {
        self.all().any(|tool| tool.policies.size.links())
    }

    /// Whether there is a function that completes arguments.
    pub(crate) fn completes(&self) -> bool {
        let mut asides = self.asides.values();
        asides.any(|aside| aside.kind == Kind::Completion)
    }

    /// The meter of everything that runs, with the name it is shown under.
    pub(crate) fn meters(&self) -> Vec<(String, Arc<Meter>)> {
        let meter = |tool: &Arc<Mounted>| (tool.name.to_string(), Arc::clone(&tool.meter));
        self.everything().map(meter).collect()
    }

    /// Whether calls of any tool run as tasks.
    pub(crate) fn any_task(&self) -> bool {
        let mut tools = self.tools.iter();
        tools.any(|tool| tool.policies.declared.task.is_some())
    }

    /// The tools, in the order they were mounted and written.
    pub(crate) fn tools(&self) -> &[Arc<Mounted>] {
        &self.tools
    }
}

impl Mounted {
    pub(super) fn new(
        kind: Kind,
        name: String,
        (def, walk): (&'static ToolDef, Walk),
        entry: &Entry,
        policies: Effective,
        problems: &mut Vec<String>,
    ) -> Self {
        let mut signature = Signature::new();
        // The describing walk never starts the tool.
        walk(&mut Params::describing(&mut signature));
        let mut input = signature.input(def.open);
        let unsupported = policies
            .size
            .problem(signature.output.is_some(), policies.cache.is_some())
            .map(str::to_owned);
        signature.problems.extend(unsupported);
        if let Some(rule) = &policies.idempotency
            && let Err(problem) = rule.describe(&mut input)
        {
            signature.problems.push(problem);
        }
        if kind.speaks_text() {
            let unspeakable = words::unspeakable(&input.json);
            signature.problems.extend(unspeakable.map(|name| {
                format!("takes `{name}`, which is an object or a list; its arguments are texts, numbers, booleans and choices")
            }));
        }
        problems.extend(
            signature
                .problems
                .iter()
                .map(|problem| format!("{} `{name}` {problem} ({})", kind.noun(), def.location)),
        );
        let speaks = |need: &Need| matches!(need.what, What::Client);
        Self {
            kind,
            name: name.into(),
            def,
            walk,
            plain: entry.home.around_attempt.is_empty()
                && !signature.needs.iter().any(speaks)
                && !mirrors(&input.json),
            tags: entry.tags.clone(),
            home: Arc::clone(&entry.home),
            instance: entry.instance.clone(),
            switch: Arc::default(),
            input,
            output: signature.output.map(OutputSchema::new),
            defaults: signature.defaults,
            secrets: signature.secrets,
            patterns: signature.patterns,
            needs: signature.needs,
            policies,
            deprecated: None,
            meter: Arc::default(),
            mime: signature.mime,
            order: signature.order,
            validator: OnceLock::new(),
        }
    }

    /// Whether the tool is a method of this type, and there is a value to call it on.
    pub(super) fn is_method_of(&self, id: TypeId) -> bool {
        // Of what is inside the `Arc`, which is `Any` itself.
        let instance = self.instance.as_deref();
        instance.is_some_and(|instance| instance.type_id() == id)
    }

    /// Whether a parameter is the caller, perhaps in an `Option`.
    pub(crate) fn takes_caller(&self) -> bool {
        let caller = |need: &Need| {
            matches!(
                need.what,
                What::Caller | What::PerhapsCaller | What::Scope(_)
            )
        };
        self.needs.iter().any(caller)
    }

    /// Whether the tool says itself when its task begins.
    pub(crate) fn begins_task(&self) -> bool {
        let task = |need: &Need| matches!(need.what, What::Task);
        self.needs.iter().any(task)
    }

    /// What the schema says of arguments that did not read, with a path each. Compiled at the first refusal.
    pub(crate) fn validator(&self) -> Option<&Validator> {
        let compile = || compile(&self.input.json);
        self.validator.get_or_init(compile).as_ref()
    }
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounted")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl OutputSchema {
    fn new(schema: schemars::Schema) -> Self {
        let json = match schema.to_value() {
            Value::Object(json) => json,
            _ => Map::new(),
        };
        let wrapped = json.get("type").and_then(Value::as_str) != Some("object");
        let json = if wrapped { wrap(json) } else { json };
        Self {
            json,
            wrapped,
            validator: OnceLock::new(),
        }
    }

    /// Why a structured result does not fit, if it does not.
    pub(crate) fn misfit(&self, structured: &Value) -> Option<String> {
        let compile = || compile(&self.json);
        let validator = self.validator.get_or_init(compile).as_ref()?;
        let error = validator.iter_errors(structured).next()?;
        Some(format!("{} at `{}`", error, error.instance_path()))
    }
}

/// `{"result": ..}` around a schema; its definitions stay at the root, where the references look for them.
fn wrap(mut inner: Map<String, Value>) -> Map<String, Value> {
    let mut json = Map::new();
    for keyword in ["$schema", "$defs"] {
        if let Some(value) = inner.remove(keyword) {
            json.insert(keyword.to_owned(), value);
        }
    }
    json.insert("type".to_owned(), Value::from("object"));
    json.insert(
        "properties".to_owned(),
        serde_json::json!({ "result": inner }),
    );
    json.insert("required".to_owned(), serde_json::json!(["result"]));
    json
}

/// Whether an argument stands in a header too (MCP 2026-07-28, `x-mcp-header`).
fn mirrors(schema: &Map<String, Value>) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut properties = properties.into_iter().flat_map(Map::values);
    properties.any(|property| {
        property.get("x-mcp-header").is_some() || property.as_object().is_some_and(mirrors)
    })
}

fn compile(schema: &Map<String, Value>) -> Option<Validator> {
    let schema = Value::Object(schema.clone());
    jsonschema::options()
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(&schema)
        .map_err(|error| tracing::warn!(%error, "a tool's schema does not compile"))
        .ok()
}
