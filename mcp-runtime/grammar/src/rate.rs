//! `rate = "100/min burst 20 per caller"`: how often a tool runs.

mod away;
mod clauses;

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, WORD, once, or, tri};
use crate::key::{Keys, write_keys};
use crate::names;
use crate::units::{Window, small};
use crate::word::Word;
use crate::{Error, Key, List};

/// One bucket of a tool's rate limit.
///
/// ```
/// use mcp_grammar::{Key, Rate};
/// use std::time::Duration;
///
/// const RATE: Rate = Rate::new("100/min burst 20 per caller");
/// assert_eq!((RATE.limit, RATE.window, RATE.burst), (100, Duration::from_secs(60), 20));
/// assert_eq!(RATE.keys.as_slice(), [Key::Caller]);
/// ```
///
/// In a `const`, a text that is not understood does not compile:
///
/// ```compile_fail
/// const RATE: mcp_grammar::Rate = mcp_grammar::Rate::new("10/sec");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate<'a> {
    /// How many units of cost flow back per [`window`](Self::window).
    pub limit: u32,
    /// The time in which [`limit`](Self::limit) flows back.
    pub window: Duration,
    /// How much the bucket holds, and so how much may come at once. What is not written is the limit.
    pub burst: u32,
    /// What is counted apart. Empty where nothing is written: the caller where `auth` guarantees one, else everybody together.
    pub keys: Keys<'a>,
    /// What one call takes from the bucket.
    pub cost: Cost<'a>,
    /// Which calls take anything.
    pub count: Count,
    /// The name of a bucket that several tools draw on.
    pub shared: Option<&'a str>,
    /// What happens while the store of the counts is away. Nothing written: [`Policies::on_error`](crate::Policies::on_error).
    pub on_error: Option<OnError>,
}

/// What one call takes from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost<'a> {
    /// The same for each call; 1 where nothing is written.
    Fixed(u32),
    /// The number of items of the argument at this path.
    Len(&'a str),
    /// The number in the argument at this path.
    Arg(&'a str),
}

/// Which calls take from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Calls that reach the handler.
    Executions,
    /// All calls, those answered from the cache too.
    Calls,
}

/// What happens to calls while the store of the counts is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Each node counts for itself, against its share of the limit.
    Local,
    /// All calls pass.
    Open,
    /// No call passes.
    Closed,
}

const KNOWN: &[&str] = &[
    "burst", "per", "global", "cost", "count", "shared", "on_error",
];

impl<'a> Rate<'a> {
    /// A rate that stands in the free places of a list.
    pub(crate) const BLANK: Self = Self {
        limit: 1,
        window: Duration::from_secs(1),
        burst: 1,
        keys: List::new(Key::Global),
        cost: Cost::Fixed(1),
        count: Count::Executions,
        shared: None,
        on_error: None,
    };

    /// Reads a bucket.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(rate) => rate,
            Err(error) => error.panic(),
        }
    }

    /// Reads a bucket: `N "/" [n] unit` and then, each at most once, `burst`, `per` (or `global` alone), `cost`, `count`,
    /// `shared`, `on_error`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = tri!(Cursor::start(text, WORD, "expected a rate", "write `10/s`"));
        let number = tri!(cursor.number(Word::START, "write a rate such as `10/s`"));
        let window = tri!(clauses::window(&mut cursor, number.word));
        if number.value == 0 {
            return Err(Error::plain(
                number.word,
                "a rate of zero lets nothing through",
                "write at least `1/d`, or leave the tool out",
            ));
        }
        let limit = tri!(small(number));
        let (mut burst, mut keys, mut cost) = (None, None, None);
        let (mut count, mut shared, mut on_error) = (None, None, None);
        while let Some(word) = cursor.word() {
            match word.name {
                names::BURST => once!(burst, word, cursor.count(word, "write `burst 20`")),
                names::PER | names::GLOBAL if keys.is_some() => {
                    let problem = "keys are joined by `+`, not by another";
                    return word.refuse(problem, "write `per caller + tenant`");
                }
                // `50/s global` says what `50/s per global` does.
                names::GLOBAL => keys = Some(List::new(Key::Global).push(Key::Global)),
                names::PER => once!(keys, word, cursor.keys(word)),
                names::COST => once!(cost, word, clauses::cost(&mut cursor, word)),
                names::COUNT => once!(count, word, clauses::count(&mut cursor, word)),
                names::SHARED => once!(shared, word, cursor.id(word, "write `shared search`")),
                names::ON_ERROR => once!(on_error, word, clauses::on_error(&mut cursor, word)),
                names::COMMA | names::SEMICOLON | names::AMPERSAND => {
                    return word.refuse(
                        "one text is one bucket, and keys are joined by `+`, not",
                        "write `per caller + tenant`, or a list such as `[\"5/s\", \"1000/d\"]`",
                    );
                }
                _ => return word.refuse_clause(KNOWN),
            }
        }
        let burst = or!(burst, limit);
        let (cost, word) = or!(cost, (Cost::Fixed(1), Word::START));
        if let Cost::Fixed(cost) = cost
            && cost > burst
        {
            return word.refuse(
                "no call ever passes: the bucket holds less than the cost",
                "raise `burst` or lower `cost`",
            );
        }
        Ok(Self {
            limit,
            window,
            burst,
            keys: or!(keys, List::new(Key::Global)),
            cost,
            count: or!(count, Count::Executions),
            shared,
            on_error,
        })
    }
}

impl fmt::Display for Rate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.limit, Window(self.window))?;
        if self.burst != self.limit {
            write!(f, " burst {}", self.burst)?;
        }
        write_keys(f, &self.keys)?;
        match self.cost {
            Cost::Fixed(1) => {}
            Cost::Fixed(cost) => write!(f, " cost {cost}")?,
            Cost::Len(path) => write!(f, " cost len(arg.{path})")?,
            Cost::Arg(path) => write!(f, " cost arg.{path}")?,
        }
        if self.count == Count::Calls {
            f.write_str(" count calls")?;
        }
        if let Some(id) = self.shared {
            write!(f, " shared {id}")?;
        }
        match self.on_error {
            None => Ok(()),
            Some(OnError::Local) => f.write_str(" on_error local"),
            Some(OnError::Open) => f.write_str(" on_error open"),
            Some(OnError::Closed) => f.write_str(" on_error closed"),
        }
    }
}
