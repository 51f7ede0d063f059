//! What the compiler has no opinion on and a server of tools must: calls that block, state that callers share, text on the
//! protocol's own stream, credentials in the source, and what the files beside this one look for.

mod cleanup;
mod leak;
mod model;
mod path;
mod secret;
#[cfg(test)]
mod tests;

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lit;

use self::path::Path;
use self::secret::credential;
use crate::diagnostics::{Errors, Warning};
use crate::docs::Text;
use crate::parameter::Parameter;

/// A lint and what it is about, in a few words.
pub(crate) struct Lint {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

pub(crate) const BLOCKING_IO: &str = "blocking_io";
pub(crate) const FAT_TOOL: &str = "fat_tool";
pub(crate) const HARDCODED_SECRET: &str = "hardcoded_secret";
pub(crate) const LEAKY_ABSTRACTION: &str = "leaky_abstraction";
pub(crate) const MISSING_CLEANUP: &str = "missing_cleanup";
pub(crate) const MODEL_WORK: &str = "model_work";
pub(crate) const PRINTED: &str = "printed";
pub(crate) const SHARED_STATE: &str = "shared_state";

/// The lint of a whole server, which no attribute can see: `Server::allow` allows it.
pub(crate) const GOD_SERVER: &str = "god_server";

/// What `allow(.., "reason")` can name.
pub(crate) const LINTS: [Lint; 8] = [
    Lint {
        name: BLOCKING_IO,
        about: "a call in an `async fn` that stops every other call of its thread",
    },
    Lint {
        name: FAT_TOOL,
        about: "one tool that is several, which a model chooses and fills in badly",
    },
    Lint {
        name: HARDCODED_SECRET,
        about: "a text shaped like a credential (an error, not a warning)",
    },
    Lint {
        name: LEAKY_ABSTRACTION,
        about: "what is behind the tool shows through it: its query language, the texts of its errors",
    },
    Lint {
        name: MISSING_CLEANUP,
        about: "a task, a program or memory that outlives the call",
    },
    Lint {
        name: MODEL_WORK,
        about: "work with one right answer, asked of a model",
    },
    Lint {
        name: PRINTED,
        about: "`print!`: what it writes is in no log, with no level and no call",
    },
    Lint {
        name: SHARED_STATE,
        about: "a `static` that changes: every caller would share it",
    },
];

/// What is known of the function around the tokens.
pub(crate) struct Lints<'a> {
    pub(crate) allowed: Vec<String>,
    pub(crate) errors: &'a mut Errors,
    pub(crate) warnings: Vec<Warning>,
}

impl Lints<'_> {
    pub(crate) fn allows(&self, lint: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == lint)
    }

    pub(crate) fn warn(&mut self, lint: &'static str, span: Span, message: impl Into<String>) {
        if !self.allows(lint) {
            let help = format!("\nhelp: if it is meant, `allow({lint}, \"reason\")` says why");
            self.warnings.push(Warning {
                lint,
                span,
                message: message.into() + &help,
            });
        }
    }

    /// Looks through a function's body.
    pub(crate) fn body(&mut self, body: &TokenStream, blocking: bool) {
        self.tokens(body.clone(), blocking);
        let text = body.to_string();
        self.cleanup(body, &text, blocking);
        if text.contains("map_err") {
            self.passed_on(body.clone());
        }
        if text.contains("sample") {
            self.sampled(body.clone());
        }
    }

    /// Looks at what a model reads of a tool, and at what is asked of it.
    pub(crate) fn told(&mut self, name: Span, description: &Text, parameters: &[Parameter]) {
        self.orders(description, name);
        self.computed(parameters);
        self.languages(parameters);
    }

    /// Looks for credentials in tokens that are not a body.
    pub(crate) fn literals(&mut self, tokens: &impl ToTokens) {
        self.tokens(tokens.to_token_stream(), true);
    }

    /// `may_block`: whether this code runs on a thread that may be stopped.
    fn tokens(&mut self, tokens: TokenStream, may_block: bool) {
        let mut path = Path::default();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) => {
                    path.push(&word);
                    if word == "static" && !path.after_quote {
                        self.item(&word, tokens.clone());
                    }
                    if matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '!')
                        && (word == "print" || word == "println")
                    {
                        let message = format!(
                            "`{word}!` writes past the log, without a level and without the call it \
                             belongs to: write `tracing::info!(..)`"
                        );
                        self.warn(PRINTED, word.span(), message);
                    }
                    if !may_block {
                        self.blocking(&path, &word);
                    }
                }
                TokenTree::Group(group) => {
                    let called = group.delimiter() == Delimiter::Parenthesis;
                    let own_thread = called && path.leads_to_own_thread();
                    self.tokens(group.stream(), may_block || own_thread);
                    path.clear();
                }
                TokenTree::Literal(literal) => {
                    self.literal(&literal);
                    path.clear();
                }
                TokenTree::Punct(punct) => path.punct(punct.as_char()),
            }
        }
    }

    fn blocking(&mut self, path: &Path, word: &Ident) {
        let instead = match path.words().as_slice() {
            [.., "thread", "sleep"] => "write `tokio::time::sleep(..).await`",
            [.., "std", "fs", _] => "write `tokio::fs` and `.await`",
            [.., "reqwest", "blocking"] => "write `reqwest::Client` and `.await`",
            [.., "std", "net", "TcpStream" | "TcpListener" | "UdpSocket"] => {
                "write `tokio::net` and `.await`"
            }
            [.., "std", "process", "Command"] => "write `tokio::process::Command` and `.await`",
            [.., "block_on"] => "write `.await`",
            _ => return,
        };
        let message = format!(
            "`{}` stops every other call of this thread: {instead}, or make the tool `#[tool(blocking)] fn`",
            path.spelled()
        );
        self.warn(BLOCKING_IO, word.span(), message);
    }

    /// `static NAME: Type = ..`, of which those that change are shared by all callers.
    fn item(&mut self, word: &Ident, rest: impl Iterator<Item = TokenTree>) {
        const CHANGING: &[&str] = &["Cell", "Mutex", "RefCell", "RwLock", "mut"];
        let declaration = rest.take_while(|token| !matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), '=' | '|' | ';')));
        let changes = declaration.into_iter().any(|token| {
            matches!(&token, TokenTree::Ident(ident)
                if CHANGING.iter().any(|word| ident == word) || ident.to_string().starts_with("Atomic"))
        });
        if changes {
            self.warn(
                SHARED_STATE,
                word.span(),
                "every caller shares this `static`, and what one leaves in it another can read: keep it in \
                 `State<T>`, by caller if it is theirs",
            );
        }
    }

    fn literal(&mut self, literal: &Literal) {
        // Most literals are short, and not worth a second look.
        let raw = literal.to_string();
        if raw.len() < 16 || !raw.contains('"') || self.allows(HARDCODED_SECRET) {
            return;
        }
        let Lit::Str(text) = Lit::new(literal.clone()) else {
            return;
        };
        if let Some(kind) = credential(&text) {
            self.errors.on(
                &text,
                format!(
                    "this looks like {kind}, and everybody who reads the source can use it\n\
                     help: revoke it, and take the new one from the environment through `State<T>`; if it is none, \
                     `allow(hardcoded_secret, \"reason\")` says why"
                ),
            );
        }
    }
}
