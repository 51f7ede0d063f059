//! All policies of one tool together.

use crate::word::Word;
use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Error, Idempotency, Invalidates,
    List, Rate, Retry, Size, TaskSupport, Timeout, When,
};

/// Hands a macro of yours the names of all policies that a tool can take over from those around it, in the order of the reference.
///
/// ```
/// macro_rules! count {
///     ($($policy:ident),*) => { [$(stringify!($policy)),*].len() };
/// }
/// assert_eq!(mcp_grammar::each_policy!(count), 15);
/// ```
#[macro_export]
macro_rules! each_policy {
    ($do:ident) => {
        $do!(
            auth,
            when,
            rate,
            cache,
            invalidates,
            timeout,
            retry,
            breaker,
            concurrency,
            max_in,
            max_out,
            audit,
            confirm,
            idempotency,
            task
        )
    };
}

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
        let mut nothing = self.deprecated.is_none();
        macro_rules! look {
            ($($policy:ident),*) => {$(look!(@ $policy);)*};
            (@ rate) => {
                nothing = nothing && self.rate.is_empty();
            };
            (@ $policy:ident) => {
                nothing = nothing && self.$policy.is_none();
            };
        }
        crate::each_policy!(look);
        nothing
    }
}

impl<'a> Policies<'a> {
    /// Reads the text of one option into its policy: `("rate", "10/s")`. Rates gather; of anything else the last one counts.
    ///
    /// `confirm_ttl` and `ttl` belong to `confirm` and `task`, which have to be read before them.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub fn read(&mut self, option: &str, text: &'a str) -> Result<(), Error<'a>> {
        match option {
            "auth" => self.auth = Some(Auth::parse(text)?),
            "when" => self.when = Some(When::parse(text)?),
            "rate" => {
                if !self.rate.try_push(Rate::parse(text)?) {
                    return Err(too_many_rates(text));
                }
            }
            "cache" => self.cache = Some(Cache::parse(text)?),
            "invalidates" => self.invalidates = Some(Invalidates::parse(text)?),
            "timeout" => self.timeout = Some(Timeout::parse(text)?),
            "retry" => self.retry = Some(Retry::parse(text)?),
            "breaker" => self.breaker = Some(Breaker::parse(text)?),
            "concurrency" => self.concurrency = Some(Concurrency::parse(text)?),
            "max_in" => self.max_in = Some(Size::parse(text)?),
            "max_out" => self.max_out = Some(Size::parse(text)?),
            "audit" => self.audit = Some(Audit::parse(text)?),
            "confirm" => self.confirm = Some(Confirm::parse(text)?),
            "confirm_ttl" => {
                let kept = Confirm::parse_ttl(text)?;
                if let Some(Confirm::Ask { ttl, .. }) = &mut self.confirm {
                    *ttl = kept;
                }
            }
            "idempotency" => self.idempotency = Some(Idempotency::parse(text)?),
            "task" => self.task = Some(TaskSupport::parse(text)?),
            "ttl" => {
                let kept = TaskSupport::parse_ttl(text)?;
                if let Some(task) = &mut self.task {
                    task.ttl = kept;
                }
            }
            "deprecated" => self.deprecated = Some(Deprecated::parse(text)?),
            _ => {
                return Err(Error::plain(
                    Word::all(text),
                    "no policy has such an option",
                    "write one of those that the reference lists",
                ));
            }
        }
        Ok(())
    }

    /// Options and their texts, and over them what is said here: of one policy this counts, and rates gather, those of the texts first.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub fn over(&self, texts: &[(&str, &'a str)]) -> Result<Self, Error<'a>> {
        let mut written = Self::new();
        for (option, text) in texts {
            written.read(option, text)?;
        }
        let mut all = *self;
        macro_rules! fill {
            ($($policy:ident),*) => {$(fill!(@ $policy);)*};
            (@ rate) => {
                all.rate = written.rate;
                for rate in self.rate {
                    if !all.rate.try_push(rate) {
                        return Err(too_many_rates(""));
                    }
                }
            };
            (@ $policy:ident) => {
                all.$policy = all.$policy.or(written.$policy);
            };
        }
        crate::each_policy!(fill);
        all.deprecated = all.deprecated.or(written.deprecated);
        Ok(all)
    }
}

const fn too_many_rates(text: &str) -> Error<'_> {
    Error::plain(
        Word::all(text),
        "a tool has at most four rates",
        "keep those that are reached first",
    )
}

impl Default for Policies<'_> {
    fn default() -> Self {
        Self::new()
    }
}
