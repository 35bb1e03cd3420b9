//! Payloads of the events that change terms, and of those that change the record.
//!
//! An amendment changes the agreement from its day on. A correction changes what the register believes about the
//! past; a retraction takes a fact's effect away. They are three acts with three names, because an edit is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::fact::Sha256Hex;
use crate::domain::id::{BodyId, CommitmentId};
use crate::domain::text::{Line, Text};

/// The terms were changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amended {
    /// What was changed, in words.
    pub what: Text,
    /// The day from which the new terms hold; absent: the day of the amendment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Day>,
    /// The new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// The new subjects, all of them.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub subjects: Vec<Line>,
    /// The commitment whose words change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentId>,
    /// The commitment's new words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

/// One field of an event, as it was and as it is now read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct FieldChange {
    /// The field: `occurred.on`, `data.place`, `data.parties.0.name` …
    pub field: Line,
    /// Its value before; null where there was none.
    pub was: Value,
    /// Its value now; null takes it away.
    pub now: Value,
}

/// The register had a fact wrong; from now on it is read with these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Corrected {
    /// The fact's place in the agreement.
    pub event: u64,
    /// What changes; at least one.
    pub fields: Vec<FieldChange>,
}

/// A fact has no effect any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retracted {
    /// The fact's place in the agreement.
    pub event: u64,
}

/// What a fact said was taken out of the record; the fact itself stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Redacted {
    /// The fact's place in the agreement.
    pub event: u64,
    /// Which of its fields were taken out; none: the whole body.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub fields: Vec<Line>,
    /// The law, order or request that wants it.
    pub authority: Line,
    /// SHA-256 of the salt and the body that remain, where not the whole was taken out: by it, this event's own header stands
    /// for what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains: Option<Sha256Hex>,
    /// The commitment that the fact had made, whose name is not given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentId>,
    /// The body that the fact had named, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyId>,
}

/// Sources disagree about a field of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactDisputed {
    /// The fact's place in the agreement.
    pub event: u64,
    /// The field about which they disagree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Line>,
    /// What the sources say instead.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub values: Vec<Text>,
}

/// A disagreement or uncertainty was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactResolved {
    /// The fact's place in the agreement.
    pub event: u64,
    /// What changes by it; empty when the fact stands as recorded.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub fields: Vec<FieldChange>,
}
