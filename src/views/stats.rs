//! The register in numbers.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use super::{Asked, board};
use crate::domain::day::Day;
use crate::domain::instant::Instant;
use crate::domain::status::AgreementStatus;
use crate::domain::text::Line;

/// The register in numbers, on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stats {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// How many agreements there are.
    pub agreements: usize,
    /// How many of each kind.
    pub by_kind: BTreeMap<String, usize>,
    /// How many of each status.
    pub by_status: BTreeMap<String, usize>,
    /// How many different parties, by name.
    pub parties: usize,
    /// How many commitments there are.
    pub commitments: usize,
    /// How many in each state.
    pub by_state: BTreeMap<String, usize>,
    /// How many facts are on record in all, whatever their day.
    pub facts: u64,
}

/// The register's numbers while they are being counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    agreements: usize,
    by_kind: BTreeMap<String, usize>,
    by_status: BTreeMap<String, usize>,
    parties: BTreeSet<Line>,
    commitments: usize,
    by_state: BTreeMap<String, usize>,
    facts: u64,
}

impl Tally {
    /// Counts an agreement in, with the commitments of its entry.
    pub fn take(&mut self, entry: &Entry, day: Day) {
        self.facts += entry.facts;
        let Some(outline) = entry.on(day).filter(|outline| outline.status != AgreementStatus::Retracted) else {
            return;
        };
        self.agreements += 1;
        count(&mut self.by_kind, outline.kind.word());
        count(&mut self.by_status, outline.status.word());
        for party in outline.parties {
            if !self.parties.contains(&party.name) {
                self.parties.insert(party.name.clone());
            }
        }
        self.take_commitments(entry, day);
    }

    /// Counts the commitments of an entry in, whose agreement is counted elsewhere.
    pub fn take_commitments(&mut self, entry: &Entry, day: Day) {
        for row in board::rows(entry, day) {
            self.commitments += 1;
            count(&mut self.by_state, row.state.word());
        }
    }

    /// Counts in what was counted of other agreements.
    pub fn join(&mut self, other: Self) {
        self.agreements += other.agreements;
        self.commitments += other.commitments;
        self.facts += other.facts;
        self.parties.extend(other.parties);
        let counts = [(&mut self.by_kind, other.by_kind), (&mut self.by_status, other.by_status)];
        for (mine, theirs) in counts.into_iter().chain([(&mut self.by_state, other.by_state)]) {
            for (word, many) in theirs {
                *mine.entry(word).or_default() += many;
            }
        }
    }

    /// The numbers.
    #[must_use]
    pub fn stats(self, asked: Asked) -> Stats {
        Stats {
            as_of: asked.as_of,
            at: asked.at,
            known_at: asked.known_at,
            agreements: self.agreements,
            by_kind: self.by_kind,
            by_status: self.by_status,
            parties: self.parties.len(),
            commitments: self.commitments,
            by_state: self.by_state,
            facts: self.facts,
        }
    }
}

fn count(counts: &mut BTreeMap<String, usize>, word: &str) {
    match counts.get_mut(word) {
        Some(many) => *many += 1,
        None => {
            counts.insert(word.to_owned(), 1);
        }
    }
}

/// Counts the register.
#[must_use]
pub fn stats<'a>(entries: impl IntoIterator<Item = &'a Entry>, asked: Asked) -> Stats {
    let mut tally = Tally::default();
    for entry in entries {
        tally.take(entry, asked.as_of);
    }
    tally.stats(asked)
}
