//! What the caller on this machine does not see.

use super::Core;
use crate::policy::auth::Rule;
use crate::policy::gate;

impl Core {
    /// One line about the tools that the caller on this machine does not see, and what they need.
    pub(crate) fn withheld(&self) -> Option<String> {
        let caller = self.principal.as_deref();
        let tools = self.tools().all();
        let hidden = tools.filter(|tool| !gate::visible(self, tool, caller));
        let needs: Vec<String> = hidden
            .map(|tool| match &tool.policies.auth {
                _ if !tool.policies.tenants.admit(caller) => {
                    format!("`{}` is not for its tenant", tool.name)
                }
                Rule::Requires(auth) => format!("`{}` needs `{auth}`", tool.name),
                Rule::Undecided | Rule::Anyone => format!("`{}`", tool.name),
            })
            .collect();
        let who = match caller {
            Some(caller) => format!("`{}` may not call every tool", caller.subject()),
            None => "some tools need a caller, and none is set with MCP_PRINCIPAL_SUBJECT or `.local_principal(..)`".to_owned(),
        };
        (!needs.is_empty()).then(|| format!("{who}; not listed: {}", needs.join(", ")))
    }

    /// Says it in the log, or on stderr where the log leaves it out: nothing is skipped in silence.
    #[cfg(any(feature = "http", feature = "stdio"))]
    pub(crate) fn say_withheld(&self) {
        let Some(line) = self.withheld() else {
            return;
        };
        match tracing::enabled!(tracing::Level::WARN) {
            true => tracing::warn!("{line}"),
            false => eprintln!("{line}"),
        }
    }
}
