//! Holds what the page says of mistakes to what the macros say of them: `- Says of CODE: MESSAGE`.

use super::{Section, expansions, said, sections, tables};

const SAYS: &str = "- Says of `";

/// A function with an option that is wrong.
fn mistake(attribute: &str, option: &str) -> String {
    let function = "/// Does it.\n#[tool]\nasync fn it(id: u32) {}";
    match attribute {
        "tool" => function.replace("#[tool]", &format!("#[tool({option})]")),
        "toolset" => format!(
            "#[toolset({option})]\nmod set {{\n{function}\n}}",
            function = function.replace("async fn", "pub async fn")
        ),
        "resource" => format!("/// Is it.\n#[resource({option})]\nasync fn it() -> String {{}}"),
        _ => function.replace(
            "id: u32",
            &format!("id: u32, #[{attribute}({option})] x: u32"),
        ),
    }
}

/// What the macros say, on one line.
fn heard(code: &str) -> Vec<String> {
    let expanded = expansions(code).into_iter();
    let line = |text: String| text.lines().map(str::trim).collect::<Vec<_>>().join("; ");
    expanded.flat_map(said).map(line).collect()
}

#[test]
fn every_option_says_what_the_compiler_says_of_a_mistake() {
    for (attribute, _) in tables() {
        for Section { option, text } in sections(attribute) {
            let says = text.split_once(SAYS);
            let (_, rest) =
                says.unwrap_or_else(|| panic!("`{option}` of `{attribute}` lacks `- Says of`"));
            let (code, rest) = rest.split_once('`').expect("the mistake ends");
            let (_, message) = rest.split_once(": ").expect("the message follows");
            // A bullet goes on while its lines are indented.
            let mut lines = message.lines();
            let first = lines.next().unwrap_or_default();
            let rest = lines
                .take_while(|line| line.starts_with("  "))
                .map(str::trim);
            let message = rest.fold(first.to_owned(), |text, line| format!("{text} {line}"));
            let heard = heard(&mistake(attribute, code));
            assert!(
                heard.contains(&message),
                "of `{code}`, `{attribute}` says {heard:?}, and the page\n{message}"
            );
        }
    }
}
