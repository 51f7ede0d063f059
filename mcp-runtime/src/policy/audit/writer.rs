//! What runs in the audit file's own thread.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::chain::{Chain, Entry};
use super::record::Record;
use super::trail::{Message, QUEUE, Shared};

/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// How long records gather before they are written together.
const GATHER: Duration = Duration::from_millis(5);

/// What runs in the writer's thread.
pub(super) struct Writer {
    chain: Chain,
    messages: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    /// Lines that are not in the file yet.
    pending: VecDeque<Pending>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all are calls")]
enum Pending {
    Opened,
    Lost(u64),
    Call(Record),
    Closed,
}

impl Writer {
    pub(super) fn new(
        chain: Chain,
        messages: mpsc::Receiver<Message>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            chain,
            messages,
            shared,
            pending: VecDeque::from([Pending::Opened]),
        }
    }

    pub(super) fn run(mut self) {
        let mut kept = self.write();
        while kept && let Some(message) = self.messages.blocking_recv() {
            self.take(message);
            // One batch is at most what the queue holds, and then it is written.
            while self.pending.len() < QUEUE
                && let Ok(message) = self.messages.try_recv()
            {
                self.take(message);
            }
            let lost = self.shared.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                self.pending.push_back(Pending::Lost(lost));
            }
            kept = self.write();
            match self.shared.closing.load(Ordering::Acquire) {
                true if self.messages.is_empty() => break,
                true => {}
                // To wake a thread that waits costs a call more than its record does, so few find it waiting.
                false => std::thread::park_timeout(GATHER),
            }
        }
        self.pending.push_back(Pending::Closed);
        if !(kept && self.write()) {
            let records = self.pending.len() + self.messages.len();
            tracing::error!(records, "the audit file could not be written to its end");
        }
        self.shared.done.cancel();
    }

    fn take(&mut self, message: Message) {
        if let Message::Record(record) = message {
            self.pending.push_back(Pending::Call(record));
        }
    }

    /// Writes what is pending. Whether the disk took it; a disk that refuses is asked again until the server stops.
    fn write(&mut self) -> bool {
        while let Err(error) = self.try_write() {
            if !self.shared.failing.swap(true, Ordering::AcqRel) {
                tracing::error!(%error, "the audit file cannot be written; records wait, and beyond {QUEUE} they are dropped");
            }
            if self.shared.closing.load(Ordering::Acquire) {
                return false;
            }
            std::thread::park_timeout(RETRY);
        }
        if self.shared.failing.swap(false, Ordering::AcqRel) {
            tracing::info!("the audit file can be written again");
        }
        true
    }

    fn try_write(&mut self) -> io::Result<()> {
        let landed = self.chain.settle()?;
        self.written(usize::try_from(landed).unwrap_or(usize::MAX));
        let torn = self.chain.torn();
        if torn.is_some() && !matches!(self.pending.front(), Some(Pending::Opened)) {
            self.pending.push_front(Pending::Opened);
        }
        let time = Timestamp::now();
        let entries = self.pending.iter().map(|pending| match pending {
            Pending::Opened => Entry::Opened {
                time,
                torn: torn.clone(),
            },
            Pending::Lost(records) => Entry::Lost {
                time,
                records: *records,
            },
            Pending::Call(record) => Entry::Call(record.line()),
            Pending::Closed => Entry::Closed { time },
        });
        self.chain.append(entries)?;
        self.written(self.pending.len());
        Ok(())
    }

    /// The first of what is pending is in the file.
    fn written(&mut self, lines: usize) {
        let lines = lines.min(self.pending.len());
        let calls = self.pending.drain(..lines);
        let calls = calls.filter(|line| matches!(line, Pending::Call(_)));
        self.shared
            .written
            .fetch_add(calls.count() as u64, Ordering::Relaxed);
    }
}
