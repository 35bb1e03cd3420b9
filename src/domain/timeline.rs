//! All facts of one agreement, and how they are read at a time of knowledge.
//!
//! With them go the register's own facts, since dates are counted by its calendars: both are cut at the same time.
//!
//! Reading at K: facts recorded by K, without those that were retracted, with the fields of corrections, in the
//! order of (latest possible day, place in the agreement). Facts without a day take the agreement's beginning:
//! the first day that any dated fact of it bears, never later than the day they were recorded.

use std::sync::Arc;

use super::almanac::Almanac;
use super::day::Day;
use super::edtf::Bounds;
use super::event::Event;
use super::event::change::FieldChange;
use super::fact::{Fact, Saying};
use super::instant::Instant;
use super::patch;
use super::redaction;
use super::zone::ZoneName;

/// The register's own facts, on which the dates of its agreements hang; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    facts: Arc<Vec<Fact>>,
    almanac: Arc<Almanac>,
}

impl Register {
    /// The register of facts that are in the order of their recording.
    #[must_use]
    pub fn new(facts: Vec<Fact>) -> Self {
        let timeline = Timeline::new(facts);
        let almanac = Arc::new(Almanac::of(&timeline.read()));
        Self { facts: Arc::new(timeline.facts), almanac }
    }

    /// The same register with its days in this zone; without one they are those of UTC.
    #[must_use]
    pub fn in_zone(self, zone: ZoneName) -> Self {
        Self { almanac: Arc::new(Almanac::clone(&self.almanac).in_zone(zone)), ..self }
    }

    /// The same register with more facts.
    #[must_use]
    pub fn with(&self, more: &[Fact]) -> Self {
        let facts = self.facts.iter().chain(more).cloned().collect();
        Self::new(facts).in_zone(self.almanac.zone().clone())
    }

    /// Its facts, in the order of recording.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The calendars and profiles that its facts make.
    #[must_use]
    pub const fn almanac(&self) -> &Arc<Almanac> {
        &self.almanac
    }

    /// Only what was recorded by `known_at`.
    #[must_use]
    pub fn known_at(&self, known_at: Instant) -> Self {
        if self.facts.last().is_none_or(|fact| fact.recorded.at <= known_at) {
            return self.clone();
        }
        let facts = self.facts.iter().filter(|fact| fact.recorded.at <= known_at).cloned().collect();
        Self::new(facts).in_zone(self.almanac.zone().clone())
    }
}

/// One agreement's facts, in the order in which they were recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    facts: Vec<Fact>,
    register: Register,
}

/// A fact as it is read at a time of knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its place in the agreement, from 1.
    pub seq: u64,
    /// Its position in the log.
    pub position: u64,
    /// What it says, corrections applied.
    pub saying: Arc<Saying>,
    /// Between which days it happened.
    pub bounds: Bounds,
    /// The facts that changed what it says, in their order.
    pub changed_by: Vec<u64>,
}

/// A timeline read at a time of knowledge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// The facts that have effect, in the order of their latest possible day.
    pub facts: Vec<Reading>,
    /// The facts that were retracted, each with the fact that retracted it.
    pub retracted: Vec<(u64, u64)>,
    /// The facts whose whole body was taken out, each with the fact that took it out.
    pub taken_out: Vec<(u64, u64)>,
    /// The calendars and counting profiles by which dates are counted.
    pub almanac: Arc<Almanac>,
}

impl Timeline {
    /// A timeline of facts that are in the order of their recording.
    #[must_use]
    pub fn new(mut facts: Vec<Fact>) -> Self {
        for end in 1..=facts.len() {
            redaction::carry_out(&mut facts[..end]);
        }
        Self { facts, register: Register::default() }
    }

    /// The same facts in a register.
    #[must_use]
    pub fn within(self, register: Register) -> Self {
        Self { register, ..self }
    }

    /// Puts the facts into a register as it is by now.
    pub fn enter(&mut self, register: Register) {
        self.register = register;
    }

    /// The register whose calendars its dates are counted by.
    #[must_use]
    pub const fn register(&self) -> &Register {
        &self.register
    }

    /// Every fact, in the order of recording.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Adds a fact that was recorded after all others.
    pub fn push(&mut self, fact: Fact) {
        self.facts.push(fact);
        redaction::carry_out(&mut self.facts);
    }

    /// Says where in the log the newest fact lies, which was taken in before that was known.
    pub fn newest_lies_at(&mut self, position: u64) {
        if let Some(newest) = self.facts.last_mut() {
            newest.position = position;
        }
    }

    /// The fact at a place in the agreement, counted from 1.
    #[must_use]
    pub fn fact(&self, seq: u64) -> Option<&Fact> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.facts.get(index)
    }

    /// Only what was recorded by `known_at`.
    #[must_use]
    pub fn known_at(&self, known_at: Instant) -> Self {
        Self::new(self.facts.iter().filter(|fact| fact.recorded.at <= known_at).cloned().collect())
            .within(self.register.known_at(known_at))
    }

    /// The facts as they are read with all that is in this timeline.
    #[must_use]
    pub fn read(&self) -> Readings {
        // A retraction or correction only reaches back, so from the newest to the oldest each fact's fate is
        // already settled when it comes up, including that of corrections and retractions themselves.
        let mut retracted: Vec<(u64, u64)> = Vec::new();
        let mut taken_out: Vec<(u64, u64)> = Vec::new();
        let mut changes: Vec<(u64, u64, &[FieldChange])> = Vec::new();
        let mut kept: Vec<(&Fact, Arc<Saying>, Vec<u64>)> = Vec::new();
        for fact in self.facts.iter().rev() {
            if retracted.iter().any(|(seq, _)| *seq == fact.seq) {
                continue;
            }
            match &fact.saying.event {
                Event::TakenOut(_) => {
                    taken_out.push((fact.seq, fact.redacted.as_ref().map_or(0, |redaction| redaction.by)));
                    continue;
                }
                // Restored retractions can meet at one fact: the newest is the one that is named.
                Event::RecordRetracted(payload) if retracted.iter().all(|(seq, _)| *seq != payload.event) => {
                    retracted.push((payload.event, fact.seq));
                }
                Event::RecordCorrected(payload) => changes.push((payload.event, fact.seq, &payload.fields)),
                Event::FactResolved(payload) => changes.push((payload.event, fact.seq, &payload.fields)),
                _ => {}
            }
            let mine: Vec<_> = changes.iter().rev().filter(|(target, ..)| *target == fact.seq).collect();
            let saying = if mine.is_empty() {
                Arc::clone(&fact.saying)
            } else {
                Arc::new(patch::apply(&fact.saying, mine.iter().flat_map(|(_, _, fields)| fields.iter())))
            };
            let changed_by = mine.iter().filter(|(_, _, fields)| !fields.is_empty()).map(|(_, by, _)| *by).collect();
            kept.push((fact, saying, changed_by));
        }
        let cap = |fact: &Fact| fact.recorded.at.utc_day();
        let dated = |fact: &Fact, saying: &Saying| dated(saying, cap(fact));
        let beginning: Option<Day> = kept
            .iter()
            .filter(|(_, saying, _)| !is_about_the_record(&saying.event))
            .filter_map(|(fact, saying, _)| dated(fact, saying))
            .map(|bounds| bounds.latest)
            .min();
        let mut facts: Vec<Reading> = kept
            .into_iter()
            .map(|(fact, saying, changed_by)| {
                let bounds = bounds(&saying, cap(fact), beginning);
                Reading { seq: fact.seq, position: fact.position, saying, bounds, changed_by }
            })
            .collect();
        facts.sort_by_key(|reading| (reading.bounds.latest, reading.seq));
        retracted.sort_unstable();
        taken_out.sort_unstable();
        Readings { facts, retracted, taken_out, almanac: Arc::clone(&self.register.almanac) }
    }
}

/// Between which days a saying says that it happened; none where nobody says.
pub(super) fn dated(saying: &Saying, cap: Day) -> Option<Bounds> {
    saying.occurred.on.as_ref().map(|on| on.bounded_by(cap))
}

/// Between which days a fact counts as happened that was recorded on the day `cap`, in an agreement with this beginning.
pub(super) fn bounds(saying: &Saying, cap: Day, beginning: Option<Day>) -> Bounds {
    let bounds = dated(saying, cap)
        .unwrap_or_else(|| Bounds { earliest: None, latest: beginning.map_or(cap, |day| day.min(cap)) });
    in_effect(&saying.event, bounds)
}

/// Whether an event speaks about the record instead of the agreement.
#[must_use]
pub const fn is_about_the_record(event: &Event) -> bool {
    matches!(
        event,
        Event::RecordCorrected(_)
            | Event::RecordRetracted(_)
            | Event::RecordRedacted(_)
            | Event::FactDisputed(_)
            | Event::FactResolved(_)
    )
}

/// An amendment counts from the day on which the new terms hold, not from the day it was agreed.
fn in_effect(event: &Event, bounds: Bounds) -> Bounds {
    match event {
        Event::AgreementAmended(amended) => match amended.effective {
            Some(day) => Bounds { earliest: Some(day), latest: day },
            None => bounds,
        },
        _ => bounds,
    }
}

impl Readings {
    /// The reading of the fact at a place in the agreement.
    #[must_use]
    pub fn fact(&self, seq: u64) -> Option<&Reading> {
        self.facts.iter().find(|reading| reading.seq == seq)
    }

    /// Puts the reading of a fact that was recorded after all others where its day has it.
    pub(super) fn place(&mut self, reading: Reading) {
        let at = self.place_of(reading.bounds.latest, reading.seq);
        self.facts.insert(at, reading);
    }

    /// How many facts lie before a day and a place in the agreement.
    pub(super) fn place_of(&self, latest: Day, seq: u64) -> usize {
        self.facts.partition_point(|reading| (reading.bounds.latest, reading.seq) < (latest, seq))
    }

    /// The fact that took the whole body of the one at `seq` out of the record, if any did.
    #[must_use]
    pub fn taken_out_by(&self, seq: u64) -> Option<u64> {
        self.taken_out.iter().find(|(target, _)| *target == seq).map(|(_, by)| *by)
    }

    /// The fact that retracted the one at `seq`, if any did.
    #[must_use]
    pub fn retracted_by(&self, seq: u64) -> Option<u64> {
        self.retracted.iter().find(|(target, _)| *target == seq).map(|(_, by)| *by)
    }
}
