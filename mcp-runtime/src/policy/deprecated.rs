//! Stage 4, its end: `deprecated = "use search_v2; sunset 2027-01-31"`, a tool that goes away.
//!
//! Its description says so before anything else. Every call counts in the tool's figures and is one warning in the log, so that whoever still calls
//! can be told in time. Refuses nothing, keeps no state.

use mcp_grammar::{Date, Deprecated};

use super::auth::Permit;
use crate::principal::Principal;

/// What callers of a tool are told.
#[derive(Debug)]
pub(crate) struct Rule {
    /// `use crm.search_v2; sunset 2027-01-31`: with the name under which the other tool is served.
    pub(crate) notice: String,
    sunset: Option<Date>,
}

impl Rule {
    /// `is_tool` knows the names of all tools of the server.
    ///
    /// # Errors
    /// What is wrong with the tool's replacement.
    pub(crate) fn new(
        tool: &str,
        namespace: Option<&str>,
        declared: Deprecated<'_>,
        is_tool: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        // The nearest one: beside the tool, then where its namespace is, and so on.
        let around = std::iter::successors(namespace, |around| Some(around.rsplit_once('.')?.0));
        let replacement = match declared.replacement {
            None => None,
            Some(name) => {
                let names = around.map(|around| format!("{around}.{name}"));
                let mut names = names.chain([name.to_owned()]);
                let found = names.find(|name| is_tool(name));
                Some(found.ok_or_else(|| {
                    format!("is deprecated in favour of `{name}`, which the server does not have; mount the list that has it, or name another tool")
                })?)
            }
        };
        if replacement.as_deref() == Some(tool) {
            return Err(
                "is deprecated in favour of itself; name another tool, or a reason".to_owned(),
            );
        }
        let served = Deprecated {
            replacement: replacement.as_deref(),
            note: declared.note,
            sunset: declared.sunset,
        };
        Ok(Self {
            notice: served.to_string(),
            sunset: declared.sunset,
        })
    }

    /// Whether the day is over on which the tool was to go.
    pub(crate) fn is_overdue(&self, today: Date) -> bool {
        self.sunset.is_some_and(|sunset| sunset < today)
    }
}

/// Counts a call of a tool that goes away, and says who made it.
pub(crate) fn note(permit: &Permit) {
    let tool = permit.tool();
    let Some(rule) = &tool.deprecated else {
        return;
    };
    tool.meter.count_deprecated();
    let caller = permit.caller();
    tracing::warn!(
        tool = &*tool.name,
        issuer = caller.map(Principal::issuer),
        subject = caller.map(Principal::subject),
        client = caller.and_then(Principal::client),
        instead = rule.notice,
        "a deprecated tool is called"
    );
}

/// The day it is, in UTC.
pub(crate) fn today() -> Date {
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    Date {
        year: u16::try_from(today.year()).unwrap_or_default(),
        month: part(today.month()),
        day: part(today.day()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<Rule, String> {
        let tools = ["search", "crm.search", "crm.search_v2", "search_v3"];
        Rule::new("crm.search", Some("crm"), Deprecated::new(text), |name| {
            tools.contains(&name)
        })
    }

    #[test]
    fn a_replacement_is_looked_for_beside_the_tool_first() {
        assert_eq!(rule("use search_v2").unwrap().notice, "use crm.search_v2");
        assert_eq!(rule("use search_v3").unwrap().notice, "use search_v3");
        assert_eq!(rule("too slow").unwrap().notice, "too slow");
        assert!(
            rule("use search_v4")
                .unwrap_err()
                .contains("`search_v4`, which the server does not have")
        );
        assert!(rule("use search").unwrap_err().contains("itself"));
    }

    #[test]
    fn a_tool_is_overdue_from_the_day_after_its_last() {
        let rule = rule("sunset 2027-01-31").unwrap();
        let on = |month, day| {
            rule.is_overdue(Date {
                year: 2027,
                month,
                day,
            })
        };
        assert!(!on(1, 31) && on(2, 1));
    }
}
