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
        principal
    }
}

fn who() -> impl Strategy<Value = Option<Who>> {
    let scopes = proptest::sample::subsequence(&SCOPES[..], 0..=3);
    let who = (scopes, any::<bool>(), any::<bool>()).prop_map(|(scopes, editor, navy)| Who {
        scopes: scopes.into_iter().collect(),
        editor,
        navy,
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

async fn told(tools: Toolset, rule: &str, principal: Option<Principal>, era: Era) -> Told {
    // The rules of a server live as long as the program.
    let rule: &'static str = String::leak(rule.to_owned());
    let verifier = principal
        .into_iter()
        .fold(StaticTokens::new(), |tokens, principal| {
            tokens.token("token", principal)
        });
    let has_token = format!("{verifier:?}").contains("tokens: 1");
    let server = Server::new("notes")
        .mount(tools.auth(Auth::parse(rule).unwrap()))
        .mount(tools![clock])
        .auth(verifier);
    let client = connect(server).await;
    let asking = || Asking::new(&client, era).maybe_token(has_token.then_some("token"));
    let list = asking().list().await;
    let name = tools.tools()[0].name();
    let answer = asking().call(name).await;
    if answer.status == 200 && answer.text() != "let in" && name == "hidden" {
        let absent = asking().call("absent").await;
        let said = answer.body.to_string().replace("hidden", "absent");
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

async fn agree(rule: &str, who: Option<&Who>, era: Era) {
    let principal = |extra: &[String]| who.map(|who| who.principal(extra));
    let hidden = told(tools![hidden], rule, principal(&[]), era).await;
    let shown = told(tools![shown], rule, principal(&[]), era).await;

    // Whoever sees it may call it, and whoever may call it sees it.
    assert_eq!(hidden.listed, hidden.let_in, "{hidden:?}");
    assert!(shown.listed, "{shown:?}");
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
                    let better = told(tools![shown], rule, principal(scopes), era).await;
                    assert!(better.let_in, "{scopes:?} were not enough");
                }
                // Where nothing was asked for, no scopes would have helped.
                None => {
                    assert_eq!(shown.status, 200);
                    let all = SCOPES.map(str::to_owned);
                    let best = told(tools![shown], rule, principal(&all), era).await;
                    assert!(!best.let_in, "scopes would have helped");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn list_call_and_challenge_agree(rule in rule(), who in who(), older in any::<bool>()) {
        let era = if older { Era::Older } else { Era::Current };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(agree(&rule, who.as_ref(), era));
    }
}
