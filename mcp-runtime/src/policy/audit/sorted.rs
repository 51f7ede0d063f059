//! JSON whose objects have their members in the order of their names, whatever order they came in.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// An object, and what is in it.
pub(super) struct Sorted<'a>(pub(super) &'a Map<String, Value>);

struct Inside<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members: Vec<_> = self.0.iter().collect();
        // serde_json's maps are sorted, unless some crate of the program has chosen the order of insertion.
        members.sort_unstable_by_key(|(name, _)| *name);
        let members = members.into_iter();
        serializer.collect_map(members.map(|(name, value)| (name, Inside(value))))
    }
}

impl Serialize for Inside<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => Sorted(members).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Inside)),
            plain => plain.serialize(serializer),
        }
    }
}
