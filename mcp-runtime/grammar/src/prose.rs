//! `{names}` in prose: a description names arguments so. What stands between backticks, or in a block of code, is an example and means itself.

/// The prose of a text, line by line: it knows whether it is in a block of code.
///
/// ```
/// use mcp_grammar::Prose;
///
/// let mut prose = Prose::default();
/// assert_eq!(prose.placeholders("Greet {name}, not `{greeting}`."), ["name"]);
/// ```
#[derive(Debug, Default)]
pub struct Prose {
    in_code: bool,
}

impl Prose {
    /// The names between braces in the text that comes next.
    pub fn placeholders<'a>(&mut self, text: &'a str) -> Vec<&'a str> {
        let mut names = Vec::new();
        for line in text.lines() {
            let fence = line.trim_start().starts_with("```");
            self.in_code ^= fence;
            if !self.in_code && !fence {
                names.extend(named(line));
            }
        }
        names
    }
}

fn named(line: &str) -> impl Iterator<Item = &str> {
    let prose = line.split('`').step_by(2);
    let braces = prose.flat_map(|prose| prose.split('{').skip(1));
    let names = braces.filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name).filter(|name| is_name(name))
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    begins && letters.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::Prose;

    #[test]
    fn names_in_prose_are_found_and_those_in_code_left_alone() {
        let found = |text| Prose::default().placeholders(text);
        assert_eq!(found("Greet {name}, and {other}."), ["name", "other"]);
        assert!(found("`{greeting}`, {\"json\": 1} and { }.").is_empty());
        assert!(found("So:\n```text\n{greeting}\n```\n").is_empty());
    }

    #[test]
    fn a_block_of_code_goes_on_from_one_text_to_the_next() {
        let mut prose = Prose::default();
        let lines = ["```", "{greeting}", "```", "{name}"];
        let found: Vec<_> = lines
            .iter()
            .flat_map(|line| prose.placeholders(line))
            .collect();
        assert_eq!(found, ["name"]);
    }
}
