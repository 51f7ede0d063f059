//! What a server says has changed, in either revision.

use serde_json::{Value, json};

use super::settings::LEGACY;
use super::{Client, Pending};

impl Client {
    /// Listens to what the server says has changed: as `subscriptions/listen` does, and in a session of 2025-11-25 as everybody does.
    ///
    /// Each [`notification`](Pending::notification) is one of the server's. Over in a session they are not, and what comes beside them,
    /// such as log messages, is among them there.
    ///
    /// ```no_run
    /// # async fn example(server: mcp_runtime::Server) {
    /// use mcp_runtime::testing;
    ///
    /// let tools = server.tools();
    /// let client = testing::client(server).await;
    /// let mut changes = client.changes().await;
    /// tools.disable("export").unwrap();
    /// let change = changes.notification().await.unwrap();
    /// assert_eq!(change["method"], "notifications/tools/list_changed");
    /// # }
    /// ```
    ///
    /// # Panics
    /// Where the server does not let the client listen.
    pub async fn changes(&self) -> Pending {
        self.greet().await;
        if self.settings.version == LEGACY {
            let pending = Pending::new(0, self.session.wire.listen().await);
            // Once this is answered, the server has read all that came before it.
            self.request("ping", json!({})).await.result();
            return pending;
        }
        let wanted = json!({
            "toolsListChanged": true,
            "promptsListChanged": true,
            "resourcesListChanged": true,
        });
        let params = json!({"notifications": wanted});
        let mut pending = self.send("subscriptions/listen", params);
        let first = pending.notification().await;
        let method = first.as_ref().map(|first| &first["method"]);
        let acknowledged = Value::from("notifications/subscriptions/acknowledged");
        assert_eq!(
            method,
            Some(&acknowledged),
            "the server does not let the client listen"
        );
        pending
    }
}
