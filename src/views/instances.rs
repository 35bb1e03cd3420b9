//! The instances of a recurring commitment, as they are kept and as they are shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entry::{CommitmentEntry, Entry, on};
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::id::CommitmentId;
use crate::domain::instant::Instant;
use crate::domain::recurrence::InstanceNumber;
use crate::domain::status::recurring::InstanceStanding;
use crate::domain::status::{AgreementStatus, CommitmentState};

/// One instance as it is kept: short, since there may be a thousand of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceStand {
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    held: Option<CommitmentState>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    earliest: Option<Day>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    latest: Option<Day>,
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    grace_until: Option<Day>,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    original_due: Option<Day>,
    #[serde(rename = "x", default, skip_serializing_if = "is_none_at_all")]
    extensions: usize,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    met_on: Option<Day>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    share: Option<u32>,
    #[serde(rename = "f")]
    last_fact: Day,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(super) const fn is_none_at_all(count: &usize) -> bool {
    *count == 0
}

impl From<&InstanceStanding> for InstanceStand {
    fn from(standing: &InstanceStanding) -> Self {
        Self {
            held: standing.held,
            earliest: standing.due.earliest,
            latest: standing.due.latest,
            grace_until: standing.grace_until,
            original_due: standing.original_due,
            extensions: standing.extensions,
            verified: standing.verified,
            met_on: standing.met_on,
            share: standing.share,
            last_fact: standing.last_fact,
        }
    }
}

impl InstanceStand {
    /// The earliest day that it can be due; the first of all days where it can be listed without one.
    pub(super) fn opens(&self) -> Option<Day> {
        let dateless = matches!(self.held, Some(CommitmentState::Undated | CommitmentState::AwaitingTrigger));
        if dateless {
            return Some(Day::MIN);
        }
        self.latest.map(|_| self.earliest.unwrap_or(Day::MIN)).or(self.earliest)
    }

    /// Whether it waits for something to happen before its time begins to run.
    pub(super) const fn waits(&self) -> bool {
        matches!(self.held, Some(CommitmentState::AwaitingTrigger))
    }

    /// Whether it is owed; the due dates tell how it stands where nothing else does.
    pub(super) fn is_open(&self) -> bool {
        self.held.is_none_or(CommitmentState::is_open)
    }

    /// When it is due.
    pub(super) const fn due(&self) -> DueDates {
        DueDates { earliest: self.earliest, latest: self.latest }
    }

    /// The last day on which it is not called overdue.
    pub(super) const fn grace_until(&self) -> Option<Day> {
        self.grace_until
    }

    fn standing(&self, number: InstanceNumber) -> InstanceStanding {
        InstanceStanding {
            number,
            held: self.held,
            due: self.due(),
            grace_until: self.grace_until,
            original_due: self.original_due,
            extensions: self.extensions,
            verified: self.verified,
            met_on: self.met_on,
            share: self.share,
            last_fact: self.last_fact,
        }
    }
}

/// One instance for every day: how it stands from each day on, or that there is none any more.
pub type InstanceEntry = Vec<(Day, Option<InstanceStand>)>;

/// Records how the instances stand from a day on; those that are not among them are no more.
pub(super) fn record(kept: &mut Vec<InstanceEntry>, day: Day, now: &[InstanceStanding]) {
    kept.resize(kept.len().max(now.len()), Vec::new());
    for (at, entry) in kept.iter_mut().enumerate() {
        let stand = now.get(at).map(InstanceStand::from);
        if entry.last().map_or(stand.is_some(), |(_, last)| *last != stand) {
            entry.push((day, stand));
        }
    }
}

impl CommitmentEntry {
    /// How its instances stand on a day; empty for what is due once.
    #[must_use]
    pub fn instances_on(&self, day: Day) -> Vec<InstanceStanding> {
        let stand =
            |(at, entry): (usize, &InstanceEntry)| Some(on(entry, day)?.as_ref()?.standing(InstanceNumber::at(at)));
        self.instances.iter().enumerate().filter_map(stand).collect()
    }
}

/// One instance of a recurring commitment as it stands on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct InstanceRow {
    /// Its address inside the agreement, such as `c1.3`.
    pub id: String,
    /// The commitment.
    pub commitment: CommitmentId,
    /// Which instance, from 1.
    pub instance: InstanceNumber,
    /// Its state.
    pub state: CommitmentState,
    /// The day after which it is late: the latest day that it can be due.
    pub due: Option<Day>,
    /// The earliest day that it can be due; null where that is not known.
    pub due_earliest: Option<Day>,
    /// The first moment after its last day, where the deadline says where or when that ends.
    pub ends_at: Option<Instant>,
    /// The due date that its rule gives it.
    pub original_due: Option<Day>,
    /// How often the due date was moved.
    pub extensions: usize,
    /// How many days ago it was due at the latest; 0 while it is not late.
    pub days_overdue: i64,
    /// The latest possible day of its fulfilment.
    pub met_on: Option<Day>,
    /// Whether the fulfilment was confirmed; null where none is claimed.
    pub verified: Option<bool>,
    /// How much of it is done, in per cent, as last reported.
    pub share: Option<u32>,
}

/// How many days late something is in a state.
pub(super) fn days_overdue(state: CommitmentState, due: Option<Day>, day: Day) -> i64 {
    let late = matches!(state, CommitmentState::Overdue | CommitmentState::InGrace);
    due.filter(|_| late).map_or(0, |due| due.days_until(day))
}

/// Every instance of an agreement's recurring commitments, in the order of their numbers.
#[must_use]
pub fn instance_rows(entry: &Entry, day: Day) -> Vec<InstanceRow> {
    if entry.on(day).is_none_or(|outline| outline.status == AgreementStatus::Retracted) {
        return Vec::new();
    }
    let rows = |commitment: &CommitmentEntry| {
        let id = commitment.id;
        let stand = on(&commitment.stands, day);
        let running = stand.and_then(|stand| stand.judged_on).unwrap_or(day);
        let row = move |instance: InstanceStanding| {
            let state = instance.state(running);
            InstanceRow {
                id: format!("{id}.{}", instance.number),
                commitment: id,
                instance: instance.number,
                state,
                due: instance.due.latest,
                due_earliest: instance.due.earliest,
                ends_at: stand.and_then(|stand| stand.ends_at_of(instance.due.latest)),
                original_due: instance.original_due,
                extensions: instance.extensions,
                days_overdue: days_overdue(state, instance.due.latest, running),
                met_on: instance.met_on,
                verified: instance.verified,
                share: instance.share,
            }
        };
        commitment.instances_on(day).into_iter().map(row).collect::<Vec<_>>()
    };
    entry.commitments.iter().flat_map(rows).collect()
}
