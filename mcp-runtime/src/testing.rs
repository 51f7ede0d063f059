//! A server in memory, for tests of it.
