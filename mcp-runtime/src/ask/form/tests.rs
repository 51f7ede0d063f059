use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::*;
use crate::secret::Secret;

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "the schema is what is looked at")]
#[serde(rename_all = "snake_case")]
enum Plain {
    Small,
    Large,
}

/// How to send it.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "the schema is what is looked at")]
#[serde(rename_all = "snake_case")]
enum Told {
    /// By mail,
    /// in a week.
    ///
    /// Or later.
    Mail,
    Pigeon,
    /// By a rider.
    Rider,
}

/// An order.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "the schema is what is looked at")]
struct Order {
    /// Your name.
    name: String,
    nickname: Option<String>,
    #[schemars(length(min = 2, max = 40), regex(pattern = "^[a-z]+$"))]
    word: String,
    #[schemars(range(min = 1, max = 10))]
    count: u32,
    ratio: Option<f64>,
    byte: u8,
    big: u64,
    #[serde(default)]
    gift: bool,
    plain: Plain,
    perhaps: Option<Plain>,
    /// The way it goes.
    told: Told,
    told_perhaps: Option<Told>,
    several: Vec<Plain>,
    several_told: BTreeSet<Told2>,
    several_perhaps: Option<Vec<Plain>>,
    #[schemars(email)]
    mail: String,
    #[schemars(extend("format" = "date-time"))]
    when: Option<String>,
    #[schemars(extend("format" = "uuid"))]
    id: String,
}

#[derive(Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[allow(dead_code, reason = "the schema is what is looked at")]
enum Told2 {
    /// The first.
    A,
    /// The second.
    B,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "the schema is what is looked at")]
struct Inner {
    street: String,
}

fn requested_of<T: JsonSchema>() -> Value {
    Value::Object(Form::of::<T>().unwrap().requested)
}

fn why<T: JsonSchema>() -> String {
    Form::of::<T>().unwrap_err().to_string()
}

#[test]
fn a_types_schema_becomes_a_form_of_the_protocol() {
    let form = requested_of::<Order>();
    let plain = json!({"type": "string", "enum": ["small", "large"]});
    let options = json!([
        {"const": "mail", "title": "By mail, in a week."},
        {"const": "rider", "title": "By a rider."},
        {"const": "pigeon", "title": "pigeon"},
    ]);
    let sorted = |options: &Value| {
        let mut options = options.as_array().unwrap().clone();
        options.sort_by_key(|it| it["const"].to_string());
        Value::Array(options)
    };
    let mut told = form["properties"]["told"].clone();
    assert_eq!(sorted(&told["oneOf"]), sorted(&options));
    told.as_object_mut().unwrap().remove("oneOf");
    assert_eq!(
        told,
        json!({"type": "string", "description": "The way it goes."})
    );
    let perhaps = &form["properties"]["told_perhaps"];
    assert_eq!(perhaps["type"], "string");
    assert_eq!(sorted(&perhaps["oneOf"]), sorted(&options));

    let fields = [
        (
            "name",
            json!({"type": "string", "description": "Your name."}),
        ),
        ("nickname", json!({"type": "string"})),
        (
            "word",
            json!({"type": "string", "minLength": 2, "maxLength": 40}),
        ),
        (
            "count",
            json!({"type": "integer", "minimum": 1, "maximum": 10}),
        ),
        ("ratio", json!({"type": "number"})),
        (
            "byte",
            json!({"type": "integer", "minimum": 0, "maximum": 255}),
        ),
        ("big", json!({"type": "integer", "minimum": 0})),
        ("gift", json!({"type": "boolean", "default": false})),
        ("plain", plain.clone()),
        ("perhaps", plain.clone()),
        ("several", json!({"type": "array", "items": plain})),
        ("several_perhaps", json!({"type": "array", "items": plain})),
        (
            "several_told",
            json!({"type": "array", "items": {"anyOf": [
                {"const": "A", "title": "The first."},
                {"const": "B", "title": "The second."},
            ]}}),
        ),
        ("mail", json!({"type": "string", "format": "email"})),
        ("when", json!({"type": "string", "format": "date-time"})),
        ("id", json!({"type": "string"})),
    ];
    for (name, expected) in fields {
        assert_eq!(form["properties"][name], expected, "{name}");
    }
    let required = form["required"].as_array().unwrap();
    for optional in [
        "nickname",
        "ratio",
        "gift",
        "perhaps",
        "told_perhaps",
        "several_perhaps",
        "when",
    ] {
        assert!(!required.contains(&json!(optional)), "{optional}");
    }
    assert!(required.contains(&json!("told")));
    let keys: Vec<_> = form.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["properties", "required", "type"]);
}

#[test]
fn a_default_that_can_be_chosen_is_filled_in() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "the schema is what is looked at")]
    struct Filled {
        #[schemars(extend("default" = "small"))]
        size: Plain,
        #[schemars(extend("default" = "huge"))]
        wrong: Plain,
        #[schemars(extend("default" = ["small"]))]
        sizes: Vec<Plain>,
        #[schemars(extend("default" = 3.0, "exclusiveMinimum" = 0, "maximum" = 9.5))]
        count: i64,
        #[schemars(extend("default" = 3.5))]
        whole: i64,
        #[schemars(extend("default" = null))]
        nothing: Option<String>,
    }
    let form = requested_of::<Filled>();
    let fields = &form["properties"];
    assert_eq!(fields["size"]["default"], "small");
    assert_eq!(fields["sizes"]["default"], json!(["small"]));
    assert_eq!(
        fields["count"],
        json!({"type": "integer", "default": 3, "minimum": 1, "maximum": 9})
    );
    for without in ["wrong", "whole", "nothing"] {
        assert_eq!(fields[without].get("default"), None, "{without}");
    }
}

#[test]
fn a_struct_without_fields_is_a_form_to_send() {
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    assert_eq!(
        requested_of::<Nothing>(),
        json!({"type": "object", "properties": {}})
    );
}

#[test]
fn what_no_form_can_show_is_refused_by_its_field() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "the schema is what is looked at")]
    struct Of<T> {
        first: String,
        second: T,
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "the schema is what is looked at")]
    struct Tree {
        branch: Option<Box<Tree>>,
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "the schema is what is looked at")]
    enum Data {
        Nothing,
        Number(u8),
    }
    let second = |why: &str| {
        format!(
            "the field `second` can't stand in a form: {why}; a form's fields are texts, numbers, booleans, enums without data, and lists of such enums"
        )
    };
    assert_eq!(why::<Of<Inner>>(), second("it has fields of its own"));
    assert_eq!(
        why::<Of<Option<Inner>>>(),
        second("it has fields of its own")
    );
    assert_eq!(why::<Of<BTreeMap<String, u8>>>(), second("it is a map"));
    assert_eq!(
        why::<Of<Vec<String>>>(),
        second("it is a list of what is not listed")
    );
    assert_eq!(
        why::<Of<Vec<Inner>>>(),
        second("it is a list of what is not listed")
    );
    assert_eq!(why::<Of<Value>>(), second("it can be anything"));
    assert_eq!(
        why::<Of<Data>>(),
        second("it has several forms, some of them with data")
    );
    let secret = why::<Of<Secret<String>>>();
    assert!(
        secret.contains("`second`") && secret.contains("ask_to_visit"),
        "{secret}"
    );
    assert!(why::<Tree>().contains("the field `branch`"));

    assert!(why::<String>().starts_with("this is no form: it is not a struct"));
    assert!(why::<BTreeMap<String, u8>>().starts_with("this is no form: it is a map"));
    assert!(why::<Data>().starts_with("this is no form"));
}

#[test]
fn references_of_a_written_schema_are_followed() {
    let schema = json!({
        "type": "object",
        "$defs": {
            "size": {"type": "string", "enum": ["s", "l"], "description": "A size."},
            "loop": {"$ref": "#/$defs/loop"},
        },
        "properties": {"size": {"$ref": "#/$defs/size", "description": "Yours."}},
    });
    let form = Form::new(&schema).unwrap();
    assert_eq!(
        Value::Object(form.requested),
        json!({"type": "object", "properties": {
            "size": {"type": "string", "enum": ["s", "l"], "description": "Yours."},
        }})
    );
    for (reference, why) in [
        ("#/$defs/loop", "it contains itself"),
        ("#/$defs/none", "leads nowhere"),
    ] {
        let mut broken = schema.clone();
        broken["properties"]["size"]["$ref"] = json!(reference);
        let error = Form::new(&broken).unwrap_err().to_string();
        assert!(error.contains("`size`") && error.contains(why), "{error}");
    }
}

#[test]
fn an_answer_is_held_to_what_the_form_could_not_say() {
    let form = Form::of::<Order>().unwrap();
    let good = json!({
        "name": "Ada", "word": "abc", "count": 3, "byte": 1, "big": 1, "plain": "small",
        "told": "mail", "several": ["small", "large"], "several_told": ["A"],
        "mail": "ada@example.com", "id": "67e55044-10b1-426f-9247-bb680e5fe0c8",
    });
    assert_eq!(form.read(good.clone()).unwrap(), good);
    let mut empty = good.clone();
    empty["nickname"] = Value::Null;
    empty["several_perhaps"] = Value::Null;
    assert_eq!(form.read(empty).unwrap(), good);

    for (field, wrong) in [
        ("count", json!(11)),
        ("count", json!("3")),
        ("word", json!("ABC")),
        ("plain", json!("huge")),
        ("told", json!("train")),
        ("several", json!(["huge"])),
        ("mail", json!("nobody")),
        ("name", Value::Null),
        ("when", json!("tomorrow")),
        ("id", json!("x")),
    ] {
        let mut answer = good.clone();
        answer[field] = wrong.clone();
        let error = form.read(answer).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Failed);
        let text = error.message();
        assert!(text.contains(&format!("`{field}")), "{text}");
        // What a user wrote is not for the log of whoever reads errors.
        if let Some(wrong) = wrong.as_str() {
            assert!(!text.contains(&format!("\"{wrong}\"")), "{text}");
        }
    }
    for answer in [Value::Null, json!([]), json!("yes")] {
        assert!(form.read(answer).is_err());
    }
}
