//! What an operator sets, over what the program was built with. Reading it is a pure function of strings; the
//! environment is one place they come from.

mod env;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "cli")]
pub(crate) use self::env::VARIABLES;
use crate::error::{Result, ServerError};
use crate::principal::Principal;
use crate::server::Server;

/// What the operator set. Nothing set is nothing changed.
#[derive(Default)]
pub(crate) struct Config {
    pub(crate) http_addr: Option<String>,
    pub(crate) drain: Option<Duration>,
    pub(crate) patience: Option<Duration>,
    audit_file: Option<PathBuf>,
    policy_overrides: Option<PathBuf>,
    pub(crate) log_format: LogFormat,
    state_key: Option<String>,
    subject: Option<String>,
    tenant: Option<String>,
    scopes: Option<Vec<String>>,
    roles: Option<Vec<String>>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A configuration, and what its author should know about it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) warnings: Vec<String>,
}

impl Settings {
    /// Reads variables. Those that are not this project's are left alone.
    pub(crate) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self> {
        let (mut config, mut warnings, mut problems) = (Config::default(), Vec::new(), Vec::new());
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            let Some(variable) = env::find(name) else {
                warnings.extend(env::misspelt(name));
                continue;
            };
            // Set to nothing is not set: it is what a template without a value leaves.
            if value.is_empty() {
                continue;
            }
            // The value stays out of the text: it may be a secret, put into the wrong variable.
            let expected = match value.to_str() {
                Some(value) => (variable.set)(&mut config, value).err(),
                None => Some("UTF-8"),
            };
            problems.extend(
                expected.map(|expected| format!("{name} cannot be used; it takes {expected}")),
            );
        }
        match problems.is_empty() {
            true => Ok(Self { config, warnings }),
            false => Err(ServerError::new(problems.join("\n"))),
        }
    }
}

impl Config {
    /// The caller on this machine, if the operator named one: the operator's alone, with nothing of the builder's.
    fn principal(&self) -> Option<Principal> {
        let given = self.subject.is_some()
            || self.tenant.is_some()
            || self.scopes.is_some()
            || self.roles.is_some();
        let principal = Principal::local(self.subject.as_deref().unwrap_or("local"))
            .scopes(self.scopes.iter().flatten());
        let principal = self.roles.iter().flatten().fold(principal, Principal::role);
        let principal = match &self.tenant {
            Some(tenant) => principal.tenant(tenant),
            None => principal,
        };
        given.then_some(principal)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state key is left out.
        f.debug_struct("Config")
            .field("http_addr", &self.http_addr)
            .field("drain", &self.drain)
            .field("audit_file", &self.audit_file)
            .field("policy_overrides", &self.policy_overrides)
            .field("log_format", &self.log_format)
            .field("principal", &self.principal())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Takes what the operator set in the environment, over what this builder was given. `run` does it by itself.
    ///
    /// Which variables there are is told in the reference of the environment, and by `--help`.
    ///
    /// ```
    /// use mcp_runtime::Server;
    ///
    /// # fn main() -> mcp_runtime::Result<()> {
    /// let server = Server::new("crm").environment([("MCP_DRAIN_TIMEOUT", "20s")])?;
    ///
    /// let refused = Server::new("crm").environment([("MCP_DRAIN_TIMEOUT", "soon")]).unwrap_err();
    /// assert_eq!(refused.to_string(), "MCP_DRAIN_TIMEOUT cannot be used; it takes a time, such as `10s`");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Every variable whose value cannot be used, by name. The values are not repeated.
    pub fn environment<N: Into<OsString>, V: Into<OsString>>(
        self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        let settings = Settings::read(variables)?;
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        Ok(self.configured(&settings.config))
    }

    pub(crate) fn configured(mut self, config: &Config) -> Self {
        if let Some(principal) = config.principal() {
            self = self.local_principal(principal);
        }
        if let Some(within) = config.drain {
            self = self.drain(within);
        }
        if let Some(within) = config.patience {
            self = self.patience(within);
        }
        if let Some(path) = &config.audit_file {
            self = self.audit_file(path);
        }
        if let Some(path) = &config.policy_overrides {
            self = self.policy_overrides_file(path);
        }
        match &config.state_key {
            Some(key) => self.state_key(key.as_bytes()),
            None => self,
        }
    }
}

/// Checks the form of an address to listen on. Whether there is such a place shows when it is listened on.
pub(crate) fn address(text: &str) -> Result<String, &'static str> {
    let parts = text.rsplit_once(':');
    let usable = parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    match usable {
        true => Ok(text.to_owned()),
        false => Err(
            "an address and a port, such as `127.0.0.1:3000` (`0.0.0.0:3000` for every network)",
        ),
    }
}

#[cfg(test)]
mod tests;
