//! Requests to authorization servers: https unless on this machine, no redirect, no proxy, bounded in time and size.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use url::{Host, Url};

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 1 << 20;

pub(super) type FetchError = Box<dyn std::error::Error + Send + Sync>;

/// An HTTP client, made when it is first needed: reading the machine's certificates takes a while.
#[derive(Debug, Default)]
pub(super) struct Client(OnceLock<reqwest::Client>);

impl Client {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

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

/// Whether an address is on this machine, where there may be no https.
pub(super) fn is_local(url: &Url) -> bool {
    url.host().is_some_and(|host| is_loopback(&host))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}
