//! What a server mounts: lists of tools, values whose methods are tools, other servers; renamed and sorted out on the way.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::prompt::PromptDef;
use crate::resource::ResourceDef;
use crate::server::Server;
use crate::tool::ToolDef;
use crate::toolset::Toolset;

/// A type whose methods are tools, resources or prompts: `#[toolset]` on its `impl` block implements it.
pub trait ToolMethods: Sized + 'static {
    #[doc(hidden)]
    const DEFS: &'static [&'static ToolDef];

    #[doc(hidden)]
    const RESOURCES: &'static [&'static ResourceDef] = &[];

    #[doc(hidden)]
    const PROMPTS: &'static [&'static PromptDef] = &[];

    /// All of them, with what the toolset says for all of them. To serve them, mount a value of the type.
    const TOOLS: Toolset;
}

/// What can be mounted: a [`Toolset`], a value whose methods are tools, another [`Server`], and a [`Mount`] of any of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be mounted",
    label = "no tools are known of it",
    note = "a list of functions: `tools![add, sub]`",
    note = "the methods of a type: write `#[toolset]` on its `impl` block, and mount a value of it"
)]
pub trait IntoMount {
    /// Makes it ready to be mounted, as it is.
    fn into_mount(self) -> Mount;
}

/// Tools to be mounted, under other names or without some of them.
///
/// ```
/// use mcp_runtime::Mount;
/// use mcp_runtime::prelude::*;
///
/// #[toolset(tags = ["files"])]
/// mod files {
///     use mcp_runtime::prelude::*;
///
///     /// Read a file.
///     #[tool(read_only, tags = ["safe"])]
///     pub async fn read(path: String) -> String { path }
///
///     /// Remove a file.
///     #[tool(destructive, confirm = "Remove {path}?")]
///     pub async fn remove(path: String) {}
/// }
///
/// // `docs.get` is all there is.
/// let server = Server::new("docs").mount(
///     Mount::new(files::TOOLS).at("docs").rename("read", "get").only_tagged("safe"),
/// );
/// # server.check().unwrap();
/// ```
///
/// Names are those that the mounted thing itself gives: of a list the tools' own, without its prefix; of a server those that it
/// would serve. A name or a tag that is not there is an error when the server is built.
#[must_use = "tools that no server mounts serve nobody; pass them to `Server::mount`"]
pub struct Mount {
    pub(crate) namespace: Option<String>,
    pub(crate) content: Content,
    pub(crate) selection: Selection,
    pub(crate) location: &'static Location<'static>,
}

/// What is mounted.
pub(crate) enum Content {
    /// A list, with the value that its methods are called on if they are some.
    Tools(Box<Toolset>, Option<Instance>),
    Server(Box<Server>),
}

/// A value whose methods are tools.
pub(crate) type Instance = Arc<dyn Any + Send + Sync>;

/// Which of the tools are served, and under which names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    pub(crate) renamed: Vec<(String, String)>,
    pub(crate) hidden: Vec<String>,
    pub(crate) only: Vec<String>,
    pub(crate) except: Vec<String>,
}

impl Mount {
    /// Everything as it is.
    #[track_caller]
    pub fn new(tools: impl IntoMount) -> Self {
        Self {
            location: Location::caller(),
            ..tools.into_mount()
        }
    }

    /// Puts a namespace before the names, whatever they are by then: `add` at `"math"` is `math.add`.
    pub fn at(mut self, namespace: impl Into<String>) -> Self {
        let namespace = namespace.into();
        self.namespace = Some(match self.namespace {
            Some(inner) => format!("{namespace}.{inner}"),
            None => namespace,
        });
        self
    }

    /// Serves a tool under another name. Its prefix and namespace stay before it.
    pub fn rename(mut self, tool: impl Into<String>, name: impl Into<String>) -> Self {
        self.selection.renamed.push((tool.into(), name.into()));
        self
    }

    /// Leaves a tool out.
    pub fn hide(mut self, tool: impl Into<String>) -> Self {
        self.selection.hidden.push(tool.into());
        self
    }

    /// Leaves out every tool without this tag. Of several, one is enough.
    pub fn only_tagged(mut self, tag: impl Into<String>) -> Self {
        self.selection.only.push(tag.into());
        self
    }

    /// Leaves out every tool with this tag.
    pub fn except_tagged(mut self, tag: impl Into<String>) -> Self {
        self.selection.except.push(tag.into());
        self
    }

    #[track_caller]
    fn of(content: Content) -> Self {
        Self {
            namespace: None,
            content,
            selection: Selection::default(),
            location: Location::caller(),
        }
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount")
            .field("namespace", &self.namespace)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}

impl IntoMount for Mount {
    fn into_mount(self) -> Mount {
        self
    }
}

impl IntoMount for Toolset {
    fn into_mount(self) -> Mount {
        Mount::of(Content::Tools(Box::new(self), None))
    }
}

impl IntoMount for Server {
    fn into_mount(self) -> Mount {
        Mount::of(Content::Server(Box::new(self)))
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToolMethods + Send + Sync> IntoMount for T {
    fn into_mount(self) -> Mount {
        Arc::new(self).into_mount()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToolMethods + Send + Sync> IntoMount for Arc<T> {
    fn into_mount(self) -> Mount {
        Mount::of(Content::Tools(Box::new(T::TOOLS), Some(self)))
    }
}
