//! The scanner below every policy: one pass over the bytes, words and numbers with their places.

use crate::Error;
use crate::names::{self, LONGEST};
use crate::word::Word;

/// `?` for `const fn`.
macro_rules! tri {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use tri;

/// `Option::unwrap_or` for `const fn`.
macro_rules! or {
    ($option:expr, $default:expr) => {
        match $option {
            Some(value) => value,
            None => $default,
        }
    };
}
pub(crate) use or;

/// Fills the place of a clause with what follows its word, once.
macro_rules! once {
    ($place:ident, $word:ident, $value:expr) => {{
        if let Some(_) = $place {
            return $word.refuse_twice();
        }
        $place = Some(tri!($value));
    }};
}
pub(crate) use once;

/// The bytes that end a word. A table, because const evaluation pays for every step of a comparison.
pub(crate) type Stops = [bool; 256];

const SPACES: &Stops = &stops(b" \t\r\n");
/// What ends a word in most policies.
pub(crate) const WORD: &Stops = &stops(b" \t\r\n(),+&|=;");
/// What ends an item between brackets.
pub(crate) const ITEM: &Stops = &stops(b" \t\r\n(),");
/// What ends a term of `auth`.
pub(crate) const TERM: &Stops = &stops(b" \t\r\n()&|,");

const fn stops(bytes: &[u8]) -> Stops {
    let mut stops = [false; 256];
    let mut i = 0;
    while i < bytes.len() {
        stops[bytes[i] as usize] = true;
        i += 1;
    }
    stops
}

/// A place in the text. Places are always on character boundaries, because the text is only cut at ASCII bytes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The length, because const evaluation pays for asking.
    len: usize,
    at: usize,
    stops: &'static Stops,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a str, stops: &'static Stops) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            len: text.len(),
            at: 0,
            stops,
        }
    }

    /// The beginning of a text that says something.
    pub(crate) const fn start(
        text: &'a str,
        stops: &'static Stops,
        problem: &'static str,
        write: &'static str,
    ) -> Result<Self, Error<'a>> {
        let mut cursor = Self::new(text, stops);
        cursor.skip_spaces();
        if cursor.at == cursor.len {
            return Err(Error::plain(Word::START, problem, write));
        }
        Ok(cursor)
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// The byte under the cursor, if the text is not over.
    pub(crate) const fn peek(&self) -> Option<u8> {
        if self.at < self.len {
            Some(self.bytes[self.at])
        } else {
            None
        }
    }

    /// The first byte that is not a space, with the cursor on it.
    pub(crate) const fn peek_word(&mut self) -> Option<u8> {
        self.skip_spaces();
        self.peek()
    }

    pub(crate) const fn skip_spaces(&mut self) {
        while self.at < self.len && SPACES[self.bytes[self.at] as usize] {
            self.at += 1;
        }
    }

    /// Goes past one byte, which the caller has seen to be ASCII.
    pub(crate) const fn step(&mut self) {
        self.at += 1;
    }

    /// Goes past `byte` if it comes next, spaces aside.
    pub(crate) const fn take(&mut self, byte: u8) -> bool {
        let here = matches!(self.peek_word(), Some(found) if found == byte);
        if here {
            self.at += 1;
        }
        here
    }

    /// The next word. A byte that ends words is a word of its own where it comes first, so that there is always progress.
    pub(crate) const fn word(&mut self) -> Option<Word<'a>> {
        let (bytes, len, stops) = (self.bytes, self.len, self.stops);
        let mut from = self.at;
        while from < len && SPACES[bytes[from] as usize] {
            from += 1;
        }
        if from == len {
            self.at = len;
            return None;
        }
        let mut name = names::FIRST;
        let mut at = from;
        while at < len && !stops[bytes[at] as usize] {
            name = name << 8 | bytes[at] as u128;
            at += 1;
        }
        if at == from {
            name = name << 8 | bytes[at] as u128;
            at += 1;
        }
        if at - from > LONGEST {
            name = 0;
        }
        self.at = at;
        Some(Word {
            whole: self.text,
            at: from,
            end: at,
            name,
        })
    }

    /// The next word, ended by other bytes than elsewhere.
    pub(crate) const fn word_until(&mut self, stops: &'static Stops) -> Option<Word<'a>> {
        let elsewhere = self.stops;
        self.stops = stops;
        let word = self.word();
        self.stops = elsewhere;
        word
    }

    /// The run of digits under the cursor, spaces aside; empty if there is none.
    pub(crate) const fn digits(&mut self) -> Word<'a> {
        self.skip_spaces();
        let from = self.at;
        while self.at < self.len
            && let b'0'..=b'9' = self.bytes[self.at]
        {
            self.at += 1;
        }
        self.since(from)
    }

    /// The run of letters and digits under the cursor; empty if there is none.
    pub(crate) const fn letters(&mut self) -> Word<'a> {
        let from = self.at;
        let mut name = names::FIRST;
        while self.at < self.len
            && let b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. = self.bytes[self.at]
        {
            name = name << 8 | self.bytes[self.at] as u128;
            self.at += 1;
        }
        if self.at - from > LONGEST {
            name = 0;
        }
        Word {
            whole: self.text,
            at: from,
            end: self.at,
            name,
        }
    }

    /// The text from `from`, which is a place where the cursor was, up to the cursor.
    pub(crate) const fn since(&self, from: usize) -> Word<'a> {
        Word {
            whole: self.text,
            at: from,
            end: self.at,
            name: 0,
        }
    }
}
