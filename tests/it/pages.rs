//! Lists, page by page: every item once, no page too long, and nothing told of what the caller does not see.

use std::fs;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Principal, Skills};
use serde_json::{Value, json};

/// The pages of a list, each as the values of one member of its items.
async fn pages(client: &Client, method: &str, items: &str, key: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut params = json!({});
    loop {
        let page = client.request(method, &params).await;
        let page = page.result();
        let listed = page[items].as_array().unwrap().iter();
        pages.push(
            listed
                .map(|it| it[key].as_str().unwrap().to_owned())
                .collect(),
        );
        assert!(pages.len() < 50, "it does not end");
        match &page["nextCursor"] {
            Value::String(cursor) => params = json!({"cursor": cursor}),
            none => {
                assert_eq!(none, &Value::Null);
                return pages;
            }
        }
    }
}

/// A client of each revision, in memory and over HTTP.
async fn clients(server: impl Fn() -> Server) -> Vec<Client> {
    vec![
        testing::client(server()).await,
        Client::builder(server()).legacy().connect().await,
        Client::builder(server()).http().connect().await,
        Client::builder(server()).http().legacy().connect().await,
    ]
}

/// First.
#[resource("a://1")]
async fn first() -> &'static str {
    ""
}

/// Second.
#[resource("a://2")]
async fn second() -> &'static str {
    ""
}

/// Third, for some.
#[resource("a://3", auth = "some:scope")]
async fn third() -> &'static str {
    ""
}

fn links(name: &'static str, count: usize) -> Vec<Link> {
    let ids = 1..=count;
    ids.map(|id| Link::new(format!("{name}://{id}"), format!("{id}")))
        .collect()
}

async fn three() -> Vec<Link> {
    links("b", 3)
}

async fn two() -> Vec<Link> {
    links("c", 2)
}

/// Many.
#[resource("b://{id}", list = three)]
async fn many(id: u64) -> String {
    id.to_string()
}

/// More of them.
#[resource("c://{id}", list = two)]
async fn more(id: u64) -> String {
    id.to_string()
}

/// Others.
#[resource("d://{id}")]
async fn others(id: u64) -> String {
    id.to_string()
}

/// Begin.
#[prompt]
async fn begin() -> &'static str {
    ""
}

/// End.
#[prompt]
async fn end() -> &'static str {
    ""
}

#[tokio::test]
async fn resources_skills_and_what_listing_functions_tell_are_one_list() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["alpha", "beta"] {
        let skill = folder.path().join(name);
        fs::create_dir(&skill).unwrap();
        let manual = format!("---\nname: {name}\ndescription: Help.\n---\n");
        fs::write(skill.join("SKILL.md"), manual).unwrap();
    }
    let all = [
        "a://1",
        "a://2",
        "skill://alpha/SKILL.md",
        "skill://beta/SKILL.md",
        "b://1",
        "b://2",
        "b://3",
        "c://1",
        "c://2",
    ];
    for size in 1..=10 {
        let server = || {
            Server::new("paged")
                .mount(resources![first, second, third, many, more])
                .skills(Skills::folder(folder.path()).auth("none"))
                .page_size(size)
        };
        for client in clients(server).await {
            let pages = pages(&client, "resources/list", "resources", "uri").await;
            let expected: Vec<Vec<String>> = all
                .chunks(size)
                .map(|page| page.iter().map(|uri| (*uri).to_owned()).collect())
                .collect();
            assert_eq!(pages, expected, "pages of {size}");
        }
    }
}

#[tokio::test]
async fn templates_come_in_pages() {
    let server = || {
        Server::new("paged")
            .mount(resources![many, more, others])
            .page_size(2)
    };
    for client in clients(server).await {
        let method = "resources/templates/list";
        let pages = pages(&client, method, "resourceTemplates", "uriTemplate").await;
        assert_eq!(pages, [vec!["b://{id}", "c://{id}"], vec!["d://{id}"]]);
    }
}

#[tokio::test]
async fn prompts_come_in_pages() {
    let server = || {
        Server::new("paged")
            .mount(prompts![begin, end])
            .mount_at("more", prompts![begin, end])
            .page_size(3)
    };
    for client in clients(server).await {
        let pages = pages(&client, "prompts/list", "prompts", "name").await;
        assert_eq!(
            pages,
            [vec!["begin", "end", "more.begin"], vec!["more.end"]]
        );
    }
}

/// For everybody.
#[tool(read_only, auth = "none")]
async fn open() {}

/// For some.
#[tool(read_only, auth = "some:scope")]
async fn hidden() {}

#[tokio::test]
async fn a_cursor_does_not_tell_how_much_is_hidden() {
    const OPEN: Toolset = tools![open];
    const HIDDEN: Toolset = tools![hidden];
    let open = |server: Server, name: &str| server.mount_at(name, OPEN);
    let both = |server: Server, name: &str| server.mount_at(name, HIDDEN).mount_at(name, OPEN);
    let built = |mount: &dyn Fn(Server, &str) -> Server| {
        let server = Server::new("paged").page_size(1);
        ["a", "b", "c"].into_iter().fold(server, mount)
    };
    let ada = Principal::new("https://id.example.com", "ada");
    for http in [false, true] {
        let mut cursors = Vec::new();
        for mount in [&open as &dyn Fn(Server, &str) -> Server, &both] {
            let builder = Client::builder(built(mount)).caller(ada.clone());
            let builder = if http { builder.http() } else { builder };
            let client = builder.connect().await;
            let names = pages(&client, "tools/list", "tools", "name").await;
            assert_eq!(names, [["a.open"], ["b.open"], ["c.open"]]);
            let first = client.request("tools/list", json!({})).await;
            cursors.push(first.result()["nextCursor"].clone());
        }
        assert_eq!(cursors[0], cursors[1]);
    }
}

#[tokio::test]
async fn cursors_that_nobody_gave_out_are_refused() {
    let server = || {
        Server::new("paged")
            .mount(prompts![begin, end])
            .mount(resources![first])
    };
    for client in clients(server).await {
        for cursor in ["MDE", "nobody's", "", &"MDAw".repeat(1_000)] {
            for method in [
                "tools/list",
                "prompts/list",
                "resources/list",
                "resources/templates/list",
            ] {
                let refused = client.request(method, json!({"cursor": cursor})).await;
                assert_eq!(
                    refused.rpc_error().unwrap().code,
                    -32602,
                    "{method} {cursor:.10}"
                );
            }
        }
    }
}
