//! `auth = "files:write & role:editor | admin"`: who may call a tool.

mod parse;
mod show;
mod term;

use crate::{Error, List};

/// Who may call a tool: scopes, roles and claims, joined by `&` and `|`.
///
/// The rule is kept in postfix order, so that a `const` can hold it and evaluating it needs no recursion.
///
/// ```
/// use mcp_grammar::{Auth, Leaf};
///
/// const AUTH: Auth = Auth::new("files:write & role:editor | admin");
/// assert!(AUTH.guarantees_principal());
/// assert_eq!(AUTH.scopes().collect::<Vec<_>>(), ["files:write", "admin"]);
/// assert!(AUTH.eval(|leaf| leaf == Leaf::Scope("admin")));
/// assert!(!AUTH.eval(|leaf| leaf == Leaf::Scope("files:write")));
/// ```
#[derive(Clone, Copy)]
pub struct Auth<'a> {
    text: &'a str,
    ops: List<Op, MOST_OPS>,
}

/// One thing that a caller has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leaf<'a> {
    /// Being somebody: any caller who has proved who they are.
    User,
    /// A granted scope.
    Scope(&'a str),
    /// A role.
    Role(&'a str),
    /// A claim with a value.
    Claim {
        /// Where the claim is.
        path: &'a str,
        /// What it says, as text.
        value: &'a str,
    },
}

/// How many terms one rule may have.
const MOST_TERMS: usize = 16;
const MOST_OPS: usize = 2 * MOST_TERMS - 1;

/// A step of the postfix program. It names places in the text, because it takes a third of the room of what stands there.
#[derive(Debug, Clone, Copy)]
enum Op {
    None,
    User,
    Scope(Span),
    Role(Span),
    Claim { path: Span, value: Span },
    And,
    Or,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    at: u16,
    len: u16,
}

impl<'a> Auth<'a> {
    /// Reads a rule.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(auth) => auth,
            Err(error) => error.panic(),
        }
    }

    /// Reads scopes, `role:id`, `claim:path=value` and `user`, joined by `&` and `|` and grouped by brackets, or `none` alone.
    /// `&` binds closer than `|`. `scope:user` is the scope of that name.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        parse::parse(text)
    }

    /// Whether everybody may call: `auth = "none"`.
    pub const fn is_none(&self) -> bool {
        self.ops.len() == 1 && matches!(self.ops.at(0), Op::None)
    }

    /// Whether nobody passes without proving who they are. Each term asks for that, so only `none` does not.
    pub const fn guarantees_principal(&self) -> bool {
        !self.is_none()
    }

    /// The terms, in the order in which they are written.
    pub fn leaves(&self) -> impl Iterator<Item = Leaf<'a>> + '_ {
        self.ops.iter().filter_map(|op| self.leaf(*op))
    }

    /// The scopes that are named anywhere in the rule, in the order in which they are written.
    pub fn scopes(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.leaves().filter_map(|leaf| {
            if let Leaf::Scope(name) = leaf {
                Some(name)
            } else {
                None
            }
        })
    }

    /// Whether the rule holds for somebody of whom `has` knows the truth of each term. `none` always holds.
    ///
    /// Each term is asked for once, in the order in which they are written, also where the answer can change nothing.
    pub fn eval(&self, mut has: impl FnMut(Leaf<'a>) -> bool) -> bool {
        let mut stack = [false; MOST_TERMS];
        let mut top = 0;
        for op in &self.ops {
            match op {
                Op::And => {
                    top -= 1;
                    stack[top - 1] &= stack[top];
                }
                Op::Or => {
                    top -= 1;
                    stack[top - 1] |= stack[top];
                }
                term => {
                    stack[top] = self.leaf(*term).is_none_or(&mut has);
                    top += 1;
                }
            }
        }
        stack[0]
    }

    /// The ways to fulfil the rule: whoever has all terms of one branch passes. `none` is one branch without terms.
    ///
    /// A branch that asks for more than another does is left out. The work grows fast with the number of `|` inside
    /// `&`, so do it once, not for each call.
    pub fn branches(&self) -> Vec<Vec<Leaf<'a>>> {
        let mut stack: Vec<Vec<Vec<Leaf<'a>>>> = Vec::new();
        for op in &self.ops {
            match op {
                Op::And => {
                    let (right, left) = (
                        stack.pop().unwrap_or_default(),
                        stack.pop().unwrap_or_default(),
                    );
                    let both = |a: &[Leaf<'a>], b: &[Leaf<'a>]| {
                        let new = b.iter().filter(|leaf| !a.contains(leaf));
                        a.iter().chain(new).copied().collect()
                    };
                    let all = left.iter().flat_map(|a| right.iter().map(|b| both(a, b)));
                    stack.push(smallest(all.collect()));
                }
                Op::Or => {
                    let (right, mut left) = (
                        stack.pop().unwrap_or_default(),
                        stack.pop().unwrap_or_default(),
                    );
                    left.extend(right);
                    stack.push(smallest(left));
                }
                term => stack.push(vec![self.leaf(*term).into_iter().collect()]),
            }
        }
        stack.pop().unwrap_or_default()
    }

    fn leaf(&self, op: Op) -> Option<Leaf<'a>> {
        let text = |span: Span| &self.text[usize::from(span.at)..][..usize::from(span.len)];
        match op {
            Op::User => Some(Leaf::User),
            Op::Scope(name) => Some(Leaf::Scope(text(name))),
            Op::Role(name) => Some(Leaf::Role(text(name))),
            Op::Claim { path, value } => Some(Leaf::Claim {
                path: text(path),
                value: text(value),
            }),
            Op::None | Op::And | Op::Or => None,
        }
    }
}

/// The branches that no other one makes superfluous.
fn smallest(branches: Vec<Vec<Leaf<'_>>>) -> Vec<Vec<Leaf<'_>>> {
    let mut kept: Vec<Vec<Leaf<'_>>> = Vec::new();
    let within =
        |small: &[Leaf<'_>], large: &[Leaf<'_>]| small.iter().all(|leaf| large.contains(leaf));
    for branch in branches {
        if !kept.iter().any(|other| within(other, &branch)) {
            kept.retain(|other| !within(&branch, other));
            kept.push(branch);
        }
    }
    kept
}
