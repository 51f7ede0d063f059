//! What the server has and what it answers, as JSON of the protocol's form, for whoever sits at a shell.

use std::sync::Arc;

use serde_json::Value;

use super::registry::Mounted;
use super::{Core, prompting, reading, wire};
use crate::answer::Output;
use crate::error::Failure;
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;

impl Core {
    /// The resources and prompts that this caller sees.
    pub(crate) fn listed_besides(
        &self,
        caller: Option<&Principal>,
    ) -> impl Iterator<Item = &Mounted> {
        let all = self.tools().all().map(Arc::as_ref);
        let besides = all.filter(|mounted| mounted.kind != Kind::Tool);
        besides.filter(move |mounted| gate::visible(self, mounted, caller))
    }

    /// A tool, a resource or a prompt as it is listed.
    pub(crate) fn listed_json(&self, mounted: &Mounted) -> Value {
        let registry = self.tools();
        match mounted.kind {
            Kind::Resource => {
                let resources = &registry.resources;
                let mut resources = resources.iter().chain(resources.skills());
                let found = resources.find(|resource| resource.mounted.name == mounted.name);
                found.map_or(Value::Null, |resource| match resource.address {
                    None => json(reading::resource(resource)),
                    Some(_) => json(reading::template(resource)),
                })
            }
            Kind::Prompt => {
                let mut prompts = registry.prompts.iter();
                let found = prompts.find(|prompt| prompt.mounted.name == mounted.name);
                found.map_or(Value::Null, |prompt| json(prompting::prompt(prompt)))
            }
            _ => Self::tool_json(mounted),
        }
    }

    /// The tools that stand in this caller's list.
    pub(crate) fn listed(&self, caller: Option<&Principal>) -> impl Iterator<Item = &Mounted> {
        let tools = self.tools().tools().iter().map(Arc::as_ref);
        tools.filter(move |tool| gate::visible(self, tool, caller))
    }

    /// A tool as `tools/list` gives it.
    pub(crate) fn tool_json(tool: &Mounted) -> Value {
        json(wire::tool(tool))
    }

    /// A result as `tools/call` gives it.
    pub(crate) fn output_json(&self, output: Output) -> Value {
        json(wire::result(output, &self.identity))
    }

    /// A failure as `tools/call` gives it.
    pub(crate) fn failure_json(&self, failure: &Failure) -> Value {
        json(wire::failure(failure, &self.identity))
    }
}

fn json(value: impl serde::Serialize) -> Value {
    // The protocol's types are made of what JSON has.
    serde_json::to_value(value).unwrap_or_default()
}
