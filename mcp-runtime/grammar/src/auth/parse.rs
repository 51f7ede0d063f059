//! From text to postfix order: Dijkstra's shunting yard, with a stack that fits every rule that is accepted.

use super::{Auth, MOST_TERMS, Op, Span};
use crate::cursor::{Cursor, Stops, Word, tri};
use crate::key::claim;
use crate::{Error, List};

/// How deep brackets may stand in brackets.
const DEEPEST: usize = 8;
/// Before each bracket, and at the end, an `|` and an `&` can wait for their right side.
const MOST_WAITING: usize = 3 * DEEPEST + 2;

const JOIN: &str = "write `&` if both are needed, `|` if one is enough";

#[derive(Clone, Copy)]
enum Waiting {
    Open,
    Or,
    And,
}

struct Yard<'a> {
    ops: List<Op, { super::MOST_OPS }>,
    waiting: List<Waiting, MOST_WAITING>,
    /// The brackets that are open.
    open: List<Word<'a>, DEEPEST>,
    terms: usize,
}

pub(super) const fn parse<'a>(text: &'a str) -> Result<Auth<'a>, Error<'a>> {
    let mut cursor = Cursor::new(text);
    if text.len() > u16::MAX as usize {
        return Err(Error::plain(
            Word { text, at: 0 },
            "a rule of more than 65535 bytes",
            "write a shorter one",
        ));
    }
    let mut yard = Yard {
        ops: List::empty(Op::None),
        waiting: List::empty(Waiting::Open),
        open: List::empty(Word { text: "", at: 0 }),
        terms: 0,
    };
    let mut none = None;
    // Whether what stands before the cursor can be joined; and the token before it.
    let mut complete = false;
    let mut before = Word { text: "", at: 0 };
    while let Some(token) = cursor.word_until(Stops::TERM) {
        match token.bytes() {
            b"&" | b"|" => {
                if token.at > 0 && before.end() == token.at && matches!(before.bytes(), b"&" | b"|")
                {
                    return Err(Error::quoting(
                        cursor.since(before.at),
                        "two signs where one is enough:",
                        JOIN,
                    ));
                }
                if !complete {
                    return Err(Error::quoting(
                        token,
                        "a term is missing before",
                        "write what has to hold on both sides",
                    ));
                }
                yard.join(if let b"&" = token.bytes() {
                    Waiting::And
                } else {
                    Waiting::Or
                });
                complete = false;
            }
            b")" if !complete => {
                return Err(Error::quoting(
                    token,
                    "a term is missing before",
                    "write what has to hold, or no brackets",
                ));
            }
            b")" => tri!(yard.close(token)),
            b"," => return Err(Error::quoting(token, "terms are not joined by", JOIN)),
            _ if joins(token.text) => {
                return Err(Error::quoting(token, "words don't join terms:", JOIN));
            }
            _ if complete => return Err(Error::quoting(token, "missing `&` or `|` before", JOIN)),
            b"(" => tri!(yard.open(token)),
            _ => {
                let op = tri!(term(token));
                if let Op::None = op {
                    none = Some(token);
                }
                tri!(yard.term(op, token));
                complete = true;
            }
        }
        before = token;
    }
    if before.text.is_empty() {
        return Err(Error::empty(
            "expected who may call",
            "write a scope such as `files:read`, or `user` or `none`",
        ));
    }
    if !complete {
        return Err(Error::quoting(
            before,
            "a term is missing after",
            "write what has to hold on both sides",
        ));
    }
    if let Some(bracket) = yard.open.pop() {
        return Err(Error::quoting(
            bracket,
            "never closed:",
            "write `)` where the group ends",
        ));
    }
    yard.flush(Waiting::Open);
    match none {
        Some(none) if yard.terms > 1 => Err(Error::quoting(
            none,
            "nobody has to prove anything with",
            "write `none` alone, or leave it out",
        )),
        _ => Ok(Auth {
            text,
            ops: yard.ops,
        }),
    }
}

impl<'a> Yard<'a> {
    const fn term(&mut self, op: Op, token: Word<'a>) -> Result<(), Error<'a>> {
        if self.terms == MOST_TERMS {
            return Err(Error::quoting(
                token,
                "more than sixteen terms:",
                "give what they have in common a role or a scope",
            ));
        }
        self.terms += 1;
        self.emit(op);
        Ok(())
    }

    const fn join(&mut self, joint: Waiting) {
        self.flush(joint);
        assert!(
            self.waiting.push(joint),
            "as many signs wait as there are brackets for"
        );
    }

    const fn open(&mut self, bracket: Word<'a>) -> Result<(), Error<'a>> {
        if !self.open.push(bracket) {
            return Err(Error::quoting(
                bracket,
                "more than eight brackets in one another:",
                "write fewer",
            ));
        }
        assert!(
            self.waiting.push(Waiting::Open),
            "as many signs wait as there are brackets for"
        );
        Ok(())
    }

    const fn close(&mut self, bracket: Word<'a>) -> Result<(), Error<'a>> {
        if self.open.pop().is_none() {
            return Err(Error::quoting(
                bracket,
                "never opened:",
                "write `(` where the group begins",
            ));
        }
        self.flush(Waiting::Open);
        // The opening bracket itself.
        self.waiting.pop();
        Ok(())
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

    const fn emit(&mut self, op: Op) {
        assert!(self.ops.push(op), "n terms have n - 1 joints");
    }
}

/// The term that a word is.
pub(super) const fn term<'a>(word: Word<'a>) -> Result<Op, Error<'a>> {
    match word.bytes() {
        b"none" => return Ok(Op::None),
        b"user" => return Ok(Op::User),
        b"role" => {
            return Err(Error::quoting(
                word,
                "which role is missing after",
                "write `role:editor`",
            ));
        }
        b"claim" => {
            return Err(Error::quoting(
                word,
                "which claim is missing after",
                "write `claim:org=acme`",
            ));
        }
        b"scope" => {
            return Err(Error::quoting(
                word,
                "which scope is missing after",
                "write `scope:files:read`",
            ));
        }
        _ => {}
    }
    let (kind, name) = match word.find(b':') {
        Some(colon) => (word.before(colon), word.after(colon + 1)),
        None => (word, word),
    };
    match kind.bytes() {
        b"role" => Ok(Op::Role(tri!(token(name, word, "a role can't contain")))),
        b"scope" => Ok(Op::Scope(tri!(token(name, word, "a scope can't contain")))),
        b"claim" => has(name, word),
        _ if word.starts_with("claim.") => Err(Error::quoting(
            word.before(6),
            "expected `claim:`, found",
            "write `claim:org=acme`",
        )),
        _ if word.starts_with("!") => Err(Error::quoting(
            word.before(1),
            "a rule says who may, not who may not:",
            "write what the caller has to have",
        )),
        _ if reserved(kind.text) => Err(Error::quoting(
            kind,
            "small letters only:",
            "write it in small letters, or put `scope:` before the scope of that name",
        )),
        _ => match word.find(b'*') {
            Some(star) => Err(Error::quoting(
                word.char_at(star),
                "scopes are compared letter by letter, so nothing matches",
                "name each scope, or put `scope:` before the scope of that name",
            )),
            None => Ok(Op::Scope(tri!(token(word, word, "a scope can't contain")))),
        },
    }
}

const fn reserved(text: &str) -> bool {
    text.eq_ignore_ascii_case("user")
        || text.eq_ignore_ascii_case("none")
        || text.eq_ignore_ascii_case("role")
        || text.eq_ignore_ascii_case("claim")
        || text.eq_ignore_ascii_case("scope")
}

const fn joins(text: &str) -> bool {
    text.eq_ignore_ascii_case("and")
        || text.eq_ignore_ascii_case("or")
        || text.eq_ignore_ascii_case("not")
}

/// The name of a scope or role. It goes into an HTTP header, so it has the characters of RFC 6749's `scope-token` alone.
const fn token<'a>(
    name: Word<'a>,
    whole: Word<'a>,
    problem: &'static str,
) -> Result<Span, Error<'a>> {
    if name.text.is_empty() {
        return Err(Error::quoting(
            whole,
            "a name is missing in",
            "write it right after the `:`",
        ));
    }
    let mut i = 0;
    while i < name.text.len() {
        if !matches!(name.bytes()[i], b'!' | b'#'..=b'[' | b']'..=b'~') {
            return Err(Error::quoting(
                name.char_at(i),
                problem,
                "write letters, digits and signs of ASCII without `\"` and `\\`",
            ));
        }
        i += 1;
    }
    Ok(span(name))
}

/// What follows `claim:`.
const fn has<'a>(name: Word<'a>, whole: Word<'a>) -> Result<Op, Error<'a>> {
    const WRITE: &str = "write `claim:org=acme`, without spaces";
    let Some(sign) = name.find(b'=') else {
        return Err(Error::quoting(whole, "a value is missing in", WRITE));
    };
    let path = name.before(sign);
    let value = name.after(sign + 1);
    tri!(claim(path, whole));
    match value.bytes() {
        b"" => Err(Error::quoting(whole, "a value is missing in", WRITE)),
        [b'=', ..] => Err(Error::quoting(
            name.before(sign + 2).after(sign),
            "one sign is enough:",
            WRITE,
        )),
        [b'"' | b'\'', ..] => Err(Error::quoting(
            value,
            "a value stands without quotes:",
            WRITE,
        )),
        _ => Ok(Op::Claim {
            path: span(path),
            value: span(value),
        }),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the whole text is shorter than that"
)]
const fn span(word: Word<'_>) -> Span {
    Span {
        at: word.at as u16,
        len: word.text.len() as u16,
    }
}
