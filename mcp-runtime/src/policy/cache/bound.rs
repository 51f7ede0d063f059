//! `max 1000`: how many of a tool's answers are kept. One more takes the place of one that nobody has asked for lately.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::store::{BuildKeyHasher, Key};

/// The keys of the answers that this process has kept (CLOCK, the one-bit approximation of least recently used).
#[derive(Debug)]
pub(super) struct Bound {
    capacity: usize,
    clock: Mutex<Clock>,
}

#[derive(Debug, Default)]
struct Clock {
    slots: Vec<Slot>,
    places: HashMap<Key, usize, BuildKeyHasher>,
    hand: usize,
}

#[derive(Debug)]
struct Slot {
    key: Key,
    /// Whether somebody has asked for it since the hand last passed.
    used: bool,
}

impl Bound {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            clock: Mutex::default(),
        }
    }

    /// Somebody asked for this answer.
    pub(super) fn touch(&self, key: Key) {
        self.clock.lock().touch(key);
    }

    /// Makes room for an answer, and says which one has to go for it.
    pub(super) fn admit(&self, key: Key) -> Option<Key> {
        let mut clock = self.clock.lock();
        if clock.touch(key) {
            return None;
        }
        let slot = Slot { key, used: false };
        if clock.slots.len() < self.capacity {
            let place = clock.slots.len();
            clock.slots.push(slot);
            clock.places.insert(key, place);
            return None;
        }
        let place = clock.unused();
        let evicted = std::mem::replace(&mut clock.slots[place], slot).key;
        clock.places.remove(&evicted);
        clock.places.insert(key, place);
        Some(evicted)
    }
}

impl Clock {
    fn touch(&mut self, key: Key) -> bool {
        let Some(&place) = self.places.get(&key) else {
            return false;
        };
        self.slots[place].used = true;
        true
    }

    /// The hand goes round until it finds an answer that nobody has asked for; each one that it passes has to be asked for again.
    fn unused(&mut self) -> usize {
        loop {
            let place = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            if !std::mem::take(&mut self.slots[place].used) {
                return place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_nobody_asks_for_goes() {
        let bound = Bound::new(3);
        for key in 1..=3 {
            assert_eq!(bound.admit(Key(key)), None);
        }
        bound.touch(Key(1));
        bound.touch(Key(3));
        assert_eq!(bound.admit(Key(4)), Some(Key(2)));
        assert_eq!(bound.admit(Key(4)), None);
    }

    #[test]
    fn room_is_found_among_answers_that_are_all_in_use() {
        let bound = Bound::new(2);
        for key in 1..100 {
            let evicted = bound.admit(Key(key));
            assert_eq!(evicted.is_some(), key > 2);
            bound.touch(Key(key));
        }
    }
}
