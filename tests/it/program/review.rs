//! `manifest`, `diff` and `explain`: what a server serves, as it is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::child::program;
use super::commands::{Printed, run};

/// A manifest of the program in a file, and an operator's overrides beside it.
struct Review {
    folder: TempDir,
    manifest: PathBuf,
}

impl Review {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("manifest.json");
        fs::write(&manifest, run(program().arg("manifest")).await.out).unwrap();
        Self { folder, manifest }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    async fn diff(&self, overrides: &Path, deny: &[&str]) -> Printed {
        let mut command = program();
        command.env("MCP_POLICY_OVERRIDES", overrides);
        run(command.arg("diff").arg(&self.manifest).args(deny)).await
    }
}

const TIGHTER: &str =
    r#"{"tools": {"echo": {"rate": "500/s per global", "timeout": "10s", "max_out": "1MiB"}}}"#;

#[tokio::test]
async fn the_manifest_is_the_same_for_the_same_server() {
    let (first, second) = (
        run(program().arg("manifest")).await,
        run(program().arg("manifest")).await,
    );
    assert_eq!(
        (first.out.as_str(), first.code),
        (second.out.as_str(), Some(0))
    );
    let manifest: Value = serde_json::from_str(&first.out).unwrap();
    assert_eq!(manifest["manifestVersion"], 1);
    assert_eq!(
        manifest["server"],
        json!({"name": "program", "version": "1.2.3"})
    );
    let tools = manifest["tools"].as_array().unwrap();
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert_eq!(
        names,
        ["add", "block", "echo", "later", "refund", "wait"],
        "whoever may call them"
    );
    let echo = &tools[2];
    let rate = json!({"value": ["1000/s per global"], "from": "tool"});
    assert_eq!(echo["policies"]["rate"], rate);
    for hash in ["inputSchemaHash", "descriptionHash", "policyHash"] {
        assert_eq!(echo[hash].as_str().map(str::len), Some(16), "{hash}");
    }
    assert!(echo["tokens"].as_u64() > Some(20));
}

#[tokio::test]
async fn what_an_operator_sets_stands_beside_what_is_declared() {
    let review = Review::begin().await;
    let overrides = review.file("overrides.json", TIGHTER);
    let mut command = program();
    let printed = run(command
        .env("MCP_POLICY_OVERRIDES", &overrides)
        .arg("manifest"))
    .await;
    let manifest: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(
        manifest["tools"][2]["policies"]["timeout"],
        json!({"value": "10s", "from": "override", "declared": ["20s"]})
    );
}

#[tokio::test]
async fn a_diff_is_a_table_and_ends_with_1_where_a_change_is_denied() {
    let review = Review::begin().await;
    let overrides = review.file("overrides.json", TIGHTER);
    let printed = review.diff(&overrides, &["--deny", "relaxed"]).await;
    assert_eq!(
        printed.out,
        "\
| tool | what | change | before | after |
| --- | --- | --- | --- | --- |
| echo | max_out | tightened | `16MiB` | `1MiB` |
| echo | rate | tightened | `1000/s per global` | `500/s per global` |
| echo | timeout | tightened | `20s` | `10s` |
"
    );
    assert_eq!(printed.code, Some(0));
    let denied = review
        .diff(&overrides, &["--deny", "relaxed", "--deny", "tightened"])
        .await;
    assert_eq!((denied.out, denied.code), (printed.out, Some(1)));

    let same = run(program().arg("diff").arg(&review.manifest)).await;
    assert_eq!((same.out.as_str(), same.code), ("No change.\n", Some(0)));
}

#[tokio::test]
async fn two_files_are_compared_without_the_server() {
    let review = Review::begin().await;
    let fewer = fs::read_to_string(&review.manifest).unwrap();
    let mut fewer: Value = serde_json::from_str(&fewer).unwrap();
    fewer["tools"]
        .as_array_mut()
        .unwrap()
        .retain(|tool| tool["name"] != "refund");
    let fewer = review.file("fewer.json", &fewer.to_string());
    let mut command = program();
    let printed = run(command.arg("diff").args([&review.manifest, &fewer])).await;
    assert!(
        printed
            .out
            .ends_with("| refund | tool | removed | `auth crm:write` | – |\n"),
        "{}",
        printed.out
    );
    let mut command = program();
    let back = run(command
        .arg("diff")
        .args([&fewer, &review.manifest])
        .args(["--deny", "added"]))
    .await;
    assert_eq!(back.code, Some(1));
}

#[tokio::test]
async fn what_is_no_manifest_is_told() {
    let review = Review::begin().await;
    for (path, expected) in [
        (review.folder.path().join("none.json"), "cannot read `"),
        (review.file("text.json", "hello"), "is not JSON"),
        (
            review.file("other.json", "{}"),
            "is not a manifest\n  help: write one with the `manifest` command",
        ),
    ] {
        let printed = run(program().arg("diff").arg(path)).await;
        assert!(printed.err.contains(expected), "{}", printed.err);
        assert_eq!((printed.out.as_str(), printed.code), ("", Some(1)));
    }
    let printed = run(program()
        .arg("diff")
        .arg(&review.manifest)
        .args(["--deny", "loosened"]))
    .await;
    assert!(
        printed
            .err
            .contains("[possible values: added, removed, relaxed,"),
        "{}",
        printed.err
    );
    assert_eq!(printed.code, Some(2));
}

#[tokio::test]
async fn an_override_that_loosens_keeps_every_command_from_running() {
    let review = Review::begin().await;
    let looser = review.file(
        "overrides.json",
        r#"{"tools": {"echo": {"timeout": "30s"}}}"#,
    );
    for command in ["manifest", "list"] {
        let printed = run(program().env("MCP_POLICY_OVERRIDES", &looser).arg(command)).await;
        assert!(
            printed.err.contains("loosens `20s` to \"30s\""),
            "{}",
            printed.err
        );
        assert_eq!((printed.out.as_str(), printed.code), ("", Some(1)));
    }
}

#[tokio::test]
async fn a_call_is_explained_without_being_made() {
    let printed = run(program().args(["explain", "echo", "--args", r#"{"text": "x"}"#])).await;
    for line in [
        "authorize    passes",
        "decode       passes",
        "rate = \"1000/s per global\" (from the tool)",
        "attempt      the tool would run here",
    ] {
        assert!(printed.out.contains(line), "{line} in {}", printed.out);
    }
    let refused = run(program().args(["explain", "echo", "--args", r#"{"txt": "x"}"#])).await;
    assert!(
        refused.out.contains("write `text`") && !refused.out.contains("attempt"),
        "{}",
        refused.out
    );
    assert_eq!((printed.code, refused.code), (Some(0), Some(0)));
}

#[tokio::test]
async fn what_a_tenant_has_stands_in_the_manifest_the_diff_and_the_explanation() {
    let review = Review::begin().await;
    let tenants = r#"{"tenants": {"acme": {"tools": ["echo"], "rate": {"echo": "7/s"}}, "*": {"tools": ["add"]}}}"#;
    let overrides = review.file("tenants.json", tenants);
    let with = |arguments: &[&str]| {
        let mut command = program();
        command
            .env("MCP_POLICY_OVERRIDES", &overrides)
            .args(arguments);
        command
    };
    let printed = run(&mut with(&["manifest"])).await;
    let manifest: Value = serde_json::from_str(&printed.out).unwrap();
    let tools = manifest["tools"].as_array().unwrap();
    let policies = |name: &str| {
        let mut tools = tools.iter();
        tools.find(|tool| tool["name"] == name).unwrap()["policies"].clone()
    };
    let set = |value: Value| json!({"value": value, "from": "override"});
    assert_eq!(policies("echo")["tenants"], set(json!(["acme"])));
    assert_eq!(policies("add")["tenants"], set(json!(["*", "!acme"])));
    assert_eq!(policies("refund")["tenants"], set(json!([])));
    let rates = json!(["1000/s per global", "7/s per tenant"]);
    assert_eq!(policies("echo")["rate for acme"], set(rates));

    let printed = review.diff(&overrides, &["--deny", "tightened"]).await;
    assert_eq!(printed.code, Some(1), "{}", printed.err);
    assert!(
        printed.out.contains("| echo | rate for acme | tightened |"),
        "{}",
        printed.out
    );
    assert!(
        printed.out.contains("| refund | tenants | tightened |"),
        "{}",
        printed.out
    );

    let acme = |tool: &str| {
        let mut command = with(&["explain", tool]);
        command.env("MCP_PRINCIPAL_TENANT", "acme");
        command
    };
    let echo = run(&mut acme("echo")).await.out;
    assert!(
        echo.contains("\"7/s per tenant\" (from the override for tenant `acme`)"),
        "{echo}"
    );
    let add = run(&mut acme("add")).await.out;
    assert!(
        add.contains("leaves it out for the caller's tenant"),
        "{add}"
    );
}
