//! Reading an audit file again: whether it says what was written.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use super::chain::{self, Flaw, GENESIS, Head, Torn};

/// Checks an audit file from its first line to its last.
///
/// A line that was changed, removed, moved, inserted or cut off breaks the chain at its place. What the chain cannot show by itself is that its *end* was
/// removed, or that all of it was written anew: for that, keep the [`head`](Verified::head) of an earlier check elsewhere, and look
/// for it.
///
/// A file that is being written can be checked too; its last line may be seen half written then.
///
/// ```no_run
/// match mcp_runtime::audit::verify("audit.ndjson") {
///     Ok(verified) => println!("{verified}"),
///     Err(broken) => eprintln!("{broken}"),
/// }
/// ```
///
/// # Errors
/// The first line at which the chain is broken, with what holds up to it; or why the file cannot be read.
pub fn verify(path: impl AsRef<Path>) -> Result<Verified, Broken> {
    let mut check = Check::default();
    let unreadable = |error, check: &Check| check.broken(Fault::Unreadable(error));
    let file = File::open(path).map_err(|error| unreadable(error, &check))?;
    let mut file = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        match file.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => check.line(&line)?,
            Err(error) => return Err(unreadable(error, &check)),
        }
    }
    check.end()
}

/// What an unbroken file holds, or the part of a broken one above the break.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Lines of all kinds.
    pub lines: u64,
    /// Records of calls.
    pub calls: u64,
    /// Records that the server dropped because they came faster than the disk took them. The file says so itself.
    pub lost: u64,
    /// Half lines that were left by a process that was killed, and whose successor put an end to them.
    pub torn: u64,
    /// Whether the last process to write stopped on purpose. Otherwise it is still running, or it was killed.
    pub closed: bool,
    /// The hash of the last line.
    pub head: String,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lines,
            calls,
            lost,
            torn,
            closed,
            head,
        } = self;
        write!(f, "unbroken: {lines} lines, {calls} calls")?;
        if *lost > 0 {
            write!(f, ", {lost} records lost to a full queue")?;
        }
        if *torn > 0 {
            write!(f, ", {torn} half lines of killed processes")?;
        }
        if !closed {
            f.write_str(", not closed")?;
        }
        write!(f, "\nhead: {head}")
    }
}

/// Where and how an audit file is broken.
#[derive(Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
    /// What holds above it.
    pub before: Verified,
}

/// What is wrong with a line of an audit file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Its own hash does not fit: it was changed.
    Changed,
    /// It is not a line of an audit file.
    Foreign,
    /// It does not follow the line above: lines between them were removed, or it was moved or inserted.
    Unlinked {
        /// The number it should have.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// The file ends within it: the process was killed while it wrote, or the file was cut.
    CutOff,
    /// The file cannot be read.
    Unreadable(io::Error),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.fault {
            Fault::Changed => f.write_str("was changed since it was written")?,
            Fault::Foreign => f.write_str("is not a line of an audit file")?,
            Fault::Unlinked { expected, found } if expected == found => {
                f.write_str("does not belong to the line above it")?;
            }
            Fault::Unlinked { expected, found } => {
                write!(f, "is number {found} where {expected} must be")?;
            }
            Fault::CutOff => f.write_str("is cut off")?,
            Fault::Unreadable(error) => write!(f, "cannot be read: {error}")?,
        }
        write!(f, "; the {} lines above it are unbroken", self.before.lines)
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

struct Check {
    verified: Verified,
    /// A line that cannot be read, until the next one says that it is known.
    half: Option<(Torn, Fault)>,
    seq: u64,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            verified: Verified {
                lines: 0,
                calls: 0,
                lost: 0,
                torn: 0,
                closed: false,
                head: GENESIS.to_owned(),
            },
            half: None,
            seq: 0,
        }
    }
}

impl Check {
    fn line(&mut self, line: &[u8]) -> Result<(), Broken> {
        let (text, whole) = match line.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (line, false),
        };
        match (chain::read(text), self.half.take()) {
            (Ok(head), None) if head.torn.is_none() => self.link(head),
            (Ok(head), Some((half, _))) if head.torn.as_ref() == Some(&half) => {
                self.verified.lines += 1;
                self.verified.torn += 1;
                self.link(head)
            }
            // It tells of half a line that is not there.
            (Ok(_), None) => Err(self.broken(Fault::Foreign)),
            (_, Some((_, fault))) => Err(self.broken(fault)),
            (Err(flaw), None) => {
                let fault = match flaw {
                    _ if !whole => Fault::CutOff,
                    Flaw::Hash => Fault::Changed,
                    Flaw::Form => Fault::Foreign,
                };
                self.half = Some((Torn::of(text), fault));
                Ok(())
            }
        }
    }

    fn link(&mut self, head: Head) -> Result<(), Broken> {
        if (head.seq, &head.prev) != (self.seq, &self.verified.head) {
            return Err(self.broken(Fault::Unlinked {
                expected: self.seq,
                found: head.seq,
            }));
        }
        self.seq += 1;
        self.verified.lines += 1;
        self.verified.head = head.hash;
        self.verified.closed = head.event == "closed";
        match head.event.as_str() {
            "call" => self.verified.calls += 1,
            "lost" => self.verified.lost += head.records.unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }

    fn end(mut self) -> Result<Verified, Broken> {
        match self.half.take() {
            Some((_, fault)) => Err(self.broken(fault)),
            None => Ok(self.verified),
        }
    }

    /// The line under the last one that holds is broken.
    fn broken(&self, fault: Fault) -> Broken {
        Broken {
            line: self.verified.lines + 1,
            fault,
            before: self.verified.clone(),
        }
    }
}
