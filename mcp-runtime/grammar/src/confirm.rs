//! `confirm = "Delete {path}?"`: what a human is asked before the tool runs.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, WORD, tri};
use crate::template::Template;
use crate::units::Time;
use crate::word::Word;

/// What a human is asked before the tool runs.
///
/// How long an approval is good for is an option of its own, because every character of the question belongs to the
/// question: `confirm = "Delete {path}?", confirm_ttl = "10m"`.
///
/// ```
/// use mcp_grammar::Confirm;
/// use std::time::Duration;
///
/// const DELETE: Confirm = Confirm::new("Delete {path} from {bucket}?").ttl("10m");
/// let Confirm::Ask { question, ttl } = DELETE else { unreachable!() };
/// assert_eq!(ttl, Duration::from_secs(600));
/// assert_eq!(question.placeholders().map(|(_, path)| path).collect::<Vec<_>>(), ["path", "bucket"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm<'a> {
    /// Nobody is asked, on purpose, though the tool destroys: `confirm = "never"`.
    Never,
    /// The question and how long an approval is good for.
    Ask {
        /// The question, with the arguments of the call in its placeholders.
        question: Template<'a>,
        /// How long an approval is good for.
        ttl: Duration,
    },
}

impl<'a> Confirm<'a> {
    /// How long an approval is good for where nothing is written: `5m`.
    pub const TTL: Duration = Duration::from_secs(5 * 60);

    /// Reads a question.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(confirm) => confirm,
            Err(error) => error.panic(),
        }
    }

    /// Reads a question with `{placeholders}` that name arguments, or `never`. `{{` and `}}` are plain braces.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = Cursor::new(text, WORD);
        let Some(first) = cursor.word() else {
            return Err(Error::plain(
                Word::START,
                "expected a question",
                "write `Delete {path}?`, or `never`",
            ));
        };
        if cursor.peek_word().is_none() {
            match first.bytes() {
                b"never" => return Ok(Self::Never),
                b"none" | b"off" | b"no" | b"false" | b"Never" | b"NEVER" => {
                    let write = "write `never` if nobody is to be asked";
                    return first.refuse("not a question:", write);
                }
                _ => {}
            }
        }
        let question = tri!(Template::parse(Word::all(text)));
        Ok(Self::Ask {
            question,
            ttl: Self::TTL,
        })
    }

    /// Sets how long an approval is good for: the option `confirm_ttl`.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood or nobody is asked; in a `const` this is a compile error.
    #[track_caller]
    #[must_use]
    pub const fn ttl(self, text: &str) -> Self {
        match (self, Self::parse_ttl(text)) {
            (Self::Ask { question, .. }, Ok(ttl)) => Self::Ask { question, ttl },
            (Self::Never, Ok(_)) => panic!(
                "nobody is asked, so there is no approval that could end; leave `confirm_ttl` out"
            ),
            (_, Err(error)) => error.panic(),
        }
    }

    /// Reads the value of `confirm_ttl`: a time.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse_ttl(text: &str) -> Result<Duration, Error<'_>> {
        let mut cursor = tri!(Cursor::start(text, WORD, "expected a time", "write `5m`"));
        let ttl = tri!(cursor.duration(Word::START, "write `5m`"));
        tri!(cursor.end("write one time, as in `5m`"));
        Ok(ttl)
    }

    /// The value of `confirm_ttl`, as it is written, if anybody is asked.
    pub fn shown_ttl(&self) -> Option<impl fmt::Display + use<>> {
        match self {
            Self::Never => None,
            Self::Ask { ttl, .. } => Some(Time(*ttl)),
        }
    }

    /// The paths of the arguments that the question names, and the byte offset of each in it.
    pub fn placeholders(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let question = match self {
            Self::Never => None,
            Self::Ask { question, .. } => Some(*question),
        };
        question
            .into_iter()
            .flat_map(|question| question.placeholders())
    }
}

/// The question, or `never`. The time is an option of its own and not part of it.
impl fmt::Display for Confirm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Ask { question, .. } => question.fmt(f),
        }
    }
}
