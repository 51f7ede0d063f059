//! Keys of shared state: hashes over length-prefixed fields.

use std::hash::Hasher as _;
use std::sync::OnceLock;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

/// The name of a bucket or a value.
///
/// A keyed 128-bit hash: whoever chooses the fields cannot choose the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub u128);

/// Builds a [`Key`] from fields. Each field is preceded by its length and its kind, so that no two lists of fields are the same bytes:
/// `{a:"1;b:2"}` and `{a:"1",b:"2"}` differ, and so do `1` and `"1"`.
#[derive(Debug, Clone)]
pub struct KeyBuilder(SipHasher24);

impl KeyBuilder {
    /// A key in a domain of its own, such as `"rate"`.
    #[must_use]
    pub fn new(domain: &str) -> Self {
        Self(SipHasher24::new_with_key(secret())).text(domain)
    }

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

    /// A number.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.field(b'n', &number.to_le_bytes())
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

/// The process's own secret. Keys are never shown, so nobody outside can tell which fields collide.
fn secret() -> &'static [u8; 16] {
    static SECRET: OnceLock<[u8; 16]> = OnceLock::new();
    SECRET.get_or_init(rand::random)
}
