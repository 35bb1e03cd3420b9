//! Payload of the three events that open an agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parties::Party;
use crate::domain::id::Reference;
use crate::domain::text::Line;
use crate::domain::vocabulary::AgreementKind;

/// An agreement was opened in the register: by proposal, from a source, or as a pledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// The name by which people call it, unique in the register.
    pub reference: Reference,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its title, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// The parties that are known from the start.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub parties: Vec<Party>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub subjects: Vec<Line>,
    /// Where it was made or announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
}
