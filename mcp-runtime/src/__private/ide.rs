//! What an editor offers inside `#[tool(|)]`: one item an option, with the option's documentation.
