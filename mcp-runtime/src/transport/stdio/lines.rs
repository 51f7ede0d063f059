//! Lines of bounded length from a reader.

use std::io::{self, BufRead};

/// What a line that was too long keeps its capacity down to.
const USUAL: usize = 64 * 1024;

/// Reads lines. One that is longer than the limit is skipped to its end, and only its beginning is kept.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    limit: usize,
    line: Vec<u8>,
}

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// The first bytes of a line that is longer than the limit.
    TooLong(&'a [u8]),
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R, limit: usize) -> Self {
        Self {
            reader,
            limit,
            line: Vec::new(),
        }
    }

    /// The next line; `None` at the end. What comes after the last line end is a line too, unless it is empty.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        self.line.shrink_to(USUAL);
        let mut length = 0;
        let ended = loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if bytes.is_empty() {
                break false;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(bytes.len());
            let room = self.limit - self.line.len();
            self.line.extend_from_slice(&bytes[..taken.min(room)]);
            length += taken;
            self.reader.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                break true;
            }
        };
        Ok(match length {
            0 if !ended => None,
            _ if length > self.limit => Some(Line::TooLong(&self.line)),
            _ => Some(Line::Whole(&self.line)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Every line of `text`, read through a buffer of so few bytes that lines span several.
    fn lines(text: &[u8], limit: usize) -> Vec<(bool, Vec<u8>)> {
        let mut lines = Lines::new(BufReader::with_capacity(3, text), limit);
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            read.push(match line {
                Line::Whole(line) => (true, line.to_vec()),
                Line::TooLong(line) => (false, line.to_vec()),
            });
        }
        read
    }

    #[test]
    fn lines_end_at_their_end_and_the_last_one_with_the_input() {
        let whole = |text: &str| (true, text.as_bytes().to_vec());
        assert_eq!(lines(b"", 8), []);
        assert_eq!(
            lines(b"one\n\nthree", 8),
            [whole("one"), whole(""), whole("three")]
        );
        assert_eq!(lines(b"one\n", 8), [whole("one")]);
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_to_its_end_and_the_next_one_is_read() {
        let read = lines(b"12345678\n123456789\nnext\n1234567890", 8);
        let expected: [(bool, &[u8]); 4] = [
            (true, b"12345678"),
            (false, b"12345678"),
            (true, b"next"),
            (false, b"12345678"),
        ];
        assert_eq!(read, expected.map(|(whole, line)| (whole, line.to_vec())));
    }
}
