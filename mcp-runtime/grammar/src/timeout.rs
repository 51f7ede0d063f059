//! `timeout = "30s attempt 10s"`: how long a call may take.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, once, tri};
use crate::names;
use crate::units::Time;
use crate::word::Word;

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
        let mut cursor = tri!(Cursor::start(text, WORD, "expected a time", ANY));
        match cursor.peek() {
            Some(b'0'..=b'9') => total(&mut cursor),
            _ => idle(&mut cursor),
        }
    }
}

const ANY: &str = "write `30s`, `30s attempt 10s` or `idle 30s max 10m`";

const fn total<'a>(cursor: &mut Cursor<'a>) -> Result<Timeout, Error<'a>> {
    const KNOWN: &[&str] = &["attempt"];
    let total = tri!(cursor.duration(Word::START, "write `30s`"));
    let mut attempt = None;
    while let Some(word) = cursor.word() {
        match word.name {
            names::ATTEMPT => once!(attempt, word, within(cursor, word, total)),
            names::IDLE => {
                let problem = "the time of the whole call is written as `max` after";
                return word.refuse(problem, "write `idle 30s max 10m`");
            }
            _ => return word.refuse_clause(KNOWN),
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
        return found.refuse(
            "one attempt may take longer than the whole call:",
            "write a shorter one",
        );
    }
    Ok(attempt)
}

const fn idle<'a>(cursor: &mut Cursor<'a>) -> Result<Timeout, Error<'a>> {
    const WRITE: &str = "write `idle 30s max 10m`: a call ends, however much it reports";
    let clause = tri!(cursor.expect(names::IDLE, Word::START, "expected a time, found", ANY));
    let idle = tri!(cursor.duration(clause, WRITE));
    let clause = cursor.since(clause.at);
    let max = tri!(cursor.expect(names::MAX, clause, "expected `max`, found", WRITE));
    let total = tri!(cursor.duration(max, WRITE));
    if idle.as_millis() > total.as_millis() {
        let found = cursor.since(max.at);
        return found.refuse(
            "the call ends before it can be idle:",
            "write a longer `max`",
        );
    }
    tri!(cursor.end("write `idle 30s max 10m` alone"));
    Ok(Timeout {
        total,
        attempt: None,
        idle: Some(idle),
    })
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
