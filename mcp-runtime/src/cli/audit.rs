//! `audit verify`: whether an audit file says what was written.

use std::path::Path;

use super::terminal::{print, say};
use crate::audit;
use crate::error::Result;

/// Says it, and what the process is to end with.
pub(super) fn verify(file: &Path) -> Result<i32> {
    match audit::verify(file) {
        Ok(verified) => print(&format!("{verified}\n")).map(|()| 0),
        Err(broken) => {
            say(&format!("{}: {broken}", file.display()));
            Ok(1)
        }
    }
}
