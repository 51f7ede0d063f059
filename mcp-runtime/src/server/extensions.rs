//! The extensions of the protocol that a server offers: those that something in it needs.

use rmcp::model::{ExtensionCapabilities, JsonObject, SKILLS_EXTENSION_ID, TASKS_EXTENSION_ID};

use super::Core;

pub(super) fn offered(core: &Core) -> Option<ExtensionCapabilities> {
    let mut offered = ExtensionCapabilities::new();
    if core.tools().any_task() {
        offered.insert(TASKS_EXTENSION_ID.to_owned(), JsonObject::new());
    }
    if core.skills.is_some() {
        let settings = JsonObject::from_iter([("directoryRead".to_owned(), true.into())]);
        offered.insert(SKILLS_EXTENSION_ID.to_owned(), settings);
    }
    (!offered.is_empty()).then_some(offered)
}
