//! The endpoints of a server that asks who is calling.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use axum::routing::get;

use super::bearer::Bearer;
use super::flood::Flood;
use super::guard::Guard;
use super::refusal::Refusal;
use super::resource::{Resource, WELL_KNOWN, scopes};
use super::{Options, PATH};
use crate::auth::Issuer;
use crate::error::{Result, ServerError};
use crate::server::Core;

/// What stands before the endpoint where callers are asked who they are, and the document that tells them how to answer.
pub(super) fn protected(
    router: Router,
    core: &Arc<Core>,
    options: &Options,
    guard: Guard,
) -> Result<(Router, Option<Bearer>)> {
    let Some(authenticator) = options.auth.authenticator() else {
        return Ok((router, None));
    };
    if let Some(upkeep) = authenticator.upkeep() {
        core.lifecycle.accompany(upkeep);
    }
    let address = options.auth.own_address();
    let resource = Resource::new(core, address, authenticator.issuers());
    let resource = Arc::new(resource);
    let flood = Flood::new(options.auth.flood_limit())?;
    let bearer = Bearer::new(
        Arc::clone(core),
        authenticator,
        Arc::clone(&resource),
        flood,
    );
    if !resource.is_described() {
        return Ok((router, Some(bearer)));
    }
    let guard = Arc::new(guard);
    let document = move |uri: Uri, headers: HeaderMap| {
        let answer = match guard.check(&uri, &headers) {
            Ok(()) => resource.document(&uri, &headers),
            Err(refusal) => refusal.into_response(),
        };
        std::future::ready(answer)
    };
    // Clients look for it at the endpoint's own path first, and then at the root. Behind a proxy the path may be another one.
    let router = router
        .route(WELL_KNOWN, get(document.clone()))
        .route(&format!("{WELL_KNOWN}/{{*path}}"), get(document));
    Ok((router, Some(bearer)))
}

/// The development issuer of a server at this address, and its endpoints.
pub(super) fn dev_issuer(
    core: &Core,
    options: &mut Options,
    address: SocketAddr,
) -> Result<Option<Router>> {
    if !options.auth.dev_issuer {
        return Ok(None);
    }
    if !address.ip().is_loopback() {
        return Err(ServerError::new(format!(
            "the development issuer gives anybody a token, and other machines can reach {address}\n  help: serve it on 127.0.0.1, or leave `--dev-issuer` out"
        )));
    }
    let scopes = scopes(core).into_iter().map(str::to_owned);
    let issuer = Arc::new(Issuer::new(address, PATH, scopes.collect())?);
    options.auth.take_from(&issuer)?;
    let warning = "DEVELOPMENT ISSUER: whoever asks gets a token with every scope; never serve this to others";
    eprintln!("{warning}");
    tracing::warn!(issuer = format!("http://{address}"), "{warning}");
    // Whatever other hosts the server answers to: under those, others reach it.
    let guard = Guard::new(&[], &options.origins).map_err(ServerError::new)?;
    let guard = Arc::new(guard);
    let check = from_fn(move |request: Request, next: Next| {
        let checked = guard
            .check(request.uri(), request.headers())
            .and_then(|()| direct(request.headers()));
        async move {
            match checked {
                Ok(()) => next.run(request).await,
                Err(refusal) => refusal.into_response(),
            }
        }
    });
    Ok(Some(issuer.router().layer(check)))
}

/// Refuses what somebody passed on: it comes from this machine, and was asked for who knows where.
fn direct(headers: &HeaderMap) -> Result<(), Refusal> {
    let tells = |name: &HeaderName| {
        let name = name.as_str();
        matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
    };
    match headers.keys().any(tells) {
        false => Ok(()),
        true => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "the development issuer serves this machine alone, and this request came through a proxy",
        )),
    }
}
