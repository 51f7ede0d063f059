//! Whole lines to a writer that blocks, from a thread of their own.

use std::io::{self, BufWriter, Write};
use std::thread;

use tokio::sync::mpsc::{self, Permit, Receiver, Sender, WeakSender};
use tokio_util::sync::CancellationToken;

/// Lines that may wait for a client that does not read before those who write wait too.
const WAITING: usize = 64;

/// The way to the client. Each message is one line, and no two mix.
#[derive(Debug, Clone)]
pub(super) struct Output(Sender<Vec<u8>>);

/// The way to the client for one that must not keep it open.
#[derive(Debug)]
pub(super) struct Attached(WeakSender<Vec<u8>>);

/// What becomes of the lines.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    /// Cancelled when a line could not be written: the client is gone.
    pub(super) broken: CancellationToken,
    /// Cancelled when the last line is written, after every [`Output`] was dropped, or when a line could not be.
    pub(super) done: CancellationToken,
}

impl Output {
    /// Starts the thread that writes.
    pub(super) fn open(writer: impl Write + Send + 'static) -> io::Result<(Self, Fate)> {
        let (sender, lines) = mpsc::channel(WAITING);
        let fate = Fate {
            broken: CancellationToken::new(),
            done: CancellationToken::new(),
        };
        let told = fate.clone();
        thread::Builder::new()
            .name("mcp-stdout".to_owned())
            .spawn(move || {
                let _done = told.done.drop_guard();
                if let Err(error) = write(lines, writer) {
                    tracing::info!(%error, "the client does not read any more");
                    told.broken.cancel();
                }
            })?;
        Ok((Self(sender), fate))
    }

    /// Waits until there is room for a line. Fails when the client is gone.
    pub(super) async fn room(&self) -> Result<Room<'_>, Gone> {
        self.0.reserve().await.map(Room).map_err(|_| Gone)
    }

    pub(super) fn attach(&self) -> Attached {
        Attached(self.0.downgrade())
    }
}

/// Room for one line.
pub(super) struct Room<'a>(Permit<'a, Vec<u8>>);

impl Room<'_> {
    pub(super) fn fill(self, line: Vec<u8>) {
        self.0.send(line);
    }
}

impl Attached {
    /// The way to the client, for as long as it is needed.
    pub(super) fn output(&self) -> Option<Output> {
        self.0.upgrade().map(Output)
    }

    /// Writes a line from a thread that may block.
    pub(super) fn blocking_send(&self, line: Vec<u8>) -> Result<(), Gone> {
        let sender = self.0.upgrade().ok_or(Gone)?;
        sender.blocking_send(line).map_err(|_| Gone)
    }
}

/// Nobody reads what is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the client is gone")
    }
}

impl std::error::Error for Gone {}

fn write(mut lines: Receiver<Vec<u8>>, writer: impl Write) -> io::Result<()> {
    let mut writer = BufWriter::new(writer);
    while let Some(line) = lines.blocking_recv() {
        writer.write_all(&line)?;
        // What waits already goes out together.
        while let Ok(line) = lines.try_recv() {
            writer.write_all(&line)?;
        }
        writer.flush()?;
    }
    Ok(())
}
