//! The official conformance suite, on the example that has one of everything: every scenario, at both revisions that the runtime speaks.
//!
//! The suite ends with success when a check warns or is skipped; here it does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::{finish, node};
use crate::built;
use crate::served::Served;

const SUITE: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

/// What is skipped. The suite skips it itself, whatever the server is: it waits for a rewrite of theirs.
const SKIPPED: &str = "tasks-status-notifications";

/// What the suite writes down without judging it.
const REMARKS: [&str; 5] = [
    // Each step of the scenario in which a connection is let go and taken up again.
    "outgoing-request",
    "incoming-response",
    "incoming-sse-event",
    "stream-closed",
    // At 2026-07-28 alone, of lists that are answered with JSON: a stream would be, too.
    "server-sse-streams-functional",
];

#[tokio::test]
async fn every_scenario_of_2025_11_25() {
    passes(&["--spec-version", "2025-11-25"], 33, 84).await;
}

#[tokio::test]
async fn every_scenario_of_2026_07_28() {
    passes(&["--spec-version", "2026-07-28"], 40, 152).await;
}

#[tokio::test]
async fn every_scenario_there_is() {
    // Those of extensions too, which belong to no revision.
    passes(&[], 65, 276).await;
}

/// One check of a scenario, as the suite reports it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    id: String,
    status: String,
    error_message: Option<String>,
}

/// Whether all scenarios of a selection pass, with as many checks as they are known to have.
async fn passes(selection: &[&str], scenarios: usize, successes: usize) {
    let everything = built::examples().join("everything");
    let http = Served::http(everything.to_str().expect("the path is UTF-8")).await;
    let reports = tempfile::tempdir().unwrap();
    let mut suite = node(SUITE, &["server", "--url", &http.url, "--suite", "all"]);
    suite.args(selection).arg("-o").arg(reports.path());
    let output = finish(&mut suite).await;
    let told = String::from_utf8_lossy(&output.stdout);

    let reports = read(reports.path());
    let faults: Vec<String> = reports
        .iter()
        .flat_map(|(scenario, checks)| checks.iter().map(move |check| (scenario, check)))
        .filter(|(_, check)| match check.status.as_str() {
            "SUCCESS" => false,
            "INFO" => !REMARKS.contains(&check.id.as_str()),
            "SKIPPED" => check.id != SKIPPED,
            _ => true,
        })
        .map(|(scenario, check)| {
            let why = check.error_message.as_deref().unwrap_or_default();
            format!("{scenario}: {} {}: {why}", check.status, check.id)
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(reports.len(), scenarios, "{told}");
    let checks = reports.values().flatten();
    let passed = checks.filter(|check| check.status == "SUCCESS").count();
    #[expect(clippy::print_stdout, reason = "whoever runs the suite wants to know")]
    {
        println!("{passed} checks of {scenarios} scenarios passed");
    }
    // Fewer would be checks that the suite did not get to; more are there when the suite has grown.
    assert_eq!(passed, successes, "{told}");
    assert!(output.status.success(), "{told}");
}

/// The checks of each scenario.
fn read(reports: &Path) -> BTreeMap<String, Vec<Check>> {
    let folders = fs::read_dir(reports).unwrap().map(|entry| entry.unwrap());
    folders
        .map(|folder| {
            let scenario = folder.file_name().into_string().unwrap();
            let json = fs::read(folder.path().join("checks.json")).unwrap();
            (scenario, serde_json::from_slice(&json).unwrap())
        })
        .collect()
}
