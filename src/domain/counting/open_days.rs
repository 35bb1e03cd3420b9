//! Which days are open in one or several calendars, and the walk from one open day to the next.

use std::fmt;

use super::course::{Assume, Seen, Stop};
use super::{CLOSED_DAYS_MAX, WALK_DAYS_MAX};
use crate::domain::almanac::calendar::{Calendar, DayIs};
use crate::domain::day::Day;
use crate::domain::id::CalendarId;
use crate::domain::rule::{Direction, FirstDay, Open};
use crate::domain::text::Line;

/// What calendars together say of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works {
    /// Work is done.
    Open,
    /// No work is done.
    Off,
    /// The calendars leave it open.
    Unknown,
}

/// What one calendar says of a day that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A day of the week's rest.
    Weekend,
    /// A day off, by its name where it has one.
    Off(Option<Line>),
    /// A day of the week's rest on which work is done, by its name where it has one.
    Worked(Option<Line>),
    /// It does not know.
    Unknown,
}

/// What a calendar says of a day, and which calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The calendar.
    pub calendar: CalendarId,
    /// What it says.
    pub said: Said,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Said::Weekend => f.write_str("weekend")?,
            Said::Off(Some(name)) => write!(f, "{name}")?,
            Said::Off(None) => f.write_str("day off")?,
            Said::Worked(Some(name)) => write!(f, "worked, {name}")?,
            Said::Worked(None) => f.write_str("worked")?,
            Said::Unknown => f.write_str("not known")?,
        }
        write!(f, " ({})", self.calendar)
    }
}

/// One or several calendars, read together; never none.
#[derive(Clone, Copy, Debug)]
pub struct OpenDays<'a> {
    calendars: &'a [&'a Calendar],
    open: Open,
}

/// The day after, or the day before when counted back.
pub(super) fn step(day: Day, direction: Direction) -> Option<Day> {
    match direction {
        Direction::After => day.next(),
        Direction::Before => day.previous(),
    }
}

/// The first and the last day of which a calendar knows whether they are open; absent: no end.
#[must_use]
pub fn known(calendar: &Calendar) -> (Option<Day>, Option<Day>) {
    let weeks = &calendar.weeks;
    let starts = weeks.iter().map(|week| week.rest.from).min().flatten();
    let ends = if weeks.iter().any(|week| week.rest.to.is_none()) {
        None
    } else {
        weeks.iter().filter_map(|week| week.rest.to).max()
    };
    if !calendar.lists_days() {
        return (starts, ends);
    }
    let listed = calendar.listings.iter().map(|listing| &listing.days);
    let from = listed.clone().map(|days| days.from).min();
    let to = listed.map(|days| days.to).max();
    let last = match (to, ends) {
        (Some(to), Some(ends)) => Some(to.min(ends)),
        (to, ends) => to.or(ends),
    };
    (from.max(starts), last)
}

impl<'a> OpenDays<'a> {
    /// Calendars read together; none where there is no calendar.
    #[must_use]
    pub fn of(calendars: &'a [&'a Calendar], open: Open) -> Option<Self> {
        (!calendars.is_empty()).then_some(Self { calendars, open })
    }

    /// The names of the calendars.
    #[must_use]
    pub fn names(&self) -> Vec<CalendarId> {
        self.calendars.iter().map(|calendar| calendar.id.clone()).collect()
    }

    /// What they say of a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Works {
        let mut unknown = false;
        for calendar in self.calendars {
            match (calendar.on(day), self.open) {
                (DayIs::Open, Open::Any) => return Works::Open,
                (DayIs::Weekend(_) | DayIs::Off(_), Open::All) => return Works::Off,
                (DayIs::Unknown, _) => unknown = true,
                _ => {}
            }
        }
        match (unknown, self.open) {
            (true, _) => Works::Unknown,
            (false, Open::All) => Works::Open,
            (false, Open::Any) => Works::Off,
        }
    }

    /// The first calendar that does not know a day.
    #[must_use]
    pub fn unknown_in(&self, day: Day) -> Option<&'a Calendar> {
        self.calendars.iter().find(|calendar| calendar.on(day) == DayIs::Unknown).copied()
    }

    /// Why a day is off: what each calendar says that makes it so; empty when it is not known to be off.
    #[must_use]
    pub fn off_because(&self, day: Day) -> Vec<Because> {
        if self.on(day) != Works::Off {
            return Vec::new();
        }
        let said = |calendar: &&Calendar| match calendar.on(day) {
            DayIs::Weekend(_) => Some(Said::Weekend),
            DayIs::Off(listed) => Some(Said::Off(listed.name.clone())),
            DayIs::Open | DayIs::Unknown => None,
        };
        self.told(said)
    }

    /// Which calendars list a day of rest as worked.
    #[must_use]
    pub fn worked_because(&self, day: Day) -> Vec<Because> {
        self.told(|calendar| {
            let listed = calendar.listing(day)?.days.worked.iter().find(|listed| listed.day == day)?;
            Some(Said::Worked(listed.name.clone()))
        })
    }

    /// Which calendars do not know a day.
    #[must_use]
    pub fn unknown_because(&self, day: Day) -> Vec<Because> {
        self.told(|calendar| (calendar.on(day) == DayIs::Unknown).then_some(Said::Unknown))
    }

    fn told(&self, said: impl Fn(&&Calendar) -> Option<Said>) -> Vec<Because> {
        let because = |calendar: &&Calendar| said(calendar).map(|said| Because { calendar: calendar.id.clone(), said });
        self.calendars.iter().filter_map(because).collect()
    }

    /// Whether no day from here on in that direction can be known to be open.
    fn is_past_all_known(&self, day: Day, direction: Direction) -> bool {
        let past = |calendar: &&Calendar| {
            let (from, to) = known(calendar);
            match direction {
                Direction::After => to.is_some_and(|to| day > to),
                Direction::Before => from.is_some_and(|from| day < from),
            }
        };
        match self.open {
            Open::All => self.calendars.iter().any(past),
            Open::Any => self.calendars.iter().all(past),
        }
    }

    /// The `n`-th open day from a day on, which is itself the first looked at where it is included.
    pub(super) fn nth_open(
        &self,
        (from, first): (Day, FirstDay),
        n: u32,
        direction: Direction,
        assume: Assume,
        see: &mut dyn FnMut(Seen),
    ) -> Result<Day, Stop> {
        if n == 0 {
            return Ok(from);
        }
        let mut next = match first {
            FirstDay::Include => Some(from),
            FirstDay::Exclude => step(from, direction),
        };
        let (mut left, mut closed) = (n, 0);
        for _ in 0..WALK_DAYS_MAX {
            let day = next.ok_or(Stop::Beyond)?;
            let is_open = match (self.on(day), assume) {
                (Works::Open, _) => {
                    see(Seen::Counted(day));
                    true
                }
                (Works::Unknown, Assume::Open) => {
                    see(Seen::Unknown(day));
                    true
                }
                (Works::Off | Works::Unknown, _) => {
                    see(Seen::Skipped(day));
                    false
                }
            };
            if is_open {
                left -= 1;
                closed = 0;
                if left == 0 {
                    return Ok(day);
                }
            } else {
                closed += 1;
            }
            if assume == Assume::Off && self.is_past_all_known(day, direction) {
                return Err(Stop::Lost(direction));
            }
            if closed > CLOSED_DAYS_MAX {
                return Err(if assume == Assume::Off { Stop::Lost(direction) } else { Stop::NoOpenDay });
            }
            next = step(day, direction);
        }
        Err(if assume == Assume::Off { Stop::Lost(direction) } else { Stop::TooFar })
    }
}
