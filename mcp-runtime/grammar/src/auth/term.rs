//! One term of a rule: a scope, a role, a claim, `user` or `none`.

use super::{Op, Span};
use crate::Error;
use crate::cursor::tri;
use crate::key::claim;
use crate::word::Word;

pub(super) const JOIN: &str = "write `&` if both are needed, `|` if one is enough";
const NOT: &str = "a rule says who may, not who may not:";

/// The term that a word is.
pub(super) const fn term<'a>(word: Word<'a>) -> Result<Op, Error<'a>> {
    match word.bytes() {
        b"none" => return Ok(Op::None),
        b"user" => return Ok(Op::User),
        [b'!', ..] => {
            return word
                .before(1)
                .refuse(NOT, "write what a caller has to have");
        }
        _ => {}
    }
    let (kind, name) = match word.find(b':') {
        Some(colon) => (word.before(colon), word.after(colon + 1)),
        None => (word, word.after(word.text.len())),
    };
    match kind.bytes() {
        b"role" if name.text.is_empty() => {
            word.refuse("which role is missing in", "write `role:editor`")
        }
        b"role" => Ok(Op::Role(tri!(token(name, "a role can't contain")))),
        b"claim" => has(name, word),
        b"scope" if name.text.is_empty() => {
            word.refuse("which scope is missing in", "write `scope:user`")
        }
        b"scope" => Ok(Op::Scope(tri!(token(name, "a scope can't contain")))),
        _ => scope(word, kind),
    }
}

/// A scope without `scope:` before it, so far as it can't be meant as something else.
const fn scope<'a>(word: Word<'a>, kind: Word<'a>) -> Result<Op, Error<'a>> {
    if let Some(write) = small(kind.text) {
        return kind.refuse_with("capital letters make another word of", write, word.text);
    }
    if joins(word.text) {
        return word.refuse("terms are not joined by", JOIN);
    }
    if word.text.eq_ignore_ascii_case("not") {
        return word.refuse(NOT, "write what a caller has to have");
    }
    if word.starts_with("claim.") {
        let claim = word.before("claim.".len());
        return claim.refuse("expected `claim:`, found", "write `claim:org=acme`");
    }
    if let Some(star) = word.find(b'*') {
        let problem = "scopes are compared letter by letter, so any number of them is not meant by";
        let write = "name each scope, or write `scope:{}` if a scope has that name";
        return word.char_at(star).refuse_with(problem, write, word.text);
    }
    Ok(Op::Scope(tri!(token(word, "a scope can't contain"))))
}

/// Whether a word joins terms in other languages.
pub(super) const fn joins(text: &str) -> bool {
    text.eq_ignore_ascii_case("and") || text.eq_ignore_ascii_case("or")
}

/// What to write for a word of the grammar in capital letters.
const fn small(kind: &str) -> Option<&'static str> {
    if kind.eq_ignore_ascii_case("none") {
        Some("write `none`, or `scope:{}` if a scope has that name")
    } else if kind.eq_ignore_ascii_case("user") {
        Some("write `user`, or `scope:{}` if a scope has that name")
    } else if kind.eq_ignore_ascii_case("role") {
        Some("write `role:`, or `scope:{}` if a scope has that name")
    } else if kind.eq_ignore_ascii_case("claim") {
        Some("write `claim:`, or `scope:{}` if a scope has that name")
    } else if kind.eq_ignore_ascii_case("scope") {
        Some("write `scope:`")
    } else {
        None
    }
}

/// The name of a scope or role. It goes into an HTTP header, so it has the characters of RFC 6749's `scope-token` alone.
const fn token<'a>(name: Word<'a>, problem: &'static str) -> Result<Span, Error<'a>> {
    let mut i = 0;
    while i < name.text.len() {
        if !matches!(name.bytes()[i], b'!' | b'#'..=b'[' | b']'..=b'~') {
            let write = "write ASCII letters, digits and signs, without `\"` and `\\`";
            return name.char_at(i).refuse(problem, write);
        }
        i += 1;
    }
    Ok(span(name))
}

/// What follows `claim:`.
const fn has<'a>(name: Word<'a>, whole: Word<'a>) -> Result<Op, Error<'a>> {
    const WRITE: &str = "write `claim:org=acme`, without spaces";
    let Some(sign) = name.find(b'=') else {
        return whole.refuse("what the claim says is missing in", WRITE);
    };
    let path = name.before(sign);
    let value = name.after(sign + 1);
    tri!(claim(path, whole));
    match value.bytes() {
        b"" => whole.refuse("what the claim says is missing in", WRITE),
        [b'=', ..] => name
            .before(sign + 2)
            .after(sign)
            .refuse("expected `=`, found", WRITE),
        [b'"' | b'\'', ..] => value.refuse("quotes would belong to the value:", "leave them out"),
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
