//! Lists of tools, as bytes that are there already. Clients of sessions ask for one once a session, so theirs are left to the protocol.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use super::{Lane, head, response};
use crate::transport::plain::PlainList;

impl Lane {
    /// The answer to a plain request of 2026-07-28 for a page of the tools.
    pub(in crate::transport::http) fn list(&self, head: &Parts, body: &[u8]) -> Option<Response> {
        if !head::speaks_current(&head.headers, "tools/list", None) {
            return None;
        }
        let plain = PlainList::read(body)?;
        let introduction = plain.meta.introduction()?;
        if !head::is_current(&introduction.version) || !head::accepts_answers(&head.headers) {
            return None;
        }
        let caller = self.caller(head).map(Arc::as_ref);
        let page = self.listing.page(plain.cursor.as_deref(), caller)?;
        let id = serde_json::to_string(&plain.id).ok()?;
        let before = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":");
        let body = Joined([before.into(), page, Bytes::from_static(b"}")]);
        Some(response(
            StatusCode::OK,
            "application/json",
            Body::new(body),
        ))
    }
}

/// A body in three pieces, so that the long one between is not copied for each who reads it. What is sent is left empty.
struct Joined([Bytes; 3]);

impl HttpBody for Joined {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.0.iter_mut().find(|piece| !piece.is_empty());
        Poll::Ready(next.map(|piece| Ok(Frame::data(std::mem::take(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}
