//! Keys of shared state: hashes over length-prefixed fields.

use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use siphasher::sip128::{Hasher128 as _, SipHasher24};

/// The name of a bucket or a value.
///
/// A keyed 128-bit hash: whoever chooses the fields cannot choose the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub u128);

/// What maps of keys hash with: a key is a hash already.
#[derive(Debug, Default)]
pub(crate) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a key is one u128");
    }

    fn write_u128(&mut self, key: u128) {
        // A sharded map takes the low bits for its shards.
        self.0 = (key >> 64) as u64;
    }
}

/// For maps of keys.
pub(crate) type BuildKeyHasher = BuildHasherDefault<AlreadyHashed>;

/// What keys are made with: a secret, so that whoever chooses the fields cannot choose the key, nor tell which fields collide.
///
/// Servers that share a store make their keys with one secret, or each would count, keep and claim for itself.
///
/// ```
/// use mcp_runtime::store::KeySpace;
///
/// let (one, two) = (KeySpace::derived(b"a secret"), KeySpace::derived(b"a secret"));
/// assert_eq!(one.key("rate").text("ada").finish(), two.key("rate").text("ada").finish());
/// assert_ne!(one.key("rate").text("ada").finish(), KeySpace::random().key("rate").text("ada").finish());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct KeySpace([u8; 16]);

impl KeySpace {
    /// Keys that nobody else makes.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// Keys that everybody makes who has the same secret. They do not tell it.
    #[must_use]
    pub fn derived(secret: &[u8]) -> Self {
        // HMAC takes keys of every length (RFC 2104, section 3).
        let mac = Hmac::<Sha256>::new_from_slice(secret);
        let mut mac = mac.unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(b"mcp-runtime: keys of shared state");
        let derived: [u8; 32] = mac.finalize().into_bytes().into();
        let mut key = [0; 16];
        key.copy_from_slice(&derived[..16]);
        Self(key)
    }

    /// Begins a key in a domain of its own, such as `"rate"`.
    #[must_use]
    pub fn key(&self, domain: &str) -> KeyBuilder {
        KeyBuilder(SipHasher24::new_with_key(&self.0)).text(domain)
    }
}

impl fmt::Debug for KeySpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySpace")
    }
}

/// Builds a [`Key`] from fields. Each field is preceded by its length and its kind, so that no two lists of fields are the same bytes:
/// `{a:"1;b:2"}` and `{a:"1",b:"2"}` differ, and so do `1` and `"1"`.
#[derive(Debug, Clone)]
pub struct KeyBuilder(SipHasher24);

impl KeyBuilder {
    /// A text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.field(b't', text.as_bytes())
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.field(b'b', bytes)
    }

    /// A text that may be absent; absence is not the empty text.
    #[must_use]
    pub fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.field(b'-', &[]),
        }
    }

    /// What has a key already.
    #[must_use]
    pub(crate) fn key(self, key: Key) -> Self {
        self.field(b'k', &key.0.to_le_bytes())
    }

    /// A number.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.field(b'n', &number.to_le_bytes())
    }

    /// A JSON value: the same key for the same value, however its numbers are written and its members are ordered. `1` and `"1"` differ.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        match value {
            Value::Null => self.field(b'0', &[]),
            Value::Bool(flag) => self.field(b'?', &[u8::from(*flag)]),
            Value::String(text) => self.text(text),
            Value::Number(number) => match whole(number) {
                Some(number) => self.field(b'i', &number.to_le_bytes()),
                None => {
                    let bits = number.as_f64().unwrap_or(f64::NAN).to_bits();
                    self.field(b'f', &bits.to_le_bytes())
                }
            },
            Value::Array(items) => {
                let key = self.field(b'[', &(items.len() as u64).to_le_bytes());
                items.iter().fold(key, Self::json)
            }
            Value::Object(members) => {
                let key = self.field(b'{', &(members.len() as u64).to_le_bytes());
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                members
                    .into_iter()
                    .fold(key, |key, (name, value)| key.text(name).json(value))
            }
        }
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Key {
        Key(self.0.finish128().as_u128())
    }

    fn field(mut self, kind: u8, bytes: &[u8]) -> Self {
        self.0.write_u8(kind);
        self.0.write_u64(bytes.len() as u64);
        self.0.write(bytes);
        self
    }
}

/// The number as an integer, if it is one: `2`, `2.0` and `2e0` are the same value.
fn whole(number: &serde_json::Number) -> Option<i128> {
    /// Up to here every integer is a 64-bit float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let integer = number.as_i64().map(i128::from);
    integer.or(number.as_u64().map(i128::from)).or_else(|| {
        let float = number.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be exact")]
        (float.trunc() == float && float.abs() <= EXACT).then_some(float as i128)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    enum Field {
        Text(String),
        Bytes(Vec<u8>),
        Optional(Option<String>),
        Number(u64),
    }

    fn key(fields: &[Field]) -> Key {
        let add = |key: KeyBuilder, field: &Field| match field {
            Field::Text(text) => key.text(text),
            Field::Bytes(bytes) => key.bytes(bytes),
            Field::Optional(text) => key.optional(text.as_deref()),
            Field::Number(number) => key.number(*number),
        };
        let start = KeySpace::derived(b"test").key("test");
        fields.iter().fold(start, add).finish()
    }

    /// Few letters, so that different lists often have the same bytes in a row.
    fn fields() -> impl Strategy<Value = Vec<Field>> {
        let field = prop_oneof![
            "[ab]{0,3}".prop_map(Field::Text),
            prop::collection::vec(97_u8..99, 0..3).prop_map(Field::Bytes),
            Just(Field::Optional(None)),
            (0_u64..3).prop_map(Field::Number),
        ];
        prop::collection::vec(field, 0..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn different_fields_are_different_keys(one in fields(), two in fields()) {
            prop_assert_eq!(key(&one) == key(&two), one == two);
        }
    }

    #[test]
    fn keys_are_shared_with_those_who_have_the_secret() {
        let key = |space: &KeySpace| space.key("test").text("a").finish();
        let derived = KeySpace::derived(b"secret");
        assert_eq!(key(&derived), key(&KeySpace::derived(b"secret")));
        assert_ne!(key(&derived), key(&KeySpace::derived(b"another")));
        assert_ne!(key(&KeySpace::random()), key(&KeySpace::random()));
        // What servers agree on today, they agree on after an upgrade.
        assert_eq!(
            key(&derived),
            Key(123_101_673_832_145_008_140_663_806_829_899_399_447)
        );
    }

    #[test]
    fn json_is_compared_by_value() {
        let keys = KeySpace::random();
        let key = |value: Value| keys.key("test").json(&value).finish();
        assert_eq!(key(json!({"a": 1, "b": 2})), key(json!({"b": 2.0, "a": 1})));
        assert_eq!(key(json!(-0.0)), key(json!(0)));
        assert_eq!(key(json!(u64::MAX)), key(json!(u64::MAX)));
        let different = [
            json!(null),
            json!(false),
            json!(""),
            json!("null"),
            json!(0),
            json!("0"),
            json!([]),
            json!([[]]),
            json!([[], []]),
            json!({}),
            json!({"a": null}),
            json!({"a": "1;b:2"}),
            json!({"a": "1", "b": "2"}),
            json!(["a", "1"]),
            json!(0.5),
            json!(u64::MAX),
            json!(-1),
            json!(1e300),
            json!([1, [2]]),
            json!([[1], 2]),
        ];
        for (index, one) in different.iter().enumerate() {
            for two in &different[..index] {
                assert_ne!(key(one.clone()), key(two.clone()), "{one} {two}");
            }
        }
    }
}
