//! Options of tools that make no sense where nothing is changed, each with what to write instead.

/// Why an attribute has no such option, though `#[tool]` has it.
pub(crate) fn refused(attribute: &str, option: &str) -> Option<String> {
    let what = match attribute {
        "resource" => "a resource is only read",
        "prompt" => "a prompt only makes messages",
        _ => return None,
    };
    let why = match option {
        "read_only" | "idempotent" => {
            return Some(format!("{what}, always\nhelp: leave `{option}` out"));
        }
        "open_world" | "open" => {
            return Some(format!(
                "`{option}` is said of tools alone\nhelp: leave it out"
            ));
        }
        "task" | "ttl" => {
            return Some(format!(
                "calls of tools alone go on as tasks\nhelp: leave `{option}` out"
            ));
        }
        "destructive" => "it destroys nothing",
        "confirm" | "confirm_ttl" => "there is nothing to confirm",
        "idempotency" => "nothing is done twice",
        "invalidates" => "no kept answer becomes stale by it",
        _ => return None,
    };
    Some(format!(
        "{what}: {why}\nhelp: remove `{option}`, or make what changes something a `#[tool]`"
    ))
}
