//! A server of one tool whose policies are a row's, and of what the tool needs around it to show them.

use std::fmt::Write as _;
use std::sync::Arc;

use mcp_grammar::Policies;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{Principal, Tool, ToolDef};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::{Context as Layered, SubscriberExt as _};

use super::Seen;
use crate::foreign::{Foreign, Switch};
use crate::script::{Script, Step};
use crate::shared_store::KEY;

macro_rules! scripted {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[tool]
        async fn $name(
            id: Option<String>,
            other: Option<String>,
            n: Option<u32>,
            items: Option<Vec<String>>,
            script: State<Script>,
        ) -> Result<String, ToolError> {
            let _ = (id, other, n);
            let said = script.run().await?;
            Ok(match items {
                Some(items) => format!("{said} {}", items.concat()),
                None => said,
            })
        }
    )*};
}

scripted! {
    /// Do what the script says.
    subject,
    /// Do what the script says, under the same policies.
    sibling
}

/// Do what the script says, with an eye on the caller.
#[tool]
async fn watcher(caller: Option<Caller>, script: State<Script>) -> Result<String, ToolError> {
    let _ = caller;
    script.run().await
}

/// Look up a thing.
#[tool(read_only, cache = "1h tags(things)")]
async fn thing(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

/// Change all things.
#[tool(invalidates = "tags(things)")]
async fn change() {}

/// The tool with policies. The pattern has no `..`: what is not declared cannot be looked at.
fn declared(policies: &Policies<'static>, mut def: ToolDef) -> &'static ToolDef {
    let Policies {
        read_only,
        destructive,
        idempotent,
        open_world,
        takes_caller: _,
        auth,
        when,
        rate,
        cache,
        invalidates,
        timeout,
        retry,
        breaker,
        concurrency,
        max_in,
        max_out,
        audit,
        confirm,
        idempotency,
        task,
        deprecated,
    } = *policies;
    if read_only {
        def = def.read_only();
    }
    if idempotent {
        def = def.idempotent();
    }
    def = rate.into_iter().fold(def, ToolDef::rate);
    macro_rules! declare {
        ($($option:ident),*) => {$(
            if let Some(policy) = $option {
                def = def.$option(policy);
            }
        )*};
    }
    declare!(
        destructive,
        open_world,
        auth,
        when,
        cache,
        invalidates,
        timeout,
        retry,
        breaker,
        concurrency,
        max_in,
        max_out,
        audit,
        confirm,
        idempotency,
        task,
        deprecated
    );
    Box::leak(Box::new(def))
}

/// A row's policies, on the way into a server.
pub(super) struct Boot(pub(super) Policies<'static>);

impl Boot {
    /// Starts the server. The script says what the tool does in its runs.
    pub(super) async fn with(self, steps: impl IntoIterator<Item = Step>) -> Result<Stand, String> {
        let Self(policies) = self;
        let base = match policies.takes_caller {
            true => *watcher::DEF,
            false => *subject::DEF,
        };
        let tools = vec![
            declared(&policies, base),
            declared(&policies, *sibling::DEF),
        ];
        let (script, store, heard) = (Script::new(steps), Foreign::default(), Heard::default());
        let away = store.switch();
        let listening = tracing_subscriber::registry().with(heard.clone());
        let server = Server::new("fields")
            .mount(Toolset::new(Vec::leak(tools)))
            .mount(tools![thing, change])
            .shared_state(Arc::clone(&script))
            .store(store)
            .state_key(KEY);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&asked);
        let connecting =
            Client::builder(server)
                .caller(someone("ada"))
                .answering(move |_, params| {
                    hears.lock().push(params["message"].to_string());
                    json!({"action": "accept", "content": {"confirm": true}})
                });
        // A client that does not poll is refused by a tool that must run as a task.
        let connecting = match policies.task {
            Some(task) if !task.required => connecting.polling(),
            _ => connecting,
        };
        let _listening = tracing::subscriber::set_default(listening);
        let client = connecting
            .try_connect()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Stand {
            client,
            script,
            away,
            asked,
            heard,
            name: if policies.takes_caller {
                "watcher"
            } else {
                "subject"
            },
            _listening,
        })
    }

    /// Calls once, and says what came of it.
    pub(super) async fn call(self, arguments: Value) -> Seen {
        self.calls([arguments]).await
    }

    /// Calls one after the other.
    pub(super) async fn calls(self, calls: impl IntoIterator<Item = Value>) -> Seen {
        let stand = self.with([]).await?;
        let mut said = Vec::new();
        for arguments in calls {
            said.push(stand.call(arguments).await);
        }
        Ok(said.join(", "))
    }
}

/// Who calls, but for the name.
pub(super) fn someone(name: &str) -> Principal {
    Principal::new("https://id.example.com", name)
        .tenant("acme")
        .client_id("desk")
        .scope("read")
        .role("editor")
        .claim("org", "acme")
        .claim("town", "Oslo")
        .claim("teams", json!(["red", "blue"]))
}

/// A running server.
pub(super) struct Stand {
    pub(super) client: Client,
    pub(super) script: Arc<Script>,
    pub(super) away: Switch,
    pub(super) asked: Arc<Mutex<Vec<String>>>,
    heard: Heard,
    name: &'static str,
    _listening: DefaultGuard,
}

impl Stand {
    pub(super) async fn call(&self, arguments: Value) -> String {
        said(&self.client.call(self.name, arguments).await)
    }

    pub(super) async fn call_as(&self, name: &str, arguments: Value) -> String {
        let client = self.client.as_caller(someone(name));
        said(&client.call(self.name, arguments).await)
    }

    /// What the tool is to those who list it.
    pub(super) async fn listed(&self) -> Value {
        let tools = self.client.tools().await;
        tools.get(self.name).cloned().unwrap_or_default()
    }

    /// The audit events so far: the names of their fields.
    pub(super) fn audited(&self) -> String {
        self.heard.0.lock().join("; ")
    }
}

/// The text of an answer, or the code of what went wrong.
pub(super) fn said(reply: &Reply) -> String {
    match (reply.rpc_error(), reply.code()) {
        (Some(error), _) => error.message,
        (None, Some(code)) => code.to_owned(),
        (None, None) => reply.text(),
    }
}

/// Hears events of the target `audit`.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Heard {
    fn on_event(&self, event: &tracing::Event<'_>, _: Layered<'_, S>) {
        if event.metadata().target() == "audit" {
            let mut names = Names(String::new());
            event.record(&mut names);
            self.0.lock().push(names.0);
        }
    }
}

struct Names(String);

impl Visit for Names {
    fn record_debug(&mut self, field: &Field, _: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{field} ");
    }
}
