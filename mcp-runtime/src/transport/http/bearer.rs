//! Who calls, from the `Authorization` header, and whether what is asked for needs somebody else.
//!
//! It decides before the protocol has a say: afterwards no status can be set any more. What it lets through is still authorized in the corridor,
//! by the same predicate; a client that lies in its headers deprives itself of a helpful refusal and of nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::asked::Asked;
use super::challenge::Challenge;
use super::denied;
use super::flood::Flood;
use super::peer::{Peer, Sender};
use super::refusal::Refusal;
use super::resource::{Resource, host};
use super::token::{Brought, Token};
use crate::auth::from::Said;
use crate::auth::{Authenticator, Rejected};
use crate::kind::Kind;
use crate::policy::auth::{Permits, Rule, permits, scopes_to_ask};
use crate::policy::gate;
use crate::principal::Principal;
use crate::server::registry::Mounted;
use crate::server::{Core, mounted};

/// Why a token is refused that is none.
const MALFORMED: &str = "it is no token of RFC 6750";

/// When to come back while tokens cannot be verified.
const AWAY_RETRY: Duration = Duration::from_secs(5);

/// The check of tokens, and of what a request needs.
#[derive(Debug)]
pub(super) struct Bearer {
    core: Arc<Core>,
    authenticator: Arc<Authenticator>,
    resource: Arc<Resource>,
    flood: Option<Flood>,
    /// Whether there is anything that needs no caller: then strangers may look around.
    open: bool,
    /// What to ask for at first: what the tools need that show in nobody's list who cannot call them.
    scopes: Vec<&'static str>,
}

impl Bearer {
    pub(super) fn new(
        core: Arc<Core>,
        authenticator: Authenticator,
        resource: Arc<Resource>,
        flood: Option<Flood>,
    ) -> Self {
        let hidden = core.tools().all().filter(|it| !it.def.visible_always);
        let mut scopes: Vec<_> = hidden.flat_map(|it| to_ask(&it.policies.auth)).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let needs_nobody = |it: &Arc<Mounted>| {
            !it.policies.auth.guarantees_caller() && it.policies.tenants.admit(None)
        };
        let open = core.tools().all().any(needs_nobody);
        Self {
            open,
            authenticator: Arc::new(authenticator),
            resource,
            flood,
            scopes,
            core,
        }
    }

    /// Whether the head alone tells that the request will be refused: it brings nobody, and there is nothing here for strangers.
    pub(super) fn turns_away(&self, head: &Parts) -> bool {
        match Brought::by(&head.headers) {
            Brought::Nothing => !self.open && head.extensions.get::<Arc<Principal>>().is_none(),
            Brought::Two | Brought::Malformed => true,
            Brought::One(token) => token.text().is_none(),
        }
    }

    /// Leaves the caller with the request in place of the token, which is handed over, or refuses it.
    pub(super) async fn identify(
        &self,
        head: &mut Parts,
        body: &[u8],
        (peer, sender): (&Peer, Sender),
    ) -> Result<Option<Token>, Refusal> {
        let brought = Brought::by(&head.headers);
        // Nothing that follows can see it.
        head.headers.remove(AUTHORIZATION);
        let mut held = None;
        let flooded = |wait| self.flooded(wait).answering(body);
        let caller = match brought {
            Brought::Nothing => {
                // What the program around this server has found out by itself.
                let caller = head.extensions.get::<Arc<Principal>>().cloned();
                if caller.is_none() {
                    self.charge(sender).map_err(flooded)?;
                }
                caller
            }
            Brought::Two => {
                self.charge(sender).map_err(flooded)?;
                let refusal = Refusal::new(
                    StatusCode::BAD_REQUEST,
                    "more than one Authorization header",
                );
                return Err(refusal.answering(body));
            }
            Brought::Malformed => {
                self.charge(sender).map_err(flooded)?;
                return Err(self.refused(head, body, MALFORMED));
            }
            Brought::One(token) => match self
                .authenticate(&token, (peer, sender))
                .await
                .map_err(flooded)?
            {
                Ok(caller) => {
                    held = Some(token);
                    Some(self.in_tenant(caller, head, sender))
                }
                Err(Rejected::Unavailable(why)) => {
                    tracing::warn!(%why, "tokens cannot be verified");
                    let message = "tokens cannot be verified at the moment; try again";
                    return Err(Refusal::full(message, AWAY_RETRY).answering(body));
                }
                Err(Rejected::NotMine(why) | Rejected::Invalid(why)) => {
                    // What is left by others that came meanwhile: this one was looked at, and is told the truth.
                    let _ = self.charge(sender);
                    return Err(self.refused(head, body, &why));
                }
            },
        };
        if let Some(caller) = caller {
            head.extensions.insert(caller);
        }
        Ok(held)
    }

    /// Refuses a request that somebody else must make, or one with more scopes. What the lane takes is open to its caller, and need not be asked.
    pub(super) async fn admit(
        &self,
        head: &Parts,
        body: &[u8],
        sender: Sender,
    ) -> Result<(), Refusal> {
        let caller = head.extensions.get::<Arc<Principal>>();
        let asked = Asked::of(head, body);
        let Err(challenge) = self.check(caller.map(Arc::as_ref), &asked) else {
            return Ok(());
        };
        if let (Challenge::Scopes(_), Some(caller)) = (&challenge, caller)
            && let Some(asked) = self.find(&asked, Some(caller))
        {
            // A known caller was denied something that is there: as any call, it leaves a record.
            Box::pin(denied::record(
                &self.core,
                asked,
                caller,
                (head, body, sender),
            ))
            .await;
        }
        Err(self.challenged(challenge, head, body))
    }

    /// Ends when a token does not hold any more.
    pub(super) fn over(&self, token: Token) -> impl Future<Output = ()> + Send + 'static {
        let authenticator = Arc::clone(&self.authenticator);
        async move {
            // It was taken, so that it is a text.
            if let Some(token) = token.text() {
                authenticator.over(token).await;
            }
        }
    }

    /// Whom a token speaks for; or how long its sender is to wait, where the token is not known already.
    async fn authenticate(
        &self,
        token: &Token,
        (peer, sender): (&Peer, Sender),
    ) -> Result<Result<Arc<Principal>, Rejected>, Duration> {
        if let Some(caller) = self.authenticator.known(token.bytes(), &peer.last) {
            return Ok(Ok(caller));
        }
        if let (Some(flood), Some(address)) = (&self.flood, sender.address) {
            flood.check(address)?;
        }
        Ok(match token.text() {
            Some(token) => self.authenticator.authenticate(token).await,
            None => Err(Rejected::Invalid(MALFORMED.into())),
        })
    }

    /// Charges the sender for a request that nobody answers for, or says how long it is to wait.
    fn charge(&self, sender: Sender) -> Result<(), Duration> {
        match (&self.flood, sender.address) {
            (Some(flood), Some(address)) => flood.take(address),
            _ => Ok(()),
        }
    }

    fn flooded(&self, wait: Duration) -> Refusal {
        self.core.count_flooded();
        let message = "too many requests without a valid token; try again later";
        // Rounded up: who comes when told to is not to come in vain.
        Refusal::too_many(message, Duration::from_secs(wait.as_secs() + 1))
    }

    /// Whether the caller need not be another one for what is asked.
    fn check(&self, caller: Option<&Principal>, asked: &Asked<'_>) -> Result<(), Challenge> {
        if *asked == Asked::Other {
            return match caller.is_some() || self.open {
                true => Ok(()),
                false => Err(Challenge::NoToken(self.scopes.clone())),
            };
        }
        match (caller, self.find(asked, caller)) {
            (None, Some(tool)) if !tool.policies.auth.guarantees_caller() => Ok(()),
            (None, Some(tool)) if tool.def.visible_always => {
                Err(Challenge::NoToken(to_ask(&tool.policies.auth)))
            }
            // To a stranger, a tool that does not exist is as any other that it does not see.
            (None, _) => Err(Challenge::NoToken(self.scopes.clone())),
            // Of a tool that the caller does not see, it learns nothing: the protocol says that there is none.
            (Some(caller), Some(tool)) if tool.def.visible_always => {
                match permits(&self.core, tool, Some(caller)) {
                    Permits::NeedsScopes(scopes) => Err(Challenge::Scopes(scopes)),
                    Permits::Yes | Permits::No => Ok(()),
                }
            }
            (Some(_), _) => Ok(()),
        }
    }

    /// What is asked for, if it is there for this caller.
    fn find(&self, asked: &Asked<'_>, caller: Option<&Principal>) -> Option<&Arc<Mounted>> {
        let Asked::One(kind, name) = asked else {
            return None;
        };
        let served = self.core.tools();
        let found = match kind {
            Kind::Resource => &served.resources.resolve(name)?.0.mounted,
            Kind::Prompt => served.find_of(*kind, &mounted::prompt(name))?,
            _ => served.find_of(*kind, name)?,
        };
        gate::exists(found, caller).then_some(found)
    }

    fn in_tenant(&self, caller: Arc<Principal>, head: &Parts, sender: Sender) -> Arc<Principal> {
        let Some(rule) = self
            .authenticator
            .tenant()
            .filter(|rule| rule.is_of_request())
        else {
            return caller;
        };
        let host = host(&head.uri, &head.headers).map(|host| {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            name.to_ascii_lowercase()
        });
        let said = Said {
            host: host.as_deref(),
            vouched: sender.vouched.then_some(&head.headers),
        };
        Arc::new(rule.give(Principal::clone(&caller), said))
    }

    fn refused(&self, head: &Parts, body: &[u8], why: &str) -> Refusal {
        tracing::info!(why, "a token was refused");
        self.challenged(Challenge::BadToken(self.scopes.clone()), head, body)
    }

    fn challenged(&self, challenge: Challenge, head: &Parts, body: &[u8]) -> Refusal {
        let metadata = self.resource.metadata_address(&head.uri, &head.headers);
        challenge.refusal(metadata.as_deref()).answering(body)
    }
}

fn to_ask(rule: &Rule) -> Vec<&'static str> {
    match rule {
        Rule::Requires(auth) => scopes_to_ask(auth),
        Rule::Undecided | Rule::Anyone => Vec::new(),
    }
}
