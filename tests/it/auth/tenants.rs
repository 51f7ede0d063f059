//! What operators set for single tenants: which tools each has, and how often it may call them.

use mcp_runtime::Skills;

use super::*;

/// Search the notes.
#[tool(read_only, auth = "user", rate = "5/min per tenant", tags = ["reports"])]
async fn search() -> &'static str {
    "found"
}

/// Export the notes.
#[tool(read_only, auth = "user", visible = "always", tags = ["reports"])]
async fn export() -> &'static str {
    "exported"
}

/// Import notes.
#[tool(auth = "notes:write", visible = "always")]
async fn import() -> &'static str {
    "imported"
}

/// The ledger.
#[resource("notes://ledger", auth = "user")]
async fn ledger() -> &'static str {
    "all that is owed"
}

/// Proposes words.
fn words(typed: &str) -> Vec<String> {
    vec![format!("{typed}ll")]
}

/// Ask for a summary.
#[prompt(auth = "user")]
async fn summarize(#[complete(words)] of: String) -> String {
    format!("Summarize {of}.")
}

fn server(tenants: &Value) -> Server {
    let of = |tenant: &str| Principal::new("dev", tenant).tenant(tenant);
    let tokens = StaticTokens::new()
        .token("acme", of("acme"))
        .token("globex", of("globex"))
        .token("initech", of("initech"))
        .token("alone", Principal::new("dev", "eve"));
    Server::new("notes")
        .mount_at("crm", tools![search, export])
        .mount(tools![import, clock])
        .mount(resources![ledger])
        .mount(prompts![summarize])
        .auth(tokens)
        .policy_overrides(json!({"tenants": tenants}).to_string())
}

fn refusal(overrides: &Value) -> String {
    let server = server(&json!({})).policy_overrides(overrides.to_string());
    server.check().unwrap_err().to_string()
}

/// Everything that a caller learns of what is there, by each way there is to learn it.
async fn seen(client: &Client, era: Era, token: &str) -> Vec<String> {
    let asking = || Asking::new(client, era).token(token);
    let list = async |method: &str, of: &str, by: &str| {
        let answer = asking().ask(method, json!({})).await;
        let items = answer.body["result"][of].as_array().cloned();
        let items = items.unwrap_or_else(|| panic!("{method}: {answer:?}"));
        let name = |item: &Value| item[by].as_str().unwrap().to_owned();
        items.iter().map(name).collect::<Vec<_>>()
    };
    let mut seen = list("tools/list", "tools", "name").await;
    seen.extend(list("resources/list", "resources", "uri").await);
    seen.extend(list("prompts/list", "prompts", "name").await);
    seen
}

#[tokio::test]
async fn a_tenant_sees_and_calls_what_its_list_has_and_nothing_else_is_there() {
    let tenants = json!({
        "acme": {"tools": ["crm.*", "notes://*"]},
        "globex": {"tools": ["tag:reports", "prompts/summarize", "import"]},
        "*": {"tools": ["clock"]},
    });
    let client = connect(server(&tenants)).await;
    let lists = [
        ("acme", vec!["crm.search", "crm.export", "notes://ledger"]),
        (
            "globex",
            vec!["crm.search", "crm.export", "import", "summarize"],
        ),
        ("initech", vec!["clock"]),
        ("alone", vec!["clock"]),
    ];
    for era in ERAS {
        for (token, list) in &lists {
            assert_eq!(seen(&client, era, token).await, *list, "{era:?} {token}");
            for tool in ["crm.search", "crm.export", "import", "clock"] {
                let answer = Asking::new(&client, era).token(token).call(tool).await;
                let absent = tool.replace(['a', 'e', 'i', 'o'], "x");
                let unknown = Asking::new(&client, era).token(token).call(&absent).await;
                let told = answer.body.to_string().replace(tool, &absent);
                let expected = unknown.body.to_string();
                let as_unknown = told == expected
                    && (answer.status, &answer.challenge) == (unknown.status, &unknown.challenge);
                assert_eq!(
                    as_unknown,
                    !list.contains(&tool),
                    "{era:?} {token} {tool}: {answer:?}"
                );
            }
            let ask = async |method: &str, params: Value| {
                let asking = Asking::new(&client, era).token(token);
                asking.ask(method, params).await.body["error"]["code"].as_i64()
            };
            let read = ask("resources/read", json!({"uri": "notes://ledger"})).await;
            assert_eq!(
                read.is_none(),
                list.contains(&"notes://ledger"),
                "{era:?} {token}"
            );
            let arguments = json!({"name": "summarize", "arguments": {"of": "it"}});
            let prompt = ask("prompts/get", arguments).await;
            assert_eq!(
                prompt.is_none(),
                list.contains(&"summarize"),
                "{era:?} {token}"
            );
            let complete = json!({
                "ref": {"type": "ref/prompt", "name": "summarize"},
                "argument": {"name": "of", "value": "a"},
            });
            let complete = ask("completion/complete", complete).await;
            assert_eq!(
                complete.is_none(),
                list.contains(&"summarize"),
                "{era:?} {token}"
            );
        }
        // What is on its list still asks for scopes.
        let import = Asking::new(&client, era)
            .token("globex")
            .call("import")
            .await;
        assert_eq!(import.status, 403);
    }
}

#[tokio::test]
async fn what_strangers_may_see_is_bounded_by_the_entry_of_the_others() {
    let all = json!({"acme": {"tools": ["*"]}, "*": {"tools": ["crm.*", "import"]}});
    let client = connect(server(&all)).await;
    for era in ERAS {
        // It needs no caller, and only acme has it.
        let clock = Asking::new(&client, era).call("clock").await;
        let absent = Asking::new(&client, era).call("absent").await;
        assert_eq!(
            (clock.status, &clock.body),
            (absent.status, &absent.body),
            "{era:?}"
        );
        assert_eq!(clock.challenge, absent.challenge);
        if era == Era::Current {
            let import = Asking::new(&client, era).call("import").await;
            assert!(import.challenge.unwrap().contains("notes:write"));
        }
        assert_eq!(
            Asking::new(&client, era)
                .token("acme")
                .call("clock")
                .await
                .text(),
            "acme"
        );
    }
}

#[tokio::test]
async fn lists_that_differ_by_tenant_are_kept_by_nobody_else() {
    let tenants = json!({"acme": {"tools": ["clock"]}});
    let server = Server::new("open")
        .mount(tools![clock])
        .policy_overrides(json!({"tenants": tenants}).to_string());
    let scope = async |server: Server| {
        let client = connect(server).await;
        let list = Asking::new(&client, Era::Current).list().await;
        list.body["result"]["cacheScope"].clone()
    };
    assert_eq!(scope(server).await, "public", "nobody lacks anything");
    let server = Server::new("open")
        .mount(tools![clock, search])
        .policy_overrides(json!({"tenants": {"*": {"tools": ["clock"]}}}).to_string());
    assert_eq!(scope(server).await, "private");
}

#[tokio::test]
async fn skills_are_on_a_list_or_not_all_together() {
    let folder = tempfile::tempdir().unwrap();
    let skill = folder.path().join("billing");
    std::fs::create_dir(&skill).unwrap();
    let manual = "---\nname: billing\ndescription: Issue invoices.\n---\n# Billing\n";
    std::fs::write(skill.join("SKILL.md"), manual).unwrap();
    let tenants = json!({"acme": {"tools": ["skill://*"]}, "*": {"tools": ["clock"]}});
    let skills = Skills::folder(folder.path()).auth("user");
    let client = connect(server(&tenants).skills(skills)).await;
    for era in ERAS {
        let uri = json!({"uri": "skill://billing/SKILL.md"});
        let read = async |token: &str| {
            let asking = Asking::new(&client, era).token(token);
            asking.ask("resources/read", uri.clone()).await.body
        };
        assert!(read("acme").await["result"].is_object(), "{era:?}");
        assert!(read("globex").await["error"].is_object(), "{era:?}");
    }
}

/// How many calls are let through, and what the next one is told.
async fn calls(client: &Client, token: &str, tool: &str) -> (usize, String) {
    for count in 0.. {
        let answer = Asking::new(client, Era::Current)
            .token(token)
            .call(tool)
            .await;
        if answer.body["result"]["isError"] == true || count == 20 {
            return (count, answer.text().to_owned());
        }
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn a_tenant_has_its_own_numbers_and_the_others_those_that_are_declared() {
    let tenants = json!({
        "acme": {"rate": {"crm.search": "2/min", "crm.export": ["3/min", "4/h per tenant"]}},
        "*": {"rate": {"crm.export": "1/min"}},
    });
    let client = connect(server(&tenants)).await;
    let (count, told) = calls(&client, "acme", "crm.search").await;
    assert_eq!(count, 2);
    assert!(told.contains("2/min per tenant"), "{told}");
    assert_eq!(calls(&client, "globex", "crm.search").await.0, 5);
    assert_eq!(calls(&client, "initech", "crm.search").await.0, 5);
    // One that declares no rate has those that are set, for whoever has a tenant.
    assert_eq!(calls(&client, "acme", "crm.export").await.0, 3);
    tokio::time::advance(std::time::Duration::from_secs(120)).await;
    let (count, told) = calls(&client, "acme", "crm.export").await;
    assert_eq!(count, 1, "{told}");
    assert!(told.contains("4/h per tenant"), "{told}");
    assert_eq!(calls(&client, "globex", "crm.export").await.0, 1);
    let (count, told) = calls(&client, "alone", "crm.export").await;
    assert_eq!(count, 0);
    assert!(told.contains("limited per tenant"), "{told}");
}

#[test]
fn what_cannot_be_meant_keeps_the_server_from_starting() {
    let entry = |entry: Value| refusal(&json!({"tenants": {"acme": entry}}));
    let cases = [
        (
            json!({"tools": ["crm.serach"]}),
            "`crm.serach` in the tools of tenant `acme`",
        ),
        (
            json!({"tools": ["crn.*"]}),
            "`crn.*` in the tools of tenant `acme`",
        ),
        (
            json!({"tools": ["tag:report"]}),
            "`tag:report` in the tools of tenant `acme`",
        ),
        (
            json!({"tools": ["skill://*"]}),
            "`skill://*` in the tools of tenant `acme`",
        ),
        (
            json!({"rate": {"search": "1/s"}}),
            "tenant `acme` name the tool `search`",
        ),
        (
            json!({"rate": {"crm.*": "1/s"}}),
            "tenant `acme` name the tool `crm.*`",
        ),
        (
            json!({"rate": {"crm.search": "1/sec"}}),
            "tenant `acme` for tool `crm.search` cannot be read",
        ),
        (json!({"rate": {"crm.search": 1}}), "write it as a text"),
        (
            json!({"rate": {"crm.search": "1/s per caller"}}),
            "does not count by tenant",
        ),
        (
            json!({"rate": {"crm.search": "1/s cost 2 burst 3"}}),
            "more than numbers",
        ),
        (
            json!({"rate": {"crm.search": "1/s on_error open"}}),
            "more than numbers",
        ),
        (
            json!({"rate": {"clock": "1/s"}}),
            "strangers have no tenant",
        ),
        (
            json!({"rate": {"crm.search": "6/min"}}),
            "loosens `5/min per tenant` to \"6/min\"",
        ),
        (
            json!({"rate": {"crm.search": "5/min burst 6"}}),
            "\"allow_relax\": true",
        ),
        (json!({"rates": {}}), "not of the form"),
    ];
    for (tenant, why) in cases {
        let said = entry(tenant.clone());
        assert!(said.contains(why), "{tenant}: {said}");
    }
    let nameless = refusal(&json!({"tenants": {"": {"tools": ["clock"]}}}));
    assert!(nameless.contains("without a name"), "{nameless}");
    let meant =
        json!({"allow_relax": true, "tenants": {"acme": {"rate": {"crm.search": "6/min"}}}});
    server(&json!({}))
        .policy_overrides(meant.to_string())
        .check()
        .unwrap();
}

/// Draw on what two share.
#[tool(read_only, auth = "user", rate = "5/s per tenant shared upstream")]
async fn one() -> &'static str {
    "one"
}

/// Draw on it, too.
#[tool(read_only, auth = "user", rate = "5/s per tenant shared upstream")]
async fn other() -> &'static str {
    "other"
}

/// Cost three at a time.
#[tool(read_only, auth = "user", rate = "9/s per tenant cost 3")]
async fn dear() -> &'static str {
    "dear"
}

#[test]
fn numbers_fit_what_the_tools_declare_besides() {
    let check = |rates: Value| {
        let overrides = json!({"tenants": {"acme": {"rate": rates}}}).to_string();
        let server = Server::new("shared").mount(tools![one, other, dear]);
        server.policy_overrides(overrides).check()
    };
    let said = check(json!({"one": "2/s"})).unwrap_err().to_string();
    assert!(said.contains("share the bucket `upstream`"), "{said}");
    check(json!({"one": "2/s", "other": "2/s"})).unwrap();
    let said = check(json!({"dear": "2/s"})).unwrap_err().to_string();
    assert!(
        said.contains("tenant `acme` for tool `dear` cannot be read"),
        "{said}"
    );
    check(json!({"dear": "3/s"})).unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_several_sources_what_is_set_later_counts() {
    let first = json!({"acme": {"tools": ["clock"], "rate": {"crm.search": "1/min"}}});
    let later = json!({"tenants": {"acme": {"tools": ["crm.search"]}}});
    let client = connect(server(&first).policy_overrides(later.to_string())).await;
    assert_eq!(seen(&client, Era::Current, "acme").await, ["crm.search"]);
    assert_eq!(calls(&client, "acme", "crm.search").await.0, 1);
}
