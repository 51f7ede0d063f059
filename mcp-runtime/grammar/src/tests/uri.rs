//! Addresses of resources.

use crate::{UriPart, UriTemplate};

#[test]
fn an_address_is_text_and_variables() {
    let template = UriTemplate::new("files://{host}/{+path}?raw=1");
    let parts: Vec<_> = template.parts().collect();
    let variable = |name, several| UriPart::Variable { name, several };
    assert_eq!(
        parts,
        [
            UriPart::Text("files://"),
            variable("host", false),
            UriPart::Text("/"),
            variable("path", true),
            UriPart::Text("?raw=1"),
        ]
    );
    let places: Vec<_> = template.variables().collect();
    assert_eq!(places, [(9, "host"), (17, "path")]);
    assert!(!template.is_fixed());
    assert!(UriTemplate::new("urn:isbn:0451450523").is_fixed());
}

#[test]
fn what_cannot_be_matched_is_refused_where_it_stands() {
    for (text, place, message) in [
        (
            "",
            "",
            "an address begins with its scheme; write `crm://customers/{id}`",
        ),
        (
            "customers/{id}",
            "customers/{id}",
            "an address begins with its scheme; write `crm://customers/{id}`",
        ),
        (
            "x://{id",
            "{id",
            "a variable without `}`: `{id`; write `{id}` for one segment, or `{+path}` for several",
        ),
        (
            "x://id}",
            "}",
            "no variable was opened before `}`; write `{id}` for one segment, or `{+path}` for several",
        ),
        (
            "x://{}",
            "{}",
            "a variable without a name: `{}`; write `{id}` for one segment, or `{+path}` for several",
        ),
        (
            "x://{?q}",
            "{?q}",
            "not a variable that can be read back: `{?q}`; write `{id}` for one segment, or `{+path}` for several",
        ),
        (
            "x://{id*}",
            "{id*}",
            "not a variable that can be read back: `{id*}`; write `{id}` for one segment, or `{+path}` for several",
        ),
        (
            "x://{a}{b}",
            "{b}",
            "nobody can tell where the variable before ends and where this one begins: `{b}`; write a `/` between the two",
        ),
        (
            "x://{a}/{+a}",
            "a",
            "the same variable twice: `a`; give each its own name",
        ),
        (
            "x://a b",
            " ",
            "an address can't contain ` `; percent-encode it (RFC 3986, section 2.1)",
        ),
        (
            "x://ä",
            "ä",
            "an address can't contain `ä`; percent-encode it (RFC 3986, section 2.1)",
        ),
        (
            "x://100%",
            "%",
            "no two hexadecimal digits follow `%`; write `%25`",
        ),
    ] {
        let error = UriTemplate::parse(text).unwrap_err();
        assert_eq!(&text[error.at..error.at + error.len], place, "{text}");
        assert_eq!(error.to_string(), message, "{text}");
    }
}
