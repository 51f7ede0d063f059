//! `max_in = "256KB"`, `max_out = "25000tok truncate"`: how large a call and its answer may be.

use std::fmt;

use crate::Error;
use crate::cursor::{Cursor, WORD, or, tri};
use crate::names;
use crate::spelling::size;
use crate::units::Number;
use crate::word::Word;

/// How large something may be, and what happens if it is larger.
///
/// ```
/// use mcp_grammar::{Size, TooLarge, Unit};
///
/// const SIZE: Size = Size::new("25000tok truncate");
/// assert_eq!((SIZE.most, SIZE.unit, SIZE.then), (25_000, Unit::Tokens, TooLarge::Truncate));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The largest size, in [`unit`](Self::unit)s.
    pub most: u64,
    /// What is counted.
    pub unit: Unit,
    /// What happens to what is larger.
    pub then: TooLarge,
}

/// What a [`Size`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes. `KB` and `MB` are thousands of them, `KiB` and `MiB` powers of 1024.
    Bytes,
    /// A language model's tokens, estimated.
    Tokens,
}

/// What happens to what is larger than a [`Size`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLarge {
    /// It is refused, with a hint.
    Error,
    /// Text is cut off, visibly.
    Truncate,
    /// It is put aside, and a link to it is sent.
    Link,
}

const MOST: u64 = 1 << 40;
const KB: u64 = 1000;
const KIB: u64 = 1024;

impl Size {
    /// What `max_in` is where nothing is written: `256KB`.
    pub const MAX_IN: Self = Self {
        most: 256 * KB,
        unit: Unit::Bytes,
        then: TooLarge::Error,
    };
    /// What `max_out` is where nothing is written: `25000tok`.
    pub const MAX_OUT: Self = Self {
        most: 25_000,
        unit: Unit::Tokens,
        then: TooLarge::Error,
    };

    /// Reads a size.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &str) -> Self {
        match Self::parse(text) {
            Ok(size) => size,
            Err(error) => error.panic(),
        }
    }

    /// Reads a number with its unit, and perhaps `error`, `truncate` or `link`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &str) -> Result<Self, Error<'_>> {
        const KNOWN: &[&str] = &["error", "truncate", "link"];
        let mut cursor = tri!(Cursor::start(
            text,
            WORD,
            "expected a size",
            "write `256KB`, or `25000tok`"
        ));
        let number = tri!(cursor.number(Word::START, "write a size such as `256KB`"));
        let letters = cursor.letters();
        if letters.is_empty() {
            let write = "write `{}KB`, or another of `B`, `KiB`, `MB`, `MiB` and `tok`";
            let number = number.word;
            cursor.skip_spaces();
            if let Some(write) = size(cursor.letters()) {
                let problem = "a unit stands right behind its number, not";
                return cursor.since(number.at).refuse_with(problem, write, number);
            }
            return number.refuse_with("missing unit of size after", write, number);
        }
        let (unit, each) = tri!(unit(letters, number));
        let most = match number.value.checked_mul(each) {
            Some(0) => {
                return cursor.since(number.word.at).refuse(
                    "expected a size above zero, found",
                    "write a size such as `256KB`",
                );
            }
            Some(most) if most <= MOST => most,
            _ => {
                return cursor
                    .since(number.word.at)
                    .refuse("larger than a tebibyte:", "write a smaller size");
            }
        };
        let mut then = None;
        while let Some(word) = cursor.word() {
            let action = match word.name {
                names::ERROR => TooLarge::Error,
                names::TRUNCATE => TooLarge::Truncate,
                names::LINK => TooLarge::Link,
                _ => return word.refuse_clause(KNOWN),
            };
            if then.is_some() {
                return word.refuse("one action is enough, not also", "keep one of the two");
            }
            then = Some(action);
        }
        let then = or!(then, TooLarge::Error);
        Ok(Self { most, unit, then })
    }
}

/// What is counted, and how many of it one unit is.
const fn unit<'a>(letters: Word<'a>, number: Number<'a>) -> Result<(Unit, u64), Error<'a>> {
    match letters.name {
        names::TOK => Ok((Unit::Tokens, 1)),
        names::B => Ok((Unit::Bytes, 1)),
        names::KB => Ok((Unit::Bytes, KB)),
        names::KIB => Ok((Unit::Bytes, KIB)),
        names::MB => Ok((Unit::Bytes, KB * KB)),
        names::MIB => Ok((Unit::Bytes, KIB * KIB)),
        _ => {
            let write = or!(
                size(letters),
                "write `B`, `KB`, `KiB`, `MB`, `MiB` or `tok`"
            );
            letters.refuse_with("unknown unit of size", write, number.word)
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match (self.unit, self.most) {
            (Unit::Tokens, _) => (1, "tok"),
            (Unit::Bytes, n) if n.is_multiple_of(KB * KB) => (KB * KB, "MB"),
            (Unit::Bytes, n) if n.is_multiple_of(KIB * KIB) => (KIB * KIB, "MiB"),
            (Unit::Bytes, n) if n.is_multiple_of(KB) => (KB, "KB"),
            (Unit::Bytes, n) if n.is_multiple_of(KIB) => (KIB, "KiB"),
            (Unit::Bytes, _) => (1, "B"),
        };
        write!(f, "{}{name}", self.most / unit)?;
        match self.then {
            TooLarge::Error => Ok(()),
            TooLarge::Truncate => f.write_str(" truncate"),
            TooLarge::Link => f.write_str(" link"),
        }
    }
}
