//! What of a policy is no number: it is the author's, and an operator leaves it as it is.

use mcp_grammar::{Breaker, Cache, Cost, Policies, Rate, Size, Trip};

/// What differs between two policies of a tool and is no number, in the attribute's words.
pub(super) fn difference(one: &Policies<'_>, other: &Policies<'_>) -> Option<&'static str> {
    rates(one.rate.as_slice(), other.rate.as_slice())
        .or_else(|| both(&one.cache, &other.cache, cache))
        .or_else(|| both(&one.breaker, &other.breaker, breaker))
        .or_else(|| {
            both(&one.concurrency, &other.concurrency, |a, b| {
                (a.keys != b.keys).then_some("what is counted apart (`per ..`)")
            })
        })
        .or_else(|| both(&one.max_in, &other.max_in, size))
        .or_else(|| both(&one.max_out, &other.max_out, size))
}

fn both<T>(
    one: &Option<T>,
    other: &Option<T>,
    compare: impl Fn(&T, &T) -> Option<&'static str>,
) -> Option<&'static str> {
    compare(one.as_ref()?, other.as_ref()?)
}

/// Every bucket is still there, in whatever order.
fn rates(one: &[Rate<'_>], other: &[Rate<'_>]) -> Option<&'static str> {
    if one.len() != other.len() {
        return Some("another number of buckets");
    }
    let mut left: Vec<&Rate<'_>> = one.iter().collect();
    let mut strangers = Vec::new();
    for new in other {
        match left.iter().position(|old| bucket(old, new).is_none()) {
            Some(place) => drop(left.remove(place)),
            None => strangers.push(new),
        }
    }
    left.first()
        .zip(strangers.first())
        .and_then(|(old, new)| bucket(old, new))
}

fn bucket(one: &Rate<'_>, other: &Rate<'_>) -> Option<&'static str> {
    let same_price = match (one.cost, other.cost) {
        (Cost::Fixed(_), Cost::Fixed(_)) => true,
        (one, other) => one == other,
    };
    let differences = [
        (one.keys != other.keys, "what is counted apart (`per ..`)"),
        (!same_price, "the argument that is the `cost`"),
        (one.count != other.count, "which calls `count`"),
        (one.shared != other.shared, "which bucket is `shared`"),
        (one.on_error != other.on_error, "`on_error`"),
    ];
    first(differences)
}

fn cache(one: &Cache<'_>, other: &Cache<'_>) -> Option<&'static str> {
    first([
        (one.scope != other.scope, "`private` or `public`"),
        (one.tags != other.tags, "`tags(..)`"),
        (one.vary != other.vary, "`vary(..)`"),
        (one.ignore != other.ignore, "`ignore(..)`"),
    ])
}

fn breaker(one: &Breaker<'_>, other: &Breaker<'_>) -> Option<&'static str> {
    let in_a_row = |trip: Trip| matches!(trip, Trip::Row(_));
    first([
        (
            in_a_row(one.trip) != in_a_row(other.trip),
            "what is counted (`fails` or a share)",
        ),
        (one.shared != other.shared, "which breaker is `shared`"),
    ])
}

fn size(one: &Size, other: &Size) -> Option<&'static str> {
    first([(
        one.then != other.then,
        "what happens to what is larger (`error`, `truncate`, `link`)",
    )])
}

fn first<const N: usize>(differences: [(bool, &'static str); N]) -> Option<&'static str> {
    let mut differences = differences.into_iter();
    differences
        .find(|(differs, _)| *differs)
        .map(|(_, what)| what)
}
