//! Counting days: from a rule, and the days on which its anchor can lie, to the days on which it ends.
//!
//! *What lives here*: what holds for a rule and who says so (`terms`), which days are open and the walk over them
//! (`open_days`), the course of one count, stage by stage (`course`), and the same with every day kept (`trace`).
//! *What it may use*: rules, periods, calendars and profiles; neither agreements nor clocks.
//! *What it promises*: nothing is guessed. A day that a calendar does not know is taken as open for one end of the
//! due dates and as off for the other; where the second leads nowhere that end is unknown, and which calendar ends
//! where is said. Every walk is bounded.
//! *The order*: the length; the day after it, where the last day does not count; the landing; the fewest working
//! days; the roll; the floor. A floor is a stated day, and like any stated day it does not roll.

pub mod course;
pub mod open_days;
pub mod terms;
pub mod trace;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod vectors;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::almanac::Almanac;
use super::almanac::profile::Place;
use super::day::Day;
use super::id::{CalendarId, ProfileId};
use super::period::Period;
use super::rule::{DeadlineNature, Direction, FirstDay, Roll, Rule};
use super::suspension::Stood;
use course::{Assume, Course, Seen, Stop};
use open_days::{Because, Works};
use terms::{Terms, Unit};

/// The most working days that are counted off: about forty years of them.
pub const WORKING_DAYS_MAX: u32 = 10_000;
/// The most clear days that are counted off, and the most days of a period in working days: 500 years of days.
pub const CLEAR_DAYS_MAX: u32 = 182_621;
/// The most days over which a count walks one by one; the longest count of working days in a two-day week.
pub const WALK_DAYS_MAX: u32 = 40_000;
/// After so many days in a row without an open one (ten years) there is none.
pub const CLOSED_DAYS_MAX: u32 = 3_660;
/// The most calendars that one rule can name.
pub const CALENDARS_MAX: usize = 20;

/// Between which days something is due; an end that is unknown is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDates {
    /// The earliest day that it can be due.
    pub earliest: Option<Day>,
    /// The latest.
    pub latest: Option<Day>,
}

/// A count reached a day that a calendar does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct BeyondKnown {
    /// The calendar.
    pub calendar: CalendarId,
    /// The first day of the count that it does not know.
    pub day: Day,
    /// The first day that it knows; null where it knows all days before.
    pub known_from: Option<Day>,
    /// The last day that it knows; null where it knows all days after.
    pub known_to: Option<Day>,
}

impl fmt::Display for BeyondKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calendar, day, known_from, known_to } = self;
        write!(f, "whether {day} is open is not known in calendar {calendar}, which knows the days ")?;
        match (known_from, known_to) {
            (Some(from), Some(to)) => write!(f, "from {from} to {to}"),
            (Some(from), None) => write!(f, "from {from} on"),
            (None, Some(to)) => write!(f, "until {to}"),
            (None, None) => f.write_str("of other times"),
        }
    }
}

/// What has to be said beside a date that was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The last day is off, and does not move.
    StaysOnDayOff {
        /// The day.
        day: Day,
        /// Which calendar says that it is off, and why.
        because: Vec<Because>,
    },
    /// The date depends on days that a calendar does not know.
    BeyondKnown(BeyondKnown),
}

impl Remark {
    /// The stable code of this kind of remark.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::StaysOnDayOff { .. } => "last_day_off",
            Self::BeyondKnown(_) => "beyond_known_days",
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaysOnDayOff { day, because } => {
                let because: Vec<String> = because.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "the last day, {} {day}, is off ({}) and does not move",
                    day.weekday_name(),
                    because.join(", ")
                )
            }
            Self::BeyondKnown(beyond) => beyond.fmt(f),
        }
    }
}

/// What a rule leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The days.
    pub dates: DueDates,
    /// What has to be said beside them.
    pub remarks: Vec<Remark>,
}

impl Counted {
    /// Where the count reached a day that a calendar does not know.
    #[must_use]
    pub fn beyond(&self) -> Option<&BeyondKnown> {
        self.remarks.iter().find_map(|remark| match remark {
            Remark::BeyondKnown(beyond) => Some(beyond),
            Remark::StaysOnDayOff { .. } => None,
        })
    }
}

/// What a calendar is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To count working days.
    WorkingDays,
    /// To move a last day off.
    Roll(Roll),
    /// To see that the period holds so many working days.
    Fewest(u32),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays => f.write_str("working days are counted"),
            Self::Roll(Roll::Preceding) => f.write_str("a last day off moves back to the last working day before it"),
            Self::Roll(_) => f.write_str("a last day off moves to the next working day"),
            Self::Fewest(days) => write!(f, "the period has to hold {days} working days"),
        }
    }
}

/// Why a rule leads to no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncounted {
    /// There is no such profile.
    #[error("there is no counting profile {profile}")]
    NoSuchProfile {
        /// Its name.
        profile: ProfileId,
        /// Those that there are.
        known: Vec<ProfileId>,
    },
    /// There is no such calendar.
    #[error("there is no calendar {calendar}")]
    NoSuchCalendar {
        /// Its name.
        calendar: CalendarId,
        /// Those that there are.
        known: Vec<CalendarId>,
    },
    /// Days off matter, and nobody says which days are off.
    #[error("{need}{}, and no calendar says which days are off", whose(profile, *of))]
    NeedsCalendar {
        /// What it is needed for.
        need: Need,
        /// The profile by which it is counted.
        profile: ProfileId,
        /// Whose calendar the profile means.
        of: Option<Place>,
        /// The calendars that there are.
        known: Vec<CalendarId>,
    },
    /// Only days can be counted as working days.
    #[error(
        "days off are passed over in a period of days only, and {period} is none: its weeks, months or years hold them"
    )]
    NotInDays {
        /// The period.
        period: Period,
    },
    /// A period that is counted back does not come to rest on the first of the next month.
    #[error("a period counted back does not come to rest on the first day of the next month")]
    LandsBack,
    /// More than is counted off day by day.
    #[error("{given} working days are more than the {WORKING_DAYS_MAX} that are counted")]
    TooMany {
        /// How many.
        given: u32,
    },
    /// No day is open.
    #[error("no day is open{}: there is none in the {CLOSED_DAYS_MAX} days from {from}", in_all(calendars))]
    NoOpenDay {
        /// The calendars.
        calendars: Vec<CalendarId>,
        /// From which day on it was looked for.
        from: Day,
    },
    /// The count walks too far.
    #[error("after {WALK_DAYS_MAX} days the count has not ended: there are too few open days")]
    TooFar,
    /// The date lies outside the years that there are.
    #[error("the date lies outside the years 1 to 9999")]
    Beyond,
}

impl Uncounted {
    /// The stable code of this kind of refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchProfile { .. } => "no_such_profile",
            Self::NoSuchCalendar { .. } => "no_such_calendar",
            Self::NeedsCalendar { .. } => "needs_calendar",
            Self::NotInDays { .. } => "not_in_days",
            Self::LandsBack => "lands_back",
            Self::TooMany { .. } => "too_many_days",
            Self::NoOpenDay { .. } => "no_open_day",
            Self::TooFar => "count_too_far",
            Self::Beyond => "beyond_calendar",
        }
    }
}

fn whose(profile: &ProfileId, of: Option<Place>) -> String {
    let place = match of {
        None if profile.as_str() == super::rule::PLAIN => return String::new(),
        None => return format!(" by {profile}"),
        Some(Place::Addressee) => "of the addressee",
        Some(Place::Performer) => "of the one who has to perform",
        Some(Place::Setter) => "of the one who sets the time",
        Some(Place::Act) => "where the act is to be done",
        Some(Place::Depositary) => "of the depositary",
    };
    format!(" at the place {place} (by {profile})")
}

fn in_all(calendars: &[CalendarId]) -> String {
    let names: Vec<&str> = calendars.iter().map(CalendarId::as_str).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(" in {one}"),
        several => format!(" in {} together", several.join(" and ")),
    }
}

/// Counts a rule off from its anchor's days, none before its floor's.
///
/// `usual` is what the rule is where it does not say: a deadline is an act, an entry into force an effect.
///
/// # Errors
///
/// [`Uncounted`] where it leads to no date, or cannot be counted as it says.
pub fn count(
    rule: &Rule,
    usual: DeadlineNature,
    almanac: &Almanac,
    from: DueDates,
    floor: Option<DueDates>,
) -> Result<Counted, Uncounted> {
    by_terms(&Terms::of(rule, usual, almanac)?, from, floor)
}

/// The days that [`count`] gives, without what has to be said beside them.
///
/// # Errors
///
/// As [`count`].
pub fn dates(
    rule: &Rule,
    usual: DeadlineNature,
    almanac: &Almanac,
    from: DueDates,
    floor: Option<DueDates>,
) -> Result<DueDates, Uncounted> {
    Ok(dates_by_terms(&Terms::of(rule, usual, almanac)?, from, floor)?.0)
}

/// Where days come to rest that are the last of a count by a rule already: its roll alone, and its floor.
///
/// # Errors
///
/// As [`count`].
pub fn settle(
    rule: &Rule,
    usual: DeadlineNature,
    almanac: &Almanac,
    from: DueDates,
    floor: Option<DueDates>,
) -> Result<Counted, Uncounted> {
    let terms = Terms { unit: Unit::Nothing, ..Terms::of(rule, usual, almanac)? };
    by_terms(&terms, from, floor)
}

/// Where a count of working days ends whose clock stood still: as many open days after it as were left when it stopped.
///
/// None where the rule does not count working days; inside, none where the end lies beyond what the calendars know.
#[must_use]
pub fn resumed(rule: &Rule, usual: DeadlineNature, almanac: &Almanac, stood: Stood) -> Option<Option<Day>> {
    let terms = Terms::of(rule, usual, almanac).ok()?;
    let Unit::WorkingDays(all) = terms.unit else { return None };
    let open_days = terms.open_days()?;
    let assume = if stood.latest { Assume::Off } else { Assume::Open };
    let mut counted = 0;
    let mut day = stood.first;
    // No more than the whole count can be left.
    while day <= stood.due && counted < all {
        let open = match open_days.on(day) {
            Works::Open => true,
            Works::Unknown => assume == Assume::Open,
            Works::Off => false,
        };
        counted += u32::from(open);
        day = day.next()?;
    }
    let last = (stood.last, FirstDay::Exclude);
    Some(open_days.nth_open(last, counted, Direction::After, assume, &mut |_| {}).ok())
}

fn by_terms(terms: &Terms<'_>, from: DueDates, floor: Option<DueDates>) -> Result<Counted, Uncounted> {
    let (dates, beyond) = dates_by_terms(terms, from, floor)?;
    let mut remarks: Vec<Remark> = beyond.map(Remark::BeyondKnown).into_iter().collect();
    remarks.extend(dates.latest.or(dates.earliest).and_then(|day| stays(terms, day)));
    Ok(Counted { dates, remarks })
}

/// The dates, and where the count of them reached a day that is not known.
fn dates_by_terms(
    terms: &Terms<'_>,
    from: DueDates,
    floor: Option<DueDates>,
) -> Result<(DueDates, Option<BeyondKnown>), Uncounted> {
    let course = Course::new(terms);
    let first = from.earliest.map(|day| between(&course, day)).transpose()?;
    let last = match from.latest {
        same if same == from.earliest => first.clone(),
        latest => latest.map(|day| between(&course, day)).transpose()?,
    };
    let dates = floored(
        DueDates {
            earliest: first.as_ref().and_then(|ends| ends.dates.earliest),
            latest: last.as_ref().and_then(|ends| ends.dates.latest),
        },
        floor,
    );
    Ok((dates, first.into_iter().chain(last).find_map(|ends| ends.beyond)))
}

/// The dates, none before the floor's.
pub(super) fn floored(dates: DueDates, floor: Option<DueDates>) -> DueDates {
    let Some(floor) = floor else { return dates };
    DueDates {
        // With an unknown start the floor is still a day before which it cannot be due.
        earliest: dates.earliest.max(floor.earliest),
        latest: dates.latest.zip(floor.latest).map(|(latest, floor)| latest.max(floor)),
    }
}

/// What is to be said where something has to be done on a day off.
pub(super) fn stays(terms: &Terms<'_>, day: Day) -> Option<Remark> {
    let because = terms.open_days()?.off_because(day);
    let is_act = terms.nature.value == DeadlineNature::Act;
    (is_act && !because.is_empty()).then_some(Remark::StaysOnDayOff { day, because })
}

/// The ends of a count from one day, and where it reached a day that is not known.
#[derive(Clone)]
struct Ends {
    dates: DueDates,
    beyond: Option<BeyondKnown>,
}

/// Between which days a count from one day ends, whatever the days that are not known turn out to be.
fn between(course: &Course<'_>, from: Day) -> Result<Ends, Uncounted> {
    let mut unknown = None;
    let open = course
        .run(from, Assume::Open, &mut |seen| {
            if let Seen::Unknown(day) = seen {
                unknown.get_or_insert(day);
            }
        })
        .map_err(|stop| course.uncounted(stop, from))?;
    let Some(unknown) = unknown else {
        return Ok(Ends { dates: DueDates { earliest: Some(open), latest: Some(open) }, beyond: None });
    };
    let beyond = course.open_days().and_then(|days| days.unknown_in(unknown)).map(|calendar| {
        let (known_from, known_to) = open_days::known(calendar);
        BeyondKnown { calendar: calendar.id.clone(), day: unknown, known_from, known_to }
    });
    let dates = match course.run(from, Assume::Off, &mut |_| {}) {
        Ok(off) => DueDates { earliest: Some(open.min(off)), latest: Some(open.max(off)) },
        Err(Stop::Lost(Direction::After)) => DueDates { earliest: Some(open), latest: None },
        Err(Stop::Lost(Direction::Before)) => DueDates { earliest: None, latest: Some(open) },
        Err(_) => DueDates { earliest: None, latest: None },
    };
    // Where more days off can move the end to either side, neither of the two counts is a bound.
    let dates = if course.pulls_both_ways() { DueDates { earliest: None, latest: None } } else { dates };
    Ok(Ends { dates, beyond })
}
