//! The process's stdout, for messages alone.

use std::io;

/// Takes stdout for the protocol. What prints from here on, a tool, what it depends on, a program that it starts, a log that the program
/// has set up by itself, prints to stderr.
#[cfg(unix)]
pub(super) fn stdout() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd as _;

    let protocol = io::stdout().as_fd().try_clone_to_owned()?;
    // Nothing is flushed before: what was printed without a line's end is no message either.
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(protocol.into())
}

/// Where there is no safe way to do that, what is printed mixes with the messages.
#[cfg(not(unix))]
pub(super) fn stdout() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}
