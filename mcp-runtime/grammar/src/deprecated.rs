//! `deprecated = "use search_v2; sunset 2027-01-31"`: what to use instead of a tool, and until when it is there.

use std::fmt;

use crate::Error;
use crate::cursor::{or, tri};
use crate::word::Word;

/// What to use instead of a tool, and until when it is there.
///
/// ```
/// use mcp_grammar::Deprecated;
///
/// const OLD: Deprecated = Deprecated::new("use search_v2; sunset 2027-01-31");
/// assert_eq!(OLD.replacement, Some("search_v2"));
/// assert_eq!(OLD.sunset.unwrap().year, 2027);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecated<'a> {
    /// The tool to use instead.
    pub replacement: Option<&'a str>,
    /// A reason in plain text, which only a tool without a replacement has.
    pub note: Option<&'a str>,
    /// The day on which the tool goes away.
    pub sunset: Option<Date>,
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year, from 2000 to 9999.
    pub year: u16,
    /// The month, from 1 to 12.
    pub month: u8,
    /// The day of the month, from 1 to 31.
    pub day: u8,
}

impl<'a> Deprecated<'a> {
    /// Reads a deprecation.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(deprecated) => deprecated,
            Err(error) => error.panic(),
        }
    }

    /// Reads `use NAME` or plain text, and `sunset YYYY-MM-DD`, with `;` between them.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut rest = Word::all(text);
        let mut new = Self {
            replacement: None,
            note: None,
            sunset: None,
        };
        if rest.trimmed().is_empty() {
            return Err(Error::plain(
                Word::START,
                "expected what to use instead",
                "write `use search_v2`, or a reason",
            ));
        }
        loop {
            let sign = rest.find(b';');
            let part = rest.between(rest.at, or!(sign, rest.end)).trimmed();
            if part.is_empty() {
                let sign = rest.char_at(or!(sign, rest.at - 1));
                return sign.refuse("nothing stands on one side of", "leave it out");
            }
            tri!(new.part(part));
            match sign {
                Some(sign) => rest = rest.between(sign + 1, rest.end),
                None => return Ok(new),
            }
        }
    }

    const fn part(&mut self, part: Word<'a>) -> Result<(), Error<'a>> {
        const EITHER: &str = "write either `use NAME` or a reason";
        if let Some(name) = clause(part, b"use") {
            let word = part.between(part.at, name.at);
            if self.replacement.is_some() {
                return word.refuse_twice();
            }
            if self.note.is_some() {
                return part.refuse("a reason stands before", EITHER);
            }
            self.replacement = Some(tri!(tool(name.trimmed(), word)));
        } else if let Some(day) = clause(part, b"sunset") {
            let word = part.between(part.at, day.at);
            if self.sunset.is_some() {
                return word.refuse_twice();
            }
            self.sunset = Some(tri!(date(day.trimmed(), word)));
        } else {
            if self.note.is_some() {
                return part.refuse("a second reason:", "write one text without `;`");
            }
            if self.replacement.is_some() {
                return part.refuse("what to use instead stands before", EITHER);
            }
            self.note = Some(part.text());
        }
        Ok(())
    }
}

/// What follows the word that opens a clause, if it is that word.
const fn clause<'a, const N: usize>(part: Word<'a>, word: &[u8; N]) -> Option<Word<'a>> {
    match part.strip(word) {
        Some(rest) if rest.is_empty() || rest.trimmed().at > rest.at => Some(rest),
        _ => None,
    }
}

/// A tool's name: at most 128 of the letters that the protocol allows.
const fn tool<'a>(name: Word<'a>, clause: Word<'a>) -> Result<&'a str, Error<'a>> {
    if name.is_empty() {
        return clause.refuse("nothing follows", "write `use search_v2`");
    }
    if name.len() > 128 {
        return name.refuse(
            "a tool's name has at most 128 characters:",
            "write the name of a tool",
        );
    }
    let bytes = name.whole.as_bytes();
    let mut i = name.at;
    while i < name.end {
        if !matches!(bytes[i], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-') {
            let write = "write `use search_v2`, or a reason that does not begin with `use`";
            return name.char_at(i).refuse("a tool's name can't contain", write);
        }
        i += 1;
    }
    Ok(name.text())
}

const fn date<'a>(word: Word<'a>, clause: Word<'a>) -> Result<Date, Error<'a>> {
    const WRITE: &str = "write it as `2027-01-31`";
    if word.is_empty() {
        return clause.refuse("nothing follows", "write `sunset 2027-01-31`");
    }
    let bytes = word.bytes();
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *bytes else {
        return word.refuse("not a date:", WRITE);
    };
    let mut i = 0;
    while i < word.len() {
        if i != 4 && i != 7 && !bytes[i].is_ascii_digit() {
            return word.refuse("not a date:", WRITE);
        }
        i += 1;
    }
    let year = two(y0, y1) as u16 * 100 + two(y2, y3) as u16;
    let (month, day) = (two(m0, m1), two(d0, d1));
    if year < 2000 {
        return word
            .before(4)
            .refuse("expected a year from 2000 on, found", WRITE);
    }
    if month == 0 || month > 12 {
        return word
            .after(5)
            .before(2)
            .refuse("no month has the number", WRITE);
    }
    if day == 0 || day > days(year, month) {
        return word
            .after(8)
            .refuse("that month has no day", "write a day that exists");
    }
    Ok(Date { year, month, day })
}

const fn two(tens: u8, ones: u8) -> u8 {
    (tens - b'0') * 10 + (ones - b'0')
}

const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Deprecated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joint = "";
        if let Some(name) = self.replacement {
            write!(f, "use {name}")?;
            joint = "; ";
        }
        if let Some(note) = self.note {
            write!(f, "{joint}{note}")?;
            joint = "; ";
        }
        match self.sunset {
            Some(date) => write!(f, "{joint}sunset {date}"),
            None => Ok(()),
        }
    }
}
