//! `mcp-fuzzer` calls everything with arguments that fit the schemas and with ones that do not, and sends messages that are none. It declares that it can
//! be asked, and never answers.

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

async fn endures(revision: &str) {
    let everything = built::examples().join("everything");
    let everything = everything.to_str().expect("the path is UTF-8");
    let http = Served::with_variables(everything, &[("MCP_PATIENCE", "100ms")]).await;
    let reports = tempfile::tempdir().unwrap();
    let mut fuzzer = Command::new(installed().path("venv/bin/mcp-fuzzer"));
    fuzzer
        .args(["--mode", "all", "--phase", "both", "--seed", "7"])
        .args(["--protocol", "streamablehttp", "--endpoint", &http.url])
        .args(["--runs", "1", "--runs-per-type", "1"])
        .args(["--timeout", "10", "--tool-timeout", "5"])
        .args(["--spec-schema-version", revision, "--output-dir"])
        .arg(reports.path())
        .current_dir(reports.path());
    let output = finish(&mut fuzzer).await;
    let told = String::from_utf8_lossy(&output.stdout);

    let findings = fs::read_to_string(reports.path().join("findings.json"));
    let findings = findings.unwrap_or_else(|error| panic!("{error}: {told}"));
    let Findings { findings } = serde_json::from_str(&findings).unwrap();
    let faults = findings
        .iter()
        .filter(|it| matches!(it.category.as_str(), "crash" | "hang"))
        .map(|it| format!("{}: {}", it.category, it.rest));
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
