//! What is overdue, what comes due, and what was promised without a date.

use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use super::entry::{CommitmentEntry, Entry, Outline, Stand};
use super::instances::days_overdue;
use super::term::{self, TermRow};
use crate::domain::counting::BeyondKnown;
use crate::domain::day::Day;
use crate::domain::event::commitments::Undertaking;
use crate::domain::id::{CommitmentId, PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::InstanceNumber;
use crate::domain::rule::Authority;
use crate::domain::status::recurring::{Counts, InstanceStanding};
use crate::domain::status::{AgreementStatus, CommitmentState, STALE_AFTER_DAYS};
use crate::domain::text::{Line, Text};
use crate::domain::zone::{ClockTime, ZoneName};

/// A commitment as it stands on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CommitmentRow {
    /// The agreement's reference.
    pub agreement: Reference,
    /// The agreement's title.
    pub title: Option<Line>,
    /// The agreement's status.
    pub agreement_status: AgreementStatus,
    /// The commitment's name inside it.
    pub commitment: CommitmentId,
    /// Which instance of it, from 1, in a list of what is due; null for a commitment as a whole.
    pub instance: Option<InstanceNumber>,
    /// What was undertaken.
    pub text: Text,
    /// Who owes it.
    pub owed_by: Vec<PartyId>,
    /// To whom.
    pub owed_to: Vec<PartyId>,
    /// Its state.
    pub state: CommitmentState,
    /// The day after which it is late: the latest day that it can be due.
    pub due: Option<Day>,
    /// The earliest day that it can be due; null where that is not known.
    pub due_earliest: Option<Day>,
    /// The latest day that it can be due; null where that is not known.
    pub due_latest: Option<Day>,
    /// The zone in which its last day ends, where the deadline says where or when that is.
    pub zone: Option<ZoneName>,
    /// The time of day at which its last day ends there; null: with the day.
    pub cut_off: Option<ClockTime>,
    /// The first moment after its last day, where the deadline says where or when that ends.
    pub ends_at: Option<Instant>,
    /// Where the count of it reached a day that a calendar does not know, so that the date stays open.
    pub beyond_calendar: Option<BeyondKnown>,
    /// The due date as first set.
    pub original_due: Option<Day>,
    /// How often the due date was moved.
    pub extensions: usize,
    /// By how many days it was moved in all.
    pub slippage_days: i64,
    /// How many days ago it was due at the latest; 0 while it is not late.
    pub days_overdue: i64,
    /// Whether a source states how it is counted, or the register assumes it.
    pub authority: Option<Authority>,
    /// The latest possible day on which it was made.
    pub made: Day,
    /// How many days ago that was.
    pub age_days: i64,
    /// The latest possible day of the last fact about it.
    pub last_fact: Day,
    /// Whether nothing was recorded about it for 180 days.
    pub stale: bool,
    /// The latest possible day of its fulfilment.
    pub met_on: Option<Day>,
    /// Whether the fulfilment was confirmed; null where none is claimed.
    pub verified: Option<bool>,
    /// How much of it is done, in per cent, as last reported.
    pub share: Option<u32>,
    /// Of a recurring commitment as a whole, how many instances stand how.
    pub instances: Option<Counts>,
    /// The day by which its deadline is judged: at an instant, the one that runs where its last day ends.
    #[serde(skip)]
    pub judged_on: Day,
}

fn row(
    entry: &Entry,
    outline: &Outline<'_>,
    commitment: &CommitmentEntry,
    words: &Undertaking,
    stand: &Stand,
    day: Day,
) -> CommitmentRow {
    let judged_on = stand.judged_on.unwrap_or(day);
    CommitmentRow {
        agreement: entry.reference.clone(),
        title: outline.title.cloned(),
        agreement_status: outline.status,
        commitment: commitment.id,
        instance: None,
        text: words.text.clone(),
        owed_by: words.owed_by.clone(),
        owed_to: words.owed_to.clone(),
        state: stand.state,
        due: stand.due_latest,
        due_earliest: stand.due_earliest,
        due_latest: stand.due_latest,
        zone: stand.end.as_ref().map(|end| end.zone.clone()),
        cut_off: stand.end.as_ref().and_then(|end| end.cut_off),
        ends_at: stand.ends_at,
        beyond_calendar: stand.beyond_calendar.clone(),
        original_due: stand.original_due,
        extensions: stand.extensions,
        slippage_days: stand.original_due.zip(stand.due_latest).map_or(0, |(first, now)| first.days_until(now)),
        days_overdue: days_overdue(stand.state, stand.due_latest, judged_on),
        authority: stand.authority,
        made: commitment.made,
        age_days: commitment.made.days_until(day).max(0),
        last_fact: stand.last_fact,
        stale: stand.state.is_open() && stand.last_fact.days_until(day) > STALE_AFTER_DAYS,
        met_on: stand.met_on,
        verified: stand.verified,
        share: stand.share,
        instances: stand.instances,
        judged_on,
    }
}

/// Every commitment of an agreement as it stands on a day, in the order of their numbers.
#[must_use]
pub fn rows(entry: &Entry, day: Day) -> Vec<CommitmentRow> {
    let Some(outline) = entry.on(day).filter(|outline| outline.status != AgreementStatus::Retracted) else {
        return Vec::new();
    };
    let row = |commitment: &CommitmentEntry| {
        let (words, stand) = commitment.on(day)?;
        Some(row(entry, &outline, commitment, words, &stand, day))
    };
    entry.commitments.iter().filter_map(row).collect()
}

/// Everything that is owed for itself on a day: each instance of a commitment that recurs, and each other commitment.
///
/// A recurring commitment whose instances all wait is there as a whole.
#[must_use]
pub fn owed(entry: &Entry, day: Day) -> Vec<CommitmentRow> {
    let Some(outline) = entry.on(day).filter(|outline| outline.status != AgreementStatus::Retracted) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for commitment in &entry.commitments {
        let Some((words, stand)) = commitment.on(day) else { continue };
        let whole = row(entry, &outline, commitment, words, &stand, day);
        if stand.instances.is_none() || stand.state == CommitmentState::AwaitingTrigger {
            all.push(whole.clone());
        }
        let instances = commitment.instances_on(day);
        // One that waits for the one before it is not listed beside that one.
        let running = whole.judged_on;
        let dated = instances.iter().filter(|instance| instance.state(running) != CommitmentState::AwaitingTrigger);
        all.extend(dated.map(|instance| CommitmentRow {
            ends_at: stand.ends_at_of(instance.due.latest),
            ..of_instance(&whole, instance, day)
        }));
    }
    all
}

fn of_instance(whole: &CommitmentRow, instance: &InstanceStanding, day: Day) -> CommitmentRow {
    let state = instance.state(whole.judged_on);
    let (original_due, due) = (instance.original_due, instance.due.latest);
    CommitmentRow {
        instance: Some(instance.number),
        state,
        due,
        due_earliest: instance.due.earliest,
        due_latest: due,
        original_due,
        extensions: instance.extensions,
        slippage_days: original_due.zip(due).map_or(0, |(first, now)| first.days_until(now)),
        days_overdue: days_overdue(state, due, whole.judged_on),
        last_fact: instance.last_fact,
        stale: state.is_open() && instance.last_fact.days_until(day) > STALE_AFTER_DAYS,
        met_on: instance.met_on,
        verified: instance.verified,
        share: instance.share,
        instances: None,
        ..whole.clone()
    }
}

/// The report of what is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overdue {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// Late beyond doubt, the longest first.
    pub overdue: Vec<CommitmentRow>,
    /// Past the earliest possible due date, not the latest.
    pub possibly_overdue: Vec<CommitmentRow>,
    /// Due on this day, within fourteen days, or in grace.
    pub due_soon: Vec<CommitmentRow>,
    /// Promised without a date, the oldest first.
    pub undated: Vec<CommitmentRow>,
}

/// Makes the report of what is overdue.
#[must_use]
pub fn overdue<'a>(entries: impl IntoIterator<Item = &'a Entry>, asked: Asked) -> Overdue {
    overdue_of(entries.into_iter().flat_map(|entry| late(entry, asked.as_of)), asked)
}

/// What the report of what is overdue holds of an agreement, or of one commitment of it.
#[must_use]
pub fn late(entry: &Entry, day: Day) -> Vec<CommitmentRow> {
    let mut rows = owed(entry, day);
    rows.retain(|row| {
        use CommitmentState as State;
        let soon = matches!(row.state, State::InGrace | State::DueToday | State::DueSoon);
        soon || matches!(row.state, State::Overdue | State::PossiblyOverdue | State::Undated)
    });
    rows
}

/// Makes the report of what is overdue of its rows.
#[must_use]
pub fn overdue_of(rows: impl IntoIterator<Item = CommitmentRow>, asked: Asked) -> Overdue {
    let mut report = Overdue {
        as_of: asked.as_of,
        at: asked.at,
        known_at: asked.known_at,
        overdue: Vec::new(),
        possibly_overdue: Vec::new(),
        due_soon: Vec::new(),
        undated: Vec::new(),
    };
    for row in rows {
        match row.state {
            CommitmentState::Overdue => report.overdue.push(row),
            CommitmentState::PossiblyOverdue => report.possibly_overdue.push(row),
            CommitmentState::InGrace | CommitmentState::DueToday | CommitmentState::DueSoon => {
                report.due_soon.push(row);
            }
            CommitmentState::Undated => report.undated.push(row),
            CommitmentState::Withdrawn
            | CommitmentState::Superseded
            | CommitmentState::Waived
            | CommitmentState::Met
            | CommitmentState::MetLate
            | CommitmentState::PartiallyMet
            | CommitmentState::Disputed
            | CommitmentState::Suspended
            | CommitmentState::AwaitingTrigger
            | CommitmentState::Pending => {}
        }
    }
    report.overdue.sort_by_cached_key(by_due);
    report.possibly_overdue.sort_by_cached_key(by_due);
    report.due_soon.sort_by_cached_key(by_due);
    report.undated.sort_by_cached_key(|row| (row.made, row.agreement.clone(), row.commitment, row.instance));
    report
}

/// The order of a list of dated commitments: by due date, agreement and number; unknown dates last.
fn by_due(row: &CommitmentRow) -> (Day, Reference, CommitmentId, Option<InstanceNumber>) {
    (row.due.unwrap_or(Day::MAX), row.agreement.clone(), row.commitment, row.instance)
}

/// The list of what comes due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DueList {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The last day of the window.
    pub until: Day,
    /// What is still owed and due by then, the earliest first; what is late already stands in `overdue`.
    pub due: Vec<CommitmentRow>,
    /// What waits for something to happen before its time begins to run.
    pub awaiting: Vec<CommitmentRow>,
    /// The days of terms by then, the earliest first: ends and renewals, notices to be given and to be prepared.
    pub terms: Vec<TermRow>,
}

/// What the list of what comes due holds of an agreement, or of a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coming {
    /// Its commitments.
    pub owed: Vec<CommitmentRow>,
    /// The days of its term.
    pub terms: Vec<TermRow>,
}

/// What the list of what comes due by a day holds of an agreement, or of a part of it; none where that is nothing.
#[must_use]
pub fn coming(entry: &Entry, day: Day, until: Day) -> Option<Coming> {
    let mut rows = owed(entry, day);
    rows.retain(|row| row.state == CommitmentState::AwaitingTrigger || is_due_by(row, until));
    let terms = term::rows(entry, day, until);
    (!rows.is_empty() || !terms.is_empty()).then_some(Coming { owed: rows, terms })
}

fn is_due_by(row: &CommitmentRow, until: Day) -> bool {
    let in_time = matches!(
        row.state,
        CommitmentState::PossiblyOverdue
            | CommitmentState::InGrace
            | CommitmentState::DueToday
            | CommitmentState::DueSoon
            | CommitmentState::Pending
            | CommitmentState::Disputed
            | CommitmentState::Suspended
    );
    in_time
        && row.due_earliest.or(row.due).is_some_and(|due| due <= until)
        && row.due.is_none_or(|due| due >= row.judged_on || row.state == CommitmentState::InGrace)
}

/// Makes the list of what comes due by a day.
#[must_use]
pub fn due<'a>(entries: impl IntoIterator<Item = &'a Entry>, asked: Asked, until: Day) -> DueList {
    due_of(entries.into_iter().filter_map(|entry| coming(entry, asked.as_of, until)), asked, until)
}

/// Makes the list of what comes due of its rows.
#[must_use]
pub fn due_of(rows: impl IntoIterator<Item = Coming>, asked: Asked, until: Day) -> DueList {
    let (due, awaiting, terms) = (Vec::new(), Vec::new(), Vec::new());
    let mut list = DueList { as_of: asked.as_of, at: asked.at, known_at: asked.known_at, until, due, awaiting, terms };
    for coming in rows {
        let (awaiting, due): (Vec<_>, Vec<_>) =
            coming.owed.into_iter().partition(|row| row.state == CommitmentState::AwaitingTrigger);
        list.due.extend(due);
        list.awaiting.extend(awaiting);
        list.terms.extend(coming.terms);
    }
    list.due.sort_by_cached_key(by_due);
    list.awaiting.sort_by_cached_key(by_due);
    list.terms.sort_by_cached_key(term::by_day);
    list
}
