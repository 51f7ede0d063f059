//! Toolsets: methods with state of their own, modules, what they say for their tools, and who counts first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Principal, ToolMethods};
use serde_json::json;

struct Counter {
    count: AtomicU64,
    step: u64,
}

impl Counter {
    fn by(step: u64) -> Self {
        Self {
            count: AtomicU64::new(0),
            step,
        }
    }
}

#[toolset]
impl Counter {
    /// Count up.
    #[tool]
    pub(crate) async fn up(&self, times: u64) -> u64 {
        self.add(times)
    }

    /// Count up, on a thread of its own.
    #[tool(blocking, name = "slowly")]
    fn up_slowly(&self, #[arg(default = 1)] times: u64, ctx: Context) -> String {
        format!("{} {}", ctx.tool_name(), self.add(times))
    }

    /// Say what counts.
    #[tool(read_only)]
    async fn about(note: &str) -> String {
        format!("a counter: {note}")
    }

    /// Never there.
    #[cfg(any())]
    #[tool]
    async fn never(&self, what: Missing) {}

    /// Make a copy that starts anew, which takes `Self` apart in its signature.
    #[tool]
    async fn again(&self) -> Json<Vec<<Self as Steps>::Step>> {
        Json(vec![self.step])
    }

    fn add(&self, times: u64) -> u64 {
        self.count.fetch_add(self.step * times, Ordering::Relaxed) + self.step * times
    }
}

trait Steps {
    type Step;
}

impl Steps for Counter {
    type Step = u64;
}

#[tokio::test]
async fn a_method_is_called_on_the_value_that_is_mounted() {
    let server = Server::new("counters").mount(Counter::by(3));
    let client = testing::client(server).await;
    assert_eq!(
        client.tools().await.names(),
        ["up", "slowly", "about", "again"]
    );
    assert_eq!(client.call("up", json!({"times": 2})).await.text(), "6");
    assert_eq!(client.call("slowly", json!({})).await.text(), "slowly 9");
    let about = client.call("about", json!({"note": "x"})).await;
    assert_eq!(about.text(), "a counter: x");
    let refused = client.call("up", json!({"self": 1, "times": 1})).await;
    assert_eq!(
        refused.code(),
        Some("invalid_input"),
        "`self` is no argument"
    );
}

#[tokio::test]
async fn a_method_stays_a_method() {
    let counter = Counter::by(2);
    assert_eq!(counter.up(1).await, 2);
    assert_eq!(Counter::about("y").await, "a counter: y");
}

#[tokio::test]
async fn two_values_under_two_namespaces_do_not_mix() {
    let shared = Arc::new(Counter::by(100));
    let server = Server::new("counters")
        .mount_at("ones", Counter::by(1))
        .mount_at("tens", Counter::by(10))
        .mount_at("ours", Arc::clone(&shared));
    for client in [Client::builder(server).legacy().connect().await] {
        for (tool, count) in [
            ("ones.up", "1"),
            ("tens.up", "10"),
            ("ones.up", "2"),
            ("ours.up", "100"),
        ] {
            let reply = client.call(tool, json!({"times": 1})).await;
            assert_eq!(reply.text(), count, "{tool}");
        }
    }
    assert_eq!(shared.up(1).await, 200);
}

#[test]
fn the_list_of_methods_without_a_value_does_not_start() {
    let server = Server::new("counters").mount(Counter::TOOLS);
    let error = server.check().unwrap_err().to_string();
    assert!(error.contains("tool `up` is a method of `"), "{error}");
    assert!(
        error.contains("help: mount the value, not its list"),
        "{error}"
    );
    assert!(!error.contains("`about`"), "it needs no value: {error}");
}

#[toolset(prefix = "math", timeout = "2s", auth = "math:read", tags = ["exact"], rate = ["5/s", "9/m"])]
mod math {
    use super::*;

    /// Add two numbers.
    #[tool(read_only, tags = ["exact", "sum"])]
    pub(super) async fn add(a: i64, b: i64) -> i64 {
        a + helper(b)
    }

    /// Wait for ever.
    #[mcp_runtime::tool(auth = "none", timeout = "1s", rate = "1/s per ip")]
    pub(super) async fn wait() {
        std::future::pending::<()>().await;
    }

    fn helper(x: i64) -> i64 {
        x
    }
}

fn mathematician() -> Principal {
    Principal::local("ada").scope("math:read")
}

#[tokio::test(start_paused = true)]
async fn a_module_gathers_its_tools_and_speaks_for_them() {
    let server = Server::new("x")
        .mount(math::TOOLS)
        .local_principal(mathematician());
    let client = testing::client(server).await;
    let tools = client.tools().await;
    assert_eq!(tools.names(), ["math.add", "math.wait"]);
    let tags = &tools["math.add"]["_meta"]["dev.mcp-runtime/tags"];
    assert_eq!(tags, &json!(["exact", "sum"]));
    assert_eq!(
        client
            .call("math.add", json!({"a": 1, "b": 2}))
            .await
            .text(),
        "3"
    );
    assert_eq!(client.anonymous().tools().await.names(), ["math.wait"]);
    assert_eq!(math::add(1, 2).await, 3);
}

#[toolset(prefix = "docs", auth = "docs:read")]
mod docs {
    use super::*;

    /// Search the documents.
    #[tool(read_only)]
    pub(super) async fn search(words: String) -> String {
        words
    }

    /// The manual.
    #[resource("docs://manual")]
    pub(super) async fn manual() -> &'static str {
        "Read it."
    }

    /// Ask for a summary.
    #[prompt]
    pub(super) async fn summary(of: String) -> String {
        format!("Summarize {of}.")
    }
}

#[tokio::test]
async fn a_module_gathers_resources_and_prompts_as_well() {
    let reader = Principal::local("ada").scope("docs:read");
    let server = Server::new("x").mount(docs::TOOLS).local_principal(reader);
    let client = testing::client(server).await;
    assert_eq!(client.tools().await.names(), ["docs.search"]);
    assert_eq!(client.read("docs://manual").await.text(), "Read it.");
    let summary = client.get_prompt("docs.summary", json!({"of": "it"})).await;
    assert!(
        summary.result()["messages"]
            .to_string()
            .contains("Summarize it.")
    );
    let stranger = client.anonymous();
    assert!(
        stranger.read("docs://manual").await.rpc_error().is_some(),
        "the default holds"
    );
    assert_eq!(stranger.resources().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_default_runs_where_it_holds() {
    #[toolset(timeout = "2s")]
    mod set {
        use super::*;

        /// Wait for ever.
        #[tool(read_only)]
        pub(super) async fn wait() {
            std::future::pending::<()>().await;
        }
    }
    let client = testing::client(Server::new("x").mount(set::TOOLS)).await;
    let begun = tokio::time::Instant::now();
    let reply = client.call("wait", json!({})).await;
    assert_eq!(reply.code(), Some("timeout"));
    assert_eq!(begun.elapsed().as_secs(), 2);
}

/// What a program says of a list counts over what the list's attribute says, and a rate is one more bucket.
#[tokio::test(start_paused = true)]
async fn what_is_said_of_a_toolset_later_counts() {
    #[toolset(timeout = "2s", rate = "3/h")]
    mod set {
        use super::*;

        /// Wait for ever.
        #[tool(read_only)]
        pub(super) async fn wait() {
            std::future::pending::<()>().await;
        }
    }
    const LONGER: Toolset = set::TOOLS.timeout(mcp_runtime::Timeout::new("9s"));
    let client = testing::client(Server::new("x").mount(LONGER)).await;
    for (call, code) in ["timeout", "timeout", "timeout", "rate_limited"]
        .iter()
        .enumerate()
    {
        let begun = tokio::time::Instant::now();
        let reply = client.call("wait", json!({})).await;
        assert_eq!(reply.code(), Some(*code), "call {call}");
        let took = if call < 3 { 9 } else { 0 };
        assert_eq!(begun.elapsed().as_secs(), took, "call {call}");
    }

    let rarer = LONGER.rate(mcp_runtime::Rate::new("1/d"));
    let client = testing::client(Server::new("x").mount(rarer)).await;
    assert_eq!(client.call("wait", json!({})).await.code(), Some("timeout"));
    assert_eq!(
        client.call("wait", json!({})).await.code(),
        Some("rate_limited")
    );
}

/// A toolset's own prefix and tags would be lost beside another list's.
#[test]
#[should_panic(expected = "after `with`")]
fn a_list_with_a_prefix_is_no_part_of_another() {
    let manual = Toolset::of_resources(docs::TOOLS.resources()).prefix("docs");
    let _ = tools![math::add].with(manual);
}

struct Library {
    books: Vec<&'static str>,
}

#[toolset(prefix = "library", tags = ["books"], auth = "books:read")]
impl Library {
    /// Count the books.
    #[tool(read_only)]
    async fn count(&self) -> usize {
        self.books.len()
    }

    /// A book.
    #[resource("books://{number}", list = Self::shelf)]
    async fn book(&self, #[complete(Self::numbers)] number: usize) -> Result<String, ToolError> {
        let book = self.books.get(number).copied();
        book.map(str::to_owned)
            .ok_or_else(|| ToolError::not_found(format!("no book {number}")))
    }

    /// The sign at the door.
    #[resource("books://sign")]
    async fn sign() -> &'static str {
        "Quiet, please."
    }

    /// Talk about a book.
    #[prompt]
    async fn talk(&self, #[complete(Self::numbers)] number: usize) -> Vec<Message> {
        let book = self.books.get(number).copied().unwrap_or("nothing");
        vec![Message::user(format!("Let us talk about {book}."))]
    }

    async fn shelf() -> Vec<Link> {
        vec![Link::new("books://0", "the first")]
    }

    fn numbers(typed: &str) -> Vec<String> {
        vec![format!("{typed}0")]
    }
}

#[tokio::test]
async fn resources_and_prompts_are_methods_of_the_mounted_value_too() {
    let library = |book| Library { books: vec![book] };
    let server = || {
        Server::new("libraries")
            .mount(library("Emma"))
            .local_principal(Principal::local("ada").scope("books:read"))
    };
    let legacy = Client::builder(server()).legacy().connect().await;
    for client in [testing::client(server()).await, legacy] {
        assert_eq!(client.call("library.count", json!({})).await.text(), "1");
        let read = async |uri: &str| client.request("resources/read", json!({"uri": uri})).await;
        assert_eq!(read("books://0").await.text(), "Emma");
        assert_eq!(read("books://sign").await.text(), "Quiet, please.");
        assert!(read("books://1").await.rpc_error().is_some());
        let prompt = json!({"name": "library.talk", "arguments": {"number": "0"}});
        let said = client.request("prompts/get", prompt).await;
        assert_eq!(said.text(), "Let us talk about Emma.");
        let listed = client.request("resources/list", json!({})).await;
        let names: Vec<_> = listed.result()["resources"].as_array().unwrap().clone();
        assert_eq!(names.len(), 2, "{names:?}");
        for reference in [
            json!({"type": "ref/prompt", "name": "library.talk"}),
            json!({"type": "ref/resource", "uri": "books://{number}"}),
        ] {
            let typed = json!({"ref": reference, "argument": {"name": "number", "value": "1"}});
            let proposed = client.request("completion/complete", typed).await;
            assert_eq!(proposed.result()["completion"]["values"], json!(["10"]));
        }
        // What the toolset says holds for all three.
        let nobody = client.anonymous();
        assert!(nobody.tools().await.names().is_empty());
        for (method, params) in [
            ("resources/read", json!({"uri": "books://0"})),
            (
                "prompts/get",
                json!({"name": "library.talk", "arguments": {"number": "0"}}),
            ),
        ] {
            let refused = nobody.request(method, params).await;
            assert!(refused.rpc_error().is_some(), "{refused:?}");
        }
    }
}

#[test]
fn what_a_type_has_can_be_looked_at_without_a_value() {
    let refused = Server::new("libraries").mount(Library::TOOLS).check();
    let text = refused.unwrap_err().to_string();
    for name in ["library.count", "books://{number}", "prompts/library.talk"] {
        assert!(text.contains(name), "{text}");
    }
}
