//! What an answer is kept under, and how long it is fresh there.

use std::time::Duration;

use mcp_grammar::{Cache, Field, Scope};

use super::Rule;
use crate::call::Call;
use crate::policy::material::{Arguments, Material};
use crate::server::registry::Mounted;
use crate::store::{Key, KeyBuilder, KeySpace};

/// What is the same for all calls of a tool.
pub(super) struct Shape {
    /// Whether a caller is given answers that were made for the same caller alone.
    pub(super) private: bool,
    /// The beginning of every key: the tool and its schemas.
    tool: KeyBuilder,
    arguments: Arguments,
}

impl Shape {
    fn new(keys: &KeySpace, tool: &Mounted, declared: &Cache<'static>) -> Self {
        let output = tool.output.as_ref().map(|output| &output.json);
        // Maps with text keys always serialise.
        let schemas = serde_json::to_vec(&(&tool.input.json, output)).unwrap_or_default();
        Self {
            private: match declared.scope {
                Some(scope) => scope == Scope::Private,
                None => tool.policies.auth.guarantees_caller() || tool.takes_caller(),
            },
            tool: keys.key("cache").text(&tool.name).bytes(&schemas),
            arguments: Arguments::new(tool, declared.ignore.as_slice()),
        }
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shape")
            .field("private", &self.private)
            .finish_non_exhaustive()
    }
}

impl Rule {
    pub(super) fn shape(&self, call: &Call) -> &Shape {
        let shape = || Shape::new(&call.server.keys, &call.tool, &self.declared);
        self.shape.get_or_init(shape)
    }

    /// The tool and its schemas, the arguments it gets, what `vary` names and, for a private answer, who asks and with which grants.
    pub(super) fn key(&self, call: &Call) -> Key {
        let shape = self.shape(call);
        let caller = call.caller.as_deref();
        let mut material = Material::new();
        if shape.private {
            material.caller(caller);
            material.grants(caller);
        }
        for field in &self.declared.vary {
            let value = match field {
                Field::Arg(path) => call.argument(path),
                Field::Claim(path) => caller.and_then(|caller| caller.claim_at(path)),
            };
            match value {
                Some(value) => material.value(value, &[]),
                None => material.absent(),
            }
        }
        material.arguments(call, &shape.arguments);
        material.key(shape.tool.clone())
    }

    /// How long the answer under a key is fresh: the declared time, ten percent more or less, so that answers which were made together do not all
    /// go at once. The key decides, which is as good as random, and the same on every server that shares the store.
    pub(super) fn fresh(&self, key: Key) -> Duration {
        let [high, low, ..] = key.0.to_be_bytes();
        let steps = u32::from(u16::from_be_bytes([high, low]));
        let ttl = self.declared.ttl;
        (ttl - ttl / 10).saturating_add(ttl / 5 / u32::from(u16::MAX) * steps)
    }
}
