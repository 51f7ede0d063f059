//! Numbers, times and their units.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, Word, tri};

/// Ten years: long enough for everybody, and no clock overflows when it is added.
const LONGEST: u64 = 3650 * DAY;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A number and the word that it was written as.
#[derive(Clone, Copy)]
pub(crate) struct Number<'a> {
    pub(crate) value: u64,
    pub(crate) word: Word<'a>,
}

impl<'a> Cursor<'a> {
    /// The digits that `after` needs behind it, whatever comes behind them.
    pub(crate) const fn number(
        &mut self,
        after: Word<'a>,
        write: &'static str,
    ) -> Result<Number<'a>, Error<'a>> {
        let word = self.digits();
        if word.text.is_empty() {
            let found = tri!(self.word_after(after, write));
            return Err(Error::quoting(found, "expected a number, found", write));
        }
        if self.goes_on() {
            while let Some(b'.' | b',' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') =
                self.peek()
            {
                self.step();
            }
            let found = self.since(word.at);
            return Err(Error::quoting(
                found,
                "not a whole number:",
                "write digits alone, and a smaller unit for a part",
            ));
        }
        let mut value: u64 = 0;
        let mut i = 0;
        while i < word.text.len() {
            value = match value.checked_mul(10) {
                Some(value) => match value.checked_add((word.bytes()[i] - b'0') as u64) {
                    Some(value) => value,
                    None => return Err(too_large(word)),
                },
                None => return Err(too_large(word)),
            };
            i += 1;
        }
        Ok(Number { value, word })
    }

    /// How many of something: a number above zero that stands alone.
    pub(crate) const fn count(
        &mut self,
        after: Word<'a>,
        write: &'static str,
    ) -> Result<u32, Error<'a>> {
        let number = tri!(self.number(after, write));
        if !self.letters().text.is_empty() {
            return Err(Error::quoting(
                self.since(number.word.at),
                "expected a number, found",
                write,
            ));
        }
        if number.value == 0 {
            return Err(Error::quoting(
                number.word,
                "expected a number above zero, found",
                write,
            ));
        }
        small(number)
    }

    /// The time that `after` needs behind it, above zero.
    pub(crate) const fn duration(
        &mut self,
        after: Word<'a>,
        write: &'static str,
    ) -> Result<Duration, Error<'a>> {
        let number = tri!(self.number(after, write));
        let unit = self.letters();
        if unit.text.is_empty() {
            let write = "write `{}s`, or another of `ms`, `m`, `h` and `d`";
            return Err(
                Error::quoting(number.word, "missing unit of time after", write)
                    .given(number.word.text),
            );
        }
        let millis = tri!(millis(unit, number.word.text));
        self.time(number.value, millis, number.word.at, write)
    }

    /// `value` times `millis`, both read since `from`.
    pub(crate) const fn time(
        &self,
        value: u64,
        millis: u64,
        from: usize,
        write: &'static str,
    ) -> Result<Duration, Error<'a>> {
        let whole = self.since(from);
        match value.checked_mul(millis) {
            Some(0) => Err(Error::quoting(
                whole,
                "expected a time above zero, found",
                write,
            )),
            Some(millis) if millis <= LONGEST => Ok(Duration::from_millis(millis)),
            _ => Err(Error::quoting(
                whole,
                "longer than ten years:",
                "write at most `3650d`",
            )),
        }
    }

    /// Whether a number that seemed over goes on: `1.5`, `1,000`, `1_000`.
    const fn goes_on(&self) -> bool {
        let mut next = *self;
        if let Some(b'.' | b',' | b'_') = next.peek() {
            next.step();
            return matches!(next.peek(), Some(b'0'..=b'9'));
        }
        false
    }
}

/// A number of things, which is never above four thousand million.
pub(crate) const fn small<'a>(number: Number<'a>) -> Result<u32, Error<'a>> {
    if number.value > u32::MAX as u64 {
        return Err(Error::quoting(
            number.word,
            "number too large:",
            "write at most `4294967295`",
        ));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    Ok(number.value as u32)
}

const fn too_large<'a>(word: Word<'a>) -> Error<'a> {
    Error::quoting(word, "number too large:", "write a smaller one")
}

/// The milliseconds of a unit of time; `given` is what stands before it, for the message.
pub(crate) const fn millis<'a>(unit: Word<'a>, given: &'a str) -> Result<u64, Error<'a>> {
    match unit.bytes() {
        b"ms" => Ok(1),
        b"s" => Ok(SECOND),
        b"m" | b"min" => Ok(MINUTE),
        b"h" => Ok(HOUR),
        b"d" => Ok(DAY),
        _ => Err(Error::quoting(unit, "unknown unit of time", spelling(unit)).given(given)),
    }
}

/// Whether a word means a unit of time, however it is spelled.
pub(crate) const fn means_time(unit: Word<'_>) -> bool {
    !matches!(hint(unit), Hint::Nothing)
}

/// How to write the unit that is meant. `{}` is what stands before it.
const fn spelling(unit: Word<'_>) -> &'static str {
    match hint(unit) {
        Hint::Millis => "write `ms` (as in `{}ms`)",
        Hint::Seconds => "write `s` (as in `{}s`)",
        Hint::Minutes => "write `min` (as in `{}min`)",
        Hint::Hours => "write `h` (as in `{}h`)",
        Hint::Days => "write `d` (as in `{}d`)",
        Hint::Finer => "write `ms`, the finest there is",
        Hint::Coarser => "write days (as in `7d`)",
        Hint::Mixed => "write one number and one unit (as in `90s`)",
        Hint::Nothing => "write `ms`, `s`, `m`, `h` or `d`",
    }
}

/// How to write a rate per unit. `{}` is the number.
pub(crate) const fn per(unit: Word<'_>) -> &'static str {
    match hint(unit) {
        Hint::Millis => "write `{}/ms`",
        Hint::Minutes => "write `{}/min`",
        Hint::Hours => "write `{}/h`",
        Hint::Days => "write `{}/d`",
        _ => "write `{}/s`",
    }
}

enum Hint {
    Millis,
    Seconds,
    Minutes,
    Hours,
    Days,
    Finer,
    Coarser,
    Mixed,
    Nothing,
}

const fn hint(unit: Word<'_>) -> Hint {
    let mut lower = [0; 12];
    if unit.text.len() > lower.len() {
        return Hint::Nothing;
    }
    let mut i = 0;
    let mut letters = false;
    let mut digits = false;
    while i < unit.text.len() {
        lower[i] = unit.bytes()[i].to_ascii_lowercase();
        letters |= lower[i].is_ascii_lowercase();
        digits |= lower[i].is_ascii_digit();
        i += 1;
    }
    match lower.split_at(unit.text.len()).0 {
        b"ms" | b"msec" | b"msecs" | b"milli" | b"millis" | b"millisecond" => Hint::Millis,
        b"s" | b"sec" | b"secs" | b"second" | b"seconds" => Hint::Seconds,
        b"m" | b"min" | b"mins" | b"minute" | b"minutes" => Hint::Minutes,
        b"h" | b"hr" | b"hrs" | b"hour" | b"hours" => Hint::Hours,
        b"d" | b"day" | b"days" => Hint::Days,
        b"us" | b"usec" | b"micros" | b"microsecond" | b"\xc2\xb5s" | b"ns" | b"nsec"
        | b"nanos" => Hint::Finer,
        b"w" | b"week" | b"weeks" | b"month" | b"months" | b"y" | b"year" | b"years" => {
            Hint::Coarser
        }
        _ if letters && digits => Hint::Mixed,
        _ => Hint::Nothing,
    }
}

/// A time in its canonical spelling: `500ms`, `60s`, `10m`, `24h`, `7d`.
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A single minute or day is said in the smaller unit, as people do: `60s`, `24h`.
        let millis = self.0.as_millis();
        let (unit, name) = match millis {
            n if n > u128::from(DAY) && n.is_multiple_of(u128::from(DAY)) => (DAY, "d"),
            n if n.is_multiple_of(u128::from(HOUR)) => (HOUR, "h"),
            n if n > u128::from(MINUTE) && n.is_multiple_of(u128::from(MINUTE)) => (MINUTE, "m"),
            n if n.is_multiple_of(u128::from(SECOND)) => (SECOND, "s"),
            _ => (1, "ms"),
        };
        write!(f, "{}{name}", millis / u128::from(unit))
    }
}

/// The window of a rate: `s`, `min`, `5s`, `90s`.
pub(crate) struct Window(pub(crate) Duration);

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            1 => f.write_str("ms"),
            n if n == u128::from(SECOND) => f.write_str("s"),
            n if n == u128::from(MINUTE) => f.write_str("min"),
            n if n == u128::from(HOUR) => f.write_str("h"),
            n if n == u128::from(DAY) => f.write_str("d"),
            _ => Time(self.0).fmt(f),
        }
    }
}
