//! What a resource is: a const definition beside the function, with the address under which it is read.

pub(crate) mod address;
mod contents;

use mcp_grammar::{List, UriTemplate};

pub use self::contents::{Blob, IntoContents};
use crate::item::item_options;
use crate::tool::{ToolDef, Walk};

/// A function that `#[resource]` has made a resource.
///
/// The attribute implements it for an empty enum of the function's name, so that one `use` brings both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "not a resource",
    note = "put `#[resource(\"scheme://address\")]` on the function"
)]
pub trait Resource {
    /// The resource's definition, as the attribute writes it.
    const WRITTEN: ResourceDef;

    /// The resource's definition, where it lasts.
    const DEF: &'static ResourceDef = &Self::WRITTEN;
}

/// The definition of a resource, or of all those that one template names.
///
/// `#[resource]` writes it. Each builder method is one option of the attribute.
#[derive(Debug, Clone, Copy)]
pub struct ResourceDef {
    pub(crate) item: ToolDef,
    pub(crate) uri: UriTemplate<'static>,
    pub(crate) mime: Option<&'static str>,
    pub(crate) size: Option<u64>,
    pub(crate) audience: &'static [&'static str],
    pub(crate) priority: Option<f32>,
    pub(crate) list: Option<Walk>,
    pub(crate) completions: List<(&'static str, Walk), 16>,
}

fn nothing(_: &mut crate::arg::Params<'_>) -> Option<crate::tool::Running> {
    None
}

impl ResourceDef {
    /// A resource of this name and description, at this address.
    #[must_use]
    #[track_caller]
    pub const fn new(
        uri: &'static str,
        name: &'static str,
        description: &'static str,
        walk: Walk,
    ) -> Self {
        Self {
            item: ToolDef::new(name, description, walk).read_only(),
            uri: UriTemplate::new(uri),
            mime: None,
            size: None,
            audience: &[],
            priority: None,
            list: None,
            completions: List::new(("", nothing)),
        }
    }

    /// The address, or the template of many.
    pub const fn uri(&self) -> &'static str {
        self.uri.as_str()
    }

    /// The resource's name, for programs.
    pub const fn name(&self) -> &'static str {
        self.item.name
    }

    /// `mime = ".."`: the media type.
    #[must_use]
    pub const fn mime(mut self, mime: &'static str) -> Self {
        self.mime = Some(mime);
        self
    }

    /// `size = 1024`: how many bytes there are, for clients that ask before they read.
    #[must_use]
    pub const fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// `audience = ["user", "assistant"]`: whom it is meant for.
    #[must_use]
    pub const fn audience(mut self, audience: &'static [&'static str]) -> Self {
        self.audience = audience;
        self
    }

    /// `priority = 0.8`: how much it matters, from 0 to 1.
    #[must_use]
    pub const fn priority(mut self, priority: f32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// `list = function`: the function that lists the resources of this template.
    #[must_use]
    #[doc(hidden)]
    pub const fn list(mut self, function: Walk) -> Self {
        self.list = Some(function);
        self
    }
}

item_options!(ResourceDef);
