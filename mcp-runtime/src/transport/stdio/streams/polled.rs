//! Pipes and sockets that the runtime polls.
//!
//! A client may share its end with others, and so may whoever started this process: the flag that says whether reads and writes wait belongs to
//! all of them, and setting it would have them fail. So a pipe is opened once more, which Linux can, and a socket is told with each
//! read and write.

use std::future::poll_fn;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketType};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// One end of a pipe, or a socket.
#[derive(Debug)]
pub(crate) struct Polled {
    descriptor: AsyncFd<OwnedFd>,
    kind: Kind,
    end: End,
    /// Whether it has been tried without waiting. That a named pipe has no writer any more is nothing that one waits for, where it was so from
    /// the start.
    tried: bool,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Read,
    Write,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Pipe,
    Socket,
}

impl Polled {
    /// `None` where it cannot be polled. What was inherited is the caller's still.
    ///
    /// # Panics
    /// Where the runtime has no I/O.
    pub(crate) fn open(inherited: &OwnedFd, end: End) -> Option<Self> {
        let mode = rustix::fs::fstat(inherited).ok()?.st_mode;
        let (descriptor, kind) = match FileType::from_raw_mode(mode) {
            FileType::Fifo => (reopen(inherited, end)?, Kind::Pipe),
            FileType::Socket => (stream(inherited)?, Kind::Socket),
            _ => return None,
        };
        let interest = match end {
            End::Read => Interest::READABLE,
            End::Write => Interest::WRITABLE,
        };
        #[allow(
            deprecated,
            reason = "its successor is unsafe for the sake of types that do not own what they name; this one owns it"
        )]
        let descriptor = AsyncFd::try_with_interest(descriptor, interest).ok()?;
        Some(Self {
            descriptor,
            kind,
            end,
            tried: false,
        })
    }

    /// How many bytes were read; none at the end.
    pub(crate) async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (kind, most) = (self.kind, into.len());
        let read = |descriptor: &OwnedFd| match kind {
            Kind::Pipe => rustix::io::read(descriptor, &mut *into),
            Kind::Socket => {
                rustix::net::recv(descriptor, &mut *into, RecvFlags::DONTWAIT).map(|(_, read)| read)
            }
        };
        self.when_ready(most, read).await
    }

    pub(crate) async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let kind = self.kind;
        while !bytes.is_empty() {
            let write = |descriptor: &OwnedFd| match kind {
                Kind::Pipe => rustix::io::write(descriptor, bytes),
                Kind::Socket => rustix::net::send(descriptor, bytes, QUIETLY),
            };
            let written = self.when_ready(bytes.len(), write).await?;
            bytes = bytes.get(written..).unwrap_or_default();
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Does this until it has not to wait. It takes `most` bytes at most.
    async fn when_ready(
        &mut self,
        most: usize,
        mut act: impl FnMut(&OwnedFd) -> Result<usize, Errno>,
    ) -> io::Result<usize> {
        let (descriptor, end) = (&self.descriptor, self.end);
        loop {
            let ready = match std::mem::replace(&mut self.tried, true) {
                false => None,
                true => Some(
                    poll_fn(|context| match end {
                        End::Read => descriptor.poll_read_ready(context),
                        End::Write => descriptor.poll_write_ready(context),
                    })
                    .await?,
                ),
            };
            let done = act(descriptor.get_ref());
            // Less than there could have been is all there is: to ask again would be one more call of the system for nothing.
            let waits = match done {
                Ok(bytes) => bytes < most,
                Err(error) => error == Errno::AGAIN,
            };
            if let Some(mut ready) = ready
                && waits
            {
                ready.clear_ready();
            }
            match done {
                Ok(bytes) => return Ok(bytes),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// For a socket whose other end is closed: an error, and no signal.
#[cfg(not(target_vendor = "apple"))]
const QUIETLY: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
#[cfg(target_vendor = "apple")]
const QUIETLY: SendFlags = SendFlags::DONTWAIT;

/// The same pipe, opened for this process alone.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn reopen(inherited: &OwnedFd, end: End) -> Option<OwnedFd> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{Mode, OFlags};

    let (wanted, other) = match end {
        End::Read => (OFlags::RDONLY, OFlags::WRONLY),
        End::Write => (OFlags::WRONLY, OFlags::RDONLY),
    };
    let given = rustix::fs::fcntl_getfl(inherited).ok()? & OFlags::RWMODE;
    if given == other {
        // The wrong end. Who has it may not read or write; opened once more, one could.
        return None;
    }
    let path = format!("/proc/self/fd/{}", inherited.as_raw_fd());
    let flags = wanted | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}

/// Elsewhere nothing opens the same pipe once more.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn reopen(_: &OwnedFd, _: End) -> Option<OwnedFd> {
    None
}

/// The socket, if it is one of bytes rather than packets.
fn stream(inherited: &OwnedFd) -> Option<OwnedFd> {
    let kind = rustix::net::sockopt::socket_type(inherited).ok()?;
    (kind == SocketType::STREAM).then(|| inherited.as_fd().try_clone_to_owned().ok())?
}
