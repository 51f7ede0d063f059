//! The reference page says what the parser does.

use std::collections::BTreeSet;

use super::{OPTIONS, read};
use crate::{Breaker, Confirm, Conflict, Retry, Size, TaskSupport, Timeout};

const PAGE: &str = include_str!("../../../../docs/reference/policy-grammar.md");

/// The fenced blocks of one language, and the page without any.
fn blocks(language: &str) -> (Vec<&'static str>, String) {
    let mut prose = String::new();
    let mut found = Vec::new();
    for (i, part) in PAGE.split("```").enumerate() {
        if i % 2 == 0 {
            prose.push_str(part);
        } else if let Some(block) = part.strip_prefix(language) {
            found.push(block.trim_matches('\n'));
        }
    }
    (found, prose)
}

/// What stands between quotes after `option =`, in each line of inline code.
fn examples(prose: &str) -> Vec<(&str, &str)> {
    let mut examples = Vec::new();
    for code in prose.split('`').skip(1).step_by(2) {
        let Some((option, value)) = code.split_once(" = ") else {
            continue;
        };
        assert!(OPTIONS.contains(&option), "`{code}` names no option");
        let texts = value.split('"').skip(1).step_by(2);
        examples.extend(texts.map(|text| (option, text)));
    }
    examples
}

#[test]
fn every_example_is_read() {
    let (_, prose) = blocks("text");
    let examples = examples(&prose);
    for (option, text) in &examples {
        if let Err(error) = read(option, text) {
            panic!("{option} = {text:?}: {error}");
        }
    }
    let shown: BTreeSet<_> = examples.iter().map(|(option, _)| *option).collect();
    assert_eq!(
        shown,
        BTreeSet::from(OPTIONS),
        "every option has an example"
    );
}

#[test]
fn every_clause_of_a_table_is_read() {
    let beginnings = [
        ("rate", "1000/s"),
        ("cache", "60s"),
        ("breaker", "5 fails"),
        ("concurrency", "8"),
    ];
    let mut read_clauses = 0;
    for (option, beginning) in beginnings {
        let section = PAGE
            .split("\n## ")
            .find(|section| section.starts_with(&format!("{option}\n")))
            .unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        for row in rows {
            let clauses = row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2);
            for clause in clauses {
                let text = format!("{beginning} {clause}");
                assert!(read(option, &text).is_ok(), "{option} = {text:?}");
                read_clauses += 1;
            }
        }
    }
    assert!(read_clauses > 20, "{read_clauses}");
    let auth = PAGE
        .split("\n## ")
        .find(|section| section.starts_with("auth\n"))
        .unwrap();
    for row in auth.lines().filter(|line| line.starts_with("| `")) {
        let term = row.split('`').nth(1).unwrap();
        assert!(read("auth", term).is_ok(), "{term}");
    }
}

#[test]
fn every_error_is_said_in_these_words() {
    let (blocks, _) = blocks("text");
    let mut seen = BTreeSet::new();
    for block in blocks {
        let lines: Vec<&str> = block.lines().collect();
        for pair in lines.chunks(2) {
            let [line, below] = pair else {
                panic!("{pair:?}: an error stands below its text");
            };
            let (option, quoted) = line.split_once(" = ").unwrap();
            let text = quoted.trim_matches('"');
            let error = read(option, text).unwrap_err();
            let start = line.find('"').unwrap() + 1;
            let said = format!(
                "{}{} {error}",
                " ".repeat(start + error.at),
                "^".repeat(error.len)
            );
            assert_eq!(*below, said, "{line}");
            seen.insert(option);
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
}

#[test]
fn every_contradiction_is_listed() {
    let rows: Vec<_> = PAGE
        .split("## What contradicts")
        .nth(1)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    for conflict in Conflict::ALL {
        let why = conflict.message().lines().next().unwrap();
        assert!(
            rows.iter().any(|row| row.ends_with(&format!("| {why} |"))),
            "{why}"
        );
    }
    assert_eq!(
        rows.len(),
        Conflict::ALL.len() + 2,
        "a head, a rule, and a row for each"
    );
}

#[test]
fn the_defaults_are_those_of_the_code() {
    let says = |text: &str| assert!(PAGE.contains(text), "{text}");
    says(&format!(
        "If nothing is written: `timeout = \"{}\"`",
        Timeout::DEFAULT
    ));
    says(&format!(
        "If nothing is written: `max_in = \"{}\"` and `max_out = \"{}\"`",
        Size::MAX_IN,
        Size::MAX_OUT
    ));
    says("Without `exp`, the waits are `exp 200ms..5s`");
    assert_eq!(Retry::new("3"), Retry::new("3 exp 200ms..5s"));
    says("| `open 15s` | how long it stays open the first time | 15 s |");
    assert_eq!(
        Breaker::new("5 fails"),
        Breaker::new("5 fails open 15s probes 1")
    );
    says("If it is not written: `confirm_ttl = \"5m\"`");
    assert_eq!(Confirm::parse_ttl("5m"), Ok(Confirm::TTL));
    says("If it is not written: `ttl = \"10m\"`");
    assert_eq!(TaskSupport::parse_ttl("10m"), Ok(TaskSupport::TTL));
}
