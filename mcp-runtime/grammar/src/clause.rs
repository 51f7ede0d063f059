//! What can follow the word that opens a clause: another word, a name, items between brackets.

use crate::Error;
use crate::cursor::{Cursor, ITEM, tri};
use crate::names;
use crate::word::Word;

impl<'a> Cursor<'a> {
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
        name: u128,
        before: Word<'a>,
        problem: &'static str,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        let word = tri!(self.word_after(before, write));
        if word.name == name {
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
        let bytes = word.whole.as_bytes();
        let mut i = word.at;
        while i < word.end {
            if !matches!(bytes[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' | b'/')
            {
                return word.char_at(i).refuse("a name can't contain", write);
            }
            i += 1;
        }
        Ok(word.text())
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
            clause.refuse("missing `(` after", write)
        }
    }

    /// What stands between the brackets that `clause` opened, up to a comma.
    pub(crate) const fn item(
        &mut self,
        clause: Word<'a>,
        write: &'static str,
    ) -> Result<Word<'a>, Error<'a>> {
        match self.word_until(ITEM) {
            Some(word) => match word.name {
                names::OPENING | names::CLOSING | names::COMMA => {
                    word.refuse("something is missing before", write)
                }
                _ => Ok(word),
            },
            None => clause.refuse("nothing follows", write),
        }
    }

    /// Whether another item follows; otherwise the bracket is closed.
    pub(crate) const fn more(&mut self, clause: Word<'a>) -> Result<bool, Error<'a>> {
        match self.word_until(ITEM) {
            Some(word) => match word.name {
                names::COMMA => Ok(true),
                names::CLOSING => Ok(false),
                _ => word.refuse(
                    "expected `,` or `)`, found",
                    "write `,` between two and `)` after the last",
                ),
            },
            None => clause.refuse("missing `)` after", "close the bracket"),
        }
    }

    /// The bracket that closes behind one item.
    pub(crate) const fn close(&mut self, clause: Word<'a>) -> Result<(), Error<'a>> {
        match self.word_until(ITEM) {
            Some(word) if word.name == names::CLOSING => Ok(()),
            Some(word) => word.refuse("expected `)`, found", "close the bracket"),
            None => clause.refuse("missing `)` after", "close the bracket"),
        }
    }
}
