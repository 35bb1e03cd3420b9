//! From a rule to a due date, with every step of the way kept for `why`.
//!
//! This release counts with the `plain` profile: the anchor's day is not counted, days off inside count, the last
//! day does not move, a month end that does not exist is clamped; a deadline can state otherwise for the first day
//! and the month end, and can have a floor and a grace period.

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::commitment::{Commitment, DeadlineStep, Mark};
use super::day::Day;
use super::edtf::Bounds;
use super::force;
use super::period::MonthEnd;
use super::recurrence::series;
use super::rule::{Anchor, Direction, FirstDay, Floor, Length, Rule, WhileSuspended};
use super::suspension::{self, Clock, Shifted};

pub use super::force::{
    computed_entry_into_force, computed_party_entry_into_force, notice_effect, party_entry_into_force,
};

/// Between which days something is due; an end that is unknown is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDates {
    /// The earliest day that it can be due.
    pub earliest: Option<Day>,
    /// The latest.
    pub latest: Option<Day>,
}

/// Whether and when something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// It has no deadline.
    Undated,
    /// Its anchor has not happened.
    Awaiting(Anchor),
    /// Due between these days.
    On(DueDates),
    /// Its clock stands still from this day on, and nobody has said until when; till then it is due between these.
    Stopped(Day, DueDates),
    /// The date lies outside the years 1 to 9999.
    Beyond,
}

/// The days from which a deadline is counted, and the fact that supplies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// The earliest and latest day of the anchor.
    pub days: DueDates,
    /// The fact's place in the agreement; absent for a day that the rule itself states, or a computed one.
    pub fact: Option<u64>,
}

impl DueDates {
    const fn of(bounds: Bounds) -> Self {
        Self { earliest: bounds.earliest, latest: Some(bounds.latest) }
    }
}

fn anchored(mark: &Mark) -> Anchored {
    Anchored { days: DueDates::of(mark.bounds), fact: Some(mark.seq) }
}

fn anchored_from(mark: &Mark, earliest: Option<Day>) -> Anchored {
    Anchored { days: DueDates { earliest, latest: Some(mark.bounds.latest) }, fact: Some(mark.seq) }
}

/// Finds the days of an anchor among what has happened; none when it has not.
#[must_use]
pub fn resolve(agreement: &Agreement, anchor: &Anchor) -> Option<Anchored> {
    match anchor {
        Anchor::On(day) => {
            Some(Anchored { days: DueDates { earliest: day.earliest(), latest: day.latest() }, fact: None })
        }
        Anchor::LastSignature => {
            agreement.signatures().max_by_key(|(_, _, mark)| (mark.bounds.latest, mark.seq)).map(|(_, _, mark)| {
                // The last of several is no earlier than the earliest day of any of them.
                let earliest = agreement.signatures().filter_map(|(_, _, mark)| mark.bounds.earliest).max();
                anchored_from(mark, earliest)
            })
        }
        Anchor::FirstSignature => {
            agreement.signatures().min_by_key(|(_, _, mark)| (mark.bounds.latest, mark.seq)).map(|(_, _, mark)| {
                // The first of several may be any of them; without a start for one there is none for the first.
                let earliest = agreement.signatures().map(|(_, _, mark)| mark.bounds.earliest).min().flatten();
                anchored_from(mark, earliest)
            })
        }
        Anchor::SignatureOf(party) => {
            agreement.party(party).and_then(|record| record.signed.as_ref()).map(|(_, mark)| anchored(mark))
        }
        Anchor::EntryIntoForce => entry_into_force(agreement),
        Anchor::EntryIntoForceFor(party) => {
            agreement.party(party).and_then(|record| party_entry_into_force(agreement, record))
        }
        Anchor::Consent(means, which) => force::consent_day(agreement, *means, which),
        Anchor::Conditions => agreement.entry_rule.as_ref().and_then(|(entry, _)| force::runs_from(agreement, entry)),
        Anchor::Announcement => announcement(agreement).map(anchored),
        Anchor::AnnouncementOf(body) => agreement.body(*body).and_then(|body| body.announced.as_ref()).map(anchored),
        Anchor::Formation(body) => {
            agreement.body(*body).and_then(|body| body.formed.as_ref()).map(|(_, mark)| anchored(mark))
        }
        Anchor::Fulfilment(commitment) => agreement
            .commitment(*commitment)
            .and_then(|commitment| series::fulfilment(agreement, commitment))
            .filter(|fulfilment| !fulfilment.in_part)
            .map(|fulfilment| anchored(&fulfilment.mark)),
        Anchor::FulfilmentOf(commitment, instance) => agreement
            .commitment(*commitment)
            .and_then(|commitment| commitment.touched(*instance))
            .and_then(|instance| instance.fulfilment.as_ref())
            .filter(|fulfilment| !fulfilment.in_part)
            .map(|fulfilment| anchored(&fulfilment.mark)),
        Anchor::Event(seq) => agreement.happened.iter().find(|mark| mark.seq == *seq).map(anchored),
    }
}

/// The pledge's announcement, else the first announcement of a body.
fn announcement(agreement: &Agreement) -> Option<&Mark> {
    let pledge = match agreement.opening {
        super::agreement::Opening::Announced => agreement.opened_by.as_ref(),
        _ => None,
    };
    pledge.or_else(|| {
        let announced = agreement.bodies.iter().filter_map(|body| body.announced.as_ref());
        announced.min_by_key(|mark| (mark.bounds.latest, mark.seq))
    })
}

/// The day on which the agreement came, or by its rule will come, into force or operation.
///
/// A declared entry counts before a computed one.
#[must_use]
pub fn entry_into_force(agreement: &Agreement) -> Option<Anchored> {
    if let Some(mark) = &agreement.entered {
        return Some(anchored(mark));
    }
    force::computed_entry_into_force(agreement)
}

/// The count leads outside the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the date lies outside the years 1 to 9999")]
pub struct Beyond;

fn count_from(rule: &Rule, day: Day) -> Result<Day, Beyond> {
    let first_day_counts = rule.first_day == Some(FirstDay::Include) && rule.length.is_some();
    // A period that holds its first day ends on the day before its return, which for 31 January is 28 February
    // whether its month has a 31st or not: the return itself must not be clamped first.
    let month_end = match rule.direction {
        Direction::After if first_day_counts => MonthEnd::Spill,
        _ => rule.month_end.unwrap_or(MonthEnd::Clamp),
    };
    let counted = match &rule.length {
        None => Some(day),
        Some(Length::Period(period)) => match rule.direction {
            Direction::After => period.add_to(day, month_end),
            Direction::Before => period.subtract_from(day, month_end),
        },
        // No command of this release records such a rule; should one come from elsewhere, it is not guessed at.
        Some(Length::WorkingDays(_) | Length::ClearDays(_)) => None,
    }
    .ok_or(Beyond)?;
    let last = if first_day_counts && counted != day {
        match rule.direction {
            Direction::After => counted.previous(),
            Direction::Before => counted.next(),
        }
        .ok_or(Beyond)?
    } else {
        counted
    };
    Ok(rule.floor.and_then(Floor::day).map_or(last, |floor| last.max(floor)))
}

/// Counts a rule off from its anchor's days.
///
/// # Errors
///
/// [`Beyond`] when a date lies outside the years 1 to 9999.
pub fn count(rule: &Rule, from: DueDates) -> Result<DueDates, Beyond> {
    let each = |day: Option<Day>| day.map(|day| count_from(rule, day)).transpose();
    // With an unknown start the floor is still a day before which it cannot be due.
    Ok(DueDates { earliest: each(from.earliest)?.or(rule.floor.and_then(Floor::day)), latest: each(from.latest)? })
}

/// Where a day that a recurring rule gives comes to rest, as any due date does.
///
/// # Errors
///
/// [`Beyond`] when it would lie outside the years 1 to 9999.
#[expect(clippy::unnecessary_wraps, reason = "a roll over days off may lead beyond the calendar")]
pub fn settle(_: &Agreement, rule: &Rule, day: Day) -> Result<Day, Beyond> {
    Ok(rule.floor.and_then(Floor::day).map_or(day, |floor| day.max(floor)))
}

/// "In October" as a due date means by its end; only an interval leaves open when within it.
pub(super) fn stated_due(rule: &Rule, days: DueDates) -> DueDates {
    match &rule.anchor {
        Anchor::On(day) if rule.length.is_none() && !day.is_interval() => {
            DueDates { earliest: days.latest, latest: days.latest }
        }
        _ => days,
    }
}

/// The due dates after the first `steps` steps of a commitment's deadline.
///
/// Where its rule says that the clock stops during a suspension, suspended days are added; see [`clock`].
#[must_use]
pub fn after_steps(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Due {
    match (counted_steps(agreement, commitment, steps), clock(agreement, commitment, steps)) {
        (Due::On(days), Some(clock)) => stopped(&suspension::suspensions(agreement), clock, days),
        (due, _) => due,
    }
}

/// The due dates once these suspensions are added: calendar days, and the day that comes out does not roll again.
#[must_use]
pub fn stopped(suspensions: &[suspension::Suspension], clock: Clock, days: DueDates) -> Due {
    match suspension::shifted(suspensions, clock, days) {
        Shifted::On(days) => Due::On(days),
        Shifted::Stopped(since) => Due::Stopped(since, days),
        Shifted::Beyond => Due::Beyond,
    }
}

/// From when the clock runs that a suspension stops, after so many steps; none where it runs on all the same.
#[must_use]
pub fn clock(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Option<Clock> {
    let taken = commitment.deadline.iter().take(steps);
    let (rule, set) = taken.clone().rev().find_map(|(step, mark, _)| match step {
        DeadlineStep::Set(rule) => Some((rule, mark)),
        DeadlineStep::To(_) | DeadlineStep::By(_) => None,
    })?;
    if rule.while_suspended != Some(WhileSuspended::Stops) || rule.direction == Direction::Before {
        return None;
    }
    let last_day_agreed = taken.rev().find_map(|(step, mark, _)| match step {
        DeadlineStep::To(_) => Some(Some(mark)),
        DeadlineStep::Set(rule) => Some(rule.length.is_none().then_some(set)),
        DeadlineStep::By(_) => None,
    });
    match last_day_agreed.flatten() {
        Some(mark) => Some(Clock::Agreed(mark.bounds.latest)),
        None => resolve(agreement, &rule.anchor).map(|from| Clock::Counted(from.days)),
    }
}

/// The due dates after the first `steps` steps, as they are without any suspension.
#[must_use]
pub fn counted_steps(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Due {
    let mut due = Due::Undated;
    // An instance of a recurring commitment bears its own due date under each rule that was set.
    let mut own = commitment.instance.iter().flat_map(|nth| &nth.dues);
    for (step, ..) in commitment.deadline.iter().take(steps) {
        due = match step {
            DeadlineStep::Set(rule) => match (own.next(), resolve(agreement, &rule.anchor)) {
                (Some(due), _) => due.clone(),
                (None, None) => Due::Awaiting(rule.anchor.clone()),
                (None, Some(from)) => match count(rule, stated_due(rule, from.days)) {
                    Ok(days) => force::floored(rule, days, || entry_into_force(agreement))
                        .map_or(Due::Awaiting(Anchor::EntryIntoForce), Due::On),
                    Err(Beyond) => Due::Beyond,
                },
            },
            DeadlineStep::To(day) => Due::On(DueDates { earliest: Some(*day), latest: Some(*day) }),
            DeadlineStep::By(period) => match due {
                Due::On(days) => {
                    let moved = |day: Option<Day>| day.map(|day| period.add_to(day, MonthEnd::Clamp));
                    match (moved(days.earliest), moved(days.latest)) {
                        (Some(None), _) | (_, Some(None)) => Due::Beyond,
                        (earliest, latest) => {
                            Due::On(DueDates { earliest: earliest.flatten(), latest: latest.flatten() })
                        }
                    }
                }
                other => other,
            },
        };
    }
    due
}

/// The due dates as they stand.
#[must_use]
pub fn current(agreement: &Agreement, commitment: &Commitment) -> Due {
    after_steps(agreement, commitment, commitment.deadline.len())
}

/// The due dates as first set, before any suspension.
#[must_use]
pub fn original(agreement: &Agreement, commitment: &Commitment) -> Due {
    counted_steps(agreement, commitment, 1)
}

/// The day until which it is not called overdue: the latest due date, with grace.
#[must_use]
pub fn end_of_grace(commitment: &Commitment, latest: Day) -> Day {
    let grace = commitment.rule().and_then(|(rule, _)| rule.grace.as_ref());
    grace.and_then(|grace| grace.add_to(latest, MonthEnd::Clamp)).unwrap_or(latest)
}
