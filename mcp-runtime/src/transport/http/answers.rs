//! Answers on their way out, so that a server that stops can let them finish and end the streams that never would.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
#[cfg(feature = "auth")]
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long a client may take to read an answer that is ready when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The answers of one server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    owed: TaskTracker,
    cut: CancellationToken,
}

impl Answers {
    /// Counts one answer, until the guard is dropped.
    pub(super) fn owe(&self) -> TaskTrackerToken {
        self.owed.token()
    }

    /// Ends every open stream and session when it is cancelled.
    pub(super) fn cut(&self) -> CancellationToken {
        self.cut.clone()
    }

    /// Lets the answers that are ready go out, then ends every stream. To be called when no call is in flight any more.
    pub(super) async fn finish(&self) {
        self.owed.close();
        // Whoever does not read in time is cut off.
        let _ = tokio::time::timeout(LAST_WORDS, self.owed.wait()).await;
        self.cut.cancel();
    }

    /// Ends every stream when the guard is dropped.
    pub(crate) fn cut_on_drop(&self) -> DropGuard {
        self.cut.clone().drop_guard()
    }
}

/// Keeps an answer counted until it is sent. One that is no stream is complete already.
pub(super) fn until_sent(response: Response, owed: TaskTrackerToken) -> Response {
    if !is_stream(&response) {
        return response;
    }
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _counted = &owed;
            frame
        }))
    })
}

/// Ends an answer that is a stream when this does.
#[cfg(feature = "auth")]
pub(super) fn until(
    response: Response,
    over: impl Future<Output = ()> + Send + 'static,
) -> Response {
    if !is_stream(&response) {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(over))))
}

fn is_stream(response: &Response) -> bool {
    let streams = HeaderValue::from_static("text/event-stream");
    response.headers().get(CONTENT_TYPE) == Some(&streams)
}
