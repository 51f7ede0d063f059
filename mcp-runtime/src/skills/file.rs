//! The files of skills as a resource, so that reading one goes the way of every call.

use super::{Catalog, SCHEME};
use crate::prelude::*;
use crate::resource::{Resource as _, ResourceDef};

/// All files of all skills, under one name.
pub(crate) const FILES: &ResourceDef = file::DEF;

/// A file of a skill.
#[resource("skill://{+path}")]
async fn file(
    /// Where it lies: the skill's folder first.
    path: String,
    catalog: State<Catalog>,
) -> Option<Embedded> {
    let uri = format!("{SCHEME}{path}");
    let file = catalog.file(&uri)?;
    let contents = match file.text() {
        Some(text) => Embedded::text(uri, text),
        None => Embedded::blob(uri, &file.bytes),
    };
    Some(contents.mime(file.mime))
}
