//! Items between brackets: `tags(user:{id}, users)`.

use crate::Error;
use crate::cursor::{Cursor, ITEM};
use crate::names;
use crate::word::Word;

impl<'a> Cursor<'a> {
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
        if self.take(b')') {
            Ok(())
        } else {
            clause.refuse("missing `)` after", "close the bracket")
        }
    }
}
