//! Texts with `{placeholders}` in them: the question of `confirm`, the tags of a cache.

use std::fmt;

use crate::Error;
use crate::cursor::tri;
use crate::key::argument;
use crate::word::Word;

/// A text in which `{path}` stands for the argument at that path. `{{` and `}}` are plain braces.
///
/// ```
/// use mcp_grammar::{Confirm, Piece};
///
/// let Confirm::Ask { question, .. } = Confirm::new("Delete {path}?") else { unreachable!() };
/// let pieces: Vec<_> = question.pieces().collect();
/// assert_eq!(pieces, [Piece::Text("Delete "), Piece::Arg("path"), Piece::Text("?")]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template<'a> {
    text: &'a str,
}

/// A part of a [`Template`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stands for itself; never empty.
    Text(&'a str),
    /// The argument at this path.
    Arg(&'a str),
}

impl<'a> Template<'a> {
    pub(crate) const BLANK: Self = Self { text: "" };

    /// Checks that each brace has its partner and each placeholder a name.
    pub(crate) const fn parse(word: Word<'a>) -> Result<Self, Error<'a>> {
        const ESCAPE: &str = "write `{{` and `}}` for braces that stay";
        let bytes = word.whole.as_bytes();
        let mut i = word.at;
        while i < word.end {
            match bytes[i] {
                brace @ (b'{' | b'}') if i + 1 < word.end && bytes[i + 1] == brace => i += 2,
                b'{' => {
                    let rest = word.between(i, word.end);
                    let Some(close) = rest.find(b'}') else {
                        return rest.refuse("a placeholder without `}`:", ESCAPE);
                    };
                    tri!(argument(
                        word.between(i + 1, close),
                        word.between(i, close + 1)
                    ));
                    i = close + 1;
                }
                b'}' => {
                    return word
                        .char_at(i)
                        .refuse("no placeholder was opened before", ESCAPE);
                }
                _ => i += 1,
            }
        }
        Ok(Self { text: word.text() })
    }

    /// The text as it is written.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The parts in order, with the doubled braces undone.
    pub const fn pieces(&self) -> Pieces<'a> {
        Pieces {
            text: self.text,
            at: 0,
        }
    }

    /// The paths of the arguments that the text names, and the byte offset of each in the text as it is written.
    pub fn placeholders(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let mut pieces = self.pieces();
        std::iter::from_fn(move || {
            loop {
                let before = pieces.at;
                if let Piece::Arg(path) = pieces.next()? {
                    return Some((before + 1, path));
                }
            }
        })
    }
}

impl fmt::Display for Template<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// The parts of a [`Template`], in order.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let (piece, len) = match rest.find(['{', '}']) {
            None if rest.is_empty() => return None,
            None => (Piece::Text(rest), rest.len()),
            // One brace of the two stays with the text before it.
            Some(i) if bytes.get(i + 1) == bytes.get(i) => (Piece::Text(&rest[..=i]), i + 2),
            Some(0) => {
                let close = rest.find('}')?;
                (Piece::Arg(&rest[1..close]), close + 1)
            }
            Some(i) => (Piece::Text(&rest[..i]), i),
        };
        self.at += len;
        Some(piece)
    }
}
