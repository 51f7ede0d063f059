//! `idempotency = "24h required"`: for how long a call that is sent twice runs once.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, tri};
use crate::names;
use crate::units::Time;
use crate::word::Word;

/// For how long a call that comes again with the same `idempotencyKey` gets the first one's result.
///
/// ```
/// use mcp_grammar::Idempotency;
/// use std::time::Duration;
///
/// const IDEMPOTENCY: Idempotency = Idempotency::new("24h required");
/// assert_eq!(IDEMPOTENCY.keep, Duration::from_secs(24 * 60 * 60));
/// assert!(IDEMPOTENCY.required);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotency {
    /// How long the first result is kept.
    pub keep: Duration,
    /// Whether a call without a key is refused.
    pub required: bool,
}

impl Idempotency {
    /// Reads an idempotency policy.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(idempotency) => idempotency,
            Err(error) => error.panic(),
        }
    }

    /// Reads a time and perhaps `required`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        const KNOWN: &[&str] = &["required"];
        let mut cursor = tri!(Cursor::start(
            text,
            WORD,
            "expected a time to keep results",
            "write `24h`, or `24h required`"
        ));
        let keep = tri!(cursor.duration(Word::START, "write a time such as `24h` first"));
        let mut required = false;
        while let Some(word) = cursor.word() {
            match word.name {
                names::REQUIRED if required => return word.refuse_twice(),
                names::REQUIRED => required = true,
                _ => return word.refuse_clause(KNOWN),
            }
        }
        Ok(Self { keep, required })
    }
}

impl fmt::Display for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            Time(self.keep),
            if self.required { " required" } else { "" }
        )
    }
}
