//! Arguments that cannot be used, and where they are.

use std::collections::HashMap;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use validator::Validate;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Place {
    zip: u32,
    town: String,
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Order {
    zip: u32,
    place: Place,
    stops: Vec<Place>,
}

/// Order by a struct.
#[tool]
async fn whole(order: Args<Order>) -> usize {
    let Order { zip, place, stops } = order.0;
    zip as usize + place.town.len() + place.zip as usize + stops.len()
}

/// Order by parts.
#[tool]
async fn parts(place: Place, stops: Vec<Place>) -> usize {
    place.town.len() + stops.len()
}

/// Order by parts, one of them outside.
#[tool]
async fn beside(zip: u32, place: Place) -> u32 {
    zip + place.zip
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Ticket {
    from: String,
    to: String,
    #[validate(range(min = 1, max = 9))]
    seats: u32,
    #[validate(length(min = 3))]
    name: String,
}

/// Book seats.
#[tool]
async fn book(ticket: Args<Ticket>) -> String {
    let Ticket {
        from,
        to,
        seats,
        name,
    } = ticket.0;
    format!("{from} {to} {seats} {name}")
}

/// A text that must look like one, which only reading tells.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Code;

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        match code.starts_with('A') {
            true => Ok(Self),
            false => Err(format!("{code} is no code")),
        }
    }
}

impl JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^A"})
    }
}

/// Redeem a code.
#[tool]
async fn redeem(_code: Code, count: u8) -> u8 {
    count
}

/// Take texts, each of which must have a letter.
#[tool]
async fn texts(#[validate(nested)] texts: Vec<Text>) -> usize {
    texts.iter().map(|text| text.text.len()).sum()
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Text {
    #[validate(length(min = 1))]
    text: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tree {
    leaf: u8,
    #[serde(default)]
    children: HashMap<String, Tree>,
}

/// Grow a tree.
#[tool]
async fn grow(tree: Tree) -> usize {
    usize::from(tree.leaf) + tree.children.len()
}

async fn refused(tool: &str, arguments: Value) -> Reply {
    let tools = tools![whole, parts, beside, book, redeem, texts, grow];
    let server = Server::new("arguments").mount(tools);
    let reply = testing::client(server).await.call(tool, arguments).await;
    assert_eq!(reply.code(), Some("invalid_input"), "{reply:?}");
    reply
}

/// The paths that are at fault.
async fn paths(tool: &str, arguments: Value) -> Vec<(String, String)> {
    let reply = refused(tool, arguments).await;
    let errors = reply.error_object().unwrap()["errors"].clone();
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    let errors = errors.as_array().unwrap().iter();
    errors
        .map(|error| (text(error, "path"), text(error, "message")))
        .collect()
}

fn place() -> Value {
    json!({"zip": 1, "town": "Oslo"})
}

fn required(path: &str) -> (String, String) {
    (path.to_owned(), "is required".to_owned())
}

#[tokio::test]
async fn a_field_that_is_missing_inside_has_its_whole_path() {
    let town = json!({"zip": 1});
    for tool in ["whole", "parts"] {
        let mut arguments = json!({"place": town, "stops": []});
        if tool == "whole" {
            arguments["zip"] = json!(1);
        }
        assert_eq!(
            paths(tool, arguments.clone()).await,
            [required("place.town")]
        );
        arguments["place"] = place();
        arguments["stops"] = json!([place(), town]);
        assert_eq!(paths(tool, arguments).await, [required("stops[1].town")]);
    }
}

#[tokio::test]
async fn fields_of_one_name_are_told_apart_by_where_they_are_missing() {
    let below = json!({"zip": 1, "place": {"town": "Oslo"}, "stops": []});
    assert_eq!(paths("whole", below).await, [required("place.zip")]);
    let above = json!({"place": place(), "stops": []});
    assert_eq!(paths("whole", above).await, [required("zip")]);
}

#[tokio::test]
async fn a_field_of_another_type_has_its_path_too() {
    let wrong = json!({"zip": 1, "place": {"zip": "x", "town": "Oslo"}, "stops": []});
    let found = paths("whole", wrong).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "place.zip");
    assert!(!found[0].1.contains('x'), "{found:?}");
}

fn said(path: &str, message: &str) -> (String, String) {
    (path.to_owned(), message.to_owned())
}

#[tokio::test]
async fn all_that_is_missing_from_a_struct_is_told_at_once() {
    let two = json!({"seats": 2, "name": "Ada"});
    assert_eq!(paths("book", two).await, [required("from"), required("to")]);
    let both = json!({"zip": "no", "place": {"town": "Oslo"}, "stops": [{}]});
    let mut found = paths("whole", both).await;
    found.sort();
    assert_eq!(
        found,
        [
            required("place.zip"),
            required("stops[0].town"),
            required("stops[0].zip"),
            said("zip", "must be an integer"),
        ]
    );
}

#[tokio::test]
async fn what_is_missing_does_not_hide_what_is_out_of_range() {
    let ticket = json!({"from": "Oslo", "seats": 12, "name": "A", "class": 1});
    let mut found = paths("book", ticket).await;
    found.sort();
    assert_eq!(
        found,
        [
            said(
                "class",
                "is not an argument of this tool; it takes `from`, `name`, `seats`, `to`"
            ),
            said("name", "must have at least 3 characters"),
            said("seats", "must be at most 9"),
            required("to"),
        ]
    );
}

#[tokio::test]
async fn one_name_missing_on_both_levels_is_told_twice() {
    let whole = json!({"place": {"town": "Oslo"}, "stops": []});
    let mut found = paths("whole", whole).await;
    found.sort();
    assert_eq!(found, [required("place.zip"), required("zip")]);
    let beside = json!({"place": {"town": "Oslo"}});
    assert_eq!(
        paths("beside", beside).await,
        [required("zip"), required("place.zip")]
    );
}

#[tokio::test]
async fn what_only_reading_tells_stays_beside_what_the_schema_tells() {
    assert_eq!(
        paths("redeem", json!({"_code": "B7", "count": 300})).await,
        [
            said("_code", "does not have the form its schema asks for"),
            said("_code", "must match `^A`"),
            said(
                "count",
                "must be a non-negative integer, without a fraction and in range"
            ),
        ]
    );
}

#[tokio::test]
async fn an_answer_lists_a_number_of_errors_and_counts_the_rest() {
    let unknown: serde_json::Map<_, _> = (0..1000)
        .map(|n| (format!("{n:04}{}", "x".repeat(100)), json!(1)))
        .collect();
    let texts = vec![json!({"text": ""}); 1000];
    let empty = vec![json!({}); 1000];
    // One argument is missing too where none is known.
    for (arguments, all) in [
        (Value::Object(unknown), 1001),
        (json!({"texts": texts}), 1000),
        (json!({"texts": empty}), 1000),
    ] {
        let reply = refused("texts", arguments).await;
        let error = reply.error_object().unwrap();
        assert_eq!(error["errors"].as_array().unwrap().len(), 32);
        assert_eq!(error["more"], all - 32);
        let rest = format!("\n- and {} more", all - 32);
        assert!(reply.text().ends_with(&rest), "{}", reply.text());
        assert!(reply.raw().to_string().len() < 16_000);
        assert!(
            reply.text().matches("`texts`").count() < 3,
            "{}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_path_of_the_callers_own_making_is_shown_in_part() {
    let key = "k".repeat(10_000);
    let mut tree = json!({"leaf": 1, key.clone(): 1});
    let found = paths("grow", json!({"tree": tree.clone()})).await;
    let path = format!("tree.{}", "k".repeat(64));
    assert_eq!(found, [said(&path, "is not expected here; leave it out")]);
    for _ in 0..8 {
        tree = json!({"leaf": 1, "children": {key.clone(): tree}});
    }
    let found = paths("grow", json!({"tree": tree})).await;
    let [(path, _)] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(path.ends_with('…') && path.len() < 300, "{path}");
}
