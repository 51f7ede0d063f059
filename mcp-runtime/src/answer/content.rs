//! The blocks of a result's content: text, pictures, sounds, resources and pointers to them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

/// What can stand as one content block: text, [`Image`], [`Audio`], [`Embedded`], [`Link`].
pub trait IntoContent: Send + 'static {
    /// The block.
    fn into_content(self) -> Content;
}

/// One block of a result's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Text for the model.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    Image(Image),
    /// A sound.
    Audio(Audio),
    /// A resource's contents, in place.
    Resource {
        /// The contents.
        resource: Embedded,
    },
    /// A pointer to a resource the client may read.
    ResourceLink(Link),
}

impl Content {
    /// A text block.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

impl IntoContent for Content {
    fn into_content(self) -> Content {
        self
    }
}

impl IntoContent for String {
    fn into_content(self) -> Content {
        Content::Text { text: self }
    }
}

impl IntoContent for &'static str {
    fn into_content(self) -> Content {
        Content::text(self)
    }
}

macro_rules! media {
    ($(#[$doc:meta])* $name:ident, $default:literal: $($maker:ident $mime:literal),*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            pub(crate) data: String,
            pub(crate) mime_type: String,
        }

        impl $name {
            #[doc = concat!("From bytes and their media type, such as `", $default, "`.")]
            #[must_use]
            pub fn new(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
                Self { data: BASE64.encode(bytes), mime_type: mime_type.into() }
            }

            $(
                #[doc = concat!("From the bytes of a `", $mime, "`.")]
                #[must_use]
                pub fn $maker(bytes: impl AsRef<[u8]>) -> Self {
                    Self::new(bytes, $mime)
                }
            )*
        }

        impl IntoContent for $name {
            fn into_content(self) -> Content {
                Content::$name(self)
            }
        }
    };
}
media!(
    /// A picture, sent base64-encoded.
    Image, "image/png": png "image/png", jpeg "image/jpeg", webp "image/webp"
);
media!(
    /// A sound, sent base64-encoded.
    Audio, "audio/wav": wav "audio/wav", mp3 "audio/mpeg", ogg "audio/ogg"
);

/// A resource's contents, sent in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Embedded {
    pub(crate) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<String>,
    #[serde(flatten)]
    pub(crate) body: Body,
}

/// Text, or bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Body {
    Text(String),
    Blob(String),
}

impl Embedded {
    /// A text resource.
    #[must_use]
    pub fn text(uri: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            mime_type: None,
            body: Body::Text(text.into()),
        }
    }

    /// A binary resource.
    #[must_use]
    pub fn blob(uri: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self {
            uri: uri.into(),
            mime_type: None,
            body: Body::Blob(BASE64.encode(bytes)),
        }
    }

    /// Sets the media type.
    #[must_use]
    pub fn mime(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }
}

impl IntoContent for Embedded {
    fn into_content(self) -> Content {
        Content::Resource { resource: self }
    }
}

/// A pointer to a resource, which the client may read or show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub(crate) uri: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
}

impl Link {
    /// A link to `uri` under a name.
    #[must_use]
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            name: name.into(),
            title: None,
            description: None,
            mime_type: None,
            size: None,
        }
    }

    /// Sets the title a person sees.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Says what the resource is.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the media type.
    #[must_use]
    pub fn mime(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Sets the size in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }
}

impl IntoContent for Link {
    fn into_content(self) -> Content {
        Content::ResourceLink(self)
    }
}
