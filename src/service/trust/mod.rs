//! That the record was not changed unseen: the tree over the log, its signed heads, proofs, and the look at all of it.
//!
//! The leaves of the tree are the headers of the events, in the order of their positions. [`tree`] keeps its interior
//! nodes as a view; [`keyring`] keeps private keys outside the store; [`heads`] keeps every head that was signed beside
//! the log; [`verify`] looks at everything; [`prove`] writes proofs, and [`check`] reads them where there is no store.

pub mod check;
pub mod heads;
pub mod keyring;
pub mod prove;
pub mod tree;
pub mod verify;

use std::path::PathBuf;

use super::error::{ExecuteError, QueryError};
use crate::domain::id::Reference;
use crate::log::ReadError;
use crate::proof::file::ProofError;
use crate::proof::head::HeadError;
use crate::proof::key::KeyError;

/// Why nothing is signed, proven or checked.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// No key is on record.
    #[error("no key is on record that signs this register's tree heads")]
    NoKey,
    /// A key is on record already.
    #[error("{key} is on record already")]
    KeyThere {
        /// Its name and id.
        key: String,
    },
    /// The private half of the key on record is not at hand.
    #[error("the private key of {key} is not in {}", folder.display())]
    KeyElsewhere {
        /// The key's name and id.
        key: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Private keys would lie in the store.
    #[error("{} lies in the register's own folder {}: whoever copies the register would have its keys", folder.display(), store.display())]
    KeysInStore {
        /// The folder for keys.
        folder: PathBuf,
        /// The register's.
        store: PathBuf,
    },
    /// Others than the owner may look at private keys.
    #[error("others than its owner may use {} (its mode is {mode:o})", path.display())]
    KeysOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A key file cannot be used.
    #[error("{}: {source}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A name that no key can have.
    #[error(transparent)]
    Name(#[from] KeyError),
    /// No head that was given out covers the event.
    #[error("no tree head is kept that covers what is to be proven ({events} events)")]
    NoHead {
        /// How many events it would have to cover.
        events: u64,
    },
    /// The agreement has no such event.
    #[error("{reference} has no event @{seq} (it has {has})")]
    NoSuchEvent {
        /// The agreement.
        reference: Reference,
        /// What was asked for.
        seq: u64,
        /// How many events it has.
        has: u64,
    },
    /// The log is not the one that a head was given out for.
    #[error("the log is not the one that the head of {events} events was given out for")]
    Forked {
        /// How many events the head covers.
        events: u64,
    },
    /// A head cannot be read, or nobody that counts signed it.
    #[error("{what}: {source}")]
    Head {
        /// Which head.
        what: String,
        /// What is wrong with it.
        source: HeadError,
    },
    /// A proof does not prove what it says.
    #[error("{0}")]
    Proof(#[from] ProofError),
    /// The event in a proof is not as it must be.
    #[error("the event in the proof: {0}")]
    Event(String),
    /// What is needed to check a proof was not given.
    #[error("{0}")]
    Unfounded(&'static str),
    /// The store cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A key could not be put on record.
    #[error(transparent)]
    Execute(#[from] Box<ExecuteError>),
}

impl From<ReadError> for TrustError {
    fn from(error: ReadError) -> Self {
        Self::Query(error.into())
    }
}

impl From<ExecuteError> for TrustError {
    fn from(error: ExecuteError) -> Self {
        Self::Execute(Box::new(error))
    }
}
