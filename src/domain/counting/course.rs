//! The course of one count, stage by stage, from one day of the anchor to the last day.

use super::Uncounted;
use super::open_days::{OpenDays, Works, step};
use super::terms::{Terms, Unit};
use crate::domain::day::Day;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{Direction, FirstDay, Landing, Roll};

/// What a day that no calendar knows is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assume {
    /// Open: the count ends as soon as it can.
    Open,
    /// Off: it ends as late as it can.
    Off,
}

/// The stages of a count, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The length was counted off.
    Length,
    /// The last day does not count, so that the day after it is the last to act.
    DayAfter,
    /// It came to rest on the first day of the next month.
    Landing,
    /// It was looked at whether it holds the fewest working days, and made longer where it did not.
    Fewest,
    /// A last day that is not known to be open moved, unless it was taken as open.
    Roll,
}

/// What is seen on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An open day, counted.
    Counted(Day),
    /// A day off, passed over.
    Skipped(Day),
    /// A day that no calendar knows, taken as open.
    Unknown(Day),
    /// A stage that applies ended on this day, which may be the day on which the one before it ended.
    Reached(Stage, Day),
}

/// Why a count came to no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It left the years that there are.
    Beyond,
    /// No day is open.
    NoOpenDay,
    /// It walks too far.
    TooFar,
    /// Nothing is known any more in this direction.
    Lost(Direction),
}

/// A count that is ready to run.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    terms: &'a Terms<'a>,
    open_days: Option<OpenDays<'a>>,
}

impl<'a> Course<'a> {
    /// The count of these terms.
    #[must_use]
    pub fn new(terms: &'a Terms<'a>) -> Self {
        Self { terms, open_days: terms.open_days() }
    }

    /// The calendars, where there are any.
    #[must_use]
    pub const fn open_days(&self) -> Option<&OpenDays<'a>> {
        self.open_days.as_ref()
    }

    /// Forward or back.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.terms.direction
    }

    /// Whether more days off can move the end to either side: further for its working days, yet rolled back from a day
    /// that is not one of them.
    pub(super) fn pulls_both_ways(&self) -> bool {
        let against = match self.terms.direction {
            Direction::After => Roll::Preceding,
            Direction::Before => Roll::Following,
        };
        let lands = self.terms.landing.value == Landing::NextMonth;
        let further = self.terms.fewest.is_some() || (lands && matches!(self.terms.unit, Unit::WorkingDays(_)));
        further && self.terms.roll.value == against
    }

    /// What a stop means for the rule.
    pub(super) fn uncounted(&self, stop: Stop, from: Day) -> Uncounted {
        match stop {
            Stop::Beyond => Uncounted::Beyond,
            Stop::NoOpenDay => {
                let calendars = self.open_days.map(|days| days.names()).unwrap_or_default();
                Uncounted::NoOpenDay { calendars, from }
            }
            Stop::TooFar | Stop::Lost(_) => Uncounted::TooFar,
        }
    }

    /// Counts from a day.
    pub(super) fn run(&self, from: Day, assume: Assume, see: &mut dyn FnMut(Seen)) -> Result<Day, Stop> {
        let terms = self.terms;
        let mut last = self.length(from, assume, see)?;
        see(Seen::Reached(Stage::Length, last));
        if terms.unit != Unit::Nothing {
            last = self.after_the_length(from, last, assume, see)?;
        }
        self.rolled(last, assume, see)
    }

    fn after_the_length(&self, from: Day, length: Day, assume: Assume, see: &mut dyn FnMut(Seen)) -> Result<Day, Stop> {
        let terms = self.terms;
        let mut last = length;
        if terms.last_day.value == FirstDay::Exclude {
            last = match (terms.unit, &self.open_days) {
                (Unit::WorkingDays(_), Some(days)) => {
                    days.nth_open((last, FirstDay::Exclude), 1, terms.direction, assume, see)?
                }
                _ => step(last, terms.direction).ok_or(Stop::Beyond)?,
            };
            see(Seen::Reached(Stage::DayAfter, last));
        }
        if terms.landing.value == Landing::NextMonth {
            last = first_of_next_month(last).ok_or(Stop::Beyond)?;
            see(Seen::Reached(Stage::Landing, last));
        }
        if let (Some(days), Some(fewest)) = (&self.open_days, self.fewest(from, last)) {
            let start = (from, terms.first_day.value);
            let holds = days.nth_open(start, fewest, terms.direction, assume, see)?;
            if is_past(holds, last, terms.direction) {
                last = holds;
            }
            see(Seen::Reached(Stage::Fewest, last));
        }
        Ok(last)
    }

    /// How many working days the period from one day to another has to hold, where that is not plain from its length.
    fn fewest(&self, from: Day, last: Day) -> Option<u32> {
        let (working_days, from_days) = self.terms.fewest?.value;
        let length = match self.terms.unit {
            Unit::Nothing => return None,
            Unit::WorkingDays(length) if length >= working_days => return None,
            Unit::Days(length) | Unit::WorkingDays(length) => i64::from(length),
            Unit::Calendar(period) => period.in_days().map_or_else(|| from.days_until(last).abs(), i64::from),
        };
        (length >= i64::from(from_days)).then_some(working_days)
    }

    fn length(&self, from: Day, assume: Assume, see: &mut dyn FnMut(Seen)) -> Result<Day, Stop> {
        let terms = self.terms;
        let first = terms.first_day.value;
        match (terms.unit, &self.open_days) {
            (Unit::Nothing, _) => Ok(from),
            (Unit::WorkingDays(days), Some(open)) => open.nth_open((from, first), days, terms.direction, assume, see),
            // Terms are not made without the calendar that they need.
            (Unit::WorkingDays(_), None) => Err(Stop::TooFar),
            (Unit::Days(days), _) => {
                let days = i64::from(days) * if terms.direction == Direction::After { 1 } else { -1 };
                from.plus_days(days).ok_or(Stop::Beyond)
            }
            (Unit::Calendar(period), _) => {
                calendar(period, from, terms.direction, first, terms.month_end.value).ok_or(Stop::Beyond)
            }
        }
    }

    fn rolled(&self, last: Day, assume: Assume, see: &mut dyn FnMut(Seen)) -> Result<Day, Stop> {
        let direction = match self.terms.roll.value {
            Roll::None => return Ok(last),
            Roll::Following => Direction::After,
            Roll::Preceding => Direction::Before,
        };
        let Some(days) = &self.open_days else { return Ok(last) };
        if days.on(last) == Works::Open {
            return Ok(last);
        }
        let open = days.nth_open((last, FirstDay::Include), 1, direction, assume, see)?;
        see(Seen::Reached(Stage::Roll, open));
        Ok(open)
    }
}

/// Whether a day lies beyond another, in the direction of the count.
fn is_past(day: Day, other: Day, direction: Direction) -> bool {
    match direction {
        Direction::After => day > other,
        Direction::Before => day < other,
    }
}

fn first_of_next_month(day: Day) -> Option<Day> {
    day.plus_days(i64::from(day.days_in_month() - day.day_of_month()))?.next()
}

/// Counts a period of the calendar off.
fn calendar(period: Period, from: Day, direction: Direction, first: FirstDay, month_end: MonthEnd) -> Option<Day> {
    let includes = first == FirstDay::Include;
    let counted = match direction {
        // A period that holds its first day ends on the day before its return, which for 31 January is 28 February
        // whether its month has a 31st or not: the return itself must not be clamped first.
        Direction::After if includes => period.add_to(from, MonthEnd::Spill),
        Direction::After => period.add_to(from, month_end),
        Direction::Before => period.subtract_from(from, month_end),
    }?;
    match direction {
        _ if !includes || counted == from => Some(counted),
        Direction::After => counted.previous(),
        Direction::Before => counted.next(),
    }
}
