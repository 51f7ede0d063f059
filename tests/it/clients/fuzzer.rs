//! `mcp-fuzzer` calls everything with arguments that fit the schemas and with ones that do not, and sends messages that are none. It declares that it can
//! be asked, and never answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;

use super::{finish, installed};
use crate::built;
use crate::served::Served;

#[tokio::test]
async fn nothing_crashes_and_nothing_hangs_in_2025_11_25() {
    endures("2025-11-25").await;
}

#[tokio::test]
async fn nothing_crashes_and_nothing_hangs_in_2026_07_28() {
    endures("2026-07-28").await;
}

#[derive(Debug, Deserialize)]
struct Findings {
    findings: Vec<Finding>,
}

/// What the fuzzer found. It also lists what it would have refused and the server took, which is a matter of taste.
#[derive(Debug, Deserialize)]
struct Finding {
    category: String,
    #[serde(flatten)]
    rest: Value,
}

/// What the fuzzer did, beside what it found.
#[derive(Debug, Deserialize)]
struct Summary {
    /// Why it went no further, where it did not: it ends with success all the same.
    blocked_reason: Option<String>,
    tools: Tools,
}

#[derive(Debug, Deserialize)]
struct Tools {
    by_name: BTreeMap<String, Runs>,
}

#[derive(Debug, Deserialize)]
struct Runs {
    total_runs: usize,
}

/// The names of a server's tools, asked of the server.
async fn tools(server: &str) -> BTreeSet<String> {
    let listed = finish(Command::new(server).args(["list", "--json"])).await;
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let tools = listed["tools"].as_array().expect("a list of tools").iter();
    tools
        .map(|tool| tool["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn endures(revision: &str) {
    let everything = built::examples().join("everything");
    let everything = everything.to_str().expect("the path is UTF-8");
    let reports = tempfile::tempdir().unwrap();
    // What waits here waits for nobody: people, and a tool that does nothing for as long as it is asked to. The fuzzer asks for any time there is, and
    // takes what it has waited for longer than its own for a hang.
    let overrides = reports.path().join("overrides.json");
    fs::write(
        &overrides,
        r#"{"tools": {"slow_compute": {"timeout": "1s"}}}"#,
    )
    .unwrap();
    let overrides = overrides.to_str().expect("the path is UTF-8");
    let variables = [
        ("MCP_PATIENCE", "100ms"),
        ("MCP_POLICY_OVERRIDES", overrides),
    ];
    let http = Served::with_variables(everything, &variables).await;
    let out = reports.path().join("out");
    let mut fuzzer = Command::new(installed().path("venv/bin/mcp-fuzzer"));
    fuzzer
        .args(["--mode", "all", "--phase", "both", "--seed", "7"])
        .args(["--protocol", "streamablehttp", "--endpoint", &http.url])
        .args(["--runs", "1", "--runs-per-type", "1"])
        .args(["--timeout", "10", "--tool-timeout", "5"])
        .args(["--spec-schema-version", revision, "--output-dir"])
        .arg(&out)
        .current_dir(reports.path());
    let output = finish(&mut fuzzer).await;
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");

    let report = |name: &str| {
        let report = fs::read_to_string(out.join(name));
        report.unwrap_or_else(|error| panic!("{name}: {error}: {told}"))
    };
    let Findings { findings } = serde_json::from_str(&report("findings.json")).unwrap();
    let faults = findings
        .iter()
        .filter(|it| matches!(it.category.as_str(), "crash" | "hang"))
        .map(|it| format!("{}: {}", it.category, it.rest));
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let summary: Summary = serde_json::from_str(&report("run_summary.json")).unwrap();
    assert_eq!(summary.blocked_reason, None, "{told}");
    let called = summary.tools.by_name.iter();
    let called = called.filter(|(_, runs)| runs.total_runs > 0);
    let called: BTreeSet<String> = called.map(|(name, _)| name.clone()).collect();
    assert_eq!(called, tools(everything).await, "{told}");
}
