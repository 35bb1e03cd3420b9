//! From a request and the facts on record to the event that it makes, or to a refusal.
//!
//! The verb makes its event; then the whole timeline that would result is read and judged, and what newly speaks
//! against any fact in it decides. A new contradiction refuses; a new oddity wants a reason, which is recorded.

use std::sync::Arc;

use super::agreement::{Agreement, Opening};
use super::command::change::{certainty_of, day_changes};
use super::command::framing::Unpaired;
use super::command::{Command, Making, Request, Unsaid, sound};
use super::counting::{Remark, Uncounted};
use super::day::Day;
use super::due;
use super::event::Event;
use super::event::change::FieldChange;
use super::event::opening::Opened;
use super::fact::{Fact, Occurred, Recording, Saying};
use super::force;
use super::guard::{self, Objected};
use super::id::{Actor, CommandId, EventId, Reference};
use super::instant::Instant;
use super::objection::Objection;
use super::patch::PatchError;
use super::recurrence::RepeatError;
use super::redaction::{self, RedactionError};
use super::spoken;
use super::text::Line;
use super::timeline::{Reading, Readings, Timeline};
use super::vocabulary::{Certainty, Confidence};

/// The time and the person of a decision: data, so that the same facts and request always give the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// When it will be recorded.
    pub now: Instant,
    /// Today, in the register's time zone.
    pub today: Day,
    /// Who asks.
    pub actor: Actor,
    /// Whether `now` is the importer's word.
    pub asserted: bool,
}

/// Why a request is refused. Each has a stable code; the way out is said at the edge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A field does not fit.
    #[error("{field}: {why}")]
    Field {
        /// The field, as in the request.
        field: &'static str,
        /// What does not fit.
        why: String,
    },
    /// The options about sources do not go together.
    #[error(transparent)]
    Sources(#[from] Unpaired),
    /// A list is too long.
    #[error("{given} {what} are more than the {most} that one agreement can have")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there would be.
        given: usize,
        /// The bound.
        most: usize,
    },
    /// No agreement has this reference.
    #[error("there is no agreement {reference}")]
    NoSuchAgreement {
        /// The reference.
        reference: Reference,
        /// Those that were perhaps meant, the likeliest first.
        meant: Vec<Reference>,
    },
    /// Another agreement has this reference.
    #[error("there is an agreement {reference} already")]
    ReferenceTaken {
        /// The reference.
        reference: Reference,
    },
    /// The reference is the register's own, and the verb is about an agreement.
    #[error("{reference} is the name of the register's own facts, and {verb} is about an agreement")]
    RegistersOwn {
        /// The reserved reference.
        reference: Reference,
        /// The verb.
        verb: &'static str,
    },
    /// The verb is about the register's own facts, and the reference is an agreement's.
    #[error("{verb} is about the register's own facts, which are called register, not {reference}")]
    NotTheRegister {
        /// The reference that was given.
        reference: Reference,
        /// The verb.
        verb: &'static str,
    },
    /// The agreement was retracted as a whole.
    #[error("agreement {reference} was retracted by @{by}")]
    AgreementRetracted {
        /// The reference.
        reference: Reference,
        /// The fact that retracted its opening.
        by: u64,
    },
    /// The fact was retracted.
    #[error("fact @{event} was retracted by @{by}")]
    AlreadyRetracted {
        /// The fact.
        event: u64,
        /// The fact that retracted it.
        by: u64,
    },
    /// It cannot be true together with what is on record.
    #[error("{}", listed(.0))]
    Contradicts(Vec<Objected>),
    /// It is odd, and no reason was given.
    #[error("this is unusual: {}", listed(.0))]
    Odd(Vec<Objected>),
    /// The verb always wants a reason.
    #[error("{verb} wants a reason, and none was given")]
    NoReason {
        /// The verb.
        verb: &'static str,
    },
    /// The fact is read so already.
    #[error("nothing would change: fact @{event} is read so already")]
    NothingChanges {
        /// The fact.
        event: u64,
    },
    /// A date lies outside the calendar.
    #[error("{what} lies outside the years 1 to 9999")]
    BeyondCalendar {
        /// Which date.
        what: String,
    },
    /// What is to recur cannot recur so.
    #[error("repeat: {0}")]
    Repeat(#[from] RepeatError),
    /// A rule cannot be counted as it says.
    #[error(transparent)]
    Uncounted(#[from] Uncounted),
    /// A field of a fact cannot be changed so.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// Something cannot be taken out of the record so.
    #[error(transparent)]
    Redaction(#[from] RedactionError),
    /// The command's identity belongs to another command.
    #[error("command {command} was recorded before with other content, as {recorded}")]
    CommandReused {
        /// The command's identity.
        command: CommandId,
        /// What it recorded.
        recorded: String,
    },
}

fn listed(objections: &[Objected]) -> String {
    let words: Vec<String> = objections.iter().map(ToString::to_string).collect();
    words.join("; ")
}

impl Refusal {
    /// The refusal of a fact for one objection.
    #[must_use]
    pub fn against(seq: u64, objection: Objection) -> Self {
        Self::Contradicts(vec![Objected { seq, elsewhere: false, objection }])
    }

    /// The stable code of this kind of refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "field",
            Self::Sources(_) => "sources",
            Self::TooMany { .. } => "too_many",
            Self::NoSuchAgreement { .. } => "no_such_agreement",
            Self::ReferenceTaken { .. } => "reference_taken",
            Self::RegistersOwn { .. } => "registers_own",
            Self::NotTheRegister { .. } => "not_the_register",
            Self::AgreementRetracted { .. } => "agreement_retracted",
            Self::AlreadyRetracted { .. } => "already_retracted",
            Self::Contradicts(objections) | Self::Odd(objections) => {
                objections.first().map_or("contradicts", |objected| objected.objection.code())
            }
            Self::NoReason { .. } => "no_reason",
            Self::NothingChanges { .. } => "nothing_changes",
            Self::BeyondCalendar { .. } => "beyond_calendar",
            Self::Repeat(error) => error.code(),
            Self::Uncounted(uncounted) => uncounted.code(),
            Self::Patch(PatchError::NoSuchField { .. }) => "no_such_field",
            Self::Patch(PatchError::Identity { .. }) => "identity_field",
            Self::Patch(PatchError::Value { .. }) => "field_value",
            Self::Redaction(error) => error.code(),
            Self::CommandReused { .. } => "command_reused",
        }
    }
}

impl From<redaction::Refused> for Refusal {
    fn from(refused: redaction::Refused) -> Self {
        match refused {
            redaction::Refused::Redaction(error) => error.into(),
            redaction::Refused::Identity(error) => error.into(),
        }
    }
}

/// What a request makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the new fact says.
    pub saying: Arc<Saying>,
    /// What is odd about it, and was recorded with a reason.
    pub odd: Vec<Objected>,
    /// What has to be said beside the date that its rule gives now.
    pub remarks: Vec<Remark>,
}

/// The opening of an agreement as it is read, or as it was recorded where that was retracted; none without facts.
#[must_use]
pub fn opening_of(timeline: &Timeline, readings: &Readings) -> Option<(Opened, Opening)> {
    let saying = readings.fact(1).map(|reading| &reading.saying);
    match &saying.or_else(|| timeline.facts().first().map(|fact| &fact.saying))?.event {
        Event::AgreementProposed(opened) => Some((opened.clone(), Opening::Proposed)),
        Event::AgreementRecorded(opened) => Some((opened.clone(), Opening::Recorded)),
        Event::PledgeAnnounced(opened) => Some((opened.clone(), Opening::Announced)),
        _ => None,
    }
}

/// The agreement with everything that is known, whatever its day.
#[must_use]
pub fn agreement_of(timeline: &Timeline, readings: &Readings, day: Day) -> Option<Agreement> {
    opening_of(timeline, readings).map(|(opened, opening)| Agreement::folded(opened, opening, readings, day))
}

/// Decides a request on the facts of its agreement (none for an opening).
///
/// # Errors
///
/// A [`Refusal`]; then nothing is to be recorded.
pub fn decide(request: &Request, timeline: &Timeline, context: &Context) -> Result<Decision, Refusal> {
    let readings = timeline.read();
    let agreement = agreement_of(timeline, &readings, Day::MAX);
    let making = Making {
        reference: &request.agreement,
        timeline,
        readings: &readings,
        agreement: agreement.as_ref(),
        today: context.today,
    };
    decided(request, &making, |saying| judge_whole(request, timeline, &readings, saying, context))
}

/// Decides a request on what is known before it; `judge` finds what is newly odd with what the fact would say.
pub(super) fn decided(
    request: &Request,
    making: &Making<'_>,
    judge: impl FnOnce(&Arc<Saying>) -> Result<Vec<Objected>, Refusal>,
) -> Result<Decision, Refusal> {
    let Request { agreement: reference, command, framing } = request;
    well_addressed(reference, command, making.timeline)?;
    if let Some(by) = making.readings.retracted_by(1).filter(|_| !reference.is_register()) {
        let undoes_it = matches!(command, Command::Retract(retract) if retract.event == by);
        // What a law wants out it wants out of what was retracted too.
        let redacts = matches!(command, Command::Redact(_));
        if !undoes_it && !redacts {
            return Err(Refusal::AgreementRetracted { reference: reference.clone(), by });
        }
    }
    if command.wants_reason() && framing.reason.is_none() {
        return Err(Refusal::NoReason { verb: command.name() });
    }
    let saying = Arc::new(say(command, framing, making)?);
    let odd = judge(&saying)?;
    if !odd.is_empty() && framing.reason.is_none() {
        return Err(Refusal::Odd(odd));
    }
    let remarks = making.agreement.map(|agreement| remarks(agreement, &saying.event)).unwrap_or_default();
    Ok(Decision { saying, odd, remarks })
}

/// What has to be said beside the date of a rule that is being set.
fn remarks(agreement: &Agreement, event: &Event) -> Vec<Remark> {
    let counted = match event {
        Event::DeadlineSet(set) => due::counted(agreement, &set.rule).ok(),
        Event::EntryIntoForceSet(entry) if !entry.each_party => {
            force::runs_from(agreement, entry).map(|from| due::count_effect(agreement, &entry.rule, from.days))
        }
        _ => None,
    };
    counted.and_then(Result::ok).map(|counted| counted.remarks).unwrap_or_default()
}

/// Whether the verb and the reference go together: an opening with a new one, another verb with one that there is, and
/// the verbs about calendars and profiles with the register's own.
fn well_addressed(reference: &Reference, command: &Command, timeline: &Timeline) -> Result<(), Refusal> {
    let of_the_register = command.subject().of_the_register();
    let (verb, given) = (command.name(), reference.clone());
    if reference.is_register() {
        let about_a_fact =
            matches!(command, Command::Correct(_) | Command::Retract(_) | Command::Redact(_) | Command::Note(_));
        let fits = of_the_register || about_a_fact;
        return if fits { Ok(()) } else { Err(Refusal::RegistersOwn { reference: given, verb }) };
    }
    match (of_the_register, command.opens(), timeline.is_empty()) {
        (true, ..) => Err(Refusal::NotTheRegister { reference: given, verb }),
        (false, true, false) => Err(Refusal::ReferenceTaken { reference: given }),
        (false, false, true) => Err(Refusal::NoSuchAgreement { reference: given, meant: Vec::new() }),
        _ => Ok(()),
    }
}

/// Makes what the new fact says: the verb's event, with when, how sure, from where and why.
fn say(command: &Command, framing: &super::command::framing::Framing, making: &Making<'_>) -> Result<Saying, Refusal> {
    let evidence = framing.evidence()?;
    // In a correction, `--on` is the day of the fact that it corrects, not of the correction.
    let target = match command {
        Command::Correct(correct) => Some(correct.event),
        Command::ResolveFact(resolve) => Some(resolve.event),
        _ => None,
    };
    let days = match (target, &framing.on) {
        (Some(target), Some(on)) => day_changes(making, target, on, framing.certainty)?,
        _ => Vec::new(),
    };
    let on = framing.on.as_ref().filter(|_| target.is_none());
    let event = match command.clone().event(making)? {
        Event::RecordCorrected(mut corrected) => {
            join_days(&mut corrected.fields, days)?;
            if corrected.fields.is_empty() {
                return Err(Refusal::NothingChanges { event: corrected.event });
            }
            sound::changed(making, corrected.event, &corrected.fields)?;
            Event::RecordCorrected(corrected)
        }
        Event::FactResolved(mut resolved) => {
            join_days(&mut resolved.fields, days)?;
            sound::changed(making, resolved.event, &resolved.fields)?;
            if resolved.fields.is_empty() && framing.on.is_some() {
                return Err(Refusal::NothingChanges { event: resolved.event });
            }
            Event::FactResolved(resolved)
        }
        event => event,
    };
    let occurred = occurred(command, framing, on, making.today)?;
    Ok(Saying {
        occurred,
        confidence: framing.confidence.unwrap_or(Confidence::Reported),
        evidence,
        reason: framing.reason.clone(),
        event,
    })
}

/// Puts the changes of the day before the other fields; the day is said once.
fn join_days(fields: &mut Vec<FieldChange>, days: Vec<FieldChange>) -> Result<(), Refusal> {
    let twice = fields.iter().find(|field| days.iter().any(|day| day.field == field.field));
    if let Some(twice) = twice {
        let why = format!("{} is given as a field too: give it once", twice.field);
        return Err(Refusal::Field { field: "on", why });
    }
    fields.splice(0..0, days);
    Ok(())
}

fn occurred(
    command: &Command,
    framing: &super::command::framing::Framing,
    on: Option<&Line>,
    today: Day,
) -> Result<Occurred, Refusal> {
    let wrong = |e: spoken::SpokenError| Refusal::Field { field: "on", why: e.to_string() };
    let (on, certainty, words) = match on {
        Some(on) => {
            let (day, words) = spoken::parse_spoken(on.as_str(), today).map_err(wrong)?.into_parts();
            if let Command::Deposit(deposit) = command
                && let Some(received) = deposit.received.filter(|received| *received != day)
            {
                let why = format!("{received} is not {day}, the day of the deposit: give one of the two");
                return Err(Refusal::Field { field: "received", why });
            }
            (Some(day), certainty_of(&day), words)
        }
        None => match command.unsaid_day() {
            Unsaid::Today => (Some(today.into()), Certainty::Inferred, None),
            Unsaid::Beginning => (None, Certainty::Unknown, None),
            Unsaid::Day(day) => (Some(day), certainty_of(&day), None),
            Unsaid::Inferred(day) => (Some(day), Certainty::Inferred, None),
        },
    };
    // A correction's own day is the day it is made; `--certainty` there is about the fact it corrects.
    let about_another = matches!(command, Command::Correct(_) | Command::ResolveFact(_));
    let certainty = if about_another { certainty } else { framing.certainty.unwrap_or(certainty) };
    let as_printed = framing.as_printed.clone().or_else(|| words.and_then(|words| Line::parse(&words).ok()));
    Ok(Occurred { on, certainty, as_printed })
}

/// Reads the timeline that would result and returns what is newly odd in it.
fn judge_whole(
    request: &Request,
    timeline: &Timeline,
    before: &Readings,
    saying: &Arc<Saying>,
    context: &Context,
) -> Result<Vec<Objected>, Refusal> {
    let seq = timeline.facts().len() as u64 + 1;
    let mut whole = timeline.clone();
    whole.push(Fact {
        position: u64::MAX,
        seq,
        id: EventId(uuid::Uuid::nil()),
        cause: CommandId(uuid::Uuid::nil()),
        recorded: Recording { at: context.now, by: context.actor.clone(), asserted: context.asserted },
        saying: Arc::clone(saying),
        redacted: None,
    });
    let after = whole.read();
    // With its opening retracted the agreement is out of the register as a whole: nothing in it is judged.
    let of_the_register = request.agreement.is_register();
    if after.retracted_by(1).is_some() && !of_the_register {
        return Ok(Vec::new());
    }
    let all_objections = |timeline: &Timeline, readings: &Readings| {
        if of_the_register {
            super::almanac::objections::objections(readings)
        } else {
            all_objections(timeline, readings)
        }
    };
    let with_it = all_objections(&whole, &after);
    // Most timelines have nothing against them: what was known before is looked up only where there is something.
    let known = if timeline.is_empty() || with_it.is_empty() { Vec::new() } else { all_objections(timeline, before) };
    verdict(new_among(&with_it, &known), seq, after.fact(seq), context)
}

/// The objections that were not known before.
pub(super) fn new_among(all: &[Objected], known: &[Objected]) -> Vec<Objected> {
    // An oddity was given its reason; that its words change with the dates and counts in them asks for no other.
    let is_known = |objected: &Objected| {
        let of_its_kind = |k: &Objected| k.seq == objected.seq && k.objection.code() == objected.objection.code();
        known.contains(objected) || (!objected.objection.is_contradiction() && known.iter().any(of_its_kind))
    };
    all.iter().filter(|objected| !is_known(objected)).cloned().collect()
}

/// What is odd about a fact with these objections that were not known before it.
pub(super) fn verdict(
    mut new: Vec<Objected>,
    seq: u64,
    reading: Option<&Reading>,
    context: &Context,
) -> Result<Vec<Objected>, Refusal> {
    let counts_later = |reading: &&Reading| !matches!(reading.saying.event, Event::AgreementAmended(_));
    let earliest = reading.filter(counts_later).and_then(|reading| reading.bounds.earliest);
    if let Some(day) = earliest.filter(|day| *day > context.today) {
        new.push(Objected { seq, elsewhere: false, objection: Objection::InTheFuture { day, today: context.today } });
    }
    let (contradictions, odd): (Vec<_>, Vec<_>) =
        new.into_iter().partition(|objected| objected.objection.is_contradiction());
    let told = |all: Vec<Objected>| -> Vec<Objected> {
        all.into_iter().map(|objected| Objected { elsewhere: objected.seq != seq, ..objected }).collect()
    };
    let (contradictions, odd) = (told(contradictions), told(odd));
    if contradictions.is_empty() { Ok(odd) } else { Err(Refusal::Contradicts(contradictions)) }
}

fn all_objections(timeline: &Timeline, readings: &Readings) -> Vec<Objected> {
    let Some((opened, opening)) = opening_of(timeline, readings) else { return Vec::new() };
    let mut all = guard::objections(Agreement::known_as(opened, opening, readings), readings);
    all.extend(guard::before_opening(opening, readings));
    all
}
