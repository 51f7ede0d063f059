//! `audit = "args"`: how much of each call is recorded.

use std::fmt;

use crate::Error;
use crate::cursor::{Cursor, WORD};
use crate::names;
use crate::word::Word;

/// How much of each call is recorded, and whether a call may run unrecorded.
///
/// ```
/// use mcp_grammar::{Audit, Level};
///
/// const AUDIT: Audit = Audit::new("full required");
/// assert_eq!((AUDIT.level, AUDIT.required), (Level::Full, true));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// How much is recorded.
    pub level: Level,
    /// Whether a call is refused while its record can't be kept. Otherwise the record is counted and dropped.
    pub required: bool,
}

/// How much of a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// Who, what, when and how it ended. What holds for a tool that only reads and says nothing.
    Meta,
    /// The arguments too, without the secret ones. What holds for other tools that say nothing.
    Args,
    /// The answer too.
    Full,
}

impl Audit {
    /// Reads a level.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(audit) => audit,
            Err(error) => error.panic(),
        }
    }

    /// Reads `off`, `meta`, `args` or `full`, and perhaps `required`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        const LEVELS: &[&str] = &["off", "meta", "args", "full"];
        const KNOWN: &[&str] = &["required"];
        let mut cursor = Cursor::new(text, WORD);
        let Some(word) = cursor.word() else {
            return Err(Error::plain(
                Word::START,
                "expected how much to record",
                "write `off`, `meta`, `args` or `full`",
            ));
        };
        let level = match level_of(word) {
            Some(level) => level,
            None => return word.refuse_among("unknown level", LEVELS),
        };
        let mut required = false;
        while let Some(word) = cursor.word() {
            match word.name {
                names::REQUIRED if required => return word.refuse_twice(),
                names::REQUIRED if matches!(level, Level::Off) => {
                    let write = "write `meta required`, or `off` alone";
                    return word.refuse("what is not recorded can't be", write);
                }
                names::REQUIRED => required = true,
                _ if level_of(word).is_some() => {
                    return word.refuse("one level is enough, not also", "keep one of the two");
                }
                _ => return word.refuse_clause(KNOWN),
            }
        }
        Ok(Self { level, required })
    }
}

const fn level_of(word: Word<'_>) -> Option<Level> {
    match word.name {
        names::OFF => Some(Level::Off),
        names::META => Some(Level::Meta),
        names::ARGS => Some(Level::Args),
        names::FULL => Some(Level::Full),
        _ => None,
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Off => "off",
            Level::Meta => "meta",
            Level::Args => "args",
            Level::Full => "full",
        })?;
        f.write_str(if self.required { " required" } else { "" })
    }
}
