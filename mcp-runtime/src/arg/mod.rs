//! What goes into a tool: arguments read from the call, and values the server injects.
//!
//! A tool's parameters are walked by one piece of generated code, [`Params`] in hand. The walk happens once to
//! describe the parameters and once for each call to read them, so a description cannot drift from what is read.

mod caller;
mod constraint;
mod extract;
mod fault;
mod instance;
mod lent;
pub(crate) mod reject;
mod signature;
mod validate;

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

pub use self::caller::{Claims, Scope, Scoped};
pub(crate) use self::constraint::Shape;
pub use self::extract::{FromCall, FromJson, Injected, Needs, State, Whole};
pub(crate) use self::extract::{Need, What};
pub(crate) use self::fault::{Faults, Known, MOST};
pub use self::instance::{This, instance};
pub(crate) use self::lent::Lent;
pub(crate) use self::signature::{InputSchema, Signature};
pub use self::validate::*;

use crate::call::Call;
use crate::error::FieldError;

/// What a tool's parameter may be.
///
/// - any `T: DeserializeOwned + JsonSchema`: an argument, read from the call; `Option<T>` may be left out;
/// - [`Args<T>`]: all arguments at once, as a struct;
/// - [`State<T>`], [`Context`](crate::Context), [`Caller`](crate::Caller), `Option<Caller>`, [`Claims<T>`], [`Scoped<S>`] and your own
///   [`FromCall`] types: injected, not in the schema.
///
/// `M` says which of the three it is; the compiler infers it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a tool argument",
    label = "the server doesn't know how to fill this argument",
    note = "to read it from the call: `#[derive(serde::Deserialize, schemars::JsonSchema)]` on the type",
    note = "to read all arguments as one struct: `Args<T>`, where `T` derives `validator::Validate` as well",
    note = "to take it from the server: `State<T>`, where `T` is `Send + Sync`"
)]
pub trait ToolArg<M>: Sized + Send + 'static {
    #[doc(hidden)]
    fn describe(signature: &mut Signature, name: &'static str, doc: &'static str);

    #[doc(hidden)]
    fn read(call: &Arc<Call>, name: &'static str, faults: &mut Faults) -> Option<Self>;
}

/// The walk over a tool's parameters: to describe them, or to read them from a call.
pub struct Params<'a>(Pass<'a>);

enum Pass<'a> {
    Describe(&'a mut Signature),
    Read {
        call: &'a Arc<Call>,
        faults: &'a mut Faults,
        /// How many faults there were before the rule at hand.
        refused: usize,
    },
}

impl<'a> Params<'a> {
    pub(crate) fn describing(signature: &'a mut Signature) -> Self {
        Self(Pass::Describe(signature))
    }

    pub(crate) fn reading(call: &'a Arc<Call>, faults: &'a mut Faults) -> Self {
        Self(Pass::Read {
            call,
            faults,
            refused: 0,
        })
    }

    pub(crate) fn signature(&mut self) -> Option<&mut Signature> {
        match &mut self.0 {
            Pass::Describe(signature) => Some(signature),
            Pass::Read { .. } => None,
        }
    }

    /// Whether a call is being read and every argument so far can be used.
    pub(crate) fn readable(&self) -> bool {
        matches!(&self.0, Pass::Read { faults, .. } if faults.is_empty())
    }

    /// Marks where the faults of the rule at hand begin.
    fn next_rule(&mut self) {
        if let Pass::Read {
            faults, refused, ..
        } = &mut self.0
        {
            *refused = faults.list.len();
        }
    }

    /// Adds to the argument's schema, in the describing walk.
    fn constrain(&mut self, name: &str, constraint: impl FnOnce(&mut schemars::Schema, Shape)) {
        if let Pass::Describe(signature) = &mut self.0 {
            let shape = signature.shape(name);
            signature.constrain(name, |schema| constraint(schema, shape));
        }
    }

    /// What the argument is to a rule about its length.
    fn shape(&self, name: &str) -> Shape {
        match &self.0 {
            Pass::Describe(signature) => signature.shape(name),
            Pass::Read { call, .. } => call.tool.input.shape(name),
        }
    }

    /// Reports an argument that breaks a rule: in the reading walk the caller's, in the describing one a default of the author's.
    fn reject(&mut self, name: &'static str, rule: &str, message: String) {
        match &mut self.0 {
            Pass::Describe(signature) => signature.bad_default(name, rule, &message),
            Pass::Read { faults, .. } => faults.push(FieldError::new(name, message)),
        }
    }
}

/// One parameter. This is the one place where a parameter's type must be a [`ToolArg`].
pub fn arg<T: ToolArg<M>, M>(
    params: &mut Params<'_>,
    name: &'static str,
    doc: &'static str,
) -> Option<T> {
    match &mut params.0 {
        Pass::Describe(signature) => {
            T::describe(signature, name, doc);
            None
        }
        Pass::Read { call, faults, .. } => T::read(call, name, faults),
    }
}

/// A parameter that the function borrows: the call owns the value and lends it.
pub fn arg_borrowed<B, M>(
    params: &mut Params<'_>,
    name: &'static str,
    doc: &'static str,
) -> Option<<B as ToOwned>::Owned>
where
    B: ?Sized + ToOwned<Owned: ToolArg<M> + Borrow<B>>,
{
    arg::<B::Owned, M>(params, name, doc)
}

/// `#[arg(default = ..)]`: what a missing argument is; it stands in the schema too. In the describing walk it is the value that the rules look at.
pub fn default<T: serde::Serialize>(
    params: &mut Params<'_>,
    value: Option<T>,
    name: &'static str,
    default: fn() -> T,
) -> Option<T> {
    match &mut params.0 {
        Pass::Describe(signature) => {
            let default = default();
            signature.default(name, serde_json::to_value(&default));
            Some(default)
        }
        Pass::Read { call, faults, .. } => {
            if call.arguments().contains_key(name) {
                return value;
            }
            faults.list.retain(|fault| fault.error.path != name);
            Some(default())
        }
    }
}

/// `#[arg(example = ..)]`: an example value, for the schema.
pub fn example<T: serde::Serialize>(
    params: &mut Params<'_>,
    name: &'static str,
    example: fn() -> T,
) {
    if let Pass::Describe(signature) = &mut params.0 {
        signature.example(name, serde_json::to_value(example()));
    }
}

/// `#[arg(secret)]`: never printed, logged, or part of a key in clear.
pub fn secret(params: &mut Params<'_>, name: &'static str) {
    if let Pass::Describe(signature) = &mut params.0 {
        signature.secret(name);
    }
}

/// `#[arg(header = "..")]`: clients mirror the argument in an `Mcp-Param-*` header (MCP 2026-07-28, `x-mcp-header`).
pub fn header(params: &mut Params<'_>, name: &'static str, header: &'static str) {
    if let Some(signature) = params.signature() {
        signature.header(name, header);
    }
}

/// All arguments of a call as one struct, whose schema is the tool's input schema.
///
/// `T` derives `Deserialize`, `JsonSchema` and `validator`'s `Validate`.
///
/// ```
/// use mcp_runtime::prelude::*;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, JsonSchema, Validate)]
/// struct Search {
///     /// Words to look for.
///     #[validate(length(min = 1, max = 200))]
///     query: String,
/// }
///
/// /// Search the catalogue.
/// #[tool(read_only)]
/// async fn search(args: Args<Search>) -> String {
///     format!("nothing found for {}", args.query)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Args<T>(pub T);

impl<T> Deref for Args<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[diagnostic::do_not_recommend]
impl<T> ToolArg<FromJson> for T
where
    T: DeserializeOwned + JsonSchema + Send + 'static,
{
    fn describe(signature: &mut Signature, name: &'static str, doc: &'static str) {
        signature.argument(name, doc, Lent::of::<T>());
    }

    fn read(call: &Arc<Call>, name: &'static str, faults: &mut Faults) -> Option<Self> {
        // A missing argument reads as `null`: `Option<T>` takes it, anything else says what it expected.
        let value = call.arguments().get(name);
        match T::deserialize(value.unwrap_or(&Value::Null)) {
            Ok(read) => Some(read),
            Err(error) => {
                reject::argument(name, value, &error, faults);
                None
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> ToolArg<Whole> for Args<T>
where
    T: DeserializeOwned + JsonSchema + Validate + Send + 'static,
{
    fn describe(signature: &mut Signature, _: &'static str, _: &'static str) {
        signature.whole(Lent::of::<T>());
    }

    fn read(call: &Arc<Call>, _: &'static str, faults: &mut Faults) -> Option<Self> {
        match T::deserialize(call.arguments()) {
            Ok(read) => {
                if let Err(invalid) = read.validate() {
                    reject::validation("", &invalid, faults);
                }
                Some(Self(read))
            }
            Err(error) => {
                reject::whole(&error, faults);
                None
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromCall> ToolArg<Injected> for T {
    fn describe(signature: &mut Signature, name: &'static str, _: &'static str) {
        let mut needs = signature.injected(name);
        T::needs(&mut needs);
        if !T::TELLS_ALL {
            needs.client();
        }
    }

    fn read(call: &Arc<Call>, name: &'static str, faults: &mut Faults) -> Option<Self> {
        match T::from_call(call) {
            Ok(value) => Some(value),
            Err(error) => {
                reject::injected(call, name, error, faults);
                None
            }
        }
    }
}
