//! Policies that contradict each other, and their neighbours that don't.

use super::OPTIONS;
use crate::{
    Auth, Cache, Concurrency, Confirm, Conflict, Cost, Idempotency, Policies, Rate, Retry, Size,
    TaskSupport, Timeout, When,
};

/// A tool with some policies.
fn tool(write: impl FnOnce(&mut Policies<'static>)) -> Policies<'static> {
    let mut policies = Policies::new();
    write(&mut policies);
    policies
}

fn found(policies: &Policies<'_>) -> Vec<Conflict> {
    let found = policies.conflicts().as_slice().to_vec();
    assert_eq!(policies.conflict(), found.first().copied());
    found
}

fn assert_found(write: impl FnOnce(&mut Policies<'static>), conflicts: &[Conflict]) {
    assert_eq!(found(&tool(write)), conflicts);
}

#[test]
fn nothing_written() {
    assert_found(|_| {}, &[]);
    assert_eq!(Policies::default(), Policies::new());
}

#[test]
fn annotations() {
    assert_found(
        |it| (it.read_only, it.destructive) = (true, Some(true)),
        &[Conflict::ReadOnlyDestroyer],
    );
    assert_found(
        |it| (it.read_only, it.destructive) = (true, Some(false)),
        &[],
    );
    assert_found(|it| it.destructive = Some(true), &[]);
}

#[test]
fn cache() {
    let cache = Some(Cache::new("60s"));
    assert_found(|it| (it.cache, it.read_only) = (cache, true), &[]);
    assert_found(|it| it.cache = cache, &[Conflict::CachedWriter]);
    assert_found(
        |it| (it.cache, it.destructive) = (cache, Some(false)),
        &[Conflict::CachedWriter],
    );
    assert_found(
        |it| (it.cache, it.idempotent) = (cache, true),
        &[Conflict::CachedWriter],
    );
    assert_found(
        |it| (it.cache, it.destructive) = (cache, Some(true)),
        &[Conflict::CachedDestroyer],
    );
}

#[test]
fn cache_and_caller() {
    let read = |cache: &'static str, auth: Option<&'static str>, takes_caller: bool| {
        let policies = tool(|it| {
            it.read_only = true;
            it.cache = Some(Cache::new(cache));
            it.auth = auth.map(Auth::new);
            it.takes_caller = takes_caller;
        });
        found(&policies)
    };
    assert_eq!(
        read("60s private", Some("none"), false),
        [Conflict::PrivateToNobody]
    );
    assert_eq!(read("60s private", Some("user"), true), []);
    assert_eq!(read("60s private", None, false), []);
    assert_eq!(
        read("60s vary(claim.org)", Some("none"), false),
        [Conflict::VariesByNobody]
    );
    assert_eq!(read("60s vary(arg.a)", Some("none"), false), []);
    assert_eq!(read("60s vary(claim.org)", Some("user"), false), []);
    assert_eq!(
        read("60s public", Some("user"), true),
        [Conflict::PublicCaller]
    );
    assert_eq!(read("60s public", None, true), [Conflict::PublicCaller]);
    assert_eq!(read("60s public", Some("user"), false), []);
    assert_eq!(read("60s", Some("none"), true), [Conflict::PublicCaller]);
    assert_eq!(read("60s", Some("none"), false), []);
    assert_eq!(read("60s", Some("user"), true), []);
    // Whether there is a caller is then the list's or the server's to say.
    assert_eq!(read("60s", None, true), []);
}

#[test]
fn retry() {
    let retry = Some(Retry::new("3"));
    assert_found(|it| it.retry = retry, &[Conflict::RetriedWriter]);
    assert_found(|it| (it.retry, it.read_only) = (retry, true), &[]);
    assert_found(|it| (it.retry, it.idempotent) = (retry, true), &[]);
    assert_found(
        |it| (it.retry, it.idempotent, it.destructive) = (retry, true, Some(true)),
        &[],
    );
}

#[test]
fn confirm() {
    let ask = Some(Confirm::new("Really?"));
    assert_found(
        |it| (it.confirm, it.read_only) = (ask, true),
        &[Conflict::ConfirmedReader],
    );
    assert_found(
        |it| (it.confirm, it.read_only) = (Some(Confirm::Never), true),
        &[],
    );
    assert_found(|it| it.confirm = ask, &[]);
}

#[test]
fn nobody_to_count() {
    for key in ["caller", "tenant", "client", "claim.org", "ip + tenant"] {
        let rate = format!("1/s per {key}");
        let concurrency = format!("1 per {key}");
        let with = |auth: Option<&'static str>| {
            let mut policies = Policies::new();
            policies.auth = auth.map(Auth::new);
            policies.rate = policies
                .rate
                .push(Rate::new("5/s"))
                .push(Rate::parse(&rate).unwrap());
            policies.concurrency = Some(Concurrency::parse(&concurrency).unwrap());
            found(&policies)
        };
        assert_eq!(
            with(Some("none")),
            [Conflict::ConcurrencyOfNobody, Conflict::RateOfNobody],
            "{key}"
        );
        assert_eq!(with(Some("user")), [], "{key}");
        assert_eq!(with(None), [], "{key}");
    }
    for key in ["global", "ip", "arg.a"] {
        let rate = format!("1/s per {key}");
        let mut policies = Policies::new();
        policies.auth = Some(Auth::new("none"));
        policies.rate = policies.rate.push(Rate::parse(&rate).unwrap());
        assert_eq!(found(&policies), [], "{key}");
    }
}

#[test]
fn nobody_to_keep_for() {
    let keyed = Some(Idempotency::new("24h"));
    let with = |auth: Option<&'static str>| {
        let auth = auth.map(Auth::new);
        found(&tool(|it| (it.idempotency, it.auth) = (keyed, auth)))
    };
    assert_eq!(with(Some("none")), [Conflict::KeptForNobody]);
    assert_eq!(with(Some("user")), []);
    // Undecided tools are served to whoever sits at this machine.
    assert_eq!(with(None), []);
}

#[test]
fn when() {
    let when = Some(When::new("claim.org == arg.org"));
    assert_found(
        |it| (it.when, it.auth) = (when, Some(Auth::new("none"))),
        &[Conflict::WhenNobody],
    );
    assert_found(
        |it| (it.when, it.auth) = (when, Some(Auth::new("user"))),
        &[],
    );
    assert_found(|it| it.when = when, &[]);
}

/// No text says these, but a value made by hand, or a number that an operator has overridden, can.
#[test]
fn rates_made_by_hand() {
    let by_hand = |change: fn(&mut Rate<'static>)| {
        let mut rate = Rate::new("10/s burst 20");
        change(&mut rate);
        found(&tool(|it| {
            it.rate = it.rate.push(Rate::new("1/s")).push(rate);
        }))
    };
    assert_eq!(by_hand(|_| {}), []);
    assert_eq!(by_hand(|rate| rate.limit = 0), [Conflict::ZeroRate]);
    assert_eq!(
        by_hand(|rate| rate.window = std::time::Duration::ZERO),
        [Conflict::ZeroRate]
    );
    assert_eq!(by_hand(|rate| rate.burst = 0), [Conflict::ZeroBurst]);
    assert_eq!(by_hand(|rate| rate.cost = Cost::Fixed(20)), []);
    assert_eq!(
        by_hand(|rate| rate.cost = Cost::Fixed(21)),
        [Conflict::CostOverBurst]
    );
    assert_eq!(by_hand(|rate| rate.cost = Cost::Arg("n")), []);
}

#[test]
fn times() {
    let retried = |timeout: Option<&'static str>, retry: &'static str| {
        let policies = tool(|it| {
            it.read_only = true;
            it.timeout = timeout.map(Timeout::new);
            it.retry = Some(Retry::new(retry));
        });
        found(&policies)
    };
    assert_eq!(retried(Some("5s"), "1 exp 5s..10s"), []);
    assert_eq!(
        retried(Some("5s"), "1 exp 5001ms..10s"),
        [Conflict::BackoffOverTotal]
    );
    assert_eq!(retried(None, "1 exp 30s..40s"), []);
    assert_eq!(
        retried(None, "1 exp 31s..40s"),
        [Conflict::BackoffOverTotal]
    );
    assert_eq!(retried(Some("1m"), "1 exp 31s..40s"), []);

    let mut timeout = Timeout::new("30s attempt 10s");
    assert_found(|it| it.timeout = Some(timeout), &[]);
    timeout.total = std::time::Duration::from_secs(9);
    assert_found(
        |it| it.timeout = Some(timeout),
        &[Conflict::AttemptOverTotal],
    );
}

#[test]
fn sizes() {
    for (text, conflicts) in [
        ("1KB", &[][..]),
        ("1KB error", &[]),
        ("1KB truncate", &[Conflict::ActionOnInput]),
        ("1KB link", &[Conflict::ActionOnInput]),
    ] {
        assert_found(|it| it.max_in = Some(Size::new(text)), conflicts);
        assert_found(|it| it.max_out = Some(Size::new(text)), &[]);
    }
}

#[test]
fn task() {
    let task = Some(TaskSupport::new("optional"));
    let timeout = |text| Some(Timeout::new(text));
    assert_found(|it| it.task = task, &[]);
    assert_found(|it| (it.task, it.timeout) = (task, timeout("10m")), &[]);
    assert_found(
        |it| (it.task, it.timeout) = (task, timeout("11m")),
        &[Conflict::TimeoutOverTtl],
    );
    assert_found(
        |it| {
            it.task = Some(TaskSupport::new("optional").ttl("1h"));
            it.timeout = timeout("idle 30s max 1h");
        },
        &[],
    );
    assert_found(
        |it| {
            it.read_only = true;
            (it.task, it.cache) = (task, Some(Cache::new("60s")));
        },
        &[Conflict::CachedTask],
    );
}

#[test]
fn all_at_once() {
    let policies = tool(|it| {
        it.read_only = true;
        it.destructive = Some(true);
        it.confirm = Some(Confirm::new("Really?"));
        it.auth = Some(Auth::new("none"));
        it.rate = it.rate.push(Rate::new("1/s per caller"));
    });
    assert_eq!(
        found(&policies),
        [
            Conflict::ReadOnlyDestroyer,
            Conflict::ConfirmedReader,
            Conflict::RateOfNobody
        ]
    );
}

#[test]
fn each_says_why_and_what_to_do() {
    for conflict in Conflict::ALL {
        let said = conflict.to_string();
        assert_eq!(said, conflict.message());
        let (why, help) = said.split_once("\n       help: ").unwrap();
        assert!(
            why.starts_with(|c: char| c.is_lowercase()) && !why.contains('\n'),
            "{why}"
        );
        assert!(!help.is_empty() && !help.contains('\n'), "{help}");
        let (option, other) = conflict.options();
        let known = |option: &str| {
            OPTIONS.contains(&option) || ["read_only", "destructive"].contains(&option)
        };
        assert!(known(option) && other.is_none_or(known), "{conflict:?}");
        assert_ne!(Some(option), other);
    }
}

/// A policy that is in no list of all policies would be inherited by nobody.
#[test]
fn every_policy_is_among_all_policies() {
    macro_rules! names {
        ($($policy:ident),*) => { vec![$(stringify!($policy)),*] };
    }
    let shown = format!("{:#?}", Policies::new());
    let fields = shown.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        line.split_once(": ").map(|(field, _)| field)
    });
    // What is said of the tool itself, and of it alone.
    let own = [
        "read_only",
        "destructive",
        "idempotent",
        "open_world",
        "takes_caller",
        "deprecated",
    ];
    let policies: Vec<_> = fields.filter(|field| !own.contains(field)).collect();
    assert_eq!(policies, crate::each_policy!(names));
}
