//! The arguments that policies name: each has to be there, and no secret may become a part of what is kept or shown.

use crate::{
    Cache, Concurrency, Confirm, Cost, Field, Invalidates, Key, Keys, Policies, Rate, Tags, When,
};

/// An argument that a policy names.
///
/// ```
/// use mcp_grammar::{Rate, Mention};
///
/// let rate = Rate::new("10/m per arg.org cost arg.copies");
/// let org = Mention { path: "org", part_of: Some("key") };
/// let copies = Mention { path: "copies", part_of: None };
/// assert_eq!(rate.mentions(), [org, copies]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The path of the argument.
    pub path: &'a str,
    /// What its value becomes a part of that is kept or shown: a key, a tag, a question.
    pub part_of: Option<&'static str>,
}

impl<'a> Mention<'a> {
    fn plain(path: &'a str) -> Self {
        Self {
            path,
            part_of: None,
        }
    }

    fn part_of(what: &'static str) -> impl Fn(&'a str) -> Self {
        move |path| Self {
            path,
            part_of: Some(what),
        }
    }
}

impl<'a> Policies<'a> {
    /// The arguments that all policies name, each with the option that names it.
    pub fn mentions(&self) -> Vec<(&'static str, Mention<'a>)> {
        let mut all = Vec::new();
        let mut add = |option, mentions: Vec<Mention<'a>>| {
            all.extend(mentions.into_iter().map(|mention| (option, mention)));
        };
        for rate in &self.rate {
            add("rate", rate.mentions());
        }
        macro_rules! each {
            ($($policy:ident),*) => {$(
                if let Some(policy) = &self.$policy {
                    add(stringify!($policy), policy.mentions());
                }
            )*};
        }
        each!(concurrency, cache, invalidates, when, confirm);
        all
    }
}

impl<'a> Rate<'a> {
    /// The arguments that it counts by, and the one that a call costs.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        let cost = match self.cost {
            Cost::Arg(path) | Cost::Len(path) => Some(Mention::plain(path)),
            Cost::Fixed(_) => None,
        };
        keys(&self.keys).chain(cost).collect()
    }
}

impl<'a> Concurrency<'a> {
    /// The arguments that it counts by.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        keys(&self.keys).collect()
    }
}

impl<'a> Cache<'a> {
    /// The arguments in its tags, and those that do or do not tell answers apart.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        let vary = self.vary.iter().filter_map(|field| match field {
            Field::Arg(path) => Some(Mention::part_of("key")(path)),
            Field::Claim(_) => None,
        });
        let ignore = self.ignore.iter().map(|path| Mention::plain(path));
        tags(&self.tags).chain(vary).chain(ignore).collect()
    }
}

impl<'a> Invalidates<'a> {
    /// The arguments in its tags.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        tags(&self.tags).collect()
    }
}

impl<'a> When<'a> {
    /// The arguments that are compared.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        let rules = self.rules.iter();
        rules.map(|rule| Mention::plain(rule.arg)).collect()
    }
}

impl<'a> Confirm<'a> {
    /// The arguments in the question.
    pub fn mentions(&self) -> Vec<Mention<'a>> {
        let paths = self.placeholders().map(|(_, path)| path);
        paths.map(Mention::part_of("question")).collect()
    }
}

fn keys<'l, 'a>(keys: &'l Keys<'a>) -> impl Iterator<Item = Mention<'a>> + use<'l, 'a> {
    keys.iter().filter_map(|key| match key {
        Key::Arg(path) => Some(Mention::part_of("key")(path)),
        _ => None,
    })
}

fn tags<'l, 'a>(tags: &'l Tags<'a>) -> impl Iterator<Item = Mention<'a>> + use<'l, 'a> {
    let paths = tags.iter().flat_map(|tag| tag.placeholders());
    paths.map(|(_, path)| path).map(Mention::part_of("tag"))
}
