//! The scanner below every policy: one pass over the bytes, words and numbers with their places.

use crate::Error;
use crate::word::{Word, same};

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

/// A set of ASCII bytes that end a word, one bit each.
#[derive(Clone, Copy)]
pub(crate) struct Stops(u128);

impl Stops {
    const SPACES: &'static [u8] = b" \t\r\n";
    /// What ends a word in most policies.
    pub(crate) const WORD: Self = Self::of(b"(),+&|=;");
    /// What ends an item between brackets.
    pub(crate) const ITEM: Self = Self::of(b"(),");
    /// What ends a term of `auth`.
    pub(crate) const TERM: Self = Self::of(b"()&|,");

    const fn of(bytes: &[u8]) -> Self {
        let mut set = 0;
        let mut i = 0;
        while i < bytes.len() {
            set |= 1 << bytes[i];
            i += 1;
        }
        i = 0;
        while i < Self::SPACES.len() {
            set |= 1 << Self::SPACES[i];
            i += 1;
        }
        Self(set)
    }

    const fn has(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }
}

/// A place in the text. Places are always on character boundaries, because the text is only cut at ASCII bytes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The beginning of a text that says something.
    pub(crate) const fn start(
        text: &'a str,
        problem: &'static str,
        write: &'static str,
    ) -> Result<Self, Error<'a>> {
        let mut cursor = Self::new(text);
        match cursor.peek_word() {
            Some(_) => Ok(cursor),
            None => Err(Error::plain(Word::START, problem, write)),
        }
    }

    /// The byte under the cursor, if the text is not over.
    pub(crate) const fn peek(&self) -> Option<u8> {
        if self.at < self.text.len() {
            Some(self.text.as_bytes()[self.at])
        } else {
            None
        }
    }

    /// The first byte that is not a space, without going past it.
    pub(crate) const fn peek_word(&mut self) -> Option<u8> {
        self.skip_spaces();
        self.peek()
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// Goes past `byte` if it comes next, spaces aside.
    pub(crate) const fn take(&mut self, byte: u8) -> bool {
        self.skip_spaces();
        let here = matches!(self.peek(), Some(found) if found == byte);
        if here {
            self.at += 1;
        }
        here
    }

    /// The next word. A byte that ends words is a word of its own where it comes first, so that there is always progress.
    pub(crate) const fn word(&mut self) -> Option<Word<'a>> {
        self.word_until(Stops::WORD)
    }

    pub(crate) const fn word_until(&mut self, stops: Stops) -> Option<Word<'a>> {
        self.skip_spaces();
        let from = self.at;
        while let Some(byte) = self.peek() {
            if stops.has(byte) {
                if self.at == from {
                    self.at += 1;
                }
                break;
            }
            self.at += 1;
        }
        if self.at == from {
            None
        } else {
            Some(self.since(from))
        }
    }

    /// Goes past one byte, which the caller has seen to be ASCII.
    pub(crate) const fn step(&mut self) {
        self.at += 1;
    }

    /// The run of digits under the cursor; empty if there is none.
    pub(crate) const fn digits(&mut self) -> Word<'a> {
        self.skip_spaces();
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.since(from)
    }

    /// The run of letters and digits under the cursor; empty if there is none.
    pub(crate) const fn letters(&mut self) -> Word<'a> {
        let from = self.at;
        while let Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80..) = self.peek() {
            self.at += 1;
        }
        self.since(from)
    }

    /// The text from `from`, which is a place where the cursor was, up to the cursor.
    pub(crate) const fn since(&self, from: usize) -> Word<'a> {
        Word {
            text: self.text.split_at(self.at).0.split_at(from).1,
            at: from,
        }
    }

    /// The word that a clause needs after its name.
    pub(crate) const fn word_after(
        &mut self,
        clause: Word<'a>,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        match self.word() {
            Some(word) => Ok(word),
            None => clause.refuse("nothing follows", write),
        }
    }

    /// The very word that has to come next: `problem` says "expected `of`, found"; `before` is what asks for it.
    pub(crate) const fn expect(
        &mut self,
        name: &[u8],
        before: Word<'a>,
        problem: &'static str,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        let word = tri!(self.word_after(before, write));
        if same(word.bytes(), name) {
            Ok(word)
        } else {
            word.refuse(problem, write)
        }
    }

    /// The end of the text.
    pub(crate) const fn end(&mut self, write: &'static str) -> Result<(), Error<'a>> {
        match self.word() {
            None => Ok(()),
            Some(word) => word.refuse("expected the end, found", write),
        }
    }

    /// The name that a clause needs after its own.
    pub(crate) const fn id(
        &mut self,
        clause: Word<'a>,
        write: &'static str,
    ) -> Result<&'a str, Error<'a>> {
        let word = tri!(self.word_after(clause, write));
        let mut i = 0;
        while i < word.text.len() {
            if !matches!(word.bytes()[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' | b'/')
            {
                return word.char_at(i).refuse("a name can't contain", write);
            }
            i += 1;
        }
        Ok(word.text)
    }
}
