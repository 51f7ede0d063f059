//! `concurrency = "8 queue 32 wait 2s"`: how many calls run at the same time.

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, WORD, once, or, tri};
use crate::key::{Keys, write_keys};
use crate::names;
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
            WORD,
            "expected how many calls run at the same time",
            "write `8`, or `8 queue 32 wait 2s`"
        ));
        let slots = tri!(cursor.count(Word::START, "write `8`"));
        let (mut queue, mut wait, mut keys) = (None, None, None);
        let (mut queue_word, mut wait_word) = (Word::START, Word::START);
        while let Some(word) = cursor.word() {
            match word.name {
                names::QUEUE => {
                    once!(queue, word, cursor.count(word, "write `queue 32`"));
                    queue_word = word;
                }
                names::WAIT => {
                    once!(wait, word, cursor.duration(word, "write `wait 2s`"));
                    wait_word = word;
                }
                names::PER => once!(keys, word, cursor.keys(word)),
                _ => return word.refuse_clause(KNOWN),
            }
        }
        let (queue, wait) = match (queue, wait) {
            (Some(queue), Some(wait)) => (queue, wait),
            (None, None) => (0, Duration::ZERO),
            (Some(_), None) => {
                return queue_word.refuse("nobody waits in a", "add how long, as in `wait 2s`");
            }
            (None, Some(_)) => {
                return wait_word.refuse("without a queue there is nowhere to", "add `queue 32`");
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
