//! Requests to authorization servers: https unless on this machine, no redirect, no proxy, bounded in time and size.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use url::{Host, Url};

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 1 << 20;

pub(super) type FetchError = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn client() -> Result<Client, FetchError> {
    Ok(Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()?)
}

/// The JSON at an address.
pub(super) async fn get<T: DeserializeOwned>(address: &str) -> Result<T, FetchError> {
    let request = client()?.get(guarded(address)?);
    Ok(serde_json::from_slice(&body(request).await?)?)
}

/// The body of a request's answer, which must be `200 OK`.
pub(super) async fn body(request: RequestBuilder) -> Result<Vec<u8>, FetchError> {
    let mut answer = request.send().await?;
    if answer.status() != StatusCode::OK {
        return Err(format!("the answer was {}", answer.status()).into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err("the answer was longer than 1 MiB".into());
        }
    }
    Ok(body)
}

/// An address that may be asked.
pub(super) fn guarded(address: &str) -> Result<Url, FetchError> {
    let url = Url::parse(address)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of an authorization server holds no credentials".into());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if url.host().is_some_and(|host| is_loopback(&host)) => Ok(url),
        _ => Err("an authorization server is asked over https; over http only on this machine, in development".into()),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}
