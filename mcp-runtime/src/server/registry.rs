//! From names to tools: what was mounted, made ready once, when the server is built.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use regex::Regex;
use serde_json::{Map, Value};

use crate::arg::{InputSchema, Need, Params, Signature, What};
use crate::error::ServerError;
use crate::metrics::Meter;
use crate::policy::{Effective, deprecated};
use crate::tool::{ToolDef, Toolset};

/// Every mounted tool, by name and in a fixed order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    tools: Vec<Arc<Mounted>>,
    by_name: HashMap<String, usize>,
}

/// One tool under its full name, with everything a call needs made ready.
pub(crate) struct Mounted {
    pub(crate) name: String,
    pub(crate) def: &'static ToolDef,
    pub(crate) input: InputSchema,
    pub(crate) output: Option<OutputSchema>,
    pub(crate) defaults: Map<String, Value>,
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) patterns: Vec<(&'static str, Regex)>,
    pub(crate) needs: Vec<Need>,
    pub(crate) policies: Effective,
    pub(crate) deprecated: Option<deprecated::Rule>,
    pub(crate) meter: Arc<Meter>,
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
    /// The name under which a tool of the list is served.
    fn name(&self, def: &ToolDef) -> String {
        match self.namespace {
            Some(namespace) => format!("{namespace}.{}", def.name),
            None => def.name.to_owned(),
        }
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.toolset.tools.iter().map(|def| self.name(def))
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
                let name = mount.name(def);
                let policies = resolve(&name, def, &mount.toolset, &mut problems);
                let declared = policies.declared.deprecated;
                let mut tool = Mounted::new(name, def, policies, &mut problems);
                let is_tool = |name: &str| names.contains(name);
                let rule = declared
                    .map(|it| deprecated::Rule::new(&tool.name, mount.namespace, it, is_tool));
                tool.deprecated = rule.transpose().unwrap_or_else(|problem| {
                    problems.push(format!("tool `{}` {problem} ({})", tool.name, def.location));
                    None
                });
                registry.insert(tool, &mut problems);
            }
        }
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

    /// Each tool's meter, with the name it is shown under.
    pub(crate) fn meters(&self) -> Vec<(String, Arc<Meter>)> {
        let meter = |tool: &Arc<Mounted>| (tool.name.clone(), Arc::clone(&tool.meter));
        self.tools.iter().map(meter).collect()
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
    fn new(
        name: String,
        def: &'static ToolDef,
        policies: Effective,
        problems: &mut Vec<String>,
    ) -> Self {
        let mut signature = Signature::new();
        // The describing walk never starts the tool.
        (def.walk)(&mut Params::describing(&mut signature));
        let mut input = signature.input(def.open);
        let unsupported = policies.size.problem().map(str::to_owned);
        signature.problems.extend(unsupported);
        if let Some(rule) = &policies.idempotency
            && let Err(problem) = rule.describe(&mut input)
        {
            signature.problems.push(problem);
        }
        problems.extend(
            signature
                .problems
                .iter()
                .map(|problem| format!("tool `{name}` {problem} ({})", def.location)),
        );
        Self {
            name,
            def,
            input,
            output: signature.output.map(OutputSchema::new),
            defaults: signature.defaults,
            secrets: signature.secrets,
            patterns: signature.patterns,
            needs: signature.needs,
            policies,
            deprecated: None,
            meter: Arc::default(),
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

fn compile(schema: &Map<String, Value>) -> Option<Validator> {
    let schema = Value::Object(schema.clone());
    jsonschema::options()
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(&schema)
        .map_err(|error| tracing::warn!(%error, "a tool's schema does not compile"))
        .ok()
}
