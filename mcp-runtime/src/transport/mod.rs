//! How the server meets its clients.

#[cfg(feature = "stdio")]
pub(crate) mod stdio;
