//! What a tool is given of its caller: the principal, its claims as a type of the user's own, the proof of a scope.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::extract::{FromCall, Needs, What};
use crate::call::Call;
use crate::error::ToolError;
use crate::principal::{Caller, Principal};

impl FromCall for Caller {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        caller(call)
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.caller();
    }

    const TELLS_ALL: bool = true;
}

impl FromCall for Option<Caller> {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        Ok(call.principal().map(Caller))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.push(What::PerhapsCaller);
    }

    const TELLS_ALL: bool = true;
}

fn caller(call: &Arc<Call>) -> Result<Caller, ToolError> {
    call.principal()
        .map(Caller)
        .ok_or_else(|| ToolError::forbidden("this tool needs an authenticated caller"))
}

/// The caller's claims, read into a type of your own.
///
/// As [`Caller`], a tool takes it where its `auth` guarantees a caller. A call whose caller's claims do not fit the type is refused; what
/// exactly did not fit is in the log.
///
/// ```
/// use mcp_runtime::Claims;
/// use mcp_runtime::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Employee { department: String }
///
/// /// Name the caller's department.
/// #[tool(read_only, auth = "user")]
/// async fn department(employee: Claims<Employee>) -> String {
///     employee.department.clone()
/// }
/// ```
#[derive(Clone)]
pub struct Claims<T>(pub T);

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Claims<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Claims may hold what belongs in no log.
        f.write_str("Claims(..)")
    }
}

impl<T: DeserializeOwned + Send + 'static> FromCall for Claims<T> {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        let caller = caller(call)?;
        caller.claims_as().map(Self).map_err(|error| {
            tracing::warn!(tool = call.tool_name(), claims = type_name::<T>(), %error, "a caller's claims do not fit");
            ToolError::forbidden("the caller's access token does not say what this tool needs")
        })
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.caller();
    }

    const TELLS_ALL: bool = true;
}

/// A scope as a type, for [`Scoped`].
pub trait Scope: 'static {
    /// The scope's name, as a token has it.
    const NAME: &'static str;
}

/// The proof that the caller holds a scope: for functions that must not be reached without it.
///
/// A tool takes `Scoped<S>` where each way through its `auth` asks for the scope or for one that [implies](crate::Server::implies) it, and
/// `Option<Scoped<S>>` elsewhere. A server whose tool cannot keep that does not start.
///
/// ```
/// use mcp_runtime::prelude::*;
/// use mcp_runtime::{Scope, Scoped};
///
/// struct Refunds;
///
/// impl Scope for Refunds {
///     const NAME: &'static str = "orders:refund";
/// }
///
/// fn refund(order: u64, _: &Scoped<Refunds>) -> String {
///     format!("order {order} is refunded")
/// }
///
/// /// Refund an order, where the caller may.
/// #[tool(auth = "orders:read")]
/// async fn settle(order: u64, refunds: Option<Scoped<Refunds>>) -> String {
///     match refunds {
///         Some(proof) => refund(order, &proof),
///         None => "somebody will look at it".to_owned(),
///     }
/// }
/// ```
pub struct Scoped<S> {
    caller: Caller,
    scope: PhantomData<fn() -> S>,
}

impl<S> Scoped<S> {
    /// The caller that holds the scope.
    pub fn caller(&self) -> &Principal {
        &self.caller
    }
}

impl<S> Clone for Scoped<S> {
    fn clone(&self) -> Self {
        Self {
            caller: self.caller.clone(),
            scope: PhantomData,
        }
    }
}

impl<S: Scope> fmt::Debug for Scoped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scoped").field(&S::NAME).finish()
    }
}

impl<S: Scope> FromCall for Scoped<S> {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        let proof = Option::<Self>::from_call(call)?;
        proof.ok_or_else(|| ToolError::forbidden(format!("this takes the scope `{}`", S::NAME)))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.push(What::Scope(S::NAME));
    }

    const TELLS_ALL: bool = true;
}

impl<S: Scope> FromCall for Option<Scoped<S>> {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        let caller = call.principal().map(Caller);
        let holds = |caller: &Caller| call.server.holds_scope(&call.tool.home, caller, S::NAME);
        Ok(caller.filter(holds).map(|caller| Scoped {
            caller,
            scope: PhantomData,
        }))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.push(What::PerhapsCaller);
    }

    const TELLS_ALL: bool = true;
}
