//! The examples, as binaries.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the examples (nothing to do in `tests/run`, which has built them so) and says where they are.
pub(crate) fn examples() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("`tmp` is inside the target directory");
    let profile = Path::new(env!("CARGO_BIN_EXE_fixture"))
        .parent()
        .and_then(Path::file_name)
        .and_then(OsStr::to_str)
        .expect("a binary is in its profile's directory");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--examples",
            "--all-features",
            "--profile",
            // The one profile whose directory has another name.
            if profile == "debug" { "dev" } else { profile },
            "--target-dir",
        ])
        .arg(target)
        .status()
        .unwrap();
    assert!(status.success(), "the examples build");
    target.join(profile).join("examples")
}
