//! The register's entry of one agreement: how it and its commitments stand, for every day at once.
//!
//! A state changes only on the day of a fact or on a turning day (a due date passes, a term runs out). An entry
//! holds the states from each such day on, so that any question about any day is a look-up, and it is a pure
//! function of the agreement's facts, so that it can be thrown away.

use serde::{Deserialize, Serialize};

use super::instances::{self, InstanceEntry};
use crate::domain::agreement::{Agreement, PartyRecord};
use crate::domain::counting::BeyondKnown;
use crate::domain::day::Day;
use crate::domain::decide::{agreement_of, opening_of};
use crate::domain::due::DueDates;
use crate::domain::event::commitments::Undertaking;
use crate::domain::event::naming::rules;
use crate::domain::event::opening::Opened;
use crate::domain::id::{AgreementId, CommitmentId, PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::moment::{DayEnd, Moment};
use crate::domain::rule::Authority;
use crate::domain::status::recurring::{self, Counts, Whole};
use crate::domain::status::{
    AgreementStatus, CommitmentState, PartyStatus, Standing, dated_state, party_statuses, standing, standing_at,
    status, turning_days,
};
use crate::domain::suspension;
use crate::domain::term::{Term, term_of};
use crate::domain::text::Line;
use crate::domain::timeline::{Readings, Timeline};
use crate::domain::vocabulary::{AgreementKind, PartyKind};

/// A party as it stands from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyOutline {
    /// Its short name.
    #[serde(rename = "i")]
    pub id: PartyId,
    /// What it is.
    #[serde(rename = "k")]
    pub kind: PartyKind,
    /// Its name.
    #[serde(rename = "n")]
    pub name: Line,
    /// How it stands.
    #[serde(rename = "s")]
    pub status: PartyStatus,
    /// The latest possible day of its signature.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Day>,
    /// The earliest possible day of its signature.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub signed_earliest: Option<Day>,
    /// The organ through which it acts.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub acting_through: Option<Line>,
    /// Its other names.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Line>,
}

/// What an agreement is called from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    /// What kind it is.
    #[serde(rename = "k")]
    pub kind: AgreementKind,
    /// Its title.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// What it is about.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Line>,
}

/// How an agreement stands from a day on: what changes with most facts, kept apart from what seldom does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// How it stands.
    #[serde(rename = "s")]
    pub status: AgreementStatus,
    /// The latest possible day of the last signature.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Day>,
    /// The earliest possible day of the last signature.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub signed_earliest: Option<Day>,
    /// Its last day, where that is settled: by its term or by a notice.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Day>,
    /// The agreement that took its place.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<Reference>,
    /// The latest possible day of the last fact.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub last_fact: Option<Day>,
}

impl Turn {
    /// A turn that says how the agreement stands, and nothing else.
    #[must_use]
    pub const fn standing(status: AgreementStatus) -> Self {
        Self { status, signed: None, signed_earliest: None, ends: None, superseded_by: None, last_fact: None }
    }
}

/// An agreement as it stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline<'a> {
    /// What it is called.
    pub kind: AgreementKind,
    /// Its title.
    pub title: Option<&'a Line>,
    /// How it stands.
    pub status: AgreementStatus,
    /// What it is about.
    pub subjects: &'a [Line],
    /// Its parties.
    pub parties: &'a [PartyOutline],
    /// The latest possible day of the last signature.
    pub signed: Option<Day>,
    /// The earliest possible day of the last signature.
    pub signed_earliest: Option<Day>,
    /// Its last day, where that is settled: by its term or by a notice.
    pub ends: Option<Day>,
    /// Its term, of which any day can be asked.
    pub term: Option<&'a Term>,
    /// The agreement that took its place.
    pub superseded_by: Option<&'a Reference>,
    /// The latest possible day of the last fact.
    pub last_fact: Option<Day>,
}

/// A commitment as it stands from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// Its state.
    #[serde(rename = "s")]
    pub state: CommitmentState,
    /// The earliest day that it can be due.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub due_earliest: Option<Day>,
    /// The latest day that it can be due.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub due_latest: Option<Day>,
    /// Where the count of them reached a day that a calendar does not know.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub beyond_calendar: Option<BeyondKnown>,
    /// The due date as first set.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub original_due: Option<Day>,
    /// The last day on which it is not called overdue.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Day>,
    /// How often the due date was moved.
    #[serde(rename = "x", default, skip_serializing_if = "instances::is_none_at_all")]
    pub extensions: usize,
    /// Who says that it is counted so.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// The latest possible day of its fulfilment.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub met_on: Option<Day>,
    /// Whether the fulfilment was confirmed.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// How much of it is done, in per cent.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u32>,
    /// The latest possible day of the last fact about it.
    #[serde(rename = "f")]
    pub last_fact: Day,
    /// Where its last day ends, for a deadline that says so.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DayEnd>,
    /// The first moment after the latest due date where that day ends so.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Instant>,
    /// The day by which it was judged at an instant, where it is not the register's; never kept.
    #[serde(skip)]
    pub judged_on: Option<Day>,
    /// How many instances stand how; never kept, since the instances tell.
    #[serde(skip)]
    pub instances: Option<Counts>,
}

impl Stand {
    /// What stays the same of a recurring commitment while only its instances change.
    fn beside_instances(self) -> Self {
        let withdrawn = self.state == CommitmentState::Withdrawn;
        Self {
            state: if withdrawn { CommitmentState::Withdrawn } else { CommitmentState::Pending },
            due_earliest: None,
            due_latest: None,
            original_due: None,
            grace_until: None,
            extensions: 0,
            met_on: None,
            verified: None,
            share: None,
            beyond_calendar: None,
            ends_at: None,
            instances: None,
            ..self
        }
    }

    /// The first moment after a last day, where its last days end in a way of their own.
    #[must_use]
    pub fn ends_at_of(&self, last: Option<Day>) -> Option<Instant> {
        self.end.as_ref().zip(last).and_then(|(end, last)| end.ends(last)).map(|(at, _)| at)
    }

    /// What is kept of it: a state that only the due dates tell is told by them, on whatever day somebody asks.
    fn kept(self) -> Self {
        let state = if self.state.is_held() { self.state } else { CommitmentState::Pending };
        Self { state, ..self }
    }

    /// How it stands on a day by what is kept of it.
    fn told_by_day(&self, day: Day) -> Self {
        let mut stand = self.clone();
        if !stand.state.is_held() {
            let due = DueDates { earliest: stand.due_earliest, latest: stand.due_latest };
            stand.state = dated_state(due, stand.grace_until, stand.judged_on.unwrap_or(day));
        }
        stand
    }

    fn told_by(&self, whole: &Whole) -> Self {
        let withdrawn = self.state == CommitmentState::Withdrawn;
        Self {
            state: if withdrawn { CommitmentState::Withdrawn } else { whole.state },
            due_earliest: whole.by.due.earliest,
            due_latest: whole.by.due.latest,
            original_due: whole.by.original_due,
            grace_until: whole.by.grace_until,
            extensions: whole.by.extensions,
            met_on: whole.met_on,
            verified: whole.verified,
            share: whole.by.share,
            ends_at: self.ends_at_of(whole.by.due.latest),
            instances: Some(whole.counts),
            ..self.clone()
        }
    }
}

impl From<Standing> for Stand {
    fn from(standing: Standing) -> Self {
        Self {
            state: standing.state,
            due_earliest: standing.due.earliest,
            due_latest: standing.due.latest,
            beyond_calendar: standing.beyond,
            original_due: standing.original_due,
            grace_until: standing.grace_until,
            extensions: standing.extensions,
            authority: standing.authority,
            met_on: standing.met_on,
            verified: standing.verified,
            share: standing.share,
            last_fact: standing.last_fact,
            end: standing.end,
            ends_at: standing.ends_at,
            judged_on: standing.judged_on,
            instances: standing.instances,
        }
    }
}

/// A commitment for every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentEntry {
    /// Its name inside the agreement.
    #[serde(rename = "i")]
    pub id: CommitmentId,
    /// The latest possible day on which it was made.
    #[serde(rename = "m")]
    pub made: Day,
    /// What was undertaken, from each day on.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<(Day, Undertaking)>,
    /// How it stands, from each day on; of a recurring one, what its instances do not tell.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub stands: Vec<(Day, Stand)>,
    /// Its instances, where it recurs, in the order of their numbers.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<InstanceEntry>,
}

/// An agreement for every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The agreement's lasting identity.
    #[serde(rename = "i")]
    pub id: AgreementId,
    /// The name that people type.
    #[serde(rename = "r")]
    pub reference: Reference,
    /// How many facts are on record.
    #[serde(rename = "f")]
    pub facts: u64,
    /// What it is called, from each day on.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub namings: Vec<(Day, Naming)>,
    /// Its parties, from each day on.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<(Day, Vec<PartyOutline>)>,
    /// How it stands, from each day on.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<(Day, Turn)>,
    /// Its term as the facts say it, from each day on: its periods and windows are counted when somebody asks, since a
    /// tacit term has no end of them.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<(Day, Option<Term>)>,
    /// Its commitments, in the order of their numbers.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<CommitmentEntry>,
    /// Whether a date of it can move when the register's calendars or counting profiles change.
    #[serde(rename = "a", default, skip_serializing_if = "crate::domain::event::is_unset")]
    pub by_almanac: bool,
}

/// What holds on a day: the last that began by then.
pub(super) fn on<T>(from: &[(Day, T)], day: Day) -> Option<&T> {
    let after = from.partition_point(|(since, _)| *since <= day);
    from[..after].last().map(|(_, value)| value)
}

pub(super) fn record<T: PartialEq>(list: &mut Vec<(Day, T)>, day: Day, value: T) {
    if list.last().is_none_or(|(_, last)| *last != value) {
        list.push((day, value));
    }
}

impl CommitmentEntry {
    /// What was undertaken and how it stands on a day; none before it was made.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<(&Undertaking, Stand)> {
        let (words, stand) = on(&self.words, day).zip(on(&self.stands, day))?;
        let whole = recurring::whole(&self.instances_on(day), stand.judged_on.unwrap_or(day));
        Some((words, whole.map_or_else(|| stand.told_by_day(day), |whole| stand.told_by(&whole))))
    }
}

impl Entry {
    /// How the agreement stands on a day; none before anything happened in it.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<Outline<'_>> {
        let (naming, turn) = on(&self.namings, day).zip(on(&self.turns, day))?;
        Some(Outline {
            kind: naming.kind,
            title: naming.title.as_ref(),
            status: turn.status,
            subjects: &naming.subjects,
            parties: on(&self.parties, day).map_or(&[], Vec::as_slice),
            signed: turn.signed,
            signed_earliest: turn.signed_earliest,
            ends: turn.ends,
            term: on(&self.terms, day).and_then(Option::as_ref),
            superseded_by: turn.superseded_by.as_ref(),
            last_fact: turn.last_fact,
        })
    }

    /// The entry of an agreement's facts; none where there is no opening.
    #[must_use]
    pub fn of(id: AgreementId, timeline: &Timeline) -> Option<Self> {
        Self::read(id, timeline, &timeline.read())
    }

    /// The entry of an agreement's facts as they are read, or of the first of these readings.
    #[must_use]
    pub fn read(id: AgreementId, timeline: &Timeline, readings: &Readings) -> Option<Self> {
        let (opened, opening) = opening_of(timeline, readings)?;
        let mut agreement = Agreement::known_as(opened, opening, readings);
        agreement.opening_retracted = readings.retracted_by(1).is_some();
        let mut entry = Self {
            id,
            reference: agreement.opened.reference.clone(),
            facts: timeline.facts().len() as u64,
            namings: Vec::new(),
            parties: Vec::new(),
            turns: Vec::new(),
            terms: Vec::new(),
            commitments: Vec::new(),
            by_almanac: readings.facts.iter().flat_map(|r| rules(&r.saying.event)).any(|r| readings.almanac.moves(r)),
        };
        let facts = &readings.facts;
        let mut next = 0;
        while let Some(first) = facts.get(next) {
            let day = first.bounds.latest;
            while let Some(reading) = facts.get(next).filter(|reading| reading.bounds.latest == day) {
                agreement.evolve(reading);
                next += 1;
            }
            let until = facts.get(next).map(|reading| reading.bounds.latest);
            entry.turn_through(&agreement, day, until);
        }
        // A wholly retracted agreement has no facts with effect, and is still on record.
        if entry.turns.is_empty()
            && let Some(first) = timeline.facts().first()
        {
            entry.turn(&agreement, first.recorded.at.utc_day());
        }
        Some(entry)
    }

    /// The entry of an agreement's facts, judged at a moment: what it says of that day is what is so at that instant.
    #[must_use]
    pub fn at(id: AgreementId, timeline: &Timeline, moment: Moment) -> Option<Self> {
        let readings = timeline.read();
        let mut entry = Self::read(id, timeline, &readings)?;
        if entry.is_another_at(moment)
            && let Some(agreement) = agreement_of(timeline, &readings, moment.day)
        {
            entry.judge(&agreement, moment);
        }
        Some(entry)
    }

    /// Whether a deadline of it has to be judged by another day than the register's at a moment, because its last day
    /// ends elsewhere or at a time of day.
    #[must_use]
    pub fn is_another_at(&self, moment: Moment) -> bool {
        let stands = self.commitments.iter().filter_map(|commitment| on(&commitment.stands, moment.day));
        stands.filter_map(|stand| stand.end.as_ref()).any(|end| moment.day_for(Some(end)) != moment.day)
    }

    /// Judges its commitments at a moment; the agreement is that of the moment's day.
    pub fn judge(&mut self, agreement: &Agreement, moment: Moment) {
        for entry in &mut self.commitments {
            let Some(commitment) = agreement.commitment(entry.id) else { continue };
            let after = entry.stands.partition_point(|(since, _)| *since < moment.day);
            let stand = Stand::from(standing_at(agreement, commitment, moment));
            match entry.stands.get_mut(after) {
                Some((since, there)) if *since == moment.day => *there = stand,
                _ => entry.stands.insert(after, (moment.day, stand)),
            }
        }
    }

    /// Records the states on a day, and on each turning day after it until the next fact.
    pub(super) fn turn_through(&mut self, agreement: &Agreement, day: Day, until: Option<Day>) {
        self.turn(agreement, day);
        self.stand(agreement, day, true);
        // Commitments are kept without what the passing of time makes of them; only a suspension changes them so.
        let suspended = suspension::turning_days(agreement);
        let mut turns = turning_days(agreement, day);
        turns.extend(&suspended);
        turns.retain(|turn| *turn > day && until.is_none_or(|until| *turn < until));
        turns.sort_unstable();
        turns.dedup();
        for turn in turns {
            self.turn_by_time(agreement, turn);
            if !suspended.is_empty() {
                self.stand(agreement, turn, false);
            }
        }
    }

    /// Records how the commitments stand on a day, and what was undertaken where a fact happened on it.
    fn stand(&mut self, agreement: &Agreement, day: Day, happened: bool) {
        for commitment in &agreement.commitments {
            let entry = self.commitment(commitment.id, commitment.made.bounds.latest);
            if happened && entry.words.last().is_none_or(|(_, words)| *words != commitment.undertaking) {
                entry.words.push((day, commitment.undertaking.clone()));
            }
            if commitment.repeats().is_some() {
                let now = recurring::instances(agreement, commitment, day);
                instances::record(&mut entry.instances, day, &now);
                if let Some(standing) = recurring::standing_by(agreement, commitment, &now, Moment::on(day)) {
                    record(&mut entry.stands, day, Stand::from(standing).beside_instances());
                    continue;
                }
            } else {
                instances::record(&mut entry.instances, day, &[]);
            }
            record(&mut entry.stands, day, Stand::from(standing(agreement, commitment, day)).kept());
        }
    }

    /// Records how the agreement stands on a day on which a fact happened.
    fn turn(&mut self, agreement: &Agreement, day: Day) {
        let term = term_of(agreement);
        if self.namings.last().is_none_or(|(_, last)| !is_called(last, &agreement.opened)) {
            self.namings.push((day, naming(agreement)));
        }
        let statuses = party_statuses(agreement, day);
        if self.parties.last().is_none_or(|(_, last)| !are_so(last, agreement, &statuses)) {
            self.parties.push((day, parties(agreement, statuses)));
        }
        record(&mut self.turns, day, turn(agreement, term.as_ref(), day));
        if term.is_some() || !self.terms.is_empty() {
            record(&mut self.terms, day, term);
        }
    }

    /// Records what the passing of time alone makes of the agreement: its status and those of its parties.
    fn turn_by_time(&mut self, agreement: &Agreement, day: Day) {
        let status = status(agreement, day);
        if let Some(turn) = self.turns.last().map(|(_, turn)| turn).filter(|turn| turn.status != status) {
            let turn = Turn { status, ..turn.clone() };
            self.turns.push((day, turn));
        }
        let statuses = party_statuses(agreement, day);
        let same = |parties: &Vec<PartyOutline>| parties.iter().map(|party| party.status).eq(statuses.iter().copied());
        if let Some(parties) = self.parties.last().map(|(_, parties)| parties).filter(|parties| !same(parties)) {
            let mut parties = parties.clone();
            parties.iter_mut().zip(statuses).for_each(|(party, status)| party.status = status);
            self.parties.push((day, parties));
        }
    }

    fn commitment(&mut self, id: CommitmentId, made: Day) -> &mut CommitmentEntry {
        let at = self.commitments.partition_point(|entry| entry.id < id);
        if self.commitments.get(at).is_none_or(|entry| entry.id != id) {
            self.commitments
                .insert(at, CommitmentEntry { id, made, words: Vec::new(), stands: Vec::new(), instances: Vec::new() });
        }
        &mut self.commitments[at]
    }
}

/// Whether an agreement is still called so: asked of every fact, where what it is called seldom changes.
fn is_called(naming: &Naming, opened: &Opened) -> bool {
    let Naming { kind, title, subjects } = naming;
    *kind == opened.kind && *title == opened.title && *subjects == opened.subjects
}

fn naming(agreement: &Agreement) -> Naming {
    let opened = &agreement.opened;
    Naming { kind: opened.kind, title: opened.title.clone(), subjects: opened.subjects.clone() }
}

/// The other names of a party, in their order.
fn names(record: &PartyRecord) -> impl Iterator<Item = &Line> {
    record.party.names.iter().map(|local| &local.name).chain(record.aliases.iter().map(|alias| &alias.name))
}

/// Whether the parties still stand so: asked of every fact, where few are about them.
fn are_so(outlines: &[PartyOutline], agreement: &Agreement, statuses: &[PartyStatus]) -> bool {
    let is_so = |((outline, record), now): ((&PartyOutline, &PartyRecord), &PartyStatus)| {
        let PartyOutline { id, kind, name, status, signed, signed_earliest, acting_through, names: others } = outline;
        let mark = record.signed.as_ref().map(|(_, mark)| mark);
        status == now
            && *signed == mark.map(|mark| mark.bounds.latest)
            && *signed_earliest == mark.and_then(|mark| mark.bounds.earliest)
            && *id == record.party.id
            && *kind == record.party.kind
            && *name == record.party.name
            && *acting_through == record.party.acting_through
            && others.iter().eq(names(record))
    };
    outlines.len() == agreement.parties.len() && outlines.iter().zip(&agreement.parties).zip(statuses).all(is_so)
}

fn parties(agreement: &Agreement, statuses: Vec<PartyStatus>) -> Vec<PartyOutline> {
    let party = |(record, status): (&PartyRecord, PartyStatus)| PartyOutline {
        id: record.party.id.clone(),
        kind: record.party.kind,
        name: record.party.name.clone(),
        status,
        signed: record.signed.as_ref().map(|(_, mark)| mark.bounds.latest),
        signed_earliest: record.signed.as_ref().and_then(|(_, mark)| mark.bounds.earliest),
        acting_through: record.party.acting_through.clone(),
        names: names(record).cloned().collect(),
    };
    agreement.parties.iter().zip(statuses).map(party).collect()
}

fn turn(agreement: &Agreement, term: Option<&Term>, day: Day) -> Turn {
    Turn {
        status: status(agreement, day),
        signed: agreement.signatures().map(|(_, _, mark)| mark.bounds.latest).max(),
        signed_earliest: agreement.signatures().filter_map(|(_, _, mark)| mark.bounds.earliest).max(),
        ends: term.and_then(Term::ends).and_then(|end| end.last.latest),
        superseded_by: agreement.superseded_by().cloned(),
        last_fact: agreement.happened.last().map(|mark| mark.bounds.latest),
    }
}
