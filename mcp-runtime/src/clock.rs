//! The time of day, on a clock that tests can pause.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Wall-clock time that runs with tokio's clock from the moment it was made.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    at: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            // A machine whose clock stands before 1970 has every sealed text expire at once, which is safe.
            at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }

    /// Since 1970.
    pub(crate) fn now(&self) -> Duration {
        self.at + self.started.elapsed()
    }
}
