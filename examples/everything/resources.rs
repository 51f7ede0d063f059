//! What a client can read.

use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::tools::PNG;

pub const RESOURCES: Toolset =
    resources![static_text, static_binary, watched_resource, template_data];

/// A text that never changes.
#[resource("test://static-text", mime = "text/plain")]
async fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// A picture that never changes.
#[resource("test://static-binary")]
async fn static_binary() -> Blob {
    Blob::new(PNG, "image/png")
}

/// A text to subscribe to.
#[resource("test://watched-resource", mime = "text/plain")]
async fn watched_resource() -> &'static str {
    "This is watched."
}

#[derive(Debug, Serialize, JsonSchema)]
struct Data {
    id: String,
    #[serde(rename = "templateTest")]
    template_test: bool,
    data: String,
}

/// What belongs to an id.
#[resource("test://template/{id}/data", mime = "application/json")]
async fn template_data(
    /// The id.
    id: String,
) -> Json<Data> {
    Json(Data {
        data: format!("Data for ID: {id}"),
        template_test: true,
        id,
    })
}
