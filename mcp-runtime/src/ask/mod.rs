//! Asking the client and its user, written once for both of the protocol's ways.
//!
//! Under 2026-07-28 a question ends the call with `input_required`, and the tool's body runs again when the answer is there; under 2025-11-25 the
//! server asks while the tool waits.

mod form;
mod sampling;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::form::Form;
pub use self::sampling::{Sampled, Sampling};
use crate::client::Capability;
use crate::context::Context;
use crate::error::{ErrorKind, ToolError};
use crate::human::Exactly;
use crate::rounds::Question;

impl Context {
    /// Asks the user to fill in a form: `T`'s fields, each a text, a number, a boolean or a choice (MCP, "Elicitation").
    ///
    /// An `Option` may be left empty, an enum without data is a choice of one, a `Vec` of such an enum a choice of several; the doc comment of a variant is
    /// what a person reads of it. What is none of these, such as a struct within the struct or a [`Secret`](crate::Secret), is the tool's own mistake: it is an
    /// internal error before anybody is asked, and the log names the field. The answer is held to all of `T`'s schema.
    ///
    /// `key` names the question within this call. Under 2026-07-28 the tool's body runs again once the answer is there, so what must happen only
    /// once stands in [`once`](Self::once).
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Who {
    ///     /// Your name.
    ///     name: String,
    /// }
    ///
    /// /// Greet the user by name.
    /// #[tool]
    /// async fn greet(ctx: Context) -> Result<String, ToolError> {
    ///     let who: Who = ctx.ask("who", "What is your name?").await?;
    ///     Ok(format!("Hello, {}!", who.name))
    /// }
    /// ```
    ///
    /// # Errors
    /// The user declined, nobody answered (see [`Server::patience`](crate::Server::patience)), the answer does not fit the form, or the client cannot ask or
    /// refuses to. Hand the error on with `?`: under 2026-07-28 it also carries the question out.
    pub async fn ask<T: DeserializeOwned + JsonSchema>(
        &self,
        key: &str,
        message: impl Into<String> + Send,
    ) -> Result<T, ToolError> {
        let form = Form::of::<T>().map_err(ToolError::internal)?;
        let content = self.form(key, message.into(), &form).await?;
        T::deserialize(&content).map_err(|_| unusable())
    }

    /// Asks the user to fill in a form of this JSON Schema: an object of texts, numbers, booleans and choices. The answer is held to the schema, its null
    /// fields left out.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_with_schema(
        &self,
        key: &str,
        message: impl Into<String> + Send,
        schema: Value,
    ) -> Result<Value, ToolError> {
        let form = Form::new(&schema).map_err(ToolError::internal)?;
        self.form(key, message.into(), &form).await
    }

    /// Asks the user to visit an address, and returns when they say they did: for what must not pass through the client, such as a payment or a
    /// login.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_to_visit(
        &self,
        key: &str,
        message: impl Into<String> + Send,
        url: impl Into<String> + Send,
    ) -> Result<(), ToolError> {
        let mut params = json!({"mode": "url", "message": message.into(), "url": url.into()});
        // 2026-07-28 has done away with it: there the question's key is all that names it.
        if !self.client().asks_in_rounds() {
            params["elicitationId"] = json!(crate::error::incident_id());
        }
        let answer = self
            .question(
                key,
                Capability::ElicitationUrl,
                "elicitation/create",
                params,
            )
            .await?;
        accepted(&answer).map(drop)
    }

    /// Asks the client's model for a completion of at most `max_tokens` tokens (MCP, "Sampling").
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn sample(
        &self,
        key: &str,
        prompt: impl Into<String> + Send,
        max_tokens: u32,
    ) -> Result<Sampled, ToolError> {
        self.sample_with(key, Sampling::new(max_tokens).user(prompt.into()))
            .await
    }

    /// Asks the client's model for a completion of several messages, with a system prompt, or of a model of some kind.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); an internal error where there is no message, or one that is a resource.
    pub async fn sample_with(&self, key: &str, wanted: Sampling) -> Result<Sampled, ToolError> {
        let params = wanted.into_params()?;
        let answer = self
            .question(key, Capability::Sampling, "sampling/createMessage", params)
            .await?;
        Sampled::deserialize(&answer).map_err(|_| unusable())
    }

    /// Asks for the folders the client works in (MCP, "Roots").
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn roots(&self, key: &str) -> Result<Vec<Root>, ToolError> {
        #[derive(Deserialize)]
        struct Answer {
            roots: Vec<Root>,
        }
        let answer = self
            .question(key, Capability::Roots, "roots/list", json!({}))
            .await?;
        let answer = Answer::deserialize(&answer).map_err(|_| unusable())?;
        Ok(answer.roots)
    }

    /// Runs a step once in the life of a call, however often its questions make the body run: later rounds get the first one's value.
    ///
    /// The value travels with the client, signed and readable: it must be nothing secret.
    ///
    /// # Errors
    /// The step's own, and an internal error where its value is not JSON. A step that failed runs again.
    pub async fn once<T, F>(&self, key: &str, step: F) -> Result<T, ToolError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, ToolError>> + Send,
    {
        if let Some(value) = self.rounds().step(key) {
            return Ok(T::deserialize(&value)?);
        }
        let value = step.await?;
        self.rounds()
            .finish_step(key, serde_json::to_value(&value)?);
        Ok(value)
    }

    async fn form(&self, key: &str, message: String, form: &Form) -> Result<Value, ToolError> {
        let schema = form.requested();
        let params = json!({"mode": "form", "message": message, "requestedSchema": schema});
        let answer = self
            .question(key, Capability::Elicitation, "elicitation/create", params)
            .await?;
        form.read(accepted(&answer)?)
    }

    async fn question(
        &self,
        key: &str,
        capability: Capability,
        method: &'static str,
        params: Value,
    ) -> Result<Value, ToolError> {
        self.note_client();
        let client = self.client();
        if client.asks_in_rounds() {
            if let Some(answer) = self.rounds().answer(key)
                && fits(method, answer)
            {
                return Ok(answer.clone());
            }
            if !client.can(capability) {
                return Err(ToolError::unanswerable(capability));
            }
            self.rounds().ask(key, Question { method, params });
            return Err(ToolError::interrupted());
        }
        if !client.can(capability) {
            return Err(ToolError::unanswerable(capability));
        }
        // The time a person takes to answer is not the tool's.
        let _asking = self.watch().asking();
        let patience = self.patience();
        let answer = client.ask(key, Question { method, params });
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) if !fits(method, &answer) => Err(unusable()),
            Ok(answer) => answer,
            Err(_) => Err(ToolError::new(
                ErrorKind::NotConfirmed,
                format!("nobody has answered for {}", Exactly(patience)),
            )),
        }
    }
}

/// A folder the client works in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Root {
    /// Its address, such as `file:///home/ada/project`.
    pub uri: String,
    /// Its name.
    pub name: Option<String>,
}

/// Whether an answer has the form of its question's: one that has not is asked for again.
pub(crate) fn fits(method: &str, answer: &Value) -> bool {
    let key = match method {
        "elicitation/create" => "action",
        "sampling/createMessage" => "content",
        _ => "roots",
    };
    answer.get(key).is_some()
}

/// The content of a form that the user sent.
fn accepted(answer: &Value) -> Result<Value, ToolError> {
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => Ok(answer.get("content").cloned().unwrap_or(Value::Null)),
        Some("decline") => Err(ToolError::new(ErrorKind::NotConfirmed, "the user declined")),
        _ => Err(ToolError::new(
            ErrorKind::NotConfirmed,
            "the user dismissed the question",
        )),
    }
}

/// Nothing is wrong with the arguments of the call, so that it is no `invalid_input`.
fn unusable() -> ToolError {
    ToolError::failed("the client's answer does not have the form that was asked for")
}
