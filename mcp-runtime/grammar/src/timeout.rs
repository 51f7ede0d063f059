//! `timeout = "30s attempt 10s"`: how long a call may take.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, Word, tri};
use crate::units::Time;

/// How long a call may take, waiting and retries included.
///
/// ```
/// use mcp_grammar::Timeout;
/// use std::time::Duration;
///
/// const TIMEOUT: Timeout = Timeout::new("30s attempt 10s");
/// assert_eq!(TIMEOUT.total, Duration::from_secs(30));
/// assert_eq!(TIMEOUT.attempt, Some(Duration::from_secs(10)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    /// How long the whole call may take; for a tool that is stopped when idle, its `max`.
    pub total: Duration,
    /// How long one attempt may take.
    pub attempt: Option<Duration>,
    /// How long the tool may go without reporting progress.
    pub idle: Option<Duration>,
}

impl Timeout {
    /// What holds where nothing is written: `30s`. Common clients give up at 60 s, and the server has to answer first.
    pub const DEFAULT: Self = Self {
        total: Duration::from_secs(30),
        attempt: None,
        idle: None,
    };

    /// Reads a timeout.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(timeout) => timeout,
            Err(error) => error.panic(),
        }
    }

    /// Reads `30s`, `30s attempt 10s` or `idle 30s max 10m`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        let mut cursor = Cursor::new(text);
        match cursor.peek_word() {
            None => Err(Error::empty(
                "expected a time",
                "write `30s`, or `idle 30s max 10m`",
            )),
            Some(b'0'..=b'9') => total(&mut cursor),
            Some(_) => idle(&mut cursor),
        }
    }
}

const fn total<'a>(cursor: &mut Cursor<'a>) -> Result<Timeout, Error<'a>> {
    const KNOWN: &[&str] = &["attempt"];
    let start = cursor.since(cursor.at());
    let total = tri!(cursor.duration(start, "write `30s`"));
    let mut attempt = None;
    while let Some(word) = cursor.word() {
        match word.bytes() {
            b"attempt" if attempt.is_some() => return Err(Error::twice(word)),
            b"attempt" => attempt = Some(tri!(within(cursor, word, total))),
            b"idle" => {
                return Err(Error::quoting(
                    word,
                    "one time for the whole call is enough before",
                    "write `idle 30s max 10m`",
                ));
            }
            _ => return Err(Error::unknown(word, "unknown word", KNOWN)),
        }
    }
    Ok(Timeout {
        total,
        attempt,
        idle: None,
    })
}

/// The time after `attempt`, which has to fit into the whole call.
const fn within<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
    total: Duration,
) -> Result<Duration, Error<'a>> {
    let attempt = tri!(cursor.duration(clause, "write `attempt 10s`"));
    if attempt.as_millis() > total.as_millis() {
        let found = cursor.since(clause.at);
        return Err(Error::quoting(
            found,
            "one attempt may take longer than the whole call:",
            "write a shorter one",
        ));
    }
    Ok(attempt)
}

const fn idle<'a>(cursor: &mut Cursor<'a>) -> Result<Timeout, Error<'a>> {
    const KNOWN: &[&str] = &["idle", "max"];
    const WRITE: &str = "write `idle 30s max 10m`";
    let (mut idle, mut max) = (None, None);
    let mut first = None;
    while let Some(word) = cursor.word() {
        let again = match word.bytes() {
            b"idle" => idle
                .replace(tri!(cursor.duration(word, "write `idle 30s`")))
                .is_some(),
            b"max" => max
                .replace(tri!(cursor.duration(word, "write `max 10m`")))
                .is_some(),
            b"attempt" => {
                return Err(Error::quoting(
                    word,
                    "expected the time of the whole call before",
                    "write `30s attempt 10s`",
                ));
            }
            _ => return Err(Error::unknown(word, "expected a time, found", KNOWN)),
        };
        if again {
            return Err(Error::twice(word));
        }
        if first.is_none() {
            first = Some(word);
        }
    }
    match (idle, max, first) {
        (Some(idle), Some(max), _) if idle.as_millis() <= max.as_millis() => Ok(Timeout {
            total: max,
            attempt: None,
            idle: Some(idle),
        }),
        (Some(_), Some(_), Some(first)) => Err(Error::quoting(
            cursor.since(first.at),
            "the call ends before it can be idle:",
            "write a longer `max`",
        )),
        (None, _, Some(first)) => Err(Error::quoting(
            first,
            "nothing but an idle timeout has a",
            WRITE,
        )),
        (_, _, Some(first)) => Err(Error::quoting(
            first,
            "a tool that keeps reporting would never end with only",
            WRITE,
        )),
        (_, _, None) => Err(Error::empty("expected a time", WRITE)),
    }
}

impl Default for Timeout {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(idle) = self.idle {
            return write!(f, "idle {} max {}", Time(idle), Time(self.total));
        }
        write!(f, "{}", Time(self.total))?;
        match self.attempt {
            Some(attempt) => write!(f, " attempt {}", Time(attempt)),
            None => Ok(()),
        }
    }
}
