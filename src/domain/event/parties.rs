//! Payloads of the events about parties.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LocalName;
use crate::domain::id::PartyId;
use crate::domain::share::Weight;
use crate::domain::text::Line;
use crate::domain::vocabulary::PartyKind;

/// A party, as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Party {
    /// Its short name inside the agreement.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its name.
    pub name: Line,
    /// Its name in other languages.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub names: Vec<LocalName>,
    /// Its role, such as donor or host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Line>,
    /// The organ through which it acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_through: Option<Line>,
    /// What it counts for where a share of a total decides, such as its part of the world's emissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}

/// A party is also known by another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Aliased {
    /// Which party.
    pub party: PartyId,
    /// The other name.
    pub name: Line,
    /// Its language, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Line>,
}

/// A party left the agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withdrew {
    /// Which party.
    pub party: PartyId,
}
