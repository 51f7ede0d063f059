//! `breaker = "50% of 20 in 30s open 15s"`: when a failing tool is left alone for a while.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, once, or, tri};
use crate::names;
use crate::units::{Number, Time, small};
use crate::word::Word;

/// When calls stop reaching a tool that keeps failing, and for how long.
///
/// ```
/// use mcp_grammar::{Breaker, Trip};
/// use std::time::Duration;
///
/// const BREAKER: Breaker = Breaker::new("50% of 20 in 30s open 15s probes 1 shared github");
/// assert_eq!(BREAKER.trip, Trip::Share { percent: 50, calls: 20, window: Duration::from_secs(30) });
/// assert_eq!(BREAKER.shared, Some("github"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker<'a> {
    /// What opens it.
    pub trip: Trip,
    /// How long it stays open the first time; 15 s where nothing is written.
    pub open: Duration,
    /// How many calls try out, at once, whether it can close; 1 where nothing is written.
    pub probes: u32,
    /// The name of the upstream whose tools open and close together.
    pub shared: Option<&'a str>,
}

/// What opens a [`Breaker`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// A share of the calls in a window failed: `50% of 20 in 30s`.
    Share {
        /// The share that has to fail, in percent: 1 to 100.
        percent: u8,
        /// How many calls there have to be before anything is concluded.
        calls: u32,
        /// The time that is looked at.
        window: Duration,
    },
    /// So many calls in a row failed: `5 fails`.
    Row(u32),
}

const KNOWN: &[&str] = &["open", "probes", "shared"];

impl<'a> Breaker<'a> {
    const OPEN: Duration = Duration::from_secs(15);
    const PROBES: u32 = 1;

    /// Reads a breaker.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(breaker) => breaker,
            Err(error) => error.panic(),
        }
    }

    /// Reads `50% of 20 in 30s` or `5 fails` and then, each at most once, `open`, `probes`, `shared`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = tri!(Cursor::start(
            text,
            WORD,
            "expected when to open",
            "write `50% of 20 in 30s` or `5 fails`"
        ));
        let number = tri!(cursor.number(Word::START, "write `50% of 20 in 30s` or `5 fails`"));
        let trip = tri!(if cursor.take(b'%') {
            share(&mut cursor, number)
        } else {
            row(&mut cursor, number)
        });
        let (mut open, mut probes, mut shared) = (None, None, None);
        while let Some(word) = cursor.word() {
            match word.name {
                names::OPEN => once!(open, word, cursor.duration(word, "write `open 15s`")),
                names::PROBES => once!(probes, word, cursor.count(word, "write `probes 1`")),
                names::SHARED => once!(shared, word, cursor.id(word, "write `shared github`")),
                names::IN if matches!(trip, Trip::Row(_)) => {
                    let write = "leave it out, or write `50% of 20 in 30s`";
                    return word.refuse("fails in a row have no window, found", write);
                }
                _ => return word.refuse_clause(KNOWN),
            }
        }
        Ok(Self {
            trip,
            open: or!(open, Self::OPEN),
            probes: or!(probes, Self::PROBES),
            shared,
        })
    }
}

/// What follows `50%`.
const fn share<'a>(cursor: &mut Cursor<'a>, number: Number<'a>) -> Result<Trip, Error<'a>> {
    const WRITE: &str = "write `50% of 20 in 30s`";
    if number.value == 0 || number.value > 100 {
        return cursor
            .since(number.word.at)
            .refuse("expected a share of 1% to 100%, found", WRITE);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let percent = number.value as u8;
    let share = cursor.since(number.word.at);
    let of = tri!(cursor.expect(names::OF, share, "expected `of`, found", WRITE));
    let calls = tri!(cursor.count(of, WRITE));
    let share = cursor.since(number.word.at);
    let within = tri!(cursor.expect(names::IN, share, "expected `in`, found", WRITE));
    let window = tri!(cursor.duration(within, WRITE));
    Ok(Trip::Share {
        percent,
        calls,
        window,
    })
}

/// What follows the `5` of `5 fails`.
const fn row<'a>(cursor: &mut Cursor<'a>, number: Number<'a>) -> Result<Trip, Error<'a>> {
    if number.value == 0 {
        return number
            .word
            .refuse("expected a number above zero, found", "write `5 fails`");
    }
    let fails = tri!(small(number));
    let write = "write `5 fails` for so many in a row, or `50% of 20 in 30s`";
    tri!(cursor.expect(
        names::FAILS,
        number.word,
        "expected `fails` or `%`, found",
        write
    ));
    Ok(Trip::Row(fails))
}

impl fmt::Display for Breaker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.trip {
            Trip::Share {
                percent,
                calls,
                window,
            } => write!(f, "{percent}% of {calls} in {}", Time(window))?,
            Trip::Row(fails) => write!(f, "{fails} fails")?,
        }
        if self.open != Self::OPEN {
            write!(f, " open {}", Time(self.open))?;
        }
        if self.probes != Self::PROBES {
            write!(f, " probes {}", self.probes)?;
        }
        match self.shared {
            Some(id) => write!(f, " shared {id}"),
            None => Ok(()),
        }
    }
}
