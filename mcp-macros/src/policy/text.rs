//! Which type of the grammar an option's text becomes.

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
