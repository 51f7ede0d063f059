//! The server as a protected resource (RFC 9728): its own address, and the document that says who issues tokens for it.

use std::collections::BTreeSet;

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use super::PATH;
use super::guard::is_loopback;
use crate::policy::auth::Rule;
use crate::server::Core;

/// Where the document is, before the path of the resource (RFC 9728, section 3.1).
pub(super) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What clients learn about the server before they have a token.
#[derive(Debug)]
pub(super) struct Resource {
    /// To the letter as it was written: clients compare it with what tokens are issued for.
    address: Option<String>,
    issuers: Vec<String>,
    scopes: Vec<&'static str>,
    name: String,
}

impl Resource {
    pub(super) fn new(core: &Core, address: Option<String>, issuers: Vec<String>) -> Self {
        let identity = &core.identity;
        Self {
            address,
            issuers,
            scopes: scopes(core),
            name: identity.title.as_ref().unwrap_or(&identity.name).clone(),
        }
    }

    /// Whether there is a document: without an authorization server it would lead nowhere.
    pub(super) fn is_described(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// Where a client that sent this request finds the document.
    pub(super) fn metadata_address(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let address = self.address(uri, headers).filter(|_| self.is_described())?;
        let address = Url::parse(&address).ok()?;
        let origin = address.origin().ascii_serialization();
        let path = address.path().trim_end_matches('/');
        Some(format!("{origin}{WELL_KNOWN}{path}"))
    }

    /// The document.
    pub(super) fn document(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let document = json!({
            "resource": self.address(uri, headers),
            "authorization_servers": self.issuers,
            "scopes_supported": self.scopes,
            "bearer_methods_supported": ["header"],
            "resource_name": self.name,
        });
        // It is the same for everybody, and web pages that are clients read it too.
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ];
        (headers, document.to_string()).into_response()
    }

    /// The server's own address: as it was told, else as the request names the host, which is an allowed one.
    fn address(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        if let Some(address) = &self.address {
            return Some(address.clone());
        }
        let host = host(uri, headers)?;
        let scheme = if is_loopback(host) { "http" } else { "https" };
        Some(format!("{scheme}://{host}{PATH}"))
    }
}

/// The host that a request names, with its port.
pub(super) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let named = uri.authority().map(|authority| authority.as_str());
    named.or_else(|| headers.get(HOST)?.to_str().ok())
}

/// Every scope that a tool, a resource, a prompt or the skills ask for. `offline_access` is asked of the authorization server, never of a resource.
pub(super) fn scopes(core: &Core) -> Vec<&'static str> {
    let rules = core.tools().all().map(|tool| &tool.policies.auth);
    let scopes = rules.flat_map(|rule| match rule {
        Rule::Requires(auth) => auth.scopes().collect(),
        Rule::Undecided | Rule::Anyone => Vec::new(),
    });
    let scopes: BTreeSet<_> = scopes.filter(|scope| *scope != "offline_access").collect();
    scopes.into_iter().collect()
}
