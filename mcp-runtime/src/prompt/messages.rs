//! What comes out of a prompt: messages, each somebody's.

use serde::{Deserialize, Serialize};

use crate::answer::{Audio, Content, Embedded, Image, IntoContent, Link, Output};
use crate::error::{IntoToolError, ToolError};

/// One message of a prompt.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Ask for a code review.
/// #[prompt]
/// async fn review(
///     /// The code.
///     code: String,
/// ) -> Vec<Message> {
///     vec![
///         Message::user(format!("Review this:\n{code}")),
///         Message::assistant("I look for bugs first."),
///     ]
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    role: Role,
    content: Content,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person at the client.
    User,
    /// The model.
    Assistant,
}

impl Message {
    /// What the person says: text, an [`Image`], [`Audio`], a resource ([`Embedded`]) or a [`Link`] to one.
    #[must_use]
    pub fn user(content: impl IntoContent) -> Self {
        Self {
            role: Role::User,
            content: content.into_content(),
        }
    }

    /// What the model says.
    #[must_use]
    pub fn assistant(content: impl IntoContent) -> Self {
        Self {
            role: Role::Assistant,
            content: content.into_content(),
        }
    }

    /// Who says it.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What is said.
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// What a prompt may return.
///
/// Text, pictures and resources alone are one message of the user's; [`Message`] says whose it is, and a `Vec` is a conversation. `Result<_, E>` is any of
/// these or a failure.
#[diagnostic::on_unimplemented(
    message = "a prompt can't return `{Self}`",
    label = "not messages",
    note = "return `String` for one message of the user's, or `Vec<Message>`; wrap it in `Result<_, ToolError>` if the prompt can fail"
)]
pub trait IntoMessages: Sized + Send + 'static {
    /// Turns the value into messages.
    ///
    /// # Errors
    /// The failure the function returned.
    fn into_messages(self) -> Result<Output, ToolError>;
}

impl IntoMessages for Vec<Message> {
    fn into_messages(self) -> Result<Output, ToolError> {
        let (roles, content) = self
            .into_iter()
            .map(|message| (message.role, message.content))
            .unzip();
        Ok(Output {
            roles,
            ..Output::new(content)
        })
    }
}

impl<const N: usize> IntoMessages for [Message; N] {
    fn into_messages(self) -> Result<Output, ToolError> {
        Vec::from(self).into_messages()
    }
}

impl IntoMessages for Message {
    fn into_messages(self) -> Result<Output, ToolError> {
        vec![self].into_messages()
    }
}

macro_rules! one_message {
    ($($type:ty),*) => {$(
        impl IntoMessages for $type {
            fn into_messages(self) -> Result<Output, ToolError> {
                Message::user(self).into_messages()
            }
        }
    )*};
}
one_message!(String, &'static str, Content, Image, Audio, Embedded, Link);

impl<M: IntoMessages, E: IntoToolError> IntoMessages for Result<M, E> {
    fn into_messages(self) -> Result<Output, ToolError> {
        self.map_err(E::into_tool_error)?.into_messages()
    }
}
