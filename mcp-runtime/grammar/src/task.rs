//! `task = "optional"`: whether a call runs as a task, which the client polls for.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, tri};
use crate::names;
use crate::units::Time;
use crate::word::Word;

/// Whether a call runs as a task, for clients that can poll for one (MCP, the Tasks extension), and how long tasks are kept.
///
/// ```
/// use mcp_grammar::TaskSupport;
/// use std::time::Duration;
///
/// const REPORT: TaskSupport = TaskSupport::new("required").ttl("1h");
/// assert!(REPORT.required);
/// assert_eq!(REPORT.ttl, Duration::from_secs(60 * 60));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskSupport {
    /// Whether a client that cannot poll is refused. Otherwise it waits for the answer, as for any other tool's.
    pub required: bool,
    /// How long a task and its result are kept, from the call on.
    pub ttl: Duration,
}

impl TaskSupport {
    /// How long a task is kept where nothing is written: `10m`.
    pub const TTL: Duration = Duration::from_secs(10 * 60);

    /// Reads whether calls run as tasks.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(support) => support,
            Err(error) => error.panic(),
        }
    }

    /// Reads `optional` or `required`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        const KNOWN: &[&str] = &["optional", "required"];
        const WRITE: &str = "write `optional`, or `required` for a tool that is never waited for";
        let mut cursor = Cursor::new(text, WORD);
        let Some(word) = cursor.word() else {
            let problem = "expected whether clients must poll";
            return Err(Error::plain(Word::START, problem, WRITE));
        };
        let required = match word.name {
            names::OPTIONAL => false,
            names::REQUIRED => true,
            names::NONE | names::OFF => {
                return word.refuse(
                    "not a task:",
                    "leave `task` out of a tool that runs as none",
                );
            }
            _ => return word.refuse_among("expected whether clients must poll, found", KNOWN),
        };
        if let Some(word) = cursor.word() {
            return match word.bytes() {
                b"ttl" => word.refuse(
                    "how long a task is kept is an option of its own, not",
                    "write `task = \"optional\", ttl = \"10m\"`",
                ),
                _ => word.refuse("expected the end, found", "keep one word"),
            };
        }
        Ok(Self {
            required,
            ttl: Self::TTL,
        })
    }

    /// Sets how long a task and its result are kept: the option `ttl`.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    #[must_use]
    pub const fn ttl(self, text: &str) -> Self {
        match Self::parse_ttl(text) {
            Ok(ttl) => Self { ttl, ..self },
            Err(error) => error.panic(),
        }
    }

    /// The value of `ttl`, as it is written.
    pub fn shown_ttl(&self) -> impl fmt::Display {
        Time(self.ttl)
    }

    /// Reads the value of `ttl`: a time.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse_ttl(text: &str) -> Result<Duration, Error<'_>> {
        let mut cursor = tri!(Cursor::start(text, WORD, "expected a time", "write `10m`"));
        let ttl = tri!(cursor.duration(Word::START, "write `10m`"));
        tri!(cursor.end("write one time, as in `10m`"));
        Ok(ttl)
    }
}

/// `optional` or `required`. The time is an option of its own and not part of it.
impl fmt::Display for TaskSupport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.required {
            "required"
        } else {
            "optional"
        })
    }
}
