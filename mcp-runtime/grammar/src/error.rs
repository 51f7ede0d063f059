//! What is wrong with a policy's text, where, and what to write instead.

mod nearest;
mod panic;

use std::fmt;

use crate::word::Word;
use nearest::nearest;

/// The first thing in a policy's text that is not understood.
///
/// [`at`](Self::at) and [`len`](Self::len) point at the smallest wrong thing, in bytes, always on character boundaries.
/// `Display` is the whole sentence: the problem in the user's words, then what to write.
///
/// ```
/// let error = mcp_grammar::Rate::parse("10/sec").unwrap_err();
/// assert_eq!((error.at, error.len), (3, 3));
/// assert_eq!(error.to_string(), "unknown unit of time `sec`; write `s` (as in `10/s`)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error<'a> {
    /// Where the wrong thing begins: a byte offset into the text.
    pub at: usize,
    /// How long the wrong thing is, in bytes. Zero only where the text is empty.
    pub len: usize,
    /// The words that are quoted after the problem; empty where the problem says it all.
    pub found: &'a str,
    /// What is wrong, without the user's words.
    pub problem: &'static str,
    /// What to write; `{}` in it stands for [`given`](Self::given).
    pub expected: &'static str,
    /// The part of the text that is right and comes back in what to write.
    pub given: &'a str,
    /// The words that were possible here, for "did you mean".
    pub known: &'static [&'static str],
}

impl<'a> Error<'a> {
    /// The problem without the user's words, for where nothing can be formatted.
    pub const fn message(&self) -> &'static str {
        self.problem
    }

    /// An error that quotes the wrong word after the problem.
    pub(crate) const fn quoting(
        word: Word<'a>,
        problem: &'static str,
        expected: &'static str,
    ) -> Self {
        Self {
            found: word.text(),
            ..Self::plain(word, problem, expected)
        }
    }

    /// An error that points at a word without quoting it.
    pub(crate) const fn plain(
        word: Word<'a>,
        problem: &'static str,
        expected: &'static str,
    ) -> Self {
        Self {
            at: word.at,
            len: word.len(),
            found: "",
            problem,
            expected,
            given: "",
            known: &[],
        }
    }
}

impl fmt::Display for Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)?;
        if !self.found.is_empty() {
            write!(f, " `{}`", Quoted(self.found))?;
        }
        if let Some(word) = nearest(self.found, self.known) {
            return write!(f, "; did you mean `{word}`?");
        }
        match split_hole(self.expected) {
            Some((before, after)) => write!(f, "; {before}{}{after}", Quoted(self.given))?,
            None if self.expected.is_empty() => {}
            None => write!(f, "; {}", self.expected)?,
        }
        for (i, word) in self.known.iter().enumerate() {
            write!(f, "{}`{word}`", joint(i, self.known.len()))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error<'_> {}

/// How many characters of the user's words are quoted.
const MOST_QUOTED: usize = 60;

/// The user's own words, safe to print: an operator's file is not trusted with a terminal or with a whole log line.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars().take(MOST_QUOTED) {
            let reorders = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if c.is_control() || reorders {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        if self.0.chars().nth(MOST_QUOTED).is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}

/// What stands before the `i`th of `n` words: `; write a, b or c`.
const fn joint(i: usize, n: usize) -> &'static str {
    if i == 0 {
        "; write "
    } else if i + 1 == n {
        " or "
    } else {
        ", "
    }
}

const fn split_hole(template: &'static str) -> Option<(&'static str, &'static str)> {
    let bytes = template.as_bytes();
    let mut i = 0;
    while i + 1 < bytes.len() {
        if bytes[i] == b'{' && bytes[i + 1] == b'}' {
            let (before, rest) = template.split_at(i);
            return Some((before, rest.split_at(2).1));
        }
        i += 1;
    }
    None
}
