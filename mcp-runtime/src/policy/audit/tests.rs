//! The file's chain: what breaks it is found at its place, and what a killed process leaves is not lost.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::Draft;
use super::chain::{Chain, Entry, Torn};
use super::verify::{Broken, Fault, Verified, verify};
use crate::hash::Hash;
use crate::policy::fixture::{calls, fine, server, tool};

/// A file of this many lines, `opened` among them.
fn file(lines: u64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    let mut chain = Chain::open(&path).unwrap();
    chain.append([opened(None)]).unwrap();
    for records in 1..lines {
        chain.append([lost(records)]).unwrap();
    }
    (folder, path)
}

fn opened(torn: Option<Torn>) -> Entry<'static> {
    Entry::Opened {
        time: Timestamp::UNIX_EPOCH,
        torn,
    }
}

fn lost(records: u64) -> Entry<'static> {
    Entry::Lost {
        time: Timestamp::UNIX_EPOCH,
        records,
    }
}

/// The file's lines, changed and written back.
fn edit(path: &Path, change: impl FnOnce(&mut Vec<String>)) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    change(&mut lines);
    fs::write(path, lines.concat()).unwrap();
}

fn broken(path: &Path) -> Broken {
    verify(path).expect_err("the chain is broken")
}

/// What the next process does to a file: opens it, and says so.
fn reopen(path: &Path) -> Verified {
    let mut chain = Chain::open(path).unwrap();
    let torn = chain.torn();
    chain.append([opened(torn)]).unwrap();
    verify(path).unwrap()
}

#[test]
fn an_untouched_file_is_unbroken() {
    let (_folder, path) = file(5);
    let verified = verify(&path).unwrap();
    assert_eq!((verified.lines, verified.lost), (5, 1 + 2 + 3 + 4));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.ends_with(&format!("\"hash\":\"{}\"}}\n", verified.head)));
}

#[test]
fn anybody_can_compute_the_hash() {
    let (_folder, path) = file(2);
    let text = fs::read_to_string(&path).unwrap();
    let mut prev = "0".repeat(64);
    for line in text.lines() {
        let (sealed, hash) = line.rsplit_once(",\"hash\":\"").unwrap();
        assert!(sealed.contains(&format!("\"prev\":\"{prev}\"")));
        prev = Hash::of(sealed).to_string();
        assert_eq!(hash, format!("{prev}\"}}"));
    }
}

#[test]
fn a_changed_line_is_found() {
    let (_folder, path) = file(5);
    edit(&path, |lines| {
        lines[2] = lines[2].replace("\"records\":2", "\"records\":1");
    });
    let broken = broken(&path);
    assert!(matches!(broken.fault, Fault::Changed), "{broken}");
    assert_eq!((broken.line, broken.before.lines), (3, 2));
}

#[test]
fn a_changed_line_with_a_hash_of_its_own_breaks_the_next_one() {
    let (_folder, path) = file(5);
    edit(&path, |lines| {
        let changed = lines[2].replace("\"records\":2", "\"records\":1");
        let (sealed, _) = changed.rsplit_once(",\"hash\":\"").unwrap();
        let hash = Hash::of(sealed).to_string();
        lines[2] = format!("{sealed},\"hash\":\"{hash}\"}}\n");
    });
    let broken = broken(&path);
    assert_eq!(broken.line, 4);
    assert_eq!(
        broken.to_string(),
        "line 4: does not belong to the line above it; the 3 lines above it are unbroken"
    );
}

#[test]
fn a_removed_line_is_found() {
    let (_folder, path) = file(5);
    edit(&path, |lines| drop(lines.remove(2)));
    let broken = broken(&path);
    assert_eq!(
        broken.to_string(),
        "line 3: is number 3 where 2 must be; the 2 lines above it are unbroken"
    );
}

#[test]
fn a_removed_beginning_is_found() {
    let (_folder, path) = file(5);
    edit(&path, |lines| drop(lines.remove(0)));
    assert_eq!(broken(&path).line, 1);
}

#[test]
fn lines_in_another_order_are_found() {
    let (_folder, path) = file(5);
    edit(&path, |lines| lines.swap(2, 3));
    assert_eq!(broken(&path).line, 3);
}

#[test]
fn a_line_told_twice_is_found() {
    let (_folder, path) = file(5);
    edit(&path, |lines| lines.insert(3, lines[2].clone()));
    assert_eq!(broken(&path).line, 4);
}

#[test]
fn a_line_of_another_file_is_found() {
    let (_folder, path) = file(3);
    edit(&path, |lines| {
        lines.insert(1, "{\"seq\":1,\"event\":\"call\"}\n".to_owned());
    });
    let broken = broken(&path);
    assert!(matches!(broken.fault, Fault::Foreign), "{broken}");
}

#[test]
fn a_cut_off_line_is_found() {
    let (_folder, path) = file(3);
    edit(&path, |lines| {
        let half = lines[2].len() / 2;
        lines[2].truncate(half);
    });
    let broken = broken(&path);
    assert!(matches!(broken.fault, Fault::CutOff), "{broken}");
    assert_eq!((broken.line, broken.before.lines), (3, 2));
}

#[test]
fn a_removed_end_shows_in_the_head() {
    let (_folder, path) = file(5);
    let head = verify(&path).unwrap().head;
    edit(&path, |lines| drop(lines.pop()));
    let verified = verify(&path).unwrap();
    assert_ne!(
        verified.head, head,
        "the chain holds; the head kept elsewhere does not"
    );
}

#[test]
fn the_next_process_goes_on_with_the_chain() {
    let (_folder, path) = file(3);
    let verified = reopen(&path);
    assert_eq!((verified.lines, verified.torn), (4, 0));
}

#[test]
fn half_a_line_is_ended_and_told_of_by_the_next_process() {
    let (_folder, path) = file(3);
    edit(&path, |lines| {
        let half = lines[2].len() / 2;
        lines[2].truncate(half);
    });
    let verified = reopen(&path);
    assert_eq!(
        (verified.lines, verified.torn),
        (4, 1),
        "two whole ones, a half one, `opened`"
    );

    // What was half stays as it was.
    edit(&path, |lines| lines[2] = lines[2].replace("seq", "sea"));
    assert_eq!(broken(&path).line, 3);
}

#[test]
fn half_a_first_line_is_ended_too() {
    let (_folder, path) = file(1);
    edit(&path, |lines| lines[0].truncate(10));
    let verified = reopen(&path);
    assert_eq!((verified.lines, verified.torn), (2, 1));
}

#[test]
fn an_opened_line_cannot_excuse_what_is_not_there() {
    let (_folder, path) = file(2);
    let mut chain = Chain::open(&path).unwrap();
    chain
        .append([opened(Some(Torn::of(b"{\"seq\":2")))])
        .unwrap();
    assert_eq!(broken(&path).line, 3);
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for text in [
        "milk\neggs\n",
        "milk",
        "{\"a\":1}\n",
        "{\"seq\":0,\"prev\":\"\"}\n",
    ] {
        fs::write(&path, text).unwrap();
        let error = Chain::open(&path).unwrap_err().to_string();
        assert!(error.contains("no audit file has"), "{text:?}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn one_process_writes() {
    let (_folder, path) = file(1);
    let _first = Chain::open(&path).unwrap();
    let error = Chain::open(&path).unwrap_err().to_string();
    assert_eq!(
        error,
        "another process is writing to it\n  help: stop that one, or give this one a file of its own: `MCP_AUDIT_FILE=FILE`"
    );
}

#[cfg(unix)]
#[test]
fn the_owner_alone_reads_a_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = file(1);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_line_longer_than_the_first_look_is_found_again() {
    let (_folder, path) = file(1);
    let mut chain = Chain::open(&path).unwrap();
    chain.append((0..3000).map(lost)).unwrap();
    drop(chain);
    assert_eq!(reopen(&path).lines, 3002);
}

/// Writes until it is killed, where the test below asks for it.
#[test]
fn a_process_that_writes() {
    let Some(path) = std::env::var_os("AUDIT_TEST_FILE") else {
        return;
    };
    let mut chain = Chain::open(Path::new(&path)).unwrap();
    chain.append([opened(None)]).unwrap();
    loop {
        chain.append((0..500).map(lost)).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_what_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "policy::audit::tests::a_process_that_writes"])
        .env("AUDIT_TEST_FILE", &path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let written = || fs::metadata(&path).map_or(0, |file| file.len());
    while written() < 1_000_000 {
        assert!(child.try_wait().unwrap().is_none(), "the child writes");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let before = match verify(&path) {
        Ok(verified) => verified,
        Err(Broken {
            fault: Fault::CutOff,
            before,
            ..
        }) => before,
        Err(broken) => panic!("{broken}"),
    };
    assert!(before.lines > 1000 && !before.closed);
    let after = reopen(&path);
    assert_eq!(after.lines - after.torn, before.lines + 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever a process is killed, what it wrote whole is there, and its successor goes on.
    #[test]
    fn a_prefix_of_a_file_is_verifiable(cut in 0_usize..2000) {
        let (_folder, path) = file(8);
        let text = fs::read(&path).unwrap();
        let cut = cut.min(text.len());
        fs::write(&path, &text[..cut]).unwrap();
        let whole = text[..cut].iter().filter(|byte| **byte == b'\n').count() as u64;
        let before = match verify(&path) {
            Ok(verified) => verified,
            Err(Broken { fault: Fault::CutOff, before, .. }) => before,
            Err(broken) => return Err(TestCaseError::fail(broken.to_string())),
        };
        // A line that lacks its end alone is whole.
        prop_assert!(before.lines == whole || before.lines == whole + 1);
        let after = reopen(&path);
        prop_assert_eq!(after.lines - after.torn, before.lines + 1);
    }

    /// No byte of any line can be changed unnoticed.
    #[test]
    fn every_byte_counts(at in any::<prop::sample::Index>(), byte: u8) {
        let (_folder, path) = file(4);
        let mut text = fs::read(&path).unwrap();
        let at = at.index(text.len());
        prop_assume!(text[at] != byte);
        // The very last line's end may be missing.
        prop_assume!(at + 1 < text.len());
        text[at] = byte;
        fs::write(&path, &text).unwrap();
        prop_assert!(verify(&path).is_err());
    }
}

#[test]
fn what_is_not_text_is_no_line() {
    let (_folder, path) = file(1);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"seq\":\xff\xfe}\n").unwrap();
    assert!(matches!(broken(&path).fault, Fault::Foreign));
}

#[tokio::test]
async fn what_a_caller_chose_waits_for_the_writer_at_a_bounded_length() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(tool("look"), fine).audit_file(folder.path().join("audit.ndjson"));
    let look = calls(server, "look");
    look.server.audit.open().unwrap();
    let mut request = look.request();
    let draft = Draft::of(&look.server, &request).unwrap();
    assert_eq!((&*draft.request, &*draft.tool), ("1", "look"));
    let long = "\u{e9}".repeat(1 << 20);
    request.tool = long.as_str().into();
    request.origin.request_id = long.as_str().into();
    let draft = Draft::of(&look.server, &request).unwrap();
    assert_eq!((draft.request.len(), draft.tool.len()), (128, 128));
}
