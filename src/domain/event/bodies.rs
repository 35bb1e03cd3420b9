//! Payloads of the events about working groups and committees.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::{BodyId, CommitmentId};
use crate::domain::text::{Line, Text};

/// A body was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announced {
    /// Its name inside the agreement.
    pub body: BodyId,
    /// What it is called.
    pub name: Line,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Text>,
}

/// A body was formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Formed {
    /// Its name inside the agreement.
    pub body: BodyId,
    /// What it is called.
    pub name: Line,
    /// Its members.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub members: Vec<Line>,
    /// Who chairs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chair: Option<Line>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Text>,
    /// The commitments that its formation fulfils.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub fulfils: Vec<CommitmentId>,
}

/// A body met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Meeting {
    /// Which body.
    pub body: BodyId,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
    /// What was said, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Text>,
    /// What was decided.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub decisions: Vec<Text>,
}

/// A body ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dissolved {
    /// Which body.
    pub body: BodyId,
}
