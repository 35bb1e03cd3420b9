//! When the operation was suspended, and what that does to a clock that stops meanwhile (VCLT 57).
//!
//! A suspension begins with its own fact, or on the day on which a notice of it takes effect; it ends with its stated
//! last day or before the day on which the operation is resumed. Where its days are uncertain, the earliest due date
//! takes what was suspended for certain, the latest what may have been.

use super::agreement::Agreement;
use super::day::Day;
use super::due::{self, DueDates};
use super::vocabulary::NoticeKind;

/// A time during which the operation is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Its first day.
    pub first: DueDates,
    /// Its last day; none while nobody has said so.
    pub last: Option<DueDates>,
    /// The fact that suspended.
    pub begun_by: u64,
    /// The fact that resumed, where one did before the stated last day.
    pub ended_by: Option<u64>,
}

/// Every suspension that is on record, or announced by a notice that stands; in the order of their first days.
#[must_use]
pub fn suspensions(agreement: &Agreement) -> Vec<Suspension> {
    let by_act = agreement.suspensions.iter().map(|(suspended, mark)| {
        let first = DueDates { earliest: mark.bounds.earliest, latest: Some(mark.bounds.latest) };
        (first, suspended.until, mark.seq, mark.seq)
    });
    let standing = agreement
        .notices
        .iter()
        .filter(|(notice, _, revoked)| notice.kind == NoticeKind::Suspension && revoked.is_none());
    // On its day of effect a notice comes before anything that is recorded for that day.
    let by_notice = standing.filter_map(|notice| {
        let effect = due::notice_effect(agreement, notice)?.days;
        effect.latest.map(|_| (effect, None, notice.1.seq, 0))
    });
    let mut all: Vec<Suspension> =
        by_act.chain(by_notice).map(|(first, until, seq, order)| ended(agreement, first, until, seq, order)).collect();
    all.sort_by_key(|suspension| (suspension.first.latest, suspension.begun_by));
    all
}

fn ended(agreement: &Agreement, first: DueDates, until: Option<Day>, begun_by: u64, order: u64) -> Suspension {
    let began = (first.latest.unwrap_or(Day::MIN), order);
    let resumed = agreement.resumptions.iter().find(|mark| (mark.bounds.latest, mark.seq) > began);
    let stated = until.map(|until| DueDates { earliest: Some(until), latest: Some(until) });
    let Some(mark) = resumed else { return Suspension { first, last: stated, begun_by, ended_by: None } };
    let eve =
        DueDates { earliest: mark.bounds.earliest.and_then(Day::previous), latest: mark.bounds.latest.previous() };
    match until {
        Some(until) if eve.latest.is_some_and(|eve| eve >= until) => {
            Suspension { first, last: stated, begun_by, ended_by: None }
        }
        _ => Suspension { first, last: Some(eve), begun_by, ended_by: Some(mark.seq) },
    }
}

/// The suspension that runs on a day, if one does.
#[must_use]
pub fn running(agreement: &Agreement, day: Day) -> Option<Suspension> {
    suspensions(agreement).into_iter().find(|suspension| {
        suspension.first.latest.is_some_and(|first| first <= day)
            && suspension.last.is_none_or(|last| last.latest.is_some_and(|last| day <= last))
    })
}

/// The days on which a suspension begins by a notice, or ends by itself.
#[must_use]
pub fn turning_days(agreement: &Agreement) -> Vec<Day> {
    let ends = |suspension: &Suspension| suspension.last.and_then(|last| last.latest).and_then(Day::next);
    let all = suspensions(agreement);
    all.iter().flat_map(|suspension| [suspension.first.latest, ends(suspension)]).flatten().collect()
}

/// What suspensions make of a due date whose clock stops meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shifted {
    /// Due between these days.
    On(DueDates),
    /// Nobody knows, since the suspension that began on this day has no end yet.
    Stopped(Day),
    /// The date lies outside the years 1 to 9999.
    Beyond,
}

/// From when a clock runs that suspensions stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Counted from these days: every suspended day after them is added.
    Counted(DueDates),
    /// Agreed as a day on this one: only suspensions that begin after it are added.
    Agreed(Day),
}

/// A clock that stood still within a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood {
    /// The first day that was not counted.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// The day on which the count would have ended.
    pub due: Day,
    /// Whether it is the latest end of the dates that is asked for, else the earliest.
    pub latest: bool,
}

/// Where a count of calendar days ends that stood still.
///
/// # Errors
///
/// [`Shifted::Beyond`] when that lies outside the years 1 to 9999.
pub fn in_calendar_days(stood: Stood) -> Result<Option<Day>, Shifted> {
    stood.due.plus_days(stood.first.days_until(stood.last) + 1).map(Some).ok_or(Shifted::Beyond)
}

/// Moves a due date by the days of these suspensions that fall between its clock's start and itself.
///
/// `resumed` says where the count ends that stood still; none where nobody knows. Days added by one suspension may bring
/// the next into reach. No due date becomes earlier by it.
#[must_use]
pub fn shifted(
    suspensions: &[Suspension],
    clock: Clock,
    days: DueDates,
    resumed: &dyn Fn(Stood) -> Result<Option<Day>, Shifted>,
) -> Shifted {
    let begun_later = |suspension: &&Suspension| match clock {
        Clock::Counted(_) => true,
        Clock::Agreed(on) => suspension.first.latest.is_some_and(|first| first > on),
    };
    let reached: Vec<Suspension> = suspensions.iter().filter(begun_later).copied().collect();
    let surely = reached.iter().filter_map(|s| match s.last {
        Some(last) => Some((s.first.latest?, Some(last.earliest?))),
        None => Some((s.first.latest?, None)),
    });
    let perhaps = reached.iter().filter_map(|s| match s.last {
        Some(last) => Some((s.first.earliest.unwrap_or(Day::MIN), Some(last.latest?))),
        None => Some((s.first.earliest.unwrap_or(Day::MIN), None)),
    });
    let (from_earliest, from_latest) = match clock {
        Clock::Counted(from) => (from.earliest, from.latest),
        Clock::Agreed(on) => (Some(on), Some(on)),
    };
    // Without a day to count from, the earliest due date is a floor, which holds whatever happens.
    let earliest =
        days.earliest.zip(from_earliest).map(|(due, from)| moved(surely.collect(), (from, due), false, resumed));
    let latest = days.latest.map(|due| moved(perhaps.collect(), (from_latest.unwrap_or(Day::MIN), due), true, resumed));
    match (earliest.transpose(), latest.transpose()) {
        (Ok(earliest), Ok(latest)) => {
            Shifted::On(DueDates { earliest: earliest.flatten().or(days.earliest), latest: latest.flatten() })
        }
        (Err(why), _) | (_, Err(why)) => why,
    }
}

/// Moves one due date by the suspended days between it and the day that it is counted from.
fn moved(
    mut spans: Vec<(Day, Option<Day>)>,
    (from, due): (Day, Day),
    latest: bool,
    resumed: &dyn Fn(Stood) -> Result<Option<Day>, Shifted>,
) -> Result<Option<Day>, Shifted> {
    spans.sort_unstable();
    let mut due = due;
    let Some(mut next) = from.next() else { return Ok(Some(due)) };
    for (first, last) in spans {
        let begin = first.max(next);
        if begin > due {
            continue;
        }
        let Some(last) = last else { return Err(Shifted::Stopped(first)) };
        if last >= begin {
            let Some(now) = resumed(Stood { first: begin, last, due, latest })? else { return Ok(None) };
            due = now;
            next = last.next().ok_or(Shifted::Beyond)?;
        }
    }
    Ok(Some(due))
}
