//! What the input schema says of arguments that did not read. Serde stops at the first fault inside a value; the schema knows all of them, and
//! where they are.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::{Invalid, shown};
use crate::arg::{Faults, Known, MOST, Shape, reject};
use crate::call::Call;
use crate::error::FieldError;

/// The faults in the words of those who know most of them: of what did not read, the schema.
pub(super) fn explain(call: &Call, faults: Faults) -> Invalid {
    // One struct reads all arguments, or each parameter reads its own.
    let whole = call.tool.input.whole;
    let mut findings = Findings::default();
    let incomplete = faults
        .list
        .iter()
        .filter(|fault| fault.known != Known::Whole);
    let incomplete: Vec<&str> = incomplete.map(|fault| fault.error.path.as_str()).collect();
    if !incomplete.is_empty()
        && let Some(validator) = call.tool.validator()
    {
        let arguments = Value::Object(call.arguments.clone());
        for error in validator.iter_errors(&arguments) {
            findings.add(&error, |argument| {
                whole || incomplete.iter().any(|path| is_in(path, argument))
            });
        }
    }
    let unread = faults.list.iter().any(|fault| fault.known == Known::First);
    let more = if unread { findings.more } else { 0 };
    let mut explained = Vec::new();
    for fault in faults.list {
        let path = fault.error.path.as_str();
        match fault.known {
            Known::Whole => explained.push(fault.error),
            Known::NoPattern => {
                let pattern = findings
                    .list
                    .iter()
                    .find(|finding| finding.class == Class::Pattern && finding.error.path == path);
                explained.push(pattern.map_or(fault.error, |finding| finding.error.clone()));
            }
            Known::First => {
                let about = |finding: &&Finding| whole || finding.argument == path;
                let about = || findings.list.iter().filter(about);
                // What stands at the argument itself serde says better, having tried each of its forms.
                let inside = |finding: &Finding| whole || finding.error.path != path;
                let found = about().any(|finding| finding.class.stops() && inside(finding));
                let told: Vec<_> = about()
                    .filter(|finding| found || !finding.class.stops())
                    .map(|finding| finding.error.clone())
                    .collect();
                explained.extend((!found).then_some(fault.error));
                explained.extend(told);
            }
        }
    }
    explained.dedup();
    Invalid::new(explained, faults.more + more)
}

/// What a schema says of a value inside another one, where it says which.
pub(crate) fn told(error: ValidationError<'_>) -> Option<FieldError> {
    let mut findings = Findings::default();
    findings.add(&error, |_| true);
    findings.list.pop().map(|finding| finding.error)
}

/// Whether a path is an argument's, or of something inside.
fn is_in(path: &str, argument: &str) -> bool {
    let rest = path.strip_prefix(argument);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What the schema found, up to the most that an answer lists.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    more: usize,
}

struct Finding {
    /// The argument that it is in.
    argument: String,
    error: FieldError,
    class: Class,
}

/// What reading has to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Reading may have stopped here.
    Stop,
    /// A value that reads all the same.
    Rule,
    Pattern,
}

impl Class {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Pattern { .. } => Self::Pattern,
            Kind::MinLength { .. }
            | Kind::MaxLength { .. }
            | Kind::MinProperties { .. }
            | Kind::MaxProperties { .. }
            | Kind::MultipleOf { .. }
            | Kind::UniqueItems
            | Kind::Contains
            | Kind::Format { .. }
            | Kind::Not { .. }
            | Kind::PropertyNames { .. } => Self::Rule,
            _ => Self::Stop,
        }
    }

    fn stops(self) -> bool {
        self == Self::Stop
    }
}

impl Findings {
    /// Adds what is found in an argument that is asked about. What is said of all arguments at once is left out: unknown ones are told
    /// already.
    fn add(&mut self, error: &ValidationError<'_>, asked: impl Fn(&str) -> bool) {
        let pointer = error.instance_path().as_str();
        let within = pointer.split('/').nth(1).map(unescaped);
        let names: &[String] = match error.kind() {
            Kind::Required {
                property: Value::String(name),
            } => std::slice::from_ref(name),
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => unexpected,
            _ => {
                if let Some(argument) = within.filter(|argument| asked(argument)) {
                    self.push(error, argument, || path(pointer), words);
                }
                return;
            }
        };
        let (words, missing): (fn(&ValidationError<'_>) -> String, _) = match error.kind() {
            Kind::Required { .. } => (|_| reject::MISSING.to_owned(), true),
            _ => (|_| "is not expected here; leave it out".to_owned(), false),
        };
        for name in names {
            match &within {
                Some(argument) if asked(argument) => {
                    let below = || format!("{}.{}", path(pointer), shown(name));
                    self.push(error, argument.clone(), below, words);
                }
                None if missing && asked(name) => {
                    self.push(error, name.clone(), || name.clone(), words);
                }
                _ => {}
            }
        }
    }

    fn push(
        &mut self,
        error: &ValidationError<'_>,
        argument: String,
        path: impl FnOnce() -> String,
        words: impl FnOnce(&ValidationError<'_>) -> String,
    ) {
        if self.list.len() == MOST {
            self.more += 1;
            return;
        }
        self.list.push(Finding {
            argument,
            error: FieldError::new(path(), words(error)),
            class: Class::of(error.kind()),
        });
    }
}

/// What to send instead. The value is not repeated.
fn words(error: &ValidationError<'_>) -> String {
    let length = |word: &str, limit: u64, shape: Shape| {
        format!("must have {word} {limit} {}", shape.unit(limit == 1))
    };
    match error.kind() {
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MinLength { limit } => length("at least", *limit, Shape::Text),
        Kind::MaxLength { limit } => length("at most", *limit, Shape::Text),
        Kind::MinItems { limit } => length("at least", *limit, Shape::List),
        Kind::MaxItems { limit } => length("at most", *limit, Shape::List),
        Kind::MinProperties { limit } => length("at least", *limit, Shape::Map),
        Kind::MaxProperties { limit } => length("at most", *limit, Shape::Map),
        Kind::Pattern { pattern } => reject::matches(pattern),
        Kind::Type {
            kind: TypeKind::Single(kind),
        } => match kind.to_string().as_str() {
            kind @ ("array" | "integer" | "object") => format!("must be an {kind}"),
            "boolean" => "must be `true` or `false`".to_owned(),
            "null" => "must be `null`".to_owned(),
            kind => format!("must be a {kind}"),
        },
        _ => error.masked_with("the value").to_string(),
    }
}

/// A JSON pointer as the path a reader writes: `/items/2/id` is `items[2].id`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) && !path.is_empty() {
            path.push_str(&format!("[{segment}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&shown(&unescaped(segment)));
    }
    path
}

/// One segment of a JSON pointer.
fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
