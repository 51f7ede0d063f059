//! A crate that re-exports the runtime under another name.

/// Another crate, as it were.
pub mod framework {
    pub use mcp_runtime as runtime;
}

use framework::runtime::{Toolset, tool, tools};

/// Add two numbers.
#[tool(read_only, crate = crate::renamed::framework::runtime)]
pub async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// The tools.
pub const TOOLS: Toolset = tools![crate = crate::renamed::framework::runtime; add];
