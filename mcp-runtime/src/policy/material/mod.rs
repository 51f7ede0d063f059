//! What tells calls apart, as bytes: who calls, and with which arguments. Keys of kept answers are hashed from it.
//!
//! Every value is preceded by its kind, every text by its length, and every list ends with a mark, so that two different lists of values
//! are never the same bytes: `{a: "1;b:2"}` and `{a: "1", b: "2"}` differ, and so do `1` and `"1"`.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::principal::Principal;
use crate::server::registry::Mounted;
use crate::store::{Key, KeyBuilder};

/// Enough for most calls, so that the bytes are allocated once.
const USUAL: usize = 256;

/// Bytes that tell one list of values from every other.
///
/// They hold arguments in clear, secret ones too. Nothing leaves but the [`key`](Self::key), a hash that only this server can make, and for the one
/// who sent the arguments their [`digest`](Self::digest).
pub(crate) struct Material(Vec<u8>);

/// A tool's declared arguments, as [`Material::arguments`] writes them.
pub(crate) struct Arguments {
    declared: Vec<Argument>,
    ignored: Vec<&'static str>,
}

struct Argument {
    name: String,
    /// What the tool gets where the call says nothing.
    default: Option<Value>,
    /// Whether the tool gets the same for `null` as for nothing.
    null_is_absent: bool,
    /// What inside of it does not count, by path.
    ignored: Vec<&'static str>,
}

impl Arguments {
    /// Those of a tool, without the ignored ones.
    pub(crate) fn new(tool: &Mounted, ignored: &[&'static str]) -> Self {
        let counts = |name: &&String| !ignored.contains(&name.as_str());
        let argument = |name: &String| {
            let default = tool.defaults.get(name).cloned();
            Argument {
                // An argument without a default reads its absence as `null`. What a struct's field makes of it is the struct's own affair.
                null_is_absent: default.is_none() && !tool.input.whole,
                default,
                ignored: inside(ignored, name),
                name: name.clone(),
            }
        };
        let names = tool.input.names.iter();
        Self {
            declared: names.filter(counts).map(argument).collect(),
            ignored: ignored.to_vec(),
        }
    }
}

impl Material {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(USUAL))
    }

    /// The hash of everything written, after what the builder has in it already.
    pub(crate) fn key(&self, start: KeyBuilder) -> Key {
        start.bytes(&self.0).finish()
    }

    /// The SHA-256 of everything written.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.field(b's', text.as_bytes());
    }

    /// Marks what is not there: neither an empty text nor `null`.
    pub(crate) fn absent(&mut self) {
        self.0.push(b'-');
    }

    fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.0.push(b'[');
        texts.for_each(|text| self.text(text));
        self.0.push(b']');
    }

    /// Whom the call is made for. A token's text plays no part, so that a fresh one changes nothing.
    pub(crate) fn caller(&mut self, caller: Option<&Principal>) {
        let Some(caller) = caller else {
            return self.absent();
        };
        self.text(caller.issuer());
        self.text(caller.subject());
        match caller.tenant_id() {
            Some(tenant) => self.text(tenant),
            None => self.absent(),
        }
    }

    /// What the caller was granted: with other grants the same caller may be told something else.
    pub(crate) fn grants(&mut self, caller: Option<&Principal>) {
        let Some(caller) = caller else {
            return self.absent();
        };
        self.texts(caller.granted_scopes());
        self.texts(caller.roles());
    }

    /// The arguments as the tool gets them: defaults filled in, names in order.
    pub(crate) fn arguments(&mut self, call: &Call, arguments: &Arguments) {
        self.0.push(b'{');
        for argument in &arguments.declared {
            let value = match call.arguments.get(&argument.name) {
                Some(Value::Null) if argument.null_is_absent => None,
                Some(value) => Some(value),
                None => argument.default.as_ref(),
            };
            if let Some(value) = value {
                self.text(&argument.name);
                self.value(value, &argument.ignored);
            }
        }
        if call.tool.def.open {
            let declared = &call.tool.input.names;
            let mut others: Vec<_> = call.arguments.iter().collect();
            others.retain(|(name, _)| declared.binary_search(name).is_err());
            self.entries(others, &arguments.ignored);
        }
        self.0.push(b'}');
    }

    /// A JSON value, without what is ignored inside of it. A path leads through objects alone: a list's items count whole.
    pub(crate) fn value(&mut self, value: &Value, ignored: &[&str]) {
        match value {
            Value::Null => self.0.push(b'0'),
            Value::Bool(false) => self.0.push(b'f'),
            Value::Bool(true) => self.0.push(b't'),
            Value::Number(number) => {
                if let Some(number) = number.as_u64() {
                    self.0.push(b'u');
                    self.length(number);
                } else {
                    self.field(b'n', number.to_string().as_bytes());
                }
            }
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.0.push(b'[');
                items.iter().for_each(|item| self.value(item, &[]));
                self.0.push(b']');
            }
            Value::Object(object) => self.object(object, ignored),
        }
    }

    /// An object's members, without what is ignored.
    pub(crate) fn object(&mut self, object: &Map<String, Value>, ignored: &[&str]) {
        self.0.push(b'{');
        self.entries(object.iter().collect(), ignored);
        self.0.push(b'}');
    }

    /// In the order of the names, whatever order a map keeps: any crate of the program may have chosen that for serde_json.
    fn entries(&mut self, mut entries: Vec<(&String, &Value)>, ignored: &[&str]) {
        entries.retain(|(name, _)| !ignored.contains(&name.as_str()));
        entries.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in entries {
            self.text(name);
            self.value(value, &inside(ignored, name));
        }
    }

    fn field(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.length(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// LEB128: seven bits a byte, the highest one says that more follow.
    fn length(&mut self, mut length: u64) {
        loop {
            let [low, ..] = length.to_le_bytes();
            length >>= 7;
            if length == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }
}

/// The paths that go on inside of `name`, from there.
fn inside<'a>(paths: &[&'a str], name: &str) -> Vec<&'a str> {
    let rest = |path: &&'a str| path.strip_prefix(name)?.strip_prefix('.');
    paths.iter().filter_map(rest).collect()
}
