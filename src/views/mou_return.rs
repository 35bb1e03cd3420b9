//! The return that a government asks of its ministries: every memorandum and agreement with its signatories,
//! dates, expiry and progress per area, in one row each.
//!
//! Pledges have no instrument and are left out, and counted as left out, unless they are asked for by their kind or
//! their reference. What is not on record is absent here and said to be so where people read it; nothing is guessed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asked;
use super::document::{BodyView, Document, PartyView, ReportView, When, read_document};
use super::filter::Filter;
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::id::{AgreementId, CommitmentId, PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::status::{AgreementStatus, CommitmentState};
use crate::domain::text::{Line, Text};
use crate::domain::timeline::{Readings, Timeline};
use crate::domain::vocabulary::{AgreementKind, MilestoneStatus, PartyKind, Relation, Renewal, SignatureMode};

/// A party with the body that it acts through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ReturnParty {
    /// Its short name.
    pub id: PartyId,
    /// Its name.
    pub name: Line,
    /// Its names in other languages, and its other names.
    pub names: Vec<Line>,
    /// What it is.
    pub kind: PartyKind,
    /// The organ through which it acts; null where that is not on record.
    pub acting_through: Option<Line>,
}

/// Who signed for a party; a party whose signature is not on record has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Signatory {
    /// For which party.
    pub party: PartyId,
    /// The signatory; null where that is not on record.
    pub name: Option<Line>,
    /// The signatory's title; null where that is not on record.
    pub title: Option<Line>,
    /// How the signature was given.
    pub mode: SignatureMode,
    /// Where; null where that is not on record.
    pub place: Option<Line>,
    /// When.
    pub when: When,
}

/// What was last reported on a commitment, and accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LatestReport {
    /// On which commitment.
    pub commitment: CommitmentId,
    /// How it stood.
    pub status: MilestoneStatus,
    /// How much of it was done, in per cent.
    pub share: Option<u32>,
    /// The report's own words.
    pub words: Vec<Text>,
    /// Who reported it.
    pub by: Option<Line>,
    /// When.
    pub when: When,
}

/// How one commitment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ProgressLine {
    /// Its name inside the agreement.
    pub commitment: CommitmentId,
    /// What was undertaken.
    pub text: Text,
    /// Its state.
    pub state: CommitmentState,
    /// The latest day that it can be due; null where it has no date.
    pub due: Option<Day>,
    /// The earliest day that it can be due; null where that is not known.
    pub due_earliest: Option<Day>,
    /// The latest possible day of its fulfilment.
    pub met_on: Option<Day>,
    /// What was last reported on it; null where nothing was.
    pub report: Option<LatestReport>,
}

/// What was undertaken, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Progress {
    /// How many commitments there are.
    pub commitments: usize,
    /// How many of them were met, in time or late.
    pub met: usize,
    /// How many were let go, withdrawn, superseded, or closed with a part done.
    pub closed: usize,
    /// How many are still owed.
    pub open: usize,
    /// How many of the open ones are overdue beyond doubt.
    pub overdue: usize,
    /// How many of the open ones have no date.
    pub undated: usize,
}

/// What has to be done next, or is late already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct NextStep {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// What was undertaken.
    pub text: Text,
    /// The latest day that it can be due.
    pub due: Day,
    /// Its state.
    pub state: CommitmentState,
}

/// One agreement in the return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ReturnRow {
    /// Its number in the return, from 1.
    pub no: usize,
    /// The agreement's reference.
    pub reference: Reference,
    /// Its title; null where it has none.
    pub title: Option<Line>,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its parties.
    pub parties: Vec<ReturnParty>,
    /// Who signed, in the order of the parties.
    pub signatories: Vec<Signatory>,
    /// The places of signature, each once; the place of the agreement where no signature says.
    pub places: Vec<Line>,
    /// The day on which it came, or will come, into force or operation, or the latest that it can be.
    pub in_operation_from: Option<Day>,
    /// The earliest day that it can be; null where that is not known.
    pub in_operation_from_earliest: Option<Day>,
    /// How long it runs, where that is stated.
    pub term: Option<String>,
    /// The last day of its term with renewals; null where it has no term, or goes on by tacit renewal.
    pub expires: Option<Day>,
    /// What happens when its term runs out; null where no term is on record.
    pub renewal: Option<Renewal>,
    /// How long before its end a notice has to be given.
    pub notice_period: Option<String>,
    /// Its status.
    pub status: AgreementStatus,
    /// The areas that it is about.
    pub areas: Vec<Line>,
    /// What was undertaken, counted.
    pub progress: Progress,
    /// How each commitment stands, in the order of their numbers.
    pub lines: Vec<ProgressLine>,
    /// What was last reported on any of them; null where nothing was.
    pub latest_report: Option<LatestReport>,
    /// Its bodies.
    pub bodies: Vec<BodyView>,
    /// What is due next, or is late the longest.
    pub next_step: Option<NextStep>,
    /// The agreements that it became.
    pub became: Vec<Reference>,
    /// Where its facts are from, each source once, in the order of recording.
    pub sources: Vec<Line>,
}

impl ReturnRow {
    /// Whether no report, no fulfilment and no formed body is on record.
    #[must_use]
    pub fn nothing_reported(&self) -> bool {
        self.latest_report.is_none() && self.progress.met == 0 && self.bodies.iter().all(|body| body.formed.is_none())
    }
}

/// The return in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ReturnTotals {
    /// How many agreements are listed.
    pub agreements: usize,
    /// How many bear at least one signature.
    pub signed: usize,
    /// How many are in force, in operation or effective, provisionally or in full.
    pub in_operation: usize,
    /// How many ran out.
    pub expired: usize,
    /// How many ended otherwise: terminated, superseded or completed.
    pub ended: usize,
    /// On how many nothing was reported: no report, no fulfilment, no body formed.
    pub nothing_reported: usize,
    /// How many of them are memoranda of understanding.
    pub mous: usize,
    /// How many of the memoranda became an agreement, by a link that says so.
    pub became_agreements: usize,
    /// How many pledges the register holds besides, which have no instrument and are not listed.
    pub pledges_left_out: usize,
}

/// The return of all memoranda and agreements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MouReturn {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The return in numbers.
    pub totals: ReturnTotals,
    /// Its agreements, by reference.
    pub agreements: Vec<ReturnRow>,
}

/// Whether an agreement of this kind belongs into a return that was asked for with a filter.
#[must_use]
pub fn lists(kind: AgreementKind, filter: &Filter) -> bool {
    kind != AgreementKind::Pledge || filter.kind == Some(kind) || filter.agreement.is_some()
}

/// Makes the return of its numbers; its agreements are to follow.
#[must_use]
pub const fn mou_return(totals: ReturnTotals, asked: Asked) -> MouReturn {
    MouReturn { as_of: asked.as_of, at: asked.at, known_at: asked.known_at, totals, agreements: Vec::new() }
}

impl ReturnTotals {
    /// Adds the numbers of other agreements.
    pub const fn join(&mut self, other: Self) {
        self.agreements += other.agreements;
        self.signed += other.signed;
        self.in_operation += other.in_operation;
        self.expired += other.expired;
        self.ended += other.ended;
        self.nothing_reported += other.nothing_reported;
        self.mous += other.mous;
        self.became_agreements += other.became_agreements;
        self.pledges_left_out += other.pledges_left_out;
    }

    /// Takes an agreement in.
    pub fn count(&mut self, row: &ReturnRow) {
        self.agreements += 1;
        self.signed += usize::from(!row.signatories.is_empty());
        self.nothing_reported += usize::from(row.nothing_reported());
        self.mous += usize::from(row.kind == AgreementKind::Mou);
        self.became_agreements += usize::from(row.kind == AgreementKind::Mou && !row.became.is_empty());
        match row.status {
            AgreementStatus::InForce
            | AgreementStatus::InOperation
            | AgreementStatus::Effective
            | AgreementStatus::ProvisionallyApplied => self.in_operation += 1,
            AgreementStatus::Expired => self.expired += 1,
            AgreementStatus::Terminated | AgreementStatus::Superseded | AgreementStatus::Completed => self.ended += 1,
            _ => {}
        }
    }
}

/// The row of an agreement, with its facts as they were known; its number is given where all rows are there.
#[must_use]
pub fn row(id: AgreementId, timeline: &Timeline, asked: Asked) -> Option<ReturnRow> {
    let readings = timeline.read();
    let document = read_document(id, timeline, &readings, asked)?;
    let agreement = agreement_of(timeline, &readings, asked.as_of)?;
    let became = agreement.links.iter().filter(|(link, _)| link.relation == Relation::Becomes);
    let signatories: Vec<Signatory> = document.parties.iter().filter_map(signatory).collect();
    let mut places: Vec<Line> = signatories.iter().filter_map(|signed| signed.place.clone()).collect();
    if places.is_empty() {
        places.extend(document.place.clone());
    }
    places.sort();
    places.dedup();
    let lines = lines(&document);
    Some(ReturnRow {
        no: 0,
        progress: counted(&lines),
        next_step: next_step(&lines),
        latest_report: latest(document.reports.iter()),
        lines,
        signatories,
        places,
        parties: document.parties.iter().map(party).collect(),
        in_operation_from: document.entry_into_force,
        in_operation_from_earliest: document.entry_into_force_earliest,
        term: document.term.as_ref().and_then(|term| term.length.clone()),
        expires: document.term.as_ref().and_then(|term| term.ends),
        renewal: document.term.as_ref().map(|term| term.renewal),
        notice_period: document.term.as_ref().and_then(|term| term.notice_period.clone()),
        became: became.map(|(link, _)| link.to.clone()).collect(),
        sources: sources(&readings, asked.as_of),
        reference: document.reference,
        title: document.title,
        kind: document.kind,
        status: document.status,
        areas: document.subjects,
        bodies: document.bodies,
    })
}

fn party(party: &PartyView) -> ReturnParty {
    let local = party.names.iter().map(|local| local.name.clone());
    ReturnParty {
        id: party.id.clone(),
        name: party.name.clone(),
        names: local.chain(party.aliases.iter().cloned()).collect(),
        kind: party.kind,
        acting_through: party.acting_through.clone(),
    }
}

fn signatory(party: &PartyView) -> Option<Signatory> {
    let signature = party.signature.as_ref()?;
    Some(Signatory {
        party: party.id.clone(),
        name: signature.name.clone(),
        title: signature.title.clone(),
        mode: signature.mode,
        place: signature.place.clone(),
        when: signature.when.clone(),
    })
}

/// The last of some reports that was not turned down; they come in the order of their days.
fn latest<'a>(reports: impl DoubleEndedIterator<Item = &'a ReportView>) -> Option<LatestReport> {
    reports.rev().find(|report| !report.rejected).map(|report| LatestReport {
        commitment: report.commitment,
        status: report.status,
        share: report.share,
        words: report.evidence.clone(),
        by: report.by.clone(),
        when: report.when.clone(),
    })
}

fn lines(document: &Document) -> Vec<ProgressLine> {
    let rows = document.commitments.iter();
    rows.map(|row| ProgressLine {
        commitment: row.commitment,
        text: row.text.clone(),
        state: row.state,
        due: row.due,
        due_earliest: row.due_earliest,
        met_on: row.met_on,
        report: latest(document.reports.iter().filter(|report| report.commitment == row.commitment)),
    })
    .collect()
}

fn counted(lines: &[ProgressLine]) -> Progress {
    let mut progress = Progress { commitments: lines.len(), ..Progress::default() };
    for line in lines {
        match line.state {
            CommitmentState::Met | CommitmentState::MetLate => progress.met += 1,
            state if !state.is_open() => progress.closed += 1,
            state => {
                progress.open += 1;
                progress.overdue += usize::from(state == CommitmentState::Overdue);
                progress.undated += usize::from(state == CommitmentState::Undated);
            }
        }
    }
    progress
}

/// The open commitment that is due first; one that is late stays first until it is settled.
fn next_step(lines: &[ProgressLine]) -> Option<NextStep> {
    let dated = lines.iter().filter(|line| line.state.is_open()).filter_map(|line| line.due.map(|due| (due, line)));
    dated.min_by_key(|(due, line)| (*due, line.commitment)).map(|(due, line)| NextStep {
        commitment: line.commitment,
        text: line.text.clone(),
        due,
        state: line.state,
    })
}

fn sources(readings: &Readings, day: Day) -> Vec<Line> {
    let mut facts: Vec<_> = readings.facts.iter().filter(|reading| reading.bounds.latest <= day).collect();
    facts.sort_by_key(|reading| reading.seq);
    let mut sources: Vec<Line> = Vec::new();
    for evidence in facts.iter().flat_map(|reading| &reading.saying.evidence) {
        if !sources.contains(&evidence.source) {
            sources.push(evidence.source.clone());
        }
    }
    sources
}
