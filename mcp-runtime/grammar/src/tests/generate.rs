//! Texts of the grammar, made at random: what each policy may say, in every order and spacing.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A strategy of texts.
pub(super) type Texts = BoxedStrategy<String>;

/// Every option's texts.
pub(super) fn texts() -> BoxedStrategy<(&'static str, String)> {
    let of =
        |option: &'static str, texts: Texts| texts.prop_map(move |text| (option, text)).boxed();
    prop_oneof![
        of("auth", auth()),
        of("when", when()),
        of("rate", rate()),
        of("cache", cache()),
        of("invalidates", tags()),
        of("timeout", timeout()),
        of("retry", retry()),
        of("breaker", breaker()),
        of("concurrency", concurrency()),
        of("max_in", size()),
        of("max_out", size()),
        of("audit", audit()),
        of("confirm", confirm()),
        of("confirm_ttl", time(1..1000)),
        of("idempotency", idempotency()),
        of("task", words(&["optional", "required"])),
        of("ttl", time(1..1000)),
        of("deprecated", deprecated()),
    ]
    .boxed()
}

fn words(words: &'static [&'static str]) -> Texts {
    select(words).prop_map(str::to_owned).boxed()
}

fn space() -> Texts {
    words(&["", " ", "  ", "\t", "\n "])
}

/// Clauses behind a beginning, each perhaps, in any order.
fn clauses(beginning: Texts, clauses: Vec<Texts>) -> Texts {
    let some = clauses
        .into_iter()
        .map(proptest::option::of)
        .collect::<Vec<_>>();
    (beginning, some.prop_shuffle(), words(&[" ", "  ", "\n"]))
        .prop_map(|(beginning, clauses, space)| {
            let written = std::iter::once(beginning).chain(clauses.into_iter().flatten());
            written.collect::<Vec<_>>().join(&space)
        })
        .boxed()
}

/// A word and what follows it.
fn clause(word: &'static str, value: Texts) -> Texts {
    value
        .prop_map(move |value| format!("{word} {value}"))
        .boxed()
}

fn count() -> Texts {
    prop_oneof![1..100_u32, Just(u32::MAX)]
        .prop_map(|n| n.to_string())
        .boxed()
}

fn time(range: std::ops::Range<u32>) -> Texts {
    (range, words(&["ms", "s", "m", "min", "h", "d"]))
        .prop_map(|(n, unit)| format!("{n}{unit}"))
        .boxed()
}

fn times() -> Texts {
    time(1..1000)
}

fn id() -> Texts {
    "[a-zA-Z0-9_.:/-]{1,20}".boxed()
}

fn path() -> Texts {
    "[a-zA-Z0-9_ßü-]{1,5}(\\.[a-zA-Z0-9_-]{1,5}){0,2}".boxed()
}

fn field() -> Texts {
    let claim = "claim\\.[a-z:/_-]{1,8}(\\.[a-z]{1,5}){0,2}";
    prop_oneof![path().prop_map(|path| format!("arg.{path}")), claim].boxed()
}

/// What follows `per`.
fn keys() -> Texts {
    let some = proptest::sample::subsequence(vec!["caller", "tenant", "client", "ip"], 0..=2);
    (some.prop_shuffle(), proptest::option::of(field()), space())
        .prop_map(|(keys, field, space)| {
            let keys = keys
                .into_iter()
                .map(str::to_owned)
                .chain(field)
                .collect::<Vec<_>>();
            if keys.is_empty() {
                "global".to_owned()
            } else {
                keys.join(&format!("{space}+{space}"))
            }
        })
        .boxed()
}

/// A rule of at most sixteen terms.
pub(super) fn auth() -> Texts {
    let claim = "[a-z:/]{1,6}(\\.[a-z]{1,4})?=[a-zü:.0-9][a-zü:=.0-9]{0,5}";
    let term = prop_oneof![
        4 => "[a-z0-9._/-]{6,12}(:[a-z]{1,5})?",
        1 => "[!#-\\[\\]-~&&[^()&|,]]{1,12}".prop_map(|name| format!("scope:{name}")),
        1 => "[!#-\\[\\]-~&&[^()&|,]]{1,12}".prop_map(|name| format!("role:{name}")),
        1 => claim.prop_map(|pair| format!("claim:{pair}")),
        1 => Just("user".to_owned()),
    ];
    let rule = term.prop_recursive(4, 16, 2, |inner| {
        (
            inner.clone(),
            words(&["&", "|"]),
            inner,
            any::<bool>(),
            space(),
        )
            .prop_map(|(left, sign, right, grouped, space)| {
                let joined = format!("{left}{space}{sign}{space}{right}");
                if grouped {
                    format!("({space}{joined}{space})")
                } else {
                    joined
                }
            })
    });
    prop_oneof![20 => rule, 1 => Just("none".to_owned())].boxed()
}

fn when() -> Texts {
    let rule = (
        path(),
        "[a-z:/]{1,6}(\\.[a-z]{1,4})?",
        0..4_u8,
        words(&["", " "]),
    )
        .prop_map(|(arg, claim, kind, s)| match kind {
            0 => format!("arg.{arg}{s}=={s}claim.{claim}"),
            1 => format!("claim.{claim}{s}=={s}arg.{arg}"),
            2 => format!("arg.{arg} in claim.{claim}"),
            _ => format!("claim.{claim} in arg.{arg}"),
        });
    proptest::collection::vec(rule, 1..=4)
        .prop_map(|rules| rules.join(" & "))
        .boxed()
}

fn rate() -> Texts {
    let window = prop_oneof![words(&["ms", "s", "m", "min", "h", "d"]), times()];
    let bucket = (count(), space(), window)
        .prop_map(|(n, space, window)| format!("{n}{space}/{space}{window}"));
    let cost = prop_oneof![
        Just("1".to_owned()),
        path().prop_map(|path| format!("arg.{path}")),
        path().prop_map(|path| format!("len(arg.{path})")),
    ];
    clauses(
        bucket.boxed(),
        vec![
            clause("burst", count()),
            clause("per", keys()),
            clause("cost", cost.boxed()),
            clause("count", words(&["executions", "calls"])),
            clause("shared", id()),
            clause("on_error", words(&["local", "open", "closed"])),
        ],
    )
}

fn tag() -> Texts {
    (
        "[a-z:._-]{1,5}",
        proptest::option::of(path()),
        words(&["", "{{", "}}", ":x"]),
    )
        .prop_map(|(text, path, end)| match path {
            Some(path) => format!("{text}{{{path}}}{end}"),
            None => format!("{text}{end}"),
        })
        .boxed()
}

fn brackets(word: &'static str, item: impl Strategy<Value = String> + 'static) -> Texts {
    (proptest::collection::vec(item, 1..=4), space())
        .prop_map(move |(mut items, space)| {
            items.sort();
            items.dedup();
            format!(
                "{word}({space}{}{space})",
                items.join(&format!("{space},{space}"))
            )
        })
        .boxed()
}

fn tags() -> Texts {
    brackets("tags", tag())
}

fn cache() -> Texts {
    clauses(
        times(),
        vec![
            words(&["private", "public"]),
            clause("swr", times()),
            clause("stale_if_error", times()),
            tags(),
            brackets("vary", field()),
            brackets("ignore", path().prop_map(|path| format!("arg.{path}"))),
            clause("max", count()),
        ],
    )
}

fn timeout() -> Texts {
    let whole = "[1-9][0-9]{0,2}(s|m|h)";
    prop_oneof![
        whole,
        (whole, 1..=1000_u32).prop_map(|(whole, attempt)| format!("{whole} attempt {attempt}ms")),
        (whole, 1..=1000_u32).prop_map(|(whole, idle)| format!("idle {idle}ms max {whole}")),
    ]
    .boxed()
}

fn retry() -> Texts {
    let waits = (1..1000_u32, 1..1000_u32, space())
        .prop_map(|(first, longest, space)| format!("exp {first}ms{space}..{space}{longest}s"));
    clauses(count(), vec![waits.boxed()])
}

fn breaker() -> Texts {
    let share = (1..=100_u8, count(), times())
        .prop_map(|(share, n, window)| format!("{share}% of {n} in {window}"));
    let trip = prop_oneof![share, count().prop_map(|n| format!("{n} fails"))];
    clauses(
        trip.boxed(),
        vec![
            clause("open", times()),
            clause("probes", count()),
            clause("shared", id()),
        ],
    )
}

fn concurrency() -> Texts {
    let queue = (count(), times(), any::<bool>()).prop_map(|(queue, wait, turned)| {
        if turned {
            format!("wait {wait} queue {queue}")
        } else {
            format!("queue {queue} wait {wait}")
        }
    });
    clauses(count(), vec![queue.boxed(), clause("per", keys())])
}

fn size() -> Texts {
    let units = words(&["B", "KB", "KiB", "MB", "MiB", "tok"]);
    let size = (1..1_000_000_u32, units).prop_map(|(n, unit)| format!("{n}{unit}"));
    clauses(size.boxed(), vec![words(&["error", "truncate", "link"])])
}

fn audit() -> Texts {
    prop_oneof![
        words(&["off"]),
        clauses(words(&["meta", "args", "full"]), vec![words(&["required"])]),
    ]
    .boxed()
}

fn confirm() -> Texts {
    let piece = prop_oneof![
        "[^{}]{1,8}",
        words(&["{{", "}}"]),
        path().prop_map(|path| format!("{{{path}}}"))
    ];
    let question = ("Set ", proptest::collection::vec(piece, 0..6))
        .prop_map(|(start, pieces)| start + &pieces.concat());
    prop_oneof![9 => question, 1 => Just("never".to_owned())].boxed()
}

fn idempotency() -> Texts {
    clauses(times(), vec![words(&["required"])])
}

fn deprecated() -> Texts {
    let sunset = (2000..=9999_u16, 1..=12_u8, 1..=28_u8)
        .prop_map(|(y, m, d)| format!("sunset {y:04}-{m:02}-{d:02}"));
    let other = prop_oneof!["use [a-zA-Z0-9_.-]{1,128}", "[A-Z][^;]{0,20}[a-z]",];
    (other, proptest::option::of(sunset), any::<Index>(), space())
        .prop_map(|(other, sunset, turn, space)| {
            let mut parts: Vec<String> = std::iter::once(other).chain(sunset).collect();
            let by = turn.index(parts.len());
            parts.rotate_left(by);
            parts.join(&format!("{space};{space}"))
        })
        .boxed()
}
