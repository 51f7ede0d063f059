//! What a prompt is: a const definition beside the function.

mod messages;
pub(crate) mod words;

use mcp_grammar::List;

pub use self::messages::{IntoMessages, Message, Role};
use crate::item::item_options;
use crate::tool::{ToolDef, Walk};

/// A function that `#[prompt]` has made a prompt.
///
/// The attribute implements it for an empty enum of the function's name, so that one `use` brings both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a prompt",
    label = "not a prompt",
    note = "put `#[prompt]` on the function"
)]
pub trait Prompt {
    /// The prompt's definition, as the attribute writes it.
    const WRITTEN: PromptDef;

    /// The prompt's definition, where it lasts.
    const DEF: &'static PromptDef = &Self::WRITTEN;
}

/// The definition of a prompt.
///
/// `#[prompt]` writes it. Each builder method is one option of the attribute.
#[derive(Debug, Clone, Copy)]
pub struct PromptDef {
    pub(crate) item: ToolDef,
    pub(crate) completions: List<(&'static str, Walk), 16>,
}

fn nothing(_: &mut crate::arg::Params<'_>) -> Option<crate::tool::Running> {
    None
}

impl PromptDef {
    /// A prompt of this name and description.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, description: &'static str, walk: Walk) -> Self {
        Self {
            item: ToolDef::new(name, description, walk).read_only(),
            completions: List::new(("", nothing)),
        }
    }

    /// The prompt's name, before any namespace.
    pub const fn name(&self) -> &'static str {
        self.item.name
    }
}

item_options!(PromptDef);
