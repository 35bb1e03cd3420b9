//! The verbs that change terms, and those that change the record.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Making, Subject, Verb};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::edtf::Edtf;
use crate::domain::event::Event;
use crate::domain::event::change::{Amended, Corrected, FactDisputed, FactResolved, FieldChange, Redacted, Retracted};
use crate::domain::event::naming::{self, Name};
use crate::domain::id::CommitmentId;
use crate::domain::objection::Objection;
use crate::domain::patch;
use crate::domain::redaction::{self, RedactionError};
use crate::domain::spoken;
use crate::domain::text::{Line, Text};
use crate::domain::timeline::Reading;
use crate::domain::vocabulary::Certainty;

/// Records that the terms were changed by the parties, from a day on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amend {
    /// What was changed, in words.
    pub what: Text,
    /// The day from which the new terms hold; left out: the day of the amendment.
    pub effective: Option<Day>,
    /// The new title.
    pub title: Option<Line>,
    /// A new subject; repeat it: together they replace the old ones.
    #[serde(default)]
    pub subject: Vec<Line>,
    /// The commitment whose words change.
    pub commitment: Option<CommitmentId>,
    /// The commitment's new words.
    pub text: Option<Text>,
}

impl Verb for Amend {
    const NAME: &'static str = "amend";
    const EXAMPLE: &'static str = "servanda amend pk-ps-health-2025/c2 \"training widened to nurses\" --text \"Train doctors and nurses\" --on 2026-02-01 --effective 2026-03-01";
    const TEXT: Option<(&'static str, bool)> = Some(("what", true));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        if self.commitment.is_some() != self.text.is_some() {
            let why = "a commitment's new words need both the commitment and --text".to_owned();
            return Err(Refusal::Field { field: "text", why });
        }
        Ok(Event::AgreementAmended(Amended {
            what: self.what,
            effective: self.effective,
            title: self.title,
            subjects: self.subject,
            commitment: self.commitment,
            text: self.text,
        }))
    }
}

/// Corrects what the register has wrong about a fact; from now on, the past is read with it.
///
/// --on gives the fact's right day; --set FIELD=VALUE any other field of it, such as data.place=Islamabad.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The fact's place in the agreement.
    pub event: u64,
    /// A field and its right value, as FIELD=VALUE; repeat it. The value null takes the field away.
    #[serde(default)]
    pub set: Vec<Text>,
}

impl Verb for Correct {
    const NAME: &'static str = "correct";
    const EXAMPLE: &'static str =
        "servanda correct pk-ps-health-2025@3 --on 2025-09-20 --reason \"the ministry's own release gives the 20th\"";
    const SUBJECT: Subject = Subject::Fact;
    const WANTS_REASON: bool = true;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let reading = changeable(making, self.event)?;
        let fields = changes(reading, &self.set)?;
        Ok(Event::RecordCorrected(Corrected { event: self.event, fields }))
    }
}

/// Takes a fact's effect away: it should not have been recorded. It stays listed with the reason.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retract {
    /// The fact's place in the agreement.
    pub event: u64,
}

impl Verb for Retract {
    const NAME: &'static str = "retract";
    const EXAMPLE: &'static str =
        "servanda retract pk-ps-health-2025@3 --reason \"recorded under the wrong agreement\"";
    const SUBJECT: Subject = Subject::Fact;
    const WANTS_REASON: bool = true;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if matches!(readable(making, self.event)?.saying.event, Event::RecordRedacted(_)) {
            return Err(RedactionError::Stands { event: self.event }.into());
        }
        changeable(making, self.event)?;
        Ok(Event::RecordRetracted(Retracted { event: self.event }))
    }
}

/// Takes what a fact says out of the record, because a law wants it: its whole body, or fields of it.
///
/// No byte of it is left in the store, nor in exports and backups made from then on. The fact stays listed with its kind, and every
/// proof stays valid. It cannot be undone. Other facts may say the same: --dry-run lists where the words stand elsewhere.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redact {
    /// The fact's place in the agreement.
    pub event: u64,
    /// A field to take out, such as data.name or evidence.0.quote; repeat it. Left out: the whole body.
    #[serde(default)]
    pub field: Vec<Line>,
    /// The law, order or request that wants it.
    pub authority: Line,
}

impl Verb for Redact {
    const NAME: &'static str = "redact";
    const EXAMPLE: &'static str = "servanda redact pk-ps-health-2025@2 --field data.name --reason \"the signatory asked for it\" --authority \"GDPR, article 17\"";
    const SUBJECT: Subject = Subject::Fact;
    const WANTS_REASON: bool = true;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let fact = making.timeline.fact(self.event);
        let fact = fact.ok_or_else(|| Refusal::against(self.event, Objection::NoSuchFact { event: self.event }))?;
        if let Some(twice) = self.field.iter().enumerate().find(|(at, field)| self.field[..*at].contains(field)) {
            return Err(Refusal::Field { field: "field", why: format!("{} is given twice", twice.1) });
        }
        // Decided again for a repeated command, it finds carried out what it decides.
        let done = fact.redacted.as_ref().is_some_and(|redaction| redaction.by >= making.next_fact());
        if !done {
            redaction::taken(fact, &self.field)?;
        }
        let whole = self.field.is_empty();
        let names = naming::named_by(&fact.saying.event).into_iter().filter(|_| whole);
        let (mut commitment, mut body) = (None, None);
        for name in names {
            match name {
                Name::Commitment(id) => commitment = Some(id),
                Name::Body(id) => body = Some(id),
                Name::Party(_) => {}
            }
        }
        Ok(Event::RecordRedacted(Redacted {
            event: self.event,
            fields: self.field,
            authority: self.authority,
            remains: None,
            commitment,
            body,
        }))
    }
}

/// Records that sources disagree about a fact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeFact {
    /// The fact's place in the agreement.
    pub event: u64,
    /// The field about which they disagree, such as data.parties.
    pub field: Option<Line>,
    /// What a source says instead; repeat it.
    #[serde(default)]
    pub value: Vec<Text>,
}

impl Verb for DisputeFact {
    const NAME: &'static str = "dispute-fact";
    const EXAMPLE: &'static str = "servanda dispute-fact cancer-laboratory-2020@1 --field data.parties --value \"Pakistan and China\" --source \"the headline\"";
    const SUBJECT: Subject = Subject::Fact;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        readable(making, self.event)?;
        Ok(Event::FactDisputed(FactDisputed { event: self.event, field: self.field, values: self.value }))
    }
}

/// Settles a disagreement of sources or an uncertain date; the fact is read with the settled value from now on.
///
/// --on gives the settled day; --set FIELD=VALUE any other field; neither: the fact stands as recorded.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveFact {
    /// The fact's place in the agreement.
    pub event: u64,
    /// A field and its settled value, as FIELD=VALUE; repeat it.
    #[serde(default)]
    pub set: Vec<Text>,
}

impl Verb for ResolveFact {
    const NAME: &'static str = "resolve-fact";
    const EXAMPLE: &'static str = "servanda resolve-fact heart-sphere-fatima-2025@2 --on 2025-06-25 --source \"a second outlet\" --published 2025-06-27";
    const SUBJECT: Subject = Subject::Fact;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let reading = changeable(making, self.event)?;
        let fields = changes(reading, &self.set)?;
        Ok(Event::FactResolved(FactResolved { event: self.event, fields }))
    }
}

/// The fact at a place, as it is read now.
fn readable<'a>(making: &Making<'a>, event: u64) -> Result<&'a Reading, Refusal> {
    if let Some(by) = making.readings.retracted_by(event) {
        return Err(Refusal::AlreadyRetracted { event, by });
    }
    if let Some(by) = making.readings.taken_out_by(event) {
        return Err(RedactionError::Already { event, field: None, by }.into());
    }
    let reading = making.readings.fact(event);
    reading.ok_or_else(|| Refusal::against(event, Objection::NoSuchFact { event }))
}

/// The fact at a place, as it is read now, where it may be read otherwise.
fn changeable<'a>(making: &Making<'a>, event: u64) -> Result<&'a Reading, Refusal> {
    let reading = readable(making, event)?;
    if matches!(reading.saying.event, Event::KeyAdopted(_) | Event::KeyRotated(_)) {
        let why =
            "a key on record stays as it is, since heads are signed with it: rotate-key puts another in its place";
        return Err(Refusal::Field { field: "event", why: why.to_owned() });
    }
    Ok(reading)
}

/// Checks each FIELD=VALUE against the fact, and leaves out those that change nothing.
fn changes(reading: &Reading, set: &[Text]) -> Result<Vec<FieldChange>, Refusal> {
    let mut fields: Vec<FieldChange> = Vec::new();
    for given in set {
        let Some((field, value)) = given.as_str().split_once('=') else {
            let why = format!("{given} is not of the form FIELD=VALUE, such as data.place=Islamabad");
            return Err(Refusal::Field { field: "set", why });
        };
        let value = match serde_json::from_str(value) {
            // A number that JSON would write otherwise (7.50, 1e3) was meant as it was typed.
            Ok(Value::Number(number)) if number.to_string() != value => Value::from(value),
            Ok(read) => read,
            Err(_) => Value::from(value),
        };
        if fields.iter().any(|earlier| earlier.field.as_str() == field) {
            return Err(Refusal::Field { field: "set", why: format!("{field} is given twice") });
        }
        let change = patch::change(&reading.saying, field, &value)?;
        if change.was != change.now {
            fields.push(change);
        }
    }
    Ok(fields)
}

/// The changes of a fact's day that `--on` of a correction or resolution asks for.
///
/// # Errors
///
/// A [`Refusal`] when the day cannot be read, or the fact already bears it and nothing else changes.
pub fn day_changes(
    making: &Making<'_>,
    event: u64,
    on: &Line,
    certainty: Option<Certainty>,
) -> Result<Vec<FieldChange>, Refusal> {
    let reading = changeable(making, event)?;
    let day = spoken::parse_spoken(on.as_str(), making.today)
        .map_err(|e| Refusal::Field { field: "on", why: e.to_string() })?;
    let day = day.date();
    let certainty = certainty.unwrap_or_else(|| certainty_of(&day));
    let wanted = [("occurred.on", day.to_string()), ("occurred.certainty", certainty.word().to_owned())];
    let mut fields = Vec::new();
    for (field, value) in wanted {
        let change = patch::change(&reading.saying, field, &Value::from(value))?;
        if change.was != change.now {
            fields.push(change);
        }
    }
    Ok(fields)
}

/// How sure a day is when nobody says: as sure as it is written.
#[must_use]
pub fn certainty_of(day: &Edtf) -> Certainty {
    if day.is_approximate() || day.is_uncertain() { Certainty::Approximate } else { Certainty::Stated }
}
