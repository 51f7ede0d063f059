//! An error's sentence in const evaluation, where there is no `String` to put it together in.

use super::{Error, MOST_QUOTED, joint, split_hole};

impl Error<'_> {
    /// Panics with the sentence; in a `const` this is the compiler's error message.
    #[track_caller]
    pub(crate) const fn panic(&self) -> ! {
        let mut text = Text {
            bytes: [0; 1024],
            len: 0,
        };
        text.push(self.problem);
        if !self.found.is_empty() {
            text.push(" `");
            text.quote(self.found);
            text.push("`");
        }
        match split_hole(self.expected) {
            Some((before, after)) => {
                text.push("; ");
                text.push(before);
                text.quote(self.given);
                text.push(after);
            }
            None if self.expected.is_empty() => {}
            None => {
                text.push("; ");
                text.push(self.expected);
            }
        }
        let mut i = 0;
        while i < self.known.len() {
            text.push(joint(i, self.known.len()));
            text.push("`");
            text.push(self.known[i]);
            text.push("`");
            i += 1;
        }
        panic!("{}", text.as_str())
    }
}

/// A text with room for the longest sentence there is.
struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    const fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes(), text.len());
    }

    /// The user's own words, cut off where they are longer than anybody reads.
    const fn quote(&mut self, text: &str) {
        let mut chars = 0;
        let mut end = 0;
        while end < text.len() && chars < MOST_QUOTED {
            end += 1;
            if text.is_char_boundary(end) {
                chars += 1;
            }
        }
        self.push_bytes(text.as_bytes(), end);
        if end < text.len() {
            self.push("…");
        }
    }

    const fn push_bytes(&mut self, bytes: &[u8], end: usize) {
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "this policy is not understood",
        }
    }
}
