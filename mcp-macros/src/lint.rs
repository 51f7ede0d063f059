//! What the compiler has no opinion on and a server of tools must: calls that block, state that callers share, text on the
//! protocol's own stream, credentials in the source.

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Lit, LitStr};

use crate::diagnostics::{Errors, Warning};

/// A lint and what it is about, in a few words.
pub(crate) struct Lint {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

pub(crate) const BLOCKING_IO: &str = "blocking_io";
pub(crate) const FAT_TOOL: &str = "fat_tool";
pub(crate) const HARDCODED_SECRET: &str = "hardcoded_secret";
pub(crate) const PRINTED: &str = "printed";
pub(crate) const SHARED_STATE: &str = "shared_state";

/// What `allow(.., "reason")` can name.
pub(crate) const LINTS: [Lint; 5] = [
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
        name: PRINTED,
        about: "`print!`: on stdio, standard output belongs to the protocol",
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

    /// Looks through a function's body once.
    pub(crate) fn body(&mut self, body: &TokenStream, blocking: bool) {
        self.tokens(body.clone(), blocking);
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
                            "`{word}!` writes to standard output, which on stdio is the protocol's: \
                             write `tracing::info!(..)`"
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

/// What kind of credential a text has the shape of.
fn credential(text: &LitStr) -> Option<&'static str> {
    let text = text.value();
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    text.split(|c| !word(c)).find_map(kind)
}

fn kind(word: &str) -> Option<&'static str> {
    const PREFIXES: &[(&str, usize, &str)] = &[
        ("AKIA", 16, "an AWS access key"),
        ("ASIA", 16, "an AWS access key"),
        ("AIza", 35, "a Google API key"),
        ("ghp_", 36, "a GitHub token"),
        ("gho_", 36, "a GitHub token"),
        ("ghs_", 36, "a GitHub token"),
        ("ghu_", 36, "a GitHub token"),
        ("github_pat_", 36, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"),
        ("sk-", 20, "an API key"),
        ("sk_live_", 20, "a Stripe key"),
        ("rk_live_", 20, "a Stripe key"),
        ("xoxa-", 20, "a Slack token"),
        ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"),
        ("xoxs-", 20, "a Slack token"),
    ];
    let (_, _, kind) = PREFIXES
        .iter()
        .find(|(prefix, rest, _)| {
            let rest = word.strip_prefix(prefix).filter(|key| key.len() >= *rest);
            // `sk-` begins many a word; a key has digits in it.
            rest.is_some_and(|key| key.contains(|c: char| c.is_ascii_digit()))
        })
        .copied()
        .or_else(|| {
            let jwt = word.starts_with("eyJ") && word.len() > 40 && word.matches('.').count() == 2;
            jwt.then_some(("", 0, "a bearer token"))
        })?;
    Some(kind)
}

/// The path that is being read: `std::thread::sleep`.
#[derive(Default)]
struct Path {
    words: Vec<String>,
    colons: usize,
    quote: bool,
    /// Whether the last word is a lifetime's name.
    after_quote: bool,
}

impl Path {
    fn push(&mut self, word: &Ident) {
        if self.colons != 2 {
            self.words.clear();
        }
        self.words.push(word.to_string());
        self.colons = 0;
        self.after_quote = std::mem::take(&mut self.quote);
    }

    fn punct(&mut self, punct: char) {
        match punct {
            ':' => self.colons += 1,
            _ => self.clear(),
        }
        self.quote = punct == '\'';
    }

    fn clear(&mut self) {
        self.words.clear();
        self.colons = 0;
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    fn spelled(&self) -> String {
        self.words.join("::")
    }

    /// Whether what is called here runs its closure on a thread that may block.
    fn leads_to_own_thread(&self) -> bool {
        matches!(
            self.words().as_slice(),
            [.., "spawn_blocking" | "block_in_place"] | [.., "thread", "spawn" | "scope"]
        )
    }
}
