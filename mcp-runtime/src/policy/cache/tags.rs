//! The names under which kept answers are thrown away: `tags(user:{id})`.

use std::borrow::Cow;
use std::fmt::Write as _;

use mcp_grammar::{Piece, Tags, Template};
use serde_json::{Map, Value};
use smallvec::SmallVec;

use crate::call::Call;
use crate::kind::Kind;
use crate::server::registry::Mounted;
use crate::store::{Key, KeySpace};

/// A call has few tags, and most of those that have any have one.
pub(crate) type Keys = SmallVec<[Key; 1]>;

/// Every name under which a call's answer is thrown away: its tags, and of a resource its address.
pub(super) fn of(tags: &Tags<'static>, call: &Call) -> Keys {
    let mut keys = keys(tags, call);
    if call.tool.kind == Kind::Resource {
        keys.push(read(&call.server.keys, &call.tool, &call.arguments));
    }
    keys
}

/// The name of what is read at one address, whoever reads it. `variables` are those of the address, read as their types.
pub(crate) fn read(keys: &KeySpace, resource: &Mounted, variables: &Map<String, Value>) -> Key {
    let key = keys.key("read").text(&resource.name);
    key.json(&Value::Object(variables.clone())).finish()
}

/// The tags of a call. A reader and a writer mean the same tag when their texts are the same, however each of them is written.
pub(crate) fn keys(tags: &Tags<'static>, call: &Call) -> Keys {
    let keys = &call.server.keys;
    let key = |tag| keys.key("tag").text(&text(tag, call)).finish();
    tags.iter().map(key).collect()
}

/// The tags of a call, as people read them.
#[cfg(feature = "cli")]
pub(crate) fn texts(tags: &Tags<'static>, call: &Call) -> Vec<String> {
    let texts = tags.iter().map(|tag| text(tag, call).into_owned());
    texts.collect()
}

fn text(tag: &Template<'static>, call: &Call) -> Cow<'static, str> {
    let mut pieces = tag.pieces();
    if let (Some(Piece::Text(text)), None) = (pieces.next(), pieces.next()) {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for piece in tag.pieces() {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Arg(path) => match call.argument(path) {
                None | Some(Value::Null) => {}
                Some(Value::String(value)) => text.push_str(value),
                // Writing to a `String` does not fail.
                Some(value) => drop(write!(text, "{value}")),
            },
        }
    }
    Cow::Owned(text)
}
