//! `cache = "60s private swr 10m tags(user:{id})"`: how long an answer is kept, for whom, and what throws it away.

use std::fmt;
use std::time::Duration;

use crate::cursor::{Cursor, WORD, once, or, tri};
use crate::key::{Field, field};
use crate::names;
use crate::template::Template;
use crate::units::Time;
use crate::word::Word;
use crate::{Error, List};

/// How a tool's answers are kept.
///
/// ```
/// use mcp_grammar::{Cache, Scope};
/// use std::time::Duration;
///
/// const CACHE: Cache = Cache::new("60s private swr 10m tags(user:{id}) max 1000");
/// assert_eq!(CACHE.ttl, Duration::from_secs(60));
/// assert_eq!(CACHE.scope, Some(Scope::Private));
/// assert_eq!(CACHE.tags.as_slice()[0].as_str(), "user:{id}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache<'a> {
    /// How long an answer is fresh.
    pub ttl: Duration,
    /// Who may get an answer that was made for somebody else. Nothing written: private where `auth` guarantees a principal.
    pub scope: Option<Scope>,
    /// How long after that it may still be served while a new one is made.
    pub swr: Option<Duration>,
    /// How long after that it may still be served if the tool fails.
    pub stale_if_error: Option<Duration>,
    /// The names under which an answer can be thrown away.
    pub tags: Tags<'a>,
    /// What else distinguishes answers.
    pub vary: List<Field<'a>, MOST_FIELDS>,
    /// The arguments that do not distinguish answers, by path.
    pub ignore: List<&'a str, MOST_FIELDS>,
    /// How many answers are kept at most. Nothing written: the server's bound alone.
    pub max: Option<u32>,
}

/// Who may get an answer that was made for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nobody.
    Private,
    /// Everybody who may call the tool.
    Public,
}

/// The tags of a cached answer, or those that a writer throws away.
pub type Tags<'a> = List<Template<'a>, MOST_TAGS>;

const MOST_TAGS: usize = 4;
const MOST_FIELDS: usize = 4;

const KNOWN: &[&str] = &[
    "private",
    "public",
    "swr",
    "stale_if_error",
    "tags",
    "vary",
    "ignore",
    "max",
];

impl<'a> Cache<'a> {
    /// Reads a cache policy.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(cache) => cache,
            Err(error) => error.panic(),
        }
    }

    /// Reads a time and then, each at most once, `private` or `public`, `swr`, `stale_if_error`, `tags(..)`, `vary(..)`,
    /// `ignore(..)`, `max`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = tri!(Cursor::start(
            text,
            WORD,
            "expected a time to keep answers",
            "write `60s`"
        ));
        let ttl = tri!(cursor.duration(Word::START, "write a time such as `60s` first"));
        let (mut scope, mut swr, mut stale_if_error) = (None, None, None);
        let (mut tags, mut vary, mut ignore, mut max) = (None, None, None, None);
        while let Some(word) = cursor.word() {
            match word.name {
                names::PRIVATE | names::PUBLIC if scope.is_some() => {
                    return word.refuse("one scope is enough, not also", "keep one of the two");
                }
                names::PRIVATE => scope = Some(Scope::Private),
                names::PUBLIC => scope = Some(Scope::Public),
                names::SWR => once!(swr, word, cursor.duration(word, "write `swr 10m`")),
                names::STALE_IF_ERROR => {
                    let write = "write `stale_if_error 1h`";
                    once!(stale_if_error, word, cursor.duration(word, write));
                }
                names::TAGS => once!(tags, word, cursor.tags(word)),
                names::VARY => once!(vary, word, vary_of(&mut cursor, word)),
                names::IGNORE => once!(ignore, word, ignore_of(&mut cursor, word)),
                names::MAX => once!(max, word, cursor.count(word, "write `max 1000`")),
                _ => return word.refuse_clause(KNOWN),
            }
        }
        Ok(Self {
            ttl,
            scope,
            swr,
            stale_if_error,
            tags: or!(tags, List::new(Template::BLANK)),
            vary: or!(vary, List::new(Field::Arg(""))),
            ignore: or!(ignore, List::new("")),
            max,
        })
    }
}

impl<'a> Cursor<'a> {
    /// What follows the word `tags`: `(user:{id}, team:{team})`.
    pub(crate) const fn tags(&mut self, clause: Word<'a>) -> Result<Tags<'a>, Error<'a>> {
        const WRITE: &str = "write `tags(user:{id})`";
        let mut tags = List::new(Template::BLANK);
        let mut words: List<Word<'a>, MOST_TAGS> = List::new(Word::START);
        tri!(self.open(clause, WRITE));
        loop {
            let word = tri!(self.item(clause, WRITE));
            let mut i = 0;
            while i < words.len() {
                if words.at(i).is_same(word) {
                    return word.refuse("the same tag twice:", "keep one of the two");
                }
                i += 1;
            }
            if !(tags.try_push(tri!(Template::parse(word))) && words.try_push(word)) {
                return word.refuse("more than four tags:", "write fewer, broader tags");
            }
            if !tri!(self.more(clause)) {
                return Ok(tags);
            }
        }
    }
}

const fn vary_of<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<List<Field<'a>, MOST_FIELDS>, Error<'a>> {
    const WRITE: &str = "write `vary(claim.locale)`";
    let mut fields = List::new(Field::Arg(""));
    tri!(cursor.open(clause, WRITE));
    loop {
        let word = tri!(cursor.item(clause, WRITE));
        let Some(field) = tri!(field(word)) else {
            return word.refuse("expected an argument or a claim, found", WRITE);
        };
        if !fields.try_push(field) {
            return word.refuse("more than four things to vary by:", "write at most four");
        }
        if !tri!(cursor.more(clause)) {
            return Ok(fields);
        }
    }
}

const fn ignore_of<'a>(
    cursor: &mut Cursor<'a>,
    clause: Word<'a>,
) -> Result<List<&'a str, MOST_FIELDS>, Error<'a>> {
    const WRITE: &str = "write `ignore(arg.trace)`";
    let mut paths = List::new("");
    tri!(cursor.open(clause, WRITE));
    loop {
        let word = tri!(cursor.item(clause, WRITE));
        let Some(Field::Arg(path)) = tri!(field(word)) else {
            return word.refuse("expected an argument, found", WRITE);
        };
        if !paths.try_push(path) {
            return word.refuse("more than four arguments to ignore:", "write at most four");
        }
        if !tri!(cursor.more(clause)) {
            return Ok(paths);
        }
    }
}

impl fmt::Display for Cache<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Time(self.ttl))?;
        match self.scope {
            None => {}
            Some(Scope::Private) => f.write_str(" private")?,
            Some(Scope::Public) => f.write_str(" public")?,
        }
        if let Some(swr) = self.swr {
            write!(f, " swr {}", Time(swr))?;
        }
        if let Some(stale) = self.stale_if_error {
            write!(f, " stale_if_error {}", Time(stale))?;
        }
        write_items(f, " tags(", self.tags.as_slice())?;
        write_items(f, " vary(", self.vary.as_slice())?;
        let ignore: Vec<_> = self.ignore.iter().map(|path| Field::Arg(path)).collect();
        write_items(f, " ignore(", &ignore)?;
        match self.max {
            Some(max) => write!(f, " max {max}"),
            None => Ok(()),
        }
    }
}

/// `tags(a, b)`, or nothing where there are no items.
pub(crate) fn write_items(
    f: &mut fmt::Formatter<'_>,
    opening: &str,
    items: &[impl fmt::Display],
) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i == 0 { opening } else { ", " })?;
    }
    if items.is_empty() {
        Ok(())
    } else {
        f.write_str(")")
    }
}
