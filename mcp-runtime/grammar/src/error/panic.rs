//! An error's sentence in const evaluation, where there is no `String` to put it together in.

use super::{Error, joint, split_hole};

impl Error<'_> {
    /// Panics with the sentence; in a `const` this is the compiler's error message.
    #[track_caller]
    pub(crate) const fn panic(&self) -> ! {
        let mut text = Text {
            bytes: [0; 512],
            len: 0,
        };
        text.push(self.problem);
        if !self.found.is_empty() {
            text.push(" `");
            text.push(self.found);
            text.push("`");
        }
        if !self.expected.is_empty() {
            text.push("; ");
            match split_hole(self.expected) {
                Some((before, after)) => {
                    text.push(before);
                    text.push(self.given);
                    text.push(after);
                }
                None => text.push(self.expected),
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

/// A text that grows up to its bound; what does not fit is cut off.
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    const fn push(&mut self, text: &str) {
        let mut end = text.len();
        if end > self.bytes.len() - self.len {
            end = self.bytes.len() - self.len;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
        }
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = text.as_bytes()[i];
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
