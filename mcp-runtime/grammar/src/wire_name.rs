//! What names on the wire are made of.

/// The longest name of a tool: clients refuse longer ones (MCP 2026-07-28, "Tool Names").
pub const LONGEST_NAME: usize = 128;

/// The longest name of an argument: the APIs of models refuse longer ones.
pub const LONGEST_ARGUMENT: usize = 64;

/// The first character that a name on the wire can't have: it has ASCII letters, digits, `_`, `-` and `.`.
///
/// ```
/// assert_eq!(mcp_grammar::stranger_in_name("crm.find-all"), None);
/// assert_eq!(mcp_grammar::stranger_in_name("find all"), Some(' '));
/// ```
pub fn stranger_in_name(name: &str) -> Option<char> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.chars().find(|c| !plain(*c))
}
