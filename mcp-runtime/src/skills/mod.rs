//! A folder of skills, served as resources with digests (MCP, the Skills extension, SEP-2640).
//!
//! The folder is read once, when the server is built: what is served later is what was there then, with the digests that were told, whatever happens
//! to the folder. Links are refused, so that nothing outside is served.

mod file;
mod frontmatter;
mod load;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use mcp_grammar::{Auth, Size};
use serde_json::{Map, Value};

pub(crate) use self::file::FILES;
use crate::error::ServerError;
use crate::policy::{Policies, Source};

type Grammar = mcp_grammar::Policies<'static>;

/// What the addresses of skills begin with.
const SCHEME: &str = "skill://";

/// How long a client may keep a file: it changes with the program alone.
pub(crate) const LASTS: Duration = Duration::from_secs(60);

/// How large an answer may be where nobody says it: a file of a skill is at most 16 MiB, and a third larger in base 64.
const MAX_OUT: Size = Size::new("32MB");

/// A folder of skills to serve: [`Server::skills`](crate::Server::skills).
///
/// Each folder in it that has a `SKILL.md` is a skill, named as that file's frontmatter says, and is served as `skill://NAME/..` with every file
/// in it. Folders without one group skills: `acme/billing/SKILL.md` is `skill://acme/billing/SKILL.md`.
///
/// ```no_run
/// use mcp_runtime::{Server, Skills};
///
/// let server = Server::new("support").skills(Skills::folder("skills").auth("user"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "skills that no server has serve nobody; pass them to `Server::skills`"]
pub struct Skills {
    folder: PathBuf,
    policies: Policies,
}

impl Skills {
    /// Those in this folder. A relative path is looked for where the program runs.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self {
            folder: path.into(),
            policies: Policies::new(),
        }
    }

    /// Sets who may read them, as in `#[tool(auth = "..")]`. Without it the server's defaults hold.
    ///
    /// # Panics
    /// With what to write instead, if the text is not understood.
    #[track_caller]
    pub fn auth(mut self, text: &'static str) -> Self {
        self.policies.0.auth = Some(Auth::new(text));
        self
    }

    /// Sets what holds for reading them, as the server's defaults do for what says nothing itself. An `auth` that was set before stays, where these
    /// have none.
    ///
    /// ```
    /// use mcp_runtime::{Policies, Skills};
    ///
    /// let skills = Skills::folder("skills").policies(Policies::new().auth("user").rate("50/s"));
    /// ```
    pub fn policies(mut self, policies: Policies) -> Self {
        let auth = policies.0.auth.or(self.policies.0.auth);
        self.policies = policies;
        self.policies.0.auth = auth;
        self
    }

    /// Reads the folder.
    pub(crate) fn load(&self) -> Result<Catalog, ServerError> {
        load::load(&self.folder)
    }

    /// What holds for reading a file of theirs, the nearest word first.
    pub(crate) fn defaults(&self, server: Grammar) -> Vec<(Source, Grammar)> {
        let mut nobody = Grammar::new();
        nobody.max_out = Some(MAX_OUT);
        vec![
            (Source::Toolset, self.policies.0),
            (Source::Server, server),
            (Source::Default, nobody),
        ]
    }
}

impl<P: AsRef<Path>> From<P> for Skills {
    fn from(path: P) -> Self {
        Self::folder(path.as_ref())
    }
}

/// Every skill of a folder, in memory.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) skills: Vec<Skill>,
    files: BTreeMap<String, File>,
    folders: BTreeMap<String, Vec<Child>>,
}

/// One skill.
#[derive(Debug)]
pub(crate) struct Skill {
    /// Of its `SKILL.md`.
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// All of it, as it stands in the file.
    pub(crate) frontmatter: Map<String, Value>,
    /// The addresses of its files, in order.
    pub(crate) files: Vec<String>,
}

/// One file of a skill.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: String,
    pub(crate) mime: &'static str,
}

/// What stands directly in a folder.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) is_folder: bool,
}

impl Catalog {
    pub(crate) fn skill(&self, uri: &str) -> Option<&Skill> {
        self.skills.iter().find(|skill| skill.uri == uri)
    }

    /// The address of a file as the arguments of a call that reads it.
    pub(crate) fn arguments(&self, uri: &str) -> Option<Map<String, Value>> {
        let path = self
            .files
            .contains_key(uri)
            .then(|| uri.strip_prefix(SCHEME))??;
        Some(Map::from_iter([("path".to_owned(), Value::from(path))]))
    }

    pub(crate) fn file(&self, uri: &str) -> Option<&File> {
        self.files.get(uri)
    }

    /// What stands in a folder, whose address may end with a slash.
    pub(crate) fn folder(&self, uri: &str) -> Option<&[Child]> {
        let children = self.folders.get(uri.strip_suffix('/').unwrap_or(uri))?;
        Some(children)
    }
}

impl File {
    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}
