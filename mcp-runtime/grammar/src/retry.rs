//! `retry = "3 exp 200ms..5s"`: how often a call that failed for a passing reason is tried again.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, once, or, tri};
use crate::names;
use crate::units::Time;
use crate::word::Word;

/// Further attempts, each after a random wait of at most `first`, twice that, four times that, up to `longest`.
///
/// ```
/// use mcp_grammar::Retry;
/// use std::time::Duration;
///
/// const RETRY: Retry = Retry::new("3 exp 200ms..5s");
/// assert_eq!((RETRY.times, RETRY.first), (3, Duration::from_millis(200)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How many attempts there are after the first one.
    pub times: u32,
    /// The bound of the first wait.
    pub first: Duration,
    /// The bound of every wait.
    pub longest: Duration,
}

impl Retry {
    const FIRST: Duration = Duration::from_millis(200);
    const LONGEST: Duration = Duration::from_secs(5);

    /// Reads a retry policy.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(retry) => retry,
            Err(error) => error.panic(),
        }
    }

    /// Reads a number and perhaps `exp` with the first and the longest wait; without them it is `exp 200ms..5s`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        const KNOWN: &[&str] = &["exp"];
        let mut cursor = tri!(Cursor::start(
            text,
            WORD,
            "expected how often to try again",
            "write `3`, or `3 exp 200ms..5s`"
        ));
        let times = tri!(cursor.count(
            Word::START,
            "write `3` or `3 exp 200ms..5s`, or leave `retry` out"
        ));
        let mut waits = None;
        while let Some(word) = cursor.word() {
            match word.name {
                names::EXP => once!(waits, word, between(&mut cursor, word)),
                _ => match word.bytes() {
                    b"linear" | b"fixed" | b"const" => {
                        let problem = "waits grow by a factor of two, never";
                        return word.refuse(problem, "write `exp 200ms..5s`");
                    }
                    b"times" | b"attempts" | b"retries" => {
                        return word.refuse("the number stands alone, without", "leave it out");
                    }
                    _ => return word.refuse_clause(KNOWN),
                },
            }
        }
        let (first, longest) = or!(waits, (Self::FIRST, Self::LONGEST));
        Ok(Self {
            times,
            first,
            longest,
        })
    }
}

/// What follows `exp`: `200ms..5s`.
const fn between<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<(Duration, Duration), Error<'a>> {
    const WRITE: &str = "write `exp 200ms..5s`";
    cursor.skip_spaces();
    let from = cursor.at();
    let first = tri!(cursor.duration(clause, WRITE));
    let one = cursor.since(from);
    if !(cursor.take(b'.') && cursor.take(b'.')) {
        return one.refuse("the longest wait is missing after", WRITE);
    }
    let dots = cursor.since(from);
    if cursor.take(b'=') {
        return cursor
            .since(cursor.at() - 1)
            .refuse("the longest wait is included without", "write `..`");
    }
    let longest = tri!(cursor.duration(dots, WRITE));
    if first.as_millis() > longest.as_millis() {
        return cursor.since(from).refuse(
            "the first wait is longer than the longest:",
            "write the shorter one first",
        );
    }
    Ok((first, longest))
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.times)?;
        if (self.first, self.longest) != (Self::FIRST, Self::LONGEST) {
            write!(f, " exp {}..{}", Time(self.first), Time(self.longest))?;
        }
        Ok(())
    }
}
