//! The parts of a bucket's text.

use std::time::Duration;

use super::{Cost, Count, OnError};
use crate::Error;
use crate::cursor::{Cursor, tri};
use crate::key::{Field, field};
use crate::names;
use crate::spelling::{means_time, per};
use crate::units::millis;
use crate::word::Word;

/// What follows the number: `/s`, `/5s`.
pub(super) const fn window<'a>(
    cursor: &mut Cursor<'a>,
    limit: Word<'a>,
) -> Result<Duration, Error<'a>> {
    const WRITE: &str = "write `{}s`, or another of `ms`, `min`, `h` and `d`";
    if !cursor.take(b'/') {
        return no_slash(cursor, limit);
    }
    cursor.skip_spaces();
    let from = cursor.at();
    let many = match cursor.peek() {
        Some(b'0'..=b'9') => tri!(cursor.number(limit, WRITE)).value,
        _ => 1,
    };
    let given = cursor.since(limit.at);
    let unit = cursor.letters();
    if unit.is_empty() {
        return given.refuse_with("missing unit of time after", WRITE, given);
    }
    cursor.time(many, tri!(millis(unit, given)), from, "write `10/s`")
}

/// The error of `10`, `10 s`, `10 per second`.
const fn no_slash<'a, T: Copy>(cursor: &mut Cursor<'a>, limit: Word<'a>) -> Result<T, Error<'a>> {
    if let Some(first) = cursor.word() {
        let touches = first.at == limit.end;
        let unit = match first.bytes() {
            b"per" | b"a" | b"an" | b"each" | b"every" => cursor.word(),
            _ => Some(first),
        };
        if let Some(unit) = unit
            && (touches || means_time(unit))
        {
            let found = cursor.since(first.at);
            let problem = "expected `/` and a unit of time, found";
            return found.refuse_with(problem, per(unit), limit);
        }
    }
    limit.refuse_with("missing unit of time after", "write `{}/s`", limit)
}

/// What follows `cost`, and the word that says it.
pub(super) const fn cost<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<(Cost<'a>, Word<'a>), Error<'a>> {
    const WRITE: &str = "write `cost 5`, `cost arg.n` or `cost len(arg.items)`";
    if let Some(b'0'..=b'9') = cursor.peek_word() {
        let from = cursor.at();
        let cost = tri!(cursor.count(clause, WRITE));
        return Ok((Cost::Fixed(cost), cursor.since(from)));
    }
    let word = tri!(cursor.word_after(clause, WRITE));
    if word.name == names::LEN {
        tri!(cursor.open(word, WRITE));
        let item = tri!(cursor.item(word, WRITE));
        let Some(Field::Arg(path)) = tri!(field(item)) else {
            return item.refuse("expected an argument, found", WRITE);
        };
        tri!(cursor.close(word));
        return Ok((Cost::Len(path), cursor.since(word.at)));
    }
    if let Some(Field::Arg(path)) = tri!(field(word)) {
        return Ok((Cost::Arg(path), word));
    }
    word.refuse("expected a cost, found", WRITE)
}

/// What follows `count`.
pub(super) const fn count<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<Count, Error<'a>> {
    const WRITE: &str = "write `count executions` or `count calls`";
    let word = tri!(cursor.word_after(clause, WRITE));
    match word.name {
        names::EXECUTIONS => Ok(Count::Executions),
        names::CALLS => Ok(Count::Calls),
        _ => word.refuse_among("expected what to count, found", &["executions", "calls"]),
    }
}

/// What follows `on_error`.
pub(super) const fn on_error<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<OnError, Error<'a>> {
    const WRITE: &str = "write `on_error local`, `on_error open` or `on_error closed`";
    let word = tri!(cursor.word_after(clause, WRITE));
    match word.name {
        names::LOCAL => Ok(OnError::Local),
        names::OPEN => Ok(OnError::Open),
        names::CLOSED => Ok(OnError::Closed),
        _ => word.refuse_among(
            "expected what to do without a count, found",
            &["local", "open", "closed"],
        ),
    }
}
