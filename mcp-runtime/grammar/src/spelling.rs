//! Units of time as people spell them, for the errors that say how they are written here.

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
