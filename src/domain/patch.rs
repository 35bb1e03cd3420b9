//! Reading a fact with some of its fields changed.
//!
//! A correction names fields by path inside what the fact says: `occurred.on`, `confidence`, `evidence`,
//! `reason`, `data.place`, `data.parties.0.name`. Identity is not a matter of belief, so names that other facts
//! point at (`data.reference`, a commitment's or a body's number, a party's short name) cannot be changed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::Event;
use super::event::change::FieldChange;
use super::event::naming::{self, Name};
use super::fact::{Evidence, Occurred, Saying};
use super::id::{CommitmentId, Reference};
use super::text::{Line, Text};
use super::vocabulary::Confidence;

/// Why a field cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The path does not lead to a field of such a fact.
    #[error("a {event} event has no field {field:?}")]
    NoSuchField {
        /// The stored name of the event.
        event: &'static str,
        /// The path.
        field: String,
    },
    /// The field identifies something that other facts point at.
    #[error("field {field:?} identifies what other facts point at and is never changed")]
    Identity {
        /// The path.
        field: String,
    },
    /// The value does not fit the field.
    #[error("field {field:?} cannot be {value}: {why}")]
    Value {
        /// The path.
        field: String,
        /// The value, as JSON cut to 120 characters.
        value: String,
        /// What does not fit.
        why: String,
    },
}

/// A fact's saying as one JSON object, the payload under `data`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spread {
    occurred: Occurred,
    confidence: Confidence,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    reason: Option<Text>,
    data: Value,
}

/// What a fact says as one JSON object, its payload under `data`.
#[must_use]
pub fn spread(saying: &Saying) -> Value {
    let spread = Spread {
        occurred: saying.occurred.clone(),
        confidence: saying.confidence,
        evidence: saying.evidence.clone(),
        reason: saying.reason.clone(),
        data: saying.event.data().unwrap_or(Value::Null),
    };
    serde_json::to_value(spread).unwrap_or(Value::Null)
}

pub(super) fn gathered(value: Value, name: &str, version: u32) -> Result<Saying, String> {
    let spread: Spread = serde_json::from_value(value).map_err(|e| e.to_string())?;
    let event = Event::from_stored(name, version, &spread.data.to_string()).map_err(|e| e.to_string())?;
    Ok(Saying {
        occurred: spread.occurred,
        confidence: spread.confidence,
        evidence: spread.evidence,
        reason: spread.reason,
        event,
    })
}

/// Whether a path names something that other facts point at.
fn is_identity(event: &Event, field: &str) -> bool {
    match event {
        Event::AgreementProposed(_) | Event::AgreementRecorded(_) | Event::PledgeAnnounced(_) => {
            let party_id = field.strip_prefix("data.parties.").and_then(|rest| rest.split_once('.'));
            field == "data.reference" || field == "data.parties" || party_id.is_some_and(|(_, name)| name == "id")
        }
        Event::PartyDeclared(_) => field == "data.id",
        Event::CommitmentMade(_) | Event::DeadlineSet(_) => field == "data.commitment",
        Event::WorkingGroupAnnounced(_) | Event::WorkingGroupFormed(_) => field == "data.body",
        // What a correction or retraction said is history; retract it and say it anew.
        Event::RecordCorrected(_) | Event::RecordRetracted(_) | Event::RecordRedacted(_) | Event::FactResolved(_) => {
            field.starts_with("data")
        }
        _ => false,
    }
}

/// What other facts point at in an event, so that no path around [`is_identity`] changes it.
pub(super) fn identity(event: &Event) -> (Vec<Name>, Option<&Reference>, Option<CommitmentId>) {
    let reference = match event {
        Event::AgreementProposed(opened) | Event::AgreementRecorded(opened) | Event::PledgeAnnounced(opened) => {
            Some(&opened.reference)
        }
        _ => None,
    };
    let commitment = match event {
        Event::DeadlineSet(set) => Some(set.commitment),
        _ => None,
    };
    (naming::named_by(event), reference, commitment)
}

/// The value at a path, null where there is none.
pub(super) fn at<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    field.split('.').try_fold(value, |inside, step| match inside {
        Value::Object(map) => map.get(step),
        Value::Array(list) => step.parse::<usize>().ok().and_then(|n| list.get(n)),
        _ => None,
    })
}

pub(super) fn set(value: &mut Value, field: &str, now: Value) -> bool {
    let (step, rest) = field.split_once('.').map_or((field, None), |(step, rest)| (step, Some(rest)));
    match (value, rest) {
        (Value::Object(map), None) => {
            if now.is_null() && step != "on" {
                map.remove(step);
            } else {
                map.insert(step.to_owned(), now);
            }
            true
        }
        (Value::Object(map), Some(rest)) => {
            let inner = map.entry(step.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            set(inner, rest, now)
        }
        (Value::Array(list), rest) => match step.parse::<usize>().ok().and_then(|n| list.get_mut(n)) {
            Some(inner) => {
                if let Some(rest) = rest {
                    set(inner, rest, now)
                } else {
                    *inner = now;
                    true
                }
            }
            None => false,
        },
        _ => false,
    }
}

/// Reads a saying with the fields of later corrections, in their order; what does not fit is passed over, since
/// facts are never refused (the command that made them was checked by [`change`]).
#[must_use]
pub fn apply<'a>(saying: &Saying, fields: impl Iterator<Item = &'a FieldChange>) -> Saying {
    let fields: Vec<&FieldChange> = fields.collect();
    let mut value = spread(saying);
    let mut changed = false;
    for field in &fields {
        changed |= set(&mut value, field.field.as_str(), field.now.clone());
    }
    if !changed {
        return saying.clone();
    }
    let (name, version) = (saying.event.name(), saying.event.version());
    gathered(value, name, version).unwrap_or_else(|_| {
        // Together they do not fit any more (one of them was retracted, say): each that fits alone still counts.
        fields.iter().fold(saying.clone(), |read, field| {
            let mut value = spread(&read);
            set(&mut value, field.field.as_str(), field.now.clone());
            gathered(value, name, version).unwrap_or(read)
        })
    })
}

/// Checks one change of a field and tells what the field was.
///
/// A value that does not fit as JSON is tried again as text, so that `data.place=7` can mean the text "7".
///
/// # Errors
///
/// [`PatchError`] when the path leads nowhere, names an identity, or the value does not fit.
pub fn change(saying: &Saying, field: &str, now: &Value) -> Result<FieldChange, PatchError> {
    let name = saying.event.name();
    let no_such_field = || PatchError::NoSuchField { event: name, field: field.chars().take(120).collect() };
    if is_identity(&saying.event, field) {
        return Err(PatchError::Identity { field: field.to_owned() });
    }
    let path = Line::parse(field).map_err(|_| no_such_field())?;
    let was_all = spread(saying);
    let was = at(&was_all, field).cloned().unwrap_or(Value::Null);
    let as_text = match now {
        Value::String(_) | Value::Null => None,
        other => Some(Value::String(other.to_string())),
    };
    let mut refusal = None;
    for candidate in std::iter::once(now.clone()).chain(as_text) {
        let mut value = was_all.clone();
        if !set(&mut value, field, candidate) {
            return Err(no_such_field());
        }
        match gathered(value.clone(), name, saying.event.version()) {
            Ok(read) => {
                if identity(&read.event) != identity(&saying.event) {
                    return Err(PatchError::Identity { field: field.to_owned() });
                }
                // What the types read back is what is kept; a field they do not know is gone from it.
                let kept = at(&spread(&read), field).cloned().unwrap_or(Value::Null);
                if kept.is_null() && !now.is_null() {
                    return Err(no_such_field());
                }
                return Ok(FieldChange { field: path, was, now: kept });
            }
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    Err(PatchError::Value {
        field: field.to_owned(),
        value: now.to_string().chars().take(120).collect(),
        why: refusal.unwrap_or_default(),
    })
}
