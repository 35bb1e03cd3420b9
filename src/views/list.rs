//! The register as a list of agreements, and as a list of parties.

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
    row.count(entry, day);
    Some(row)
}

impl ListRow {
    /// Counts the commitments of an entry in, which may be a part of the agreement's.
    pub fn count(&mut self, entry: &Entry, day: Day) {
        let commitments = board::rows(entry, day);
        self.commitments += commitments.len();
        self.open += commitments.iter().filter(|row| row.state.is_open()).count();
        self.overdue += commitments.iter().filter(|row| row.state == CommitmentState::Overdue).count();
        let owed = board::owed(entry, day);
        let open = owed.iter().filter(|row| row.state.is_open());
        let next = open.filter_map(|row| row.due.filter(|due| *due >= row.judged_on)).min();
        self.next_due = [self.next_due, next].into_iter().flatten().min();
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
    count_owed(&mut rows, entry, day);
    rows
}

/// Counts what the parties to an agreement owe and are owed by the commitments of an entry, which may be a part of its.
pub fn count_owed(rows: &mut [PartyRow], entry: &Entry, day: Day) {
    for open in board::rows(entry, day).into_iter().filter(|row| row.state.is_open()) {
        for row in rows.iter_mut() {
            let owes = open.owed_by.contains(&row.party);
            row.owes += usize::from(owes);
            row.overdue += usize::from(owes && open.state == CommitmentState::Overdue);
            row.owed += usize::from(open.owed_to.contains(&row.party));
        }
    }
}
