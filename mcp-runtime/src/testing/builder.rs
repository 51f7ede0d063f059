//! A client to be.

use std::sync::Arc;

use serde_json::Value;

use super::settings::{LEGACY, Settings};
use super::wire::Wire;
use super::{Client, Session, memory, web};
use crate::client::LogLevel;
use crate::error::Result;
use crate::principal::Principal;
use crate::server::Server;
use crate::transport::http::{Endpoints, Options, endpoints};

/// A client to be.
#[derive(Debug)]
#[must_use = "a builder does nothing until `.connect().await`"]
pub struct Builder {
    server: Server,
    settings: Settings,
    caller: Who,
    http: bool,
}

/// Whom the calls are made for.
#[derive(Debug)]
enum Who {
    Local,
    Nobody,
    Caller(Principal),
}

impl Builder {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            settings: Settings::new(),
            caller: Who::Local,
            http: false,
        }
    }

    /// Speaks 2025-11-25, which begins with a handshake.
    pub fn legacy(mut self) -> Self {
        self.settings.version = LEGACY;
        self
    }

    /// Calls for this caller, as if its token had been verified.
    pub fn caller(mut self, caller: Principal) -> Self {
        self.caller = Who::Caller(caller);
        self
    }

    /// Calls for nobody, not even the server's local principal.
    pub fn anonymous(mut self) -> Self {
        self.caller = Who::Nobody;
        self
    }

    /// Speaks HTTP to the endpoints of production, without a socket.
    pub fn http(mut self) -> Self {
        self.http = true;
        self
    }

    /// Speaks HTTP to the protocol's own service, plain calls too: what it answers is what they are to be answered with.
    #[doc(hidden)]
    pub fn without_lane(mut self) -> Self {
        self.server.given.http.lane = false;
        self.http()
    }

    /// Sets the least level of the log messages the client asks for, `None` for none at all. The default is all of them.
    pub fn log_level(mut self, level: impl Into<Option<LogLevel>>) -> Self {
        self.settings.log_level = level.into();
        self
    }

    /// Answers what the server asks, in either revision: a function of the method and its params to the result.
    ///
    /// ```no_run
    /// # async fn example(server: mcp_runtime::Server) {
    /// use mcp_runtime::testing::Client;
    /// use serde_json::json;
    ///
    /// let yes = |_: &str, _: &_| json!({"action": "accept", "content": {"confirm": true}});
    /// let client = Client::builder(server).answering(yes).connect().await;
    /// assert_eq!(client.call("delete", json!({"path": "a.txt"})).await.text(), "gone");
    /// # }
    /// ```
    ///
    /// The client says that it can be asked everything: `elicitation` of forms and of addresses, `sampling` and `roots`.
    /// [`capabilities`](Self::capabilities) says less.
    pub fn answering(
        mut self,
        answer: impl Fn(&str, &Value) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.settings.answering = Some(Arc::new(answer));
        self
    }

    /// Declares exactly these capabilities. What the server asks of a client that is not [`answering`](Self::answering) is refused with an error.
    ///
    /// ```no_run
    /// # async fn example(server: mcp_runtime::Server) {
    /// use mcp_runtime::testing::Client;
    /// use serde_json::json;
    ///
    /// let refusing = Client::builder(server).legacy().capabilities(json!({"sampling": {}}));
    /// assert_eq!(refusing.connect().await.call("summary", json!({})).await.code(), Some("not_confirmed"));
    /// # }
    /// ```
    pub fn capabilities(mut self, capabilities: Value) -> Self {
        self.settings.capabilities = Some(capabilities);
        self
    }

    /// Declares that it polls for tasks (the Tasks extension): calls of tools with `task = ".."` then return a handle, see
    /// [`finished_task`](Client::finished_task).
    pub fn polling(mut self) -> Self {
        self.settings.polling = true;
        self
    }

    /// Starts the server and connects to it.
    ///
    /// # Panics
    /// Where the server does not start, with the text its operator would read.
    pub async fn connect(self) -> Client {
        match self.try_connect().await {
            Ok(client) => client,
            Err(error) => panic!("the server does not start: {error}"),
        }
    }

    /// Starts the server and connects to it.
    ///
    /// # Errors
    /// Why the server does not start.
    pub async fn try_connect(self) -> Result<Client> {
        let Self {
            mut server,
            settings,
            caller,
            http,
        } = self;
        let options = std::mem::replace(&mut server.given.http, Options::new());
        let server = server.build()?;
        let routed = match http {
            true => Some(endpoints(&server, options, None)?),
            false => None,
        };
        server.lifecycle.start().await?;
        let caller = match caller {
            Who::Local => server.principal.clone(),
            Who::Nobody => None,
            Who::Caller(caller) => Some(Arc::new(caller)),
        };
        let settings = Arc::new(settings);
        let link = (Arc::clone(&server), Arc::clone(&settings));
        let wire = match routed {
            Some(Endpoints {
                router, answers, ..
            }) => {
                let open = Arc::new(answers.cut_on_drop());
                Wire::Http(web::Connection::open(link, caller, router, open))
            }
            None => Wire::Memory(memory::Connection::open(link, caller)),
        };
        let client = Client {
            session: Arc::new(Session::new(wire)),
            server,
            settings,
        };
        client.greet().await;
        Ok(client)
    }
}
