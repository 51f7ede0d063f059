//! Fetching an issuer's keys: where they are, and what of them is taken.

use jsonwebtoken::jwk::JwkSet;
use tokio::time::timeout;
use url::Url;

use super::fetch::{Client, FetchError, TIMEOUT, discovered, guarded};
use super::keyset::KeySet;
use crate::error::ServerError;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub(super) enum Source {
    /// The issuer, whose metadata says where its keys are.
    Issuer(String),
    Keys(String),
}

impl Source {
    /// Checks the address.
    pub(super) fn check(&self) -> Result<(), ServerError> {
        let (Self::Issuer(address) | Self::Keys(address)) = self;
        guarded(address)
            .map(drop)
            .map_err(|why| ServerError::new(format!("`{address}` is no address of keys: {why}")))
    }

    /// Fetches the keys. However many requests that takes, all of them have the time of one.
    pub(super) async fn fetch(&self, client: &Client) -> Result<KeySet, FetchError> {
        let fetching = async {
            let address = match self {
                Self::Keys(address) => guarded(address)?,
                Self::Issuer(issuer) => discover(client, issuer).await?,
            };
            let set = client.json::<JwkSet>(address).await?;
            Ok(KeySet::new(&set)?)
        };
        match timeout(TIMEOUT, fetching).await {
            Ok(fetched) => fetched,
            Err(_) => Err("it took longer than 5 s".into()),
        }
    }
}

/// Where an issuer's keys are: its metadata says so, and must be its own.
async fn discover(client: &Client, issuer: &str) -> Result<Url, FetchError> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        issuer: String,
        jwks_uri: String,
    }
    let own = guarded(issuer)?;
    let mut found = Err("no metadata".into());
    for address in well_known(&own) {
        found = client.json::<Metadata>(guarded(&address)?).await;
        if found.is_ok() {
            break;
        }
    }
    let metadata = found?;
    // RFC 8414, section 3.3: to the letter, or another issuer could pose as this one.
    if metadata.issuer != issuer {
        return Err("the metadata names another issuer".into());
    }
    discovered(&own, &metadata.jwks_uri)
}

/// RFC 8414 puts its path before the issuer's, OpenID Connect Discovery after it.
fn well_known(issuer: &Url) -> [String; 2] {
    let path = issuer.path().trim_end_matches('/');
    let origin = issuer.origin().ascii_serialization();
    [
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ]
}
