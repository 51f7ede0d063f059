//! A piece of a policy's text, and the errors that point at it.

use crate::Error;

/// A piece of the text and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Word<'a> {
    /// Where a text begins: what stands before its first word.
    pub(crate) const START: Self = Self { text: "", at: 0 };

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
        given: &'a str,
    ) -> Result<T, Error<'a>> {
        Err(Error {
            given,
            ..Error::quoting(self, problem, write)
        })
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
        match self.bytes().split_at_checked(prefix.len()) {
            Some((start, _)) => same(start, prefix.as_bytes()),
            None => false,
        }
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
