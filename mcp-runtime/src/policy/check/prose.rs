//! `{names}` in a description. What stands between backticks, or in a block of code, is an example and means itself.

pub(super) fn placeholders(description: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    let prose = description.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    prose.flat_map(named)
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
    use super::placeholders;

    #[test]
    fn names_in_prose_are_found_and_those_in_code_left_alone() {
        let found = |text| placeholders(text).collect::<Vec<_>>();
        assert_eq!(found("Greet {name}, and {other}."), ["name", "other"]);
        assert!(found("`{greeting}`, {\"json\": 1} and { }.").is_empty());
        assert!(found("So:\n```text\n{greeting}\n```\n").is_empty());
    }
}
