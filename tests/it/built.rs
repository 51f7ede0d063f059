//! The examples, as binaries.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the examples (nothing to do in `tests/run`, which has built them so) and says where they are.
pub(crate) fn examples() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("`tmp` is inside the target directory");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--examples",
            "--all-features",
            "--target-dir",
        ])
        .arg(target)
        .status()
        .unwrap();
    assert!(status.success(), "the examples build");
    target.join("debug/examples")
}
