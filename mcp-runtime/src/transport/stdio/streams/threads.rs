//! Bytes by way of a thread that blocks.
//!
//! A read cannot be taken back, so tokio's own stdin would keep a runtime from ending until the client writes once more; these threads end with
//! the process.

use std::io::{self, Read, Write};
use std::thread;

use tokio::sync::mpsc::{self, Receiver, Sender};

use super::READ_BYTES;

/// What a thread reads.
#[derive(Debug)]
pub(crate) struct ReadingThread {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
}

/// What a thread writes.
#[derive(Debug)]
pub(crate) struct WritingThread {
    bytes: Sender<Vec<u8>>,
    written: Receiver<io::Result<()>>,
}

impl ReadingThread {
    pub(crate) fn start(mut reader: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, chunks) = mpsc::channel(1);
        let read = move || {
            let mut buffer = vec![0; READ_BYTES];
            loop {
                let chunk = match reader.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(read) => Ok(buffer.get(..read).unwrap_or_default().to_vec()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = chunk.is_err();
                if sender.blocking_send(chunk).is_err() || failed {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("mcp-stdin".to_owned())
            .spawn(read)?;
        Ok(Self {
            chunks,
            chunk: Vec::new(),
        })
    }

    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self) -> io::Result<&[u8]> {
        self.chunk = self.chunks.recv().await.transpose()?.unwrap_or_default();
        Ok(&self.chunk)
    }
}

impl WritingThread {
    pub(crate) fn start(mut writer: impl Write + Send + 'static) -> io::Result<Self> {
        let (bytes, mut given) = mpsc::channel::<Vec<u8>>(1);
        let (told, written) = mpsc::channel(1);
        let write = move || {
            while let Some(bytes) = given.blocking_recv() {
                let done = writer.write_all(&bytes).and_then(|()| writer.flush());
                if told.blocking_send(done).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("mcp-stdout".to_owned())
            .spawn(write)?;
        Ok(Self { bytes, written })
    }

    pub(crate) async fn write_all(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.bytes.send(bytes).await.map_err(|_| gone())?;
        self.written.recv().await.unwrap_or_else(|| Err(gone()))
    }
}
