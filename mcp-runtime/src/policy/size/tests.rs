//! What an answer weighs, where it is cut, and what the model is told to do instead.

use proptest::prelude::*;

use super::*;
use crate::answer::{Answer as _, Embedded, Image, Json, Link};

fn size(text: &'static str) -> Size {
    Size::new(text)
}

fn texts(texts: &[&str]) -> Output {
    Output::new(texts.iter().map(|text| Content::text(*text)).collect())
}

/// The texts of an answer that was cut to a limit.
fn cut_to(most: &'static str, output: Output) -> Result<Vec<Content>, u64> {
    match shortened(size(most), output, &[]) {
        Ok(output) => Ok(output.content),
        Err(too_large) => Err(too_large.size),
    }
}

#[test]
fn a_token_is_four_bytes() {
    let exactly = "x".repeat(400);
    assert!(cut_to("100tok", texts(&[&exactly])).is_ok());
    let more = "x".repeat(401);
    assert_eq!(cut_to("100tok", texts(&[&more])), Err(101));
    assert_eq!(cut_to("400B", texts(&[&more])), Err(401));
}

#[test]
fn a_picture_is_sixteen_hundred_tokens_and_its_bytes_are_bytes() {
    let picture = || Output::new(vec![Content::Image(Image::png([0; 3000]))]);
    assert!(cut_to("1600tok", picture()).is_ok());
    assert_eq!(cut_to("1599tok", picture()), Err(1600));
    assert_eq!(cut_to("3999B", picture()), Err(4000), "in base64");
}

#[test]
fn structured_content_counts_once() {
    let output = || Json("x".repeat(98)).into_output().unwrap();
    assert!(
        cut_to("100B", output()).is_ok(),
        "the content says the same again"
    );
    assert_eq!(cut_to("99B", output()), Err(100));
}

#[test]
fn everything_else_counts() {
    let link = Content::ResourceLink(Link::new("file:///a", "a").title("A").description("It."));
    assert_eq!(cut_to("13B", Output::new(vec![link])), Err(9 + 1 + 1 + 3));
    let embedded = Content::Resource {
        resource: Embedded::text("file:///a", "text"),
    };
    assert_eq!(cut_to("12B", Output::new(vec![embedded])), Err(9 + 4));
    let meta = Output::default().meta("com.example/a", "b");
    assert_eq!(
        cut_to("10B", meta),
        Err(r#"{"com.example/a":"b"}"#.len() as u64)
    );
}

#[test]
fn text_is_cut_visibly() {
    let content = cut_to("100B truncate", texts(&["first", &"x".repeat(200), "last"])).unwrap();
    let mark = "\n[truncated: the whole text has 209 bytes]";
    let kept = "x".repeat(100 - "first".len() - mark.len());
    assert_eq!(
        content,
        [
            Content::text("first"),
            Content::text(format!("{kept}{mark}"))
        ]
    );
}

#[test]
fn where_what_says_so_does_not_fit_nothing_is_cut() {
    let text = "x".repeat(60);
    assert_eq!(cut_to("40B truncate", texts(&[&text])), Err(60));
    // A failure says what fits.
    for room in 0..60 {
        assert!(cut(&text, room, 60).len() <= room, "{room}");
    }
}

#[test]
fn what_is_not_text_stays_whole_or_the_answer_is_refused() {
    let image = Content::Image(Image::png([0; 75]));
    let output = |text: &str| Output::new(vec![Content::text(text), image.clone()]);
    let content = cut_to("200B truncate", output(&"x".repeat(200))).unwrap();
    assert_eq!(content[1], image);
    assert_eq!(cut_to("99B truncate", output("")), Err(100));
}

#[test]
fn structured_content_is_never_cut() {
    let output = Json(vec!["x"; 100]).into_output().unwrap();
    assert_eq!(cut_to("100B truncate", output), Err(401));
}

#[test]
fn the_hint_names_the_tools_own_arguments() {
    let hint = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        hint(&names)
    };
    assert_eq!(
        hint(&["cursor", "fields", "maxResults", "query"]),
        "call it again with a smaller `maxResults`, page by page with `cursor`, only what you need in `fields`"
    );
    assert_eq!(
        hint(&["page_size", "q"]),
        "call it again with a smaller `page_size`"
    );
    assert_eq!(
        hint(&["query"]),
        "ask for a smaller part; this tool has no argument to page with"
    );
}

#[test]
fn counting_stops_at_the_limit() {
    let value = vec!["x"; 1000];
    assert_eq!(measure(&value, 4001), Some(4001));
    assert_eq!(measure(&value, 4000), None);
}

proptest! {
    /// Whatever is cut fits, keeps the beginning, and says so; whatever fits is left alone.
    #[test]
    fn a_cut_answer_fits(blocks in prop::collection::vec("\\PC{0,60}", 1..6), most in 0_u64..400) {
        let limit = Size { most, unit: Unit::Bytes, then: Action::Truncate };
        let all: Vec<&str> = blocks.iter().map(String::as_str).collect();
        let whole = texts(&all);
        let total: usize = blocks.iter().map(String::len).sum();
        let mark = mark(total as u64).len() as u64;
        let cut = match shortened(limit, whole.clone(), &[]) {
            Ok(cut) => cut,
            Err(_) => {
                prop_assert!(most < mark, "there is room for what says so");
                return Ok(());
            }
        };
        if total as u64 <= most {
            prop_assert_eq!(cut.content, whole.content);
            return Ok(());
        }
        let kept: Vec<&str> = cut.content.iter().map(|content| match content {
            Content::Text { text } => text.as_str(),
            _ => unreachable!(),
        }).collect();
        prop_assert!(kept.concat().len() as u64 <= most);
        let (last, before) = kept.split_last().unwrap();
        let (beginning, _) = last.rsplit_once("\n[truncated: ").expect("it says so");
        prop_assert_eq!(before, &all[..before.len()]);
        prop_assert!(all[before.len()].starts_with(beginning));
    }
}
