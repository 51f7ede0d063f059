//! A policy that is written is a policy that runs: for every field of the grammar there are two tools that differ in it
//! alone, and a call that tells the two apart.
//!
//! A field that is parsed and shown and read by no stage fails here, and so does a field without a row.

mod kept;
mod limits;
mod points;
mod stand;
mod times;
mod who;

use std::collections::BTreeSet;
use std::pin::Pin;

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates,
    Policies, Rate, Retry, Size, TaskSupport, Timeout, When,
};

use self::points::{Points, VARIANTS};
use self::stand::Boot;

/// An option of the attribute and its text; none where the option is a flag.
type Said = (&'static str, &'static str);

/// What was seen of a tool, or why its server does not start.
type Seen = Result<String, String>;

type Look = Box<dyn Fn(Boot) -> Pin<Box<dyn Future<Output = Seen>>>>;

/// Two tools that differ in one field, and a look that shows it.
struct Row {
    option: &'static str,
    texts: [Option<&'static str>; 2],
    beside: Vec<Said>,
    look: Look,
}

impl Row {
    /// One option, written in two ways.
    fn new<F: Future<Output = Seen> + 'static>(
        option: &'static str,
        texts: [&'static str; 2],
        beside: &[Said],
        look: impl Fn(Boot) -> F + 'static,
    ) -> Self {
        Self {
            option,
            texts: texts.map(Some),
            beside: beside.to_vec(),
            look: Box::new(move |boot| Box::pin(look(boot))),
        }
    }

    /// One option, written and not written.
    fn with_and_without<F: Future<Output = Seen> + 'static>(
        option: &'static str,
        text: &'static str,
        beside: &[Said],
        look: impl Fn(Boot) -> F + 'static,
    ) -> Self {
        Self {
            texts: [Some(text), None],
            ..Self::new(option, [text; 2], beside, look)
        }
    }

    fn policies(&self) -> [Policies<'static>; 2] {
        self.texts.map(|text| {
            let mut policies = Policies::new();
            for (option, text) in &self.beside {
                write(&mut policies, option, text);
            }
            if let Some(text) = text {
                write(&mut policies, self.option, text);
            }
            policies
        })
    }

    fn shown(&self) -> String {
        let Self {
            option,
            texts: [one, other],
            beside,
            ..
        } = self;
        format!("{option} = {one:?} or {other:?} beside {beside:?}")
    }
}

fn write(policies: &mut Policies<'static>, option: &str, text: &'static str) {
    match option {
        "read_only" => policies.read_only = true,
        "destructive" => policies.destructive = Some(text != "false"),
        "idempotent" => policies.idempotent = true,
        "open_world" => policies.open_world = Some(text != "false"),
        "takes_caller" => policies.takes_caller = true,
        "auth" => policies.auth = Some(Auth::new(text)),
        "when" => policies.when = Some(When::new(text)),
        "rate" => policies.rate = policies.rate.push(Rate::new(text)),
        "cache" => policies.cache = Some(Cache::new(text)),
        "invalidates" => policies.invalidates = Some(Invalidates::new(text)),
        "timeout" => policies.timeout = Some(Timeout::new(text)),
        "retry" => policies.retry = Some(Retry::new(text)),
        "breaker" => policies.breaker = Some(Breaker::new(text)),
        "concurrency" => policies.concurrency = Some(Concurrency::new(text)),
        "max_in" => policies.max_in = Some(Size::new(text)),
        "max_out" => policies.max_out = Some(Size::new(text)),
        "audit" => policies.audit = Some(Audit::new(text)),
        "confirm" => policies.confirm = Some(Confirm::new(text)),
        "confirm_ttl" => policies.confirm = Some(Confirm::new("Sure?").ttl(text)),
        "idempotency" => policies.idempotency = Some(Idempotency::new(text)),
        "task" => policies.task = Some(TaskSupport::new(text)),
        "ttl" => policies.task = Some(TaskSupport::new("optional").ttl(text)),
        "deprecated" => policies.deprecated = Some(Deprecated::new(text)),
        other => panic!("no option is named `{other}`"),
    }
}

fn rows() -> Vec<Row> {
    [who::rows(), limits::rows(), times::rows(), kept::rows()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_field_of_every_policy_has_a_row() {
    let (mut known, mut covered) = (BTreeSet::new(), BTreeSet::new());
    let mut variants: BTreeSet<&str> = VARIANTS.iter().copied().collect();
    for row in rows() {
        let [one, other] = row.policies().map(|policies| Points::of(&policies));
        let differing = one.differing(&other);
        let [point] = differing.as_slice() else {
            panic!("{} differ in {differing:?}", row.shown());
        };
        covered.insert((*point).to_owned());
        // Where the whole option comes and goes, nothing is told of its variants.
        if row.texts.iter().all(Option::is_some) {
            for variant in one.told_apart(&other) {
                variants.remove(variant);
            }
        }
        known.extend(one.names().chain(other.names()).cloned());
    }
    let missing: Vec<_> = known.difference(&covered).collect();
    assert!(missing.is_empty(), "fields without a row: {missing:#?}");
    assert!(variants.is_empty(), "words without a row: {variants:#?}");
}

/// Looks at each row's two tools, each twice: what changes from one look to the next would prove nothing.
async fn each_row_tells_its_two_tools_apart(rows: Vec<Row>) {
    let mut unread = Vec::new();
    for row in rows {
        let mut seen = Vec::new();
        for policies in row.policies() {
            let first = (row.look)(Boot(policies)).await;
            let second = (row.look)(Boot(policies)).await;
            assert_eq!(
                first,
                second,
                "{} is not looked at twice alike",
                row.shown()
            );
            seen.push(first);
        }
        let refused = seen.iter().filter(|seen| seen.is_err()).count();
        assert!(refused < 2, "{}: neither starts: {seen:?}", row.shown());
        if seen[0] == seen[1] {
            unread.push(format!("{}: both times {:?}", row.shown(), seen[0]));
        }
    }
    assert!(unread.is_empty(), "nobody reads: {unread:#?}");
}

#[tokio::test(start_paused = true)]
async fn who_may_call_and_what_is_told_of_it() {
    each_row_tells_its_two_tools_apart(who::rows()).await;
}

#[tokio::test(start_paused = true)]
async fn how_often_how_many_and_how_much() {
    each_row_tells_its_two_tools_apart(limits::rows()).await;
}

#[tokio::test(start_paused = true)]
async fn how_long_and_how_often_again() {
    each_row_tells_its_two_tools_apart(times::rows()).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_and_for_how_long() {
    each_row_tells_its_two_tools_apart(kept::rows()).await;
}
