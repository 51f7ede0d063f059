//! What comes out of a resource: text, or bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::{Body, Content, Embedded, Image, Json, Output};
use crate::error::{IntoToolError, ToolError};

/// What a resource may return.
///
/// Text is text, [`Json<T>`] is JSON text, [`Blob`], `Vec<u8>` and [`Image`] are bytes. [`Embedded`] names its own address, so that a `Vec` of them can be
/// a folder's contents. `Result<_, E>` is any of these or a failure; `None` says that there is no such resource.
#[diagnostic::on_unimplemented(
    message = "a resource can't return `{Self}`",
    label = "not the contents of a resource",
    note = "return `String` for text, `Json(value)` for data, `Blob` for bytes; wrap it in `Result<_, ToolError>` if reading can fail"
)]
pub trait IntoContents: Sized + Send + 'static {
    /// The media type where neither the attribute nor the value says one.
    const MIME: Option<&'static str> = None;

    /// Turns the value into what is read.
    ///
    /// # Errors
    /// The failure the function returned, or an internal error where the value cannot be serialised.
    fn into_contents(self) -> Result<Output, ToolError>;
}

/// Bytes and their media type, sent base64-encoded.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// The company's logo.
/// #[resource("brand://logo")]
/// async fn logo() -> Blob {
///     Blob::new([0x89, b'P', b'N', b'G'], "image/png")
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    data: String,
    mime_type: Option<String>,
}

impl Blob {
    /// From bytes and their media type, such as `image/png`.
    #[must_use]
    pub fn new(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self {
            data: BASE64.encode(bytes),
            mime_type: Some(mime_type.into()),
        }
    }
}

/// Contents at the address that was asked for, which the wire fills in.
fn here(body: Body, mime_type: Option<String>) -> Output {
    let uri = String::new();
    let resource = Embedded {
        uri,
        mime_type,
        body,
    };
    Output::new(vec![Content::Resource { resource }])
}

impl IntoContents for String {
    const MIME: Option<&'static str> = Some("text/plain");

    fn into_contents(self) -> Result<Output, ToolError> {
        Ok(here(Body::Text(self), None))
    }
}

impl IntoContents for &'static str {
    const MIME: Option<&'static str> = Some("text/plain");

    fn into_contents(self) -> Result<Output, ToolError> {
        self.to_owned().into_contents()
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> IntoContents for Json<T> {
    const MIME: Option<&'static str> = Some("application/json");

    fn into_contents(self) -> Result<Output, ToolError> {
        serde_json::to_string(&self.0)?.into_contents()
    }
}

impl IntoContents for Blob {
    fn into_contents(self) -> Result<Output, ToolError> {
        Ok(here(Body::Blob(self.data), self.mime_type))
    }
}

impl IntoContents for Vec<u8> {
    const MIME: Option<&'static str> = Some("application/octet-stream");

    fn into_contents(self) -> Result<Output, ToolError> {
        Ok(here(Body::Blob(BASE64.encode(self)), None))
    }
}

impl IntoContents for Image {
    fn into_contents(self) -> Result<Output, ToolError> {
        Ok(here(Body::Blob(self.data), Some(self.mime_type)))
    }
}

impl IntoContents for Embedded {
    fn into_contents(self) -> Result<Output, ToolError> {
        vec![self].into_contents()
    }
}

impl IntoContents for Vec<Embedded> {
    fn into_contents(self) -> Result<Output, ToolError> {
        let resources = self.into_iter();
        let contents = resources.map(|resource| Content::Resource { resource });
        Ok(Output::new(contents.collect()))
    }
}

impl<C: IntoContents, E: IntoToolError> IntoContents for Result<C, E> {
    const MIME: Option<&'static str> = C::MIME;

    fn into_contents(self) -> Result<Output, ToolError> {
        self.map_err(E::into_tool_error)?.into_contents()
    }
}

impl<C: IntoContents> IntoContents for Option<C> {
    const MIME: Option<&'static str> = C::MIME;

    fn into_contents(self) -> Result<Output, ToolError> {
        self.map_or_else(
            || Err(ToolError::not_found("there is no such resource")),
            IntoContents::into_contents,
        )
    }
}
