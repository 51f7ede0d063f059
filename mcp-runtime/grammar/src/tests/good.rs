//! Texts that are read, and what they say.

use std::time::Duration;

use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Cost, Count, Date, Deprecated, Field,
    Idempotency, Invalidates, Key, Leaf, Level, OnError, Piece, Rate, Retry, Rule, Scope, Size,
    TaskSupport, Test, Timeout, TooLarge, Trip, Unit, When,
};

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Reads each text and shows it in its canonical spelling.
macro_rules! spelled {
    ($policy:ident, $($text:literal => $canonical:literal)*) => {
        $(assert_eq!($policy::parse($text).unwrap().to_string(), $canonical, "{}", $text);)*
    };
}

#[test]
fn rate() {
    spelled! { Rate,
        "10/s" => "10/s"
        "  10/s\n" => "10/s"
        "10 / s" => "10/s"
        "1/ms" => "1/ms"
        "100/m" => "100/min"
        "100/min" => "100/min"
        "60/60s" => "60/min"
        "10/1h" => "10/h"
        "1000/24h" => "1000/d"
        "5/2d" => "5/2d"
        "10/90s" => "10/90s"
        "4294967295/3650d" => "4294967295/3650d"
        "10/s burst 10" => "10/s"
        "10/s burst 20" => "10/s burst 20"
        "10/s per caller+tenant" => "10/s per caller + tenant"
        "10/s cost 1 count executions" => "10/s"
        "10/s on_error closed shared pool count calls cost 5 per ip burst 20"
            => "10/s burst 20 per ip cost 5 count calls shared pool on_error closed"
        "10/s per arg.user.id + claim.https://acme.dev/org" => "10/s per arg.user.id + claim.https://acme.dev/org"
        "10/s per arg.größe" => "10/s per arg.größe"
        "10/s cost len( arg.items )" => "10/s cost len(arg.items)"
        "10/s cost arg.n" => "10/s cost arg.n"
        "50/s global" => "50/s per global"
        "1/s per arg.abcdefghijklmnop + arg.abcdefghijklmnoq" => "1/s per arg.abcdefghijklmnop + arg.abcdefghijklmnoq"
        "1/s per arg.abcdefghijklmnop + arg.abcdefghijklmqop" => "1/s per arg.abcdefghijklmnop + arg.abcdefghijklmqop"
        "1/s per arg.abcdefghijklmnop + arg.qbcdefghijklmnop" => "1/s per arg.abcdefghijklmnop + arg.qbcdefghijklmnop"
        "50/s per global" => "50/s per global"
        "50/s global burst 60" => "50/s burst 60 per global"
    }
    let rate = Rate::new("100/min burst 20 per caller cost len(arg.items) shared pool");
    assert_eq!((rate.limit, rate.window, rate.burst), (100, secs(60), 20));
    assert_eq!(rate.keys.as_slice(), [Key::Caller]);
    assert_eq!(rate.cost, Cost::Len("items"));
    assert_eq!(rate.shared, Some("pool"));

    let plain = Rate::new("10/s");
    assert_eq!(
        (plain.burst, plain.cost, plain.count),
        (10, Cost::Fixed(1), Count::Executions)
    );
    assert!(plain.keys.is_empty());
    assert_eq!((plain.shared, plain.on_error), (None, None));

    let all = Rate::new("10/s per tenant+client+claim.team on_error open count calls");
    assert_eq!(
        all.keys.as_slice(),
        [Key::Tenant, Key::Client, Key::Claim("team")]
    );
    assert_eq!(
        (all.on_error, all.count),
        (Some(OnError::Open), Count::Calls)
    );
    assert_eq!(
        Rate::new("1/s on_error local").on_error,
        Some(OnError::Local)
    );
}

#[test]
fn auth() {
    spelled! { Auth,
        "none" => "none"
        "user" => "user"
        "files:read" => "files:read"
        "a&b|c" => "a & b | c"
        "a | b & c" => "a | b & c"
        "(a | b) & c" => "(a | b) & c"
        "((a)) | ( b )" => "a | b"
        "a & b & c" => "a & b & c"
        "(a | b) | c" => "a | b | c"
        "a & (b & c)" => "a & (b & c)"
        "a | (b | c)" => "a | (b | c)"
        "role:editor" => "role:editor"
        "claim:org.id=acme" => "claim:org.id=acme"
        "claim:a=b=c" => "claim:a=b=c"
        "claim:city=Zürich" => "claim:city=Zürich"
        "claim:https://acme.dev/plan=pro" => "claim:https://acme.dev/plan=pro"
        "scope:user" => "scope:user"
        "scope:files:read" => "files:read"
        "scope:None" => "scope:None"
        "scope:files:*" => "scope:files:*"
        "scope:and" => "scope:and"
        "scope:role:x" => "scope:role:x"
        "scope:scope:x" => "scope:scope:x"
        "user:email" => "user:email"
        "none:of:it" => "none:of:it"
        "https://graph.microsoft.com/.default" => "https://graph.microsoft.com/.default"
        "((((((((a))))))))" => "a"
    }
    let auth = Auth::new("files:write & role:editor | claim:org=acme & user");
    let leaves: Vec<_> = auth.leaves().collect();
    assert_eq!(
        leaves,
        [
            Leaf::Scope("files:write"),
            Leaf::Role("editor"),
            Leaf::Claim {
                path: "org",
                value: "acme"
            },
            Leaf::User,
        ]
    );
    assert!(auth.guarantees_principal() && !auth.is_none());
    assert!(Auth::new("none").is_none() && !Auth::new("none").guarantees_principal());
    assert_eq!(
        Auth::new("scope:none").scopes().collect::<Vec<_>>(),
        ["none"]
    );
    assert_eq!(format!("{:?}", Auth::new("a|b")), "Auth(\"a | b\")");
    assert_ne!(Auth::new("a & b"), Auth::new("a | b"));
    assert_ne!(Auth::new("role:a"), Auth::new("a"));
}

#[test]
fn when() {
    spelled! { When,
        "claim.org == arg.org" => "claim.org == arg.org"
        "arg.org==claim.org" => "claim.org == arg.org"
        "arg.team in claim.teams" => "arg.team in claim.teams"
        "claim.sub in arg.members & claim.org == arg.org" => "claim.sub in arg.members & claim.org == arg.org"
    }
    let when = When::new("arg.team in claim.org.teams & claim.sub in arg.members");
    assert_eq!(
        when.rules.as_slice(),
        [
            Rule {
                arg: "team",
                claim: "org.teams",
                test: Test::ArgInClaim
            },
            Rule {
                arg: "members",
                claim: "sub",
                test: Test::ClaimInArg
            },
        ]
    );
}

#[test]
fn cache() {
    spelled! { Cache,
        "60s" => "60s"
        "1m" => "60s"
        "2m" => "2m"
        "1d" => "24h"
        "48h" => "2d"
        "1h" => "1h"
        "1000ms" => "1s"
        "1500ms" => "1500ms"
        "60s max 10 public" => "60s public max 10"
        "60s ignore(arg.trace) vary( claim.locale,arg.x ) tags(a,user:{id}) stale_if_error 1h swr 10m private"
            => "60s private swr 10m stale_if_error 1h tags(a, user:{id}) vary(claim.locale, arg.x) ignore(arg.trace)"
        "60s tags({{x}}:{a.b})" => "60s tags({{x}}:{a.b})"
    }
    let cache = Cache::new(
        "60s public swr 10m stale_if_error 1h vary(claim.locale) ignore(arg.trace) max 5",
    );
    assert_eq!((cache.ttl, cache.scope), (secs(60), Some(Scope::Public)));
    assert_eq!(
        (cache.swr, cache.stale_if_error),
        (Some(secs(600)), Some(secs(3600)))
    );
    assert_eq!(cache.vary.as_slice(), [Field::Claim("locale")]);
    assert_eq!(
        (cache.ignore.as_slice(), cache.max),
        (["trace"].as_slice(), Some(5))
    );
    let plain = Cache::new("60s");
    assert_eq!((plain.scope, plain.swr, plain.max), (None, None, None));
    assert!(plain.tags.is_empty() && plain.vary.is_empty() && plain.ignore.is_empty());
}

#[test]
fn invalidates() {
    spelled! { Invalidates,
        "tags(user:{id})" => "tags(user:{id})"
        " tags( a ,b ) " => "tags(a, b)"
    }
    let tags = Invalidates::new("tags(user:{id}, users)").tags;
    let pieces: Vec<_> = tags.iter().flat_map(|tag| tag.pieces()).collect();
    assert_eq!(
        pieces,
        [Piece::Text("user:"), Piece::Arg("id"), Piece::Text("users")]
    );
}

#[test]
fn timeout() {
    spelled! { Timeout,
        "30s" => "30s"
        "30s attempt 30s" => "30s attempt 30s"
        "2m attempt 500ms" => "2m attempt 500ms"
        "idle 30s max 10m" => "idle 30s max 10m"
        "idle 10m max 10m" => "idle 10m max 10m"
    }
    let idle = Timeout::new("idle 30s max 10m");
    assert_eq!(
        (idle.idle, idle.total, idle.attempt),
        (Some(secs(30)), secs(600), None)
    );
    let attempt = Timeout::new("30s attempt 10s");
    assert_eq!(
        (attempt.idle, attempt.total, attempt.attempt),
        (None, secs(30), Some(secs(10)))
    );
    assert_eq!(Timeout::default(), Timeout::new("30s"));
}

#[test]
fn retry() {
    spelled! { Retry,
        "3" => "3"
        "3 exp 200ms..5s" => "3"
        "3 exp 1s..1s" => "3 exp 1s..1s"
        "1 exp 10ms .. 2m" => "1 exp 10ms..2m"
    }
    let retry = Retry::new("3 exp 100ms..2s");
    assert_eq!(
        (retry.times, retry.first, retry.longest),
        (3, Duration::from_millis(100), secs(2))
    );
}

#[test]
fn breaker() {
    spelled! { Breaker,
        "50% of 20 in 30s" => "50% of 20 in 30s"
        "50 % of 20 in 30s open 15s probes 1" => "50% of 20 in 30s"
        "100% of 1 in 1ms shared github probes 3 open 1m" => "100% of 1 in 1ms open 60s probes 3 shared github"
        "5 fails" => "5 fails"
        "5 fails open 30s" => "5 fails open 30s"
    }
    let breaker = Breaker::new("5 fails");
    assert_eq!(
        (breaker.trip, breaker.open, breaker.probes),
        (Trip::Row(5), secs(15), 1)
    );
    assert_eq!(breaker.shared, None);
    let share = Breaker::new("1% of 20 in 30s").trip;
    assert_eq!(
        share,
        Trip::Share {
            percent: 1,
            calls: 20,
            window: secs(30)
        }
    );
}

#[test]
fn concurrency() {
    spelled! { Concurrency,
        "8" => "8"
        "8 per global" => "8 per global"
        "8 per caller wait 2s queue 32" => "8 queue 32 wait 2s per caller"
    }
    let plain = Concurrency::new("8");
    assert_eq!(
        (plain.slots, plain.queue, plain.wait),
        (8, 0, Duration::ZERO)
    );
    let queue = Concurrency::new("8 queue 32 wait 2s per caller");
    assert_eq!(
        (queue.queue, queue.wait, queue.keys.len()),
        (32, secs(2), 1)
    );
}

#[test]
fn size() {
    spelled! { Size,
        "256KB" => "256KB"
        "256000B" => "256KB"
        "256KiB" => "256KiB"
        "1000KB" => "1MB"
        "1024KiB" => "1MiB"
        "2MiB link" => "2MiB link"
        "10MB error" => "10MB"
        "7B" => "7B"
        "25000tok truncate" => "25000tok truncate"
        "1099511627776B" => "1048576MiB"
    }
    let size = Size::new("2KiB link");
    assert_eq!(
        (size.most, size.unit, size.then),
        (2048, Unit::Bytes, TooLarge::Link)
    );
    assert_eq!(Size::MAX_IN, Size::new("256KB"));
    assert_eq!(Size::MAX_OUT, Size::new("25000tok"));
}

#[test]
fn audit() {
    spelled! { Audit,
        "off" => "off"
        "meta" => "meta"
        "args" => "args"
        " full  required " => "full required"
    }
    let audit = Audit::new("meta required");
    assert_eq!((audit.level, audit.required), (Level::Meta, true));
    assert!(Level::Off < Level::Meta && Level::Meta < Level::Args && Level::Args < Level::Full);
}

#[test]
fn confirm() {
    spelled! { Confirm,
        "never" => "never"
        " never " => "never"
        "Delete {path} from {bucket}?" => "Delete {path} from {bucket}?"
        "Never mind {{this}}" => "Never mind {{this}}"
        "Löschen?" => "Löschen?"
        "Set {a-b} = {größe.x}" => "Set {a-b} = {größe.x}"
    }
    let Confirm::Ask { question, ttl } = Confirm::new("{{a}} {b.c}{d}}}") else {
        panic!("a question is asked");
    };
    assert_eq!(ttl, Confirm::TTL);
    let pieces: Vec<_> = question.pieces().collect();
    assert_eq!(
        pieces,
        [
            Piece::Text("{"),
            Piece::Text("a}"),
            Piece::Text(" "),
            Piece::Arg("b.c"),
            Piece::Arg("d"),
            Piece::Text("}"),
        ]
    );
    assert_eq!(
        question.placeholders().collect::<Vec<_>>(),
        [(7, "b.c"), (12, "d")]
    );
    assert_eq!(question.as_str(), "{{a}} {b.c}{d}}}");
    assert_eq!(Confirm::Never.placeholders().count(), 0);

    let asked = Confirm::new("Really?").ttl("1h");
    assert!(matches!(asked, Confirm::Ask { ttl, .. } if ttl == secs(3600)));
    assert_eq!(Confirm::parse_ttl(" 5m ").unwrap(), Confirm::TTL);
}

#[test]
fn task() {
    spelled! { TaskSupport,
        "optional" => "optional"
        " required " => "required"
    }
    let task = TaskSupport::new("required");
    assert_eq!((task.required, task.ttl), (true, TaskSupport::TTL));
    assert_eq!(task.ttl("1h").ttl, secs(3600));
    assert_eq!(TaskSupport::parse_ttl(" 10m ").unwrap(), TaskSupport::TTL);
}

#[test]
fn idempotency() {
    spelled! { Idempotency,
        "24h" => "24h"
        "1d required" => "24h required"
    }
    let idempotency = Idempotency::new("24h");
    assert_eq!(
        (idempotency.keep, idempotency.required),
        (secs(24 * 3600), false)
    );
}

#[test]
fn deprecated() {
    spelled! { Deprecated,
        "use search_v2; sunset 2027-01-31" => "use search_v2; sunset 2027-01-31"
        "sunset 2028-02-29;use a.b-C" => "use a.b-C; sunset 2028-02-29"
        "sunset 2400-02-29" => "sunset 2400-02-29"
        "Nobody needs it" => "Nobody needs it"
        "user accounts moved; sunset 9999-12-31" => "user accounts moved; sunset 9999-12-31"
        "useless" => "useless"
        "sunsets are pretty" => "sunsets are pretty"
    }
    let old = Deprecated::new("use search_v2; sunset 2027-01-31");
    assert_eq!((old.replacement, old.note), (Some("search_v2"), None));
    assert_eq!(
        old.sunset,
        Some(Date {
            year: 2027,
            month: 1,
            day: 31
        })
    );
    assert_eq!(Deprecated::new("gone soon").note, Some("gone soon"));
}

#[test]
fn as_many_as_fit() {
    let terms: Vec<_> = (0..16).map(|i| format!("s{i}")).collect();
    for sign in [" & ", " | "] {
        assert_eq!(Auth::parse(&terms.join(sign)).unwrap().leaves().count(), 16);
    }
    assert_eq!(Rate::new("1/s per caller + tenant + ip").keys.len(), 3);
    assert_eq!(
        Cache::new("1s tags(a, b, c, d) vary(arg.a, arg.b, arg.c, arg.d)")
            .tags
            .len(),
        4
    );
    let rule = "claim.a == arg.b";
    assert_eq!(When::parse(&[rule; 4].join("&")).unwrap().rules.len(), 4);
}
