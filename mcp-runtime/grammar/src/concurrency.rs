//! `concurrency = "8 queue 32 wait 2s"`: how many calls run at the same time.

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, or, tri};
use crate::key::{Keys, write_keys};
use crate::units::Time;
use crate::word::Word;
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
        let mut cursor = tri!(Cursor::start(
            text,
            "expected how many calls run at the same time",
            "write `8`, or `8 queue 32 wait 2s`"
        ));
        let slots = tri!(cursor.count(Word::START, "write `8`"));
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
                _ => return word.refuse_among("unknown word", KNOWN),
            };
            if again {
                return word.refuse_twice();
            }
        }
        let (queue, wait) = match (queue, wait) {
            (Some((queue, _)), Some((wait, _))) => (queue, wait),
            (None, None) => (0, Duration::ZERO),
            (Some((_, word)), None) => {
                return word.refuse("nobody waits in a", "add how long, as in `wait 2s`");
            }
            (None, Some((_, word))) => {
                return word.refuse("without a queue there is nowhere to", "add `queue 32`");
            }
        };
        let keys = or!(keys, List::new(Key::Global));
        Ok(Self {
            slots,
            queue,
            wait,
            keys,
        })
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
