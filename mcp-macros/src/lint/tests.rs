//! What is found in a body, and what is left alone.

use proc_macro2::TokenStream;
use quote::quote;

use super::{BLOCKING_IO, Lints, PRINTED, SHARED_STATE};
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
