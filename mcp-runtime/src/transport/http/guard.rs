//! Which names the server answers to, and which web pages may speak to it.
//!
//! A browser sends a page's requests wherever the page's own host name points (DNS rebinding). It cannot hide which host and which
//! origin it believes to speak for, so both are checked on every request.

use std::net::IpAddr;
use std::sync::OnceLock;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};

use super::refusal::Refusal;

/// The allow-lists, read once.
#[derive(Debug)]
pub(super) struct Guard {
    hosts: Vec<Host>,
    any_host: bool,
    origins: Vec<Origin>,
    any_origin: bool,
    /// The first host that was found to be ours: as a rule, the one that every client names.
    usual: OnceLock<String>,
}

/// A host, with a port where only that one will do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: Host,
}

impl Guard {
    /// Reads the lists, or says which entry cannot be read and what to write.
    pub(super) fn new(hosts: &[String], origins: &[String]) -> Result<Self, String> {
        let named = |entries: &[String]| -> Vec<String> {
            let named = entries.iter().filter(|entry| *entry != "*");
            named.cloned().collect()
        };
        let any = |entries: &[String]| entries.iter().any(|entry| entry == "*");
        let read_host = |entry: &String| {
            Host::read(entry).ok_or_else(|| {
                format!("`{entry}` is not a host\n  help: write the name alone, as in `allowed_hosts([\"mcp.example.com\"])`, or with a port: `\"mcp.example.com:8443\"`")
            })
        };
        let read_origin = |entry: &String| {
            Origin::read(entry).ok_or_else(|| {
                format!("`{entry}` is not an origin\n  help: write scheme and host, as in `allowed_origins([\"https://app.example.com\"])`, with a port if it is not the scheme's own")
            })
        };
        Ok(Self {
            hosts: named(hosts)
                .iter()
                .map(read_host)
                .collect::<Result<_, _>>()?,
            any_host: any(hosts),
            origins: named(origins)
                .iter()
                .map(read_origin)
                .collect::<Result<_, _>>()?,
            any_origin: any(origins),
            usual: OnceLock::new(),
        })
    }

    /// Refuses a request for a host that is not ours, or from a page that may not call.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(HOST).iter();
        let named = match (hosts.next(), hosts.next()) {
            (_, Some(_)) => return Err(bad_request("more than one Host header")),
            (named, None) => named,
        };
        // HTTP/2, and a request for a whole URI, name the host in the request's first line: each name must be ours.
        let authority = uri.authority().map(Authority::as_str);
        let header = named.map(HeaderValue::to_str).transpose();
        let header = header.map_err(|_| bad_request("the Host header is not text"))?;
        if authority.is_none() && header.is_none() {
            return Err(bad_request("there is no Host header"));
        }
        for host in [authority, header].into_iter().flatten() {
            if !self.allows_host(host) {
                tracing::warn!(
                    host = shown(host),
                    "refused: this host is not the server's; if it should be, add it with `allowed_hosts`"
                );
                return Err(forbidden("this server does not answer to that host"));
            }
        }
        for origin in headers.get_all(ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            if !self.allows_origin(origin) {
                tracing::warn!(
                    origin = shown(origin),
                    "refused: pages of this origin may not call the server; if they should, add it with `allowed_origins`"
                );
                return Err(forbidden("pages of that origin may not call this server"));
            }
        }
        Ok(())
    }

    /// Whether every host is taken, what cannot be read as one included.
    pub(super) fn takes_any_host(&self) -> bool {
        self.any_host
    }

    fn allows_host(&self, text: &str) -> bool {
        if self.any_host || self.usual.get().is_some_and(|usual| usual == text) {
            return true;
        }
        let allowed = Host::read(text).is_some_and(|host| {
            host.is_loopback() || self.hosts.iter().any(|own| own.admits(&host))
        });
        if allowed {
            self.usual.get_or_init(|| text.to_owned());
        }
        allowed
    }

    fn allows_origin(&self, text: &str) -> bool {
        self.any_origin
            || Origin::read(text)
                .is_some_and(|origin| origin.host.is_loopback() || self.origins.contains(&origin))
    }
}

impl Host {
    fn read(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        if text.contains('@') || authority.host().is_empty() {
            return None;
        }
        // `example.com:` and `example.com:99999` have no port that can be read.
        let ported = authority.as_str().len() > authority.host().len();
        let port = authority.port_u16();
        (ported == port.is_some()).then(|| Self {
            name: authority.host().to_ascii_lowercase(),
            port,
        })
    }

    fn is_loopback(&self) -> bool {
        let name = self.name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Whether an entry of the list covers what a request names.
    fn admits(&self, named: &Self) -> bool {
        self.name == named.name && (self.port.is_none() || self.port == named.port)
    }
}

impl Origin {
    fn read(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let scheme: Scheme = scheme.to_ascii_lowercase().parse().ok()?;
        if scheme.as_str().is_empty() {
            return None;
        }
        let mut host = Host::read(host)?;
        let own = match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        host.port = host.port.or(own);
        Some(Self {
            scheme: scheme.as_str().to_owned(),
            host,
        })
    }
}

/// Whether a host, with its port or without, is a name of this machine for itself.
#[cfg(feature = "auth")]
pub(super) fn is_loopback(host: &str) -> bool {
    Host::read(host).is_some_and(|host| host.is_loopback())
}

/// A name from a request, for the log: not at any length, and nothing that moves the cursor.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(128).collect()
}

fn bad_request(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}

fn forbidden(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, message)
}

#[cfg(test)]
mod tests;
