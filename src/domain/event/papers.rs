//! Payloads of the events about documents, remarks and links.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::fact::Sha256Hex;
use crate::domain::id::Reference;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::Relation;

/// A document was attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attached {
    /// Its file name.
    pub name: Line,
    /// Its media type.
    pub media_type: Line,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: Sha256Hex,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// What it says.
    pub text: Text,
}

/// A link to another agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Linked {
    /// How this one relates to the other.
    pub relation: Relation,
    /// The other agreement.
    pub to: Reference,
}
