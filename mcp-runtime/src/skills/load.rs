//! From a folder to a catalog. Everything that is wrong is told at once, with the path.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;

use super::frontmatter::Frontmatter;
use super::{Catalog, Child, File, SCHEME, Skill};
use crate::error::ServerError;
use crate::hash::Hash;

/// What makes a folder a skill.
const SKILL_MD: &str = "SKILL.md";

/// How many files a skill may have, and how many bytes in all (SEP-2640, "Limits").
const MOST_FILES: usize = 512;
const MOST_BYTES: u64 = 16 << 20;

/// How many bytes all skills together may have: they are kept in memory.
const MOST_BYTES_IN_ALL: u64 = 64 << 20;

/// How deep folders may lie in one another.
const DEEPEST: usize = 16;

/// Reads a folder of skills.
pub(super) fn load(folder: &Path) -> Result<Catalog, ServerError> {
    let mut loading = Loading {
        catalog: Catalog {
            skills: Vec::new(),
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
        },
        bytes: 0,
        problems: Vec::new(),
    };
    // The folder itself may be a link: the operator has named it.
    if !folder.is_dir() {
        return Err(ServerError::new(format!(
            "there is no folder of skills at {}\n  help: relative paths are looked for in {}",
            folder.display(),
            std::env::current_dir().unwrap_or_default().display(),
        )));
    }
    if folder.join(SKILL_MD).exists() {
        return Err(ServerError::new(format!(
            "{} is itself a skill\n  help: name the folder that it is in",
            folder.display()
        )));
    }
    loading.group(folder, &mut Vec::new());
    let Loading {
        catalog,
        bytes,
        mut problems,
    } = loading;
    if bytes > MOST_BYTES_IN_ALL {
        problems.push(format!(
            "the skills in {} have {bytes} bytes together, and may have {MOST_BYTES_IN_ALL}",
            folder.display()
        ));
    }
    if problems.is_empty() && catalog.skills.is_empty() {
        problems.push(format!(
            "there are no skills in {}\n  help: a skill is a folder with a `{SKILL_MD}`",
            folder.display()
        ));
    }
    match problems.is_empty() {
        true => Ok(catalog),
        false => Err(ServerError::new(problems.join("\n"))),
    }
}

struct Loading {
    catalog: Catalog,
    bytes: u64,
    problems: Vec<String>,
}

/// A file or a folder, and nothing else.
struct Entry {
    name: String,
    is_folder: bool,
}

impl Loading {
    /// A folder that is no skill: its folders may be.
    fn group(&mut self, folder: &Path, path: &mut Vec<String>) {
        for entry in self.entries(folder, path.len()) {
            if !entry.is_folder {
                continue;
            }
            let inner = folder.join(&entry.name);
            path.push(entry.name);
            match fs::symlink_metadata(inner.join(SKILL_MD)) {
                Ok(_) => self.skill(&inner, path),
                Err(_) => self.group(&inner, path),
            }
            path.pop();
        }
    }

    fn skill(&mut self, folder: &Path, path: &[String]) {
        let root = format!("{SCHEME}{}", path.join("/"));
        let uri = format!("{root}/{SKILL_MD}");
        let before = self.bytes;
        let mut files = Vec::new();
        self.folder(folder, &root, path.len(), &mut files);
        let size = self.bytes - before;
        if files.len() > MOST_FILES || size > MOST_BYTES {
            self.problems.push(format!(
                "{} has {} files of {size} bytes, and a skill may have {MOST_FILES} of {MOST_BYTES}",
                folder.display(),
                files.len()
            ));
        }
        let Some(file) = self.catalog.files.get(&uri) else {
            // It is too much to be read, or it is a folder or a link, as is told already.
            return;
        };
        let read = match file.text() {
            Some(text) => Frontmatter::read(text),
            None => Err("is not UTF-8".to_owned()),
        };
        let named = path.last().map(String::as_str).unwrap_or_default();
        let at = folder.join(SKILL_MD);
        let at = at.display();
        match read {
            Err(problem) => self.problems.push(format!("{at} {problem}")),
            Ok(frontmatter) if frontmatter.name != named => self.problems.push(format!(
                "{at} names its skill `{}`, and lies in the folder `{named}`\n  help: give both the same name",
                frontmatter.name
            )),
            Ok(frontmatter) => self.catalog.skills.push(Skill {
                uri,
                name: frontmatter.name,
                description: frontmatter.description,
                frontmatter: frontmatter.all,
                files,
            }),
        }
    }

    /// A folder of a skill, with all that is in it.
    fn folder(&mut self, folder: &Path, uri: &str, depth: usize, files: &mut Vec<String>) {
        let mut children = Vec::new();
        for Entry { name, is_folder } in self.entries(folder, depth) {
            let path = folder.join(&name);
            let uri = format!("{uri}/{}", encoded(&name));
            match is_folder {
                true => self.folder(&path, &uri, depth + 1, files),
                false => self.file(&path, &uri, files),
            }
            children.push(Child {
                uri,
                name,
                is_folder,
            });
        }
        self.catalog.folders.insert(uri.to_owned(), children);
    }

    fn file(&mut self, path: &Path, uri: &str, files: &mut Vec<String>) {
        let size = fs::symlink_metadata(path).map_or(0, |metadata| metadata.len());
        self.bytes += size;
        files.push(uri.to_owned());
        if size > MOST_BYTES || self.bytes > MOST_BYTES_IN_ALL || files.len() > MOST_FILES {
            // Too much, as is told later; there is no need to read it.
            return;
        }
        match fs::read(path) {
            Ok(bytes) => {
                let bytes = Bytes::from(bytes);
                let file = File {
                    digest: Hash::of(&bytes).named().to_string(),
                    mime: mime(path, &bytes),
                    bytes,
                };
                self.catalog.files.insert(uri.to_owned(), file);
            }
            Err(error) => self.problems.push(format!("{}: {error}", path.display())),
        }
    }

    /// What is in a folder, by name. Hidden files are left out, and what is neither a file nor a folder is refused.
    fn entries(&mut self, folder: &Path, depth: usize) -> Vec<Entry> {
        if depth > DEEPEST {
            let problem = format!("{} lies deeper than {DEEPEST} folders", folder.display());
            self.problems.push(problem);
            return Vec::new();
        }
        let found = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(found) => found,
            Err(error) => {
                self.problems.push(format!("{}: {error}", folder.display()));
                return Vec::new();
            }
        };
        let mut entries = Vec::new();
        for entry in found {
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                let problem = format!("{} has a name that is not UTF-8", path.display());
                self.problems.push(problem);
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_file() || kind.is_dir() => entries.push(Entry {
                    name,
                    is_folder: kind.is_dir(),
                }),
                Ok(kind) if kind.is_symlink() => self.problems.push(format!(
                    "{} is a link, which may lead out of the folder of skills\n  help: put a copy there",
                    path.display()
                )),
                Ok(_) => self
                    .problems
                    .push(format!("{} is neither a file nor a folder", path.display())),
                Err(error) => self.problems.push(format!("{}: {error}", path.display())),
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries
    }
}

/// A name as a segment of an address (RFC 3986, section 3.3): all but unreserved characters as their bytes.
fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn mime(path: &Path, bytes: &[u8]) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.unwrap_or_default() {
        "md" => "text/markdown",
        "html" => "text/html",
        "css" => "text/css",
        "csv" => "text/csv",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        _ if std::str::from_utf8(bytes).is_ok() => "text/plain",
        _ => "application/octet-stream",
    }
}
