//! Lists of tools, resources and prompts, which servers mount.

mod defaults;
mod unique;

use mcp_grammar::Policies;

pub use self::unique::{
    unique, unique_address, unique_name, unique_prompt, unique_prompt_name, unique_resource,
};
use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::tool::ToolDef;

/// A list of tools, as `tools![..]` makes it at a module's end.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 { a + b }
///
/// pub const TOOLS: Toolset = tools![add];
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "a list that no server mounts serves nobody; pass it to `Server::mount`"]
pub struct Toolset {
    pub(crate) tools: &'static [&'static ToolDef],
    pub(crate) resources: &'static [&'static ResourceDef],
    pub(crate) prompts: &'static [&'static PromptDef],
    pub(crate) prefix: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    /// Defaults whose texts the attribute has found right, by option.
    pub(crate) texts: &'static [(&'static str, &'static str)],
    pub(crate) defaults: Policies<'static>,
}

impl Toolset {
    /// A list of these tools.
    pub const fn new(tools: &'static [&'static ToolDef]) -> Self {
        Self {
            tools,
            ..Self::EMPTY
        }
    }

    /// A list of these resources.
    pub const fn of_resources(resources: &'static [&'static ResourceDef]) -> Self {
        Self {
            resources,
            ..Self::EMPTY
        }
    }

    /// A list of these prompts.
    pub const fn of_prompts(prompts: &'static [&'static PromptDef]) -> Self {
        Self {
            prompts,
            ..Self::EMPTY
        }
    }

    const EMPTY: Self = Self {
        tools: &[],
        resources: &[],
        prompts: &[],
        prefix: None,
        tags: &[],
        texts: &[],
        defaults: Policies::new(),
    };

    /// Both lists as one, where each has what the other lacks: tools, resources or prompts.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// /// Add two numbers.
    /// #[tool(read_only)]
    /// async fn add(a: i64, b: i64) -> i64 { a + b }
    ///
    /// /// The rules of arithmetic.
    /// #[resource("math://rules")]
    /// async fn rules() -> &'static str { "a + b = b + a" }
    ///
    /// pub const MATH: Toolset = tools![add].with(resources![rules]).auth(mcp_runtime::Auth::new("math:read"));
    /// ```
    ///
    /// What holds for a whole list, such as [`auth`](Self::auth), is said of the result.
    ///
    /// # Panics
    /// Where both lists have tools, or resources, or prompts, or where a list has a prefix, tags or defaults of its own already; in a `const` this
    /// is a compile error.
    #[track_caller]
    pub const fn with(self, other: Self) -> Self {
        assert!(
            self.says_nothing() && other.says_nothing(),
            "what holds for a whole list is said after `with`: `tools![..].with(resources![..]).auth(..)`"
        );
        Self {
            tools: either(self.tools, other.tools),
            resources: either(self.resources, other.resources),
            prompts: either(self.prompts, other.prompts),
            ..self
        }
    }

    /// The tools, in the order they were written.
    pub const fn tools(&self) -> &'static [&'static ToolDef] {
        self.tools
    }

    /// The resources, in the order they were written.
    pub const fn resources(&self) -> &'static [&'static ResourceDef] {
        self.resources
    }

    /// The prompts, in the order they were written.
    pub const fn prompts(&self) -> &'static [&'static PromptDef] {
        self.prompts
    }
}

/// The one of two lists that has something in it.
#[track_caller]
const fn either<T>(one: &'static [T], other: &'static [T]) -> &'static [T] {
    match (one.is_empty(), other.is_empty()) {
        (_, true) => one,
        (true, _) => other,
        _ => {
            panic!("both lists have items of the same kind; write them in one list, or mount both")
        }
    }
}
