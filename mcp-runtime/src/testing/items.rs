//! Resources, prompts and completions, as a test asks for them.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Client, Reply};

impl Client {
    /// Reads a resource. Where reading asks something first, a client that is [`answering`](super::Builder::answering) answers and reads again.
    ///
    /// ```
    /// # use mcp_runtime::prelude::*;
    /// # use mcp_runtime::testing;
    /// /// A customer's name.
    /// #[resource("crm://customers/{id}")]
    /// async fn customer(id: u64) -> String { format!("customer {id}") }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = testing::client(Server::new("crm").mount(resources![customer])).await;
    /// assert_eq!(client.read("crm://customers/7").await.text(), "customer 7");
    /// # }
    /// ```
    pub async fn read(&self, uri: &str) -> Reply {
        self.in_rounds("resources/read", json!({"uri": uri})).await
    }

    /// Asks for a prompt's messages. Its arguments are texts, whatever their types.
    pub async fn get_prompt(&self, name: &str, arguments: impl Serialize) -> Reply {
        let params = json!({"name": name, "arguments": super::json(&arguments)});
        self.in_rounds("prompts/get", params).await
    }

    /// What is proposed for an argument of a prompt, of which `typed` is typed so far.
    ///
    /// # Panics
    /// Where the server refuses.
    pub async fn complete(&self, prompt: &str, argument: &str, typed: &str) -> Vec<String> {
        let of = json!({"type": "ref/prompt", "name": prompt});
        self.completed(of, argument, typed).await
    }

    /// What is proposed for a variable of a template, of which `typed` is typed so far.
    ///
    /// # Panics
    /// Where the server refuses.
    pub async fn complete_uri(&self, template: &str, variable: &str, typed: &str) -> Vec<String> {
        let of = json!({"type": "ref/resource", "uri": template});
        self.completed(of, variable, typed).await
    }

    /// Every resource the caller may see, all pages together, as they were sent.
    ///
    /// # Panics
    /// Where the server refuses the list.
    pub async fn resources(&self) -> Vec<Value> {
        self.all("resources/list", "resources").await
    }

    /// Every template the caller may see, as they were sent.
    ///
    /// # Panics
    /// Where the server refuses the list.
    pub async fn resource_templates(&self) -> Vec<Value> {
        self.all("resources/templates/list", "resourceTemplates")
            .await
    }

    /// Every prompt the caller may see, as they were sent.
    ///
    /// # Panics
    /// Where the server refuses the list.
    pub async fn prompts(&self) -> Vec<Value> {
        self.all("prompts/list", "prompts").await
    }

    async fn completed(&self, of: Value, argument: &str, typed: &str) -> Vec<String> {
        let params = json!({"ref": of, "argument": {"name": argument, "value": typed}});
        let reply = self.request("completion/complete", params).await;
        let values = reply.result()["completion"]["values"].as_array();
        let texts = values.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    async fn all(&self, method: &str, items: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut params = json!({});
        loop {
            let page = self.request(method, params).await;
            let page = page.result();
            all.extend(page[items].as_array().cloned().unwrap_or_default());
            match page["nextCursor"].as_str() {
                Some(cursor) => params = json!({"cursor": cursor}),
                None => return all,
            }
        }
    }
}
