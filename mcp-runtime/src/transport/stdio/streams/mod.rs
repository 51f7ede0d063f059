//! The bytes of stdin and stdout, whatever a client gives a server for them.
//!
//! The runtime polls pipes and sockets itself. What cannot be polled, or not without a change for everybody who shares it, is read and written by
//! a thread.

#[cfg(unix)]
mod polled;
mod threads;

use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::fd::OwnedFd;

#[cfg(unix)]
use self::polled::{End, Polled};
use self::threads::{ReadingThread, WritingThread};

/// What is read at once.
pub(super) const READ_BYTES: usize = 64 * 1024;

/// Where bytes come from.
#[derive(Debug)]
pub(super) enum Incoming {
    #[cfg(unix)]
    Polled(Polled, Vec<u8>),
    Thread(ReadingThread),
}

/// Where bytes go to.
#[derive(Debug)]
pub(super) enum Outgoing {
    #[cfg(unix)]
    Polled(Polled),
    Thread(WritingThread),
}

impl Incoming {
    #[cfg(unix)]
    pub(super) fn open(inherited: OwnedFd) -> io::Result<Self> {
        match Polled::open(&inherited, End::Read) {
            Some(polled) => Ok(Self::Polled(polled, vec![0; READ_BYTES])),
            None => Self::blocking(std::fs::File::from(inherited)),
        }
    }

    pub(super) fn blocking(reader: impl Read + Send + 'static) -> io::Result<Self> {
        ReadingThread::start(reader).map(Self::Thread)
    }

    /// The next bytes, at most [`READ_BYTES`]; none at the end.
    pub(super) async fn next(&mut self) -> io::Result<&[u8]> {
        match self {
            #[cfg(unix)]
            Self::Polled(polled, buffer) => {
                let read = polled.read(buffer).await?;
                Ok(buffer.get(..read).unwrap_or_default())
            }
            Self::Thread(thread) => thread.next().await,
        }
    }
}

impl Outgoing {
    #[cfg(unix)]
    pub(super) fn open(inherited: OwnedFd) -> io::Result<Self> {
        match Polled::open(&inherited, End::Write) {
            Some(polled) => Ok(Self::Polled(polled)),
            None => Self::blocking(std::fs::File::from(inherited)),
        }
    }

    pub(super) fn blocking(writer: impl Write + Send + 'static) -> io::Result<Self> {
        WritingThread::start(writer).map(Self::Thread)
    }

    pub(super) async fn write_all(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        match self {
            #[cfg(unix)]
            Self::Polled(polled) => polled.write_all(&bytes).await,
            Self::Thread(thread) => thread.write_all(bytes).await,
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
