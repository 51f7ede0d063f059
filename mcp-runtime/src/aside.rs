//! Functions that run in the service of a resource or a prompt: they list a template's resources, and propose values for an argument.
//!
//! Each is called with what the server gives (`State`, `Context`, `Caller`), goes the way every call goes, and is bound by the `auth` and
//! `timeout` of what it serves.

use crate::answer::{Content, IntoContent as _, Link, Output};
use crate::arg::{FromCall, FromJson, Injected, Params, arg};
use crate::error::IntoToolError;
use crate::tool::{Outcome, Running};
use serde_json::{Map, Value};

/// What a client sends of the other arguments, while somebody types one.
pub(crate) const TYPED: &str = "value";
pub(crate) const OTHERS: &str = "arguments";

/// A function that lists the resources of a template: `async fn(..) -> Vec<Link>`, perhaps in a `Result`.
///
/// Its parameters are what the server gives: [`State`](crate::State), [`Context`](crate::Context), [`Caller`](crate::Caller).
#[diagnostic::on_unimplemented(
    message = "this function can't list resources",
    label = "not a function that lists resources",
    note = "write `async fn customers(db: State<Db>) -> Result<Vec<Link>, ToolError>`; its parameters are `State<T>`, `Context` and `Caller`"
)]
pub trait Lists<M>: Send + Sync + 'static {
    #[doc(hidden)]
    fn start(self, params: &mut Params<'_>) -> Option<Running>;
}

/// A function that proposes values for what somebody types.
///
/// `fn(typed: &str) -> Vec<String>`, or `async fn(typed: String, ..) -> Vec<String>`, perhaps in a `Result`; after the text come parameters that the
/// server gives.
#[diagnostic::on_unimplemented(
    message = "this function can't complete an argument",
    label = "not a function that proposes values",
    note = "write `fn areas(typed: &str) -> Vec<String>`, or `async fn areas(typed: String, db: State<Db>) -> Vec<String>`"
)]
pub trait Completes<M>: Send + Sync + 'static {
    #[doc(hidden)]
    fn start(self, params: &mut Params<'_>) -> Option<Running>;
}

/// What a listing function may return.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a list of links")]
pub trait IntoLinks: Send + 'static {
    #[doc(hidden)]
    fn into_links(self) -> Outcome;
}

/// What a completing function may return: texts, perhaps in a `Result`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a list of texts")]
pub trait IntoProposals: Send + 'static {
    #[doc(hidden)]
    fn into_proposals(self) -> Outcome;
}

impl IntoLinks for Vec<Link> {
    fn into_links(self) -> Outcome {
        let links = self.into_iter().map(Link::into_content);
        Ok(Output::new(links.collect()))
    }
}

impl<L: IntoLinks, E: IntoToolError> IntoLinks for Result<L, E> {
    fn into_links(self) -> Outcome {
        self.map_err(E::into_tool_error)?.into_links()
    }
}

impl<T: Into<String> + Send + 'static> IntoProposals for Vec<T> {
    fn into_proposals(self) -> Outcome {
        let texts = self.into_iter().map(Content::text);
        Ok(Output::new(texts.collect()))
    }
}

impl<P: IntoProposals, E: IntoToolError> IntoProposals for Result<P, E> {
    fn into_proposals(self) -> Outcome {
        self.map_err(E::into_tool_error)?.into_proposals()
    }
}

/// How a function is called, for the compiler to tell one from another.
#[derive(Debug)]
pub enum Now {}

/// The same, for one that is awaited.
#[derive(Debug)]
pub enum Later {}

fn typed(params: &mut Params<'_>) -> Option<String> {
    let value = arg::<String, FromJson>(params, TYPED, "");
    arg::<Option<Map<String, Value>>, FromJson>(params, OTHERS, "");
    value
}

fn ready(
    params: &Params<'_>,
    future: impl Future<Output = Outcome> + Send + 'static,
) -> Option<Running> {
    params.readable().then(|| Box::pin(future) as Running)
}

macro_rules! functions {
    ($($given:ident)*) => {
        #[allow(non_snake_case, reason = "the parameters are named for their types")]
        impl<F, Fut, R, $($given,)*> Lists<(R, $($given,)*)> for F
        where
            F: Fn($($given),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoLinks,
            $($given: FromCall,)*
        {
            fn start(self, params: &mut Params<'_>) -> Option<Running> {
                $(let $given = arg::<$given, Injected>(params, "list", "");)*
                $(let $given = $given?;)*
                ready(params, async move { self($($given),*).await.into_links() })
            }
        }

        #[allow(non_snake_case, reason = "the parameters are named for their types")]
        impl<F, R, $($given,)*> Completes<(Now, R, $($given,)*)> for F
        where
            F: Fn(&str, $($given),*) -> R + Send + Sync + 'static,
            R: IntoProposals,
            $($given: FromCall,)*
        {
            fn start(self, params: &mut Params<'_>) -> Option<Running> {
                let value = typed(params);
                $(let $given = arg::<$given, Injected>(params, "complete", "");)*
                let value = value?;
                $(let $given = $given?;)*
                ready(params, async move { self(&value, $($given),*).into_proposals() })
            }
        }

        #[allow(non_snake_case, reason = "the parameters are named for their types")]
        impl<F, Fut, R, $($given,)*> Completes<(Later, R, $($given,)*)> for F
        where
            F: Fn(String, $($given),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoProposals,
            $($given: FromCall,)*
        {
            fn start(self, params: &mut Params<'_>) -> Option<Running> {
                let value = typed(params);
                $(let $given = arg::<$given, Injected>(params, "complete", "");)*
                let value = value?;
                $(let $given = $given?;)*
                ready(params, async move { self(value, $($given),*).await.into_proposals() })
            }
        }
    };
}
functions!();
functions!(A);
functions!(A B);
functions!(A B C);

/// `list = function`.
pub fn listed<M>(params: &mut Params<'_>, function: impl Lists<M>) -> Option<Running> {
    function.start(params)
}

/// `#[complete(function)]`.
pub fn completed<M>(params: &mut Params<'_>, function: impl Completes<M>) -> Option<Running> {
    function.start(params)
}
