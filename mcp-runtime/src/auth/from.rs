//! Where a caller's tenant comes from: `Server::tenant(from::claim("org_id"))`.
//!
//! A request that says nothing of a tenant is made for a caller without one: what is counted or kept `per tenant` refuses it.

use std::borrow::Cow;

use crate::principal::Principal;

/// A rule that gives callers their tenant.
#[derive(Debug, Clone)]
#[must_use = "a rule does nothing until a server has it: `Server::tenant`"]
pub struct Tenant(Source);

#[derive(Debug, Clone)]
enum Source {
    Claim(Cow<'static, str>),
    Subdomain(String),
    Header(http::HeaderName),
    /// The text that was given is not the name of a header.
    NoHeader(String),
}

/// The tenant is a claim of the token, at a dotted path: `claim("org.id")`. It is a text or a whole number.
pub fn claim(path: impl Into<Cow<'static, str>>) -> Tenant {
    Tenant(Source::Claim(path.into()))
}

/// The tenant is the first label of the host: `subdomain("mcp.example.com")` makes it `acme` for `acme.mcp.example.com`.
///
/// Each tenant's host must be one that the server answers to: `.allowed_hosts(["acme.mcp.example.com", ..])`.
pub fn subdomain(of: impl Into<String>) -> Tenant {
    let of: String = of.into();
    Tenant(Source::Subdomain(of.to_ascii_lowercase()))
}

/// The tenant stands in a header that a proxy sets. It is believed only where the request comes from one of the
/// [`trusted_proxies`](crate::Server::trusted_proxies); without any, the server does not start.
pub fn header(name: &str) -> Tenant {
    Tenant(match name.parse() {
        Ok(name) => Source::Header(name),
        Err(_) => Source::NoHeader(name.to_owned()),
    })
}

impl Tenant {
    /// The caller with the tenant that its token says. Where the tenant comes from elsewhere, the token's has no say.
    pub(super) fn of_token(&self, caller: Principal) -> Principal {
        let Source::Claim(path) = &self.0 else {
            return caller.without_tenant();
        };
        let tenant = caller.claim_at(path).and_then(|value| match value {
            serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let caller = caller.without_tenant();
        match tenant {
            Some(tenant) => caller.tenant(tenant),
            None => caller,
        }
    }

    /// Whether a request has a say in the tenant, and not the token alone.
    pub(crate) fn is_of_request(&self) -> bool {
        !matches!(self.0, Source::Claim(_))
    }

    /// The tenant that a request says: its host, in lower case and without a port, and its headers if a trusted proxy set them.
    pub(crate) fn of_request(
        &self,
        host: Option<&str>,
        vouched: Option<&http::HeaderMap>,
    ) -> Option<String> {
        let tenant = match &self.0 {
            Source::Subdomain(of) => {
                let label = host?.strip_suffix(of)?.strip_suffix('.')?;
                (!label.contains('.')).then_some(label)?
            }
            Source::Header(name) => {
                let mut values = vouched?.get_all(name).iter();
                // Two values are two tenants: which one is meant, nobody knows.
                match (values.next(), values.next()) {
                    (Some(value), None) => value.to_str().ok()?.trim(),
                    _ => return None,
                }
            }
            Source::Claim(_) | Source::NoHeader(_) => return None,
        };
        (!tenant.is_empty()).then(|| tenant.to_owned())
    }

    /// What is wrong with the rule, given whether the server trusts any proxy.
    pub(crate) fn problem(&self, trusts_proxies: bool) -> Option<String> {
        match &self.0 {
            Source::NoHeader(name) => Some(format!("`{name}` is not the name of a header")),
            Source::Header(name) if !trusts_proxies => Some(format!(
                "the tenant is to come from the header `{name}`, which any client can send\n  help: name the proxies that set it: `.trusted_proxies([\"10.0.0.0/8\"])`"
            )),
            _ => None,
        }
    }
}
