//! Texts that are not read: where the fault is, between `«` and `»`, and what is said of it.

mod kept;
mod often;
mod who;

use super::read;

/// The text without its marks, and the place that they mark.
fn marked(text: &str) -> (String, usize, usize) {
    let at = text.find('«').unwrap_or(0);
    let end = text.find('»').map_or(at, |end| end - '«'.len_utf8());
    (text.replace(['«', '»'], ""), at, end - at)
}

/// Each text of an option is refused, there and in these words.
macro_rules! refused {
    ($option:literal, $($text:literal => $message:literal)*) => {
        $(super::is_refused($option, $text, $message);)*
    };
}
use refused;

fn is_refused(option: &str, text: &str, message: &str) {
    let (text, at, len) = marked(text);
    let error = match read(option, &text) {
        Ok(canonical) => panic!("{option} = {text:?} is read as {canonical:?}"),
        Err(error) => error,
    };
    assert_eq!(error.to_string(), message, "{option} = {text:?}");
    assert_eq!(
        (error.at, error.len),
        (at, len),
        "{option} = {text:?}: {message}"
    );
}

#[test]
fn long_rule() {
    let text = "a".repeat(65_536);
    let error = read("auth", &text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a rule of more than 65535 bytes; write a shorter one"
    );
    assert!(read("auth", &text[1..]).is_ok());
}

#[test]
fn the_users_words_are_safe_to_print() {
    let error = read("audit", "a\u{1b}[31m\u{202e}\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown level `a\\u{1b}[31m\\u{202e}`; write `off`, `meta`, `args` or `full`"
    );
    let long = "é".repeat(61);
    let error = read("audit", &long).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("unknown level `{}…`;", "é".repeat(60))),
        "{error}"
    );
}

#[test]
fn the_problem_alone_has_no_words_of_the_user() {
    assert_eq!(
        read("rate", "10/sec").unwrap_err().message(),
        "unknown unit of time"
    );
}
