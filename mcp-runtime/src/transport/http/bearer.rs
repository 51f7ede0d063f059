//! Who calls, from the `Authorization` header, and whether what is asked for needs somebody else.
//!
//! It decides before the protocol has a say: afterwards no status can be set any more. What it lets through is still authorized in the corridor,
//! by the same predicate; a client that lies in its headers deprives itself of a helpful refusal and of nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::asked::Asked;
use super::challenge::Challenge;
use super::denied;
use super::flood::Flood;
use super::peer::Sender;
use super::refusal::Refusal;
use super::resource::{Resource, host};
use crate::auth::from::Said;
use crate::auth::{Authenticator, Rejected};
use crate::kind::Kind;
use crate::policy::auth::{Permits, Rule, permits, scopes_to_ask};
use crate::policy::gate;
use crate::principal::Principal;
use crate::server::registry::Mounted;
use crate::server::{Core, mounted};

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
        match token(&head.headers) {
            Token::None => !self.open && head.extensions.get::<Arc<Principal>>().is_none(),
            Token::Two | Token::Malformed => true,
            Token::One(_) => false,
        }
    }

    /// Leaves the caller with the request in place of the token, which is handed over, or refuses it.
    pub(super) async fn admit(
        &self,
        head: &mut Parts,
        body: &[u8],
        sender: Sender,
    ) -> Result<Option<String>, Refusal> {
        let brought = token(&head.headers);
        // Nothing that follows can see it.
        head.headers.remove(AUTHORIZATION);
        let mut held = None;
        let flooded = |wait| self.flooded(wait).answering(body);
        let caller = match brought {
            Token::None => {
                // What the program around this server has found out by itself.
                let caller = head.extensions.get::<Arc<Principal>>().cloned();
                if caller.is_none() {
                    self.charge(sender).map_err(flooded)?;
                }
                caller
            }
            Token::Two => {
                self.charge(sender).map_err(flooded)?;
                let refusal = Refusal::new(
                    StatusCode::BAD_REQUEST,
                    "more than one Authorization header",
                );
                return Err(refusal.answering(body));
            }
            Token::Malformed => {
                self.charge(sender).map_err(flooded)?;
                return Err(self.refused(head, body, "it is no token of RFC 6750"));
            }
            Token::One(token) => match self.authenticate(&token, sender).await.map_err(flooded)? {
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
        let asked = Asked::of(head, body);
        if let Err(challenge) = self.check(caller.as_deref(), &asked) {
            if let (Challenge::Scopes(_), Some(caller)) = (&challenge, &caller)
                && let Some(asked) = self.find(&asked, Some(caller))
            {
                // A known caller was denied something that is there: as any call, it leaves a record.
                let request = (&*head, body, sender);
                denied::record(&self.core, asked, caller, request).await;
            }
            return Err(self.challenged(challenge, head, body));
        }
        if let Some(caller) = caller {
            head.extensions.insert(caller);
        }
        Ok(held)
    }

    /// Ends when a token does not hold any more.
    pub(super) fn over(&self, token: String) -> impl Future<Output = ()> + Send + 'static {
        let authenticator = Arc::clone(&self.authenticator);
        async move { authenticator.over(&token).await }
    }

    /// Whom a token speaks for; or how long its sender is to wait, where the token is not known already.
    async fn authenticate(
        &self,
        token: &str,
        sender: Sender,
    ) -> Result<Result<Arc<Principal>, Rejected>, Duration> {
        if let Some(caller) = self.authenticator.known(token) {
            return Ok(Ok(caller));
        }
        if let (Some(flood), Some(address)) = (&self.flood, sender.address) {
            flood.check(address)?;
        }
        Ok(self.authenticator.authenticate(token).await)
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

/// What a request brings along.
enum Token {
    None,
    One(String),
    Two,
    Malformed,
}

fn token(headers: &HeaderMap) -> Token {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Token::None,
        (Some(_), Some(_)) => Token::Two,
        (Some(value), None) => match value.to_str() {
            Ok(value) => read(value),
            Err(_) => Token::Malformed,
        },
    }
}

/// Of which bytes a token is made: letters, digits and `-._~+/`.
const TOKEN: [bool; 256] = {
    let mut fits = [false; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        let mark = matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        fits[byte as usize] = byte.is_ascii_alphanumeric() || mark;
        byte += 1;
    }
    fits
};

/// `Bearer` in any case, spaces, and a token of RFC 6750's alphabet (section 2.1). Another scheme brings no token.
fn read(value: &str) -> Token {
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Token::None;
    }
    let token = token.trim_matches(' ');
    let body = token.trim_end_matches('=');
    let fits = |byte: u8| TOKEN[usize::from(byte)];
    match !body.is_empty() && body.bytes().all(fits) {
        true => Token::One(token.to_owned()),
        false => Token::Malformed,
    }
}
