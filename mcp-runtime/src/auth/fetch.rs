//! Requests to authorization servers: https unless on this machine, no redirect, no proxy, bounded in time and size.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::error::ServerError;

/// How long an issuer has to answer; nobody who calls waits longer for it.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 1 << 20;

pub(super) type FetchError = Box<dyn std::error::Error + Send + Sync>;

/// An HTTP client, made when the server starts: reading the machine's certificates takes a while, and no call should wait for it.
#[derive(Debug, Default)]
pub(super) struct Client(OnceLock<reqwest::Client>);

impl Client {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Makes it.
    pub(super) fn start(&self) -> Result<(), ServerError> {
        match self.get() {
            Ok(_) => Ok(()),
            Err(why) => Err(ServerError::because(
                "no authorization server can be asked",
                why,
            )),
        }
    }

    /// The client, made here where it has not been.
    pub(super) fn get(&self) -> Result<&reqwest::Client, FetchError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()?;
        Ok(self.0.get_or_init(|| client))
    }

    /// The JSON at an address.
    pub(super) async fn json<T: DeserializeOwned>(&self, address: Url) -> Result<T, FetchError> {
        let request = self.get()?.get(address).header(ACCEPT, "application/json");
        Ok(serde_json::from_slice(&body(request).await?)?)
    }
}

/// The body of a request's answer, which must be `200 OK`.
pub(super) async fn body(request: RequestBuilder) -> Result<Vec<u8>, FetchError> {
    let answer = answer_or_missing(request).await?;
    answer.ok_or_else(|| "the answer was 404 Not Found".into())
}

/// The same, or nothing where there is nothing.
pub(super) async fn answer_or_missing(
    request: RequestBuilder,
) -> Result<Option<Vec<u8>>, FetchError> {
    // The address, and with it whatever stands in it, is left out of the error.
    let mut answer = request.send().await.map_err(reqwest::Error::without_url)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(format!("the answer was {status}").into()),
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err("the answer was longer than 1 MiB".into());
        }
    }
    Ok(Some(body))
}

/// An address that may be asked.
pub(super) fn guarded(address: &str) -> Result<Url, FetchError> {
    let url = Url::parse(address)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of an authorization server holds no credentials".into());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local(&url) => Ok(url),
        _ => Err("an authorization server is asked over https; over http only on this machine, in development".into()),
    }
}

/// An address that an issuer's metadata points to.
///
/// What somebody else wrote is not followed into the network that this server is in: only to the issuer's own host, to what everybody can reach, or, from
/// an issuer on this machine, wherever it says.
pub(super) fn discovered(issuer: &Url, address: &str) -> Result<Url, FetchError> {
    let url = guarded(address)?;
    let same = url.host() == issuer.host();
    match same || is_local(issuer) || !is_inside(&url) {
        true => Ok(url),
        false => Err("the metadata points into this machine's own network".into()),
    }
}

/// Whether an address is on this machine, where there may be no https.
pub(super) fn is_local(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(address).to_canonical().is_loopback(),
    })
}

/// `localhost` and all below it, with or without the root's dot (RFC 6761, section 6.3). The parser has made it lower case.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is of this machine or of a network that is not everybody's. A name is no address: what it stands for is its owner's business.
fn is_inside(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => is_inside_v4(address),
        Host::Ipv6(address) => is_inside_v6(address),
    })
}

/// RFC 6890, and what follows it.
fn is_inside_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        // "This network", shared address space, protocol assignments, benchmarks, reserved.
        || first == 0
        || (first == 100 && (64..128).contains(&second))
        || (first, second, third) == (192, 0, 0)
        || (first == 198 && (18..20).contains(&second))
        || first >= 240
}

fn is_inside_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = embedded(address) {
        return is_inside_v4(inner);
    }
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || (address.segments()[0] & 0xffc0) == 0xfec0
}

/// The address that one of IPv6 stands for: mapped, compatible, translated (RFC 6052) or in a tunnel (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let four = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(four(high, low))
        }
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(four(high, low)),
        [0x2002, high, low, ..] => Some(four(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_many_names() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "a.localhost.",
            "127.0.0.1",
            "127.8.8.8",
            "0177.1",
            "2130706433",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(guarded(&format!("http://{host}/x")).is_ok(), "{host}");
        }
        for host in [
            "id.example.com",
            "localhost.example.com",
            "notlocalhost",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::ffff:10.0.0.1]",
        ] {
            assert!(guarded(&format!("http://{host}/x")).is_err(), "{host}");
            assert!(guarded(&format!("https://{host}/x")).is_ok(), "{host}");
        }
    }

    #[test]
    fn metadata_points_nobody_into_this_machines_network() {
        let issuer = Url::parse("https://id.example.com/tenant").unwrap();
        for host in [
            "localhost",
            "localhost.",
            "keys.localhost",
            "127.0.0.1",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fd00::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
        ] {
            for scheme in ["https", "http"] {
                let found = discovered(&issuer, &format!("{scheme}://{host}/jwks"));
                assert!(found.is_err(), "{scheme}://{host}");
            }
        }
        for host in [
            "id.example.com",
            "keys.example.net",
            "8.8.8.8",
            "[2606:4700::1111]",
        ] {
            assert!(
                discovered(&issuer, &format!("https://{host}/jwks")).is_ok(),
                "{host}"
            );
        }
    }

    #[test]
    fn an_issuer_inside_points_to_itself_and_one_on_this_machine_anywhere() {
        let inside = Url::parse("https://10.0.0.5/id").unwrap();
        assert!(discovered(&inside, "https://10.0.0.5:8443/jwks").is_ok());
        assert!(discovered(&inside, "https://10.0.0.6/jwks").is_err());
        assert!(discovered(&inside, "http://127.0.0.1/jwks").is_err());
        let local = Url::parse("http://127.0.0.1:4000").unwrap();
        assert!(discovered(&local, "http://localhost:4001/jwks").is_ok());
        assert!(discovered(&local, "https://10.0.0.6/jwks").is_ok());
    }
}
