//! A set of public keys (RFC 7517), and which of them may verify what.

use std::collections::HashMap;
use std::sync::Arc;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyOperations, PublicKeyUse,
};

use super::algorithm::Algorithm;

/// More keys than any issuer has: with more of them, whoever answers is not in his right mind, and none is taken.
const MAX_KEYS: usize = 100;

/// One key, and what it may verify.
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
}

impl Key {
    pub(super) fn secret(decoding: DecodingKey) -> Self {
        Self {
            id: None,
            algorithms: vec![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512],
            decoding,
        }
    }

    /// A public key for signatures. Symmetric keys in a public set are no keys, and neither are keys for encryption.
    fn public(jwk: &Jwk) -> Option<Self> {
        let common = &jwk.common;
        if common
            .public_key_use
            .as_ref()
            .is_some_and(|usage| *usage != PublicKeyUse::Signature)
        {
            return None;
        }
        if common
            .key_operations
            .as_ref()
            .is_some_and(|operations| !operations.contains(&KeyOperations::Verify))
        {
            return None;
        }
        let mut algorithms = family(&jwk.algorithm);
        if let Some(declared) = common.key_algorithm {
            let declared = Algorithm::named(&declared.to_string())?;
            algorithms.retain(|algorithm| *algorithm == declared);
        }
        if algorithms.is_empty() {
            return None;
        }
        Some(Self {
            id: common.key_id.clone(),
            algorithms,
            decoding: DecodingKey::from_jwk(jwk).ok()?,
        })
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

fn family(parameters: &AlgorithmParameters) -> Vec<Algorithm> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match parameters {
        AlgorithmParameters::RSA(_) => vec![RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => vec![ES256],
            EllipticCurve::P384 => vec![ES384],
            _ => Vec::new(),
        },
        AlgorithmParameters::OctetKeyPair(_) => vec![EdDSA],
        _ => Vec::new(),
    }
}

/// Keys by their ids.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    named: HashMap<String, Vec<Arc<Key>>>,
    all: Vec<Arc<Key>>,
}

impl KeySet {
    /// # Errors
    /// It holds too many keys, or none that can verify a signature.
    pub(super) fn new(set: &JwkSet) -> Result<Self, &'static str> {
        if set.keys.len() > MAX_KEYS {
            return Err("it holds more than 100 keys");
        }
        let mut keys = Self::default();
        for key in set.keys.iter().filter_map(Key::public) {
            keys.add(key);
        }
        match keys.all.is_empty() {
            true => Err("no key in it can verify a signature"),
            false => Ok(keys),
        }
    }

    pub(super) fn of(key: Key) -> Self {
        let mut keys = Self::default();
        keys.add(key);
        keys
    }

    fn add(&mut self, key: Key) {
        let key = Arc::new(key);
        if let Some(id) = &key.id {
            let named = self.named.entry(id.clone()).or_default();
            named.push(Arc::clone(&key));
        }
        self.all.push(key);
    }

    /// The key of this id for this algorithm. A token without an id names a key only where there is one alone.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<Arc<Key>> {
        let candidates = match id {
            Some(id) => self.named.get(id).map(Vec::as_slice).or_else(|| {
                // A single key that has no id of its own answers to every id.
                matches!(self.all.as_slice(), [only] if only.id.is_none())
                    .then_some(self.all.as_slice())
            })?,
            None => &self.all,
        };
        let mut fitting = candidates
            .iter()
            .filter(|key| key.algorithms.contains(&algorithm));
        let key = fitting.next()?;
        fitting.next().is_none().then(|| Arc::clone(key))
    }
}
