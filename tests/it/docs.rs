//! What the pages say is so: links lead somewhere, and the README's tool is the first example.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn relative_links_lead_somewhere() {
    let mut pages = Vec::new();
    for folder in [
        "",
        "docs",
        "docs/decisions",
        "docs/guide",
        "docs/reference",
        "examples",
        "tests/clients",
    ] {
        let entries = fs::read_dir(Path::new(ROOT).join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        pages.extend(
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")),
        );
    }
    assert!(pages.len() > 10, "the pages are found: {pages:?}");

    let broken: Vec<_> = pages.iter().flat_map(|page| broken_links(page)).collect();
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

fn broken_links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .filter(|target| {
            let file = target.split('#').next().unwrap_or(target);
            let path: PathBuf = page.parent().unwrap().join(file);
            !path.exists()
        })
        .map(|target| format!("{}: {target}", page.display()))
        .collect()
}

#[test]
fn the_readmes_tool_is_the_first_example() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let example = fs::read_to_string(Path::new(ROOT).join("examples/01_hello.rs")).unwrap();
    let (_, code) = readme
        .split_once("```rust,no_run\n")
        .expect("the README shows a tool");
    let (code, _) = code.split_once("```").expect("the code block ends");
    assert!(
        example.ends_with(code),
        "examples/01_hello.rs ends with the README's code, which is:\n{code}"
    );
}

#[test]
fn the_snippets_of_every_page_of_the_guide_are_compiled() {
    let compiled = fs::read_to_string(Path::new(ROOT).join("mcp-runtime/src/guide.rs")).unwrap();
    for entry in fs::read_dir(Path::new(ROOT).join("docs/guide")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            compiled.contains(&format!("\"docs/guide/{name}\"")),
            "mcp-runtime/src/guide.rs lacks docs/guide/{name}"
        );
    }
}
