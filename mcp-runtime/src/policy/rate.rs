//! Stage 8: `rate = ["5/s per caller", "1000/d per tenant"]`, how often a tool may be called.
//!
//! Refuses a call that one of the tool's buckets cannot pay for, naming the bucket that takes longest to refill and nothing of
//! other callers; then no bucket is charged. Also refuses what cannot be counted: a call that lacks what a bucket counts by or
//! costs by, and all calls where the store is away and that is what `on_error` says.
//!
//! Keeps no state of its own: the buckets are in the server's [`Store`](crate::store::Store).

mod away;
mod bucket;

use std::collections::HashMap;
use std::time::Duration;

use mcp_grammar::{Count, Policies, Rate};
use smallvec::SmallVec;

pub(crate) use self::away::Limiter;
use self::bucket::Bucket;
#[cfg(feature = "cli")]
pub(crate) use self::bucket::Quote;
pub(super) use self::bucket::keys;
use super::per::Missing;
use super::tenants::Rates;
use crate::call::Call;
use crate::error::{Failure, FieldError};
use crate::human::AtLeast;
use crate::principal::Principal;
use crate::store::{Charge, KeySpace, Taken};

/// Charges that live on the stack: a tool has four buckets at most.
type Charges = SmallVec<[Charge; 4]>;

/// The longest a bucket may take to fill: beyond some centuries, stores lose count.
const SLOWEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The buckets of one tool.
#[derive(Debug)]
pub(crate) struct Rule {
    buckets: Box<[Bucket]>,
    tenants: HashMap<String, Box<[Bucket]>>,
    /// Those of every other tenant, where an operator has set them.
    others: Option<Box<[Bucket]>>,
}

/// Proof that the call has been paid for.
#[derive(Debug)]
#[must_use = "what costs something asks for it"]
pub(crate) struct Paid(());

impl Paid {
    /// The call goes on after a question: it was charged when it first came.
    pub(crate) fn in_an_earlier_round() -> Self {
        Self(())
    }
}

/// The call cannot be paid for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    /// A bucket is empty.
    Exceeded {
        limit: String,
        wait: Duration,
    },
    /// No bucket could ever pay for it.
    TooMuch {
        limit: String,
        cost: u64,
        most: u32,
        path: &'static str,
    },
    /// What it costs cannot be told: the argument at this path is not a number.
    NoPrice(&'static str),
    Missing(Missing),
    /// The store of the buckets is away.
    Away,
}

impl Limited {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        match self {
            Self::Exceeded { limit, wait } => {
                let text = format!(
                    "Rate limit for \"{tool}\" exceeded: {limit}. Retry in {}.",
                    AtLeast(wait)
                );
                Failure::new("rate_limited", text)
                    .retry_after(wait)
                    .detail("limit", limit)
            }
            Self::TooMuch {
                limit,
                cost,
                most,
                path,
            } => {
                let text = format!("costs {cost}, and no call may cost more than {most} ({limit}); send less");
                invalid(tool, path, text)
            }
            Self::NoPrice(path) => invalid(tool, path, "is what the call costs; send a number".to_owned()),
            Self::Missing(missing) => missing.failure(tool),
            Self::Away => Failure::new(
                "limiter_unavailable",
                format!("the rate limit of `{tool}` cannot be checked now, and it does not run unchecked"),
            )
            .retry_after(away::RETRY),
        }
    }
}

fn invalid(tool: &str, path: &str, message: String) -> Failure {
    let mut failure = Failure::new(
        "invalid_input",
        format!("the arguments of `{tool}` cannot be used:"),
    );
    failure.fields.push(FieldError::new(path, message));
    failure
}

impl Rule {
    pub(super) fn new(
        space: &KeySpace,
        tool: &str,
        (policies, tenants): (&Policies<'static>, &Rates),
        has_caller: bool,
        problems: &mut Vec<String>,
    ) -> Self {
        let on_error = policies.on_error();
        let mut buckets = |rates: &[Rate<'static>]| -> Box<[Bucket]> {
            for rate in rates {
                if rate.window.saturating_mul(rate.burst) / rate.limit.max(1) > SLOWEST {
                    problems.push(format!(
                        "tool `{tool}` has the rate `{rate}`, whose bucket takes more than a hundred years to fill\n  \
                         help: lower `burst`"
                    ));
                }
            }
            let bucket = |rate| Bucket::new(space, tool, rate, has_caller, on_error);
            rates.iter().map(bucket).collect()
        };
        let mut rule = Self {
            buckets: buckets(policies.rate.as_slice()),
            tenants: HashMap::new(),
            others: None,
        };
        for (tenant, rates) in tenants.each() {
            let buckets = buckets(rates);
            match tenant {
                Some(tenant) => drop(rule.tenants.insert(tenant.to_owned(), buckets)),
                None => rule.others = Some(buckets),
            }
        }
        rule
    }

    /// The buckets that other tools draw on too: their names, and what each is, for all and for single tenants.
    pub(super) fn shared(&self) -> impl Iterator<Item = (&'static str, String)> {
        let of = |id| move |bucket: &&Bucket| bucket.shared == Some(id);
        let own = self.buckets.iter();
        own.filter_map(move |bucket| {
            let id = bucket.shared?;
            let mut text = bucket.text.clone();
            let others = self.others.iter().map(|buckets| ("*", buckets));
            let mut tenants: Vec<_> = self.tenants.iter().collect();
            tenants.sort_unstable_by_key(|(tenant, _)| *tenant);
            let tenants = tenants
                .into_iter()
                .map(|(tenant, it)| (tenant.as_str(), it));
            for (tenant, buckets) in others.chain(tenants) {
                for bucket in buckets.iter().filter(of(id)) {
                    text.push_str(&format!(", {} for tenant {tenant}", bucket.text));
                }
            }
            Some((id, text))
        })
    }

    /// Whether no call is ever counted.
    fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.tenants.is_empty() && self.others.is_none()
    }

    /// The buckets that a call takes from when it runs, or when the cache answers it.
    fn taken_from(&self, call: &Call, what: Count) -> impl Iterator<Item = &Bucket> {
        let all = what == Count::Executions;
        let taken = move |bucket: &&Bucket| all || bucket.count == Count::Calls;
        self.buckets(call).iter().filter(taken)
    }

    /// Those of the caller's tenant.
    fn buckets(&self, call: &Call) -> &[Bucket] {
        let tenant = call.caller.as_deref().and_then(Principal::tenant_id);
        let own = tenant.and_then(|tenant| self.tenants.get(tenant));
        own.or(self.others.as_ref()).unwrap_or(&self.buckets)
    }
}

/// What each bucket would take from a call that runs.
#[cfg(feature = "cli")]
pub(crate) fn quotes(call: &Call) -> impl Iterator<Item = Quote<'_>> {
    let buckets = call.tool.policies.rate.buckets(call).iter();
    buckets.map(|bucket| bucket.quote(call))
}

/// Charges a call that is about to run ([`Count::Executions`]), or one that is answered from memory
/// ([`Count::Calls`]).
pub(crate) async fn take(call: &Call, what: Count) -> Result<Paid, Limited> {
    let rule = &call.tool.policies.rate;
    if rule.is_empty() {
        return Ok(Paid(()));
    }
    let mut charges = Charges::new();
    for bucket in rule.taken_from(call, what) {
        charges.push(bucket.charge(call)?);
    }
    // A kept answer costs nothing where no bucket counts calls.
    if charges.is_empty() {
        return Ok(Paid(()));
    }
    let (store, limiter) = (&call.server.store, &call.server.limiter);
    let taken = match store.take_now(&charges) {
        Some(taken) => taken,
        None => match store.take(&charges).await {
            Ok(taken) => taken,
            Err(_) => limiter.decide(call, what, &charges)?,
        },
    };
    match taken {
        Taken::All => Ok(Paid(())),
        Taken::Short { index, wait } => Err(Limited::Exceeded {
            limit: rule
                .taken_from(call, what)
                .nth(index)
                .map(|bucket| bucket.text.clone())
                .unwrap_or_default(),
            wait,
        }),
    }
}

#[cfg(test)]
mod tests;
