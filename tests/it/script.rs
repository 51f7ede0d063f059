//! A tool's part in a test: what it does in each run, and what became of the runs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::ErrorKind;
use mcp_runtime::prelude::*;
use tokio::sync::{Mutex, Semaphore};

/// What a tool does in its next runs, and what became of the last ones.
pub(crate) struct Script {
    runs: AtomicUsize,
    stopped: AtomicUsize,
    steps: Mutex<VecDeque<Step>>,
    gate: Semaphore,
}

/// One run.
pub(crate) enum Step {
    /// It answers after this long.
    Take(Duration),
    /// It answers once the test opens the gate.
    Hold,
    /// It fails, after others had time to come.
    Fail(ErrorKind),
    /// It panics, after others had time to come.
    Panic,
}

const TIME_TO_COME: Duration = Duration::from_millis(1);

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self {
            runs: AtomicUsize::new(0),
            stopped: AtomicUsize::new(0),
            steps: Mutex::new(steps.into_iter().collect()),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    /// How many runs were dropped before they answered.
    pub(crate) fn stopped(&self) -> usize {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Lets one held run go on.
    pub(crate) fn open(&self) {
        self.gate.add_permits(1);
    }

    /// Whether somebody opened the gate, and nobody went through.
    pub(crate) fn is_open(&self) -> bool {
        self.gate.available_permits() > 0
    }

    /// The answer names the run it comes from.
    pub(crate) async fn run(&self) -> Result<String, ToolError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        let step = self.steps.lock().await.pop_front();
        let unfinished = Unfinished(&self.stopped);
        match step {
            None => {}
            Some(Step::Take(time)) => tokio::time::sleep(time).await,
            Some(Step::Hold) => self.gate.acquire().await?.forget(),
            Some(Step::Fail(kind)) => {
                tokio::time::sleep(TIME_TO_COME).await;
                std::mem::forget(unfinished);
                return Err(ToolError::new(kind, format!("run {run} fails")));
            }
            Some(Step::Panic) => {
                tokio::time::sleep(TIME_TO_COME).await;
                std::mem::forget(unfinished);
                panic!("run {run}")
            }
        }
        std::mem::forget(unfinished);
        Ok(format!("run {run}"))
    }
}

struct Unfinished<'a>(&'a AtomicUsize);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Lets everything that can go on go on.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}
