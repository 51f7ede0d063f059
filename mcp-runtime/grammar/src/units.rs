//! Numbers, times and their units.

use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::cursor::{Cursor, tri};
use crate::names;
use crate::spelling::{apart, spelling};
use crate::word::Word;

/// Ten years: long enough for everybody, and no clock overflows when it is added.
const LONGEST: u64 = 3650 * DAY;
/// As many digits as always fit.
const MOST_DIGITS: usize = 18;
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
        if word.is_empty() {
            let found = tri!(self.word_after(after, write));
            return found.refuse("expected a number, found", write);
        }
        if let Some(b'.' | b',' | b'_') = self.peek() {
            tri!(self.whole(word));
        }
        if word.end - word.at > MOST_DIGITS {
            return word.refuse("number too large:", "write a smaller one");
        }
        let bytes = word.whole.as_bytes();
        let mut value = 0;
        let mut i = word.at;
        while i < word.end {
            value = value * 10 + (bytes[i] - b'0') as u64;
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
        if !self.letters().is_empty() {
            return self
                .since(number.word.at)
                .refuse("expected a number, found", write);
        }
        if number.value == 0 {
            return number
                .word
                .refuse("expected a number above zero, found", write);
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
        if unit.is_empty() {
            let write = "write `{}s`, or another of `ms`, `m`, `h` and `d`";
            let number = number.word;
            tri!(apart(self, number));
            return number.refuse_with("missing unit of time after", write, number);
        }
        let millis = tri!(millis(unit, number.word));
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
        if value == 0 {
            return self
                .since(from)
                .refuse("expected a time above zero, found", write);
        }
        if value > LONGEST / millis {
            return self
                .since(from)
                .refuse("longer than ten years:", "write at most `3650d`");
        }
        Ok(Duration::from_millis(value * millis))
    }

    /// Refuses `1.5`, `1,000` and `1_000`, of which `digits` is the beginning.
    const fn whole(&mut self, digits: Word<'a>) -> Result<(), Error<'a>> {
        let mut rest = *self;
        rest.step();
        if let Some(b'0'..=b'9') = rest.peek() {
            while let Some(b'.' | b',' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') =
                rest.peek()
            {
                rest.step();
            }
            let write = "write digits alone, as in `1500ms` or `1000`";
            return rest.since(digits.at).refuse("not a whole number:", write);
        }
        Ok(())
    }
}

/// A number of things, which is never above four thousand million.
pub(crate) const fn small<'a>(number: Number<'a>) -> Result<u32, Error<'a>> {
    if number.value > u32::MAX as u64 {
        return number
            .word
            .refuse("number too large:", "write at most `4294967295`");
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    Ok(number.value as u32)
}

/// The milliseconds of a unit of time; `given` is what stands before it, for the message.
pub(crate) const fn millis<'a>(unit: Word<'a>, given: Word<'a>) -> Result<u64, Error<'a>> {
    match unit.name {
        names::MS => Ok(1),
        names::S => Ok(SECOND),
        names::M | names::MIN => Ok(MINUTE),
        names::H => Ok(HOUR),
        names::D => Ok(DAY),
        _ => unit.refuse_with("unknown unit of time", spelling(unit), given),
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
