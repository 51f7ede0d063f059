//! A policy's decision on its way to the wire.

use mcp_grammar::Unit;

use super::{ErrorKind, Failure, FieldError, Reply, ToolError, incident_id};
use crate::client::Capability;
use crate::facts::ATTEMPT;
use crate::policy::audit::Unrecordable;
use crate::policy::auth::{Denied, Permits};
use crate::policy::breaker::Open;
use crate::policy::concurrency::Crowded;
use crate::policy::confirm::Unconfirmed;
use crate::policy::gate::Unknown;
use crate::policy::idempotency;
use crate::policy::rate::Limited;
use crate::policy::size::{TooLarge, TooLong};
use crate::policy::timeout::{self, Elapsed};
use crate::policy::validation::Invalid;
use crate::rounds::InputRequired;
use crate::seal::Broken;
use crate::server::admission::Closed;
use crate::store::StoreError;
use crate::task::TooMany;

/// Every way a call can be refused or fail. Each stage's own small type comes in here, and leaves in its wire form.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unknown,
    Denied(Denied),
    Unrecordable,
    TooLong(TooLong),
    Invalid(Invalid),
    Limited(Limited),
    TooManyTasks(TooMany),
    Open(Open),
    Elapsed(Elapsed),
    Crowded(Crowded),
    TooLarge(TooLarge),
    Idempotency(idempotency::Refused),
    Tool(ToolError),
    /// Somewhere outside the tool's own run.
    Panicked(ToolError),
    InputRequired(InputRequired),
    Lacks(Capability),
    Unconfirmed(Unconfirmed),
    /// The store, and the step that cannot do without it.
    StoreAway(&'static str, StoreError),
    BrokenState,
    Cancelled,
    /// The server is stopping and takes no new calls.
    Closed(Closed),
    /// The server stopped while the call was running.
    CutOff,
    /// In its wire form already, by way of middleware that saw it; and the step that refused.
    Replied(Box<Reply>, &'static str),
}

macro_rules! refusals {
    ($($variant:ident($type:ty)),*) => {$(
        impl From<$type> for Refusal {
            fn from(refusal: $type) -> Self {
                Self::$variant(refusal)
            }
        }
    )*};
}
refusals!(
    Idempotency(idempotency::Refused),
    Denied(Denied),
    TooLong(TooLong),
    TooLarge(TooLarge),
    Invalid(Invalid),
    Limited(Limited),
    TooManyTasks(TooMany),
    Open(Open),
    Elapsed(Elapsed),
    Crowded(Crowded),
    Tool(ToolError),
    Unconfirmed(Unconfirmed),
    Closed(Closed)
);

impl From<Broken> for Refusal {
    fn from(_: Broken) -> Self {
        Self::BrokenState
    }
}

impl From<Unrecordable> for Refusal {
    fn from(_: Unrecordable) -> Self {
        Self::Unrecordable
    }
}

impl From<Unknown> for Refusal {
    fn from(_: Unknown) -> Self {
        Self::Unknown
    }
}

impl Refusal {
    /// Where a step cannot do without the store.
    pub(crate) fn store_away(step: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |error| Self::StoreAway(step, error)
    }

    /// Whether the tool may have done what it does all the same: it ran, and how far is not known, or what it said did not get through.
    pub(crate) fn leaves_outcome_unknown(&self) -> bool {
        match self {
            Self::Tool(error) => matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Internal),
            Self::Elapsed(elapsed) => elapsed.what != timeout::What::Queue,
            Self::TooLarge(_) | Self::Panicked(_) | Self::Cancelled | Self::CutOff => true,
            _ => false,
        }
    }

    /// The wire form of each refusal: the one place where codes and texts are chosen.
    pub(super) fn into_reply(self, tool: &str) -> Reply {
        let failure = match self {
            Self::Replied(reply, _) => return *reply,
            Self::Unknown => return Reply::UnknownTool,
            Self::Cancelled => return Reply::Cancelled,
            Self::InputRequired(asked) => return Reply::InputRequired(asked),
            Self::Lacks(capability) => return Reply::Lacks(capability),
            Self::BrokenState => return Reply::BrokenState,
            Self::Tool(error) | Self::Panicked(error) => error.into_failure(tool),
            Self::Unrecordable => Failure::new(
                "audit_unavailable",
                format!("calls of `{tool}` must be recorded, and records cannot be kept now"),
            )
            .hint("nothing was done; call again later"),
            Self::TooLong(TooLong { most, largest }) => {
                let mut failure = Failure::new(
                    "invalid_input",
                    format!("the arguments of `{tool}` are too large:"),
                );
                let message = format!("the arguments may have {most} in all");
                failure.fields = vec![FieldError::new(largest.unwrap_or_default(), message)];
                failure
            }
            Self::TooLarge(too_large) => {
                let unit = match too_large.most.unit {
                    Unit::Tokens => "tokens",
                    Unit::Bytes => "bytes",
                };
                Failure::new("response_too_large", too_large.text(tool))
                    .hint(too_large.hint)
                    .detail("size", too_large.size)
                    .detail("limit", too_large.most.most)
                    .detail("unit", unit)
            }
            Self::Unconfirmed(why) => Failure::new(why.code(), why.text(tool)),
            Self::StoreAway(_, error) => {
                let id = incident_id();
                tracing::error!(tool, %id, %error, "the store of shared state is away");
                let mut failure =
                    Failure::new("unavailable", "the server cannot check this call now");
                failure.id = Some(id);
                failure
            }
            Self::Closed(Closed) => Failure::new(
                "unavailable",
                "the server is stopping and takes no new calls",
            )
            .hint("nothing was done; call again once the server is back"),
            Self::CutOff => Failure::new(
                "unavailable",
                format!("the server stopped before `{tool}` was done"),
            )
            .detail("outcome", "unknown"),
            Self::Idempotency(refused) => refused.into_failure(),
            Self::Denied(Denied(Permits::NeedsScopes(scopes))) => Failure::new(
                "insufficient_scope",
                format!("`{tool}` needs the scopes `{}`", scopes.join("`, `")),
            )
            .detail("scopes", scopes),
            Self::Denied(_) => Failure::new("forbidden", format!("you may not call `{tool}`")),
            Self::Invalid(Invalid { errors, more }) => {
                let mut failure = Failure::new(
                    "invalid_input",
                    format!("the arguments of `{tool}` cannot be used:"),
                );
                failure.fields = errors;
                failure.more = more;
                failure
            }
            Self::Limited(limited) => limited.failure(tool),
            Self::TooManyTasks(many) => many.failure(tool),
            Self::Open(open) => open.failure(tool),
            Self::Elapsed(elapsed) => elapsed.failure(tool),
            Self::Crowded(crowded) => crowded.failure(tool),
        };
        Reply::Failure(failure)
    }
}

/// The step of a client that cancels its call, or leaves.
pub(crate) const CLIENT: &str = "client";

impl Refusal {
    /// The code, and what the model would read.
    #[cfg(feature = "cli")]
    pub(crate) fn told(self, tool: &str) -> (&'static str, String) {
        match self.into_reply(tool) {
            Reply::Failure(failure) => (failure.code, failure.text()),
            reply => (reply.outcome(), "the request itself is refused".to_owned()),
        }
    }

    /// The step that refused, for logs and records.
    pub(crate) fn step(&self) -> &'static str {
        match self {
            Self::Replied(_, step) | Self::StoreAway(step, _) => step,
            Self::Closed(_) | Self::CutOff => "shutdown",
            Self::Panicked(_) => "contract",
            Self::Unknown => "gate",
            Self::Denied(_) => "authorize",
            Self::Unrecordable => "audit",
            Self::TooLong(_) | Self::Invalid(_) | Self::BrokenState => "decode",
            Self::Unconfirmed(_) => "confirm",
            Self::Idempotency(_) => "idempotency",
            Self::Limited(_) => "rate",
            Self::TooManyTasks(_) => "task",
            Self::Open(_) => "breaker",
            Self::Crowded(_) => "concurrency",
            Self::Elapsed(_) => "deadline",
            Self::InputRequired(_) | Self::Lacks(_) => "ask",
            Self::Tool(_) => ATTEMPT,
            Self::TooLarge(_) => "size",
            Self::Cancelled => CLIENT,
        }
    }
}
