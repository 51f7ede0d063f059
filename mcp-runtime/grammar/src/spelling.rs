//! Units as people spell them, for the errors that say how they are written here.

use crate::Error;
use crate::cursor::Cursor;
use crate::word::Word;

/// Whether a word means a unit of time, however it is spelled.
pub(crate) const fn means_time(unit: Word<'_>) -> bool {
    !matches!(hint(unit), Hint::Nothing)
}

/// How to write the unit that is meant. `{}` is what stands before it.
pub(crate) const fn spelling(unit: Word<'_>) -> &'static str {
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

/// The error of `30 s`, if that is what stands there; `number` is the `30`.
pub(crate) const fn apart<'a>(cursor: &mut Cursor<'a>, number: Word<'a>) -> Result<(), Error<'a>> {
    cursor.skip_spaces();
    let unit = cursor.letters();
    if unit.is_empty() || !means_time(unit) {
        return Ok(());
    }
    let both = cursor.since(number.at);
    both.refuse_with(
        "a unit stands right behind its number, not",
        spelling(unit),
        number,
    )
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
    let bytes = unit.bytes();
    let mut lower = [0; 12];
    if unit.len() > lower.len() {
        return Hint::Nothing;
    }
    let mut i = 0;
    let mut digits = false;
    while i < unit.len() {
        lower[i] = bytes[i].to_ascii_lowercase();
        digits |= lower[i].is_ascii_digit();
        i += 1;
    }
    match lower.split_at(unit.len()).0 {
        b"ms" | b"msec" | b"msecs" | b"milli" | b"millis" | b"millisecond" | b"milliseconds" => {
            Hint::Millis
        }
        b"s" | b"sec" | b"secs" | b"second" | b"seconds" => Hint::Seconds,
        b"m" | b"min" | b"mins" | b"minute" | b"minutes" => Hint::Minutes,
        b"h" | b"hr" | b"hrs" | b"hour" | b"hours" => Hint::Hours,
        b"d" | b"day" | b"days" => Hint::Days,
        b"us" | b"usec" | b"micros" | b"microsecond" | b"\xc2\xb5s" | b"ns" | b"nsec"
        | b"nanos" => Hint::Finer,
        b"w" | b"week" | b"weeks" | b"month" | b"months" | b"y" | b"year" | b"years" => {
            Hint::Coarser
        }
        _ if digits => Hint::Mixed,
        _ => Hint::Nothing,
    }
}

/// How to write the unit of size that is meant, if one is. `{}` is what stands before it.
pub(crate) const fn size(unit: Word<'_>) -> Option<&'static str> {
    const fn any(unit: &str, spellings: &[&str]) -> bool {
        let mut i = 0;
        while i < spellings.len() {
            if unit.eq_ignore_ascii_case(spellings[i]) {
                return true;
            }
            i += 1;
        }
        false
    }
    let unit = unit.text();
    if any(unit, &["b", "byte", "bytes"]) {
        Some("write `B` (as in `{}B`)")
    } else if any(
        unit,
        &["k", "kb", "kbyte", "kbytes", "kilobyte", "kilobytes"],
    ) {
        Some("write `KB` (as in `{}KB`)")
    } else if any(unit, &["ki", "kib", "kibibyte", "kibibytes"]) {
        Some("write `KiB` (as in `{}KiB`)")
    } else if any(
        unit,
        &["m", "mb", "mbyte", "mbytes", "megabyte", "megabytes"],
    ) {
        Some("write `MB` (as in `{}MB`)")
    } else if any(unit, &["mi", "mib", "mebibyte", "mebibytes"]) {
        Some("write `MiB` (as in `{}MiB`)")
    } else if any(unit, &["t", "tok", "toks", "token", "tokens"]) {
        Some("write `tok` (as in `{}tok`)")
    } else if any(unit, &["g", "gb", "gib", "gigabyte", "gigabytes"]) {
        Some("write it in `MB` or `MiB`")
    } else {
        None
    }
}
