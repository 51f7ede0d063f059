//! What of a part is served, and under which names.

use std::collections::{BTreeSet, HashMap};
use std::panic::Location;

use super::Entry;
use crate::mount::Selection;

impl Selection {
    /// Leaves out what is to be left out, and gives the others their names.
    pub(super) fn apply(
        &self,
        entries: &mut Vec<Entry>,
        location: &'static Location<'static>,
        problems: &mut Vec<String>,
    ) {
        let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        let tags: BTreeSet<&str> = entries
            .iter()
            .flat_map(|entry| entry.tags.iter().copied())
            .collect();
        let renamed = self.renamed.iter().map(|(tool, _)| tool);
        for tool in renamed.chain(&self.hidden) {
            if !names.contains(tool.as_str()) {
                problems.push(absent("tool", tool, &names, location));
            }
        }
        for tag in self.only.iter().chain(&self.except) {
            if !tags.contains(tag.as_str()) {
                problems.push(absent("tag", tag, &tags, location));
            }
        }
        let tagged = |entry: &Entry, list: &[String]| {
            list.iter()
                .any(|tag| entry.tags.iter().any(|own| own == tag))
        };
        entries.retain(|entry| {
            !self.hidden.contains(&entry.name)
                && (self.only.is_empty() || tagged(entry, &self.only))
                && !tagged(entry, &self.except)
        });
        let renamed: HashMap<_, _> = self.renamed.iter().cloned().collect();
        for entry in entries {
            if let Some(name) = renamed.get(&entry.name) {
                entry.name.clone_from(name);
            }
        }
    }
}

fn absent(
    what: &str,
    name: &str,
    there: &BTreeSet<&str>,
    location: &'static Location<'static>,
) -> String {
    let there: Vec<_> = there.iter().copied().collect();
    let help = match there.is_empty() {
        true => format!("there is no {what} at all"),
        false => format!("there are `{}`", there.join("`, `")),
    };
    format!("what is mounted at {location} has no {what} `{name}`\n  help: {help}")
}
