//! Payloads of the events about text, signature, consent and entry into force.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::edtf::Edtf;
use crate::domain::id::PartyId;
use crate::domain::rule::Rule;
use crate::domain::share::{Share, Weight};
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{InstrumentDay, InstrumentKind, SignatureMode};

/// The text was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Adopted {
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
}

/// The text was initialled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Initialled {
    /// Which party's initials.
    pub party: PartyId,
    /// Whose hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Line>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
}

/// A party signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signed {
    /// Which party.
    pub party: PartyId,
    /// The signatory's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// The signatory's title or office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// How the signature was given.
    pub mode: SignatureMode,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
}

/// An instrument of consent was deposited; the event's own day is the day the depositary received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deposited {
    /// Which party.
    pub party: PartyId,
    /// What kind of instrument.
    pub instrument: InstrumentKind,
    /// The date that the instrument bears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<Edtf>,
    /// With whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depositary: Option<Line>,
    /// Whether it binds its party and adds to no number, such as that of a regional organisation beside its members'.
    #[serde(default, skip_serializing_if = "super::is_unset")]
    pub not_counted: bool,
}

/// How the agreement comes into force, or for each party: on the day counted from when everything asked for is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryRule {
    /// The rule by which the day is computed.
    pub rule: Rule,
    /// Whether it says when the agreement comes into force for each party, from that party's own act.
    #[serde(default, skip_serializing_if = "super::is_unset")]
    pub each_party: bool,
    /// How many consents there have to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<u32>,
    /// Which part of a total those who consent have to make up, by their weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// That total, where it is stated; absent: the weights of all declared parties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_total: Option<Weight>,
    /// The parties that have to have consented.
    #[serde(default, skip_serializing_if = "super::is_empty")]
    pub needs: Vec<PartyId>,
    /// By which of its two days an instrument counts; absent: by its receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_by: Option<InstrumentDay>,
    /// The clause that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Line>,
}

/// The agreement came into force, for all or for one party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnteredIntoForce {
    /// The one party for which it did; absent: the agreement itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Whether it is only applied provisionally (VCLT 25).
    #[serde(default, skip_serializing_if = "super::is_unset")]
    pub provisional: bool,
}

/// The provisional application ended without entry into force, by notice (VCLT 25(2)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisionalEnded {
    /// The one party that ended it for itself; absent: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
}

/// A reservation or a declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// Who made it.
    pub party: PartyId,
    /// What it says.
    pub text: Text,
    /// The clause that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Line>,
}

/// An objection to a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Objection {
    /// Who objects.
    pub party: PartyId,
    /// The reservation's place in the agreement.
    pub event: u64,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Whether the objecting party wants no treaty relations with the reserving one (VCLT 20(4)(b)).
    #[serde(default, skip_serializing_if = "super::is_unset")]
    pub precludes_entry_into_force: bool,
}
