//! Which parser reads an option's text.

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Error, Idempotency, Invalidates,
    Policies, Rate, Retry, Size, TaskSupport, Timeout, When,
};

/// The type whose `new` reads an option's text; none for what is a part of another policy.
pub(super) fn type_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "auth" => "Auth",
        "when" => "When",
        "rate" => "Rate",
        "cache" => "Cache",
        "invalidates" => "Invalidates",
        "timeout" => "Timeout",
        "retry" => "Retry",
        "breaker" => "Breaker",
        "concurrency" => "Concurrency",
        "max_in" | "max_out" => "Size",
        "audit" => "Audit",
        "confirm" => "Confirm",
        "idempotency" => "Idempotency",
        "task" => "TaskSupport",
        "deprecated" => "Deprecated",
        _ => return None,
    })
}

/// Reads a text into its policy, or says what is wrong with it.
pub(super) fn add<'a>(
    policies: &mut Policies<'a>,
    name: &str,
    text: &'a str,
) -> Result<(), String> {
    let said = |error: Error<'a>| error.to_string();
    match name {
        "auth" => policies.auth = Some(Auth::parse(text).map_err(said)?),
        "when" => policies.when = Some(When::parse(text).map_err(said)?),
        "rate" => {
            if !policies.rate.try_push(Rate::parse(text).map_err(said)?) {
                return Err(
                    "a tool has at most four rates\nhelp: keep those that are reached first"
                        .to_owned(),
                );
            }
        }
        "cache" => policies.cache = Some(Cache::parse(text).map_err(said)?),
        "invalidates" => policies.invalidates = Some(Invalidates::parse(text).map_err(said)?),
        "timeout" => policies.timeout = Some(Timeout::parse(text).map_err(said)?),
        "retry" => policies.retry = Some(Retry::parse(text).map_err(said)?),
        "breaker" => policies.breaker = Some(Breaker::parse(text).map_err(said)?),
        "concurrency" => policies.concurrency = Some(Concurrency::parse(text).map_err(said)?),
        "max_in" => policies.max_in = Some(Size::parse(text).map_err(said)?),
        "max_out" => policies.max_out = Some(Size::parse(text).map_err(said)?),
        "audit" => policies.audit = Some(Audit::parse(text).map_err(said)?),
        "confirm" => policies.confirm = Some(Confirm::parse(text).map_err(said)?),
        "confirm_ttl" => {
            Confirm::parse_ttl(text).map_err(said)?;
        }
        "idempotency" => policies.idempotency = Some(Idempotency::parse(text).map_err(said)?),
        "task" => policies.task = Some(TaskSupport::parse(text).map_err(said)?),
        "ttl" => {
            TaskSupport::parse_ttl(text).map_err(said)?;
        }
        _ => policies.deprecated = Some(Deprecated::parse(text).map_err(said)?),
    }
    Ok(())
}
