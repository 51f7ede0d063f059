//! Where a caller's tenant comes from: `Server::tenant(from::claim("org_id"))`.
//!
//! A request that says nothing of a tenant is made for a caller without one: what is counted or kept `per tenant` refuses it.

use std::borrow::Cow;

use serde_json::Value;

use crate::principal::Principal;

/// A rule that gives callers their tenant.
///
/// ```
/// use mcp_runtime::auth::from;
///
/// // The host says which tenant is meant, and the token that the caller is of it. A key of the server's own says its tenant itself.
/// let rule = from::subdomain("mcp.example.com").matching("org_id").or(from::caller());
/// # drop(rule);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a rule does nothing until a server has it: `Server::tenant`"]
pub struct Tenant(Vec<Rule>);

/// One place that a tenant comes from.
#[derive(Debug, Clone)]
struct Rule {
    source: Source,
    /// The claim that must say the same.
    matching: Option<Cow<'static, str>>,
}

#[derive(Debug, Clone)]
enum Source {
    Claim(Cow<'static, str>),
    Caller,
    Subdomain(String),
    Header(http::HeaderName),
    /// The text that was given is not the name of a header.
    NoHeader(String),
}

/// What a request says of itself, as far as it can be believed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// The host, in lower case and without a port.
    pub(crate) host: Option<&'a str>,
    /// The headers, if a trusted proxy set them.
    pub(crate) vouched: Option<&'a http::HeaderMap>,
}

/// The tenant is a claim of the token, at a dotted path: `claim("org.id")`. It is a text or a whole number.
pub fn claim(path: impl Into<Cow<'static, str>>) -> Tenant {
    Tenant::of(Source::Claim(path.into()))
}

/// The tenant is the one that the verifier gives the caller: what [`ApiKeys`](super::ApiKeys) have with each key, and a verifier of your own in its
/// [`Principal`]. It holds where there is no rule; beside others it is for [`or`](Tenant::or).
pub fn caller() -> Tenant {
    Tenant::of(Source::Caller)
}

/// The tenant is the first label of the host: `subdomain("mcp.example.com")` makes it `acme` for `acme.mcp.example.com`.
///
/// A client writes the host itself, so the token has to agree: it names the tenant in the claim of [`matching`](Tenant::matching), or it was issued for
/// this host, as an address in its `aud`. Otherwise the caller has no tenant.
///
/// Each tenant's host must be one that the server answers to: `.allowed_hosts(["acme.mcp.example.com", ..])`.
pub fn subdomain(of: impl Into<String>) -> Tenant {
    let of: String = of.into();
    Tenant::of(Source::Subdomain(of.to_ascii_lowercase()))
}

/// The tenant stands in a header that a proxy sets. It is believed only where the request comes from one of the
/// [`trusted_proxies`](crate::Server::trusted_proxies); without any, the server does not start.
pub fn header(name: &str) -> Tenant {
    Tenant::of(match name.parse() {
        Ok(name) => Source::Header(name),
        Err(_) => Source::NoHeader(name.to_owned()),
    })
}

impl Tenant {
    fn of(source: Source) -> Self {
        let matching = None;
        Self(vec![Rule { source, matching }])
    }

    /// Takes the tenant only where this claim of the token is the same, or a list in which it is.
    pub fn matching(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        let path = path.into();
        for rule in &mut self.0 {
            rule.matching.get_or_insert_with(|| path.clone());
        }
        self
    }

    /// Asks another rule where this one says nothing.
    pub fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether a request has a say in the tenant, and not the token alone.
    pub(crate) fn is_of_request(&self) -> bool {
        let mut rules = self.0.iter();
        rules.any(|rule| matches!(rule.source, Source::Subdomain(_) | Source::Header(_)))
    }

    /// The caller in the tenant that the rule gives it, and in no other.
    pub(crate) fn give(&self, caller: Principal, said: Said<'_>) -> Principal {
        let mut rules = self.0.iter();
        let tenant = rules.find_map(|rule| rule.tenant(&caller, said));
        let caller = caller.without_tenant();
        match tenant {
            Some(tenant) => caller.tenant(tenant),
            None => caller,
        }
    }

    /// What is wrong with the rule, given whether the server trusts any proxy.
    pub(crate) fn problem(&self, trusts_proxies: bool) -> Option<String> {
        let problem = |rule: &Rule| match &rule.source {
            Source::NoHeader(name) => Some(format!("`{name}` is not the name of a header")),
            Source::Header(name) if !trusts_proxies => Some(format!(
                "the tenant is to come from the header `{name}`, which any client can send\n  help: name the proxies that set it: `.trusted_proxies([\"10.0.0.0/8\"])`"
            )),
            _ => None,
        };
        self.0.iter().find_map(problem)
    }
}

impl Rule {
    fn tenant(&self, caller: &Principal, said: Said<'_>) -> Option<String> {
        let tenant = match &self.source {
            Source::Claim(path) => text(caller.claim_at(path)?)?,
            Source::Caller => caller.tenant_id()?.to_owned(),
            Source::Subdomain(of) => {
                let host = said.host?;
                let label = host.strip_suffix(of)?.strip_suffix('.')?;
                let agreed = self.matching.is_some() || is_issued_for(caller, host);
                (!label.contains('.') && agreed).then(|| label.to_owned())?
            }
            Source::Header(name) => {
                let mut values = said.vouched?.get_all(name).iter();
                // Two values are two tenants: which one is meant, nobody knows.
                match (values.next(), values.next()) {
                    (Some(value), None) => value.to_str().ok()?.trim().to_owned(),
                    _ => return None,
                }
            }
            Source::NoHeader(_) => return None,
        };
        let agreed = match &self.matching {
            None => true,
            Some(path) => match caller.claim_at(path)? {
                Value::Array(several) => several.iter().any(|one| is_same(one, &tenant)),
                one => is_same(one, &tenant),
            },
        };
        (!tenant.is_empty() && agreed).then_some(tenant)
    }
}

/// Whether a token was issued for a host: whether its audience is an address there.
fn is_issued_for(caller: &Principal, host: &str) -> bool {
    let audiences = match caller.claim_at("aud") {
        Some(Value::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let of_host = |audience: &Value| {
        let address = audience
            .as_str()
            .and_then(|text| url::Url::parse(text).ok());
        address.is_some_and(|address| address.host_str() == Some(host))
    };
    audiences.iter().any(of_host)
}

/// Hosts are the same in capitals and in small letters, and so are tenants that stand in them.
fn is_same(claim: &Value, tenant: &str) -> bool {
    text(claim).is_some_and(|claim| claim.eq_ignore_ascii_case(tenant))
}

fn text(claim: &Value) -> Option<String> {
    match claim {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
