//! `concurrency = "8 queue 32 wait 2s"`: how many calls run at the same time.

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, tri};
use crate::key::{Keys, write_keys};
use crate::units::Time;
use crate::{Error, Key, List};

/// How many calls run at the same time, and how many may wait for a place.
///
/// ```
/// use mcp_grammar::{Concurrency, Key};
///
/// const CONCURRENCY: Concurrency = Concurrency::new("8 queue 32 wait 2s per caller");
/// assert_eq!((CONCURRENCY.slots, CONCURRENCY.queue), (8, 32));
/// assert_eq!(CONCURRENCY.keys.as_slice(), [Key::Caller]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency<'a> {
    /// How many calls run at the same time.
    pub slots: u32,
    /// How many calls may wait; 0 where nothing is written.
    pub queue: u32,
    /// How long a call waits at most; zero where nothing is written.
    pub wait: Duration,
    /// What is counted apart. Empty where nothing is written: all calls together.
    pub keys: Keys<'a>,
}

const KNOWN: &[&str] = &["queue", "wait", "per"];

impl<'a> Concurrency<'a> {
    /// Reads a bound.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(concurrency) => concurrency,
            Err(error) => error.panic(),
        }
    }

    /// Reads a number and then, each at most once, `queue` together with `wait`, and `per`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = Cursor::new(text);
        if cursor.peek_word().is_none() {
            return Err(Error::empty(
                "expected how many calls run at the same time",
                "write `8`, or `8 queue 32 wait 2s`",
            ));
        }
        let start = cursor.since(cursor.at());
        let slots = tri!(cursor.count(start, "write `8`"));
        let (mut queue, mut wait, mut keys) = (None, None, None);
        while let Some(word) = cursor.word() {
            let again = match word.bytes() {
                b"queue" => queue
                    .replace((tri!(cursor.count(word, "write `queue 32`")), word))
                    .is_some(),
                b"wait" => wait
                    .replace((tri!(cursor.duration(word, "write `wait 2s`")), word))
                    .is_some(),
                b"per" => keys.replace(tri!(cursor.keys(word))).is_some(),
                _ => return Err(Error::unknown(word, "unknown word", KNOWN)),
            };
            if again {
                return Err(Error::twice(word));
            }
        }
        let keys = match keys {
            Some(keys) => keys,
            None => List::empty(Key::Global),
        };
        match (queue, wait) {
            (Some((queue, _)), Some((wait, _))) => Ok(Self {
                slots,
                queue,
                wait,
                keys,
            }),
            (None, None) => Ok(Self {
                slots,
                queue: 0,
                wait: Duration::ZERO,
                keys,
            }),
            (Some((_, word)), None) => Err(Error::quoting(
                word,
                "nobody waits in a",
                "add how long, as in `wait 2s`",
            )),
            (None, Some((_, word))) => Err(Error::quoting(
                word,
                "without a queue there is nowhere to",
                "add `queue 32` before it",
            )),
        }
    }
}

impl fmt::Display for Concurrency<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.slots)?;
        if self.queue > 0 {
            write!(f, " queue {} wait {}", self.queue, Time(self.wait))?;
        }
        write_keys(f, &self.keys)
    }
}
