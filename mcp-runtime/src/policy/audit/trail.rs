//! The audit file's writer: a thread of its own behind a bounded queue, so that no call waits for a disk.
//!
//! A full queue drops records and counts them; the count goes into the file. While the disk refuses, what the queue holds waits and the rest is
//! counted. A call that must be recorded takes its place in the queue before it runs.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::mpsc::{self, OwnedPermit};
use tokio_util::sync::CancellationToken;

use super::Unrecordable;
use super::chain::Chain;
use super::record::Record;
use super::writer::Writer;
use crate::error::ServerError;

/// Records that may wait to be written. The longest is some 32 KiB.
pub(super) const QUEUE: usize = 2048;

/// Where records go, beside the tracing target: to a file, or nowhere.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    path: Option<PathBuf>,
    trail: OnceLock<Trail>,
}

/// A place in the queue.
pub(crate) struct Place(OwnedPermit<Message>);

struct Trail {
    queue: mpsc::Sender<Message>,
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer and the calls both know.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Records dropped that the file does not know of yet.
    pub(super) lost: AtomicU64,
    lost_ever: AtomicU64,
    pub(super) written: AtomicU64,
    /// The disk refused the last attempt.
    pub(super) failing: AtomicBool,
    pub(super) closing: AtomicBool,
    pub(super) done: CancellationToken,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are records, and a box of each would be freed by another thread than the one that made it"
)]
pub(super) enum Message {
    Record(Record),
    Close,
}

impl Sink {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            trail: OnceLock::new(),
        }
    }

    /// Whether there is to be a file.
    pub(crate) fn is_configured(&self) -> bool {
        self.path.is_some()
    }

    /// Whether records are being written to a file.
    pub(crate) fn is_open(&self) -> bool {
        self.trail.get().is_some()
    }

    /// Opens the file, if there is to be one. Done when the server starts, not when it is built: a check writes nothing.
    pub(crate) fn open(&self) -> Result<(), ServerError> {
        if let (Some(path), None) = (&self.path, self.trail.get()) {
            let trail = Trail::open(path).map_err(|error| {
                let path = path.display();
                ServerError::because(format!("the audit file `{path}` cannot be opened"), error)
            })?;
            let _ = self.trail.set(trail);
        }
        Ok(())
    }

    /// Takes a place in the queue for a record that must be written.
    pub(super) fn reserve(&self) -> Result<Place, Unrecordable> {
        let trail = self.trail.get().ok_or(Unrecordable)?;
        if trail.shared.failing.load(Ordering::Acquire) {
            return Err(Unrecordable);
        }
        let place = trail.queue.clone().try_reserve_owned();
        place.map(Place).map_err(|_| Unrecordable)
    }

    pub(super) fn write(&self, record: Record, place: Option<Place>) {
        let Some(trail) = self.trail.get() else {
            return;
        };
        let message = Message::Record(record);
        match place {
            Some(Place(place)) => drop(place.send(message)),
            None => {
                if trail.queue.try_send(message).is_err() {
                    trail.shared.lost.fetch_add(1, Ordering::Relaxed);
                    trail.shared.lost_ever.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Records written, and records dropped, since the start.
    pub(crate) fn figures(&self) -> (u64, u64) {
        self.trail.get().map_or((0, 0), |trail| {
            let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            (load(&trail.shared.written), load(&trail.shared.lost_ever))
        })
    }

    /// Writes what waits, and closes the file.
    pub(crate) async fn close(&self) {
        if let Some(trail) = self.trail.get() {
            trail.shut();
            trail.shared.done.cancelled().await;
        }
    }
}

impl Trail {
    fn open(path: &Path) -> io::Result<Self> {
        let chain = Chain::open(path)?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let writer = Writer::new(chain, messages, Arc::clone(&shared));
        let writer = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(|| writer.run())?;
        Ok(Self {
            queue,
            shared,
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Tells the writer to stop when the queue is empty. Whether it was told now.
    fn shut(&self) -> bool {
        if self.shared.closing.swap(true, Ordering::AcqRel) {
            return false;
        }
        // A full queue needs no waking.
        let _ = self.queue.try_send(Message::Close);
        if let Some(writer) = &*self.writer.lock() {
            writer.thread().unpark();
        }
        true
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        // Whoever told the writer before has waited as long as they would.
        if self.shut()
            && let Some(writer) = self.writer.lock().take()
        {
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail")
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::audit::record::Record;

    fn record() -> Record {
        Record::blank()
    }

    /// A file on a disk that is always full.
    #[cfg(target_os = "linux")]
    fn on_a_full_disk() -> Sink {
        let sink = Sink::new(Some("/dev/full".into()));
        sink.open().unwrap();
        let failing = &sink.trail.get().unwrap().shared.failing;
        while !failing.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        sink
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_disk_refuses_waits_then_is_dropped_and_counted() {
        let sink = on_a_full_disk();
        for _ in 0..QUEUE {
            sink.write(record(), None);
        }
        assert_eq!(sink.figures(), (0, 0), "there is room for so many");
        sink.write(record(), None);
        sink.write(record(), None);
        assert_eq!(sink.figures(), (0, 2));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_server_that_stops_does_not_wait_for_a_disk_that_refuses() {
        let sink = on_a_full_disk();
        for _ in 0..2 * QUEUE {
            sink.write(record(), None);
        }
        sink.close().await;
        assert_eq!(sink.figures().0, 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_device_takes_records_though_it_has_no_disk_to_bring_them_to() {
        let sink = Sink::new(Some("/dev/null".into()));
        sink.open().unwrap();
        for _ in 0..QUEUE {
            sink.write(record(), None);
        }
        sink.close().await;
        assert_eq!(sink.figures(), (QUEUE as u64, 0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn no_place_is_given_on_a_disk_that_refuses() {
        let sink = on_a_full_disk();
        assert_eq!(sink.reserve().unwrap_err(), Unrecordable);
    }

    #[test]
    fn a_place_is_kept_for_who_took_it() {
        let folder = tempfile::tempdir().unwrap();
        let sink = Sink::new(Some(folder.path().join("audit.ndjson")));
        assert_eq!(sink.reserve().unwrap_err(), Unrecordable, "not open yet");
        sink.open().unwrap();
        let places: Vec<Place> = std::iter::from_fn(|| sink.reserve().ok()).collect();
        assert_eq!(places.len(), QUEUE);
        sink.write(record(), None);
        assert_eq!(sink.figures().1, 1, "every place is taken");
        for place in places {
            sink.write(record(), Some(place));
        }
        drop(sink);
        let path = folder.path().join("audit.ndjson");
        let verified = crate::audit::verify(path).unwrap();
        assert_eq!((verified.calls, verified.lost), (QUEUE as u64, 1));
        assert!(verified.closed);
    }
}
