//! What a server says that it serves: its capabilities, and the methods that it answers.

#![expect(
    deprecated,
    reason = "the protocol is leaving logging behind (SEP-2577); clients of 2025-11-25 still use it"
)]

use rmcp::model::{
    JsonObject, PromptsCapability, ResourcesCapability, ServerCapabilities, ServerConfig,
    ToolsCapability,
};

use super::handler::Handler;
use super::icons::icons;
use super::{extensions, wire};

impl Handler {
    /// What the client is told at first.
    pub(super) fn info(&self) -> ServerConfig {
        let served = self.core.tools();
        let mut capabilities = ServerCapabilities::builder().enable_logging().build();
        capabilities.extensions = extensions::offered(&self.core);
        if !served.tools().is_empty() {
            let mut tools = ToolsCapability::default();
            tools.list_changed = Some(true);
            capabilities.tools = Some(tools);
        }
        if !served.prompts.is_empty() {
            let mut prompts = PromptsCapability::default();
            prompts.list_changed = Some(true);
            capabilities.prompts = Some(prompts);
        }
        if self.has_resources() {
            let mut resources = ResourcesCapability::default();
            // Skills change with the program alone.
            let changes = (!served.resources.is_empty()).then_some(true);
            (resources.subscribe, resources.list_changed) = (changes, changes);
            capabilities.resources = Some(resources);
        }
        if served.completes() {
            capabilities.completions = Some(JsonObject::default());
        }
        let mut implementation = wire::implementation(&self.core.identity);
        // Once a client, and not with every result.
        implementation.icons = icons(&self.core.identity.icons);
        let mut info = ServerConfig::new(capabilities).with_server_info(implementation);
        info.instructions
            .clone_from(&self.core.identity.instructions);
        info
    }

    pub(super) fn has_resources(&self) -> bool {
        let served = self.core.tools();
        !served.resources.is_empty() || self.core.skills.is_some() || served.links()
    }

    /// Whether a method with params is answered here, so that it is its params that are wrong.
    pub(super) fn serves(&self, method: &str, before_2026: bool) -> bool {
        let served = self.core.tools();
        match method {
            "tools/call" | "tools/list" | "tasks/get" | "tasks/update" | "tasks/cancel" => true,
            "initialize" | "logging/setLevel" => before_2026,
            "subscriptions/listen" => !before_2026,
            "prompts/get" | "prompts/list" => !served.prompts.is_empty(),
            "resources/read" | "resources/list" | "resources/templates/list" => {
                self.has_resources()
            }
            "skills/list" | "skills/get" | "resources/directory/read" => self.core.skills.is_some(),
            "resources/subscribe" | "resources/unsubscribe" => {
                before_2026 && !served.resources.is_empty()
            }
            "completion/complete" => served.completes(),
            _ => false,
        }
    }
}
