//! What a rule means, held to plain logic.

use proptest::prelude::*;

use super::{cases, generate};
use crate::{Auth, Leaf};

/// A rule as a tree, to compare with.
#[derive(Debug, Clone)]
enum Tree {
    Scope(u8),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    /// The rule as text, with no more brackets than it needs.
    fn text(&self) -> String {
        let grouped = |inner: &Tree, needed: bool| {
            if needed {
                format!("({})", inner.text())
            } else {
                inner.text()
            }
        };
        let is_or = |inner: &Tree| matches!(inner, Tree::Or(..));
        match self {
            Tree::Scope(n) => format!("s{n}"),
            Tree::And(a, b) => format!("{} & {}", grouped(a, is_or(a)), grouped(b, is_or(b))),
            Tree::Or(a, b) => format!("{} | {}", a.text(), b.text()),
        }
    }

    fn holds(&self, granted: u8) -> bool {
        match self {
            Tree::Scope(n) => granted >> n & 1 == 1,
            Tree::And(a, b) => a.holds(granted) && b.holds(granted),
            Tree::Or(a, b) => a.holds(granted) || b.holds(granted),
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    (0..5_u8)
        .prop_map(Tree::Scope)
        .prop_recursive(3, 8, 2, |inner| {
            (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, and)| {
                let (a, b) = (Box::new(a), Box::new(b));
                if and { Tree::And(a, b) } else { Tree::Or(a, b) }
            })
        })
}

fn is_granted(leaf: Leaf<'_>, granted: u8) -> bool {
    let Leaf::Scope(name) = leaf else {
        panic!("only scopes are written");
    };
    granted >> (name.as_bytes()[1] - b'0') & 1 == 1
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn rules_hold_as_logic_says(tree in trees()) {
        let text = tree.text();
        let auth = Auth::parse(&text).unwrap();
        for granted in 0..32 {
            let holds = auth.eval(|leaf| is_granted(leaf, granted));
            prop_assert_eq!(holds, tree.holds(granted), "{} with {:b}", text, granted);
        }
    }

    #[test]
    fn branches_are_the_ways_to_fulfil_a_rule(tree in trees()) {
        let text = tree.text();
        let branches = Auth::parse(&text).unwrap().branches();
        for granted in 0..32 {
            let fulfilled = |branch: &Vec<Leaf<'_>>| branch.iter().all(|leaf| is_granted(*leaf, granted));
            let holds = branches.iter().any(fulfilled);
            prop_assert_eq!(holds, tree.holds(granted), "{} with {:b}", text, granted);
        }
        for (i, branch) in branches.iter().enumerate() {
            let within = |other: &Vec<Leaf<'_>>| other.iter().all(|leaf| branch.contains(leaf));
            let others = branches.iter().enumerate().filter(|(j, _)| *j != i);
            prop_assert!(!others.map(|(_, other)| other).any(within), "{:?} has a needless branch", branches);
            let twice = branch.iter().enumerate().any(|(j, leaf)| branch[..j].contains(leaf));
            prop_assert!(!twice, "{:?} has a term twice", branches);
        }
    }

    #[test]
    fn every_rule_but_none_asks_for_somebody(text in generate::auth()) {
        let auth = Auth::parse(&text).unwrap();
        let passes_without_anything = auth.eval(|_| false);
        prop_assert_eq!(passes_without_anything, auth.is_none());
        prop_assert_eq!(auth.guarantees_principal(), !passes_without_anything);
        prop_assert!(auth.eval(|_| true));
    }
}

#[test]
fn branches_in_the_order_written() {
    let auth = Auth::new("files:write & (role:editor | role:owner) | admin | admin & user");
    assert_eq!(
        auth.branches(),
        [
            vec![Leaf::Scope("files:write"), Leaf::Role("editor")],
            vec![Leaf::Scope("files:write"), Leaf::Role("owner")],
            vec![Leaf::Scope("admin")],
        ]
    );
    assert_eq!(Auth::new("none").branches(), [[]]);
    assert_eq!(Auth::new("user").branches(), [[Leaf::User]]);
}

#[test]
fn the_most_branches_a_rule_can_have() {
    let text = "(a|b|c) & (d|e|f) & (g|h|i) & (j|k|l) & (m|n|o|p)";
    assert_eq!(Auth::new(text).branches().len(), 3 * 3 * 3 * 3 * 4);
}

#[test]
fn each_term_is_asked_once_in_order() {
    let mut asked = Vec::new();
    Auth::new("a & b | c & (d | e)").eval(|leaf| {
        asked.push(leaf.to_string());
        true
    });
    assert_eq!(asked, ["a", "b", "c", "d", "e"]);
}
