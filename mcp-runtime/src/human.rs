//! Times as people read them: `600 ms`, `2 s`, `5 min`.

use std::fmt;
use std::time::Duration;

use crate::error::millis_ceil;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A time in the largest unit that says it exactly, to the millisecond.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exactly(pub(crate) Duration);

/// A time to wait, rounded up to what is worth saying: who waits that long has waited long enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtLeast(pub(crate) Duration);

impl fmt::Display for Exactly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(millis_ceil(self.0), f)
    }
}

impl fmt::Display for AtLeast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = millis_ceil(self.0);
        let step = match millis {
            0..SECOND => 1,
            SECOND..=120_000 => SECOND,
            120_001..=7_200_000 => MINUTE,
            7_200_001..=172_800_000 => HOUR,
            _ => DAY,
        };
        write(millis.div_ceil(step).saturating_mul(step), f)
    }
}

fn write(millis: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // A single minute, hour or day is said in the smaller unit, as people do.
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")];
    let fits = |(unit, _): &&(u64, &str)| millis.is_multiple_of(*unit) && millis >= 2 * unit;
    match units.iter().find(fits) {
        Some((unit, name)) => write!(f, "{} {name}", millis / unit),
        None if millis.is_multiple_of(SECOND) && millis > 0 => write!(f, "{} s", millis / SECOND),
        None => write!(f, "{millis} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_said_exactly() {
        let said = |millis| Exactly(Duration::from_millis(millis)).to_string();
        assert_eq!(said(600), "600 ms");
        assert_eq!(said(2_000), "2 s");
        assert_eq!(said(1_500), "1500 ms");
        assert_eq!(said(90_000), "90 s");
        assert_eq!(said(60_000), "60 s");
        assert_eq!(said(600_000), "10 min");
        assert_eq!(said(86_400_000), "24 h");
    }

    #[test]
    fn a_wait_is_never_said_too_short() {
        let said = |micros| AtLeast(Duration::from_micros(micros)).to_string();
        assert_eq!(said(100), "1 ms");
        assert_eq!(said(999_500), "1 s");
        assert_eq!(said(2_000_001), "3 s");
        assert_eq!(said(100_500_000), "101 s");
        assert_eq!(said(121_000_000), "3 min");
        assert_eq!(said(7_201_000_000), "3 h");
        assert_eq!(said(172_801_000_000), "3 d");
    }
}
