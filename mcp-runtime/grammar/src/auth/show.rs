//! From postfix order back to text.

use std::fmt;

use super::term::term;
use super::{Auth, Leaf, Op};
use crate::cursor::{Cursor, TERM};

impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("user"),
            Self::Scope(name) if is_plain(name) => f.write_str(name),
            Self::Scope(name) => write!(f, "scope:{name}"),
            Self::Role(name) => write!(f, "role:{name}"),
            Self::Claim { path, value } => write!(f, "claim:{path}={value}"),
        }
    }
}

/// Whether a scope is read as itself without `scope:` before it.
fn is_plain(scope: &str) -> bool {
    Cursor::new(scope, TERM).word().is_some_and(
        |word| matches!(term(word), Ok(Op::Scope(span)) if usize::from(span.len) == scope.len()),
    )
}

impl fmt::Display for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut stack: Vec<(String, Binds)> = Vec::new();
        for op in &self.ops {
            let done = match op {
                Op::And | Op::Or => {
                    let (sign, binds) = if matches!(op, Op::And) {
                        ("&", Binds::And)
                    } else {
                        ("|", Binds::Or)
                    };
                    let (right, left) = (
                        stack.pop().unwrap_or_default(),
                        stack.pop().unwrap_or_default(),
                    );
                    // Rules are read from the left: only on the right does the same sign need its brackets.
                    let left = grouped(left, |inner| inner < binds);
                    let right = grouped(right, |inner| inner <= binds);
                    (format!("{left} {sign} {right}"), binds)
                }
                term => (
                    self.leaf(*term)
                        .map_or_else(|| "none".to_owned(), |leaf| leaf.to_string()),
                    Binds::Term,
                ),
            };
            stack.push(done);
        }
        f.write_str(&stack.pop().unwrap_or_default().0)
    }
}

#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    #[default]
    Term,
}

fn grouped((text, binds): (String, Binds), needed: impl Fn(Binds) -> bool) -> String {
    if needed(binds) {
        format!("({text})")
    } else {
        text
    }
}

impl fmt::Debug for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Auth").field(&self.to_string()).finish()
    }
}

impl PartialEq for Auth<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.ops.len() == other.ops.len()
            && self.ops.iter().zip(&other.ops).all(|(a, b)| match (a, b) {
                (Op::And, Op::And) | (Op::Or, Op::Or) => true,
                (Op::And | Op::Or, _) | (_, Op::And | Op::Or) => false,
                _ => self.leaf(*a) == other.leaf(*b),
            })
    }
}

impl Eq for Auth<'_> {}
