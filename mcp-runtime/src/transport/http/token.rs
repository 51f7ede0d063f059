//! The token of a request, from its `Authorization` header.

use std::ops::Range;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};

/// What a request brings along.
pub(super) enum Brought {
    Nothing,
    One(Token),
    Two,
    Malformed,
}

/// A token where it stands in its header. Of what it is made has not been looked at: a token that is known needs no looking at.
pub(super) struct Token {
    header: HeaderValue,
    at: Range<usize>,
}

impl Brought {
    pub(super) fn by(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Nothing,
            (Some(_), Some(_)) => Self::Two,
            (Some(value), None) => Self::read(value),
        }
    }

    /// `Bearer` in any case, spaces, and whatever follows. Another scheme brings no token.
    fn read(header: &HeaderValue) -> Self {
        let text = header.as_bytes();
        let end = text.iter().position(|byte| *byte == b' ');
        let scheme = &text[..end.unwrap_or(text.len())];
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return match header.to_str() {
                Ok(_) => Self::Nothing,
                Err(_) => Self::Malformed,
            };
        }
        let spaces =
            |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|it| **it == b' ').count();
        let start = scheme.len() + spaces(&mut text[scheme.len()..].iter());
        let end = text.len() - spaces(&mut text[start..].iter().rev());
        Self::One(Token {
            header: header.clone(),
            at: start..end,
        })
    }
}

impl Token {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.header.as_bytes()[self.at.clone()]
    }

    /// The token, if it is of RFC 6750's alphabet (section 2.1): letters, digits and `-._~+/`, then any number of `=`.
    pub(super) fn text(&self) -> Option<&str> {
        let token = str::from_utf8(self.bytes()).ok()?;
        let body = token.trim_end_matches('=');
        let mark = |byte| matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || mark(byte);
        (!body.is_empty() && body.bytes().all(fits)).then_some(token)
    }
}
