//! What calls are counted by, and the paths of arguments and claims.

use std::fmt;

use crate::cursor::{Cursor, Word, same, tri};
use crate::{Error, List};

/// One part of what a policy counts by: each value of it has a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// Who calls: issuer and subject.
    Caller,
    /// The caller's tenant. A caller without one is refused.
    Tenant,
    /// The client application that calls for the caller.
    Client,
    /// The address that the call comes from.
    Ip,
    /// Nothing: all calls together.
    Global,
    /// The argument at this path.
    Arg(&'a str),
    /// The caller's claim at this path.
    Claim(&'a str),
}

impl Key<'_> {
    /// Whether the key is known only of somebody who has proved who they are.
    pub const fn needs_principal(&self) -> bool {
        matches!(
            self,
            Self::Caller | Self::Tenant | Self::Client | Self::Claim(_)
        )
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str("caller"),
            Self::Tenant => f.write_str("tenant"),
            Self::Client => f.write_str("client"),
            Self::Ip => f.write_str("ip"),
            Self::Global => f.write_str("global"),
            Self::Arg(path) => write!(f, "arg.{path}"),
            Self::Claim(path) => write!(f, "claim.{path}"),
        }
    }
}

/// The keys of one bucket. Calls with the same value in each of them are counted together.
pub type Keys<'a> = List<Key<'a>, MOST_KEYS>;

pub(crate) const MOST_KEYS: usize = 3;

const KNOWN: &[&str] = &[
    "caller",
    "tenant",
    "client",
    "ip",
    "global",
    "arg.NAME",
    "claim.NAME",
];

impl<'a> Cursor<'a> {
    /// The keys behind `per`: `caller + tenant`.
    pub(crate) const fn keys(&mut self, per: Word<'a>) -> Result<Keys<'a>, Error<'a>> {
        let mut keys = List::empty(Key::Global);
        let mut before = per;
        loop {
            let word = tri!(self.word_after(before, "write `per caller`"));
            let key = tri!(key(word));
            let mut i = 0;
            while i < keys.len() {
                let other = &keys.as_slice()[i];
                if equal(other, &key) {
                    return Err(Error::twice(word));
                }
                if matches!(other, Key::Global) || matches!(key, Key::Global) {
                    return Err(Error::quoting(
                        word,
                        "all calls together can't be split by another key:",
                        "write `global` alone",
                    ));
                }
                i += 1;
            }
            if !keys.push(key) {
                return Err(Error::quoting(
                    word,
                    "more than three keys:",
                    "write at most three, as in `per caller + tenant`",
                ));
            }
            if !self.take(b'+') {
                return Ok(keys);
            }
            before = self.since(self.at() - 1);
        }
    }
}

/// The clause ` per caller + tenant`, or nothing.
pub(crate) fn write_keys(f: &mut fmt::Formatter<'_>, keys: &Keys<'_>) -> fmt::Result {
    for (i, key) in keys.iter().enumerate() {
        write!(f, "{}{key}", if i == 0 { " per " } else { " + " })?;
    }
    Ok(())
}

const fn key<'a>(word: Word<'a>) -> Result<Key<'a>, Error<'a>> {
    match word.bytes() {
        b"caller" => Ok(Key::Caller),
        b"tenant" => Ok(Key::Tenant),
        b"client" => Ok(Key::Client),
        b"ip" => Ok(Key::Ip),
        b"global" => Ok(Key::Global),
        b"user" | b"principal" | b"subject" | b"sub" => Err(Error::quoting(
            word,
            "unknown key",
            "write `caller` for the one who calls",
        )),
        _ => match tri!(field(word)) {
            Some(Field::Arg(path)) => Ok(Key::Arg(path)),
            Some(Field::Claim(path)) => Ok(Key::Claim(path)),
            None => Err(Error::unknown(word, "unknown key", KNOWN)),
        },
    }
}

const fn equal(a: &Key<'_>, b: &Key<'_>) -> bool {
    match (a, b) {
        (Key::Arg(a), Key::Arg(b)) | (Key::Claim(a), Key::Claim(b)) => {
            same(a.as_bytes(), b.as_bytes())
        }
        (Key::Caller, Key::Caller)
        | (Key::Tenant, Key::Tenant)
        | (Key::Client, Key::Client)
        | (Key::Ip, Key::Ip)
        | (Key::Global, Key::Global) => true,
        _ => false,
    }
}

/// An argument or a claim, by its path: `arg.user.id`, `claim.org`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// The argument at this path.
    Arg(&'a str),
    /// The caller's claim at this path.
    Claim(&'a str),
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arg(path) => write!(f, "arg.{path}"),
            Self::Claim(path) => write!(f, "claim.{path}"),
        }
    }
}

/// The field that a word names, if it begins like one.
pub(crate) const fn field<'a>(word: Word<'a>) -> Result<Option<Field<'a>>, Error<'a>> {
    if word.starts_with("arg.") {
        Ok(Some(Field::Arg(tri!(argument(
            word.after("arg.".len()),
            word
        )))))
    } else if word.starts_with("claim.") {
        Ok(Some(Field::Claim(tri!(claim(
            word.after("claim.".len()),
            word
        )))))
    } else {
        Ok(None)
    }
}

/// The path of an argument: names with dots between them. `whole` is what to point at where nothing is written.
pub(crate) const fn argument<'a>(path: Word<'a>, whole: Word<'a>) -> Result<&'a str, Error<'a>> {
    check(
        path,
        whole,
        false,
        "an argument's path can't contain",
        "write names with dots between them, as in `arg.user.id`",
    )
}

/// The path of a claim. A claim may be named by a URL, so `:` and `/` are letters here.
pub(crate) const fn claim<'a>(path: Word<'a>, whole: Word<'a>) -> Result<&'a str, Error<'a>> {
    check(
        path,
        whole,
        true,
        "a claim's path can't contain",
        "write names with dots between them, as in `claim.org.id`",
    )
}

const fn check<'a>(
    path: Word<'a>,
    whole: Word<'a>,
    url: bool,
    problem: &'static str,
    write: &'static str,
) -> Result<&'a str, Error<'a>> {
    let bytes = path.bytes();
    let mut i = 0;
    let mut open = true;
    while i < bytes.len() {
        match bytes[i] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => open = false,
            b':' | b'/' if url => open = false,
            b'.' if open => break,
            b'.' => open = true,
            _ => return Err(Error::quoting(path.char_at(i), problem, write)),
        }
        i += 1;
    }
    if open {
        return Err(Error::quoting(whole, "a name is missing in", write));
    }
    Ok(path.text)
}
