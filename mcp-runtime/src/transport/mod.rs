//! How the server meets its clients.

#[cfg(any(feature = "http", feature = "stdio"))]
#[cfg_attr(
    not(feature = "stdio"),
    allow(dead_code, reason = "some faults are found on a line alone")
)]
mod message;
#[cfg(any(feature = "http", feature = "stdio"))]
mod plain;

#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(feature = "stdio")]
pub(crate) mod stdio;
