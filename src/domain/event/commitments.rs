//! Payloads of the events about commitments and their deadlines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::{CommitmentId, PartyId};
use crate::domain::period::Period;
use crate::domain::recurrence::InstanceNumber;
use crate::domain::rule::Rule;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{Bindingness, MilestoneStatus, Nature};

/// What was undertaken, by whom, towards whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Undertaking {
    /// The commitment's words.
    pub text: Text,
    /// Who owes it.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub owed_by: Vec<PartyId>,
    /// To whom.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub owed_to: Vec<PartyId>,
    /// A result, best efforts, or an intention; absent where the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// How far it binds; absent where the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bindingness: Option<Bindingness>,
    /// The clause that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Line>,
}

/// A commitment was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Made {
    /// Its name inside the agreement.
    pub commitment: CommitmentId,
    /// What was undertaken.
    pub undertaking: Undertaking,
}

/// A commitment got a deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadlineSet {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// What was undertaken, when the same act made the commitment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undertaking: Option<Undertaking>,
    /// How the due date is arrived at.
    pub rule: Rule,
}

/// A deadline was moved, to a day or by a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extended {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// The new due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// By how much, where that is stated instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Period>,
    /// The parties that agreed.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub agreed_by: Vec<PartyId>,
}

/// How a commitment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reported {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// How it stands.
    pub status: MilestoneStatus,
    /// How much of it is done, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub share: Option<u32>,
    /// What shows it.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub evidence: Vec<Text>,
    /// Who reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Line>,
    /// Whether nothing more is to come: a partly met commitment is closed so.
    #[serde(default, skip_serializing_if = "super::is_unset")]
    pub closed: bool,
}

/// A reported fulfilment was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// Who judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Line>,
}

/// A commitment was let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// Who let it go.
    pub by: Vec<PartyId>,
}

/// A commitment is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disputed {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// Who disputes it.
    pub by: Vec<PartyId>,
}

/// A dispute was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceNumber>,
    /// With what outcome.
    pub outcome: Text,
}

/// A commitment was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withdrawn {
    /// Which commitment.
    pub commitment: CommitmentId,
}
