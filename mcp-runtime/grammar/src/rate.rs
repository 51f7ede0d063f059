//! `rate = "100/min burst 20 per caller"`: how often a tool runs.

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, Word, tri};
use crate::key::{Field, Keys, argument, field, write_keys};
use crate::units::{Window, means_time, millis, per, small};
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
    /// What happens while the store of the counts is away. `None` leaves it to the runtime: `closed` for a destructive
    /// tool, else `local`.
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

const KNOWN: &[&str] = &["burst", "per", "cost", "count", "shared", "on_error"];

impl<'a> Rate<'a> {
    /// A rate that stands in the free places of a list.
    pub(crate) const BLANK: Self = Self {
        limit: 1,
        window: Duration::from_secs(1),
        burst: 1,
        keys: List::empty(Key::Global),
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

    /// Reads a bucket: `N "/" [n] unit` and then, each at most once, `burst`, `per`, `cost`, `count`, `shared`, `on_error`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = Cursor::new(text);
        if cursor.peek_word().is_none() {
            return Err(Error::empty("expected a rate", "write `10/s`"));
        }
        let start = cursor.since(cursor.at());
        let number = tri!(cursor.number(start, "write a rate such as `10/s`"));
        let window = tri!(window(&mut cursor, number.word));
        if number.value == 0 {
            return Err(Error::plain(
                number.word,
                "a rate of zero lets nothing through",
                "write at least `1/d`, or leave the tool out",
            ));
        }
        let limit = tri!(small(number));
        let (mut burst, mut keys, mut cost, mut count, mut shared, mut on_error) =
            (None, None, None, None, None, None);
        while let Some(word) = cursor.word() {
            let again = match word.bytes() {
                b"burst" => burst.replace(tri!(burst_of(&mut cursor, word))).is_some(),
                b"per" => keys.replace(tri!(cursor.keys(word))).is_some(),
                b"cost" => cost.replace(tri!(cost_of(&mut cursor, word))).is_some(),
                b"count" => count.replace(tri!(count_of(&mut cursor, word))).is_some(),
                b"shared" => shared
                    .replace(tri!(cursor.id(word, "write `shared search`")))
                    .is_some(),
                b"on_error" => on_error
                    .replace(tri!(on_error_of(&mut cursor, word)))
                    .is_some(),
                _ => return Err(Error::unknown(word, "unknown word", KNOWN)),
            };
            if again {
                return Err(Error::twice(word));
            }
        }
        let burst = match burst {
            Some(burst) => burst,
            None => limit,
        };
        let cost = match cost {
            Some((Cost::Fixed(cost), word)) if cost > burst => {
                return Err(Error::quoting(
                    word,
                    "no call ever passes: the bucket holds less than the cost",
                    "raise `burst` or lower `cost`",
                ));
            }
            Some((cost, _)) => cost,
            None => Cost::Fixed(1),
        };
        let keys = match keys {
            Some(keys) => keys,
            None => List::empty(Key::Global),
        };
        let count = match count {
            Some(count) => count,
            None => Count::Executions,
        };
        Ok(Self {
            limit,
            window,
            burst,
            keys,
            cost,
            count,
            shared,
            on_error,
        })
    }
}

/// What follows the number: `/s`, `/5s`.
const fn window<'a>(cursor: &mut Cursor<'a>, limit: Word<'a>) -> Result<Duration, Error<'a>> {
    const WRITE: &str = "write `{}s`, or another of `ms`, `min`, `h` and `d`";
    if !cursor.take(b'/') {
        return Err(no_slash(cursor, limit));
    }
    let slash = cursor.since(limit.at);
    cursor.skip_spaces();
    let from = cursor.at();
    let many = match cursor.peek() {
        Some(b'0'..=b'9') => tri!(cursor.number(slash, "")).value,
        _ => 1,
    };
    let given = cursor.since(limit.at);
    let unit = cursor.letters();
    if unit.text.is_empty() {
        return Err(Error::quoting(given, "missing unit of time after", WRITE).given(given.text));
    }
    cursor.time(many, tri!(millis(unit, given.text)), from, "write `10/s`")
}

/// The error of `10`, `10 s`, `10 per second`.
const fn no_slash<'a>(cursor: &mut Cursor<'a>, limit: Word<'a>) -> Error<'a> {
    if let Some(first) = cursor.word() {
        let unit = match first.bytes() {
            b"per" | b"a" | b"an" | b"each" | b"every" => cursor.word(),
            _ => Some(first),
        };
        if let Some(unit) = unit
            && means_time(unit)
        {
            let found = cursor.since(first.at);
            return Error::quoting(found, "expected `/` and a unit of time, found", per(unit))
                .given(limit.text);
        }
    }
    Error::quoting(limit, "missing unit of time after", "write `{}/s`").given(limit.text)
}

const fn burst_of<'a>(cursor: &mut Cursor<'a>, clause: Word<'a>) -> Result<u32, Error<'a>> {
    cursor.count(clause, "write `burst 20`")
}

const fn cost_of<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<(Cost<'a>, Word<'a>), Error<'a>> {
    const WRITE: &str = "write `cost 5`, `cost arg.n` or `cost len(arg.items)`";
    if let Some(b'0'..=b'9') = cursor.peek_word() {
        let from = cursor.at();
        let cost = tri!(cursor.count(clause, WRITE));
        return Ok((Cost::Fixed(cost), cursor.since(from)));
    }
    let word = tri!(cursor.word_after(clause, WRITE));
    if let b"len" = word.bytes() {
        tri!(cursor.open(word, WRITE));
        let path = tri!(cursor.item(word, WRITE));
        let cost = match tri!(field(path)) {
            Some(Field::Arg(path)) => Cost::Len(path),
            _ => return Err(Error::quoting(path, "expected an argument, found", WRITE)),
        };
        tri!(cursor.close(word));
        return Ok((cost, cursor.since(word.at)));
    }
    if word.starts_with("arg.") {
        return Ok((
            Cost::Arg(tri!(argument(word.after("arg.".len()), word))),
            word,
        ));
    }
    Err(Error::quoting(word, "expected a cost, found", WRITE))
}

const fn count_of<'a>(cursor: &mut Cursor<'a>, clause: Word<'a>) -> Result<Count, Error<'a>> {
    const KNOWN: &[&str] = &["executions", "calls"];
    let word = tri!(cursor.word_after(clause, "write `count executions` or `count calls`"));
    match word.bytes() {
        b"executions" => Ok(Count::Executions),
        b"calls" => Ok(Count::Calls),
        _ => Err(Error::unknown(word, "nothing to count by the name", KNOWN)),
    }
}

const fn on_error_of<'a>(cursor: &mut Cursor<'a>, clause: Word<'a>) -> Result<OnError, Error<'a>> {
    const KNOWN: &[&str] = &["local", "open", "closed"];
    let word = tri!(cursor.word_after(
        clause,
        "write `on_error local`, `on_error open` or `on_error closed`"
    ));
    match word.bytes() {
        b"local" => Ok(OnError::Local),
        b"open" => Ok(OnError::Open),
        b"closed" => Ok(OnError::Closed),
        _ => Err(Error::unknown(word, "unknown way to fail", KNOWN)),
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
