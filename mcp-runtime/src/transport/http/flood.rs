//! The flood limit: how often one address may come without a token that holds.
//!
//! What is refused, and what comes without a token, is charged to the address it comes from; while that has nothing left, it is answered with 429 before
//! anything is verified. A token that was verified a moment ago passes whatever its address has done: its owner may share it with others. Requests
//! of which no address is known are not counted.
//!
//! State: buckets in this process's memory, a bounded number of them.

use std::net::IpAddr;
use std::time::Duration;

use mcp_grammar::{Cost, Count, Key as By, Rate};

use crate::auth::FLOOD_LIMIT as DEFAULT;
use crate::error::ServerError;
use crate::store::{Charge, Key, KeySpace, MemoryStore, Taken};

/// How many addresses are told apart that have something to make up for.
const ADDRESSES: usize = 1 << 16;

/// How much an address may come without a token that holds.
#[derive(Debug)]
pub(super) struct Flood {
    interval: Duration,
    burst: u64,
    keys: KeySpace,
    buckets: MemoryStore,
}

impl Flood {
    /// Reads a limit; none is `off`.
    pub(super) fn new(limit: &str) -> Result<Option<Self>, ServerError> {
        if limit == "off" {
            return Ok(None);
        }
        let wrong = |why: String| {
            ServerError::new(format!(
                "`{limit}` is no flood limit: {why}\n  help: write how often one address may be refused: `.flood_limit(\"{DEFAULT}\")`, or `.flood_limit(\"off\")`"
            ))
        };
        let rate = Rate::parse(limit).map_err(|error| wrong(error.to_string()))?;
        let plain = matches!(rate.keys.as_slice(), [] | [By::Global])
            && rate.cost == Cost::Fixed(1)
            && rate.count == Count::Executions
            && rate.shared.is_none()
            && rate.on_error.is_none();
        if !plain {
            return Err(wrong(
                "it counts refusals by their address, and nothing else".to_owned(),
            ));
        }
        Ok(Some(Self {
            interval: rate.window / rate.limit,
            burst: rate.burst.into(),
            keys: KeySpace::random(),
            buckets: MemoryStore::with_limits(ADDRESSES, 0),
        }))
    }

    /// Says how long an address is to wait that has nothing left, and charges nothing.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Duration> {
        match self.buckets.wait(&self.one(address)) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Charges an address, or says how long it is to wait.
    pub(super) fn take(&self, address: IpAddr) -> Result<(), Duration> {
        match self.buckets.charge(&[self.one(address)]) {
            Taken::All => Ok(()),
            Taken::Short { wait, .. } => Err(wait),
        }
    }

    fn one(&self, address: IpAddr) -> Charge {
        Charge {
            key: self.key(address),
            interval: self.interval,
            burst: self.burst,
            cost: 1,
        }
    }

    /// Who has one address of IPv6 has the other 2^64 of its network too.
    fn key(&self, address: IpAddr) -> Key {
        let key = self.keys.key("flood");
        match address.to_canonical() {
            IpAddr::V4(address) => key.bytes(&address.octets()),
            IpAddr::V6(address) => key.bytes(&address.octets()[..8]),
        }
        .finish()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn flood(limit: &str) -> Flood {
        Flood::new(limit).unwrap().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_its_burst_and_then_what_flows_back() {
        let flood = flood("2/s burst 10");
        let address = at("203.0.113.7");
        for _ in 0..10 {
            assert_eq!(flood.check(address), Ok(()));
            assert_eq!(flood.take(address), Ok(()));
        }
        let wait = Duration::from_millis(500);
        assert_eq!(flood.check(address), Err(wait));
        assert_eq!(flood.take(address), Err(wait));
        assert_eq!(flood.check(at("203.0.113.8")), Ok(()));
        advance(wait).await;
        assert_eq!(flood.check(address), Ok(()));
        assert_eq!(flood.take(address), Ok(()));
        assert_eq!(flood.check(address), Err(wait));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_costs_nothing() {
        let flood = flood("1/h");
        for number in 0..1000_u32 {
            let address = IpAddr::V4(number.into());
            assert_eq!(flood.check(address), Ok(()));
        }
        assert_eq!(flood.buckets.bucket_count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_of_ipv6_is_one_address_and_a_mapped_one_is_the_one_it_maps() {
        let flood = flood("1/h");
        assert_eq!(flood.take(at("2001:db8:1:2::1")), Ok(()));
        assert!(flood.check(at("2001:db8:1:2:ffff::9")).is_err());
        assert_eq!(flood.check(at("2001:db8:1:3::1")), Ok(()));
        assert_eq!(flood.take(at("203.0.113.7")), Ok(()));
        assert!(flood.check(at("::ffff:203.0.113.7")).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_addresses_there_are_the_memory_is_bounded() {
        let flood = flood("1/h");
        for number in 0..200_000_u32 {
            let _ = flood.take(IpAddr::V4(number.into()));
        }
        assert!(flood.buckets.bucket_count() <= ADDRESSES);
        // None of those in use was given up for another.
        assert!(flood.check(IpAddr::V4(0.into())).is_err());
    }

    #[test]
    fn what_is_no_limit_is_told() {
        assert!(Flood::new("off").unwrap().is_none());
        assert!(Flood::new(DEFAULT).unwrap().is_some());
        for (limit, said) in [
            ("10/sec", "unknown unit"),
            ("0/s", "a rate of zero"),
            ("never", "expected a number"),
            ("10/s per caller", "by their address"),
            ("10/s cost 2", "by their address"),
            ("10/s shared x", "by their address"),
        ] {
            let error = Flood::new(limit).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("help:"), "{error}");
        }
    }
}
