//! Where a request comes from on the network: the connection's other end, or whom a trusted proxy says it speaks for.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The other end of a connection.
#[derive(Debug, Default)]
pub(super) struct Peer {
    pub(super) address: Option<SocketAddr>,
    /// Who its last request was from.
    #[cfg(feature = "auth")]
    pub(super) last: crate::auth::Last,
}

/// Who sent a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender {
    pub(super) address: Option<IpAddr>,
    /// Whether the connection's other end is a trusted proxy, so that what it set is so.
    #[cfg_attr(
        not(feature = "auth"),
        expect(dead_code, reason = "only a token's tenant may depend on it")
    )]
    pub(super) vouched: bool,
}

/// The proxies whose word is taken. Nobody else's `X-Forwarded-For` is looked at.
#[derive(Debug)]
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and networks, or says which one cannot be read.
    pub(super) fn new(networks: &[String]) -> Result<Self, String> {
        let read = |text: &String| {
            let network = text.parse::<IpNet>().ok();
            let network = network.or_else(|| Some(text.parse::<IpAddr>().ok()?.into()));
            network.ok_or_else(|| {
                format!("`{text}` is no network\n  help: write an address or a network, as in `trusted_proxies([\"10.0.0.0/8\"])`")
            })
        };
        Ok(Self(networks.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Who sent a request that came over a connection to `peer`, as far as anybody trustworthy can tell.
    pub(super) fn sender(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Sender {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let vouched = peer.is_some_and(|peer| self.trusts(peer));
        let address = match vouched {
            true => peer.map(|proxy| self.client(proxy, headers)),
            false => peer,
        };
        Sender { address, vouched }
    }

    /// Whom a trusted proxy speaks for.
    fn client(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        // From the last hop to the first: what an untrusted one wrote before its own address is hearsay.
        let mut client = proxy;
        for hop in hops(headers).rev() {
            // What a trusted proxy passed on without being able to read it says nothing of anybody.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.trusts(hop) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Peer {
    pub(super) fn at(address: SocketAddr) -> Self {
        Self {
            address: Some(address),
            #[cfg(feature = "auth")]
            last: crate::auth::Last::default(),
        }
    }

    /// As the program around this server left it with the request.
    pub(super) fn of(extensions: &Extensions) -> Self {
        let peer = extensions.get().map(|ConnectInfo(peer)| *peer);
        peer.map_or_else(Self::default, Self::at)
    }
}

/// The addresses of `X-Forwarded-For`, in their order over all its lines.
fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = Option<IpAddr>> + '_ {
    let lines = headers.get_all("x-forwarded-for").into_iter();
    lines.flat_map(|line| {
        let line = line.to_str().unwrap_or("?");
        line.split(',').map(|hop| address(hop.trim()))
    })
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok();
    let address = address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies: Vec<String> = proxies.iter().map(|text| (*text).to_owned()).collect();
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies = Proxies::new(&proxies).unwrap();
        let sender = proxies.sender(Some(peer), &headers);
        sender.address.unwrap().to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_named() {
        assert_eq!(client(&[], "203.0.113.7", &["10.0.0.1"]), "203.0.113.7");
        let other = ["192.0.2.0/24"];
        assert_eq!(client(&other, "203.0.113.7", &["10.0.0.1"]), "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_says_whom_it_speaks_for() {
        let proxies = ["10.0.0.0/8", "2001:db8::1"];
        for (peer, forwarded, expected) in [
            ("10.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            ("::ffff:10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("2001:db8::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("10.0.0.1", &["203.0.113.7:9999"], "203.0.113.7"),
            // What the client itself wrote stands first.
            ("10.0.0.1", &["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.7"], "203.0.113.7"),
            (
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.7, 10.9.9.9"],
                "203.0.113.7",
            ),
            // Nothing, or nothing that can be read.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
        ] {
            assert_eq!(client(&proxies, peer, forwarded), expected, "{forwarded:?}");
        }
    }

    #[test]
    fn a_network_that_cannot_be_read_is_told() {
        let error = Proxies::new(&["10.0.0.0/33".to_owned()]).unwrap_err();
        assert!(error.contains("10.0.0.0/33"), "{error}");
    }
}
