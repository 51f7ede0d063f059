//! `when = "claim.org == arg.org"`: which arguments a caller may use.

use std::fmt;

use crate::cursor::{Cursor, WORD, tri};
use crate::key::{Field, field};
use crate::names;
use crate::word::Word;
use crate::{Error, List};

/// Rules that compare what a call asks for with what its caller is. All of them have to hold.
///
/// ```
/// use mcp_grammar::{Test, When};
///
/// const WHEN: When = When::new("claim.org == arg.org & arg.team in claim.teams");
/// assert_eq!(WHEN.rules.len(), 2);
/// assert_eq!(WHEN.rules.as_slice()[1].test, Test::ArgInClaim);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When<'a> {
    /// The rules.
    pub rules: List<Rule<'a>, MOST_RULES>,
}

/// One comparison of an argument with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The path of the argument.
    pub arg: &'a str,
    /// The path of the claim.
    pub claim: &'a str,
    /// How the two have to relate.
    pub test: Test,
}

/// How an argument and a claim have to relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Both are the same: `claim.org == arg.org`.
    Equal,
    /// The claim is a list and the argument is in it: `arg.team in claim.teams`.
    ArgInClaim,
    /// The argument is a list and the claim is in it: `claim.sub in arg.members`.
    ClaimInArg,
}

const MOST_RULES: usize = 4;

const SIDE: &str = "write `arg.` or `claim.` before its name";
const RULE: &str = "write `claim.org == arg.org` or `arg.team in claim.teams`";

impl<'a> When<'a> {
    /// Reads the rules.
    ///
    /// # Panics
    /// With the error's sentence if the text is not understood; in a `const` this is a compile error.
    #[track_caller]
    pub const fn new(text: &'a str) -> Self {
        match Self::parse(text) {
            Ok(when) => when,
            Err(error) => error.panic(),
        }
    }

    /// Reads `claim.x == arg.y`, `arg.y in claim.x` or `claim.x in arg.y`, several of them joined by `&`.
    ///
    /// # Errors
    /// The first thing that is not understood, and what to write instead.
    pub const fn parse(text: &'a str) -> Result<Self, Error<'a>> {
        let mut cursor = tri!(Cursor::start(text, WORD, "expected a rule", RULE));
        let mut rules = List::new(Rule {
            arg: "",
            claim: "",
            test: Test::Equal,
        });
        let mut before = Word::START;
        loop {
            let from = cursor.at();
            let rule = tri!(rule(&mut cursor, before));
            if !rules.try_push(rule) {
                return cursor
                    .since(from)
                    .trimmed()
                    .refuse("more than four rules:", "write at most four");
            }
            let Some(word) = cursor.word() else {
                return Ok(Self { rules });
            };
            before = word;
            match word.name {
                names::AMPERSAND if matches!(cursor.peek(), Some(b'&')) => {
                    cursor.step();
                    let both = cursor.since(word.at);
                    return both.refuse("one sign is enough, found", "write `&`");
                }
                names::AMPERSAND => {}
                names::BAR => {
                    let problem = "all rules have to hold, so none can be joined by";
                    return word.refuse(problem, "write `&`");
                }
                _ => {
                    let problem = "expected `&` and another rule, found";
                    return word.refuse(problem, "write `&` between two rules");
                }
            }
        }
    }
}

/// One comparison; `before` is the sign that asks for it.
const fn rule<'a>(cursor: &mut Cursor<'a>, before: Word<'a>) -> Result<Rule<'a>, Error<'a>> {
    let left_word = tri!(cursor.word_after(before, RULE));
    let left = tri!(side(left_word));
    let within = tri!(within(cursor, left_word));
    let right_word = tri!(cursor.word_after(cursor.since(left_word.at), RULE));
    match (left, tri!(side(right_word)), within) {
        (Field::Claim(claim), Field::Arg(arg), false)
        | (Field::Arg(arg), Field::Claim(claim), false) => Ok(Rule {
            arg,
            claim,
            test: Test::Equal,
        }),
        (Field::Arg(arg), Field::Claim(claim), true) => Ok(Rule {
            arg,
            claim,
            test: Test::ArgInClaim,
        }),
        (Field::Claim(claim), Field::Arg(arg), true) => Ok(Rule {
            arg,
            claim,
            test: Test::ClaimInArg,
        }),
        (Field::Arg(_), Field::Arg(_), _) => right_word.refuse(
            "two arguments say nothing about the caller:",
            "compare with `claim.NAME`",
        ),
        (Field::Claim(_), Field::Claim(_), _) => right_word.refuse(
            "two claims say nothing about the call:",
            "compare with `arg.NAME`",
        ),
    }
}

const fn side<'a>(word: Word<'a>) -> Result<Field<'a>, Error<'a>> {
    match tri!(field(word)) {
        Some(field) => Ok(field),
        None => word.refuse("expected an argument or a claim, found", SIDE),
    }
}

/// The sign between the two sides: whether it is `in`, not `==`.
const fn within<'a>(cursor: &mut Cursor<'a>, left: Word<'a>) -> Result<bool, Error<'a>> {
    let sign = tri!(cursor.word_after(left, RULE));
    if sign.name == names::EQUALS {
        if let Some(b'=') = cursor.peek() {
            cursor.step();
            return match cursor.peek() {
                Some(b'=') => {
                    cursor.step();
                    cursor.since(sign.at).refuse("expected `==`, found", RULE)
                }
                _ => Ok(false),
            };
        }
        return sign.refuse("expected `==`, found", RULE);
    }
    match sign.bytes() {
        b"in" => Ok(true),
        b"!" | b"not" => sign.refuse(
            "a rule says what has to hold, not what must not:",
            "write `==` or `in`",
        ),
        _ => sign.refuse("expected `==` or `in`, found", RULE),
    }
}

impl fmt::Display for When<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Rule { arg, claim, test }) in self.rules.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " & " })?;
            match test {
                Test::Equal => write!(f, "claim.{claim} == arg.{arg}")?,
                Test::ArgInClaim => write!(f, "arg.{arg} in claim.{claim}")?,
                Test::ClaimInArg => write!(f, "claim.{claim} in arg.{arg}")?,
            }
        }
        Ok(())
    }
}
