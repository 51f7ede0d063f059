//! What stands between the `---` lines at the top of a `SKILL.md` (agentskills.io, "Specification").

use serde_json::{Map, Value};

/// As long as a name may be, in characters.
const LONGEST_NAME: usize = 64;

/// As long as a description may be, in characters.
const LONGEST_DESCRIPTION: usize = 1024;

/// What extensions of the protocol keep for themselves.
const RESERVED: &str = "io.modelcontextprotocol/";

/// What a `SKILL.md` says of its skill.
#[derive(Debug)]
pub(super) struct Frontmatter {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) all: Map<String, Value>,
}

impl Frontmatter {
    /// # Errors
    /// What is wrong, and what to write.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let yaml = between(text).ok_or(
            "has no frontmatter\n  help: begin the file with\n    ---\n    name: my-skill\n    description: What it is for, and when to use it.\n    ---",
        )?;
        let all: Map<String, Value> = serde_saphyr::from_str(yaml)
            .map_err(|error| format!("has a frontmatter that does not read: {error}"))?;
        let said = |key: &str| all.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, description) = (said("name").to_owned(), said("description").to_owned());
        if !is_name(&name) {
            return Err(format!(
                "is named `{name}`\n  help: write `name: my-skill`, 1 to {LONGEST_NAME} lower-case letters, digits and single hyphens between them"
            ));
        }
        if description.trim().is_empty() || description.chars().count() > LONGEST_DESCRIPTION {
            return Err(format!(
                "has no description of 1 to {LONGEST_DESCRIPTION} characters\n  help: write `description: What it is for, and when to use it.`"
            ));
        }
        let metadata = all.get("metadata").and_then(Value::as_object);
        let mut keys = metadata.into_iter().flat_map(Map::keys);
        if let Some(key) = keys.find(|key| key.starts_with(RESERVED)) {
            return Err(format!(
                "has the key `{key}` in its `metadata`\n  help: write another name; `{RESERVED}` is the protocol's own"
            ));
        }
        Ok(Self {
            name,
            description,
            all,
        })
    }
}

/// The text between the first line, `---`, and the next one.
fn between(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rest = text.strip_prefix("---")?.trim_start_matches([' ', '\t']);
    let rest = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))?;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some(&rest[..end]);
        }
        end += line.len();
    }
    None
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}
