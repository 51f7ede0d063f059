//! Everything through the public API, as the macros and the runtime use it.

mod auth;
mod bad;
mod conflicts;
mod consts;
mod docs;
mod generate;
mod good;
mod never_panics;
mod round_trip;
mod uri;

use proptest::prelude::ProptestConfig;

use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Error, Idempotency, Invalidates,
    Rate, Retry, Size, TaskSupport, Timeout, When,
};

/// So many cases of a property, or as many as `PROPTEST_CASES` says.
fn cases(n: u32) -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return ProptestConfig::default();
    }
    ProptestConfig::with_cases(n)
}

/// The attribute's options whose values this crate reads.
const OPTIONS: [&str; 18] = [
    "auth",
    "when",
    "rate",
    "cache",
    "invalidates",
    "timeout",
    "retry",
    "breaker",
    "concurrency",
    "max_in",
    "max_out",
    "audit",
    "confirm",
    "confirm_ttl",
    "idempotency",
    "task",
    "ttl",
    "deprecated",
];

/// What one option's text is read as, in its canonical spelling.
fn read<'a>(option: &str, text: &'a str) -> Result<String, Error<'a>> {
    Ok(match option {
        "auth" => Auth::parse(text)?.to_string(),
        "when" => When::parse(text)?.to_string(),
        "rate" => Rate::parse(text)?.to_string(),
        "cache" => Cache::parse(text)?.to_string(),
        "invalidates" => Invalidates::parse(text)?.to_string(),
        "timeout" => Timeout::parse(text)?.to_string(),
        "retry" => Retry::parse(text)?.to_string(),
        "breaker" => Breaker::parse(text)?.to_string(),
        "concurrency" => Concurrency::parse(text)?.to_string(),
        "max_in" | "max_out" => Size::parse(text)?.to_string(),
        "audit" => Audit::parse(text)?.to_string(),
        "confirm" => Confirm::parse(text)?.to_string(),
        "confirm_ttl" => format!("{:?}", Confirm::parse_ttl(text)?),
        "idempotency" => Idempotency::parse(text)?.to_string(),
        "task" => TaskSupport::parse(text)?.to_string(),
        "ttl" => format!("{:?}", TaskSupport::parse_ttl(text)?),
        "deprecated" => Deprecated::parse(text)?.to_string(),
        other => unreachable!("no option is named `{other}`"),
    })
}
