//! Buckets under GCRA: a bucket's whole state is one instant, its theoretical arrival time (TAT).
//!
//! A bucket whose TAT has passed is full, which is what an absent bucket is: that is why idle buckets can go.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use smallvec::SmallVec;

use super::super::{BuildKeyHasher, Charge, Key, Taken};

const SHARDS: usize = 64;

/// A full shard is swept at most this often (nanoseconds): a flood of new keys must not turn each charge into a sweep.
const SWEEP_PAUSE: u64 = 10_000_000;

pub(super) struct Buckets {
    shards: Vec<Mutex<Shard>>,
    overflows: AtomicU64,
}

struct Shard {
    /// Nanoseconds since the store began.
    tats: HashMap<u128, u64, BuildKeyHasher>,
    capacity: usize,
    /// The TAT of the bucket that keys without a place share.
    crowd: u64,
    /// Before this instant a sweep is not worth its time.
    sweep_after: u64,
}

impl Buckets {
    pub(super) fn new(capacity: usize) -> Self {
        let shard = || {
            Mutex::new(Shard {
                tats: HashMap::default(),
                capacity: (capacity / SHARDS).max(1),
                crowd: 0,
                sweep_after: 0,
            })
        };
        Self {
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
            overflows: AtomicU64::new(0),
        }
    }

    pub(super) fn overflows(&self) -> u64 {
        self.overflows.load(Ordering::Relaxed)
    }

    pub(super) fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().tats.len())
            .sum()
    }

    pub(super) fn take(&self, charges: &[Charge], now: Duration) -> Taken {
        let now = nanos(now);
        if let [charge] = charges {
            let shard = &mut *self.shard(charge.key).lock();
            return match arrival(charge, shard.tat(charge.key, now), now) {
                Ok(tat) => {
                    self.set(shard, charge, tat, now);
                    Taken::All
                }
                Err(wait) => Taken::Short { index: 0, wait },
            };
        }
        self.take_several(charges, now)
    }

    /// How long until a charge would pass, which is not made.
    #[cfg(feature = "auth")]
    pub(super) fn wait(&self, charge: &Charge, now: Duration) -> Duration {
        let now = nanos(now);
        let tat = self.shard(charge.key).lock().tat(charge.key, now);
        arrival(charge, tat, now).err().unwrap_or_default()
    }

    /// Every shard concerned stays locked, in one order for all callers, until all charges are known to pass.
    fn take_several(&self, charges: &[Charge], now: u64) -> Taken {
        let mut numbers: SmallVec<[usize; 4]> =
            charges.iter().map(|charge| number(charge.key)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut shards: SmallVec<[(usize, MutexGuard<'_, Shard>); 4]> = numbers
            .into_iter()
            .map(|number| (number, self.shards[number].lock()))
            .collect();
        let mut planned: SmallVec<[(&Charge, u64); 4]> = SmallVec::new();
        let mut short: Option<(usize, Duration)> = None;
        for (index, charge) in charges.iter().enumerate() {
            // A bucket that is named twice is charged twice.
            let earlier = planned
                .iter()
                .rev()
                .find(|(other, _)| other.key == charge.key);
            let tat = match earlier {
                Some((_, tat)) => *tat,
                None => held(&mut shards, charge.key).tat(charge.key, now),
            };
            match arrival(charge, tat, now) {
                Ok(tat) => planned.push((charge, tat)),
                Err(wait) if short.is_none_or(|(_, longest)| wait > longest) => {
                    short = Some((index, wait));
                }
                Err(_) => {}
            }
        }
        if let Some((index, wait)) = short {
            return Taken::Short { index, wait };
        }
        for (charge, tat) in planned {
            self.set(held(&mut shards, charge.key), charge, tat, now);
        }
        Taken::All
    }

    fn shard(&self, key: Key) -> &Mutex<Shard> {
        &self.shards[number(key)]
    }

    fn set(&self, shard: &mut Shard, charge: &Charge, tat: u64, now: u64) {
        if shard.make_room(charge.key, now) {
            shard.tats.insert(charge.key.0, tat);
        } else {
            self.overflows.fetch_add(1, Ordering::Relaxed);
            let shared = shard.crowd.max(now).saturating_add(cost(charge));
            shard.crowd = shared;
        }
    }
}

impl Shard {
    /// A key without a bucket has a full one, unless this shard is out of buckets: then it shares one with all such keys.
    fn tat(&mut self, key: Key, now: u64) -> u64 {
        match self.tats.get(&key.0).copied() {
            Some(tat) => tat,
            None if self.make_room(key, now) => 0,
            None => self.crowd,
        }
    }

    /// Whether there is a place for this key, dropping idle buckets to make one.
    fn make_room(&mut self, key: Key, now: u64) -> bool {
        if self.tats.len() < self.capacity || self.tats.contains_key(&key.0) {
            return true;
        }
        if now < self.sweep_after {
            return false;
        }
        self.tats.retain(|_, tat| *tat > now);
        let next = self.tats.values().copied().min();
        self.sweep_after = next.unwrap_or(now).max(now.saturating_add(SWEEP_PAUSE));
        self.tats.len() < self.capacity
    }
}

/// The shard of a key, among those that are locked.
fn held<'a>(shards: &'a mut [(usize, MutexGuard<'_, Shard>)], key: Key) -> &'a mut Shard {
    let position = shards
        .binary_search_by_key(&number(key), |(number, _)| *number)
        .unwrap_or_default();
    &mut shards[position].1
}

/// The bucket's next TAT if it can pay, else how long until it can.
fn arrival(charge: &Charge, tat: u64, now: u64) -> Result<u64, Duration> {
    let tat = tat.max(now).saturating_add(cost(charge));
    let tolerance = nanos(charge.interval).saturating_mul(charge.burst);
    // Centuries away, times stop adding up: what is that late is refused.
    let tolerance = tolerance.min(u64::MAX / 4);
    match (tat - now).checked_sub(tolerance) {
        None | Some(0) => Ok(tat),
        Some(excess) => Err(Duration::from_nanos(excess)),
    }
}

fn cost(charge: &Charge) -> u64 {
    nanos(charge.interval).saturating_mul(charge.cost)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn number(key: Key) -> usize {
    // The low six bits of a number below 64.
    (key.0 & (SHARDS as u128 - 1)) as usize
}
