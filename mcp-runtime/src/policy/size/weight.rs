//! How large things are.

use std::io;

use mcp_grammar::Unit;
use serde::Serialize;

use super::{BYTES_PER_TOKEN, TOKENS_PER_PICTURE};
use crate::answer::{Body, Content, Output};

/// What an answer weighs, in bytes.
pub(super) struct Weight {
    pub(super) text: u64,
    structured: u64,
    /// What can be neither cut nor left out.
    pub(super) rest: u64,
}

impl Weight {
    pub(super) fn of(output: &Output, unit: Unit) -> Self {
        let mut weight = Self {
            text: 0,
            structured: output
                .structured
                .as_ref()
                .map_or(0, |json| length(json.get())),
            rest: match output.meta.is_empty() {
                true => 0,
                false => measure(&output.meta, u64::MAX).unwrap_or_default(),
            },
        };
        for content in &output.content {
            match content {
                Content::Text { text } => weight.text += length(text),
                other => weight.rest += rest(other, unit),
            }
        }
        weight
    }

    pub(super) fn total(&self) -> u64 {
        self.rest + self.text.max(self.structured)
    }
}

fn rest(content: &Content, unit: Unit) -> u64 {
    let picture = |data: &str| match unit {
        Unit::Bytes => length(data),
        Unit::Tokens => TOKENS_PER_PICTURE * BYTES_PER_TOKEN,
    };
    match content {
        Content::Text { text } => length(text),
        Content::Image(image) => picture(&image.data),
        Content::Audio(audio) => picture(&audio.data),
        Content::Resource { resource } => {
            let (Body::Text(body) | Body::Blob(body)) = &resource.body;
            length(&resource.uri) + length(body)
        }
        Content::ResourceLink(link) => {
            let texts = [
                Some(&link.uri),
                Some(&link.name),
                link.title.as_ref(),
                link.description.as_ref(),
            ];
            texts.into_iter().flatten().map(|text| length(text)).sum()
        }
    }
}

pub(super) fn length(text: &str) -> u64 {
    text.len() as u64
}

/// How long a value is as compact JSON, unless that is more than `most`.
pub(super) fn measure(value: &impl Serialize, most: u64) -> Option<u64> {
    struct Count {
        bytes: u64,
        most: u64,
    }

    impl io::Write for Count {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            self.bytes += buffer.len() as u64;
            match self.bytes <= self.most {
                true => Ok(buffer.len()),
                // Whoever sends a hundred megabytes is not owed an exact figure.
                false => Err(io::ErrorKind::FileTooLarge.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count { bytes: 0, most };
    serde_json::to_writer(&mut count, value).ok()?;
    Some(count.bytes)
}
