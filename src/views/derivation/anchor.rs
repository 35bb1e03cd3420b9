//! The fact that a date is counted from, with its evidence.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::due;
use crate::domain::fact::{Evidence, Fact, Occurred};
use crate::domain::id::Actor;
use crate::domain::instant::Instant;
use crate::domain::rule::Rule;
use crate::domain::text::Text;
use crate::domain::timeline::{Reading, Readings, Timeline};
use crate::views::because::{Cause, noun};

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
    /// What these facts changed, and who says so.
    pub changes: Vec<AnchorChange>,
}

/// How the reading of a fact was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AnchorChange {
    /// The fact that changed it.
    pub fact: u64,
    /// What it changed, in words.
    pub words: String,
    /// Who recorded it.
    pub by: Actor,
    /// When.
    pub recorded: Instant,
    /// Why.
    pub reason: Option<Text>,
}

fn changes(timeline: &Timeline, reading: &Reading) -> Vec<AnchorChange> {
    let facts = reading.changed_by.iter().filter_map(|seq| timeline.fact(*seq));
    let change = |fact: &Fact| AnchorChange {
        fact: fact.seq,
        words: Cause { fact, stream: timeline.facts(), almanacs: None }.words(None),
        by: fact.recorded.by.clone(),
        recorded: fact.recorded.at,
        reason: fact.saying.reason.clone(),
    };
    facts.map(change).collect()
}

/// A fact that a date rests on, as it is read; none where it has no effect.
#[must_use]
pub fn fact_view(timeline: &Timeline, readings: &Readings, seq: u64) -> Option<AnchorView> {
    let reading = readings.fact(seq)?;
    Some(AnchorView {
        anchor: noun(&reading.saying, seq),
        known: true,
        earliest: reading.bounds.earliest,
        latest: Some(reading.bounds.latest),
        fact: Some(seq),
        kind: Some(reading.saying.event.name()),
        occurred: Some(reading.saying.occurred.clone()),
        evidence: reading.saying.evidence.clone(),
        changed_by: reading.changed_by.clone(),
        changes: changes(timeline, reading),
    })
}

/// The fact that a rule counts from, as it is read.
#[must_use]
pub fn anchor_view(agreement: &Agreement, timeline: &Timeline, readings: &Readings, rule: &Rule) -> AnchorView {
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
        changes: reading.map(|reading| changes(timeline, reading)).unwrap_or_default(),
    }
}
