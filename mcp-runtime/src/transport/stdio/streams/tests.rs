use std::fs::File;
use std::io::{Read as _, Write as _, pipe};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

use rustix::fs::OFlags;

use super::*;

/// Every kind of pair that a client may give: what it reads, what it writes, and what we are given.
fn pairs() -> Vec<(&'static str, File, OwnedFd)> {
    let (reader, writer) = pipe().unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    vec![
        ("pipe", File::from(OwnedFd::from(writer)), reader.into()),
        ("socket", File::from(OwnedFd::from(theirs)), ours.into()),
    ]
}

fn waits(descriptor: impl AsFd) -> bool {
    !rustix::fs::fcntl_getfl(descriptor)
        .unwrap()
        .contains(OFlags::NONBLOCK)
}

async fn all(incoming: &mut Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    loop {
        let bytes = incoming.next().await.unwrap();
        if bytes.is_empty() {
            return read;
        }
        read.extend_from_slice(bytes);
    }
}

#[tokio::test]
async fn what_comes_is_read_to_the_end_and_nobody_elses_reads_stop_waiting() {
    for (what, mut theirs, ours) in pairs() {
        let shared = ours.try_clone().unwrap();
        let mut incoming = Incoming::open(ours).unwrap();
        assert!(matches!(incoming, Incoming::Polled(..)), "{what}");
        for text in ["one", "two"] {
            theirs.write_all(text.as_bytes()).unwrap();
            assert_eq!(incoming.next().await.unwrap(), text.as_bytes(), "{what}");
            assert!(waits(&shared), "{what}");
        }
        theirs.write_all(b"last").unwrap();
        drop(theirs);
        assert_eq!(all(&mut incoming).await, b"last", "{what}");
    }
}

#[tokio::test]
async fn what_is_more_than_fits_is_written_as_it_is_read_and_closed_at_the_end() {
    let (reader, writer) = pipe().unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let pairs = [
        ("pipe", File::from(OwnedFd::from(reader)), writer.into()),
        ("socket", File::from(OwnedFd::from(theirs)), ours.into()),
    ];
    let sent: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    for (what, mut theirs, ours) in pairs {
        let mut outgoing = Outgoing::open(ours).unwrap();
        assert!(matches!(outgoing, Outgoing::Polled(_)), "{what}");
        let reading = tokio::task::spawn_blocking(move || {
            let mut read = Vec::new();
            theirs.read_to_end(&mut read).unwrap();
            read
        });
        outgoing.write_all(sent.clone()).await.unwrap();
        drop(outgoing);
        assert!(reading.await.unwrap() == sent, "{what}");
    }
}

#[tokio::test]
async fn nobody_reads_any_more() {
    let (reader, writer) = pipe().unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut piped = Outgoing::open(writer.into()).unwrap();
    let mut socket = Outgoing::open(ours.into()).unwrap();
    drop((reader, theirs));
    // Nor did anybody from the start.
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut left = Outgoing::open(writer.into()).unwrap();
    for outgoing in [&mut piped, &mut socket, &mut left] {
        let error = outgoing.write_all(b"more".to_vec()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}

/// A named pipe whose writers are gone says so to who reads, and to nobody who waits.
#[tokio::test]
async fn a_named_pipe_that_nobody_writes_to_is_at_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("named");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    // Who opens both ends waits for nobody.
    let both = File::options().read(true).write(true).open(&path).unwrap();
    let reader = File::open(&path).unwrap();
    drop(both);
    let mut incoming = Incoming::open(reader.into()).unwrap();
    assert!(matches!(incoming, Incoming::Polled(..)));
    assert_eq!(incoming.next().await.unwrap(), b"");
}

#[tokio::test]
async fn the_wrong_end_of_a_pipe_is_not_turned_round() {
    let (reader, writer) = pipe().unwrap();
    let (for_reading, for_writing) = (writer.try_clone().unwrap(), reader.try_clone().unwrap());
    let mut incoming = Incoming::open(for_reading.into()).unwrap();
    incoming.next().await.unwrap_err();
    let mut outgoing = Outgoing::open(for_writing.into()).unwrap();
    outgoing.write_all(b"more".to_vec()).await.unwrap_err();
    drop((reader, writer));
}

#[tokio::test]
async fn whatever_else_it_is_has_a_thread() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let mut outgoing = Outgoing::open(File::create(&path).unwrap().into()).unwrap();
    assert!(matches!(outgoing, Outgoing::Thread(_)));
    let text = b"text".repeat(READ_BYTES);
    outgoing.write_all(text.clone()).await.unwrap();
    outgoing.write_all(b"more".to_vec()).await.unwrap();
    let mut incoming = Incoming::open(File::open(&path).unwrap().into()).unwrap();
    assert!(matches!(incoming, Incoming::Thread(_)));
    assert!(all(&mut incoming).await == [text.as_slice(), b"more"].concat());
    // And again and again.
    assert_eq!(incoming.next().await.unwrap(), b"");

    let mut nothing = Incoming::open(File::open("/dev/null").unwrap().into()).unwrap();
    assert_eq!(nothing.next().await.unwrap(), b"");
}
