//! Payloads of the events about how long an agreement runs, and how it ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::{PartyId, Reference};
use crate::domain::period::Period;
use crate::domain::rule::Rule;
use crate::domain::text::Text;
use crate::domain::vocabulary::{NoticeKind, Renewal, TerminationGround};

/// How long the agreement runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermSet {
    /// Its first day; absent: the day it began to operate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Day>,
    /// How long it runs from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Period>,
    /// Its last day, where that is stated instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Day>,
    /// What happens when it runs out.
    pub renewal: Renewal,
    /// How long one renewal lasts; absent: as long as the first term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_length: Option<Period>,
    /// How long before the end a notice has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_period: Option<Period>,
    /// How long before the last day for a notice it is to be prepared; nobody but the register's owner is bound by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepare: Option<Period>,
}

/// The term was renewed, until a day or for a period beyond its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renewed {
    /// The new last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// How much longer, where that is stated instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Period>,
}

/// A party gave notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeGiven {
    /// Who gave it.
    pub party: PartyId,
    /// Of what.
    pub kind: NoticeKind,
    /// The day on which it takes effect, where that is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_effect: Option<Day>,
    /// How that day is counted from the notice's own, which is the day of its receipt (VCLT 56(2), 78); where the day
    /// itself is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Rule>,
}

/// A notice was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeRevoked {
    /// The notice's place in the agreement.
    pub event: u64,
}

/// The operation was suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspended {
    /// The last day of the suspension, where it is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// The operation was taken up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resumed {}

/// The agreement was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terminated {
    /// Why.
    pub ground: TerminationGround,
}

/// A later agreement took the place of this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Superseded {
    /// The later agreement.
    pub by: Reference,
}

/// Everything that was agreed is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Completed {
    /// What shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
}
