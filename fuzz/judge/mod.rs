//! What must hold for any bytes that a stranger, a damaged disk or an unlucky moment hands in.
//!
//! Each judge panics where it does not. The fuzzer looks for such bytes; the tests try those that were kept in `corpus`.

#![allow(dead_code, clippy::unwrap_used, reason = "each program uses one judge, and a judge may panic")]

pub(crate) mod edtf;
pub(crate) mod line;
pub(crate) mod log;
pub(crate) mod proof;
pub(crate) mod questions;
pub(crate) mod record;
pub(crate) mod register;
pub(crate) mod restore;
pub(crate) mod rule;
pub(crate) mod zone;

/// The words that bytes are, if they are.
pub(crate) fn words(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Runs what waits to its end.
pub(crate) fn finish<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
