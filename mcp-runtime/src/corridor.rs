//! One call's way through the server, from top to bottom.
//!
//! Each stage stands where it stands for a reason, told beside it. Stages hand on proofs: what charges a caller asks for
//! the [`Permit`](auth::Permit) that only authorization gives, and the tool can be reached only from the end.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use mcp_grammar::Count;
use serde_json::{Map, Value};
use tracing::Instrument as _;

use crate::answer::Output;
use crate::call::{Call, Origin};
use crate::error::{Refusal, Reply, Signal};
use crate::facts::Facts;
use crate::kind::Kind;
use crate::middleware;
use crate::policy::confirm::Approved;
use crate::policy::gate::Found;
use crate::policy::rate::Paid;
use crate::policy::telemetry::Observed;
use crate::policy::validation::Decoded;
use crate::policy::{
    attempt, audit, auth, breaker, cache, concurrency, confirm, deprecated, gate, idempotency,
    invalidates, rate, redaction, retry, size, timeout, validation, when,
};
use crate::principal::Principal;
use crate::rounds;
use crate::server::Core;
use crate::task;
use crate::tool::{Outcome, Running};

/// A call as it comes in.
pub(crate) struct Request {
    /// What it is for. `tool` names one of these; only a tool's name is one that clients know.
    pub(crate) kind: Kind,
    pub(crate) tool: Arc<str>,
    /// The same, where whoever took the request has looked for it already.
    pub(crate) found: Option<Found>,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) caller: Option<Arc<Principal>>,
    pub(crate) origin: Origin,
}

pub(crate) async fn call(server: &Arc<Core>, request: Request) -> Reply {
    // Observation surrounds everything else, so that denials and cancellations are seen as well.
    let tool = Arc::clone(&request.tool);
    let observed = Observed::start(server, &request);
    let cancelled = request.origin.cancelled.clone();
    let facts = Arc::clone(observed.facts());
    // In a box: what surrounds them is moved about, and they are large. Inside, each stage's future stands in the one before it; where a
    // declared policy takes the next stages as a future of their own, those are boxed as well, or each such policy would double the whole.
    let stages = Box::pin(surrounded(server, request, &facts)).instrument(observed.span());
    // The contract: a bug of ours is an answer with an id, never silence.
    let stages = AssertUnwindSafe(stages).catch_unwind();
    // Held to the end: a server that stops waits for whoever holds one.
    let inside = server.lifecycle.admit();
    let outcome = match &inside {
        Err(closed) => Err(Refusal::from(*closed)),
        Ok(inside) => tokio::select! {
            biased;
            outcome = stages => {
                outcome.unwrap_or_else(|panic| Err(Refusal::Panicked(attempt::caught(&*panic))))
            }
            // Dropping the stages drops the tool's future, wherever it is.
            () = cancelled.cancelled() => Err(Refusal::Cancelled),
            () = inside.turned_out() => {
                // What the tool handed to threads and tasks learns of it as of any cancellation.
                cancelled.cancel();
                Err(Refusal::CutOff)
            }
        },
    };
    let refused = outcome.as_ref().err().map(Refusal::step);
    let reply = Reply::new(&tool, outcome);
    observed.finish(&reply, refused);
    reply
}

/// The stages, inside the middleware that surrounds whole calls.
async fn surrounded(
    server: &Arc<Core>,
    request: Request,
    facts: &Arc<Facts>,
) -> Result<Output, Refusal> {
    let Some(home) = server.surrounding(request.kind, &request.tool) else {
        return stages(server, request, facts).await;
    };
    // What was found may be switched off by the time the middleware lets the call on, or by it.
    let request = Request {
        found: None,
        ..request
    };
    middleware::surround(
        server,
        home,
        request,
        facts,
        |server, request, facts| async move { stages(&server, request, &facts).await },
    )
    .await
}

async fn stages(
    server: &Arc<Core>,
    request: Request,
    facts: &Arc<Facts>,
) -> Result<Output, Refusal> {
    // A tool that does not exist and one that this caller may not see are one and the same refusal.
    let caller = request.caller.as_deref();
    let found = match request.found {
        Some(found) => found,
        None => gate::find(server, request.kind, &request.tool, caller)?,
    };
    facts.found(found.tool());
    // Before the arguments are looked at: they are nobody's business but an authorized caller's.
    let permit = auth::authorize(server, found, request.caller)?;
    // Whoever still calls a tool that goes away is told of, whatever becomes of the call.
    deprecated::note(&permit);
    // Before the call costs anything: what this client cannot poll for would be lost.
    task::admit(permit.tool(), &request.origin)?;
    // Before anything happens that must not go unrecorded.
    audit::admit(server, permit.tool(), &facts.audit)?;
    // Before anything is charged: a call that cannot run costs nothing.
    let decoded = validation::decode(server, permit, request.arguments, request.origin, facts)?;
    // Once the arguments are known: they may belong to somebody else.
    when::admit(&decoded.call)?;
    paid(decoded).await
}

/// Stage 6. It owns what it needs, as do the stages that follow, so that they can go on in a task of their own.
async fn paid(decoded: Decoded) -> Result<Output, Refusal> {
    // After authorization, so that nobody is given what they may not ask for; before the rate, so that a kept answer costs nothing.
    let call = Arc::clone(&decoded.call);
    let answer = match call.tool.policies.cache {
        Some(_) => cache::answer(decoded, |decoded| Box::pin(once(decoded))).await?,
        None => once(decoded).await?,
    };
    if answer.is_remembered() {
        // Nothing ran, so that only a rate that counts calls is charged.
        let _: Paid = rate::take(&call, Count::Calls).await?;
    }
    Ok(answer)
}

/// Between stages 6 and 7: before the rate, so that a repetition that is answered from memory costs nothing.
async fn once(decoded: Decoded) -> Result<Output, Refusal> {
    if decoded.call.idempotency_key.is_none() {
        return charged(decoded).await;
    }
    let call = Arc::clone(&decoded.call);
    idempotency::once(&call, Box::pin(charged(decoded))).await
}

/// Stages 7 to 9: from here on the call costs something.
async fn charged(decoded: Decoded) -> Result<Output, Refusal> {
    let call = Arc::clone(&decoded.call);
    // A place among the tasks, for a call that may become one: a caller that has too many pays nothing.
    task::reserve(&call)?;
    // While the upstream is known to be down, no call is charged and no human asked for nothing.
    breaker::peek(&call)?;
    // A call that goes on after a question was paid for in its first round: a state pays once.
    let redeemed = call.rounds.redeem(&call).await;
    let redeemed = redeemed.map_err(Refusal::store_away("confirm"))?;
    let paid = match redeemed {
        true => Paid::in_an_earlier_round(),
        false => rate::take(&call, Count::Executions).await?,
    };
    // After paying: otherwise an agent could bury a human in questions.
    let approved = confirm::ask(&call, redeemed).await?;
    // On the way out, before the answer is sent: whoever reads it and asks again is told what is new.
    let pending = invalidates::pending(&call);
    let outcome = timed(paid, approved, decoded).await;
    if let Some(pending) = pending {
        pending.finish(&outcome).await;
    }
    outcome
}

/// Stages 10 and 11: how long, and how often.
async fn timed(_: Paid, _: Approved, decoded: Decoded) -> Result<Output, Refusal> {
    let Decoded { call, ready } = decoded;
    // Who polls has a handle from here on, and nobody waits for what follows.
    task::begin(&call).await?;
    // The time covers waiting and trying again: a client waits for the whole, not for a part.
    call.watch.start();
    // Retries are ours: they spend the call's time, and nothing of what the caller pays.
    let outcome = match call.tool.policies.retry {
        Some(_) => retry::run(&call, ready, |ready| Box::pin(attempted(&call, ready))).await,
        None => attempted(&call, ready).await,
    };
    if let Err(Refusal::Elapsed(_)) = &outcome {
        // What the tool handed to threads and tasks learns of it as of any cancellation.
        call.origin.cancelled.cancel();
    }
    // On the way out, inside whatever keeps answers: what is kept is clean already, and of its final size.
    let outcome = redaction::clean(&call, outcome);
    match call.tool.policies.size.links() {
        true => Box::pin(size::link::fit(&call, outcome)).await,
        false => size::fit(&call, outcome),
    }
}

/// Stages 12 to 14: one attempt.
async fn attempted(call: &Arc<Call>, ready: Running) -> Result<Output, Refusal> {
    // Before the queue: what is known to fail does not wait for its turn to fail.
    let permit = breaker::admit(call)?;
    let slot = concurrency::enter(call).await?;
    let tool = pin!(async {
        let outcome = match slot {
            Some(slot) => concurrency::inside(slot, Box::pin(attempt::run(call, ready))).await,
            None => attempt::run(call, ready).await,
        };
        ended(call, outcome)
    });
    let outcome = timeout::attempt(call, tool).await;
    permit.record(&outcome);
    outcome
}

/// A tool that asked the client something ends with an error that is none.
fn ended(call: &Call, outcome: Outcome) -> Result<Output, Refusal> {
    let error = match outcome {
        Ok(output) => return Ok(output),
        Err(error) => error,
    };
    match error.signal() {
        Some(Signal::Lacks(capability)) => Err(Refusal::Lacks(capability)),
        Some(Signal::Interrupted) => match call.rounds.interrupt(call, rounds::LIFETIME)? {
            Some(asked) => Err(Refusal::InputRequired(asked)),
            None => Err(Refusal::Tool(error)),
        },
        None => Err(Refusal::Tool(error)),
    }
}
