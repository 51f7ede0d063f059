//! `#[validate(..)]` on a parameter: each rule lands in the schema in the describing walk and checks the value in the
//! reading one. The vocabulary and the checks are the `validator` crate's.

use ::regex::Regex;
use serde::Serialize;
use serde_json::{Value, json};
use validator::{
    Validate, ValidateContains, ValidateDoesNotContain, ValidateEmail, ValidateIp, ValidateLength,
    ValidateNonControlCharacter, ValidateRange, ValidateRegex, ValidateRequired, ValidateUrl,
    ValidationError,
};

use super::constraint::{also, at_least, at_most, literal};
use super::fault::{Fault, Faults, Known};
use super::{Params, Pass, Shape, reject};

/// `#[validate(length(min = .., max = .., equal = ..))]`: characters of a text, items of a list, entries of a map.
pub fn length<T: ValidateLength<u64>>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    min: Option<u64>,
    max: Option<u64>,
    equal: Option<u64>,
) {
    params.constrain(name, |schema, shape| {
        let [least, most] = shape.lengths();
        if let Some(min) = equal.or(min) {
            at_least(schema, least, Value::from(min));
        }
        if let Some(max) = equal.or(max) {
            at_most(schema, most, Value::from(max));
        }
    });
    check(params, value, name, "length", |value| {
        value
            .validate_length(min, max, equal)
            .then_some(())
            .ok_or_else(|| {
                let mut error = ValidationError::new("length");
                bound(&mut error, "min", min.as_ref());
                bound(&mut error, "max", max.as_ref());
                bound(&mut error, "equal", equal.as_ref());
                error
            })
    });
}

/// `#[validate(range(min = .., max = ..))]`: bounds that are allowed themselves.
pub fn range<T: ValidateRange<N>, N: Serialize + Clone>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    min: Option<N>,
    max: Option<N>,
) {
    bounds(params, name, ("minimum", &min), ("maximum", &max));
    check(params, value, name, "range", |value| {
        value
            .validate_range(min.clone(), max.clone(), None, None)
            .then_some(())
            .ok_or_else(|| {
                let mut error = ValidationError::new("range");
                bound(&mut error, "min", min.as_ref());
                bound(&mut error, "max", max.as_ref());
                error
            })
    });
}

/// `#[validate(range(exclusive_min = .., exclusive_max = ..))]`: bounds that are not allowed themselves.
pub fn range_exclusive<T: ValidateRange<N>, N: Serialize + Clone>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    min: Option<N>,
    max: Option<N>,
) {
    let (above, below) = (("exclusiveMinimum", &min), ("exclusiveMaximum", &max));
    bounds(params, name, above, below);
    check(params, value, name, "range", |value| {
        value
            .validate_range(None, None, min.clone(), max.clone())
            .then_some(())
            .ok_or_else(|| {
                let mut error = ValidationError::new("range");
                bound(&mut error, "exclusive_min", min.as_ref());
                bound(&mut error, "exclusive_max", max.as_ref());
                error
            })
    });
}

/// `#[validate(email)]`.
pub fn email<T: ValidateEmail>(params: &mut Params<'_>, value: &Option<T>, name: &'static str) {
    format(params, name, "email");
    check(params, value, name, "email", |value| {
        verdict(value.validate_email(), "email")
    });
}

/// `#[validate(url)]`: any absolute URL. The scheme is the tool's to check: `javascript:` and `file:` are URLs too.
pub fn url<T: ValidateUrl>(params: &mut Params<'_>, value: &Option<T>, name: &'static str) {
    format(params, name, "uri");
    check(params, value, name, "url", |value| {
        verdict(value.validate_url(), "url")
    });
}

/// `#[validate(ip)]`, `#[validate(ip(v4 = true))]`, `#[validate(ip(v6 = true))]`.
pub fn ip<T: ValidateIp>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    v4: bool,
    v6: bool,
) {
    params.constrain(name, |schema, _| match (v4, v6) {
        (true, false) => also(schema, "format", Value::from("ipv4")),
        (false, true) => also(schema, "format", Value::from("ipv6")),
        _ => {
            let either = json!([{"format": "ipv4"}, {"format": "ipv6"}]);
            also(schema, "anyOf", either);
        }
    });
    check(params, value, name, "ip", |value| {
        let fits = match (v4, v6) {
            (true, false) => value.validate_ipv4(),
            (false, true) => value.validate_ipv6(),
            _ => value.validate_ip(),
        };
        verdict(fits, "ip")
    });
}

/// `#[validate(regex = "..")]`: the pattern is compiled once, when the server is built; one that does not compile refuses to boot.
pub fn regex<T: ValidateRegex>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    pattern: &'static str,
) {
    let fits = |value: &T, compiled: &Regex| match value.validate_regex(compiled) {
        true => Ok(()),
        false => {
            let mut error = ValidationError::new("regex");
            bound(&mut error, "pattern", Some(&pattern));
            Err(error)
        }
    };
    match &mut params.0 {
        Pass::Describe(signature) => {
            let compiled = signature.pattern(name, pattern).cloned();
            params.constrain(name, |schema, _| {
                also(schema, "pattern", Value::from(pattern));
            });
            if let Some(compiled) = compiled {
                check(params, value, name, "regex", |value| fits(value, &compiled));
            }
        }
        Pass::Read { call, .. } => {
            // Without its pattern a server does not start.
            if let Some(compiled) = call.pattern(pattern) {
                check(params, value, name, "regex", |value| fits(value, compiled));
            }
        }
    }
}

/// `#[validate(contains = "..")]`: a text with this part, a map with this key.
pub fn contains<T: ValidateContains>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    needle: &'static str,
) {
    params.constrain(name, |schema, shape| match shape {
        Shape::Map => also(schema, "required", json!([needle])),
        _ => also(schema, "pattern", Value::from(literal(needle))),
    });
    check(params, value, name, "contains", |value| {
        value
            .validate_contains(needle)
            .then_some(())
            .ok_or_else(|| {
                let mut error = ValidationError::new("contains");
                bound(&mut error, "needle", Some(&needle));
                error
            })
    });
}

/// `#[validate(does_not_contain = "..")]`.
pub fn does_not_contain<T: ValidateDoesNotContain>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    needle: &'static str,
) {
    params.constrain(name, |schema, shape| {
        let refused = match shape {
            Shape::Map => json!({"required": [needle]}),
            _ => json!({"pattern": literal(needle)}),
        };
        also(schema, "not", refused);
    });
    check(params, value, name, "does_not_contain", |value| {
        value
            .validate_does_not_contain(needle)
            .then_some(())
            .ok_or_else(|| {
                let mut error = ValidationError::new("does_not_contain");
                bound(&mut error, "needle", Some(&needle));
                error
            })
    });
}

/// `#[validate(non_control_character)]`.
pub fn non_control_character<T: ValidateNonControlCharacter>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
) {
    params.constrain(name, |schema, _| {
        // The category `Cc` by its characters, which every dialect of patterns knows.
        let pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$";
        also(schema, "pattern", Value::from(pattern));
    });
    check(params, value, name, "non_control_character", |value| {
        verdict(
            value.validate_non_control_character(),
            "non_control_character",
        )
    });
}

/// `#[validate(required)]` on an `Option`: it must be there after all.
pub fn required<T: ValidateRequired>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
) {
    if let Pass::Describe(signature) = &mut params.0 {
        signature.require(name);
    }
    check(params, value, name, "required", |value| {
        verdict(value.validate_required(), "required")
    });
}

/// `#[validate(nested)]`: the value's own `Validate`, each error with its path.
pub fn nested<T: Validate>(params: &mut Params<'_>, value: &Option<T>, name: &'static str) {
    params.next_rule();
    let Some(Err(invalid)) = value.as_ref().map(Validate::validate) else {
        return;
    };
    match &mut params.0 {
        Pass::Describe(signature) => {
            let mut faults = Faults::default();
            reject::validation(name, &invalid, &mut faults);
            for Fault { error, .. } in faults.list {
                let path = error.path;
                signature.bad_default(name, "nested", &format!("{path}: {}", error.message));
            }
        }
        Pass::Read { faults, .. } => reject::validation(name, &invalid, faults),
    }
}

/// `#[validate(custom(function = ..))]`: the author's own check.
pub fn custom<T>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    function: impl FnOnce(&T) -> Result<(), ValidationError>,
) {
    check(params, value, name, "custom", function);
}

/// `#[validate(must_match(other = ..))]`: two arguments that must be equal.
pub fn must_match<T: PartialEq>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    other: &Option<T>,
    other_name: &'static str,
) {
    params.next_rule();
    if let (Some(value), Some(other)) = (value, other)
        && value != other
    {
        let message = format!("must be the same as `{other_name}`");
        params.reject(name, "must_match", message);
    }
}

/// `message = ".."` of the rule just applied: the author's words in place of ours.
pub fn message(params: &mut Params<'_>, message: &'static str) {
    if let Pass::Read {
        faults, refused, ..
    } = &mut params.0
    {
        for fault in faults.list.iter_mut().skip(*refused) {
            message.clone_into(&mut fault.error.message);
            fault.known = Known::Whole;
        }
    }
}

fn check<T>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    rule: &'static str,
    verdict: impl FnOnce(&T) -> Result<(), ValidationError>,
) {
    params.next_rule();
    if let Some(value) = value
        && let Err(error) = verdict(value)
    {
        let message = reject::message(&error, params.shape(name));
        params.reject(name, rule, message);
    }
}

fn verdict(fits: bool, code: &'static str) -> Result<(), ValidationError> {
    fits.then_some(()).ok_or_else(|| ValidationError::new(code))
}

fn bound<T: Serialize>(error: &mut ValidationError, name: &'static str, value: Option<&T>) {
    if let Some(value) = value {
        error.add_param(name.into(), value);
    }
}

fn format(params: &mut Params<'_>, name: &str, format: &'static str) {
    params.constrain(name, |schema, _| {
        also(schema, "format", Value::from(format));
    });
}

fn bounds<N: Serialize>(
    params: &mut Params<'_>,
    name: &'static str,
    (least, min): (&str, &Option<N>),
    (most, max): (&str, &Option<N>),
) {
    params.constrain(name, |schema, _| {
        if let Some(Ok(min)) = min.as_ref().map(serde_json::to_value) {
            at_least(schema, least, min);
        }
        if let Some(Ok(max)) = max.as_ref().map(serde_json::to_value) {
            at_most(schema, most, max);
        }
    });
}
