//! Text that a client keeps for us and cannot change: HMAC-SHA-256 over a payload, its binding and its expiry.
//!
//! It is signed, not encrypted: nothing secret goes in. MCP 2026-07-28 calls `requestState` attacker-controlled input; this is the guard.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// Longer sealed texts than this are not looked at.
pub(crate) const MAX_LENGTH: usize = 64 * 1024;

/// The server's sealing key.
pub(crate) struct Seal(Hmac<Sha256>);

/// The text was changed, made by another server, bound to something else, or is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

impl Seal {
    /// A key from any number of bytes (RFC 2104, section 3).
    pub(crate) fn new(key: &[u8]) -> Self {
        // HMAC takes keys of every length.
        Self(Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// A key of this process alone: what it seals is worth nothing after a restart or on another machine.
    pub(crate) fn random() -> Self {
        Self::new(&rand::random::<[u8; 32]>())
    }

    /// Seals a payload for whoever can name the same binding, until a moment in seconds since 1970.
    pub(crate) fn close(
        &self,
        payload: &impl Serialize,
        binding: &[u8],
        until: Duration,
    ) -> serde_json::Result<String> {
        let body = serde_json::to_vec(&(until.as_secs(), payload))?;
        let mut text = URL_SAFE_NO_PAD.encode(&body);
        let tag = self.tag(&body, binding).finalize().into_bytes();
        text.push('.');
        text.push_str(&URL_SAFE_NO_PAD.encode(tag));
        Ok(text)
    }

    /// Opens what [`close`](Self::close) sealed under the same binding, if `now` is before its end.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        text: &str,
        binding: &[u8],
        now: Duration,
    ) -> Result<T, Broken> {
        if text.len() > MAX_LENGTH {
            return Err(Broken);
        }
        let (body, tag) = text.split_once('.').ok_or(Broken)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| Broken)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| Broken)?;
        // In constant time, before anything in the body is believed.
        self.tag(&body, binding)
            .verify_slice(&tag)
            .map_err(|_| Broken)?;
        let (until, payload): (u64, T) = serde_json::from_slice(&body).map_err(|_| Broken)?;
        match now.as_secs() < until {
            true => Ok(payload),
            false => Err(Broken),
        }
    }

    fn tag(&self, body: &[u8], binding: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(&(binding.len() as u64).to_le_bytes());
        mac.update(binding);
        mac.update(body);
        mac
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);
    const UNTIL: Duration = Duration::from_secs(1_300);

    #[test]
    fn opens_what_it_closed() {
        let seal = Seal::random();
        let text = seal.close(&"yes", b"ada", UNTIL).unwrap();
        assert_eq!(seal.open::<String>(&text, b"ada", NOW).unwrap(), "yes");
    }

    #[test]
    fn refuses_another_binding_another_key_and_an_old_text() {
        let seal = Seal::random();
        let text = seal.close(&"yes", b"ada", UNTIL).unwrap();
        assert_eq!(seal.open::<String>(&text, b"bob", NOW), Err(Broken));
        assert_eq!(
            Seal::random().open::<String>(&text, b"ada", NOW),
            Err(Broken)
        );
        assert_eq!(seal.open::<String>(&text, b"ada", UNTIL), Err(Broken));
    }

    #[test]
    fn refuses_a_change_of_any_byte_and_any_truncation() {
        let seal = Seal::random();
        let text = seal.close(&"yes", b"ada", UNTIL).unwrap();
        for index in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(seal.open::<String>(&changed, b"ada", NOW), Err(Broken));
            assert_eq!(
                seal.open::<String>(&text[..index], b"ada", NOW),
                Err(Broken)
            );
        }
    }
}
