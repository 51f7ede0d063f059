//! Paths among tokens that nobody has parsed.

use proc_macro2::{Ident, Span};

/// The path that is being read: `std::thread::sleep`.
#[derive(Default)]
pub(super) struct Path {
    words: Vec<String>,
    span: Option<Span>,
    colons: usize,
    quote: bool,
    /// Whether the last word is a lifetime's name.
    pub(super) after_quote: bool,
}

impl Path {
    pub(super) fn push(&mut self, word: &Ident) {
        if self.colons != 2 {
            self.words.clear();
        }
        self.words.push(word.to_string());
        self.span = Some(word.span());
        self.colons = 0;
        self.after_quote = std::mem::take(&mut self.quote);
    }

    pub(super) fn punct(&mut self, punct: char) {
        match punct {
            ':' => self.colons += 1,
            _ => self.clear(),
        }
        self.quote = punct == '\'';
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.colons = 0;
    }

    /// Where the last word stands.
    pub(super) fn span(&self) -> Span {
        self.span.unwrap_or_else(Span::call_site)
    }

    pub(super) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    pub(super) fn spelled(&self) -> String {
        self.words.join("::")
    }

    /// Whether what is called here runs its closure on a thread that may block.
    pub(super) fn leads_to_own_thread(&self) -> bool {
        matches!(
            self.words().as_slice(),
            [.., "spawn_blocking" | "block_in_place"] | [.., "thread", "spawn" | "scope"]
        )
    }
}
