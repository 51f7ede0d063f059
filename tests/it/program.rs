//! A server binary as its operator and its client meet it: start, stop, stdin and stdout, the command line.
//!
//! Nothing here waits for a while: a test goes on when a line comes, a tool says hello, or the process ends.

mod audit;
mod child;
mod commands;
mod life;
mod lines;
mod purity;
mod review;
mod revisions;
mod serving;
mod streams;
