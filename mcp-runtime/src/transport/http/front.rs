//! What the requests of a connection go to: straight to the endpoint, where nothing stands around it, and else by way of the router.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use axum::response::Response;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use super::PATH;
use super::edge::Edge;
use super::peer::Peer;

/// The endpoints of a server on a port of its own.
pub(super) struct Front {
    router: Router,
    endpoint: Option<Edge>,
}

impl Front {
    /// `endpoint` is the router's own at [`PATH`], unless a layer of the program's surrounds it.
    pub(super) fn new(router: Router, endpoint: Option<Edge>) -> Self {
        Self { router, endpoint }
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: &Peer,
    ) -> Result<Response, Infallible> {
        if let Some(endpoint) = &self.endpoint
            && request.uri().path() == PATH
            // Over HTTP/2 it is the router that takes the body from an answer to HEAD.
            && request.method() != Method::HEAD
        {
            return Ok(endpoint.answer(request, peer).await);
        }
        let mut request = request.map(Body::new);
        if let Some(address) = peer.address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        // In a box: it is large, and what matters for its speed does not come here.
        Box::pin(self.router.clone().oneshot(request)).await
    }
}
