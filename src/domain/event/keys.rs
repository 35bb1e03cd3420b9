//! Payloads of the register's own events about the keys that sign its tree heads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::proof::key::VerifierKey;

/// A key went on record: from here on it signs the register's tree heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyAdopted {
    /// The public key, in the form of C2SP signed-note.
    pub key: VerifierKey,
}

/// A key took the place of another, which signs no head of this many events or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyRotated {
    /// The public key from here on, in the form of C2SP signed-note.
    pub key: VerifierKey,
    /// The one before it.
    pub replaces: VerifierKey,
}
