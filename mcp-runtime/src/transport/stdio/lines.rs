//! Lines of bounded length from bytes that come in pieces.

/// What a line that was too long keeps its capacity down to.
const USUAL: usize = 64 * 1024;

/// Finds lines. Of one that is longer than the limit only the beginning is kept, and the rest is skipped.
#[derive(Debug)]
pub(super) struct Lines {
    limit: usize,
    /// The beginning of a line that has come in more than one piece.
    line: Vec<u8>,
    /// How many bytes of that line have come.
    length: usize,
    /// Whether it was given out whole.
    given: bool,
}

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// The first bytes of a line that is longer than the limit.
    TooLong(&'a [u8]),
}

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            length: 0,
            given: false,
        }
    }

    /// The next line that ends in these bytes, which are taken from them. `None` takes the rest, the beginning of a line.
    pub(super) fn next<'a, 'b: 'a>(&'a mut self, bytes: &mut &'b [u8]) -> Option<Line<'a>> {
        self.begin();
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.add(std::mem::take(bytes));
            return None;
        };
        let (line, rest) = bytes.split_at(end);
        *bytes = &rest[1..];
        if self.length == 0 && line.len() <= self.limit {
            return Some(Line::Whole(line));
        }
        self.add(line);
        self.given = true;
        Some(self.line())
    }

    /// What has come after the last line end, unless it is nothing.
    pub(super) fn last(&mut self) -> Option<Line<'_>> {
        self.begin();
        (self.length > 0).then(|| self.line())
    }

    /// Forgets a line that was given out.
    fn begin(&mut self) {
        if std::mem::take(&mut self.given) {
            self.line.clear();
            self.line.shrink_to(USUAL);
            self.length = 0;
        }
    }

    fn add(&mut self, piece: &[u8]) {
        let room = self.limit - self.line.len();
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
        self.length += piece.len();
    }

    fn line(&self) -> Line<'_> {
        match self.length > self.limit {
            true => Line::TooLong(&self.line),
            false => Line::Whole(&self.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of `text`, in whatever pieces it comes.
    fn lines(text: &[u8], limit: usize) -> Vec<(bool, Vec<u8>)> {
        let whole = in_pieces(text, text.len().max(1), limit);
        for size in 1..text.len() {
            assert_eq!(in_pieces(text, size, limit), whole, "{size} at once");
        }
        whole
    }

    fn in_pieces(text: &[u8], size: usize, limit: usize) -> Vec<(bool, Vec<u8>)> {
        let owned = |line: Line<'_>| match line {
            Line::Whole(line) => (true, line.to_vec()),
            Line::TooLong(line) => (false, line.to_vec()),
        };
        let mut lines = Lines::new(limit);
        let mut read = Vec::new();
        for mut piece in text.chunks(size) {
            while let Some(line) = lines.next(&mut piece) {
                read.push(owned(line));
            }
            assert!(piece.is_empty());
        }
        read.extend(lines.last().map(owned));
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
