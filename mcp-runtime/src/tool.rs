//! What a tool is: a const definition beside the function, and lists of them.

use std::panic::Location;

use futures_util::future::BoxFuture;
use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Error, Idempotency, Invalidates,
    List, Policies, Rate, Retry, Size, TaskSupport, Timeout, When,
};

use crate::answer::Output;
use crate::arg::Params;
use crate::error::ToolError;
use crate::prompt::PromptDef;
use crate::resource::ResourceDef;

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

/// Refuses, when the program is compiled, a tool whose name another one of its list has.
///
/// `function` is how the list names the tool, if it names no other one so. A tool of that name needs no look at the others: one
/// that took the name would have to differ from its own function, and is looked at itself.
#[track_caller]
pub const fn unique(tools: &[&ToolDef], tool: &ToolDef, function: &str) {
    if !equal(tool.name.as_bytes(), function.as_bytes()) {
        unique_name(tools, tool.name);
    }
}

/// Refuses, when the program is compiled, a name that two tools of a list have.
#[track_caller]
pub const fn unique_name(tools: &[&ToolDef], name: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < tools.len() {
        same += equal(tools[index].name.as_bytes(), name.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice("another tool in this list is also named `", name, RENAME);
    }
}

/// Refuses, when the program is compiled, a prompt whose name another one of its list has.
#[track_caller]
pub const fn unique_prompt(prompts: &[&PromptDef], prompt: &PromptDef, function: &str) {
    let name = prompt.item.name;
    if !equal(name.as_bytes(), function.as_bytes()) {
        unique_prompt_name(prompts, name);
    }
}

/// Refuses, when the program is compiled, a name that two prompts of a list have.
#[track_caller]
pub const fn unique_prompt_name(prompts: &[&PromptDef], name: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < prompts.len() {
        same += equal(prompts[index].item.name.as_bytes(), name.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice("another prompt in this list is also named `", name, RENAME);
    }
}

/// Refuses, when the program is compiled, a resource whose address another one of its list has.
#[track_caller]
pub const fn unique_resource(resources: &[&ResourceDef], resource: &ResourceDef) {
    unique_address(resources, resource.uri());
}

/// Refuses, when the program is compiled, an address that two resources of a list have.
#[track_caller]
pub const fn unique_address(resources: &[&ResourceDef], uri: &str) {
    let mut same = 0;
    let mut index = 0;
    while index < resources.len() {
        same += equal(resources[index].uri().as_bytes(), uri.as_bytes()) as usize;
        index += 1;
    }
    if same > 1 {
        refuse_twice(
            "another resource in this list is also at `",
            uri,
            "`; give each its own address",
        );
    }
}

const RENAME: &str = "`; rename one with `name = \"..\"`";

#[track_caller]
const fn refuse_twice(before: &str, name: &str, after: &str) {
    let (message, length) = concat(before, name, after);
    let (text, _) = message.split_at(length);
    match str::from_utf8(text) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("two in this list have the same name"),
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A panic in const evaluation takes one finished text, so it is put together here.
const fn concat(before: &str, name: &str, after: &str) -> ([u8; 256], usize) {
    let mut buffer = [0; 256];
    let mut length = 0;
    let parts = [before.as_bytes(), name.as_bytes(), after.as_bytes()];
    let mut part = 0;
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() && length < buffer.len() {
            buffer[length] = parts[part][index];
            length += 1;
            index += 1;
        }
        part += 1;
    }
    (buffer, length)
}
