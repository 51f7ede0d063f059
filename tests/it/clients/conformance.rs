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

/// What is skipped.
const SKIPPED: [&str; 2] = [
    // The suite skips it itself, whatever the server is: it waits for a rewrite of theirs.
    "tasks-status-notifications",
    // The list of prompts does not change, as the server says.
    "sep-2575-server-sends-prompts-list-changed-on-subscription",
];

#[tokio::test]
async fn every_scenario_of_2025_11_25() {
    passes(&["--spec-version", "2025-11-25"], 33).await;
}

#[tokio::test]
async fn every_scenario_of_2026_07_28() {
    passes(&["--spec-version", "2026-07-28"], 40).await;
}

#[tokio::test]
async fn every_scenario_there_is() {
    // Those of extensions too, which belong to no revision.
    passes(&[], 65).await;
}

/// One check of a scenario, as the suite reports it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    id: String,
    status: String,
    error_message: Option<String>,
}

async fn passes(selection: &[&str], scenarios: usize) {
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
            "SUCCESS" | "INFO" => false,
            "SKIPPED" => !SKIPPED.contains(&check.id.as_str()),
            _ => true,
        })
        .map(|(scenario, check)| {
            let why = check.error_message.as_deref().unwrap_or_default();
            format!("{scenario}: {} {}: {why}", check.status, check.id)
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(reports.len(), scenarios, "{told}");
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
