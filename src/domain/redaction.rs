//! Taking what a fact says out of the record, whole or by fields, where a law wants it.
//!
//! A redaction is a fact like any other. What it takes is gone from its target for every day and every time of knowledge,
//! since no byte of it is kept: the target is folded without it, as if it had never been said. Everything else about the
//! target stays: that it was recorded, as what, when, by whom and by which command.

use std::sync::Arc;

use serde_json::Value;

use super::event::change::Redacted;
use super::event::{Event, TakenOut};
use super::fact::{Fact, Occurred, Recording, Saying, Sha256Hex};
use super::patch::{self, PatchError};
use super::text::{Line, Text};
use super::timeline::is_about_the_record;
use super::vocabulary::{Certainty, Confidence};

/// What stands in the place of a text that a fact cannot do without.
pub const MARK: &str = "[redacted]";

/// How deep a field may lie in what is taken with it: deeper than any payload is.
const DEPTH_MAX: usize = 16;

/// That something was taken out of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// The place in the agreement of the fact that took it out, the last one where there are several.
    pub by: u64,
    /// The hash of what remains of the body; none where nothing does, or it is not on record yet.
    pub remains: Option<Sha256Hex>,
    /// Which fields are gone, by this act and those before it, as far as these were read; none where the whole body is.
    pub fields: Vec<Line>,
    /// What that fact says of it; none where it was not read.
    pub act: Option<Arc<Act>>,
}

/// Why and by whom something was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When and by whom.
    pub recorded: Recording,
    /// Under which law, order or request.
    pub authority: Line,
    /// Why.
    pub reason: Option<Text>,
}

/// Why something cannot be taken out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedactionError {
    /// It was taken out before.
    #[error("{} of fact @{event} was taken out by @{by}", field.as_deref().unwrap_or("the whole body"))]
    Already {
        /// The fact.
        event: u64,
        /// Which field, or the whole body.
        field: Option<String>,
        /// The fact that took it out.
        by: u64,
    },
    /// The fact does not have the field.
    #[error("fact @{event} has no field {field:?}")]
    Absent {
        /// The fact.
        event: u64,
        /// The field.
        field: String,
    },
    /// The field cannot be missing, and no mark can stand in its place.
    #[error("field {field:?} of fact @{event} cannot be missing, and it is no text that a mark could stand for")]
    Needed {
        /// The fact.
        event: u64,
        /// The field.
        field: String,
    },
    /// The body cannot be taken whole.
    #[error("the body of fact @{event} cannot be taken out whole: {why}")]
    Holds {
        /// The fact.
        event: u64,
        /// What hangs on it.
        why: &'static str,
    },
    /// A redaction cannot be taken back.
    #[error("fact @{event} is a redaction, and what it took out is gone")]
    Stands {
        /// The redaction.
        event: u64,
    },
    /// The verb rewrites the store, so it is no line of an import.
    #[error("redact rewrites the store, and is not done in an import")]
    InImport,
}

impl RedactionError {
    /// The stable code of this kind of refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Already { .. } => "already_redacted",
            Self::Absent { .. } => "field_absent",
            Self::Needed { .. } => "field_needed",
            Self::Holds { .. } => "body_needed",
            Self::Stands { .. } => "redaction_stands",
            Self::InImport => "not_in_import",
        }
    }
}

/// What a fact says of which only its kind is known.
#[must_use]
pub const fn nothing_said(kind: TakenOut) -> Saying {
    Saying {
        occurred: Occurred { on: None, certainty: Certainty::Unknown, as_printed: None },
        confidence: Confidence::Reported,
        evidence: Vec::new(),
        reason: None,
        event: Event::TakenOut(kind),
    }
}

/// What a fact says without these fields; without any field named, nothing.
///
/// # Errors
///
/// [`Refused`] for a field that cannot be taken.
pub fn taken(fact: &Fact, fields: &[Line]) -> Result<Saying, Refused> {
    let (event, saying) = (fact.seq, fact.saying.as_ref());
    let by = fact.redacted.as_ref().map_or(0, |redaction| redaction.by);
    if matches!(saying.event, Event::TakenOut(_)) {
        return Err(RedactionError::Already { event, field: None, by }.into());
    }
    if fields.is_empty() {
        return match holds(&saying.event) {
            Some(why) => Err(RedactionError::Holds { event, why }.into()),
            None => Ok(nothing_said(TakenOut::of(&saying.event))),
        };
    }
    fields.iter().try_fold(saying.clone(), |saying, field| {
        let name = field.as_str();
        let all = patch::spread(&saying);
        let value = patch::at(&all, name).filter(|value| !value.is_null());
        let before = fact.redacted.as_ref().is_some_and(|redaction| redaction.fields.contains(field));
        let already = || RedactionError::Already { event, field: Some(name.to_owned()), by };
        let absent = || RedactionError::Absent { event, field: name.to_owned() };
        let value = value.ok_or_else(|| if before { already() } else { absent() })?;
        if value.as_str() == Some(MARK) {
            return Err(already().into());
        }
        let needed = || RedactionError::Needed { event, field: name.to_owned() };
        if carries(&saying.event, name) {
            return Err(needed().into());
        }
        let left = without(&all, name, value, &saying, 0).ok_or_else(needed)?;
        let identity = |saying: &Saying| patch::identity(&saying.event) == patch::identity(&fact.saying.event);
        if identity(&left) { Ok(left) } else { Err(PatchError::Identity { field: name.to_owned() }.into()) }
    })
}

/// Why a redaction is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be taken out.
    #[error(transparent)]
    Redaction(#[from] RedactionError),
    /// Other facts point at it.
    #[error(transparent)]
    Identity(#[from] PatchError),
}

/// What hangs on an event so that its body cannot go whole; its texts can.
const fn holds(event: &Event) -> Option<&'static str> {
    match event {
        Event::AgreementProposed(_) | Event::AgreementRecorded(_) | Event::PledgeAnnounced(_) => {
            Some("it names the agreement that all other facts are of")
        }
        Event::KeyAdopted(_) | Event::KeyRotated(_) => Some("tree heads that were given out are checked by it"),
        event if is_about_the_record(event) => Some("how another fact is read hangs on it"),
        _ => None,
    }
}

/// Whether a field of a redaction says what was taken out, and is never taken out itself.
fn carries(event: &Event, field: &str) -> bool {
    matches!(event, Event::RecordRedacted(_)) && field.starts_with("data") && field != "data.authority"
}

/// A saying without a field: it is taken away where it may be missing, marked where it may be a text, and else each of its
/// own fields is taken, if all of them can be.
fn without(all: &Value, field: &str, value: &Value, saying: &Saying, depth: usize) -> Option<Saying> {
    let (name, version) = (saying.event.name(), saying.event.version());
    let in_a_list = field.rsplit('.').next().is_some_and(|step| step.parse::<usize>().is_ok());
    let gone = (!in_a_list).then_some(Value::Null);
    for instead in gone.into_iter().chain([Value::from(MARK)]) {
        let mut left = all.clone();
        patch::set(&mut left, field, instead);
        if let Ok(read) = patch::gathered(left, name, version) {
            let kept = patch::at(&patch::spread(&read), field).cloned().unwrap_or(Value::Null);
            if is_nothing(&kept) {
                return Some(read);
            }
        }
    }
    let inner: Vec<String> = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => (0..list.len()).map(|at| at.to_string()).collect(),
        _ => Vec::new(),
    };
    if inner.is_empty() || depth == DEPTH_MAX {
        return None;
    }
    inner.into_iter().try_fold(saying.clone(), |saying, step| {
        let (all, field) = (patch::spread(&saying), format!("{field}.{step}"));
        match patch::at(&all, &field) {
            Some(value) if !is_nothing(value) => without(&all, &field, value, &saying, depth + 1),
            _ => Some(saying),
        }
    })
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text == MARK,
        Value::Array(list) => list.is_empty(),
        Value::Bool(raised) => !raised,
        _ => false,
    }
}

/// Carries out what the last of some facts takes out of the others, where that is not done yet.
pub(super) fn carry_out(facts: &mut [Fact]) {
    let Some((by, earlier)) = facts.split_last_mut() else { return };
    let Event::RecordRedacted(redacted) = &by.saying.event else { return };
    let target = earlier.iter_mut().find(|fact| fact.seq == redacted.event);
    let Some(target) = target else { return };
    let before = target.redacted.take();
    let mut fields = before.as_ref().map(|redaction| redaction.fields.clone()).unwrap_or_default();
    fields.extend(redacted.fields.iter().filter(|field| !fields.contains(field)).cloned().collect::<Vec<_>>());
    target.redacted = Some(match before {
        // A later one has taken out more: what it says of it comes with it.
        Some(redaction) if redaction.by > by.seq => Redaction { fields, ..redaction },
        Some(redaction) if redaction.by == by.seq => Redaction { fields, act: Some(act(by, redacted)), ..redaction },
        _ => {
            if let Ok(left) = taken(target, &redacted.fields) {
                target.saying = Arc::new(left);
            }
            Redaction { by: by.seq, remains: redacted.remains.clone(), fields, act: Some(act(by, redacted)) }
        }
    });
}

/// Whether what was decided again is what a fact says, or said before something was taken out of it.
///
/// What the decision cannot know is not compared: the hash of what a redaction left, and the names that are gone with it.
#[must_use]
pub fn decided_before(decided: &Arc<Saying>, recorded: &Fact, facts: &[Fact]) -> bool {
    let mut again = Fact { saying: Arc::clone(decided), redacted: None, ..recorded.clone() };
    for fact in facts {
        if let Event::RecordRedacted(redacted) = &fact.saying.event
            && redacted.event == recorded.seq
            && let Ok(left) = taken(&again, &redacted.fields)
        {
            again.saying = Arc::new(left);
        }
    }
    if let (Event::RecordRedacted(decided), Event::RecordRedacted(recorded)) =
        (&again.saying.event, &recorded.saying.event)
    {
        let event = Event::RecordRedacted(Redacted {
            remains: recorded.remains.clone(),
            commitment: recorded.commitment,
            body: recorded.body,
            ..decided.clone()
        });
        again.saying = Arc::new(Saying { event, ..again.saying.as_ref().clone() });
    }
    again.saying == recorded.saying
}

fn act(by: &Fact, redacted: &Redacted) -> Arc<Act> {
    Arc::new(Act {
        recorded: by.recorded.clone(),
        authority: redacted.authority.clone(),
        reason: by.saying.reason.clone(),
    })
}
