//! The instances of recurring commitments in `show`: those past and the next few.

use super::board::tone;
use super::{day_or_dash, spaced};
use crate::cli::output::{Cell, Column, Item, Kind, Section, Tone};
use crate::domain::id::CommitmentId;
use crate::domain::status::CommitmentState;
use crate::views::instances::InstanceRow;

/// How many of the closed ones are shown, the latest.
const CLOSED_SHOWN: usize = 8;
/// How many of those that are not yet near are shown.
const NEXT_SHOWN: usize = 4;
/// How many of those that are late or near are shown, the earliest; the lists of `overdue` and `due` have them all.
const OPEN_SHOWN: usize = 24;

/// Whether it is neither near nor held up.
fn is_far(row: &InstanceRow) -> bool {
    matches!(row.state, CommitmentState::Pending | CommitmentState::AwaitingTrigger)
}

/// The rows that are shown of one commitment, in their order.
fn shown(rows: &[InstanceRow], commitment: CommitmentId) -> Vec<&InstanceRow> {
    let own = || rows.iter().filter(move |row| row.commitment == commitment);
    let closed: Vec<_> = own().filter(|row| !row.state.is_open()).collect();
    let near = own().filter(|row| row.state.is_open() && !is_far(row)).take(OPEN_SHOWN);
    let mut all: Vec<_> = closed.iter().skip(closed.len().saturating_sub(CLOSED_SHOWN)).copied().collect();
    all.extend(near);
    all.extend(own().filter(|row| is_far(row)).take(NEXT_SHOWN));
    all.sort_by_key(|row| row.instance);
    all
}

fn recurring(rows: &[InstanceRow]) -> Vec<CommitmentId> {
    let mut all: Vec<CommitmentId> = rows.iter().map(|row| row.commitment).collect();
    all.dedup();
    all
}

/// The table of those that are shown.
pub(super) fn section(rows: &[InstanceRow]) -> Section {
    let columns = [
        Column::id("id", "No."),
        Column::word("state", "State"),
        Column::new(Kind::Day, "due", "Due"),
        Column::number("days_overdue", "Days late"),
        Column::day("original_due", "First due").priority(3),
        Column::day("met_on", "Done").priority(2),
    ];
    let cells = recurring(rows).into_iter().flat_map(|commitment| shown(rows, commitment)).map(|row| {
        let due = match (row.due_earliest, row.due) {
            (Some(a), Some(b)) if a != b => format!("{a}/{b}"),
            (None, Some(b)) => format!("../{b}"),
            (Some(a), None) => format!("{a}/.."),
            (_, due) => day_or_dash(due),
        };
        let verified = if row.verified == Some(true) { ", verified" } else { "" };
        [
            Cell::from(row.id.as_str()).tone(Tone::Strong),
            Cell::from(format!("{}{verified}", spaced(row.state.word()))).tone(tone(row.state)),
            Cell::from(due),
            Cell::from(row.days_overdue),
            Cell::from(day_or_dash(row.original_due)),
            Cell::from(day_or_dash(row.met_on)),
        ]
    });
    Section::table("instances", columns).titled("Instances").rows(cells)
}

/// How many of each commitment are not shown.
pub(super) fn rest(rows: &[InstanceRow]) -> Section {
    let lines = recurring(rows).into_iter().filter_map(|commitment| {
        let own: Vec<&InstanceRow> = rows.iter().filter(|row| row.commitment == commitment).collect();
        let hidden = own.len() - shown(rows, commitment).len();
        let last = own.last().and_then(|row| row.due).map(|day| format!(", the last due {day}")).unwrap_or_default();
        (hidden > 0).then(|| Item::bullet(0, format!("{commitment}: {hidden} more of {}{last}", own.len())))
    });
    Section::text("instances_more", lines)
}
