//! A request on its way.

use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::reply::Reply;
use super::wire::Exchange;

/// A request on its way: await it for the answer, drop it to cancel.
///
/// ```no_run
/// # async fn example(client: mcp_runtime::testing::Client) {
/// # use serde_json::json;
/// let mut copy = client.start("copy", json!({"files": ["a", "b"]})).await;
/// assert_eq!(copy.notification().await.unwrap()["params"]["progress"], 0.0);
/// assert_eq!(copy.await.text(), "2");
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a request that is dropped is cancelled"]
pub struct Pending {
    id: u64,
    exchange: Exchange,
    notifications: Vec<Value>,
}

impl Pending {
    pub(super) fn new(id: u64, exchange: Exchange) -> Self {
        Self {
            id,
            exchange,
            notifications: Vec::new(),
        }
    }

    /// The request's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The next notification that belongs to the request, or `None` once the answer is there.
    pub async fn notification(&mut self) -> Option<Value> {
        let notification = self.exchange.notification().await?;
        self.notifications.push(notification.clone());
        Some(notification)
    }

    /// Tells the server that nobody waits any more, as dropping does.
    pub fn cancel(self) {
        drop(self);
    }
}

impl IntoFuture for Pending {
    type Output = Reply;
    type IntoFuture = BoxFuture<'static, Reply>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while self.notification().await.is_some() {}
            Reply {
                message: self.exchange.answer(),
                notifications: self.notifications,
                status: self.exchange.status,
            }
        })
    }
}
