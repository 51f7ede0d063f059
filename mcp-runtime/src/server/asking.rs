//! Who asks, where rmcp puts a question to the server and gives no request along with it.

use std::sync::Arc;

use crate::principal::Principal;

tokio::task_local! {
    static CALLER: Option<Arc<Principal>>;
}

/// Runs what rmcp makes of a request, with the request's caller beside it.
#[cfg(feature = "http")]
pub(crate) async fn on_behalf_of<F: Future>(caller: Option<Arc<Principal>>, run: F) -> F::Output {
    CALLER.scope(caller, run).await
}

/// The caller of the request that is being looked at, if it has one of its own.
pub(crate) fn caller() -> Option<Arc<Principal>> {
    CALLER.try_with(Clone::clone).ok().flatten()
}
