//! `#[validate(..)]` on a parameter: each rule lands in the schema in the describing walk and checks the value in the
//! reading one. The vocabulary and the checks are the `validator` crate's.

use serde::Serialize;
use serde_json::Value;
use validator::{
    Validate, ValidateContains, ValidateDoesNotContain, ValidateEmail, ValidateIp, ValidateLength,
    ValidateNonControlCharacter, ValidateRange, ValidateRegex, ValidateRequired, ValidateUrl,
    ValidationError,
};

use super::{Params, Pass, reject};

/// `#[validate(length(min = .., max = .., equal = ..))]`: characters of a text, items of a list, entries of a map.
pub fn length<T: ValidateLength<u64>>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    min: Option<u64>,
    max: Option<u64>,
    equal: Option<u64>,
) {
    params.constrain(name, |schema| {
        let (least, most) = match schema.get("type").and_then(Value::as_str) {
            Some("array") => ("minItems", "maxItems"),
            Some("object") => ("minProperties", "maxProperties"),
            _ => ("minLength", "maxLength"),
        };
        if let Some(min) = equal.or(min) {
            schema.insert(least.to_owned(), Value::from(min));
        }
        if let Some(max) = equal.or(max) {
            schema.insert(most.to_owned(), Value::from(max));
        }
    });
    check(params, value, name, |value| {
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
    bounds(params, name, [("minimum", &min), ("maximum", &max)]);
    check(params, value, name, |value| {
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
    let keywords = [("exclusiveMinimum", &min), ("exclusiveMaximum", &max)];
    bounds(params, name, keywords);
    check(params, value, name, |value| {
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
    check(params, value, name, |value| {
        verdict(value.validate_email(), "email")
    });
}

/// `#[validate(url)]`: any absolute URL. The scheme is the tool's to check: `javascript:` and `file:` are URLs too.
pub fn url<T: ValidateUrl>(params: &mut Params<'_>, value: &Option<T>, name: &'static str) {
    format(params, name, "uri");
    check(params, value, name, |value| {
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
    params.constrain(name, |schema| match (v4, v6) {
        (true, false) => {
            schema.insert("format".to_owned(), Value::from("ipv4"));
        }
        (false, true) => {
            schema.insert("format".to_owned(), Value::from("ipv6"));
        }
        _ => {
            let either = serde_json::json!([{"format": "ipv4"}, {"format": "ipv6"}]);
            schema.insert("anyOf".to_owned(), either);
        }
    });
    check(params, value, name, |value| {
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
    match &mut params.0 {
        Pass::Describe(signature) => {
            signature.pattern(name, pattern);
            params.constrain(name, |schema| {
                schema.insert("pattern".to_owned(), Value::from(pattern));
            });
        }
        Pass::Read { call, .. } => {
            let call = *call;
            check(params, value, name, |value| {
                let compiled = call.pattern(pattern);
                verdict(
                    compiled.is_some_and(|regex| value.validate_regex(regex)),
                    "regex",
                )
            });
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
    params.constrain(name, |schema| {
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => {
                schema.insert("required".to_owned(), Value::from(vec![needle]));
            }
            _ => {
                schema.insert("pattern".to_owned(), Value::from(regex::escape(needle)));
            }
        }
    });
    check(params, value, name, |value| {
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
    params.constrain(name, |schema| {
        let refused = match schema.get("type").and_then(Value::as_str) {
            Some("object") => serde_json::json!({"required": [needle]}),
            _ => serde_json::json!({"pattern": regex::escape(needle)}),
        };
        schema.insert("not".to_owned(), refused);
    });
    check(params, value, name, |value| {
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
    params.constrain(name, |schema| {
        schema.insert("pattern".to_owned(), Value::from(r"^\P{Cc}*$"));
    });
    check(params, value, name, |value| {
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
    check(params, value, name, |value| {
        verdict(value.validate_required(), "required")
    });
}

/// `#[validate(nested)]`: the value's own `Validate`, each error with its path.
pub fn nested<T: Validate>(params: &mut Params<'_>, value: &Option<T>, name: &'static str) {
    params.next_rule();
    if let (Some(value), Pass::Read { errors, .. }) = (value, &mut params.0)
        && let Err(invalid) = value.validate()
    {
        reject::validation(name, &invalid, errors);
    }
}

/// `#[validate(custom(function = ..))]`: the author's own check.
pub fn custom<T>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    function: impl FnOnce(&T) -> Result<(), ValidationError>,
) {
    check(params, value, name, function);
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
        params.reject(name, format!("must be the same as `{other_name}`"));
    }
}

/// `message = ".."` of the rule just applied: the author's words in place of ours.
pub fn message(params: &mut Params<'_>, message: &'static str) {
    if let Pass::Read {
        errors, refused, ..
    } = &mut params.0
    {
        for error in errors.iter_mut().skip(*refused) {
            message.clone_into(&mut error.message);
        }
    }
}

fn check<T>(
    params: &mut Params<'_>,
    value: &Option<T>,
    name: &'static str,
    rule: impl FnOnce(&T) -> Result<(), ValidationError>,
) {
    params.next_rule();
    if let Some(value) = value
        && let Err(error) = rule(value)
    {
        params.reject(name, reject::message(&error));
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
    params.constrain(name, |schema| {
        schema.insert("format".to_owned(), Value::from(format));
    });
}

fn bounds<N: Serialize, const K: usize>(
    params: &mut Params<'_>,
    name: &'static str,
    keywords: [(&str, &Option<N>); K],
) {
    params.constrain(name, |schema| {
        for (keyword, bound) in keywords {
            if let Some(Ok(value)) = bound.as_ref().map(serde_json::to_value) {
                schema.insert(keyword.to_owned(), value);
            }
        }
    });
}
