//! A request's id, where it is one that every reader takes for the same.

use std::fmt;

use rmcp::model::RequestId;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A whole number of 64 bits written as one, or a string.
pub(super) struct Id(pub(super) RequestId);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Plainly).map(Self)
    }
}

struct Plainly;

impl Visitor<'_> for Plainly {
    type Value = RequestId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a whole number of 64 bits")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<RequestId, E> {
        Ok(RequestId::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<RequestId, E> {
        let number = i64::try_from(number).map_err(E::custom)?;
        Ok(RequestId::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RequestId, E> {
        Ok(RequestId::String(text.into()))
    }
}
