//! Each example prints what the page beside it says: `examples/01_hello.md` for `examples/01_hello.rs`.
//!
//! `TRYCMD=overwrite` writes the pages again; read what was written.

use std::path::PathBuf;

use crate::built;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

#[test]
fn examples_print_what_their_pages_say() {
    let cases = trycmd::TestCases::new();
    // What the terminal of whoever runs the tests sets must not show in the pages.
    cases
        .env("RUST_LOG", "error")
        .env("RUST_BACKTRACE", "0")
        .env("NO_COLOR", "1");
    let built = built::examples();
    for (name, page) in examples() {
        assert!(
            page.exists(),
            "{} is missing: write what `{name}` prints, or see CONTRIBUTING.md",
            page.display()
        );
        cases
            .register_bin(&name, trycmd::schema::Bin::Path(built.join(&name)))
            .case(page);
    }
}

/// Every `NN_name.rs` with its page, in order.
fn examples() -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir(EXAMPLES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| {
            let (number, name) = path.file_stem()?.to_str()?.split_once('_')?;
            number.parse::<u8>().ok()?;
            Some((name.to_owned(), path.with_extension("md")))
        })
        .collect();
    found.sort_by(|one, other| one.1.cmp(&other.1));
    assert!(!found.is_empty(), "no example was found in {EXAMPLES}");
    found
}
