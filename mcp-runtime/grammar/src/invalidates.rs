//! `invalidates = "tags(user:{id})"`: which cached answers a tool that writes throws away.

use std::fmt;

use crate::Error;
use crate::cache::{Tags, write_items};
use crate::cursor::{Cursor, WORD, tri};
use crate::names;
use crate::word::Word;

/// The tags of the cached answers that are thrown away once the tool has succeeded.
///
/// ```
/// use mcp_grammar::Invalidates;
///
/// const INVALIDATES: Invalidates = Invalidates::new("tags(user:{id}, users)");
/// assert_eq!(INVALIDATES.tags.len(), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalidates<'a> {
    /// The tags, with the arguments of the call in their placeholders.
    pub tags: Tags<'a>,
}

impl<'a> Invalidates<'a> {
    /// Reads the tags.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(invalidates) => invalidates,
            Err(error) => error.panic(),
        }
    }

    /// Reads `tags(..)`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        const WRITE: &str = "write `tags(user:{id})`";
        let mut cursor = Cursor::new(text, WORD);
        let Some(word) = cursor.word() else {
            return Err(Error::plain(Word::START, "expected tags", WRITE));
        };
        if word.name != names::TAGS {
            return word.refuse("expected tags, found", WRITE);
        }
        let tags = tri!(cursor.tags(word));
        tri!(cursor.end("write all tags in one pair of brackets"));
        Ok(Self { tags })
    }
}

impl fmt::Display for Invalidates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_items(f, "tags(", self.tags.as_slice())
    }
}
