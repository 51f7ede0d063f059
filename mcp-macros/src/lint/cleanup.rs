//! What a call leaves behind when it is over, or when its client has cancelled it: tasks that nobody waits for, programs that go on, memory that is
//! never given back.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::path::Path;
use super::{Lints, MISSING_CLEANUP};

impl Lints<'_> {
    /// Looks through a function's body. `text` is the body's, in which most bodies have none of the words that matter.
    pub(super) fn cleanup(&mut self, body: &TokenStream, text: &str, blocking: bool) {
        if text.contains("spawn") {
            self.detached(body.clone());
            if !blocking && text.contains("Command") && !text.contains("kill_on_drop") {
                self.child(body.clone());
            }
        }
        if text.contains("forget") || text.contains("leak") {
            self.leaked(body.clone());
        }
    }

    /// `tokio::spawn(..);`, whose handle goes at once.
    fn detached(&mut self, tokens: TokenStream) {
        let mut statement = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    if let Some(span) = detaches(&statement) {
                        self.warn(
                            MISSING_CLEANUP,
                            span,
                            "what is started here goes on when the call is cancelled or over, and nobody hears what becomes \
                             of it: await its handle, put it into a `JoinSet`, or end it with `ctx.cancellation()`",
                        );
                    }
                    statement.clear();
                }
                TokenTree::Group(group) => {
                    self.detached(group.stream());
                    match group.delimiter() {
                        Delimiter::Brace => statement.clear(),
                        _ => statement.push(TokenTree::Group(group)),
                    }
                }
                token => statement.push(token),
            }
        }
    }

    /// `.spawn()` of a `Command`: the program outlives its call.
    fn child(&mut self, tokens: TokenStream) {
        let mut method: Option<Span> = None;
        let mut dot = false;
        for token in tokens {
            let before = method.take();
            match token {
                TokenTree::Ident(word) if dot && word == "spawn" => method = Some(word.span()),
                TokenTree::Group(group) => {
                    let inner = group.stream();
                    if let (Some(span), true) = (before, inner.is_empty()) {
                        self.warn(
                            MISSING_CLEANUP,
                            span,
                            "the program goes on when the call is cancelled: write `.kill_on_drop(true)` before `.spawn()`",
                        );
                    }
                    self.child(inner);
                }
                TokenTree::Punct(punct) => {
                    dot = punct.as_char() == '.';
                    continue;
                }
                _ => {}
            }
            dot = false;
        }
    }

    /// `mem::forget(..)`, `Box::leak(..)`.
    fn leaked(&mut self, tokens: TokenStream) {
        let mut path = Path::default();
        for token in tokens {
            match token {
                TokenTree::Ident(word) => path.push(&word),
                TokenTree::Punct(punct) => path.punct(punct.as_char()),
                TokenTree::Group(group) => {
                    let leaks = matches!(
                        path.words().as_slice(),
                        [.., "mem", "forget"] | [.., "Box" | "String" | "Vec", "leak"]
                    );
                    if leaks && group.delimiter() == Delimiter::Parenthesis {
                        let message = format!(
                            "`{}` keeps memory for good, and a tool is called for as long as the server runs: own the value, \
                             or keep it in `State<T>`",
                            path.spelled()
                        );
                        self.warn(MISSING_CLEANUP, path.span(), message);
                    }
                    path.clear();
                    self.leaked(group.stream());
                }
                TokenTree::Literal(_) => path.clear(),
            }
        }
    }
}

/// Where a statement starts a task and drops its handle. A task that ends with the call's cancellation is looked after.
fn detaches(statement: &[TokenTree]) -> Option<Span> {
    let [.., TokenTree::Ident(spawn), TokenTree::Group(group)] = statement else {
        return None;
    };
    let mut words: Vec<String> = statement.iter().map(ToString::to_string).collect();
    words.pop();
    let mut called = words.concat();
    // `let _ = ..` drops what it is given at once.
    if let Some(rest) = called.strip_prefix("let_=").or(called.strip_prefix("_=")) {
        called = rest.to_owned();
    }
    let path = called.trim_start_matches("::");
    let starts = matches!(
        path,
        "tokio::spawn"
            | "tokio::task::spawn"
            | "task::spawn"
            | "std::thread::spawn"
            | "thread::spawn"
    );
    let looked_after = || group.stream().to_string().contains("cancel");
    (starts && !looked_after()).then(|| spawn.span())
}
