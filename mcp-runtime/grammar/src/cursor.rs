//! The scanner below every policy: one pass over the bytes, words and numbers with their places.

use crate::Error;

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

/// A piece of the text and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Word<'a> {
    pub(crate) const fn end(self) -> usize {
        self.at + self.text.len()
    }

    pub(crate) const fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The word without its first `n` bytes.
    pub(crate) const fn after(self, n: usize) -> Self {
        Self {
            text: self.text.split_at(n).1,
            at: self.at + n,
        }
    }

    /// The first `n` bytes of the word.
    pub(crate) const fn before(self, n: usize) -> Self {
        Self {
            text: self.text.split_at(n).0,
            at: self.at,
        }
    }

    /// The word without the spaces around it.
    pub(crate) const fn trimmed(self) -> Self {
        let bytes = self.text.as_bytes();
        let (mut from, mut to) = (0, bytes.len());
        while from < to && bytes[from].is_ascii_whitespace() {
            from += 1;
        }
        while to > from && bytes[to - 1].is_ascii_whitespace() {
            to -= 1;
        }
        self.before(to).after(from)
    }

    /// The character at byte `i`, which is where a character begins.
    pub(crate) const fn char_at(self, i: usize) -> Self {
        let mut end = i + 1;
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.after(i).before(end - i)
    }

    pub(crate) const fn starts_with(self, prefix: &str) -> bool {
        matches!(self.text.as_bytes().split_at_checked(prefix.len()), Some((start, _)) if same(start, prefix.as_bytes()))
    }

    /// The place of the first such byte.
    pub(crate) const fn find(self, byte: u8) -> Option<usize> {
        let mut i = 0;
        while i < self.text.len() {
            if self.text.as_bytes()[i] == byte {
                return Some(i);
            }
            i += 1;
        }
        None
    }
}

pub(crate) const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

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
            None => Err(Error::quoting(clause, "nothing follows", write)),
        }
    }

    /// The very word that has to come next; `before` is what asks for it.
    pub(crate) const fn expect(
        &mut self,
        name: &[u8],
        before: Word<'a>,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        match self.word() {
            Some(word) if same(word.bytes(), name) => Ok(word),
            Some(word) => Err(Error::quoting(
                word,
                "expected something else, found",
                write,
            )),
            None => Err(Error::quoting(before, "not enough follows", write)),
        }
    }

    /// The end of the text.
    pub(crate) const fn end(&mut self, write: &'static str) -> Result<(), Error<'a>> {
        match self.word() {
            None => Ok(()),
            Some(word) => Err(Error::quoting(
                word,
                "nothing more can follow, found",
                write,
            )),
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
                return Err(Error::quoting(
                    word.char_at(i),
                    "a name can't contain",
                    write,
                ));
            }
            i += 1;
        }
        Ok(word.text)
    }

    /// The bracket that opens behind a clause's name.
    pub(crate) const fn open(
        &mut self,
        clause: Word<'a>,
        write: &'static str,
    ) -> Result<(), Error<'a>> {
        if self.take(b'(') {
            Ok(())
        } else {
            Err(Error::quoting(clause, "missing `(` after", write))
        }
    }

    /// What stands between the brackets that `clause` opened, up to a comma.
    pub(crate) const fn item(
        &mut self,
        clause: Word<'a>,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        match self.word_until(Stops::ITEM) {
            Some(word) if !matches!(word.bytes(), b"(" | b")" | b",") => Ok(word),
            Some(word) => Err(Error::quoting(word, "something is missing before", write)),
            None => Err(Error::quoting(clause, "nothing follows", write)),
        }
    }

    /// Whether another item follows; otherwise the bracket is closed.
    pub(crate) const fn more(&mut self, clause: Word<'a>) -> Result<bool, Error<'a>> {
        if self.take(b',') {
            return Ok(true);
        }
        if self.take(b')') {
            return Ok(false);
        }
        match self.word_until(Stops::ITEM) {
            Some(word) => Err(Error::quoting(
                word,
                "expected `,` or `)`, found",
                "write `,` between two and `)` after the last",
            )),
            None => Err(Error::quoting(
                clause,
                "missing `)` after",
                "close the bracket",
            )),
        }
    }

    /// The bracket that closes behind one item.
    pub(crate) const fn close(&mut self, clause: Word<'a>) -> Result<(), Error<'a>> {
        if self.take(b')') {
            Ok(())
        } else {
            Err(Error::quoting(
                clause,
                "missing `)` after",
                "close the bracket",
            ))
        }
    }
}
