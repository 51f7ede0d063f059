//! What a rule adds to an argument's schema.
//!
//! A keyword that the type or another rule has taken keeps what it says, and what comes later stands beside it, under `allOf`. Of two bounds the
//! narrower one holds.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// What a value is to a rule about its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    List,
    Map,
}

impl Shape {
    /// Of a value with this schema, which may refer to one of the definitions.
    pub(super) fn of(
        schema: &Map<String, Value>,
        definitions: Option<&Map<String, Value>>,
    ) -> Self {
        let referred = || {
            let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
            definitions?.get(name)?.get("type")
        };
        let kind = schema.get("type").or_else(referred);
        match kind.and_then(Value::as_str) {
            Some("array") => Self::List,
            Some("object") => Self::Map,
            _ => Self::Text,
        }
    }

    /// Of a value that is there.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Map,
            _ => Self::Text,
        }
    }

    /// What its length counts, by number.
    pub(crate) fn unit(self, one: bool) -> &'static str {
        match (self, one) {
            (Self::Text, true) => "character",
            (Self::Text, false) => "characters",
            (Self::List, true) => "item",
            (Self::List, false) => "items",
            (Self::Map, true) => "entry",
            (Self::Map, false) => "entries",
        }
    }

    /// The keywords of its least and its greatest length.
    pub(super) fn lengths(self) -> [&'static str; 2] {
        match self {
            Self::Text => ["minLength", "maxLength"],
            Self::List => ["minItems", "maxItems"],
            Self::Map => ["minProperties", "maxProperties"],
        }
    }
}

/// Adds a keyword.
pub(super) fn also(schema: &mut Schema, keyword: &str, value: Value) {
    match schema.get(keyword) {
        None => {
            schema.insert(keyword.to_owned(), value);
        }
        Some(taken) if *taken == value => {}
        Some(_) => {
            let object = schema.ensure_object();
            let all = object.entry("allOf").or_insert_with(|| json!([]));
            if let Value::Array(all) = all {
                all.push(json!({ keyword: value }));
            }
        }
    }
}

/// Adds a lower bound.
pub(super) fn at_least(schema: &mut Schema, keyword: &str, bound: Value) {
    narrow(schema, keyword, bound, |bound, taken| bound > taken);
}

/// Adds an upper bound.
pub(super) fn at_most(schema: &mut Schema, keyword: &str, bound: Value) {
    narrow(schema, keyword, bound, |bound, taken| bound < taken);
}

fn narrow(schema: &mut Schema, keyword: &str, bound: Value, narrower: fn(f64, f64) -> bool) {
    let taken = schema.get(keyword).and_then(Value::as_f64);
    let holds = match (bound.as_f64(), taken) {
        (Some(bound), Some(taken)) => narrower(bound, taken),
        _ => true,
    };
    if holds {
        schema.insert(keyword.to_owned(), bound);
    }
}

/// A pattern of this text and nothing else. Clients read patterns as ECMA-262 does, with `u`: a backslash may stand before what is syntax
/// there, and before nothing else.
pub(super) fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if r"^$\.*+?()[]{}|".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use schemars::json_schema;

    use super::*;

    #[test]
    fn of_two_bounds_the_narrower_one_holds() {
        let mut schema = json_schema!({"minimum": 0, "maximum": 255});
        at_least(&mut schema, "minimum", json!(-5));
        at_most(&mut schema, "maximum", json!(1000));
        assert_eq!(schema, json_schema!({"minimum": 0, "maximum": 255}));
        at_least(&mut schema, "minimum", json!(5));
        at_most(&mut schema, "maximum", json!(6.5));
        assert_eq!(schema, json_schema!({"minimum": 5, "maximum": 6.5}));
    }

    #[test]
    fn what_a_keyword_says_already_stays() {
        let mut schema = json_schema!({"pattern": "a", "required": ["b"]});
        also(&mut schema, "pattern", json!("a"));
        also(&mut schema, "pattern", json!("c"));
        also(&mut schema, "required", json!(["d"]));
        let all = json!([{"pattern": "c"}, {"required": ["d"]}]);
        assert_eq!(
            schema,
            json_schema!({"pattern": "a", "required": ["b"], "allOf": all})
        );
    }

    #[test]
    fn a_literal_escapes_what_is_syntax_and_nothing_else() {
        assert_eq!(literal("#&-~/ äé"), "#&-~/ äé");
        let syntax = r"^$\.*+?()[]{}|";
        let pattern = literal(syntax);
        assert_eq!(pattern, r"\^\$\\\.\*\+\?\(\)\[\]\{\}\|");
        let compiled = regex::Regex::new(&format!("^{pattern}$")).unwrap();
        assert!(compiled.is_match(syntax));
    }
}
