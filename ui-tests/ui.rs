//! What the compiler says of a mistake: one mistake a file, named for it, with the words in the `.stderr` beside it.

#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    for subject in [
        "attribute",
        "signature",
        "parameter",
        "policy",
        "lint",
        "types",
        "list",
        "toolset",
        "resource",
        "prompt",
    ] {
        cases.compile_fail(format!("{subject}/*.rs"));
    }
}
