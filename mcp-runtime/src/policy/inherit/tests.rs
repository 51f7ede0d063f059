use mcp_grammar::{Auth, Cache, Policies, Rate, Retry, Timeout};

use super::{Source, Sources, inherit as inherit_all};
use crate::policy::fixture::{Does, fine, server, servers, tool};

fn policies(change: impl FnOnce(&mut Policies<'static>)) -> Policies<'static> {
    let mut policies = Policies::new();
    change(&mut policies);
    policies
}

fn inherit(
    own: &Policies<'static>,
    toolset: &Policies<'static>,
    server: &Policies<'static>,
) -> (Policies<'static>, Sources) {
    inherit_all(
        own,
        &[(Source::Toolset, *toolset), (Source::Server, *server)],
    )
}

#[test]
fn the_nearest_word_counts_and_says_where_it_comes_from() {
    let own = policies(|tool| {
        tool.read_only = true;
        tool.timeout = Some(Timeout::new("1s"));
    });
    let toolset = policies(|list| {
        list.timeout = Some(Timeout::new("2s"));
        list.auth = Some(Auth::new("user"));
    });
    let server = policies(|server| {
        server.timeout = Some(Timeout::new("3s"));
        server.auth = Some(Auth::new("none"));
        server.rate = server.rate.push(Rate::new("3/s"));
        server.retry = Some(Retry::new("3"));
    });
    let (holds, sources) = inherit(&own, &toolset, &server);
    assert_eq!(holds.timeout, own.timeout);
    assert_eq!(holds.auth, toolset.auth);
    assert_eq!(holds.rate, server.rate);
    assert_eq!(holds.retry, server.retry);
    let from = ["timeout", "auth", "rate", "retry", "cache"].map(|policy| sources.of(policy));
    let expected = [
        Source::Tool,
        Source::Toolset,
        Source::Server,
        Source::Server,
        Source::Default,
    ];
    assert_eq!(from, expected);
    assert_eq!(
        sources.to_string(),
        "auth (toolset), rate (server), timeout (tool), retry (server)"
    );
}

#[test]
fn buckets_are_inherited_together() {
    let own = policies(|tool| tool.rate = tool.rate.push(Rate::new("1/s")));
    let server = policies(|server| {
        server.rate = server.rate.push(Rate::new("2/s")).push(Rate::new("3/s"));
    });
    assert_eq!(inherit(&own, &Policies::new(), &server).0.rate, own.rate);
    let two = inherit(&Policies::new(), &Policies::new(), &server).0.rate;
    assert_eq!(two.as_slice(), server.rate.as_slice());
}

#[test]
fn a_default_is_meant_for_the_tools_it_fits() {
    let server = policies(|server| {
        server.cache = Some(Cache::new("60s"));
        server.retry = Some(Retry::new("3"));
        server.idempotency = Some(mcp_grammar::Idempotency::new("24h"));
    });
    let holds = |own| inherit(&own, &Policies::new(), &server).0;
    let reads = holds(policies(|tool| tool.read_only = true));
    assert!(reads.cache.is_some() && reads.retry.is_some() && reads.idempotency.is_none());
    let writes = holds(Policies::new());
    assert!(writes.cache.is_none() && writes.retry.is_none() && writes.idempotency.is_some());
    let repeats = holds(policies(|tool| tool.idempotent = true));
    assert!(repeats.cache.is_none() && repeats.retry.is_some() && repeats.idempotency.is_some());
}

#[test]
fn what_is_inherited_may_not_contradict_the_tool() {
    let open = tool("search").auth(Auth::new("none"));
    let limits = crate::Policies::new().rate("5/s per caller");
    let error = server(open, fine)
        .defaults(limits)
        .check()
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("tool `search`: "), "{error}");
    assert!(
        error.ends_with("`rate` comes from the server's defaults"),
        "{error}"
    );
}

#[test]
fn the_presets_hold_for_any_tool() {
    let tools = [
        tool("reads").read_only(),
        tool("writes").destructive(true),
        tool("open").auth(Auth::new("none")),
    ];
    for preset in [
        crate::Policies::production(),
        crate::Policies::development(),
    ] {
        let server = servers(&tools).state(Does::new(fine)).defaults(preset);
        server.check().unwrap();
    }
}

#[test]
fn production_asks_who_calls() {
    let core = server(tool("search").read_only(), fine)
        .defaults(crate::Policies::production())
        .build()
        .unwrap();
    let search = core.tools().find("search").unwrap();
    assert!(search.policies.auth.guarantees_caller());
    assert!(search.policies.retry.is_some() && search.policies.breaker.is_some());
}
