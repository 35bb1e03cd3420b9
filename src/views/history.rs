//! What was recorded about an agreement, in the order of recording.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::domain::event::Event;
use crate::domain::fact::{Evidence, Fact, Occurred, Recording};
use crate::domain::id::{AgreementId, CommandId, EventId};
use crate::domain::text::{Line, Text};
use crate::domain::timeline::Timeline;
use crate::domain::vocabulary::Confidence;

/// What was taken out of a recorded event on legal duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RedactedRow {
    /// The place of the fact that took it out, the last one where there are several.
    pub by: u64,
    /// Whether the whole body is gone, so that nothing is known of the event but its kind.
    pub whole: bool,
    /// The fields that are gone, where it is not the whole body.
    pub fields: Vec<Line>,
    /// When and by whom it was taken out.
    pub recorded: Option<Recording>,
    /// The law, order or request that wanted it.
    pub authority: Option<Line>,
    /// Why.
    pub reason: Option<Text>,
}

/// What was taken out of a fact, if anything was.
#[must_use]
pub fn redacted(fact: &Fact) -> Option<RedactedRow> {
    let redaction = fact.redacted.as_ref()?;
    let act = redaction.act.as_ref();
    Some(RedactedRow {
        by: redaction.by,
        whole: matches!(fact.saying.event, Event::TakenOut(_)),
        fields: redaction.fields.clone(),
        recorded: act.map(|act| act.recorded.clone()),
        authority: act.map(|act| act.authority.clone()),
        reason: act.and_then(|act| act.reason.clone()),
    })
}

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
    /// How far it can be relied on; null where the whole body was taken out.
    pub confidence: Option<Confidence>,
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
    /// What was taken out of it on legal duty, if anything was; answers are made without it for every day and time of knowledge.
    pub redacted: Option<RedactedRow>,
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
        confidence: Some(fact.saying.confidence).filter(|_| !matches!(fact.saying.event, Event::TakenOut(_))),
        evidence: fact.saying.evidence.clone(),
        reason: fact.saying.reason.clone(),
        data: fact.saying.event.data().unwrap_or(Value::Null),
        changed_by: Vec::new(),
        retracted_by: None,
        redacted: redacted(fact),
    }
}
