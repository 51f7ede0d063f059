//! SHA-256, written as 64 hexadecimal digits.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    pub(crate) fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Of a value's JSON, which nobody keeps.
    pub(crate) fn of_json(value: &impl Serialize) -> Self {
        let mut hashing = Hashing(Sha256::new());
        // It takes everything; a value that cannot be written as JSON counts as far as it can.
        let _ = serde_json::to_writer(&mut hashing, value);
        Self(hashing.0.finalize().into())
    }

    /// With the name of its algorithm.
    pub(crate) fn named(self) -> Named {
        Named(self)
    }

    fn digits(self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(self.0) {
            *pair = [byte >> 4, byte & 0xf].map(|nibble| DIGITS[usize::from(nibble)]);
        }
        digits
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
    }
}

/// A hash as it is written where others could stand: `sha256:` and its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named(Hash);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
