//! Every field of every policy, by name. No pattern here has a `..`: a new field does not compile until it stands here, and then lacks a row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Cost, Count, Date, Deprecated, Field,
    Idempotency, Invalidates, Key, Leaf, Level, List, OnError, Policies, Rate, Retry, Rule, Scope,
    Size, TaskSupport, Template, Test, Timeout, TooLarge, Trip, Unit, When,
};

/// What one tool's policies say at every point.
#[derive(Default)]
pub(super) struct Points {
    values: BTreeMap<String, String>,
    /// Which variants of the grammar's enums they have.
    variants: BTreeSet<&'static str>,
}

impl Points {
    pub(super) fn of(policies: &Policies<'_>) -> Self {
        let mut points = Self::default();
        policies.add(&mut points, "");
        points
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.values.keys()
    }

    /// The points at which both say something, and not the same.
    pub(super) fn differing(&self, other: &Self) -> Vec<&str> {
        let differs = |(name, value): &(&String, &String)| {
            other.values.get(*name).is_some_and(|its| its != *value)
        };
        let differing = self.values.iter().filter(differs);
        differing.map(|(name, _)| name.as_str()).collect()
    }

    /// The variants that one of the two has and the other has not.
    pub(super) fn told_apart(&self, other: &Self) -> BTreeSet<&'static str> {
        &self.variants ^ &other.variants
    }

    fn say(&mut self, at: &str, value: impl Debug) {
        self.values.insert(at.to_owned(), format!("{value:?}"));
    }

    fn variant(&mut self, at: &str, variant: &'static str) {
        self.say(at, variant);
        self.variants.insert(variant);
    }
}

/// Something that a policy says.
trait Point {
    fn add(&self, points: &mut Points, at: &str);
}

macro_rules! values {
    ($($type:ty),*) => {$(
        impl Point for $type {
            fn add(&self, points: &mut Points, at: &str) {
                points.say(at, self);
            }
        }
    )*};
}
values!(u8, u16, u32, u64, bool, &str, Duration, Template<'_>);

/// Whether it is said is a point of its own.
impl<T: Point> Point for Option<T> {
    fn add(&self, points: &mut Points, at: &str) {
        points.say(at, self.is_some());
        if let Some(value) = self {
            value.add(points, at);
        }
    }
}

/// Rows differ in the first item, or in whether there is one.
impl<T: Point + Copy, const N: usize> Point for List<T, N> {
    fn add(&self, points: &mut Points, at: &str) {
        self.as_slice().first().copied().add(points, at);
    }
}

macro_rules! structs {
    ($($type:ident $(<$life:lifetime>)? { $($field:ident),* $(,)? })*) => {$(
        impl Point for $type $(<$life>)? {
            fn add(&self, points: &mut Points, at: &str) {
                let Self { $($field),* } = self;
                $($field.add(points, format!("{at}.{}", stringify!($field)).trim_start_matches('.'));)*
            }
        }
    )*};
}

structs! {
    Policies<'_> {
        read_only, destructive, idempotent, open_world, takes_caller, auth, when, rate, cache, invalidates, timeout, retry,
        breaker, concurrency, max_in, max_out, audit, confirm, idempotency, task, deprecated,
    }
    Audit { level, required }
    Breaker<'_> { trip, open, probes, shared }
    Cache<'_> { ttl, scope, swr, stale_if_error, tags, vary, ignore, max }
    Concurrency<'_> { slots, queue, wait, keys }
    Date { year, month, day }
    Deprecated<'_> { replacement, note, sunset }
    Idempotency { keep, required }
    Invalidates<'_> { tags }
    Rate<'_> { limit, window, burst, keys, cost, count, shared, on_error }
    Retry { times, first, longest }
    Rule<'_> { arg, claim, test }
    Size { most, unit, then }
    TaskSupport { required, ttl }
    Timeout { total, attempt, idle }
}

macro_rules! enums {
    ($($type:ident $(<$life:lifetime>)? {
        $($variant:ident $(($inner:ident))? $({ $($field:ident),* })?),* $(,)?
    })*) => {
        $(impl Point for $type $(<$life>)? {
            fn add(&self, points: &mut Points, at: &str) {
                match self {
                    $(Self::$variant $(($inner))? $({ $($field),* })? => {
                        let name = concat!(stringify!($type), "::", stringify!($variant));
                        points.variant(at, name);
                        $($inner.add(points, &format!("{at}.{name}"));)?
                        $($($field.add(points, &format!("{at}.{}", stringify!($field)));)*)?
                    })*
                }
            }
        })*

        /// Every variant of every enum.
        pub(super) const VARIANTS: &[&str] =
            &[$($(concat!(stringify!($type), "::", stringify!($variant))),*),*];
    };
}

enums! {
    Confirm<'_> { Never, Ask { question, ttl } }
    Cost<'_> { Fixed(cost), Len(path), Arg(path) }
    Count { Executions, Calls }
    Field<'_> { Arg(path), Claim(path) }
    Key<'_> { Caller, Tenant, Client, Ip, Global, Arg(path), Claim(path) }
    Leaf<'_> { User, Scope(name), Role(name), Claim { path, value } }
    Level { Off, Meta, Args, Full }
    OnError { Local, Open, Closed }
    Scope { Private, Public }
    Test { Equal, ArgInClaim, ClaimInArg }
    TooLarge { Error, Truncate, Link }
    Trip { Share { percent, calls, window }, Row(fails) }
    Unit { Bytes, Tokens }
}

/// Without rules there is no `when`.
impl Point for When<'_> {
    fn add(&self, points: &mut Points, at: &str) {
        let Self { rules } = self;
        for rule in rules.iter().take(1) {
            rule.add(points, &format!("{at}.rules"));
        }
    }
}

/// A rule is its terms, and how they are joined.
impl Point for Auth<'_> {
    fn add(&self, points: &mut Points, at: &str) {
        points.say(&format!("{at}.none"), self.is_none());
        let leaves: Vec<Leaf<'_>> = self.leaves().collect();
        if let Some(first) = leaves.first() {
            first.add(points, &format!("{at}.first"));
        }
        let ways = self.branches().len();
        points.say(&format!("{at}.joint"), (leaves.len() > 1).then_some(ways));
    }
}
