//! The fact that a date is counted from, with its evidence.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::due;
use crate::domain::fact::{Evidence, Occurred};
use crate::domain::rule::Rule;
use crate::domain::timeline::Readings;

/// The fact that a date is counted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AnchorView {
    /// The anchor, as the rule has it.
    pub anchor: String,
    /// Whether it has happened, or is a day.
    pub known: bool,
    /// Its earliest possible day.
    pub earliest: Option<Day>,
    /// Its latest possible day.
    pub latest: Option<Day>,
    /// The fact's place in the agreement; null for a day that the rule states, or a computed one.
    pub fact: Option<u64>,
    /// The fact's stored name.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// When the fact happened.
    pub occurred: Option<Occurred>,
    /// Where the fact is from.
    pub evidence: Vec<Evidence>,
    /// The places of facts that changed how it is read.
    pub changed_by: Vec<u64>,
}

/// The fact that a rule counts from, as it is read.
#[must_use]
pub fn anchor_view(agreement: &Agreement, readings: &Readings, rule: &Rule) -> AnchorView {
    let from = due::resolve(agreement, &rule.anchor);
    let reading = from.and_then(|from| from.fact).and_then(|seq| readings.fact(seq));
    AnchorView {
        anchor: rule.anchor.to_string(),
        known: from.is_some(),
        earliest: from.and_then(|from| from.days.earliest),
        latest: from.and_then(|from| from.days.latest),
        fact: from.and_then(|from| from.fact),
        kind: reading.map(|reading| reading.saying.event.name()),
        occurred: reading.map(|reading| reading.saying.occurred.clone()),
        evidence: reading.map(|reading| reading.saying.evidence.clone()).unwrap_or_default(),
        changed_by: reading.map(|reading| reading.changed_by.clone()).unwrap_or_default(),
    }
}
