//! Calls without a transport, for tests of policies: a tool whose body is a closure, and a client that says nothing.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::__private::{answer, arg, run};
use crate::call::Origin;
use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::corridor::{self, Request};
use crate::error::{Failure, Reply, ToolError};
use crate::facts::Facts;
use crate::kind::Kind;
use crate::policy::validation::{self, Decoded};
use crate::policy::{auth, gate};
use crate::rounds::Question;
use crate::server::{Core, Server};
use crate::{Context, Principal, State, ToolDef, Toolset};

type Body = Box<dyn Fn(Context) -> BoxFuture<'static, Result<String, ToolError>> + Send + Sync>;

/// What [`tool`] does when it is called.
pub(crate) struct Does(Body);

impl Does {
    pub(crate) fn new<F>(does: impl Fn(Context) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, ToolError>> + Send + 'static,
    {
        Self(Box::new(move |ctx| Box::pin(does(ctx))))
    }
}

/// A tool that takes any arguments and does what its server [`Does`].
pub(crate) const fn tool(name: &'static str) -> ToolDef {
    ToolDef::new(name, "A tool under test.", |params| {
        let answers = answer::<Result<String, ToolError>>(params);
        let ctx = arg::<Context, _>(params, "ctx", "");
        let does = arg::<State<Does>, _>(params, "does", "");
        let (Some(ctx), Some(does)) = (ctx, does) else {
            return None;
        };
        run(params, answers, async move { (does.0.0)(ctx).await })
    })
    .open()
}

/// A server of one tool.
pub(crate) fn server<F>(
    tool: ToolDef,
    does: impl Fn(Context) -> F + Send + Sync + 'static,
) -> Server
where
    F: Future<Output = Result<String, ToolError>> + Send + 'static,
{
    servers(&[tool]).state(Does::new(does))
}

/// A server of several tools, which still needs to be told what they do.
pub(crate) fn servers(tools: &[ToolDef]) -> Server {
    let tools: Vec<&'static ToolDef> = tools
        .iter()
        .map(|tool| &*Box::leak(Box::new(*tool)))
        .collect();
    Server::new("test").mount(Toolset::new(Vec::leak(tools)))
}

/// A tool that answers at once.
pub(crate) async fn fine(_: Context) -> Result<String, ToolError> {
    Ok("fine".to_owned())
}

/// A call about to be made.
pub(crate) struct Calls {
    pub(crate) server: Arc<Core>,
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
    pub(crate) caller: Option<Principal>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) cancelled: CancellationToken,
}

/// Calls of one tool of a server.
pub(crate) fn calls(server: Server, tool: &'static str) -> Calls {
    Calls {
        server: server.build().unwrap(),
        tool,
        arguments: serde_json::json!({}),
        caller: None,
        ip: None,
        cancelled: CancellationToken::new(),
    }
}

impl Calls {
    pub(crate) fn by(&self, subject: &str) -> Self {
        self.with_caller(Principal::new("https://id.example.com", subject))
    }

    pub(crate) fn with_caller(&self, caller: Principal) -> Self {
        Self {
            caller: Some(caller),
            ..self.again()
        }
    }

    pub(crate) fn of(&self, tool: &'static str) -> Self {
        Self {
            tool,
            ..self.again()
        }
    }

    pub(crate) fn with(&self, arguments: Value) -> Self {
        Self {
            arguments,
            ..self.again()
        }
    }

    pub(crate) fn from(&self, ip: &str) -> Self {
        Self {
            ip: Some(ip.parse().unwrap()),
            ..self.again()
        }
    }

    pub(crate) fn again(&self) -> Self {
        Self {
            server: Arc::clone(&self.server),
            tool: self.tool,
            arguments: self.arguments.clone(),
            caller: self.caller.clone(),
            ip: self.ip,
            cancelled: CancellationToken::new(),
        }
    }

    pub(crate) async fn reply(&self) -> Reply {
        corridor::call(&self.server, self.request()).await
    }

    pub(crate) fn request(&self) -> Request {
        Request {
            kind: Kind::Tool,
            tool: self.tool.into(),
            found: None,
            arguments: self.arguments.as_object().unwrap().clone(),
            caller: self.caller.clone().map(Arc::new),
            origin: self.origin(),
        }
    }

    /// The call as it stands before the stages that cost something.
    pub(crate) fn decoded(&self) -> Decoded {
        let arguments = self.arguments.as_object().unwrap().clone();
        let caller = self.caller.clone().map(Arc::new);
        let found = gate::find(&self.server, Kind::Tool, self.tool, caller.as_deref()).unwrap();
        let permit = auth::authorize(&self.server, found, caller).unwrap();
        validation::decode(
            &self.server,
            permit,
            arguments,
            self.origin(),
            &Arc::new(Facts::new(false)),
        )
        .unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    fn origin(&self) -> Origin {
        Origin {
            trace: None,
            request_id: "1".into(),
            client: Arc::new(Silent),
            ip: self.ip,
            cancelled: self.cancelled.clone(),
            input_responses: None,
            request_state: None,
            task: None,
        }
    }

    pub(crate) async fn outcome(&self) -> &'static str {
        self.reply().await.outcome()
    }

    pub(crate) async fn failure(&self) -> Failure {
        match self.reply().await {
            Reply::Failure(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    /// How many of so many calls, one after the other, succeed.
    pub(crate) async fn passed(&self, calls: usize) -> usize {
        let mut passed = 0;
        for _ in 0..calls {
            passed += usize::from(self.again().outcome().await == "ok");
        }
        passed
    }
}

/// A client that takes an hour to answer a question.
#[derive(Debug)]
pub(crate) struct Silent;

impl Client for Silent {
    fn info(&self) -> Option<ClientInfo> {
        None
    }

    fn protocol_version(&self) -> &str {
        "2025-11-25"
    }

    fn can(&self, _: Capability) -> bool {
        true
    }

    fn asks_in_rounds(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _: &'a str, _: Question) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Ok(serde_json::json!({"action": "cancel"}))
        })
    }

    fn progress<'a>(&'a self, _: f64, _: Option<f64>, _: Option<String>) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn log<'a>(&'a self, _: LogLevel, _: &'a str, _: Value) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
