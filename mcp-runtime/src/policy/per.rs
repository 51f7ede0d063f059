//! Whose count a call goes to: `per caller`, `per tenant + arg.repo`. `rate` and `concurrency` count by it.
//!
//! Refuses a call that lacks what it would be counted by: counting it with all others that lack it would let strangers use
//! up each other's share. Keeps no state.

use std::net::IpAddr;

use mcp_grammar::Keys;

use crate::call::Call;
use crate::error::Failure;
use crate::store::{Key, KeyBuilder};

/// What a policy counts by, made ready.
#[derive(Debug)]
pub(crate) struct Per {
    keys: Keys<'static>,
    seed: KeyBuilder,
    /// The one key of a count for all calls together.
    everybody: Option<Key>,
}

/// The call has not got what it would be counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) mcp_grammar::Key<'static>);

impl Missing {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        let Self(key) = self;
        let failure = Failure::new(
            "limit_key_missing",
            format!("`{tool}` is limited per {key}, and this call has none"),
        );
        match key {
            mcp_grammar::Key::Arg(path) => failure.hint(format!("send the argument `{path}`")),
            _ => failure,
        }
    }
}

impl Per {
    /// `seed` tells the counts of one policy from those of another.
    pub(super) fn new(keys: Keys<'static>, seed: KeyBuilder) -> Self {
        let everybody = keys.iter().all(|key| *key == mcp_grammar::Key::Global);
        Self {
            keys,
            everybody: everybody.then(|| seed.clone().finish()),
            seed,
        }
    }

    /// Whether there is one count, for all calls together.
    pub(crate) fn is_everybody(&self) -> bool {
        self.everybody.is_some()
    }

    /// What is counted apart.
    #[cfg(feature = "cli")]
    pub(crate) fn keys(&self) -> &Keys<'static> {
        &self.keys
    }

    /// The count that a call goes to.
    pub(crate) fn key(&self, call: &Call) -> Result<Key, Missing> {
        if let Some(key) = self.everybody {
            return Ok(key);
        }
        let mut key = self.seed.clone();
        for part in &self.keys {
            key = with(key, part, call).ok_or(Missing(*part))?;
        }
        Ok(key.finish())
    }
}

fn with(key: KeyBuilder, part: &mcp_grammar::Key<'_>, call: &Call) -> Option<KeyBuilder> {
    use mcp_grammar::Key as Part;
    let caller = call.caller.as_deref();
    Some(match part {
        Part::Global => key,
        Part::Caller => key.key(caller?.key(&call.server.keys)),
        // Two issuers may use the same name for different tenants and clients.
        Part::Tenant => key.text(caller?.issuer()).text(caller?.tenant_id()?),
        Part::Client => key.text(caller?.issuer()).text(caller?.client()?),
        Part::Ip => network(key, call.origin.ip?),
        Part::Arg(path) => key.json(call.argument(path).filter(|value| !value.is_null())?),
        Part::Claim(path) => {
            let claim = caller?.claim_at(path).filter(|value| !value.is_null())?;
            key.text(caller?.issuer()).json(claim)
        }
    })
}

/// An address as the one who was given it: an IPv6 host has a whole /64 to change its address in.
fn network(key: KeyBuilder, address: IpAddr) -> KeyBuilder {
    match address.to_canonical() {
        IpAddr::V4(address) => key.bytes(&address.octets()),
        IpAddr::V6(address) => key.bytes(&address.octets()[..8]),
    }
}
