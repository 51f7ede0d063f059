//! Holds `docs/reference/attributes.md` to the macros: the page has every option, and no other.

mod wrong;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, LitStr, Macro, Meta};

use crate::diagnostics::Errors;
use crate::entry::{Entries, Known};
use crate::lint::{GOD_SERVER, LINTS};
use crate::parameter::{ARG_OPTIONS, VALIDATE_OPTIONS};
use crate::twin::Role;
use crate::{function, item, policy, toolset};

const PAGE: &str = include_str!("../../docs/reference/attributes.md");
const LINT_PAGE: &str = include_str!("../../docs/reference/lints.md");

/// An option's section of the page.
struct Section {
    option: &'static str,
    text: &'static str,
}

fn sections(attribute: &str) -> Vec<Section> {
    let heading = format!("\n## `#[{attribute}]`\n");
    let (_, rest) = PAGE
        .split_once(&heading)
        .expect("the page has the attribute");
    let part = rest.split("\n## ").next().unwrap_or(rest);
    let sections = part.split("\n### `").skip(1);
    sections
        .map(|text| {
            let (option, text) = text.split_once("`\n").expect("the heading is one option");
            Section { option, text }
        })
        .collect()
}

fn tables() -> [(&'static str, Vec<Known>); 5] {
    let tool = [function::OPTIONS.as_slice(), &policy::OPTIONS].concat();
    [
        ("tool", tool),
        ("toolset", toolset::OPTIONS.to_vec()),
        ("resource", item::RESOURCE_OPTIONS.to_vec()),
        ("arg", ARG_OPTIONS.to_vec()),
        ("validate", VALIDATE_OPTIONS.to_vec()),
    ]
}

#[test]
fn the_page_has_every_option_and_no_other() {
    for (attribute, table) in tables() {
        let known: BTreeSet<_> = table.iter().map(|known| known.name).collect();
        let sections = sections(attribute);
        let written: BTreeSet<_> = sections.iter().map(|section| section.option).collect();
        assert_eq!(written, known, "options of `{attribute}`");
        assert_eq!(
            sections.len(),
            written.len(),
            "an option of `{attribute}` stands there twice"
        );
    }
}

#[test]
fn every_option_says_how_it_is_written_and_shows_it() {
    for (attribute, _) in tables() {
        for Section { option, text } in sections(attribute) {
            let write = text.lines().find(|line| line.starts_with("- Write: "));
            assert!(
                write.is_some(),
                "`{option}` of `{attribute}` lacks `- Write:`"
            );
            let examples: Vec<_> = examples(text).collect();
            assert!(
                !examples.is_empty(),
                "`{option}` of `{attribute}` lacks an example"
            );
            assert!(
                examples.iter().any(|example| example.contains(option)),
                "no example of `{option}` has it"
            );
            assert!(
                attribute == "validate" || text.contains("\n- Without it: "),
                "`{option}` of `{attribute}` lacks its default"
            );
        }
    }
}

#[test]
fn every_example_is_accepted() {
    let mut found = 0;
    for example in examples(PAGE) {
        for expanded in expansions(example) {
            let said = said(expanded);
            assert!(said.is_empty(), "{said:?}\nof\n{example}");
            found += 1;
        }
    }
    assert!(found > 50, "the examples are found: {found}");
}

/// Resources and prompts have options of tools: the page says which, and means the same.
#[test]
fn the_page_says_which_options_are_shared() {
    let known: Vec<_> = item::shared().iter().map(|known| known.name).collect();
    for attribute in ["resource", "prompt"] {
        let heading = format!("\n## `#[{attribute}]`\n");
        let (_, rest) = PAGE
            .split_once(&heading)
            .expect("the page has the attribute");
        let (_, shared) = rest
            .split_once("Shared with `#[tool]`, with the same meaning: ")
            .expect("the section says what is shared");
        let shared = shared.split('.').next().unwrap_or(shared);
        let written: Vec<_> = shared.split('`').skip(1).step_by(2).collect();
        assert_eq!(written, known, "{attribute}");
    }
}

/// The expansions of the functions with an attribute of ours in a piece of code.
fn expansions(code: &str) -> Vec<TokenStream> {
    let file = syn::parse_file(code).unwrap_or_else(|error| panic!("{error} in\n{code}"));
    let mut toolsets = Vec::new();
    let functions = file.items.into_iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        Item::Mod(mut it) => {
            toolsets.push((take(&mut it.attrs, "toolset")?, quote::quote!(#it)));
            None
        }
        Item::Impl(mut it) => {
            toolsets.push((take(&mut it.attrs, "toolset")?, quote::quote!(#it)));
            None
        }
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    let toolsets = toolsets
        .into_iter()
        .map(|(attribute, item)| toolset::expand(attribute, item));
    let expanded = functions.into_iter().filter_map(|mut function| {
        let mut attributes = function.attrs.iter().enumerate();
        let (at, role) = attributes.find_map(|(at, attribute)| Some((at, role(attribute)?)))?;
        let attribute = match function.attrs.remove(at).meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        let function = quote::quote!(#function);
        Some(function::expand(role, attribute, function))
    });
    expanded.chain(toolsets).collect()
}

/// What stands between the brackets of an attribute, which is taken off.
fn take(attrs: &mut Vec<Attribute>, name: &str) -> Option<TokenStream> {
    let at = attrs.iter().position(|attr| attr.path().is_ident(name))?;
    Some(match attrs.remove(at).meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    })
}

#[test]
fn the_page_has_every_default_and_no_other() {
    let (_, rest) = PAGE
        .split_once("| default | for which tools |\n| --- | --- |\n")
        .expect("the table is there");
    let rows = rest.lines().take_while(|line| line.starts_with("| `"));
    let written: Vec<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let known: Vec<_> = policy::DEFAULTS.iter().map(|known| known.name).collect();
    assert_eq!(written, known);
}

fn role(attribute: &Attribute) -> Option<Role> {
    let roles = [Role::Tool, Role::Resource, Role::Prompt];
    roles
        .into_iter()
        .find(|role| attribute.path().is_ident(role.noun()))
}

/// The errors and warnings in an expansion, as their reader sees them, and the lint of each warning.
fn said(expanded: TokenStream) -> Vec<String> {
    struct Said(Vec<String>);

    impl Visit<'_> for Said {
        fn visit_attribute(&mut self, attribute: &Attribute) {
            let mut note = None;
            if attribute.path().is_ident("deprecated") {
                let read = attribute.parse_nested_meta(|meta| {
                    note = Some(meta.value()?.parse::<LitStr>()?.value());
                    Ok(())
                });
                read.expect("a note");
            }
            self.0.extend(note);
        }

        fn visit_macro(&mut self, call: &Macro) {
            if call
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "compile_error")
            {
                self.0
                    .push(call.parse_body::<LitStr>().expect("a text").value());
            }
            visit::visit_macro(self, call);
        }
    }

    let file = syn::parse2(expanded).expect("an expansion is items");
    let mut said = Said(Vec::new());
    said.visit_file(&file);
    said.0
}

fn examples(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```rust\n").skip(1);
    blocks.filter_map(|block| block.split("```").next())
}

#[test]
fn the_page_has_every_lint_and_no_other() {
    let (_, rest) = PAGE
        .split_once("| lint | of what | |\n| --- | --- | --- |\n")
        .expect("the table is there");
    let rows = rest.lines().take_while(|line| line.starts_with("| `"));
    let written: BTreeSet<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let known: BTreeSet<_> = LINTS.iter().map(|lint| lint.name).collect();
    assert_eq!(written, known);
}

/// What messages tell people to write is something that the macro takes.
#[test]
fn what_messages_say_to_write_is_accepted() {
    for (attribute, table) in tables() {
        for known in &table {
            let mut errors = Errors::default();
            let tokens: TokenStream = known.write.parse().expect("the option is tokens");
            let entries = Entries::read(tokens, attribute, &[&table], &mut errors);
            assert_eq!(entries.known.len(), 1, "{}", known.write);
            let mut policies = policy::Written::default();
            if policies.take(&entries.known[0], &mut errors) && !known.name.ends_with("ttl") {
                policies.read(&mut errors);
            }
            assert!(errors.is_empty(), "{}", known.write);
        }
    }
}

#[test]
fn the_catalogue_shows_every_lint_with_its_message_and_its_remedy() {
    let sections = LINT_PAGE.split("\n## `").skip(1);
    let mut names = Vec::new();
    for section in sections {
        let (name, text) = section.split_once("`\n").expect("a heading is one lint");
        names.push(name);
        if name == GOD_SERVER {
            continue;
        }
        let codes: Vec<_> = examples(text).collect();
        let [bad, good] = codes.as_slice() else {
            panic!("`{name}` has bad code and good code");
        };
        let (_, shown) = text.split_once("```text\n").expect("the message is shown");
        let (shown, _) = shown.split_once("\n```").expect("a block ends");
        let found: Vec<_> = expansions(bad).into_iter().flat_map(said).collect();
        assert_eq!(found, [shown], "`{name}` says");
        for expanded in expansions(good) {
            assert_eq!(said(expanded), [""; 0], "the remedy of `{name}`");
        }
    }
    let known = LINTS.iter().map(|lint| lint.name).chain([GOD_SERVER]);
    let known: BTreeSet<_> = known.collect();
    assert_eq!(names, known.into_iter().collect::<Vec<_>>(), "in order");
}
