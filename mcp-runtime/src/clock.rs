//! The time of day, on a clock that tests can pause.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// The machine's wall clock, moved by what tokio's clock was moved by.
///
/// It is read anew each time: what ends at a time of day ends then, also on a machine that was asleep or was told the time since. Where tests pause
/// tokio's clock, this one stands still and goes forward with it.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: fn() -> SystemTime,
    started: Instant,
    really_started: std::time::Instant,
    /// What the wall clock showed at the start, as it is set now: nanoseconds since 1970.
    at: AtomicU64,
}

/// Clocks are read one after the other, and adjusted by a little all the time. What differs by less is no other time of day.
const TOLERANCE: Duration = Duration::from_secs(1);

impl Clock {
    pub(crate) fn start() -> Self {
        Self::of(SystemTime::now)
    }

    /// A clock over another source of the time of day.
    fn of(wall: fn() -> SystemTime) -> Self {
        Self {
            wall,
            started: Instant::now(),
            really_started: real_now(),
            at: AtomicU64::new(nanos(since_1970(wall()))),
        }
    }

    /// Since 1970.
    pub(crate) fn now(&self) -> Duration {
        self.moment().wall
    }

    pub(crate) fn moment(&self) -> Moment {
        let real = real_now().saturating_duration_since(self.really_started);
        let at = since_1970((self.wall)()).saturating_sub(real);
        let known = Duration::from_nanos(self.at.load(Ordering::Relaxed));
        let at = match at.abs_diff(known) < TOLERANCE {
            true => known,
            false => {
                self.at.store(nanos(at), Ordering::Relaxed);
                at
            }
        };
        let running = self.started.elapsed();
        Moment {
            wall: at + running,
            running,
        }
    }
}

/// One moment, as two clocks tell it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Since 1970.
    pub(crate) wall: Duration,
    /// Since the [`Clock`] started, whatever the machine is told the time of day is.
    #[cfg_attr(
        not(feature = "auth"),
        expect(dead_code, reason = "tokens alone are kept by both")
    )]
    pub(crate) running: Duration,
}

/// A machine whose clock stands before 1970 has every sealed text expire at once, which is safe.
fn since_1970(wall: SystemTime) -> Duration {
    wall.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the difference to tokio's clock is what is asked for"
)]
fn real_now() -> std::time::Instant {
    std::time::Instant::now()
}

/// A time of day that a test moves: each test's thread has its own.
#[cfg(test)]
pub(crate) mod stepped {
    use std::cell::Cell;
    use std::time::{Duration, SystemTime};

    use super::Clock;

    thread_local! {
        static AHEAD: Cell<i64> = const { Cell::new(0) };
    }

    /// A clock that [`step`] moves.
    pub(crate) fn clock() -> Clock {
        AHEAD.set(0);
        Clock::of(wall)
    }

    /// Moves the time of day by seconds, and no other clock.
    pub(crate) fn step(seconds: i64) {
        AHEAD.set(AHEAD.get() + seconds);
    }

    fn wall() -> SystemTime {
        let step = Duration::from_secs(AHEAD.get().unsigned_abs());
        match AHEAD.get() < 0 {
            true => SystemTime::now() - step,
            false => SystemTime::now() + step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds between two readings, to the nearest.
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand seconds")]
    fn seconds(from: Duration, to: Duration) -> i64 {
        let between = to.as_secs_f64() - from.as_secs_f64();
        between.round() as i64
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_with_tokios_clock_and_with_the_machines() {
        let clock = stepped::clock();
        let began = clock.now();
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(clock.now() - began, Duration::from_secs(90));
        // The machine was asleep for an hour, or told the time: no other clock knows.
        stepped::step(3600);
        assert_eq!(seconds(began, clock.now()), 3690);
        stepped::step(-7200);
        assert_eq!(seconds(began, clock.now()), -3510);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(seconds(began, clock.now()), -3500);
    }

    #[tokio::test]
    async fn it_is_the_time_of_day() {
        let clock = Clock::start();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(seconds(wall, clock.now()), 0);
    }
}
