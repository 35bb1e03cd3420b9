//! Which days a list of what comes due can be asked about and hold something: so that it reads what it holds, not all that runs.
//!
//! What a list holds of a commitment, or of a term, it holds on the days of a *span*, as long as it reaches far enough ahead:
//! asked on a day `d` about what comes up to a day `u`, only where `first ≤ u` and `d ≤ last`. Spans lie in cells of days
//! ([`span`]), and the days of a term that goes on by itself, which have no end, by where in its round they fall ([`cycle`]).
//! A list reads the cells of its window and makes its rows of what they name: a span may be wider than it need be, never
//! narrower.

pub mod cycle;
#[cfg(test)]
mod laws;
pub mod span;

use super::entry::{CommitmentEntry, Entry, Stand};
use super::instances::InstanceStand;
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::status::CommitmentState;
use crate::domain::term::{Term, TermDates};
use cycle::{Cycle, Round};
use span::{Span, joined};

/// How many spans there are of one thing at most: where there would be more, those that are nearest become one.
const SPANS_MAX: usize = 32;

/// By how many days more a due date can matter that ends at another moment than the register's days do.
const ELSEWHERE_DAYS: i64 = 2;

/// What holds from a day on, each with the last day on which it does; none for good.
fn versions<T>(from: &[(Day, T)]) -> impl Iterator<Item = (Day, Option<Day>, &T)> {
    let last = |nth: usize| from.get(nth + 1).and_then(|(next, _)| next.previous());
    from.iter().enumerate().map(move |(nth, (day, value))| (*day, last(nth), value))
}

/// The earlier of two last days, none being for good.
fn earlier(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    [a, b].into_iter().flatten().min()
}

/// The spans of a commitment that is owed no more from a day on, in order.
pub(super) fn of_commitment(commitment: &CommitmentEntry, closes: Option<Day>) -> Vec<Span> {
    let mut spans = Vec::new();
    if closes == Some(Day::MIN) {
        return spans;
    }
    let last_day = closes.and_then(Day::previous);
    let elsewhere = commitment.stands.iter().any(|(_, stand)| stand.end.is_some());
    let more = if elsewhere { ELSEWHERE_DAYS } else { 0 };
    let mut dated = |(from, until): (Day, Option<Day>), due: DueDates, grace: Option<Day>| {
        let Some(first) = due.earliest.or(due.latest) else { return };
        let last = due.latest.map(|latest| grace.map_or(latest, |grace| grace.max(latest)));
        let last = last.map(|last| last.plus_days(more).unwrap_or(Day::MAX));
        spans.extend(Span::shown((from, earlier(until, last_day)), first, last));
    };
    for (from, until, stand) in versions(&commitment.stands) {
        if stand.state == CommitmentState::AwaitingTrigger {
            dated((from, until), waiting(from), None);
        } else if stand.state.is_open() {
            let Stand { due_earliest: earliest, due_latest: latest, grace_until, .. } = stand;
            dated((from, until), DueDates { earliest: *earliest, latest: *latest }, *grace_until);
        }
    }
    for (nth, entry) in commitment.instances.iter().enumerate() {
        let before = nth.checked_sub(1).and_then(|before| commitment.instances.get(before));
        for (from, until, stand) in versions(entry) {
            let Some(stand) = stand else { continue };
            if stand.waits() {
                // The whole waits where an instance does and the one before it is done with.
                for (from, until) in undone(before, from, until) {
                    dated((from, until), waiting(from), None);
                }
            } else if stand.is_open() {
                dated((from, until), stand.due(), stand.grace_until());
            }
        }
    }
    // Of what is closed for good only earlier days can be asked, for which one span is narrow enough.
    joined(spans, if closes.is_some() { 1 } else { SPANS_MAX })
}

/// As dates, what is listed from a day on however far a list reaches.
const fn waiting(from: Day) -> DueDates {
    DueDates { earliest: Some(from), latest: None }
}

/// The parts of some days on which an instance is not open, or is not there.
fn undone(
    instance: Option<&Vec<(Day, Option<InstanceStand>)>>,
    from: Day,
    until: Option<Day>,
) -> Vec<(Day, Option<Day>)> {
    let Some(entry) = instance else { return vec![(from, until)] };
    let begins = entry.first().map(|(day, _)| *day);
    let absent =
        begins.filter(|begins| *begins > from).and_then(Day::previous).map(|last| (from, earlier(until, Some(last))));
    let closed = versions(entry).filter(|(.., stand)| stand.as_ref().is_none_or(|stand| !stand.is_open()));
    let closed = closed.map(|(since, last, _)| (since.max(from), earlier(until, last)));
    let parts = absent.into_iter().chain(closed);
    parts.filter(|(from, until)| until.is_none_or(|until| *from <= until)).collect()
}

/// The spans of an agreement's term, in order, and where its days fall in the round of a term that goes on by itself; its days
/// are over from a day on.
pub(super) fn of_terms(entry: &Entry, closes: Option<Day>) -> (Vec<Span>, Vec<Cycle>) {
    let (mut spans, mut cycles) = (Vec::new(), Vec::new());
    if closes == Some(Day::MIN) {
        return (spans, cycles);
    }
    let last_day = closes.and_then(Day::previous);
    for (from, until, term) in versions(&entry.terms) {
        let Some(term) = term else { continue };
        let until = earlier(until, last_day);
        if until.is_some_and(|until| until < from) {
            continue;
        }
        // Before all days every day of the settled periods is still to come.
        let dates = term.on(Day::MIN);
        if dates.next_renewal.is_none() {
            let shown = |days: Days| Span::shown((from, until), days.first, Some(days.last));
            spans.extend(days(&dates).into_iter().filter_map(shown));
        } else if until.is_some() {
            spans.extend(Span::shown((from, until), from, until));
        } else {
            cycles.extend(going_on(term, &dates, from));
        }
    }
    (joined(spans, if closes.is_some() { 1 } else { SPANS_MAX }), cycles)
}

/// Days of a term: the first and the last on which they can matter, and how often they are counted back from a period's last.
#[derive(Clone, Copy)]
struct Days {
    first: Day,
    last: Day,
    counted: u32,
}

fn days(dates: &TermDates) -> Vec<Days> {
    let all = |days: DueDates, counted| {
        let last = days.latest?;
        Some(Days { first: days.earliest.unwrap_or(last), last, counted })
    };
    let notice = dates.notice.and_then(|window| {
        let by = all(window.notice_by, 1)?;
        // What is to be prepared is listed until the last day for the notice itself.
        let prepare = window.prepare_by.and_then(|prepare| all(prepare, 2));
        let first = prepare.map(|prepare| prepare.first.min(by.first));
        Some(first.map_or(by, |first| Days { first, last: by.last, counted: 2 }))
    });
    let end = dates.ends.and_then(|end| all(end.last, 0));
    [notice, end, dates.next_renewal.and_then(|next| all(next, 0))].into_iter().flatten().collect()
}

/// Where the days of a term fall that renews itself for good, from a day on.
fn going_on(term: &Term, dates: &TermDates, from: Day) -> impl Iterator<Item = Cycle> {
    let round = Round::of(term.one_more);
    days(dates).into_iter().map(move |days| Cycle::new(round, (days.first, days.last), days.counted, from))
}
