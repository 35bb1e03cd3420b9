//! What bytes prove: published vectors, and laws over random trees.
//!
//! How the real program proves, verifies and is attacked, and what a foreign program says of it, is in `tests/cli`.

#![allow(clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

mod laws;
mod vectors;
