//! The log on stderr, for a program that set up none of its own.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, LevelFilter};

use crate::config::LogFormat;

/// What traces whole requests, and with them arguments, results and tokens: not below warnings, unless it is named.
const TELLS_TOO_MUCH: [&str; 3] = ["rmcp", "hyper", "h2"];

/// Starts to log, unless the program does it already.
pub(super) fn start(level: &'static str, format: LogFormat) {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let (filter, problem) = filter(std::env::var("RUST_LOG").ok().as_deref(), level);
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && !no_color);
    // Somebody may have been quicker since; then theirs it is.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    if let Some(problem) = problem {
        tracing::warn!("RUST_LOG cannot be used, so `{level}` it is: {problem}");
    }
}

/// The filter, and what kept `RUST_LOG` from being it.
fn filter(rust_log: Option<&str>, level: &'static str) -> (EnvFilter, Option<String>) {
    let asked = rust_log.filter(|text| !text.trim().is_empty());
    let (filter, problem) = match asked.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(level), Some(error.to_string())),
        None => (EnvFilter::new(level), None),
    };
    let directives = || asked.unwrap_or_default().split(',').map(str::trim);
    let named = |target: &str| directives().any(|directive| directive.starts_with(target));
    // What of all others is asked for; nothing, where others are named alone.
    let all = match asked.is_some() && problem.is_none() {
        true => directives().filter_map(|it| it.parse().ok()).next_back(),
        false => level.parse().ok(),
    };
    let held = TELLS_TOO_MUCH
        .iter()
        .filter(|target| all > Some(LevelFilter::WARN) && !named(target))
        .filter_map(|target| format!("{target}=warn").parse::<Directive>().ok())
        .fold(filter, EnvFilter::add_directive);
    (held, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directives(rust_log: Option<&str>) -> Vec<String> {
        let (filter, _) = filter(rust_log, "info");
        let mut directives: Vec<String> =
            filter.to_string().split(',').map(str::to_owned).collect();
        directives.sort();
        directives
    }

    #[test]
    fn what_tells_too_much_is_held_back_whatever_is_asked_for() {
        let held = |level: &str| ["h2=warn", "hyper=warn", level, "rmcp=warn"].map(str::to_owned);
        assert_eq!(directives(None), held("info"));
        assert_eq!(directives(Some(" ")), held("info"));
        assert_eq!(directives(Some("trace")), {
            let mut all = held("trace").to_vec();
            all.sort();
            all
        });
    }

    #[test]
    fn nobody_gets_more_than_was_asked_for() {
        for asked in ["off", "error", "warn", "my_crate=debug", "info,error"] {
            let (filter, _) = filter(Some(asked), "info");
            let held = filter.to_string();
            assert!(!held.contains("rmcp"), "{asked}: {held}");
        }
        for asked in ["my_crate=debug,info", "error,debug"] {
            let (filter, _) = filter(Some(asked), "info");
            let held = filter.to_string();
            assert!(held.contains("rmcp=warn"), "{asked}: {held}");
        }
    }

    #[test]
    fn what_is_asked_for_by_name_is_given() {
        assert_eq!(
            directives(Some("info,rmcp=trace")),
            ["h2=warn", "hyper=warn", "info", "rmcp=trace"]
        );
    }

    #[test]
    fn a_filter_that_cannot_be_used_is_told_and_replaced() {
        let (filter, problem) = filter(Some("my_crate=loud"), "info");
        assert!(problem.is_some());
        assert!(filter.to_string().contains("info"));
    }
}
