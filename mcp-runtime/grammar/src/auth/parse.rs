//! From text to postfix order: Dijkstra's shunting yard, with stacks that hold every rule that is accepted.

use super::term::{JOIN, joins, term};
use super::{Auth, MOST_OPS, MOST_TERMS, Op};
use crate::cursor::{Cursor, Stops, tri};
use crate::word::Word;
use crate::{Error, List};

/// How deep brackets may stand in brackets.
const DEEPEST: usize = 8;
/// Before each bracket, and at the end, an `|` and an `&` can wait for their right side.
const MOST_WAITING: usize = 3 * DEEPEST + 2;

/// What has been read so far.
struct Yard<'a> {
    ops: List<Op, MOST_OPS>,
    waiting: List<Waiting, MOST_WAITING>,
    /// The brackets that are open.
    open: List<Word<'a>, DEEPEST>,
    terms: usize,
    /// The term `none`, which stands alone.
    none: Option<Word<'a>>,
}

#[derive(Clone, Copy)]
enum Waiting {
    Open,
    Or,
    And,
}

pub(super) const fn parse<'a>(text: &'a str) -> Result<Auth<'a>, Error<'a>> {
    let write = "write a scope such as `files:read`, or `user` or `none`";
    let mut cursor = tri!(Cursor::start(text, "expected who may call", write));
    if text.len() > u16::MAX as usize {
        let whole = Word { text, at: 0 };
        return Err(Error::plain(
            whole,
            "a rule of more than 65535 bytes",
            "write a shorter one",
        ));
    }
    let mut yard = Yard {
        ops: List::new(Op::None),
        waiting: List::new(Waiting::Open),
        open: List::new(Word::START),
        terms: 0,
        none: None,
    };
    // The token before the cursor, and whether what stands there can be joined.
    let mut before = Word::START;
    let mut complete = false;
    while let Some(token) = cursor.word_until(Stops::TERM) {
        match token.bytes() {
            b"&" | b"|" if !complete => return dangling(token, before, &cursor),
            b"&" => yard.join(Waiting::And),
            b"|" => yard.join(Waiting::Or),
            b")" if yard.open.is_empty() => {
                return token.refuse("never opened:", "write `(` where the group begins");
            }
            b")" if !complete => return dangling(token, before, &cursor),
            b")" => yard.close(),
            b"," => return token.refuse("terms are not joined by", JOIN),
            _ if complete && !joins(token.text) => {
                return token.refuse("missing `&` or `|` before", JOIN);
            }
            b"(" => tri!(yard.open(token)),
            _ => tri!(yard.term(token)),
        }
        complete = !matches!(token.bytes(), b"&" | b"|" | b"(");
        before = token;
    }
    if !complete {
        return before.refuse(
            "a term is missing after",
            "write what a caller has to have there",
        );
    }
    if let Some(bracket) = yard.open.pop() {
        return bracket.refuse("never closed:", "write `)` where the group ends");
    }
    yard.flush(Waiting::Open);
    match yard.none {
        Some(none) if yard.terms > 1 => none.refuse(
            "nobody is asked for anything with",
            "write `none` alone, or leave it out",
        ),
        _ => Ok(Auth {
            text,
            ops: yard.ops,
        }),
    }
}

/// The error of a sign with nothing before it that it could join.
const fn dangling<'a, T: Copy>(
    token: Word<'a>,
    before: Word<'a>,
    cursor: &Cursor<'a>,
) -> Result<T, Error<'a>> {
    if let (b"&", b"&") | (b"|", b"|") = (before.bytes(), token.bytes())
        && before.end() == token.at
    {
        let both = cursor.since(before.at);
        return both.refuse("one sign is enough, found", "write `&` or `|`");
    }
    token.refuse(
        "a term is missing before",
        "write what a caller has to have there",
    )
}

impl<'a> Yard<'a> {
    const fn term(&mut self, token: Word<'a>) -> Result<(), Error<'a>> {
        if self.terms == MOST_TERMS {
            let write = "give a role or a scope to those who have what they share";
            return token.refuse("more than sixteen terms:", write);
        }
        let op = tri!(term(token));
        if let Op::None = op {
            self.none = Some(token);
        }
        self.terms += 1;
        self.emit(op);
        Ok(())
    }

    const fn open(&mut self, bracket: Word<'a>) -> Result<(), Error<'a>> {
        if !self.open.try_push(bracket) {
            return bracket.refuse("more than eight brackets in one another:", "write fewer");
        }
        self.wait(Waiting::Open);
        Ok(())
    }

    const fn close(&mut self) {
        self.flush(Waiting::Open);
        self.waiting.pop();
        self.open.pop();
    }

    const fn join(&mut self, joint: Waiting) {
        self.flush(joint);
        self.wait(joint);
    }

    /// Emits what waits and binds at least as closely as `joint`, back to the last bracket.
    const fn flush(&mut self, joint: Waiting) {
        loop {
            match (self.waiting.as_slice().last(), joint) {
                (Some(Waiting::And), _) => self.emit(Op::And),
                (Some(Waiting::Or), Waiting::Or | Waiting::Open) => self.emit(Op::Or),
                (Some(Waiting::Or), Waiting::And) | (Some(Waiting::Open) | None, _) => return,
            }
            self.waiting.pop();
        }
    }

    const fn wait(&mut self, joint: Waiting) {
        assert!(
            self.waiting.try_push(joint),
            "the stack has room for all brackets that may be open"
        );
    }

    const fn emit(&mut self, op: Op) {
        assert!(
            self.ops.try_push(op),
            "n terms have n - 1 signs between them"
        );
    }
}
