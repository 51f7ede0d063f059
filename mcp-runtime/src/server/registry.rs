//! From names to tools: what was mounted, made ready once, when the server is built.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use regex::Regex;
use serde_json::{Map, Value};

use super::mounted::{Mounting, Prompts, Resources};
use crate::arg::{InputSchema, Need, Params, Signature, What};
use crate::error::ServerError;
use crate::kind::Kind;
use crate::metrics::Meter;
use crate::policy::{Effective, deprecated};
use crate::prompt::words;
use crate::tool::{ToolDef, Toolset, Walk};

/// Everything that is mounted, by name and in a fixed order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    tools: Vec<Arc<Mounted>>,
    by_name: HashMap<String, usize>,
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
    pub(crate) name: String,
    pub(crate) def: &'static ToolDef,
    pub(crate) walk: Walk,
    pub(crate) input: InputSchema,
    pub(crate) output: Option<OutputSchema>,
    pub(crate) defaults: Map<String, Value>,
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) patterns: Vec<(&'static str, Regex)>,
    pub(crate) needs: Vec<Need>,
    /// Whether a call is its arguments and nothing else: the tool says nothing to its client while it runs, and no argument stands in a
    /// header too.
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

/// A list to mount, and the namespace it goes under.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mount {
    pub(crate) namespace: Option<&'static str>,
    pub(crate) toolset: Toolset,
}

impl Mount {
    /// The name under which something of the list is served.
    pub(super) fn name(&self, name: &str) -> String {
        match self.namespace {
            Some(namespace) => format!("{namespace}.{name}"),
            None => name.to_owned(),
        }
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.toolset.tools.iter().map(|def| self.name(def.name))
    }
}

impl Registry {
    /// Makes every tool ready, and reports every problem at once.
    pub(crate) fn build(
        mounts: &[Mount],
        mut resolve: impl FnMut(&str, &ToolDef, &Toolset, &mut Vec<String>) -> Effective,
    ) -> Result<Self, ServerError> {
        let mut registry = Self::default();
        let mut problems = Vec::new();
        let names: HashSet<String> = mounts.iter().flat_map(Mount::names).collect();
        for mount in mounts {
            for def in mount.toolset.tools {
                let name = mount.name(def.name);
                let policies = resolve(&name, def, &mount.toolset, &mut problems);
                let declared = policies.declared.deprecated;
                let mut tool =
                    Mounted::new(Kind::Tool, name, (def, def.walk), policies, &mut problems);
                let is_tool = |name: &str| names.contains(name);
                let rule = declared
                    .map(|it| deprecated::Rule::new(&tool.name, mount.namespace, it, is_tool));
                tool.deprecated = rule.transpose().unwrap_or_else(|problem| {
                    problems.push(format!("tool `{}` {problem} ({})", tool.name, def.location));
                    None
                });
                registry.insert(tool, &mut problems);
            }
            let mut mounting = Mounting {
                mount,
                mounts,
                resolve: &mut resolve,
                problems: &mut problems,
                asides: &mut registry.asides,
            };
            registry.resources.mount(&mut mounting);
            registry.prompts.mount(&mut mounting);
        }
        registry.resources.finish();
        match problems.is_empty() {
            true => Ok(registry),
            false => Err(ServerError::new(problems.join("\n"))),
        }
    }

    fn insert(&mut self, tool: Mounted, problems: &mut Vec<String>) {
        if let Some(&first) = self.by_name.get(&tool.name) {
            problems.push(format!(
                "two tools are named `{}`: one at {}, one at {}\n  help: mount one list under a namespace with `mount_at(\"..\", TOOLS)`, or rename one with `name = \"..\"`",
                tool.name, self.tools[first].def.location, tool.def.location,
            ));
            return;
        }
        self.by_name.insert(tool.name.clone(), self.tools.len());
        self.tools.push(Arc::new(tool));
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Mounted>> {
        self.tools.get(*self.by_name.get(name)?)
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
        let resources = self.resources.iter().map(|resource| &resource.mounted);
        let prompts = self.prompts.iter().map(|prompt| &prompt.mounted);
        self.tools.iter().chain(resources).chain(prompts)
    }

    /// Everything that can run, listings and completions too.
    pub(crate) fn everything(&self) -> impl Iterator<Item = &Arc<Mounted>> {
        self.all().chain(self.asides.values())
    }

    /// What goes by this name, whatever it is.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Mounted>> {
        self.all().find(|mounted| mounted.name == name)
    }

    /// Whether there is a function that completes arguments.
    pub(crate) fn completes(&self) -> bool {
        let mut asides = self.asides.values();
        asides.any(|aside| aside.kind == Kind::Completion)
    }

    /// The meter of everything that runs, with the name it is shown under.
    pub(crate) fn meters(&self) -> Vec<(String, Arc<Meter>)> {
        let meter = |tool: &Arc<Mounted>| (tool.name.clone(), Arc::clone(&tool.meter));
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
        policies: Effective,
        problems: &mut Vec<String>,
    ) -> Self {
        let mut signature = Signature::new();
        // The describing walk never starts the tool.
        walk(&mut Params::describing(&mut signature));
        let mut input = signature.input(def.open);
        let unsupported = policies.size.problem().map(str::to_owned);
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
            name,
            def,
            walk,
            plain: !signature.needs.iter().any(speaks) && !mirrors(&input.json),
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
