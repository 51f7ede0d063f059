//! The process's stdin and stdout, for messages alone.

use std::io;

use super::streams::{Incoming, Outgoing};

/// Takes both for the protocol. What prints from here on, a tool, what it depends on, a program that it starts, a log that the program has set
/// up by itself, prints to stderr; and what reads from stdin, as such a program may, finds its end and not the client's messages.
#[cfg(unix)]
pub(super) fn streams() -> io::Result<(Incoming, Outgoing)> {
    use std::fs::File;
    use std::os::fd::AsFd as _;

    let input = io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    // Nothing is flushed before: what was printed without a line's end is no message either.
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((Incoming::open(input)?, Outgoing::open(output)?))
}

/// Where there is no safe way to do that, what is printed mixes with the messages.
#[cfg(not(unix))]
pub(super) fn streams() -> io::Result<(Incoming, Outgoing)> {
    Ok((
        Incoming::blocking(io::stdin())?,
        Outgoing::blocking(io::stdout())?,
    ))
}
