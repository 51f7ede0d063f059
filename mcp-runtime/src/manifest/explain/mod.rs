//! What each stage would decide about a call, and why, without running the tool or charging anybody.
//!
//! The stages stand here in the corridor's order, and each decides with the function that decides in the corridor.

mod after;
mod before;
#[cfg(test)]
mod tests;
mod told;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::told::Told;
use crate::client::Client;
use crate::principal::Principal;
use crate::server::Core;

/// A call that nobody makes.
pub(crate) struct Asked<'a> {
    pub(crate) tool: &'a str,
    pub(crate) caller: Option<Arc<Principal>>,
    /// Nothing: what hangs on the arguments is left open.
    pub(crate) arguments: Option<Map<String, Value>>,
    pub(crate) client: Arc<dyn Client>,
}

/// The stages from the top, each with its decision, down to the first that refuses.
pub(crate) fn explain(core: &Arc<Core>, asked: Asked<'_>) -> String {
    let mut told = Told::default();
    // The last line says who refused.
    let _ = before::stages(&mut told, core, asked).and_then(|call| {
        after::stages(&mut told, &call)?;
        told.line(
            "attempt",
            format_args!("the {} would run here", call.call.tool.kind.noun()),
        );
        after::way_out(&mut told, &call);
        Ok(())
    });
    told.finish()
}
