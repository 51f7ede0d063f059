//! What a tool is: a const definition beside the function.

use std::panic::Location;

use futures_util::future::BoxFuture;
use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Error, Idempotency, Invalidates,
    List, Policies, Rate, Retry, Size, TaskSupport, Timeout, When,
};

use crate::answer::Output;
use crate::arg::Params;
use crate::error::ToolError;

/// What a tool's future comes to.
pub(crate) type Outcome = Result<Output, ToolError>;

/// A tool at work.
pub type Running = BoxFuture<'static, Result<Output, ToolError>>;

/// Walks the tool's parameters: to describe them, or to read them and start the tool.
pub type Walk = fn(&mut Params<'_>) -> Option<Running>;

/// A function that `#[tool]` has made a tool.
///
/// The attribute implements it for an empty enum of the function's name, so that one `use` brings both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool",
    label = "not a tool",
    note = "put `#[tool]` on the function"
)]
pub trait Tool {
    /// The tool's definition, as the attribute writes it.
    const WRITTEN: ToolDef;

    /// The tool's definition, where it lasts. Lent here, once, and not by every tool: to see that it may be, the compiler has to
    /// look into every policy.
    const DEF: &'static ToolDef = &Self::WRITTEN;
}

/// The definition of a tool: constant data and one function that walks its parameters.
///
/// `#[tool]` writes it. Each builder method is one option of the attribute.
#[derive(Debug, Clone, Copy)]
pub struct ToolDef {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) walk: Walk,
    pub(crate) title: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    pub(crate) icons: &'static [&'static str],
    pub(crate) meta: &'static [(&'static str, &'static str)],
    pub(crate) open: bool,
    pub(crate) visible_always: bool,
    pub(crate) allowed: List<(&'static str, &'static str), 8>,
    /// Policies whose texts the attribute has found right, by option.
    pub(crate) texts: &'static [(&'static str, &'static str)],
    /// What is no text: annotations, and policies from constants.
    pub(crate) policies: Policies<'static>,
    pub(crate) location: &'static Location<'static>,
}

/// Made once, because const evaluation pays for making it.
const NOTHING: Policies<'static> = Policies::new();

impl ToolDef {
    /// A tool of this name and description.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, description: &'static str, walk: Walk) -> Self {
        Self {
            name,
            description,
            walk,
            title: None,
            tags: &[],
            icons: &[],
            meta: &[],
            open: false,
            visible_always: false,
            allowed: List::new(("", "")),
            texts: &[],
            policies: NOTHING,
            location: Location::caller(),
        }
    }

    /// The tool's name, before any namespace.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the tool does, in the words the model chooses by.
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// `title = ".."`: the name a person sees.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// `read_only`: the tool changes nothing.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.policies.read_only = true;
        self
    }

    /// `destructive`: whether the tool may destroy what is there.
    #[must_use]
    pub const fn destructive(mut self, destructive: bool) -> Self {
        self.policies.destructive = Some(destructive);
        self
    }

    /// `idempotent`: calling again with the same arguments changes nothing more.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.policies.idempotent = true;
        self
    }

    /// `open_world`: whether the tool reaches beyond this server.
    #[must_use]
    pub const fn open_world(mut self, open_world: bool) -> Self {
        self.policies.open_world = Some(open_world);
        self
    }

    /// `tags = [..]`: labels to filter by.
    #[must_use]
    pub const fn tags(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }

    /// `icons = [..]`: addresses of pictures.
    #[must_use]
    pub const fn icons(mut self, icons: &'static [&'static str]) -> Self {
        self.icons = icons;
        self
    }

    /// `meta(..)`: entries of the tool's `_meta`, each value as JSON text.
    #[must_use]
    pub const fn meta(mut self, meta: &'static [(&'static str, &'static str)]) -> Self {
        self.meta = meta;
        self
    }

    /// `open`: arguments nobody declared are let through.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// `visible = "always"`: listed for callers that may not call it too.
    #[must_use]
    pub const fn visible_always(mut self) -> Self {
        self.visible_always = true;
        self
    }

    /// `deprecated = ".."`: says what to use instead, and until when.
    #[must_use]
    pub const fn deprecated(mut self, deprecated: Deprecated<'static>) -> Self {
        self.policies.deprecated = Some(deprecated);
        self
    }

    /// `allow(lint, "reason")`.
    #[must_use]
    pub const fn allow(mut self, lint: &'static str, reason: &'static str) -> Self {
        self.allowed = self.allowed.push((lint, reason));
        self
    }

    /// Policies as they are written, by option. Their texts are read when the server is built.
    #[must_use]
    pub const fn policies(mut self, texts: &'static [(&'static str, &'static str)]) -> Self {
        self.texts = texts;
        self
    }

    /// All that is declared.
    pub(crate) fn declared(&self) -> Result<Policies<'static>, Error<'static>> {
        self.policies.over(self.texts)
    }

    /// `auth = ".."`: who may call.
    #[must_use]
    pub const fn auth(mut self, auth: Auth<'static>) -> Self {
        self.policies.auth = Some(auth);
        self
    }

    /// `when = ".."`: what the arguments of a call must have to do with its caller.
    #[must_use]
    pub const fn when(mut self, when: When<'static>) -> Self {
        self.policies.when = Some(when);
        self
    }

    /// `rate = ".."`: one bucket; a call must pass all of them.
    #[must_use]
    pub const fn rate(mut self, rate: Rate<'static>) -> Self {
        self.policies.rate = self.policies.rate.push(rate);
        self
    }

    /// `cache = ".."`.
    #[must_use]
    pub const fn cache(mut self, cache: Cache<'static>) -> Self {
        self.policies.cache = Some(cache);
        self
    }

    /// `invalidates = ".."`: the cache entries a success makes stale.
    #[must_use]
    pub const fn invalidates(mut self, invalidates: Invalidates<'static>) -> Self {
        self.policies.invalidates = Some(invalidates);
        self
    }

    /// `timeout = ".."`.
    #[must_use]
    pub const fn timeout(mut self, timeout: Timeout) -> Self {
        self.policies.timeout = Some(timeout);
        self
    }

    /// `retry = ".."`.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.policies.retry = Some(retry);
        self
    }

    /// `breaker = ".."`.
    #[must_use]
    pub const fn breaker(mut self, breaker: Breaker<'static>) -> Self {
        self.policies.breaker = Some(breaker);
        self
    }

    /// `concurrency = ".."`.
    #[must_use]
    pub const fn concurrency(mut self, concurrency: Concurrency<'static>) -> Self {
        self.policies.concurrency = Some(concurrency);
        self
    }

    /// `max_in = ".."`: the largest arguments.
    #[must_use]
    pub const fn max_in(mut self, size: Size) -> Self {
        self.policies.max_in = Some(size);
        self
    }

    /// `max_out = ".."`: the largest result.
    #[must_use]
    pub const fn max_out(mut self, size: Size) -> Self {
        self.policies.max_out = Some(size);
        self
    }

    /// `audit = ".."`.
    #[must_use]
    pub const fn audit(mut self, audit: Audit) -> Self {
        self.policies.audit = Some(audit);
        self
    }

    /// `confirm = ".."`: the question a human must say yes to.
    #[must_use]
    pub const fn confirm(mut self, confirm: Confirm<'static>) -> Self {
        self.policies.confirm = Some(confirm);
        self
    }

    /// `idempotency = ".."`.
    #[must_use]
    pub const fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.policies.idempotency = Some(idempotency);
        self
    }

    /// `task = ".."`: whether calls run as tasks.
    #[must_use]
    pub const fn task(mut self, task: TaskSupport) -> Self {
        self.policies.task = Some(task);
        self
    }

    /// Ends the definition: policies that contradict each other do not compile.
    #[must_use]
    #[track_caller]
    pub const fn checked(self) -> Self {
        match self.policies.conflict() {
            None => self,
            Some(conflict) => panic!("{}", conflict.message()),
        }
    }
}
