//! The arguments of a call, read so that a name that stands twice is seen. serde_json takes the last one; whoever looked at the call before,
//! a proxy, a log, may have taken the first.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Arguments, and whether a name stands twice in them, at any level.
#[derive(Debug, Default)]
pub(in crate::transport) struct Arguments {
    pub(in crate::transport) values: Map<String, Value>,
    pub(in crate::transport) twice: bool,
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Arguments;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Arguments, A::Error> {
        let mut twice = false;
        let values = object(members, &mut twice)?;
        Ok(Arguments { values, twice })
    }
}

/// Any value. It notes a name that stands twice.
struct Any<'a>(&'a mut bool);

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // JSON that can be read has no other numbers than finite ones.
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(Any(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Value, A::Error> {
        object(members, self.0).map(Value::Object)
    }
}

fn object<'de, A: MapAccess<'de>>(
    mut members: A,
    twice: &mut bool,
) -> Result<Map<String, Value>, A::Error> {
    let mut values = Map::new();
    while let Some(name) = members.next_key::<String>()? {
        let value = members.next_value_seed(Any(twice))?;
        *twice |= values.insert(name, value).is_some();
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_that_serde_json_reads() {
        for json in [
            r#"{}"#,
            r#"{"a":null,"b":true,"c":false,"d":"x\n\u00e9\ud83d\ude00","e":[],"f":{}}"#,
            r#"{"a":0,"b":-0,"c":-1,"d":18446744073709551615,"e":-9223372036854775808,"f":1.5,"g":1e300,"h":123456789012345678901234567890}"#,
            r#"{"z":1,"a":[{"b":[[{"c":{}}]]}]}"#,
        ] {
            let read: Arguments = serde_json::from_str(json).unwrap();
            let expected: Value = serde_json::from_str(json).unwrap();
            assert_eq!(Value::Object(read.values), expected, "{json}");
            assert!(!read.twice, "{json}");
        }
        for json in ["[]", "null", "1", r#"{"a":1e999}"#, r#"{"a":"\ud800"}"#] {
            assert!(serde_json::from_str::<Arguments>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_seen_at_every_level() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[0,[{"b":1,"c":[],"b":2}]],"z":1}"#,
        ] {
            let read: Arguments = serde_json::from_str(json).unwrap();
            assert!(read.twice, "{json}");
        }
        let apart: Arguments =
            serde_json::from_str(r#"{"a":{"a":[{"a":1},{"a":2}]},"A":1}"#).unwrap();
        assert!(!apart.twice);
    }
}
