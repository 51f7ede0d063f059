use std::sync::mpsc;
use std::time::Duration;

use mcp_grammar::{Concurrency, Retry, Timeout};
use parking_lot::Mutex;
use tokio::time::{Instant, advance, sleep};

use crate::__private::{answer, arg, run_blocking};
use crate::policy::fixture::{Calls, calls, fine, server, tool};
use crate::{Context, State, ToolDef, ToolError};

const SECOND: Duration = Duration::from_secs(1);

async fn hangs(_: Context) -> Result<String, ToolError> {
    std::future::pending().await
}

fn hanging(tool: ToolDef) -> Calls {
    calls(server(tool, hangs), "search")
}

fn timed(text: &'static str) -> ToolDef {
    tool("search").timeout(Timeout::new(text))
}

/// The text, the outcome, and how long it took to say so.
async fn refused(search: &Calls) -> (String, String, Duration) {
    let start = Instant::now();
    let failure = search.failure().await;
    assert_eq!(failure.code, "timeout");
    let outcome = failure.object()["outcome"].as_str().unwrap().to_owned();
    (failure.text(), outcome, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_hangs_is_answered_for() {
    for (text, said, after) in [
        ("2s", "2 s", 2 * SECOND),
        ("600ms", "600 ms", Duration::from_millis(600)),
        ("10m", "10 min", 600 * SECOND),
    ] {
        let (message, outcome, elapsed) = refused(&hanging(timed(text))).await;
        assert_eq!(message, format!("`search` took longer than {said}"));
        assert_eq!((outcome.as_str(), elapsed), ("unknown", after));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_written_is_30_s() {
    let (_, _, elapsed) = refused(&hanging(tool("search"))).await;
    assert_eq!(elapsed, 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_can_be_repeated_says_so() {
    for repeatable in [timed("1s").read_only(), timed("1s").idempotent()] {
        let (_, outcome, _) = refused(&hanging(repeatable)).await;
        assert_eq!(outcome, "safe_to_retry");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_makes_it_answers() {
    let just = server(timed("2s"), |_| async {
        sleep(Duration::from_millis(1_999)).await;
        Ok("done".to_owned())
    });
    assert_eq!(calls(just, "search").outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn what_the_tool_started_learns_of_the_end() {
    let search = hanging(timed("2s"));
    assert!(!search.cancelled.is_cancelled());
    refused(&search).await;
    assert!(search.cancelled.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_its_own_time() {
    let (message, _, elapsed) = refused(&hanging(timed("30s attempt 10s"))).await;
    assert_eq!(
        (message.as_str(), elapsed),
        ("`search` took longer than 10 s", 10 * SECOND)
    );
    // The call's time goes on through the attempts: 30 s hold three of 10 s, less the waits between them.
    let retried = timed("30s attempt 10s")
        .read_only()
        .retry(Retry::new("9 exp 1ms..2ms"));
    let (message, outcome, elapsed) = refused(&hanging(retried)).await;
    assert_eq!(message, "`search` took longer than 30 s");
    assert_eq!((outcome.as_str(), elapsed), ("safe_to_retry", 30 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn progress_keeps_an_idle_timeout_away() {
    let export = |steps: usize| {
        let steps = server(timed("idle 30s max 10m"), move |ctx| async move {
            for step in 0..steps {
                ctx.progress(step as f64, steps as f64).await;
                sleep(29 * SECOND).await;
            }
            hangs(ctx).await
        });
        calls(steps, "search")
    };
    let (message, _, elapsed) = refused(&export(5)).await;
    assert_eq!(message, "`search` made no progress for 30 s");
    // The last step showed itself at 4 × 29 s.
    assert_eq!(elapsed, (4 * 29 + 30) * SECOND);
    let (message, _, elapsed) = refused(&export(100)).await;
    assert_eq!(
        (message.as_str(), elapsed),
        ("`search` took longer than 10 min", 600 * SECOND)
    );
}

#[tokio::test(start_paused = true)]
async fn a_humans_time_is_not_the_tools() {
    let asks = |patience: Duration| {
        let asks = server(timed("10s attempt 5s"), move |ctx| async move {
            sleep(SECOND).await;
            let asked = ctx.roots("where");
            drop(tokio::time::timeout(patience, asked).await);
            hangs(ctx).await
        });
        calls(asks, "search")
    };
    // One second before the question, a minute for the answer, four seconds after it.
    let (message, _, elapsed) = refused(&asks(60 * SECOND)).await;
    assert_eq!(
        (message.as_str(), elapsed),
        ("`search` took longer than 5 s", 65 * SECOND)
    );
    // Who does not answer in ten minutes holds nothing open any longer.
    let (_, _, elapsed) = refused(&asks(3_000 * SECOND)).await;
    assert_eq!(elapsed, 605 * SECOND);
    // What an answer comes too late by is the call's own time.
    let (_, _, elapsed) = refused(&asks(602 * SECOND)).await;
    assert_eq!(elapsed, 605 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_idle_tool_that_asks_is_not_idle() {
    let asks = server(timed("idle 3s max 10m"), |ctx| async move {
        drop(tokio::time::timeout(60 * SECOND, ctx.roots("where")).await);
        sleep(2 * SECOND).await;
        Ok("done".to_owned())
    });
    assert_eq!(calls(asks, "search").outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_place_is_waiting() {
    let bound = Concurrency::new("1 queue 5 wait 10m");
    let search = hanging(timed("20s").concurrency(bound));
    let (first, second) = (search.again(), search.again());
    let first = tokio::spawn(async move { refused(&first).await });
    sleep(5 * SECOND).await;
    let (message, _, elapsed) = refused(&second).await;
    // The first call leaves after 15 s more, and what is left of the second one's time is 5 s.
    assert_eq!(
        (message.as_str(), elapsed),
        ("`search` took longer than 20 s", 20 * SECOND)
    );
    first.await.unwrap();

    let search = hanging(timed("20s").concurrency(bound));
    let first = search.again();
    tokio::spawn(async move { first.outcome().await });
    tokio::task::yield_now().await;
    let (message, outcome, _) = refused(&search).await;
    assert_eq!(message, "`search` had no place to run in for 20 s");
    assert_eq!(outcome, "safe_to_retry");
}

/// Holds threads until it is dropped.
struct Gate(Mutex<mpsc::Receiver<()>>);

/// A tool that blocks its thread.
const BLOCKS: ToolDef = ToolDef::new("search", "Blocks its thread.", |params| {
    let answers = answer::<String>(params);
    let gate = arg::<State<Gate>, _>(params, "gate", "")?;
    run_blocking(params, answers, move || {
        let _ = gate.0.0.lock().recv();
        "done".to_owned()
    })
});

fn blocking(tool: ToolDef) -> (Calls, mpsc::Sender<()>) {
    let (open, gate) = mpsc::channel();
    let server = server(tool, fine).state(Gate(Mutex::new(gate)));
    (calls(server, "search"), open)
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_blocks_keeps_nobody_waiting() {
    let (search, open) = blocking(BLOCKS.timeout(Timeout::new("200ms")));
    let call = tokio::spawn(async move { refused(&search).await });
    tokio::task::yield_now().await;
    // Paused time does not pass by itself while a thread blocks.
    advance(Duration::from_millis(199)).await;
    assert!(!call.is_finished());
    advance(Duration::from_millis(1)).await;
    let (message, _, _) = call.await.unwrap();
    assert_eq!(message, "`search` took longer than 200 ms");
    drop(open);
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_still_blocks_keeps_its_place() {
    let one = BLOCKS
        .timeout(Timeout::new("200ms"))
        .concurrency(Concurrency::new("1"));
    let (search, open) = blocking(one);
    let first = search.again();
    let call = tokio::spawn(async move { first.outcome().await });
    tokio::task::yield_now().await;
    advance(Duration::from_millis(200)).await;
    assert_eq!(call.await.unwrap(), "timeout");
    assert_eq!(search.outcome().await, "busy");
    drop(open);
    while search.outcome().await == "busy" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_nobody_answers_ends_when_patience_does() {
    let asks = server(timed("2s"), |ctx| async move {
        ctx.roots("where").await?;
        Ok("answered".to_owned())
    });
    let start = Instant::now();
    let failure = calls(asks.patience(90 * SECOND), "search").failure().await;
    assert_eq!(failure.code, "not_confirmed");
    assert_eq!(failure.text(), "nobody has answered for 90 s");
    assert_eq!(start.elapsed(), 90 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn patience_without_an_end_is_no_fault_of_the_call() {
    let asks = server(timed("2s"), |ctx| async move {
        ctx.roots("where").await?;
        Ok("answered".to_owned())
    });
    let start = Instant::now();
    let failure = calls(asks.patience(Duration::MAX), "search")
        .failure()
        .await;
    // This client answers after an hour, with what is no list of roots.
    assert_eq!(failure.code, "failed");
    assert_eq!(start.elapsed(), 3600 * SECOND);
}
