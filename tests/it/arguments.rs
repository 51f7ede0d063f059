//! Arguments that cannot be used, and where they are.

use mcp_runtime::prelude::*;
use mcp_runtime::testing;
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

/// The paths that are at fault.
async fn paths(tool: &str, arguments: Value) -> Vec<(String, String)> {
    let server = Server::new("arguments").mount(tools![whole, parts]);
    let reply = testing::client(server).await.call(tool, arguments).await;
    assert_eq!(reply.code(), Some("invalid_input"), "{reply:?}");
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
