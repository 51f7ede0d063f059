//! One bucket of a tool, and what a call costs it.

use std::num::NonZero;
use std::time::Duration;

use mcp_grammar::{Cost, Count, Key, List, OnError};
use serde_json::Value;

use super::Limited;
use crate::call::Call;
use crate::policy::per::Per;
use crate::store::{Charge, KeySpace};

/// A bucket of one tool.
#[derive(Debug)]
pub(super) struct Bucket {
    per: Per,
    /// How long one unit takes to flow back.
    interval: Duration,
    burst: u32,
    cost: Cost<'static>,
    pub(super) count: Count,
    pub(super) shared: Option<&'static str>,
    pub(super) on_error: OnError,
    /// What the caller reads: `10/s per caller`.
    pub(super) text: String,
}

/// What a bucket would take from a call, and has not taken.
#[cfg(feature = "cli")]
pub(crate) struct Quote<'a> {
    pub(crate) text: &'a str,
    pub(crate) burst: u32,
    pub(crate) per: &'a Per,
    /// Whether every call costs the same.
    pub(crate) is_fixed: bool,
    pub(crate) price: Result<u64, Limited>,
}

impl Bucket {
    pub(super) fn new(
        space: &KeySpace,
        tool: &str,
        declared: &mcp_grammar::Rate<'static>,
        has_caller: bool,
        on_error: OnError,
    ) -> Self {
        let mut rate = *declared;
        rate.keys = keys(declared, has_caller);
        let text = mcp_grammar::Rate {
            cost: Cost::Fixed(1),
            count: Count::Executions,
            shared: None,
            on_error: None,
            ..rate
        }
        .to_string();
        let seed = match rate.shared {
            Some(id) => space.key("rate shared").text(id).text(&text),
            None => space.key("rate").text(tool).text(&rate.to_string()),
        };
        // Rounded up: a rate that is no whole number of nanoseconds is kept, never exceeded.
        let interval = rate
            .window
            .as_nanos()
            .div_ceil(u128::from(rate.limit.max(1)));
        Self {
            per: Per::new(rate.keys, seed),
            interval: Duration::from_nanos(u64::try_from(interval).unwrap_or(u64::MAX)),
            burst: rate.burst,
            cost: rate.cost,
            count: rate.count,
            shared: rate.shared,
            on_error: rate.on_error.unwrap_or(on_error),
            text,
        }
    }

    /// What it would take from a call.
    #[cfg(feature = "cli")]
    pub(super) fn quote(&self, call: &Call) -> Quote<'_> {
        Quote {
            text: &self.text,
            burst: self.burst,
            per: &self.per,
            is_fixed: matches!(self.cost, Cost::Fixed(_)),
            price: self.charge(call).map(|charge| charge.cost),
        }
    }

    pub(super) fn charge(&self, call: &Call) -> Result<Charge, Limited> {
        Ok(Charge {
            key: self.per.key(call).map_err(Limited::Missing)?,
            interval: self.interval,
            burst: self.burst.into(),
            cost: self.price(call)?,
        })
    }

    /// What the call costs; never nothing.
    fn price(&self, call: &Call) -> Result<u64, Limited> {
        let (cost, path) = match self.cost {
            Cost::Fixed(cost) => return Ok(cost.into()),
            Cost::Len(path) => (length(call.argument(path)), path),
            Cost::Arg(path) => (call.argument(path).and_then(number), path),
        };
        let cost = cost.ok_or(Limited::NoPrice(path))?.max(1);
        match cost > u64::from(self.burst) {
            false => Ok(cost),
            true => Err(Limited::TooMuch {
                limit: self.text.clone(),
                cost,
                most: self.burst,
                path,
            }),
        }
    }

    /// The same charge against one node's share of the bucket.
    pub(super) fn share(&self, charge: &Charge, nodes: NonZero<u32>) -> Charge {
        let nodes = nodes.get();
        Charge {
            interval: charge.interval.saturating_mul(nodes),
            // A share that could never pay would be another limit than the declared one.
            burst: (charge.burst / u64::from(nodes)).max(charge.cost),
            ..*charge
        }
    }
}

/// What a bucket counts by, where nothing is written too.
pub(crate) fn keys<'a>(
    declared: &mcp_grammar::Rate<'a>,
    has_caller: bool,
) -> mcp_grammar::Keys<'a> {
    let everybody = List::new(Key::Global);
    match declared.keys.as_slice() {
        [] if has_caller => everybody.push(Key::Caller),
        [Key::Global] => everybody,
        _ => declared.keys,
    }
}

fn length(value: Option<&Value>) -> Option<u64> {
    match value {
        // An optional list that is not sent is an empty one.
        None | Some(Value::Null) => Some(0),
        Some(Value::Array(items)) => Some(items.len() as u64),
        Some(Value::String(text)) => Some(text.chars().count() as u64),
        Some(Value::Object(members)) => Some(members.len() as u64),
        Some(Value::Number(_) | Value::Bool(_)) => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and is not negative"
        )]
        (float >= 0.0).then_some(float.ceil() as u64)
    })
}
