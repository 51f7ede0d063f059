//! The text of an explanation: a line a stage, and below it what it is declared as and what it goes by.

use std::fmt::{Display, Write as _};

use mcp_grammar::{Size, Timeout};

use crate::error::Refusal;
use crate::policy::spelt;
use crate::server::registry::Mounted;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Told(String);

/// A stage refuses: those behind it decide nothing.
#[derive(Debug)]
pub(super) struct Refused;

impl Told {
    /// What a stage says.
    pub(super) fn line(&mut self, stage: &str, says: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{stage:<12} {says}");
    }

    /// What a stage goes by, below its line.
    pub(super) fn detail(&mut self, says: impl Display) {
        let _ = writeln!(self.0, "{:<12}   {says}", "");
    }

    /// A stage refuses, with the code and the text that the caller would get.
    pub(super) fn refuse(
        &mut self,
        stage: &str,
        tool: &Mounted,
        refusal: impl Into<Refusal>,
    ) -> Refused {
        let (code, text) = refusal.into().told(&tool.name);
        self.line(stage, format_args!("refuses (`{code}`): {text}"));
        Refused
    }

    /// What holds of a policy, and who said it.
    pub(super) fn policy(&mut self, tool: &Mounted, option: &str) {
        let spelt = spelt(&tool.policies.declared);
        let from = tool.policies.sources.of(option).name();
        match spelt.iter().find(|(name, _)| *name == option) {
            Some((_, values)) => {
                let values = values.join("\", \"");
                self.detail(format_args!("{option} = \"{values}\" (from the {from})"));
            }
            None => match default(tool, option) {
                Some(value) => self.detail(format_args!("{option} = \"{value}\" (the default)")),
                None => self.detail(format_args!("{option} is not declared")),
            },
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// What holds where a policy is not declared.
fn default(tool: &Mounted, option: &str) -> Option<String> {
    Some(match option {
        "timeout" => Timeout::DEFAULT.to_string(),
        "max_in" => Size::MAX_IN.to_string(),
        "max_out" => Size::MAX_OUT.to_string(),
        "audit" => tool.policies.audit.level().to_owned(),
        _ => return None,
    })
}
