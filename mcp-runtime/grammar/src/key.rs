//! What calls are counted by, and the paths of arguments and claims.

use std::fmt;

use crate::cursor::{Cursor, tri};
use crate::word::{Word, same};
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
        let mut keys = List::new(Key::Global);
        let mut words: List<Word<'a>, MOST_KEYS> = List::new(Word::START);
        let mut before = per;
        loop {
            let word = tri!(self.word_after(before, "write `per caller`"));
            let key = tri!(key(word));
            let mut i = 0;
            while i < keys.len() {
                if same(words.as_slice()[i].bytes(), word.bytes()) {
                    return word.refuse("the same key twice:", "keep one of the two");
                }
                if matches!(
                    (&keys.as_slice()[i], &key),
                    (Key::Global, _) | (_, Key::Global)
                ) {
                    return word.refuse(
                        "`global` counts all calls together and joins no other key; found",
                        "write `per global` alone, or leave `global` out",
                    );
                }
                i += 1;
            }
            if !(keys.try_push(key) && words.try_push(word)) {
                return word.refuse("more than three keys:", "write at most three");
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
        b"user" | b"principal" | b"subject" | b"sub" => {
            word.refuse("unknown key", "write `caller` for the one who calls")
        }
        _ => match tri!(field(word)) {
            Some(Field::Arg(path)) => Ok(Key::Arg(path)),
            Some(Field::Claim(path)) => Ok(Key::Claim(path)),
            None => word.refuse_among("unknown key", KNOWN),
        },
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
        let path = tri!(argument(word.after("arg.".len()), word));
        Ok(Some(Field::Arg(path)))
    } else if word.starts_with("claim.") {
        let path = tri!(claim(word.after("claim.".len()), word));
        Ok(Some(Field::Claim(path)))
    } else {
        Ok(None)
    }
}

/// The path of an argument: names with dots between them. `whole` is what to point at where a name is missing.
pub(crate) const fn argument<'a>(path: Word<'a>, whole: Word<'a>) -> Result<&'a str, Error<'a>> {
    match fault(path.bytes(), false) {
        None => Ok(path.text),
        Some(at) if at < path.text.len() && path.bytes()[at] != b'.' => path.char_at(at).refuse(
            "the name of an argument can't contain",
            "write the name as the caller does, with dots between the steps (as in `user.id`)",
        ),
        Some(_) => whole.refuse(
            "the name of an argument is missing in",
            "write it, as in `user.id`",
        ),
    }
}

/// The path of a claim. A claim may be named by a URL, so `:` and `/` are letters here.
pub(crate) const fn claim<'a>(path: Word<'a>, whole: Word<'a>) -> Result<&'a str, Error<'a>> {
    match fault(path.bytes(), true) {
        None => Ok(path.text),
        Some(at) if at < path.text.len() && path.bytes()[at] != b'.' => path.char_at(at).refuse(
            "the name of a claim can't contain",
            "write the name as the token does, with dots between the steps (as in `org.id`)",
        ),
        Some(_) => whole.refuse(
            "the name of a claim is missing in",
            "write it, as in `org.id`",
        ),
    }
}

/// The first byte that can't stand where it stands: a letter of no name, a dot without a name before it, or the end.
const fn fault(path: &[u8], url: bool) -> Option<usize> {
    let mut named = false;
    let mut i = 0;
    while i < path.len() {
        match path[i] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => named = true,
            b':' | b'/' if url => named = true,
            b'.' if named => named = false,
            _ => return Some(i),
        }
        i += 1;
    }
    if named { None } else { Some(i) }
}
