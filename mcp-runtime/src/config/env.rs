//! The table of environment variables. The reference, `--help` and the reader are all made from it.

use std::time::Duration;

use mcp_grammar::Timeout;

use super::{Config, LogFormat};

/// What every variable's name begins with.
const PREFIX: &str = "MCP_";

/// How alike a name must be to one of ours to be taken for a mistake. Others use the prefix too, so unlike names are theirs.
const ALIKE: f64 = 0.86;

/// One environment variable.
#[cfg_attr(
    not(feature = "cli"),
    allow(dead_code, reason = "what is told of it is told by `--help`")
)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    /// What it sets, as the end of a table's row.
    pub(crate) meaning: &'static str,
    /// What holds where it is not set.
    pub(crate) default: &'static str,
    /// Reads a value, or says what it takes.
    pub(super) set: fn(&mut Config, &str) -> Result<(), &'static str>,
}

/// Every variable, in the order in which the reference lists them.
pub(crate) const VARIABLES: &[Variable] = &[
    Variable {
        name: "MCP_HTTP_ADDR",
        meaning: "where `serve` listens for HTTP, if `--http` does not say it",
        default: "stdin and stdout",
        set: |config, text| super::address(text).map(|addr| config.http_addr = Some(addr)),
    },
    Variable {
        name: "MCP_DRAIN_TIMEOUT",
        meaning: "how long calls in flight may go on once the server is told to stop",
        default: "`10s`",
        set: |config, text| time(text).map(|time| config.drain = Some(time)),
    },
    Variable {
        name: "MCP_PATIENCE",
        meaning: "how long a client and its user have to answer what a tool asks while it runs",
        default: "`10m`",
        set: |config, text| time(text).map(|time| config.patience = Some(time)),
    },
    Variable {
        name: "MCP_PRINCIPAL_SUBJECT",
        meaning: "the name of the caller on this machine: on stdio, and for `list` and `call`",
        default: "`local`, if another of the `MCP_PRINCIPAL_` variables is set",
        set: |config, text| name(text).map(|text| config.subject = Some(text)),
    },
    Variable {
        name: "MCP_PRINCIPAL_SCOPES",
        meaning: "that caller's scopes, with spaces or commas between them",
        default: "none",
        set: |config, text| {
            config.scopes = Some(words(text));
            Ok(())
        },
    },
    Variable {
        name: "MCP_PRINCIPAL_ROLES",
        meaning: "that caller's roles, with spaces or commas between them",
        default: "none",
        set: |config, text| {
            config.roles = Some(words(text));
            Ok(())
        },
    },
    Variable {
        name: "MCP_PRINCIPAL_TENANT",
        meaning: "that caller's tenant",
        default: "none",
        set: |config, text| name(text).map(|text| config.tenant = Some(text)),
    },
    Variable {
        name: "MCP_STATE_KEY",
        meaning: "the secret that seals what clients carry between the rounds of a call and names what is in a shared store, the same for all servers behind one address",
        default: "made at start, for one server alone",
        set: |config, text| match text.len() {
            32.. => {
                config.state_key = Some(text.to_owned());
                Ok(())
            }
            _ => Err("at least 32 bytes, such as `openssl rand -base64 32` prints"),
        },
    },
    Variable {
        name: "MCP_AUDIT_FILE",
        meaning: "the file to which one record a call is appended",
        default: "none",
        set: |config, text| {
            config.audit_file = Some(text.into());
            Ok(())
        },
    },
    Variable {
        name: "MCP_POLICY_OVERRIDES",
        meaning: "the file that sets numbers of declared policies: `{\"tools\": {\"search\": {\"rate\": \"5/s\"}}}`",
        default: "none",
        set: |config, text| {
            config.policy_overrides = Some(text.into());
            Ok(())
        },
    },
    Variable {
        name: "MCP_LOG_FORMAT",
        meaning: "how the log on stderr is written: `text` or `json`",
        default: "`text`",
        set: |config, text| {
            config.log_format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err("`text` or `json`"),
            };
            Ok(())
        },
    },
];

pub(super) fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// A warning about a name that is nearly one of ours.
pub(super) fn misspelt(name: &str) -> Option<String> {
    let rest = name.strip_prefix(PREFIX)?;
    let likeness = |variable: &Variable| {
        let ours = variable.name.trim_start_matches(PREFIX);
        strsim::jaro_winkler(rest, ours)
    };
    VARIABLES
        .iter()
        .map(|variable| (likeness(variable), variable.name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, ours)| format!("nothing reads {name}; did you mean {ours}?"))
}

fn time(text: &str) -> Result<Duration, &'static str> {
    match Timeout::parse(text) {
        Ok(Timeout {
            total,
            attempt: None,
            idle: None,
        }) => Ok(total),
        _ => Err("a time, such as `10s`"),
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    match name.is_empty() || name.chars().any(char::is_control) {
        true => Err("a name"),
        false => Ok(name.to_owned()),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
