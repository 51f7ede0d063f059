//! The trace a call belongs to, as the client names it (W3C Trace Context; in MCP, `traceparent` in a request's `_meta`).

use std::fmt;

/// The id of a trace: 16 bytes, never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(u128);

impl TraceId {
    /// The trace id of a `traceparent`: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. `None` where it is not one.
    pub(crate) fn parse(traceparent: &str) -> Option<Self> {
        let mut fields = traceparent.split('-');
        let (version, trace) = (fields.next()?, fields.next()?);
        let (parent, flags) = (fields.next()?, fields.next()?);
        let lengths = [version.len(), trace.len(), parent.len(), flags.len()];
        // Later versions may add fields behind these; version 00 has no others, and ff is none.
        let form = lengths == [2, 32, 16, 2]
            && version != "ff"
            && (version != "00" || fields.next().is_none());
        let lower_hex = |field: &str| {
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            field.bytes().all(digit)
        };
        if !form || ![version, trace, parent, flags].into_iter().all(lower_hex) {
            return None;
        }
        match u128::from_str_radix(trace, 16) {
            Ok(0) | Err(_) => None,
            Ok(id) => Some(Self(id)),
        }
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_id_of_a_traceparent_is_read() {
        let id = "0bf92f3577b34da6a3ce929d0e0e4736";
        for traceparent in [
            format!("00-{id}-00f067aa0ba902b7-01"),
            // A later version may say more.
            format!("42-{id}-00f067aa0ba902b7-01-more"),
        ] {
            let read = TraceId::parse(&traceparent).unwrap();
            assert_eq!(read.to_string(), id);
        }
    }

    #[test]
    fn what_is_no_traceparent_is_no_trace() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for wrong in [
            String::new(),
            id.to_owned(),
            format!("00-{id}"),
            format!("00-{id}-00f067aa0ba902b7-01-more"),
            format!("ff-{id}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
            format!("00-+{}-00f067aa0ba902b7-01", &id[1..]),
            format!("00-{}\n-00f067aa0ba902b7-01", &id[1..]),
        ] {
            assert_eq!(TraceId::parse(&wrong), None, "{wrong:?}");
        }
    }
}
