//! The register as a list of agreements, and as a list of parties.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::board;
use super::entry::Entry;
use crate::domain::day::Day;
use crate::domain::id::{PartyId, Reference};
use crate::domain::status::{AgreementStatus, CommitmentState, PartyStatus};
use crate::domain::text::Line;
use crate::domain::vocabulary::{AgreementKind, PartyKind};

/// An agreement in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ListRow {
    /// Its reference.
    pub reference: Reference,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its title.
    pub title: Option<Line>,
    /// Its status.
    pub status: AgreementStatus,
    /// The names of its parties.
    pub parties: Vec<Line>,
    /// The latest possible day of the last signature.
    pub signed: Option<Day>,
    /// The earliest possible day of the last signature; null where that is not known.
    pub signed_earliest: Option<Day>,
    /// Its last day, where that is settled: by its term or by a notice.
    pub ends: Option<Day>,
    /// The agreement that took its place.
    pub superseded_by: Option<Reference>,
    /// How many commitments are on record.
    pub commitments: usize,
    /// How many of them are still owed.
    pub open: usize,
    /// How many of them are overdue.
    pub overdue: usize,
    /// The next due date of what is owed and not yet late.
    pub next_due: Option<Day>,
    /// The latest possible day of the last fact.
    pub last_fact: Option<Day>,
}

/// An agreement in one line, as it stands on a day; none before anything happened in it.
#[must_use]
pub fn row(entry: &Entry, day: Day) -> Option<ListRow> {
    let outline = entry.on(day)?;
    let mut row = ListRow {
        reference: entry.reference.clone(),
        kind: outline.kind,
        title: outline.title.cloned(),
        status: outline.status,
        parties: outline.parties.iter().map(|party| party.name.clone()).collect(),
        signed: outline.signed,
        signed_earliest: outline.signed_earliest,
        ends: outline.ends,
        superseded_by: outline.superseded_by.cloned(),
        commitments: 0,
        open: 0,
        overdue: 0,
        next_due: None,
        last_fact: outline.last_fact,
    };
    let mut counted = Counted::default();
    counted.take(entry, day);
    row.add(counted);
    Some(row)
}

/// What is undertaken in an agreement and still owed, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    commitments: u32,
    open: u32,
    overdue: u32,
    next_due: Option<Day>,
}

impl Counted {
    /// Counts the commitments of an entry in, which may be a part of the agreement's.
    pub fn take(&mut self, entry: &Entry, day: Day) {
        for row in board::rows(entry, day) {
            self.commitments += 1;
            self.open += u32::from(row.state.is_open());
            self.overdue += u32::from(row.state == CommitmentState::Overdue);
        }
        let owed = board::owed(entry, day);
        let open = owed.iter().filter(|row| row.state.is_open());
        let next = open.filter_map(|row| row.due.filter(|due| *due >= row.judged_on)).min();
        self.next_due = [self.next_due, next].into_iter().flatten().min();
    }
}

impl ListRow {
    /// Adds commitments that were counted elsewhere.
    pub fn add(&mut self, counted: Counted) {
        self.commitments += counted.commitments as usize;
        self.open += counted.open as usize;
        self.overdue += counted.overdue as usize;
        self.next_due = [self.next_due, counted.next_due].into_iter().flatten().min();
    }
}

/// A party to an agreement in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PartyRow {
    /// Its name.
    pub name: Line,
    /// What it is.
    pub kind: PartyKind,
    /// The agreement's reference.
    pub agreement: Reference,
    /// Its short name inside the agreement.
    pub party: PartyId,
    /// How it stands to the agreement.
    pub status: PartyStatus,
    /// The latest possible day of its signature.
    pub signed: Option<Day>,
    /// The earliest possible day of its signature; null where that is not known.
    pub signed_earliest: Option<Day>,
    /// The organ through which it acts.
    pub acting_through: Option<Line>,
    /// Its other names.
    pub names: Vec<Line>,
    /// How many commitments it still owes.
    pub owes: usize,
    /// How many of them are overdue.
    pub overdue: usize,
    /// How many are still owed to it.
    pub owed: usize,
}

/// The parties to an agreement as they stand on a day.
#[must_use]
pub fn party_rows(entry: &Entry, day: Day) -> Vec<PartyRow> {
    let Some(outline) = entry.on(day).filter(|outline| outline.status != AgreementStatus::Retracted) else {
        return Vec::new();
    };
    let mut rows: Vec<PartyRow> = outline
        .parties
        .iter()
        .map(|party| PartyRow {
            name: party.name.clone(),
            kind: party.kind,
            agreement: entry.reference.clone(),
            party: party.id.clone(),
            status: party.status,
            signed: party.signed,
            signed_earliest: party.signed_earliest,
            acting_through: party.acting_through.clone(),
            names: party.names.clone(),
            owes: 0,
            overdue: 0,
            owed: 0,
        })
        .collect();
    let mut dues = Dues::default();
    dues.take(entry, day);
    dues.tell(&mut rows);
    rows
}

/// How many commitments a party owes, how many of them are overdue, and how many are owed to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Due {
    owes: usize,
    overdue: usize,
    owed: usize,
}

/// What the parties to an agreement owe and are owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dues(BTreeMap<PartyId, Due>);

impl Dues {
    /// Whether nobody owes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts in what is owed by the commitments of an entry, which may be a part of the agreement's.
    pub fn take(&mut self, entry: &Entry, day: Day) {
        for open in board::rows(entry, day).into_iter().filter(|row| row.state.is_open()) {
            for by in open.owed_by.iter().collect::<BTreeSet<_>>() {
                let due = self.0.entry(by.clone()).or_default();
                due.owes += 1;
                due.overdue += usize::from(open.state == CommitmentState::Overdue);
            }
            for to in open.owed_to.iter().collect::<BTreeSet<_>>() {
                self.0.entry(to.clone()).or_default().owed += 1;
            }
        }
    }

    /// Tells it to the rows of the parties.
    pub fn tell(&self, rows: &mut [PartyRow]) {
        for row in rows {
            if let Some(due) = self.0.get(&row.party) {
                row.owes += due.owes;
                row.overdue += due.overdue;
                row.owed += due.owed;
            }
        }
    }
}
