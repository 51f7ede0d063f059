//! The form of the audit file: one JSON object a line, each with the hash of the one before.
//!
//! A line's `hash` is its last member: SHA-256, in hexadecimal, over the line's own bytes before `,"hash":`. Those bytes hold `prev`, the
//! hash of the line before, so that every line answers for all lines above it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::Line;
use crate::hash::Hash;

/// What stands before a line's hash.
const SEAL: &str = ",\"hash\":\"";

/// How far back from its end a file is read at first.
const WINDOW: u64 = 64 * 1024;

/// What a batch that was larger leaves of its memory.
const USUAL: usize = 256 * 1024;

/// The `prev` of a file's first line.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line to be.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and none is kept"
)]
pub(super) enum Entry<'a> {
    /// A process begins to write, or begins again after the file could not be written.
    Opened {
        time: Timestamp,
        /// What stands on the line before, where it is half a line.
        #[serde(skip_serializing_if = "Option::is_none")]
        torn: Option<Torn>,
    },
    Call(Line<'a>),
    /// Records that were dropped since the line before.
    Lost {
        time: Timestamp,
        records: u64,
    },
    /// The process stops to write, on purpose.
    Closed {
        time: Timestamp,
    },
}

/// Half a line, left by a process that was killed or a disk that was full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Torn {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Torn {
    pub(super) fn of(text: &[u8]) -> Self {
        Self {
            bytes: text.len() as u64,
            sha256: Hash::of(text).to_string(),
        }
    }
}

/// What every line has.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) seq: u64,
    pub(super) prev: String,
    pub(super) event: String,
    pub(super) torn: Option<Torn>,
    pub(super) records: Option<u64>,
    #[serde(skip)]
    pub(super) hash: String,
}

/// What is wrong with a line taken by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is not a line of an audit file.
    Form,
    /// Its hash is not its own.
    Hash,
}

/// Reads one line, without its end, and checks its hash.
pub(super) fn read(line: &[u8]) -> Result<Head, Flaw> {
    let line = str::from_utf8(line).map_err(|_| Flaw::Form)?;
    let (text, seal) = line.rsplit_once(SEAL).ok_or(Flaw::Form)?;
    let hash = seal.strip_suffix("\"}").ok_or(Flaw::Form)?;
    let head: Head = serde_json::from_str(line).map_err(|_| Flaw::Form)?;
    if hash != Hash::of(text).to_string() {
        return Err(Flaw::Hash);
    }
    Ok(Head {
        hash: hash.to_owned(),
        ..head
    })
}

/// An audit file open for writing at its end. While it is open no other process can open it so.
#[derive(Debug)]
pub(super) struct Chain {
    file: File,
    /// Whether it is a file on a disk, and no device, which has nothing to bring to safety.
    on_disk: bool,
    link: Link,
    /// What is being written: kept, since to grow it anew for each batch costs more than to fill it.
    text: Vec<u8>,
    /// Half a line that was found, until it is told of.
    torn: Option<Torn>,
    /// Whether the file ends where `link` says.
    settled: bool,
}

/// Why a file is not opened that somebody writes to: one server's, as a rule, that a second client started again.
const BUSY: &str = "another process is writing to it\n  help: stop that one, or give this one a file of its own: `MCP_AUDIT_FILE=FILE`";

/// Where the next line is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    seq: u64,
    prev: String,
}

impl Chain {
    /// Opens a file or makes a new one, which its owner alone may read.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        // A device holds no chain that two writers could break.
        let on_disk = file.metadata()?.is_file();
        let locked = match on_disk {
            true => file.try_lock(),
            false => Ok(()),
        };
        locked.map_err(|error| match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => io::Error::other(BUSY),
        })?;
        let mut chain = Self {
            file,
            on_disk,
            link: Link::genesis(),
            text: Vec::new(),
            torn: None,
            settled: false,
        };
        chain.settle()?;
        Ok(chain)
    }

    /// Finds the file's end where it is not known: at first, and after a write that failed. Half a line gets an end, so that the next one
    /// stands by itself. Says how many lines of the failed write are there.
    pub(super) fn settle(&mut self) -> io::Result<u64> {
        if self.settled {
            return Ok(0);
        }
        let (last, rest) = tail(&mut self.file)?;
        let mut link = match last {
            None => Link::genesis(),
            Some(line) => Link::after(read(&line).map_err(|_| foreign())?),
        };
        if let Ok(head) = read(&rest) {
            // Whole but for its end.
            link = Link::after(head);
        } else if !rest.is_empty() {
            if !begins_as_a_line(&rest) {
                return Err(foreign());
            }
            self.torn = Some(Torn::of(&rest));
        }
        if !rest.is_empty() {
            self.file.write_all(b"\n")?;
        }
        let landed = link.seq.saturating_sub(self.link.seq);
        self.link = link;
        self.settled = true;
        Ok(landed)
    }

    /// What an `opened` line is to say of the line before it.
    pub(super) fn torn(&self) -> Option<Torn> {
        self.torn.clone()
    }

    /// Writes entries and waits for the disk. After an error, [`settle`](Self::settle) first.
    pub(super) fn append<'a>(
        &mut self,
        entries: impl IntoIterator<Item = Entry<'a>>,
    ) -> io::Result<()> {
        let mut link = self.link.clone();
        self.text.clear();
        for entry in entries {
            link.write(&entry, &mut self.text)?;
        }
        self.settled = false;
        self.file.write_all(&self.text)?;
        if self.on_disk {
            self.file.sync_data()?;
        }
        self.settled = true;
        self.link = link;
        self.torn = None;
        self.text.shrink_to(USUAL);
        Ok(())
    }
}

fn foreign() -> io::Error {
    io::Error::other(
        "it ends with a line that no audit file has: move it away, or find out who changed it",
    )
}

impl Link {
    fn genesis() -> Self {
        Self {
            seq: 0,
            prev: GENESIS.to_owned(),
        }
    }

    fn after(head: Head) -> Self {
        Self {
            seq: head.seq + 1,
            prev: head.hash,
        }
    }

    /// Adds a line, to which the next one is linked.
    fn write(&mut self, entry: &Entry<'_>, text: &mut Vec<u8>) -> io::Result<()> {
        #[derive(Serialize)]
        struct Linked<'a> {
            seq: u64,
            prev: &'a str,
            #[serde(flatten)]
            entry: &'a Entry<'a>,
        }
        let linked = Linked {
            seq: self.seq,
            prev: &self.prev,
            entry,
        };
        let start = text.len();
        serde_json::to_writer(&mut *text, &linked)?;
        // An object's last byte; the hash stands before it.
        text.pop();
        self.seq += 1;
        self.prev = Hash::of(&text[start..]).to_string();
        for piece in [SEAL, &self.prev, "\"}\n"] {
            text.extend_from_slice(piece.as_bytes());
        }
        Ok(())
    }
}

/// The last whole line of a file, without its end, and what follows it.
fn tail(file: &mut File) -> io::Result<(Option<Vec<u8>>, Vec<u8>)> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut window = WINDOW;
    loop {
        let start = length.saturating_sub(window);
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        file.take(length - start).read_to_end(&mut text)?;
        let newline = |text: &[u8]| text.iter().rposition(|byte| *byte == b'\n');
        let last_end = newline(&text);
        let last_start = last_end.map(|end| newline(&text[..end]).map_or(0, |before| before + 1));
        match (last_start, last_end) {
            // The line may begin before the window.
            (None | Some(0), _) if start > 0 => window *= 2,
            (Some(from), Some(end)) => {
                return Ok((Some(text[from..end].to_vec()), text[end + 1..].to_vec()));
            }
            _ => return Ok((None, text)),
        }
    }
}

/// Whether a text can be half of what [`Link::write`] writes.
fn begins_as_a_line(text: &[u8]) -> bool {
    let beginning = b"{\"seq\":";
    let length = text.len().min(beginning.len());
    text[..length] == beginning[..length]
}

#[cfg(test)]
mod tests {
    use super::super::verify::verify;
    use super::*;

    fn lost(records: u64) -> Entry<'static> {
        Entry::Lost {
            time: Timestamp::UNIX_EPOCH,
            records,
        }
    }

    /// A disk that is full takes the beginning of a write. What it took is not written again.
    #[test]
    fn after_a_failed_write_the_file_says_what_landed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        let mut chain = Chain::open(&path).unwrap();
        chain.append([lost(1)]).unwrap();
        let before = chain.link.clone();
        chain.append([lost(7), lost(8)]).unwrap();
        let length = chain.file.metadata().unwrap().len();
        chain.file.set_len(length - 50).unwrap();
        (chain.link, chain.settled) = (before, false);

        assert_eq!(chain.settle().unwrap(), 1, "one of the two lines is there");
        let opened = Entry::Opened {
            time: Timestamp::UNIX_EPOCH,
            torn: chain.torn(),
        };
        chain.append([opened, lost(8)]).unwrap();
        let verified = verify(&path).unwrap();
        assert_eq!((verified.lost, verified.torn), (1 + 7 + 8, 1));
    }
}
