//! The list, the call and the challenge agree: whatever the policies, whoever calls.

use std::collections::BTreeSet;

use mcp_runtime::Auth;
use proptest::prelude::*;

use super::*;

/// What is listed for those alone who may call it.
#[tool(read_only)]
async fn hidden() -> &'static str {
    "let in"
}

/// What is listed for everybody.
#[tool(read_only, visible = "always")]
async fn shown() -> &'static str {
    "let in"
}

const SCOPES: [&str; 3] = ["a", "b", "c"];

fn rule() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        4 => proptest::sample::select(&SCOPES[..]).prop_map(str::to_owned),
        1 => Just("user".to_owned()),
        1 => Just("role:editor".to_owned()),
        1 => Just("claim:org=navy".to_owned()),
    ];
    let rule = term.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), prop_oneof![Just("&"), Just("|")], inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
    });
    prop_oneof![1 => Just("none".to_owned()), 9 => rule]
}

#[derive(Debug, Clone)]
struct Who {
    scopes: BTreeSet<&'static str>,
    editor: bool,
    navy: bool,
    tenant: Option<&'static str>,
}

/// Which tenants have the tools: those of the lists that operators write for two tenants and for the others.
#[derive(Debug, Clone)]
struct Lists([Option<bool>; 3]);

const TENANTS: [&str; 3] = ["acme", "globex", "*"];

impl Lists {
    fn overrides(&self) -> Value {
        let entries = TENANTS.iter().zip(self.0).filter_map(|(tenant, has)| {
            let tools = if has? {
                json!(["clock", "hidden", "shown"])
            } else {
                json!(["clock"])
            };
            Some((*tenant, json!({"tools": tools})))
        });
        json!({"tenants": entries.collect::<std::collections::BTreeMap<_, _>>()})
    }

    fn has(&self, tenant: Option<&str>) -> bool {
        let own = TENANTS.iter().position(|name| tenant == Some(name));
        let own = own.and_then(|index| self.0[index]);
        own.or(self.0[2]).unwrap_or(true)
    }
}

fn lists() -> impl Strategy<Value = Lists> {
    let entry = || proptest::option::weighted(0.4, any::<bool>());
    (entry(), entry(), entry()).prop_map(|(acme, globex, others)| Lists([acme, globex, others]))
}

impl Who {
    fn principal(&self, extra: &[String]) -> Principal {
        let mut principal = Principal::new("dev", "ada").scopes(self.scopes.iter().copied());
        principal = principal.scopes(extra);
        if self.editor {
            principal = principal.role("editor");
        }
        if self.navy {
            principal = principal.claim("org", "navy");
        }
        if let Some(tenant) = self.tenant {
            principal = principal.tenant(tenant);
        }
        principal
    }
}

fn who() -> impl Strategy<Value = Option<Who>> {
    let scopes = proptest::sample::subsequence(&SCOPES[..], 0..=3);
    let tenant = proptest::option::of(proptest::sample::select(&["acme", "globex", "initech"][..]));
    let who = (scopes, any::<bool>(), any::<bool>(), tenant);
    let who = who.prop_map(|(scopes, editor, navy, tenant)| Who {
        scopes: scopes.into_iter().collect(),
        editor,
        navy,
        tenant,
    });
    proptest::option::weighted(0.8, who)
}

/// What the caller of a tool learns.
#[derive(Debug, PartialEq)]
struct Told {
    listed: bool,
    status: u16,
    let_in: bool,
    /// The scopes of a challenge, where there was one.
    scopes: Option<Vec<String>>,
}

async fn told(
    tool: Toolset,
    (rule, lists): (&str, &Lists),
    principal: Option<Principal>,
    era: Era,
) -> Told {
    let tenant = principal.as_ref().and_then(Principal::tenant_id);
    let tenant = tenant.map(str::to_owned);
    // The rules of a server live as long as the program.
    let rule: &'static str = String::leak(rule.to_owned());
    let verifier = principal
        .into_iter()
        .fold(StaticTokens::new(), |tokens, principal| {
            tokens.token("token", principal)
        });
    let has_token = format!("{verifier:?}").contains("tokens: 1");
    let server = Server::new("notes")
        .mount(tools![hidden, shown].auth(Auth::parse(rule).unwrap()))
        .mount(tools![clock])
        .policy_overrides(lists.overrides().to_string())
        .auth(verifier);
    let client = connect(server).await;
    let asking = || Asking::new(&client, era).maybe_token(has_token.then_some("token"));
    let list = asking().list().await;
    let name = tool.tools()[0].name();
    let answer = asking().call(name).await;
    let has = lists.has(tenant.as_deref());
    if answer.status == 200 && answer.text() != "let in" && (name == "hidden" || !has) {
        let absent = asking().call("absent").await;
        let said = answer.body.to_string().replace(name, "absent");
        assert_eq!(said, absent.body.to_string());
    }
    let scopes = answer.challenge.as_deref().map(|challenge| {
        let scopes = challenge
            .split_once("scope=\"")
            .map_or("", |(_, rest)| rest);
        let scopes = scopes.trim_end_matches('"').split(' ');
        scopes
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect()
    });
    Told {
        listed: list.names().contains(&name),
        status: answer.status,
        let_in: answer.text() == "let in",
        scopes,
    }
}

async fn agree(rule: &str, lists: &Lists, who: Option<&Who>, era: Era) {
    let set = (rule, lists);
    let principal = |extra: &[String]| who.map(|who| who.principal(extra));
    let hidden = told(tools![hidden], set, principal(&[]), era).await;
    let shown = told(tools![shown], set, principal(&[]), era).await;

    // Whoever sees it may call it, and whoever may call it sees it.
    assert_eq!(hidden.listed, hidden.let_in, "{hidden:?}");
    // `visible = "always"` is for those whose tenant has it.
    let has = lists.has(who.and_then(|who| who.tenant));
    assert_eq!(shown.listed, has, "{shown:?}");
    if !has {
        assert_eq!(hidden, shown);
        assert!(!shown.let_in, "{shown:?}");
        let status = if who.is_some() { 200 } else { 401 };
        assert_eq!(shown.status, status);
        return;
    }
    // What is shown and what is not are called by the same ones.
    assert_eq!(hidden.let_in, shown.let_in, "{hidden:?} {shown:?}");

    match (who, shown.let_in) {
        (_, true) => assert_eq!((shown.status, &shown.scopes), (200, &None)),
        (None, false) => {
            assert_eq!((hidden.status, shown.status), (401, 401));
            assert!(hidden.scopes.is_some() && shown.scopes.is_some());
        }
        (Some(_), false) => {
            // Of what it does not see, a caller learns nothing.
            assert_eq!((hidden.status, &hidden.scopes), (200, &None));
            match &shown.scopes {
                // Whoever brings what was asked for is let in.
                Some(scopes) => {
                    assert_eq!(shown.status, 403);
                    let better = told(tools![shown], set, principal(scopes), era).await;
                    assert!(better.let_in, "{scopes:?} were not enough");
                }
                // Where nothing was asked for, no scopes would have helped.
                None => {
                    assert_eq!(shown.status, 200);
                    let all = SCOPES.map(str::to_owned);
                    let best = told(tools![shown], set, principal(&all), era).await;
                    assert!(!best.let_in, "scopes would have helped");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn list_call_and_challenge_agree(rule in rule(), lists in lists(), who in who(), older in any::<bool>()) {
        let era = if older { Era::Older } else { Era::Current };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(agree(&rule, &lists, who.as_ref(), era));
    }
}
