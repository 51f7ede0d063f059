//! Every name that generated code uses. Not public API: it changes with the macros, in step.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use std::borrow::ToOwned;
pub use std::convert::Into;
pub use std::option::Option::{self, None, Some};

pub use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates, Rate,
    Retry, Size, TaskSupport, Timeout, When,
};

pub use crate::answer::Answer;
pub use crate::arg::{
    FromCall, FromJson, Injected, Params, This, ToolArg, Whole, arg, arg_borrowed, contains,
    custom, default, does_not_contain, email, example, header, instance, ip, length, message,
    must_match, nested, non_control_character, range, range_exclusive, regex, required, secret,
    url,
};
pub use crate::aside::{completed, listed};
pub use crate::mount::ToolMethods;
pub use crate::prompt::{IntoMessages, Prompt, PromptDef};
pub use crate::resource::{IntoContents, Resource, ResourceDef};
pub use crate::tool::{Running, Tool, ToolDef, Walk};
pub use crate::toolset::{
    Toolset, unique, unique_address, unique_name, unique_prompt, unique_prompt_name,
    unique_resource,
};

use pin_project_lite::pin_project;

use crate::tool::Outcome;

pub mod ide;

/// Proof that a tool returns what can be answered with.
#[derive(Debug)]
pub struct Run<R> {
    into_output: fn(R) -> Outcome,
    answer: PhantomData<fn() -> R>,
}

/// The answer's type. This is the one place where it must be an [`Answer`].
pub fn answer<R: Answer>(params: &mut Params<'_>) -> Run<R> {
    if let Some(signature) = params.signature() {
        signature.answer(R::output_schema);
    }
    Run {
        into_output: R::into_output,
        answer: PhantomData,
    }
}

/// A parameter that is no variable of its resource's address: only the server can give it.
pub fn given<T: FromCall>(
    params: &mut Params<'_>,
    name: &'static str,
    doc: &'static str,
) -> Option<T> {
    arg::<T, Injected>(params, name, doc)
}

/// The type of what a resource returns. This is the one place where it must be [`IntoContents`].
pub fn contents<R: IntoContents>(params: &mut Params<'_>) -> Run<R> {
    if let Some(signature) = params.signature() {
        signature.mime = R::MIME;
    }
    Run {
        into_output: R::into_contents,
        answer: PhantomData,
    }
}

/// The type of what a prompt returns. This is the one place where it must be [`IntoMessages`].
pub fn messages<R: IntoMessages>(_: &mut Params<'_>) -> Run<R> {
    Run {
        into_output: R::into_messages,
        answer: PhantomData,
    }
}

/// Starts the tool, once every argument has been read.
pub fn run<R, F>(params: &mut Params<'_>, run: Run<R>, future: F) -> Option<Running>
where
    R: 'static,
    F: Future<Output = R> + Send + 'static,
{
    if !params.readable() {
        return None;
    }
    let into_output = run.into_output;
    Some(Box::pin(Answered {
        future,
        into_output,
    }))
}

pin_project! {
    /// A tool's future, and what becomes of what it returns. An `async` block that awaits the one and calls the other would be a
    /// state machine more for every tool, and a third of the code that is compiled for it.
    struct Answered<R, F> {
        #[pin]
        future: F,
        into_output: fn(R) -> Outcome,
    }
}

impl<R, F: Future<Output = R>> Future for Answered<R, F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        match this.future.poll(context) {
            Poll::Ready(answer) => Poll::Ready((this.into_output)(answer)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Starts a tool that blocks its thread, on a thread kept for that.
pub fn run_blocking<R, F>(params: &mut Params<'_>, run: Run<R>, function: F) -> Option<Running>
where
    R: 'static,
    F: FnOnce() -> R + Send + 'static,
{
    if !params.readable() {
        return None;
    }
    Some(crate::blocking::on_its_own_thread(move || {
        (run.into_output)(function())
    }))
}
