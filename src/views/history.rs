//! What was recorded about an agreement, in the order of recording.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::domain::fact::{Evidence, Fact, Occurred, Recording};
use crate::domain::id::{AgreementId, CommandId, EventId};
use crate::domain::text::Text;
use crate::domain::timeline::Timeline;
use crate::domain::vocabulary::Confidence;

/// One recorded event, as it was recorded, with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct HistoryRow {
    /// Its position in the log, from 0.
    pub position: u64,
    /// Its identity.
    pub id: EventId,
    /// The agreement's lasting identity.
    pub agreement: AgreementId,
    /// Its place in the agreement, from 1.
    pub seq: u64,
    /// Its stored name.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The schema version of its payload.
    pub v: u32,
    /// When and by whom it was recorded.
    pub recorded: Recording,
    /// The command that made it.
    pub cause: CommandId,
    /// When it happened.
    pub occurred: Occurred,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Where it is from.
    pub evidence: Vec<Evidence>,
    /// Why.
    pub reason: Option<Text>,
    /// The payload; `schemas/events` describes it by type and version.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub data: Value,
    /// The places of the facts that changed how it is read.
    pub changed_by: Vec<u64>,
    /// The place of the fact that took its effect away.
    pub retracted_by: Option<u64>,
}

/// The rows of a timeline, in the order of recording.
#[must_use]
pub fn history(agreement: AgreementId, timeline: &Timeline) -> Vec<HistoryRow> {
    let readings = timeline.read();
    let row = |fact: &Fact| HistoryRow {
        changed_by: readings.fact(fact.seq).map(|reading| reading.changed_by.clone()).unwrap_or_default(),
        retracted_by: readings.retracted_by(fact.seq),
        ..newest(agreement, fact)
    };
    timeline.facts().iter().map(row).collect()
}

/// The row of a fact that was recorded after all others of its agreement, so that nothing became of it yet.
#[must_use]
pub fn newest(agreement: AgreementId, fact: &Fact) -> HistoryRow {
    HistoryRow {
        position: fact.position,
        id: fact.id,
        agreement,
        seq: fact.seq,
        kind: fact.saying.event.name(),
        v: fact.saying.event.version(),
        recorded: fact.recorded.clone(),
        cause: fact.cause,
        occurred: fact.saying.occurred.clone(),
        confidence: fact.saying.confidence,
        evidence: fact.saying.evidence.clone(),
        reason: fact.saying.reason.clone(),
        data: fact.saying.event.data().unwrap_or(Value::Null),
        changed_by: Vec::new(),
        retracted_by: None,
    }
}
