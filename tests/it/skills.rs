//! A folder of skills on the wire (the Skills extension).

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_runtime::middleware::{Incoming, Next};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use mcp_runtime::{Policies, Principal, Skills, testing};
use serde_json::{Value, json};
use tempfile::TempDir;

const MANUAL: &str =
    "---\nname: billing\ndescription: Issue invoices.\nlicense: MIT\n---\n# Billing\n";

fn folder() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let skill = root.path().join("billing");
    fs::create_dir_all(skill.join("assets")).unwrap();
    fs::write(skill.join("SKILL.md"), MANUAL).unwrap();
    fs::write(skill.join("assets/logo.png"), [0x89, 0xFF, 0x00]).unwrap();
    root
}

fn server(skills: Skills) -> Server {
    Server::new("skilled").skills(skills)
}

#[tokio::test]
async fn a_skill_is_listed_with_the_digests_of_its_files() {
    let root = folder();
    let client = testing::client(server(Skills::folder(root.path()))).await;
    let discovered = client.request("server/discover", json!({})).await;
    let capabilities = &discovered.result()["capabilities"];
    assert!(capabilities["resources"].is_object());
    let extension = &capabilities["extensions"]["io.modelcontextprotocol/skills"];
    assert_eq!(extension, &json!({"directoryRead": true}));

    let listed = client.request("skills/list", json!({})).await;
    assert_eq!(listed.result()["cacheScope"], "public");
    let skill = &listed.result()["skills"][0];
    assert_eq!(skill["uri"], "skill://billing/SKILL.md");
    let frontmatter =
        json!({"name": "billing", "description": "Issue invoices.", "license": "MIT"});
    assert_eq!(skill["frontmatter"], frontmatter);
    let files = skill["resources"].as_array().unwrap();
    let sizes: Vec<_> = files.iter().map(|it| (&it["uri"], &it["size"])).collect();
    let (manual, logo) = (
        json!("skill://billing/SKILL.md"),
        json!("skill://billing/assets/logo.png"),
    );
    assert_eq!(sizes, [(&manual, &json!(MANUAL.len())), (&logo, &json!(3))]);
    // sha256sum of the three bytes.
    let digest = "sha256:dad6a928a8f607d34a0485cece90ff6d0f1f2df4237a3ae0714b2d730bbedcac";
    assert_eq!(files[1]["digest"], digest);

    let one = client.request("skills/get", json!({"uri": manual})).await;
    assert_eq!(&one.result()["skill"], skill);
}

#[tokio::test]
async fn its_files_are_resources() {
    let root = folder();
    let client = testing::client(server(Skills::folder(root.path()))).await;
    let listed = client.request("resources/list", json!({})).await;
    let resource = &listed.result()["resources"][0];
    assert_eq!(resource["uri"], "skill://billing/SKILL.md");
    assert_eq!(resource["name"], "billing");
    assert_eq!(resource["description"], "Issue invoices.");
    assert_eq!(resource["mimeType"], "text/markdown");

    let read = async |uri: &str| client.request("resources/read", json!({"uri": uri})).await;
    let manual = read("skill://billing/SKILL.md").await;
    assert_eq!(manual.result()["contents"][0]["text"], MANUAL);
    let logo = read("skill://billing/assets/logo.png").await;
    assert_eq!(logo.result()["contents"][0]["blob"], "if8A");

    let list = async |uri: &str| {
        let params = json!({"uri": uri});
        client.request("resources/directory/read", params).await
    };
    let children = list("skill://billing").await;
    let children = children.result()["resources"].as_array().unwrap().clone();
    let kinds: Vec<_> = children.iter().map(|it| it["mimeType"].as_str()).collect();
    assert_eq!(kinds, [Some("text/markdown"), Some("inode/directory")]);
    let inner = list(children[1]["uri"].as_str().unwrap()).await;
    assert_eq!(inner.result()["resources"][0]["name"], "logo.png");
    for none in ["skill://billing/SKILL.md", "skill://other", "file:///etc"] {
        let refused = list(none).await.rpc_error().unwrap();
        assert_eq!((refused.code, &refused.data["uri"]), (-32602, &json!(none)));
    }
}

#[tokio::test]
async fn what_is_not_in_the_folder_does_not_exist() {
    let root = folder();
    fs::write(root.path().join("secret.txt"), "secret").unwrap();
    let client = testing::client(server(Skills::folder(root.path()))).await;
    for uri in [
        "skill://secret.txt",
        "skill://billing/../secret.txt",
        "skill://billing/%2e%2e/secret.txt",
        "skill:///etc/passwd",
        "file:///etc/passwd",
        "skill://billing/assets",
    ] {
        for (method, message) in [("resources/read", "Resource not found"), ("skills/get", "")] {
            let refused = client.request(method, json!({"uri": uri})).await;
            let error = refused.rpc_error().unwrap();
            assert_eq!(error.code, -32602, "{method} {uri}");
            assert!(error.message.contains(message), "{method} {uri}");
        }
    }
}

#[tokio::test]
async fn a_caller_that_may_not_read_them_sees_none() {
    let root = folder();
    let skills = Skills::folder(root.path()).auth("skills:read");
    let reader = Principal::new("https://id.example.com", "ada").scope("skills:read");
    let reader = Client::builder(server(skills)).caller(reader).connect();
    let reader = reader.await;
    let listed = reader.request("skills/list", json!({})).await;
    assert_eq!(listed.result()["skills"].as_array().unwrap().len(), 1);
    assert_eq!(listed.result()["cacheScope"], "private");

    let uri = json!({"uri": "skill://billing/SKILL.md"});
    for stranger in [
        reader.anonymous(),
        reader.as_caller(Principal::new("https://id.example.com", "eve")),
    ] {
        for (list, key) in [("skills/list", "skills"), ("resources/list", "resources")] {
            let listed = stranger.request(list, json!({})).await;
            assert_eq!(listed.result()[key], json!([]));
        }
        for method in ["skills/get", "resources/read", "resources/directory/read"] {
            let refused = stranger.request(method, &uri).await;
            assert_eq!(refused.rpc_error().unwrap().code, -32602, "{method}");
        }
    }
}

const READ: &str = "skill://billing/SKILL.md";

#[tokio::test(start_paused = true)]
async fn policies_hold_for_reading_them() {
    let root = folder();
    let skills = Skills::folder(root.path());
    let code = |reply: &testing::Reply| {
        let error = reply.rpc_error().unwrap();
        let code = error.data["dev.mcp-runtime/error"]["code"].clone();
        code.as_str().map(str::to_owned)
    };
    // The server's, for what says nothing itself.
    let limited = server(skills.clone()).defaults(Policies::new().rate("1/h per global"));
    let client = testing::client(limited).await;
    client.read(READ).await.result();
    let refused = client.read("skill://billing/assets/logo.png").await;
    assert_eq!(code(&refused).as_deref(), Some("rate_limited"));

    // Its own count more.
    let own = skills.policies(Policies::new().max_out("3B"));
    let small = server(own).defaults(Policies::new().max_out("1MB"));
    let client = testing::client(small).await;
    let logo = client.read("skill://billing/assets/logo.png").await;
    assert_eq!(code(&logo).as_deref(), Some("response_too_large"));
}

#[tokio::test]
async fn a_large_file_is_served_where_nobody_says_how_large_an_answer_may_be() {
    let root = folder();
    let large = vec![0xFF; 15 << 20];
    fs::write(root.path().join("billing/large.bin"), &large).unwrap();
    let client = testing::client(server(Skills::folder(root.path()))).await;
    let read = client.read("skill://billing/large.bin").await;
    let blob = read.result()["contents"][0]["blob"].as_str().unwrap().len();
    assert_eq!(blob, large.len().div_ceil(3) * 4);
}

#[test]
fn reading_them_is_counted_recorded_and_surrounded() {
    let root = folder();
    let records = root.path().join("audit.ndjson");
    let counted = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&counted);
    let server = server(Skills::folder(root.path()).auth("none"))
        .audit_file(&records)
        .around(move |_: Incoming, next: Next| {
            calls.fetch_add(1, Ordering::Relaxed);
            next.run()
        });
    let metrics = server.metrics();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = testing::client(server).await;
        client.read(READ).await.result();
        let missing = client.read("skill://billing/none.md").await;
        missing.rpc_error().unwrap();
    });
    let snapshot = metrics.snapshot();
    // With these the server ends, and its file is complete.
    drop((runtime, metrics));
    assert_eq!(counted.load(Ordering::Relaxed), 2);
    let mut figures = snapshot.tools.iter();
    let files = figures.find(|it| it.name == "skill://{+path}").unwrap();
    assert_eq!(files.total(), 1);
    let records = fs::read_to_string(&records).unwrap();
    assert_eq!(
        records.matches("\"tool\":\"skill://{+path}\"").count(),
        1,
        "{records}"
    );
    assert_eq!(
        records
            .matches("\"tool\":\"skill://billing/none.md\"")
            .count(),
        1,
        "{records}"
    );
}

#[test]
fn a_skill_and_a_resource_at_one_address_keep_the_server_from_starting() {
    /// In the skill's place.
    #[resource("skill://billing/SKILL.md")]
    async fn manual() -> &'static str {
        "mine"
    }

    /// In the place of all skills.
    #[resource("skill://{+any}")]
    async fn any(any: String) -> String {
        any
    }

    let root = folder();
    for (own, address) in [
        (resources![manual], "skill://billing/SKILL.md"),
        (resources![any], "skill://{+any}"),
    ] {
        let error = server(Skills::folder(root.path())).mount(own).check();
        let error = error.unwrap_err().to_string();
        let start = format!("two resources are at `{address}`: one at tests/it/skills.rs:");
        assert!(error.starts_with(&start), "{error}");
        assert_eq!(error.matches("tests/it/skills.rs:").count(), 3, "{error}");
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let root = folder();
    for name in ["a", "b", "c", "d"] {
        let skill = root.path().join(name);
        fs::create_dir(&skill).unwrap();
        fs::write(skill.join("SKILL.md"), MANUAL.replace("billing", name)).unwrap();
    }
    let server = server(Skills::folder(root.path())).page_size(2);
    let client = testing::client(server).await;
    let (mut names, mut cursor) = (Vec::new(), json!({}));
    loop {
        let page = client.request("skills/list", &cursor).await;
        let skills = page.result()["skills"].as_array().unwrap();
        assert!(skills.len() <= 2);
        names.extend(skills.iter().map(|it| it["frontmatter"]["name"].clone()));
        match &page.result()["nextCursor"] {
            Value::String(next) => cursor = json!({"cursor": next}),
            _ => break,
        }
    }
    assert_eq!(names, ["a", "b", "billing", "c", "d"]);
}

#[tokio::test]
async fn a_server_without_skills_has_no_such_methods() {
    let client = testing::client(Server::new("plain")).await;
    for method in ["skills/list", "skills/get", "resources/directory/read"] {
        let refused = client.request(method, json!({"uri": "skill://a/SKILL.md"}));
        assert_eq!(refused.await.rpc_error().unwrap().code, -32601, "{method}");
    }
}

#[test]
fn a_folder_that_is_not_there_keeps_the_server_from_starting() {
    let error = Server::new("skilled").skills("no/such/folder").check();
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("there is no folder of skills at no/such/folder"),
        "{error}"
    );
}
