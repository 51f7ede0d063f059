//! `#[resource("crm://customers/{id}")]`: the address of a resource, or the template of many.

use std::fmt;

use crate::Error;
use crate::cursor::tri;
use crate::word::Word;

/// A resource's address in which `{name}` stands for one segment and `{+name}` for several (RFC 6570, levels 1 and 2).
///
/// ```
/// use mcp_grammar::{UriPart, UriTemplate};
///
/// const CUSTOMER: UriTemplate = UriTemplate::new("crm://customers/{id}/notes");
/// let parts: Vec<_> = CUSTOMER.parts().collect();
/// assert_eq!(parts[1], UriPart::Variable { name: "id", several: false });
/// assert!(!CUSTOMER.is_fixed());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UriTemplate<'a> {
    text: &'a str,
}

/// A part of a [`UriTemplate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriPart<'a> {
    /// Text that stands for itself; never empty.
    Text(&'a str),
    /// A variable.
    Variable {
        /// Its name, which is that of a parameter.
        name: &'a str,
        /// Whether it takes in slashes: `{+path}`.
        several: bool,
    },
}

const VARIABLE: &str = "write `{id}` for one segment, or `{+path}` for several";

impl<'a> UriTemplate<'a> {
    /// Reads an address.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(template) => template,
            Err(error) => error.panic(),
        }
    }

    /// Reads an address, with or without variables.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let whole = Word::all(text);
        let mut at = tri!(scheme(whole));
        let bytes = text.as_bytes();
        let mut after_variable = false;
        while at < whole.end {
            match bytes[at] {
                b'{' => {
                    let rest = whole.between(at, whole.end);
                    let Some(close) = rest.find(b'}') else {
                        return rest.refuse("a variable without `}`:", VARIABLE);
                    };
                    let expression = whole.between(at, close + 1);
                    if after_variable {
                        return expression.refuse(
                            "nobody can tell where the variable before ends and where this one begins:",
                            "write a `/` between the two",
                        );
                    }
                    tri!(variable(expression));
                    at = close + 1;
                    after_variable = true;
                    continue;
                }
                b'}' => {
                    return whole
                        .char_at(at)
                        .refuse("no variable was opened before", VARIABLE);
                }
                b'%' if !is_escape(bytes, at) => {
                    return whole
                        .char_at(at)
                        .refuse("no two hexadecimal digits follow", "write `%25`");
                }
                b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {}
                _ => {
                    return whole.char_at(at).refuse(
                        "an address can't contain",
                        "percent-encode it (RFC 3986, section 2.1)",
                    );
                }
            }
            at += 1;
            after_variable = false;
        }
        Ok(Self { text })
    }

    /// The address as it is written.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether there are no variables, so that this is one resource's address.
    pub const fn is_fixed(&self) -> bool {
        Word::all(self.text).find(b'{').is_none()
    }

    /// The parts in order.
    pub fn parts(&self) -> impl Iterator<Item = UriPart<'a>> + use<'a> {
        self.placed().map(|(_, part)| part)
    }

    /// The variables, and the byte offset of each name in the text as it is written.
    pub fn variables(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        self.placed().filter_map(|(at, part)| match part {
            UriPart::Variable { name, .. } => Some((at, name)),
            UriPart::Text(_) => None,
        })
    }

    fn placed(&self) -> impl Iterator<Item = (usize, UriPart<'a>)> + use<'a> {
        let text = self.text;
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = &text[at..];
            let Some(inside) = rest.strip_prefix('{') else {
                let end = rest.find('{').unwrap_or(rest.len());
                let part = (at, UriPart::Text(&rest[..end]));
                at += end;
                return (end > 0).then_some(part);
            };
            let expression = &inside[..inside.find('}')?];
            let name = expression.trim_start_matches('+');
            let several = name.len() < expression.len();
            let start = at + 1 + usize::from(several);
            at += expression.len() + 2;
            Some((start, UriPart::Variable { name, several }))
        })
    }
}

impl fmt::Display for UriTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Where the scheme ends: behind its colon (RFC 3986, section 3.1).
const fn scheme(whole: Word<'_>) -> Result<usize, Error<'_>> {
    let bytes = whole.whole.as_bytes();
    let mut at = 0;
    while at < whole.end {
        match bytes[at] {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 && at + 1 < whole.end => return Ok(at + 1),
            _ => break,
        }
        at += 1;
    }
    Err(Error::plain(
        whole,
        "an address begins with its scheme",
        "write `crm://customers/{id}`",
    ))
}

/// Checks one variable with its braces.
const fn variable(expression: Word<'_>) -> Result<(), Error<'_>> {
    let inner = expression.between(expression.at + 1, expression.end - 1);
    let name = match inner.strip(b"+") {
        Some(name) => name,
        None => inner,
    };
    let bytes = name.whole.as_bytes();
    let mut at = name.at;
    while at < name.end {
        match bytes[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {}
            b'0'..=b'9' if at > name.at => {}
            _ => return expression.refuse("not a variable that can be read back:", VARIABLE),
        }
        at += 1;
    }
    if name.is_empty() {
        return expression.refuse("a variable without a name:", VARIABLE);
    }
    match stands_before(name) {
        true => name.refuse("the same variable twice:", "give each its own name"),
        false => Ok(()),
    }
}

/// Whether a variable of the same name stands earlier in the text.
const fn stands_before(name: Word<'_>) -> bool {
    let bytes = name.whole.as_bytes();
    let mut at = 0;
    while at < name.at {
        if bytes[at] == b'{' {
            let mut start = at + 1;
            if bytes[start] == b'+' {
                start += 1;
            }
            if let Some(close) = name.between(start, name.end).find(b'}')
                && name.between(start, close).is_same(name)
            {
                return true;
            }
        }
        at += 1;
    }
    false
}

const fn is_escape(bytes: &[u8], at: usize) -> bool {
    at + 2 < bytes.len() && bytes[at + 1].is_ascii_hexdigit() && bytes[at + 2].is_ascii_hexdigit()
}
