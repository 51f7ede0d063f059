//! `swr 5m`: a new answer is made in the background while the kept one is served.

use std::sync::Arc;

use tracing::Instrument as _;

use super::flight::Flight;
use super::{Run, given};
use crate::call::Call;
use crate::corridor::Request;
use crate::error::{Refusal, Reply};
use crate::policy::audit;
use crate::policy::telemetry::Observed;
use crate::server::admission::Inside;
use crate::store::Since;

impl Run {
    /// Makes a new answer while the kept one is served, unless somebody is at it. It goes through every policy that a call goes through: it is
    /// charged to this caller, and where it is refused the kept answer stays.
    ///
    /// It is a call of its own, since the one that it comes from is over long before: it is counted and recorded, and a server that stops waits for it.
    pub(super) fn in_background(self, moment: Option<Since>) {
        let (flight, is_new) = self.rule.flights.join(self.key, moment);
        if !is_new {
            return;
        }
        // A server that is stopping renews nothing.
        if let Ok(inside) = self.call.server.lifecycle.admit() {
            tokio::spawn(self.renew(flight, inside));
        }
    }

    async fn renew(self, flight: Arc<Flight>, inside: Inside) {
        let server = Arc::clone(&self.call.server);
        let observed = Observed::start(&server, &request(&self.call));
        let facts = observed.facts();
        facts.found(&self.call.tool);
        facts.bytes_in(self.call.facts.read().bytes_in);
        facts.audit.arguments(&self.call.tool, &self.call.arguments);
        let call = Arc::new(self.call.noted_in(Arc::clone(facts)));
        let run = Self {
            call: Arc::clone(&call),
            ..self
        };
        let outcome = match audit::admit(&server, &call.tool, &facts.audit) {
            Err(unrecordable) => Err(unrecordable.into()),
            Ok(()) => tokio::select! {
                biased;
                outcome = flight.wait(|| Box::pin(run.run())).instrument(observed.span()) => outcome,
                () = inside.turned_out() => Err(Refusal::CutOff),
            },
        };
        let outcome = outcome.map(|output| given(&call, output));
        let refused = outcome.as_ref().err().map(Refusal::step);
        observed.finish(&Reply::new(&call.tool.name, outcome), refused);
    }
}

/// The call as it would come in.
fn request(call: &Call) -> Request {
    Request {
        kind: call.tool.kind,
        tool: call.tool.name.clone(),
        found: None,
        arguments: call.arguments.clone(),
        caller: call.caller.clone(),
        origin: call.origin.clone(),
    }
}
