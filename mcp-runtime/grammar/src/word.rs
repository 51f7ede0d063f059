//! A piece of a policy's text, and the errors that point at it.

use crate::Error;

/// A piece of the text and where it is.
///
/// Const evaluation pays dearly for every slice that is cut, so a word is cut out only where its text is wanted: in an
/// error, or because the policy keeps it. Otherwise it is compared by its [`name`](Self::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// The text that the word is a piece of.
    pub(crate) whole: &'a str,
    /// Where it begins.
    pub(crate) at: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// The word as one number if the cursor read it as a word (see `names`), else 0.
    pub(crate) name: u128,
}

impl<'a> Word<'a> {
    /// Where a text begins: what stands before its first word.
    pub(crate) const START: Self = Self::all("");

    /// The whole of a text.
    pub(crate) const fn all(whole: &'a str) -> Self {
        Self {
            whole,
            at: 0,
            end: whole.len(),
            name: 0,
        }
    }

    pub(crate) const fn text(self) -> &'a str {
        let Self {
            mut whole, at, end, ..
        } = self;
        if end < whole.len() {
            whole = whole.split_at(end).0;
        }
        if at > 0 {
            whole = whole.split_at(at).1;
        }
        whole
    }

    pub(crate) const fn bytes(self) -> &'a [u8] {
        self.text().as_bytes()
    }

    pub(crate) const fn len(self) -> usize {
        self.end - self.at
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.end == self.at
    }

    /// The piece between two places of the text.
    pub(crate) const fn between(self, at: usize, end: usize) -> Self {
        Self {
            at,
            end,
            name: 0,
            ..self
        }
    }

    /// The word without its first `n` bytes.
    pub(crate) const fn after(self, n: usize) -> Self {
        self.between(self.at + n, self.end)
    }

    /// The first `n` bytes of the word.
    pub(crate) const fn before(self, n: usize) -> Self {
        self.between(self.at, self.at + n)
    }

    /// The word without the spaces around it.
    pub(crate) const fn trimmed(self) -> Self {
        let bytes = self.whole.as_bytes();
        let (mut at, mut end) = (self.at, self.end);
        while at < end && bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        while end > at && bytes[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        self.between(at, end)
    }

    /// The character that begins at byte `at` of the text.
    pub(crate) const fn char_at(self, at: usize) -> Self {
        let mut end = at + 1;
        while !self.whole.is_char_boundary(end) {
            end += 1;
        }
        self.between(at, end)
    }

    /// The place in the text of the first such byte of the word.
    pub(crate) const fn find(self, byte: u8) -> Option<usize> {
        let bytes = self.whole.as_bytes();
        let mut i = self.at;
        while i < self.end {
            if bytes[i] == byte {
                return Some(i);
            }
            i += 1;
        }
        None
    }

    /// What follows `prefix`, if the word begins with it.
    pub(crate) const fn strip<const N: usize>(self, prefix: &[u8; N]) -> Option<Self> {
        if self.end - self.at < N {
            return None;
        }
        let bytes = self.whole.as_bytes();
        let mut i = 0;
        while i < N {
            if bytes[self.at + i] != prefix[i] {
                return None;
            }
            i += 1;
        }
        Some(self.after(N))
    }

    /// Whether both say the same.
    pub(crate) const fn is_same(self, other: Self) -> bool {
        if self.name != other.name || self.len() != other.len() {
            return false;
        }
        let (a, b) = (self.whole.as_bytes(), other.whole.as_bytes());
        let mut i = 0;
        while i < self.end - self.at {
            if a[self.at + i] != b[other.at + i] {
                return false;
            }
            i += 1;
        }
        true
    }

    /// The word is wrong: the problem, with the word quoted behind it, and what to write.
    pub(crate) const fn refuse<T: Copy>(
        self,
        problem: &'static str,
        write: &'static str,
    ) -> Result<T, Error<'a>> {
        Err(Error::quoting(self, problem, write))
    }

    /// As [`refuse`](Self::refuse), where what to write has a `{}` for what is right already.
    pub(crate) const fn refuse_with<T: Copy>(
        self,
        problem: &'static str,
        write: &'static str,
        given: Word<'a>,
    ) -> Result<T, Error<'a>> {
        Err(Error {
            given: given.text(),
            ..Error::quoting(self, problem, write)
        })
    }

    /// The word opens none of the clauses that are known here.
    pub(crate) const fn refuse_clause<T: Copy>(
        self,
        known: &'static [&'static str],
    ) -> Result<T, Error<'a>> {
        match self.bytes() {
            b"," | b";" => self.refuse("clauses stand side by side, without", "leave it out"),
            _ => self.refuse_among("unknown word", known),
        }
    }

    /// The word is none of those that are known here.
    pub(crate) const fn refuse_among<T: Copy>(
        self,
        problem: &'static str,
        known: &'static [&'static str],
    ) -> Result<T, Error<'a>> {
        Err(Error {
            known,
            ..Error::quoting(self, problem, "")
        })
    }

    /// The word opens a clause that was written before.
    pub(crate) const fn refuse_twice<T: Copy>(self) -> Result<T, Error<'a>> {
        self.refuse("the same clause twice:", "keep one of the two")
    }
}
