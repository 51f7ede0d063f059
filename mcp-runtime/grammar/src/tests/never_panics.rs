//! Whatever the text is, the answer is a policy or an error that points into the text.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::generate::texts;
use super::{OPTIONS, cases, read};

fn is_sound(option: &str, text: &str) {
    let Err(error) = read(option, text) else {
        return;
    };
    let shown = error.to_string();
    let place = text.get(error.at..error.at + error.len);
    let Some(place) = place else {
        panic!(
            "{option} = {text:?}: {shown}: {}+{} is no place in it",
            error.at, error.len
        );
    };
    assert!(
        error.found.is_empty() || error.found == place,
        "{option} = {text:?}: {shown}"
    );
    // Nothing is pointed at only where nothing is written.
    let blank = text.chars().all(|c| c.is_ascii_whitespace());
    assert_eq!(place.is_empty(), blank, "{option} = {text:?}: {shown}");
    assert!(
        !shown.contains(char::is_control),
        "{option} = {text:?}: {shown:?}"
    );
    assert!(
        shown.starts_with(error.message()),
        "{option} = {text:?}: {shown:?}"
    );
    // It says what to write.
    assert!(shown.contains("; "), "{option} = {text:?}: {shown:?}");
}

/// Pieces of the grammar, and pieces that are not of it.
const PIECES: &[&str] = &[
    "10",
    "/",
    "s",
    "ms",
    "5d",
    "0",
    "99999999999999999999",
    "burst",
    "per",
    "caller",
    "global",
    "+",
    "cost",
    "len",
    "(",
    ")",
    "arg.",
    "arg.x",
    "claim.y",
    "count",
    "calls",
    "shared",
    "on_error",
    "open",
    "&",
    "|",
    "==",
    "in",
    "role:",
    "scope:",
    "claim:a=b",
    "none",
    "user",
    "private",
    "swr",
    "tags",
    "vary",
    "ignore",
    "max",
    ",",
    "{",
    "}",
    "{x}",
    "idle",
    "attempt",
    "exp",
    "..",
    "50%",
    "of",
    "fails",
    "queue",
    "wait",
    "KB",
    "tok",
    "link",
    "off",
    "required",
    "never",
    "use",
    ";",
    "sunset",
    "2027-01-31",
    "é",
    "\0",
    "\u{202e}",
    "🦀",
    "\"",
    "\\",
    "*",
    "!",
    ".",
    "_",
];

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn any_text(option in select(&OPTIONS[..]), text in any::<String>()) {
        is_sound(option, &text);
    }

    #[test]
    fn any_pieces(
        option in select(&OPTIONS[..]),
        pieces in proptest::collection::vec((select(PIECES), select(&["", " "][..])), 0..12),
    ) {
        let text: String = pieces.iter().flat_map(|(piece, space)| [*piece, *space]).collect();
        is_sound(option, &text);
    }

    #[test]
    fn one_change((option, mut text) in texts(), at in any::<Index>(), c in any::<char>(), kind in 0..3_u8) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        match kind {
            0 => { text.remove(at); }
            1 => text.insert(at, c),
            _ => text.truncate(at),
        }
        is_sound(option, &text);
    }
}

#[test]
fn deep_brackets() {
    is_sound("auth", &"(".repeat(60_000));
    is_sound("auth", &format!("{}a{}", "(".repeat(9), ")".repeat(9)));
}
