//! From a rule to a due date: what the anchor is, what the floor is, and what became of the date since.
//!
//! How days are counted is `counting`'s business; here it is known what has happened.

use super::agreement::Agreement;
use super::almanac::profile::ProfileFloor;
use super::commitment::{Commitment, DeadlineStep, Mark};
use super::counting::{self, BeyondKnown, Counted, Uncounted};
use super::day::Day;
use super::edtf::Bounds;
use super::force;
use super::period::MonthEnd;
use super::recurrence::series;
use super::rule::{Anchor, DeadlineNature, Direction, Floor, Roll, Rule, WhileSuspended};
use super::suspension::{self, Clock, Shifted};

pub use super::counting::DueDates;
pub use super::force::{
    computed_entry_into_force, computed_party_entry_into_force, notice_effect, party_entry_into_force,
};

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
    /// The rule leads to no date, most often because it lies outside the years 1 to 9999; `count` says why.
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

/// Counts something that takes effect off from its anchor's days, none before the day that its rule states.
///
/// # Errors
///
/// [`Uncounted`] when it leads to no date.
pub fn count_effect(agreement: &Agreement, rule: &Rule, from: DueDates) -> Result<Counted, Uncounted> {
    counting::count(rule, DeadlineNature::Effect, &agreement.almanac, from, stated_floor(rule))
}

/// The floor that a rule itself states.
#[must_use]
pub fn stated_floor(rule: &Rule) -> Option<DueDates> {
    rule.floor.and_then(Floor::day).map(|day| DueDates { earliest: Some(day), latest: Some(day) })
}

/// The days before which the dates of a rule never lie, if there are such.
///
/// # Errors
///
/// What it waits for, where that has not happened.
pub fn floor(agreement: &Agreement, rule: &Rule) -> Result<Option<DueDates>, Anchor> {
    if let Some(floor) = stated_floor(rule) {
        return Ok(Some(floor));
    }
    if !waits_for_force(agreement, rule) {
        return Ok(None);
    }
    entry_into_force(agreement).map(|entry| Some(entry.days)).ok_or(Anchor::EntryIntoForce)
}

/// Whether no date of a rule lies before the agreement's entry into force, by its own word or by its profile's.
#[must_use]
pub fn waits_for_force(agreement: &Agreement, rule: &Rule) -> bool {
    if let Some(floor) = rule.floor {
        return floor == Floor::EntryIntoForce;
    }
    let profile = agreement.almanac.profile(&rule.profile);
    profile.and_then(|profile| profile.floor) == Some(ProfileFloor::EntryIntoForce)
}

/// Counts a deadline's rule off from its anchor's days, none before its floor's.
///
/// # Errors
///
/// [`Uncounted`] when it leads to no date.
pub fn count(
    agreement: &Agreement,
    rule: &Rule,
    from: DueDates,
    floor: Option<DueDates>,
) -> Result<Counted, Uncounted> {
    counting::count(rule, DeadlineNature::Act, &agreement.almanac, stated_due(rule, from), floor)
}

/// Where days that a recurring rule gives come to rest, as any due date does.
///
/// # Errors
///
/// [`Uncounted`] when that leads to no date.
pub fn settle(agreement: &Agreement, rule: &Rule, days: DueDates) -> Result<DueDates, Uncounted> {
    let settled = counting::settle(rule, DeadlineNature::Act, &agreement.almanac, days, stated_floor(rule))?;
    Ok(settled.dates)
}

/// "In October" as a due date means by its end; only an interval leaves open when within it.
#[must_use]
pub fn stated_due(rule: &Rule, days: DueDates) -> DueDates {
    match &rule.anchor {
        Anchor::On(day) if rule.length.is_none() && !day.is_interval() => {
            DueDates { earliest: days.latest, latest: days.latest }
        }
        _ => days,
    }
}

/// What a deadline's rule leads to as things stand, before anything moved it.
///
/// # Errors
///
/// What it waits for, where that has not happened.
pub fn counted(agreement: &Agreement, rule: &Rule) -> Result<Result<Counted, Uncounted>, Anchor> {
    let from = resolve(agreement, &rule.anchor).ok_or_else(|| rule.anchor.clone())?;
    let floor = floor(agreement, rule)?;
    Ok(count(agreement, rule, from.days, floor))
}

/// What a deadline's rule leads to, as [`counted`] has it, without what has to be said beside the dates.
fn counted_dates(agreement: &Agreement, rule: &Rule) -> Due {
    let Some(from) = resolve(agreement, &rule.anchor) else { return Due::Awaiting(rule.anchor.clone()) };
    match floor(agreement, rule) {
        Err(awaited) => Due::Awaiting(awaited),
        Ok(floor) => {
            let from = stated_due(rule, from.days);
            counting::dates(rule, DeadlineNature::Act, &agreement.almanac, from, floor).map_or(Due::Beyond, Due::On)
        }
    }
}

/// Where the count behind the current due date reached a day that a calendar does not know.
#[must_use]
pub fn beyond_known(agreement: &Agreement, commitment: &Commitment) -> Option<BeyondKnown> {
    let since = commitment.deadline.iter().rposition(|(step, ..)| matches!(step, DeadlineStep::Set(_)))?;
    let steps = &commitment.deadline[since..];
    match &steps.first()?.0 {
        // A date that was moved to a day no longer hangs on the count.
        DeadlineStep::Set(rule) if !steps.iter().any(|(step, ..)| matches!(step, DeadlineStep::To(_))) => {
            counted(agreement, rule).ok()?.ok()?.beyond().cloned()
        }
        _ => None,
    }
}

/// The due dates after the first `steps` steps of a commitment's deadline.
///
/// Where its rule says that the clock stops during a suspension, suspended days are added; see [`clock`].
#[must_use]
pub fn after_steps(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Due {
    moved_by_clock(agreement, commitment, steps, counted_steps(agreement, commitment, steps))
}

/// The due dates after so many steps, which are these without any suspension.
fn moved_by_clock(agreement: &Agreement, commitment: &Commitment, steps: usize, due: Due) -> Due {
    match (due, clock(agreement, commitment, steps)) {
        (Due::On(days), Some(clock)) => {
            let Some((rule, _)) = rule_after(commitment, steps) else { return Due::On(days) };
            let unrolled = before_rolling(agreement, commitment, steps).unwrap_or(days);
            match stopped(agreement, rule, &suspension::suspensions(agreement), clock, unrolled) {
                Due::On(moved) if moved != unrolled => settle(agreement, rule, moved).map_or(Due::Beyond, Due::On),
                Due::On(_) => Due::On(days),
                Due::Stopped(since, _) => Due::Stopped(since, days),
                due => due,
            }
        }
        (due, _) => due,
    }
}

/// The due dates after so many steps before a last day off moves, without any suspension; none where there are none.
///
/// A day that was agreed, and one that was moved from a rolled one by a period, stays what it is.
#[must_use]
pub fn before_rolling(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Option<DueDates> {
    let counted_last = match steps.checked_sub(1).and_then(|last| commitment.deadline.get(last)) {
        Some((DeadlineStep::Set(rule), ..)) if rule.length.is_some() && commitment.instance.is_none() => Some(rule),
        _ => None,
    };
    if let Some(rule) = counted_last {
        let rule = Rule { roll: Some(Roll::None), ..Rule::clone(rule) };
        return counted(agreement, &rule).ok()?.ok().map(|counted| counted.dates);
    }
    match counted_steps(agreement, commitment, steps) {
        Due::On(days) => Some(days),
        _ => None,
    }
}

/// The rule that stands after so many steps, and the fact that set it.
fn rule_after(commitment: &Commitment, steps: usize) -> Option<(&Rule, &Mark)> {
    commitment.deadline.iter().take(steps).rev().find_map(|(step, mark, _)| match step {
        DeadlineStep::Set(rule) => Some((rule.as_ref(), mark)),
        DeadlineStep::To(_) | DeadlineStep::By(_) => None,
    })
}

/// The due dates once these suspensions are added, before the day that comes out rolls as the rule has it for a last day
/// off: working days to a count of working days, calendar days to any other.
#[must_use]
pub fn stopped(
    agreement: &Agreement,
    rule: &Rule,
    suspensions: &[suspension::Suspension],
    clock: Clock,
    days: DueDates,
) -> Due {
    let resumed = |stood| match clock {
        Clock::Counted(_) => counting::resumed(rule, DeadlineNature::Act, &agreement.almanac, stood)
            .map_or_else(|| suspension::in_calendar_days(stood), Ok),
        Clock::Agreed(_) => suspension::in_calendar_days(stood),
    };
    match suspension::shifted(suspensions, clock, days, &resumed) {
        Shifted::On(days) => Due::On(days),
        Shifted::Stopped(since) => Due::Stopped(since, days),
        Shifted::Beyond => Due::Beyond,
    }
}

/// From when the clock runs that a suspension stops, after so many steps; none where it runs on all the same.
#[must_use]
pub fn clock(agreement: &Agreement, commitment: &Commitment, steps: usize) -> Option<Clock> {
    let (rule, set) = rule_after(commitment, steps)?;
    if rule.while_suspended != Some(WhileSuspended::Stops) || rule.direction == Direction::Before {
        return None;
    }
    let last_day_agreed = commitment.deadline.iter().take(steps).rev().find_map(|(step, mark, _)| match step {
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
            DeadlineStep::Set(rule) => match own.next() {
                Some(due) => due.clone(),
                None => counted_dates(agreement, rule),
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

/// The due dates as they stand, and as first set before any suspension: most were set once, and are counted once.
#[must_use]
pub fn current_and_original(agreement: &Agreement, commitment: &Commitment) -> (Due, Due) {
    let steps = commitment.deadline.len();
    let counted = counted_steps(agreement, commitment, steps);
    let original = if steps > 1 { original(agreement, commitment) } else { counted.clone() };
    (moved_by_clock(agreement, commitment, steps, counted), original)
}

/// The day until which it is not called overdue: the latest due date, with grace.
#[must_use]
pub fn end_of_grace(commitment: &Commitment, latest: Day) -> Day {
    let grace = commitment.rule().and_then(|(rule, _)| rule.grace.as_ref());
    grace.and_then(|grace| grace.add_to(latest, MonthEnd::Clamp)).unwrap_or(latest)
}
