//! What bytes prove: Merkle trees over them, signed heads of such trees, and proofs in one file.
//!
//! Lives here: RFC 6962 hashing and proofs over tiles of hashes ([`tree`]), keys and signed notes ([`key`], [`head`]: C2SP
//! signed-note and tlog-checkpoint), and proof files (`file`). May use: no other room; it knows neither events nor
//! where they are kept, and seeds of keys come in as an argument. Promises: nothing here panics on any bytes, and what is
//! checked is checked against a key or a head that the caller trusts.
//! The hashing, the proofs and the notes are those of the crates `tlog_tiles` and `signed_note`; here are their bounds.

pub mod file;
pub mod head;
pub mod key;
pub mod tree;

pub use tlog_tiles::Hash;
