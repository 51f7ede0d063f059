//! Constants, as the attribute's expansion and users write them.

use std::mem::size_of;
use std::panic::catch_unwind;

use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates, List,
    Policies, Rate, Retry, Size, TaskSupport, Timeout, When,
};

const _: Rate = Rate::new("10/s");
const _: Auth = Auth::new("files:write & role:editor | admin");
const _: When = When::new("claim.org == arg.org");
const _: Cache = Cache::new("60s private swr 10m tags(user:{id}) max 1000");
const _: Invalidates = Invalidates::new("tags(user:{id})");
const _: Timeout = Timeout::new("30s attempt 10s");
const _: Retry = Retry::new("3 exp 200ms..5s");
const _: Breaker = Breaker::new("50% of 20 in 30s open 15s probes 1 shared github");
const _: Concurrency = Concurrency::new("8 queue 32 wait 2s per caller");
const _: Size = Size::new("25000tok truncate");
const _: Audit = Audit::new("meta");
const _: Confirm = Confirm::new("Delete {path} from {bucket}?").ttl("10m");
const _: Idempotency = Idempotency::new("24h required");
const _: TaskSupport = TaskSupport::new("optional").ttl("1h");
const _: Deprecated = Deprecated::new("use search_v2; sunset 2027-01-31");

const SEARCH: Policies = {
    let mut policies = Policies::new();
    policies.read_only = true;
    policies.auth = Some(Auth::new("files:read"));
    policies.rate = policies
        .rate
        .push(Rate::new("5/s per caller"))
        .push(Rate::new("50/s"));
    policies.cache = Some(Cache::new("60s"));
    assert!(policies.conflict().is_none());
    policies
};

#[test]
fn a_constant_is_what_is_read_at_run_time() {
    assert_eq!(
        SEARCH.rate.as_slice(),
        [
            Rate::parse("5/s per caller").unwrap(),
            Rate::parse("50/s").unwrap()
        ]
    );
    assert_eq!(SEARCH.auth, Some(Auth::parse("files:read").unwrap()));
    assert_eq!(SEARCH.cache, Some(Cache::parse("60s").unwrap()));
}

/// A tool's definition is a constant, copied by each call of its builder.
#[test]
fn a_tools_policies_stay_small() {
    assert!(size_of::<Policies>() <= 1920, "{}", size_of::<Policies>());
}

/// What the compiler says of a constant is what the macro says of the attribute.
#[test]
fn new_panics_with_the_sentence() {
    fn said(read: impl FnOnce() + std::panic::UnwindSafe) -> String {
        *catch_unwind(read)
            .unwrap_err()
            .downcast::<String>()
            .unwrap()
    }
    for text in [
        "10/sec",
        "10 per second",
        "",
        "0/s",
        "10/s burst",
        "10/s per üser!",
        "10/s on_error x",
    ] {
        let error = Rate::parse(text).unwrap_err().to_string();
        assert_eq!(
            said(move || {
                Rate::new(text);
            }),
            error
        );
    }
    let long = "🦀".repeat(400);
    let error = Auth::parse(&long).unwrap_err().to_string();
    assert_eq!(
        said(move || {
            Auth::new(&"🦀".repeat(400));
        }),
        error
    );
    let error = Audit::parse(&long).unwrap_err().to_string();
    assert_eq!(
        said(move || {
            Audit::new(&long);
        }),
        error
    );

    assert_eq!(
        said(|| {
            let _ = Confirm::new("Really?").ttl("5");
        }),
        Confirm::parse_ttl("5").unwrap_err().to_string()
    );
    let never = catch_unwind(|| {
        let _ = Confirm::Never.ttl("5m");
    })
    .unwrap_err();
    let never = never.downcast::<&'static str>().unwrap();
    assert!(never.contains("leave `confirm_ttl` out"), "{never}");
}

#[test]
fn a_list_says_when_it_is_full() {
    let mut list = List::<u8, 2>::new(0).push(1).push(2);
    assert!(!list.try_push(3));
    assert_eq!(list.as_slice(), [1, 2]);
    assert_eq!(list.into_iter().sum::<u8>(), 3);
    assert_ne!(list, List::new(0).push(1));
    assert_eq!(format!("{list:?}"), "[1, 2]");
    let full = catch_unwind(|| list.push(3)).unwrap_err();
    assert_eq!(
        *full.downcast::<&str>().unwrap(),
        "this list has no room for another item"
    );
}
