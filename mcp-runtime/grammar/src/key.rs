//! What calls are counted by, and the paths of arguments and claims.

use std::fmt;

use crate::cursor::{Cursor, tri};
use crate::names;
use crate::word::Word;
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
                if words.at(i).is_same(word) {
                    return word.refuse("the same key twice:", "keep one of the two");
                }
                if matches!((keys.at(i), key), (Key::Global, _) | (_, Key::Global)) {
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
    match word.name {
        names::CALLER => Ok(Key::Caller),
        names::TENANT => Ok(Key::Tenant),
        names::CLIENT => Ok(Key::Client),
        names::IP => Ok(Key::Ip),
        names::GLOBAL => Ok(Key::Global),
        _ => match tri!(field(word)) {
            Some(Field::Arg(path)) => Ok(Key::Arg(path)),
            Some(Field::Claim(path)) => Ok(Key::Claim(path)),
            None => match word.bytes() {
                b"user" | b"principal" | b"subject" | b"sub" => {
                    word.refuse("unknown key", "write `caller` for the one who calls")
                }
                _ => word.refuse_among("unknown key", KNOWN),
            },
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
    if let Some(path) = word.strip(b"arg.") {
        Ok(Some(Field::Arg(tri!(argument(path, word)).text())))
    } else if let Some(path) = word.strip(b"claim.") {
        Ok(Some(Field::Claim(tri!(claim(path, word)).text())))
    } else {
        Ok(None)
    }
}

/// The path of an argument: names with dots between them. `whole` is what to point at where a name is missing.
pub(crate) const fn argument<'a>(path: Word<'a>, whole: Word<'a>) -> Result<Word<'a>, Error<'a>> {
    match fault(path, false) {
        Fault::None => Ok(path),
        Fault::Letter(at) => path.char_at(at).refuse(
            "the name of an argument can't contain",
            "write the name as the caller does, with dots between the steps (as in `user.id`)",
        ),
        Fault::NoName => whole.refuse(
            "the name of an argument is missing in",
            "write it, as in `user.id`",
        ),
    }
}

/// The path of a claim. A claim may be named by a URL, so `:` and `/` are letters here.
pub(crate) const fn claim<'a>(path: Word<'a>, whole: Word<'a>) -> Result<Word<'a>, Error<'a>> {
    match fault(path, true) {
        Fault::None => Ok(path),
        Fault::Letter(at) => path.char_at(at).refuse(
            "the name of a claim can't contain",
            "write the name as the token does, with dots between the steps (as in `org.id`)",
        ),
        Fault::NoName => whole.refuse(
            "the name of a claim is missing in",
            "write it, as in `org.id`",
        ),
    }
}

/// What is wrong with a path.
enum Fault {
    None,
    /// A letter that no name has, and its place in the text.
    Letter(usize),
    /// A dot, or the end, without a name before it.
    NoName,
}

const fn fault(path: Word<'_>, url: bool) -> Fault {
    let bytes = path.whole.as_bytes();
    let mut named = false;
    let mut i = path.at;
    while i < path.end {
        match bytes[i] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | 0x80.. => named = true,
            b':' | b'/' if url => named = true,
            b'.' if named => named = false,
            b'.' => return Fault::NoName,
            _ => return Fault::Letter(i),
        }
        i += 1;
    }
    if named { Fault::None } else { Fault::NoName }
}
