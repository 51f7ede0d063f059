//! From text to postfix order, in one pass.
//!
//! `&` binds closer than `|`, so at each depth of brackets at most one of each waits for what stands on its right. It is
//! emitted as soon as that is complete.

use super::term::{JOIN, joins, term};
use super::{Auth, MOST_OPS, MOST_TERMS, Op};
use crate::cursor::{Cursor, TERM, tri};
use crate::names;
use crate::word::Word;
use crate::{Error, List};

/// How deep brackets may stand in brackets.
const DEEPEST: usize = 8;

/// What waits at one depth of brackets.
#[derive(Clone, Copy)]
struct Level {
    and: bool,
    or: bool,
    /// Where the bracket is that opened it.
    at: usize,
}

pub(super) const fn parse<'a>(text: &'a str) -> Result<Auth<'a>, Error<'a>> {
    let write = "write a scope such as `files:read`, or `user` or `none`";
    let mut cursor = tri!(Cursor::start(text, TERM, "expected who may call", write));
    if text.len() > u16::MAX as usize {
        let problem = "a rule of more than 65535 bytes";
        return Err(Error::plain(
            Word::all(text),
            problem,
            "write a shorter one",
        ));
    }
    // The postfix program. Const evaluation pays for calls, so it is a plain array until it is whole.
    let mut ops = [Op::None; MOST_OPS];
    let mut len = 0;
    let mut terms = 0;
    let mut none = None;
    let mut levels = [Level {
        and: false,
        or: false,
        at: 0,
    }; DEEPEST + 1];
    let mut depth = 0;
    // The word before the cursor, and whether what stands there can be joined.
    let mut before = Word::START;
    let mut complete = false;
    while let Some(word) = cursor.word() {
        match word.name {
            names::AMPERSAND | names::BAR | names::CLOSING if !complete => {
                return dangling(word, before, depth, &cursor);
            }
            names::AMPERSAND => {
                levels[depth].and = true;
                complete = false;
            }
            names::BAR => {
                if levels[depth].or {
                    ops[len] = Op::Or;
                    len += 1;
                }
                levels[depth].or = true;
                complete = false;
            }
            names::COMMA => return word.refuse("terms are not joined by", JOIN),
            names::CLOSING if depth == 0 => return unopened(word),
            names::CLOSING => {
                if levels[depth].or {
                    ops[len] = Op::Or;
                    len += 1;
                }
                depth -= 1;
            }
            _ if complete && joins(word) => return word.refuse("terms are not joined by", JOIN),
            _ if complete => return word.refuse("missing `&` or `|` before", JOIN),
            names::OPENING if depth == DEEPEST => {
                return word.refuse("more than eight brackets in one another:", "write fewer");
            }
            names::OPENING => {
                depth += 1;
                levels[depth] = Level {
                    and: false,
                    or: false,
                    at: word.at,
                };
            }
            _ if terms == MOST_TERMS => {
                let write = "give those who may call a role or a scope of their own";
                return word.refuse("more than sixteen terms:", write);
            }
            _ => {
                ops[len] = tri!(term(word));
                if let Op::None = ops[len] {
                    none = Some(word);
                }
                len += 1;
                terms += 1;
                complete = true;
            }
        }
        if complete && levels[depth].and {
            ops[len] = Op::And;
            len += 1;
            levels[depth].and = false;
        }
        before = word;
    }
    if !complete {
        return before.refuse(
            "a term is missing after",
            "write what a caller has to have there",
        );
    }
    if depth > 0 {
        let bracket = before.char_at(levels[depth].at);
        return bracket.refuse("never closed:", "write `)` where the group ends");
    }
    if levels[0].or {
        ops[len] = Op::Or;
        len += 1;
    }
    match none {
        Some(none) if terms > 1 => {
            let write = "write `none` alone, or leave it out";
            none.refuse("nobody is asked for anything with", write)
        }
        _ => Ok(Auth {
            text,
            ops: List::of(ops, len),
        }),
    }
}

/// The error of a sign with nothing before it that it could join or close.
const fn dangling<'a, T: Copy>(
    sign: Word<'a>,
    before: Word<'a>,
    depth: usize,
    cursor: &Cursor<'a>,
) -> Result<T, Error<'a>> {
    if sign.name == names::CLOSING && depth == 0 {
        return unopened(sign);
    }
    if before.name == sign.name && before.end == sign.at {
        let both = cursor.since(before.at);
        return both.refuse("one sign is enough, found", "write `&` or `|`");
    }
    sign.refuse(
        "a term is missing before",
        "write what a caller has to have there",
    )
}

const fn unopened<'a, T: Copy>(bracket: Word<'a>) -> Result<T, Error<'a>> {
    bracket.refuse("never opened:", "write `(` where the group begins")
}
