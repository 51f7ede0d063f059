//! Values the server injects into a call: state, context, caller, and the user's own.

use std::any::{TypeId, type_name};
use std::ops::Deref;
use std::sync::Arc;

use crate::call::Call;
use crate::context::Context;
use crate::error::ToolError;

/// The parameter is an argument of the call.
#[derive(Debug)]
pub enum FromJson {}

/// The parameter is all arguments of the call.
#[derive(Debug)]
pub enum Whole {}

/// The parameter is injected and not in the schema.
#[derive(Debug)]
pub enum Injected {}

/// A value made from the call itself, injected into a tool and absent from its schema.
///
/// ```
/// use std::sync::Arc;
/// use mcp_runtime::prelude::*;
/// use mcp_runtime::{Call, FromCall, Needs};
///
/// /// The tenant the caller belongs to.
/// struct Tenant(String);
///
/// impl FromCall for Tenant {
///     fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
///         let caller = call.caller();
///         match caller.as_ref().and_then(|caller| caller.tenant_id()) {
///             Some(tenant) => Ok(Self(tenant.to_owned())),
///             None => Err(ToolError::forbidden("this tool needs a caller with a tenant")),
///         }
///     }
/// }
///
/// /// Name the caller's tenant.
/// #[tool(read_only, auth = "user")]
/// async fn tenant(tenant: Tenant) -> String {
///     tenant.0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be made from a call",
    label = "the server has nothing of this type to give",
    note = "to take it from the server: `State<{Self}>`, or `impl FromCall for {Self}`",
    note = "to read it from a resource's address: write its name there, as in `crm://customers/{{id}}`"
)]
pub trait FromCall: Sized + Send + 'static {
    /// Makes the value.
    ///
    /// # Errors
    /// What the model is told when it cannot be made. The tool does not run.
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError>;

    /// Says what the server must provide for this: checked once, when the server is built.
    fn needs(_: &mut Needs<'_>) {}

    /// Whether `needs` tells all there is. What others make of a call may be a [`Context`].
    #[doc(hidden)]
    const TELLS_ALL: bool = false;
}

/// What injected parameters ask of the server.
#[derive(Debug)]
pub struct Needs<'a> {
    pub(crate) parameter: &'static str,
    pub(crate) all: &'a mut Vec<Need>,
}

/// One thing a parameter asks of the server.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub(crate) parameter: &'static str,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    State {
        id: TypeId,
        name: &'static str,
    },
    /// A value whose method the tool is.
    Instance {
        id: TypeId,
        name: &'static str,
    },
    Caller,
    PerhapsCaller,
    /// A caller that holds this scope.
    Scope(&'static str),
    Client,
    Task,
}

impl Needs<'_> {
    /// The server must have been given a `T` with [`Server::state`](crate::Server::state).
    pub fn state<T: Send + Sync + 'static>(&mut self) {
        self.push(What::State {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        });
    }

    /// What is mounted must be a `T`.
    pub(crate) fn instance<T: 'static>(&mut self) {
        self.push(What::Instance {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        });
    }

    /// The tool's `auth` must guarantee a caller.
    pub fn caller(&mut self) {
        self.push(What::Caller);
    }

    /// The tool talks to the client while it runs: progress, log messages, questions.
    pub fn client(&mut self) {
        self.push(What::Client);
    }

    /// The tool's calls must run as tasks, which begin when the tool says so.
    pub(crate) fn task(&mut self) {
        self.push(What::Task);
    }

    pub(super) fn push(&mut self, what: What) {
        self.all.push(Need {
            parameter: self.parameter,
            what,
        });
    }
}

/// A value given to the server once with [`Server::state`](crate::Server::state) and lent to every call.
///
/// A server that lacks it refuses to boot and names the tool.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// struct Rates { eur_to_usd: f64 }
///
/// /// Convert euros to dollars.
/// #[tool(read_only)]
/// async fn dollars(euros: f64, rates: State<Rates>) -> f64 {
///     euros * rates.eur_to_usd
/// }
///
/// let server = Server::new("fx").mount(tools![dollars]).state(Rates { eur_to_usd: 1.1 });
/// # drop(server);
/// ```
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> State<T> {
    /// Wraps a value: for calling a tool as the plain function it is, in a unit test.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> FromCall for State<T> {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        call.state::<T>()
            .map(Self)
            .ok_or_else(|| ToolError::internal(format!("no state of type {}", type_name::<T>())))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.state::<T>();
    }

    const TELLS_ALL: bool = true;
}

impl FromCall for Context {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        Ok(Self::new(Arc::clone(call)))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.client();
    }
}
