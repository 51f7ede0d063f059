//! One term of a rule: a scope, a role, a claim, `user` or `none`.

use super::{Op, Span};
use crate::Error;
use crate::cursor::tri;
use crate::key::claim;
use crate::names;
use crate::word::Word;

pub(super) const JOIN: &str = "write `&` if both are needed, `|` if one is enough";
const HAVE: &str = "write what a caller has to have";

/// The term that a word is.
pub(super) const fn term<'a>(word: Word<'a>) -> Result<Op, Error<'a>> {
    let bytes = word.whole.as_bytes();
    // The first `:`, the first `*` and the first character that no scope has; or the end.
    let (mut colon, mut star, mut bad) = (word.end, word.end, word.end);
    let mut i = word.end;
    while i > word.at {
        i -= 1;
        match LETTERS[bytes[i] as usize] {
            Letter::Plain => {}
            Letter::Colon => colon = i,
            Letter::Star => star = i,
            Letter::Bad => bad = i,
        }
    }
    let kind = word.between(word.at, colon);
    let scope = match (small(kind), colon < word.end) {
        (names::NONE | names::USER | names::AND | names::OR | names::NOT, true) => word,
        (names::ROLE | names::SCOPE | names::CLAIM, true) if !is_small(kind) => {
            return misspelled(kind, word);
        }
        (names::ROLE, true) => {
            let name = word.between(colon + 1, word.end);
            if bad < word.end || name.is_empty() {
                return unnamed(word, bad, "a role can't contain");
            }
            return Ok(Op::Role(span(name)));
        }
        (names::SCOPE, true) => word.between(colon + 1, word.end),
        (names::CLAIM, true) => return has(word.between(colon + 1, word.end), word),
        (names::NONE, false) if word.name == names::NONE => return Ok(Op::None),
        (names::USER, false) if word.name == names::USER => return Ok(Op::User),
        (names::AND | names::OR, false) => return word.refuse("terms are not joined by", JOIN),
        (names::NOT, false) => return word.refuse(NOT, HAVE),
        (names::NONE | names::USER | names::ROLE | names::CLAIM | names::SCOPE, false) => {
            return misspelled(word, word);
        }
        _ => word,
    };
    if bad < word.end || scope.is_empty() {
        return unnamed(word, bad, "a scope can't contain");
    }
    if scope.at == word.at {
        tri!(mistaken(word, star));
    }
    Ok(Op::Scope(span(scope)))
}

const NOT: &str = "a rule says who may, not who may not:";

/// The kinds of letters in a term.
#[derive(Clone, Copy)]
enum Letter {
    Plain,
    Colon,
    Star,
    Bad,
}

/// Scopes go into an HTTP header, so they have the characters of RFC 6749's `scope-token` alone.
static LETTERS: [Letter; 256] = {
    let mut letters = [Letter::Bad; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        letters[byte as usize] = match byte {
            b':' => Letter::Colon,
            b'*' => Letter::Star,
            b'"' | b'\\' => Letter::Bad,
            _ => Letter::Plain,
        };
        byte += 1;
    }
    letters
};

/// The error of a scope or role with a bad character, or without any.
const fn unnamed<'a>(word: Word<'a>, bad: usize, problem: &'static str) -> Result<Op, Error<'a>> {
    if bad == word.end {
        return word.refuse("a name is missing in", "write it right after the `:`");
    }
    let write = "write ASCII letters, digits and signs, without `\"` and `\\`";
    word.char_at(bad).refuse(problem, write)
}

/// Refuses a scope that is meant as something else.
const fn mistaken<'a>(word: Word<'a>, star: usize) -> Result<(), Error<'a>> {
    if star < word.end {
        let problem = "a scope is compared letter by letter, so there is no wildcard";
        let write = "name each scope, or write `scope:{}` if one has that name";
        return word.char_at(star).refuse_with(problem, write, word);
    }
    match word.whole.as_bytes()[word.at] {
        b'!' => word.before(1).refuse(NOT, HAVE),
        b'c' if word.strip(b"claim.").is_some() => word
            .before(6)
            .refuse("expected `claim:`, found", "write `claim:org=acme`"),
        _ => Ok(()),
    }
}

/// What follows `claim:`.
const fn has<'a>(name: Word<'a>, whole: Word<'a>) -> Result<Op, Error<'a>> {
    const WRITE: &str = "write `claim:org=acme`, without spaces";
    let Some(sign) = name.find(b'=') else {
        return whole.refuse("what the claim says is missing in", WRITE);
    };
    let path = tri!(claim(name.between(name.at, sign), whole));
    let value = name.between(sign + 1, name.end);
    if value.is_empty() {
        return whole.refuse("what the claim says is missing in", WRITE);
    }
    match value.whole.as_bytes()[value.at] {
        b'=' => name
            .between(sign, sign + 2)
            .refuse("expected `=`, found", WRITE),
        b'"' | b'\'' => value.refuse("quotes would belong to the value:", "leave them out"),
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
        len: (word.end - word.at) as u16,
    }
}

/// Refuses a word of the grammar that has capital letters or lacks what follows it.
const fn misspelled<'a>(kind: Word<'a>, word: Word<'a>) -> Result<Op, Error<'a>> {
    let write = match small(kind) {
        names::NONE => "write `none`, or `scope:{}` if a scope has that name",
        names::USER => "write `user`, or `scope:{}` if a scope has that name",
        names::ROLE => "write `role:editor`, or `scope:{}` if a scope has that name",
        names::CLAIM => "write `claim:org=acme`, or `scope:{}` if a scope has that name",
        _ => "write `scope:user`, or `scope:{}` if a scope has that name",
    };
    kind.refuse_with("not quite a word of the grammar:", write, word)
}

/// Whether a word joins terms in other languages.
pub(super) const fn joins(word: Word<'_>) -> bool {
    matches!(small(word), names::AND | names::OR)
}

/// The number of a word in small letters, if it is as short as the words of this grammar.
const fn small(word: Word<'_>) -> u128 {
    if word.end - word.at > "scope".len() {
        return 0;
    }
    let bytes = word.whole.as_bytes();
    let mut name = names::FIRST;
    let mut i = word.at;
    while i < word.end {
        let byte = bytes[i];
        name = name << 8
            | (if let b'A'..=b'Z' = byte {
                byte + (b'a' - b'A')
            } else {
                byte
            }) as u128;
        i += 1;
    }
    name
}

const fn is_small(word: Word<'_>) -> bool {
    let bytes = word.whole.as_bytes();
    let mut i = word.at;
    while i < word.end {
        if bytes[i].is_ascii_uppercase() {
            return false;
        }
        i += 1;
    }
    true
}
