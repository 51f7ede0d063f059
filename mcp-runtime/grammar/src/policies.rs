//! All policies of one tool together.

use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates, List,
    Rate, Retry, Size, TaskSupport, Timeout, When,
};

/// The policies and annotations of one tool, as they were written.
///
/// [`conflict`](Self::conflict) says whether they contradict each other; the attribute macro and const evaluation both
/// ask it.
///
/// ```
/// use mcp_grammar::{Cache, Conflict, Policies};
///
/// const SEARCH: Policies = {
///     let mut policies = Policies::new();
///     policies.cache = Some(Cache::new("60s"));
///     policies
/// };
/// assert_eq!(SEARCH.conflict(), Some(Conflict::CachedWriter));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies<'a> {
    /// Whether the tool only reads.
    pub read_only: bool,
    /// Whether the tool destroys, if that is written.
    pub destructive: Option<bool>,
    /// Whether running the tool twice does the same as running it once.
    pub idempotent: bool,
    /// Whether the tool reaches beyond the server's own world, if that is written.
    pub open_world: Option<bool>,
    /// Whether the handler takes the `Caller`, perhaps in an `Option`, or the headers of the request.
    pub takes_caller: bool,
    /// Who may call.
    pub auth: Option<Auth<'a>>,
    /// Which arguments a caller may use.
    pub when: Option<When<'a>>,
    /// How often it runs. All buckets have to allow a call.
    pub rate: List<Rate<'a>, MOST_RATES>,
    /// How its answers are kept.
    pub cache: Option<Cache<'a>>,
    /// Which kept answers it throws away.
    pub invalidates: Option<Invalidates<'a>>,
    /// How long it may take.
    pub timeout: Option<Timeout>,
    /// How often it is tried again.
    pub retry: Option<Retry>,
    /// When it is left alone for a while.
    pub breaker: Option<Breaker<'a>>,
    /// How many calls of it run at the same time.
    pub concurrency: Option<Concurrency<'a>>,
    /// How large its arguments may be.
    pub max_in: Option<Size>,
    /// How large its answer may be.
    pub max_out: Option<Size>,
    /// How much of its calls is recorded.
    pub audit: Option<Audit>,
    /// What a human is asked before it runs.
    pub confirm: Option<Confirm<'a>>,
    /// For how long a call that is sent twice runs once.
    pub idempotency: Option<Idempotency>,
    /// Whether it runs as a task.
    pub task: Option<TaskSupport>,
    /// What to use instead of it.
    pub deprecated: Option<Deprecated<'a>>,
}

const MOST_RATES: usize = 4;

impl Policies<'_> {
    /// The policies of a tool that says nothing.
    pub const fn new() -> Self {
        Self {
            read_only: false,
            destructive: None,
            idempotent: false,
            open_world: None,
            takes_caller: false,
            auth: None,
            when: None,
            rate: List::new(Rate::BLANK),
            cache: None,
            invalidates: None,
            timeout: None,
            retry: None,
            breaker: None,
            concurrency: None,
            max_in: None,
            max_out: None,
            audit: None,
            confirm: None,
            idempotency: None,
            task: None,
            deprecated: None,
        }
    }

    /// Whether no policy is declared; annotations are none.
    pub const fn says_nothing(&self) -> bool {
        self.auth.is_none()
            && self.when.is_none()
            && self.rate.is_empty()
            && self.cache.is_none()
            && self.invalidates.is_none()
            && self.timeout.is_none()
            && self.retry.is_none()
            && self.breaker.is_none()
            && self.concurrency.is_none()
            && self.max_in.is_none()
            && self.max_out.is_none()
            && self.audit.is_none()
            && self.confirm.is_none()
            && self.idempotency.is_none()
            && self.deprecated.is_none()
    }
}

impl Default for Policies<'_> {
    fn default() -> Self {
        Self::new()
    }
}
