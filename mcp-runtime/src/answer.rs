//! What comes out of a tool: content for the model, structured data for programs.

mod content;

use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

pub(crate) use self::content::Body;
pub use self::content::{Audio, Content, Embedded, Image, IntoContent, Link};
use crate::arg::Lent;
use crate::error::{IntoToolError, ToolError};
use crate::prompt::Role;

/// The key under which a result's `_meta` says that the tool did not run for this call: `{"cache": "hit", "ageMs": 1200}`.
///
/// `hit` is a fresh answer, `stale` one past its time (`swr`, `stale_if_error`), `shared` that of an equal call which was running already.
pub const CACHE_META_KEY: &str = "dev.mcp-runtime/cache";

/// The key under which a result's `_meta` says that it is the first result of its idempotency key again: `{"replayed": true}`.
pub const IDEMPOTENCY_META_KEY: &str = "dev.mcp-runtime/idempotency";

/// What a tool may return.
///
/// Text, numbers, `bool` and `()` become text. [`Json<T>`] becomes structured content with an output schema.
/// [`Image`], [`Audio`], [`Embedded`], [`Link`] and [`Content`] are content of their kind; a `Vec` or a tuple of them
/// is several at once. `Result<_, E>` is any of these or a failure, `Option<_>` any of these or nothing.
#[diagnostic::on_unimplemented(
    message = "a tool can't return `{Self}`",
    label = "not an answer",
    note = "return text, a number, `()`, or `Json(value)` for structured data; wrap it in `Result<_, ToolError>` if the tool can fail"
)]
pub trait Answer: Sized + Send + 'static {
    /// Turns the value into the tool's result.
    ///
    /// # Errors
    /// The failure the tool returned, or an internal error where the value cannot be serialised.
    fn into_output(self) -> Result<Output, ToolError>;

    /// The schema of the structured content, where there is some.
    fn output_schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// A tool's result before it goes on the wire.
#[derive(Debug, Clone, Default)]
pub struct Output {
    pub(crate) content: Vec<Content>,
    pub(crate) structured: Option<Box<RawValue>>,
    pub(crate) meta: Map<String, Value>,
    /// Who says each block, in a prompt; empty everywhere else.
    pub(crate) roles: Vec<Role>,
    pub(crate) source: Source,
}

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// The tool ran for this call.
    #[default]
    Tool,
    /// An earlier call left it in the cache, this long ago; it is fresh.
    Hit(Duration),
    /// An earlier call left it in the cache, this long ago; it is served past its time.
    Stale(Duration),
    /// An equal call was running already, and this one waited for its answer.
    Shared,
    /// The first call with the same idempotency key left it.
    Replay,
}

impl Output {
    /// A result of these content blocks.
    #[must_use]
    pub fn new(content: Vec<Content>) -> Self {
        Self {
            content,
            ..Self::default()
        }
    }

    /// Adds an entry to the result's `_meta`. Keys are `prefix/name` with a reverse-DNS prefix (MCP 2026-07-28, "_meta").
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }

    /// The content blocks.
    pub fn content(&self) -> &[Content] {
        &self.content
    }

    /// Whether the answer was there already, or another call made it: the tool did not run for this one.
    pub(crate) fn is_remembered(&self) -> bool {
        !matches!(self.source, Source::Tool)
    }

    pub(crate) fn with_source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// The result as a store keeps it.
    pub(crate) fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(&(&self.content, &self.structured, &self.meta, &self.roles))
    }

    pub(crate) fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let (content, structured, meta, roles) = serde_json::from_slice(json)?;
        Ok(Self {
            content,
            structured,
            meta,
            roles,
            source: Source::Tool,
        })
    }
}

impl Answer for Output {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(self)
    }
}

/// A structured result: `structuredContent` on the wire, with the same JSON as text for clients that read only that.
///
/// The output schema is derived from `T`. A `T` whose JSON is not an object is wrapped as `{"result": ..}`,
/// since the protocol's older revisions allow objects alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema + Send + 'static> Answer for Json<T> {
    fn into_output(self) -> Result<Output, ToolError> {
        structured(to_raw_value(&self.0))
    }

    fn output_schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(Lent::of::<T>().root_schema(generator))
    }
}

fn structured(json: serde_json::Result<Box<RawValue>>) -> Result<Output, ToolError> {
    let json = json.map_err(ToolError::internal)?;
    Ok(Output {
        content: vec![Content::text(json.get())],
        structured: Some(json),
        ..Output::default()
    })
}

impl<A: Answer, E: IntoToolError> Answer for Result<A, E> {
    fn into_output(self) -> Result<Output, ToolError> {
        self.map_err(E::into_tool_error)?.into_output()
    }

    fn output_schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        A::output_schema(generator)
    }
}

impl Answer for () {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::default())
    }
}

impl<A: Answer> Answer for Option<A> {
    fn into_output(self) -> Result<Output, ToolError> {
        self.map_or_else(|| Ok(Output::default()), Answer::into_output)
    }
}

macro_rules! text_answers {
    ($($type:ty),*) => {$(
        impl Answer for $type {
            fn into_output(self) -> Result<Output, ToolError> {
                Ok(Output::new(vec![Content::text(self.to_string())]))
            }
        }
    )*};
}
text_answers!(
    bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

macro_rules! content_answers {
    ($($type:ty),*) => {$(
        impl Answer for $type {
            fn into_output(self) -> Result<Output, ToolError> {
                Ok(Output::new(vec![self.into_content()]))
            }
        }
    )*};
}
content_answers!(String, &'static str, Content, Image, Audio, Embedded, Link);

impl<C: IntoContent> Answer for Vec<C> {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::new(
            self.into_iter().map(IntoContent::into_content).collect(),
        ))
    }
}

macro_rules! tuple_answers {
    ($($name:ident)*) => {
        impl<$($name: IntoContent),*> Answer for ($($name,)*) {
            #[allow(non_snake_case, reason = "the tuple's fields are named for their types")]
            fn into_output(self) -> Result<Output, ToolError> {
                let ($($name,)*) = self;
                Ok(Output::new(vec![$($name.into_content()),*]))
            }
        }
    };
}
tuple_answers!(A B);
tuple_answers!(A B C);
tuple_answers!(A B C D);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_back_from_a_store_as_it_was() {
        let content = vec![
            Content::text("seven"),
            Image::png([1, 2]).into_content(),
            Audio::wav([3]).into_content(),
            Embedded::text("file:///a", "a")
                .mime("text/plain")
                .into_content(),
            Embedded::blob("file:///b", [4]).into_content(),
            Link::new("file:///c", "c")
                .title("C")
                .description("see")
                .size(5)
                .into_content(),
        ];
        let mut output = Json(7).into_output().unwrap().meta("org.example/x", 1);
        output.content.extend(content.clone());
        let back = Output::from_json(output.to_json().unwrap().get().as_bytes()).unwrap();
        assert_eq!(back.content[1..], content);
        assert_eq!(back.structured.unwrap().get(), "7");
        assert_eq!(back.meta, output.meta);
        let plain = Output::new(content).to_json().unwrap();
        let back = Output::from_json(plain.get().as_bytes()).unwrap();
        assert!(back.structured.is_none());
    }
}
