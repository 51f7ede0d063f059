//! From the address that a client sends to the resource and its variables.

use std::borrow::Cow;

use mcp_grammar::{UriPart, UriTemplate};
use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::{Map, Value};

/// A template, made ready to be matched.
#[derive(Debug)]
pub(crate) struct Address {
    template: UriTemplate<'static>,
    pattern: Regex,
    /// How much of it is text: of two templates that fit, the one with more says more.
    pub(crate) literal: usize,
}

impl Address {
    /// `None` where the template is too large to be matched.
    pub(crate) fn new(template: UriTemplate<'static>) -> Option<Self> {
        let (mut pattern, mut literal) = (String::from("^"), 0);
        for part in template.parts() {
            match part {
                UriPart::Text(text) => {
                    literal += text.len();
                    pattern.push_str(&regex::escape(text));
                }
                UriPart::Variable { name, several } => {
                    // No address has control characters or spaces (RFC 3986, section 2).
                    let characters = match several {
                        true => r"[^\x00-\x20]",
                        false => r"[^/?#\x00-\x20]",
                    };
                    pattern.push_str(&format!("(?<{name}>{characters}+)"));
                }
            }
        }
        pattern.push('$');
        Some(Self {
            template,
            pattern: Regex::new(&pattern).ok()?,
            literal,
        })
    }

    /// The shape alone: two templates of one shape fit the same addresses.
    pub(crate) fn shape(&self) -> String {
        let parts = self.template.parts().map(|part| match part {
            UriPart::Text(text) => text,
            UriPart::Variable { several: false, .. } => "{}",
            UriPart::Variable { several: true, .. } => "{+}",
        });
        parts.collect()
    }

    /// The variables of an address that fits, percent-decoded. One that is not UTF-8 fits nothing.
    pub(crate) fn read(&self, uri: &str) -> Option<Map<String, Value>> {
        let found = self.pattern.captures(uri)?;
        let variables = self.template.variables().map(|(_, name)| {
            let text = percent_decode_str(found.name(name)?.as_str());
            let text = text.decode_utf8().ok().map(Cow::into_owned)?;
            Some((name.to_owned(), Value::from(text)))
        });
        variables.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(template: &'static str, uri: &str) -> Option<String> {
        let address = Address::new(UriTemplate::new(template)).unwrap();
        Some(Value::Object(address.read(uri)?).to_string())
    }

    #[test]
    fn a_variable_is_one_segment_and_comes_decoded() {
        let customer = "crm://customers/{id}";
        assert_eq!(
            read(customer, "crm://customers/7").unwrap(),
            r#"{"id":"7"}"#
        );
        assert_eq!(
            read(customer, "crm://customers/a%2Fb%20%C3%A4").unwrap(),
            r#"{"id":"a/b ä"}"#
        );
        for other in [
            "crm://customers/",
            "crm://customers/7/notes",
            "crm://customers/7?x=1",
            "crm://customers/7#x",
            "crm://customers/%FF",
            "xcrm://customers/7",
            "crm://customers/7\n",
        ] {
            assert_eq!(read(customer, other), None, "{other}");
        }
    }

    #[test]
    fn a_plus_takes_in_slashes() {
        let file = "repo://{name}/{+path}.md";
        assert_eq!(
            read(file, "repo://core/docs/a.md").unwrap(),
            r#"{"name":"core","path":"docs/a"}"#
        );
        assert_eq!(read(file, "repo://core/.md"), None);
    }

    #[test]
    fn text_means_itself() {
        assert_eq!(read("x://a.b/{c}", "x://aXb/1"), None);
    }
}
