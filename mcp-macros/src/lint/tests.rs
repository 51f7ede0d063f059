//! What is found in a body, and what is left alone.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    BLOCKING_IO, LEAKY_ABSTRACTION, Lints, MISSING_CLEANUP, MODEL_WORK, PRINTED, SHARED_STATE,
};
use crate::diagnostics::Errors;

/// The lints that warn of a body, in order, and how many errors there are.
fn found(body: &TokenStream, blocking: bool) -> (Vec<&'static str>, usize) {
    let mut errors = Errors::default();
    let mut lints = Lints {
        allowed: Vec::new(),
        errors: &mut errors,
        warnings: Vec::new(),
    };
    lints.body(body, blocking);
    let warnings = lints.warnings.iter().map(|warning| warning.lint).collect();
    let errors = quote!(#errors).to_string();
    (warnings, errors.matches("compile_error").count())
}

fn warnings(body: &TokenStream) -> Vec<&'static str> {
    found(body, false).0
}

#[test]
fn calls_that_block_are_found_wherever_they_stand() {
    for body in [
        quote!(std::thread::sleep(one)),
        quote!(thread::sleep(one)),
        quote!({
            if x {
                [::std::fs::read(path)?]
            }
        }),
        quote!(let file = std::fs::File::open(path);),
        quote!(reqwest::blocking::get(url)),
        quote!(std::net::TcpStream::connect(address)),
        quote!(std::process::Command::new("ls")),
        quote!(handle.block_on(future)),
        quote!(tokio::spawn(async { std::thread::sleep(one) })),
    ] {
        assert_eq!(warnings(&body), [BLOCKING_IO], "{body}");
    }
}

#[test]
fn calls_that_wait_or_have_their_own_thread_are_left_alone() {
    for body in [
        quote!(tokio::time::sleep(one).await),
        quote!(tokio::fs::read(path).await),
        quote!(fs::read(path).await),
        quote!(tokio::task::spawn_blocking(move || std::fs::read(path)).await),
        quote!(tokio::task::block_in_place(|| std::thread::sleep(one))),
        quote!(std::thread::spawn(|| std::thread::sleep(one))),
        quote!(tokio::process::Command::new("ls")),
        quote!(sleep(one).await),
        quote!(thread.sleep),
    ] {
        assert!(warnings(&body).is_empty(), "{body}");
    }
    assert_eq!(found(&quote!(std::thread::sleep(one)), true), (vec![], 0));
}

#[test]
fn statics_that_change_are_found_and_others_left_alone() {
    for body in [
        quote!(
            static COUNT: AtomicU64 = AtomicU64::new(0);
        ),
        quote!(
            static LAST: std::sync::Mutex<String> = x;
        ),
        quote!(
            static mut LAST: u8 = 0;
        ),
        quote!(
            static LAST: LazyLock<RwLock<u8>> = x;
        ),
    ] {
        assert_eq!(warnings(&body), [SHARED_STATE], "{body}");
    }
    for body in [
        quote!(
            static NAME: LazyLock<Regex> = LazyLock::new(|| Mutex::new(1));
        ),
        quote!(let name: &'static Mutex<u8> = x;),
        quote!(let f = static || x;),
    ] {
        assert!(warnings(&body).is_empty(), "{body}");
    }
}

#[test]
fn text_on_standard_output_is_found() {
    assert_eq!(
        warnings(&quote!(println!("{x}"); print!("y"))),
        [PRINTED; 2]
    );
    assert!(warnings(&quote!(eprintln!("x"); println(x); x.print())).is_empty());
}

#[test]
fn texts_shaped_like_credentials_are_errors() {
    // In two pieces where a scanner of this repository would take them for real.
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "key=ASIAIOSFODNN7EXAMPLE;",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
        concat!("sk-proj-", "Ab3dEf6hIj9kLm2nOp5q"),
        concat!("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
        concat!("xoxb-", "123456789012-abcdefghijkl"),
        concat!("AIza", "SyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v"),
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    ] {
        assert_eq!(found(&quote!(f([#text])), true).1, 1, "{text}");
    }
}

#[test]
fn other_texts_are_left_alone() {
    for text in [
        "AKIA",
        "sk-folding-cube-animation-large",
        "-----BEGIN CERTIFICATE-----",
        "ask-2026-11-22-for-the-report",
        "Bearer {token}",
        "eyJhbGciOiJIUzI1NiJ9",
        "a long sentence that says nothing of importance to anybody, 1234567890",
    ] {
        assert_eq!(found(&quote!(f(#text)), false).1, 0, "{text}");
    }
}

#[test]
fn what_outlives_its_call_is_found() {
    for body in [
        quote!({
            tokio::spawn(work());
            done
        }),
        quote!({
            let x = 1;
            let _ = tokio::task::spawn(work());
        }),
        quote!({
            if x {
                std::thread::spawn(|| work());
            }
        }),
        quote!({
            ::tokio::spawn(async move { work().await });
        }),
        quote!({
            let child = Command::new("ls").arg("-l").spawn()?;
        }),
        quote!({
            std::mem::forget(guard);
        }),
        quote!({
            let name: &'static str = String::leak(name);
        }),
        quote!({ Box::leak(Box::new(3)) }),
    ] {
        assert_eq!(warnings(&body), [MISSING_CLEANUP], "{body}");
    }
}

#[test]
fn what_is_looked_after_is_left_alone() {
    for body in [
        quote!({
            let handle = tokio::spawn(work());
            handle.await
        }),
        quote!({
            tokio::spawn(work()).await?;
        }),
        quote!({
            handles.push(tokio::spawn(work()));
        }),
        quote!({
            set.spawn(work());
        }),
        quote!({
            tokio::spawn(ctx.cancellation().run_until_cancelled_owned(work()));
        }),
        quote!({ tokio::spawn(work()) }),
        quote!({
            spawn(work());
        }),
        quote!({
            Command::new("ls").kill_on_drop(true).spawn()?;
        }),
        quote!({ Command::new("ls").output().await }),
        quote!({
            game.spawn();
            forget(x);
            leak(y);
            cell.leak()
        }),
    ] {
        assert!(warnings(&body).is_empty(), "{body}");
    }
    assert_eq!(
        found(
            &quote!({
                Command::new("ls").spawn()?;
            }),
            true
        ),
        (vec![], 0)
    );
}

#[test]
fn a_foreign_errors_text_that_a_model_reads_is_found() {
    for body in [
        quote!(
            db.get(id)
                .map_err(|error| ToolError::failed(error.to_string()))?
        ),
        quote!(
            db.get(id)
                .map_err(|e| ToolError::transient(format!("the database says {e}")))?
        ),
        quote!(
            db.get(id)
                .map_err(|e| { ToolError::new(ErrorKind::Failed, format!("{}", e)) })?
        ),
        quote!(
            db.get(id)
                .map_err(|e| mcp_runtime::ToolError::not_found(format!("{e:?}")))?
        ),
    ] {
        assert_eq!(warnings(&body), [LEAKY_ABSTRACTION], "{body}");
    }
    for body in [
        quote!(
            db.get(id)
                .map_err(|error| ToolError::not_found("no such row").cause(error))?
        ),
        quote!(
            text.parse()
                .map_err(|error| ToolError::invalid_input(format!("{error}")))?
        ),
        quote!(db.get(id).map_err(ToolError::internal)?),
        quote!(
            db.get(id)
                .map_err(|_| ToolError::failed(format!("no row {id}")))?
        ),
        quote!(db.get(id).map_err(|error| Mine(error.to_string()))?),
        quote!(error.to_string()),
    ] {
        assert!(warnings(&body).is_empty(), "{body}");
    }
}

#[test]
fn exact_work_that_is_sampled_is_found_and_judgement_left_alone() {
    for body in [
        quote!(ctx.sample("sum", "Add these numbers: 1, 2", 100).await?),
        quote!(ctx.sample("order", format!("sort {names:?}"), 100).await?),
        quote!(
            ctx.sample("n", &format!("Count the words of: {text}"), 10)
                .await?
        ),
    ] {
        assert_eq!(warnings(&body), [MODEL_WORK], "{body}");
    }
    for body in [
        quote!(ctx.sample("tone", "Make this friendlier: ..", 100).await?),
        quote!(ctx.sample("gist", format!("Summarise {text}"), 100).await?),
        quote!(ctx.sample("gist", prompt, 100).await?),
        quote!(rng.sample(range)),
        quote!(sort("Sort")),
    ] {
        assert!(warnings(&body).is_empty(), "{body}");
    }
}

/// The lints that warn of a tool's description and parameters.
fn told(description: &str, parameters: &TokenStream) -> Vec<&'static str> {
    let function = quote!(#[doc = #description] async fn act(#parameters) {});
    let expanded =
        crate::function::expand(crate::twin::Role::Tool, TokenStream::new(), function).to_string();
    let names = [LEAKY_ABSTRACTION, MODEL_WORK];
    names
        .into_iter()
        .filter(|lint| expanded.contains(&format!("const {lint} :")))
        .collect()
}

#[test]
fn what_a_program_knows_better_is_not_asked_of_a_model() {
    for description in [
        "Report. You must sort the rows first.",
        "The model should count the words.",
    ] {
        assert_eq!(
            told(description, &TokenStream::new()),
            [MODEL_WORK],
            "{description}"
        );
    }
    for description in [
        "Sort rows.",
        "Counts what you must know.",
        "You should call `search` first.",
        "Sum what the model wrote.",
    ] {
        assert!(
            told(description, &TokenStream::new()).is_empty(),
            "{description}"
        );
    }
    assert_eq!(told("Book.", &quote!(today: String)), [MODEL_WORK]);
    assert!(told("Book.", &quote!(now: bool, date: String)).is_empty());
}

#[test]
fn the_language_behind_a_tool_is_no_argument() {
    assert_eq!(told("Query.", &quote!(sql: &str)), [LEAKY_ABSTRACTION]);
    assert_eq!(
        told(
            "Query.",
            &quote!(#[arg(name = "where_clause")] filter: String)
        ),
        [LEAKY_ABSTRACTION]
    );
    assert!(
        told(
            "Query.",
            &quote!(query: &str, table: String, sql: State<Db>)
        )
        .is_empty()
    );
}
