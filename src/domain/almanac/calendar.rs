//! Calendars: which days are open, from when to when, and who says so.

use crate::domain::day::Day;
use crate::domain::event::register::{CalendarDefined, DaysListed, ListedDay, WeekSet};
use crate::domain::fact::Evidence;
use crate::domain::id::CalendarId;
use crate::domain::text::Line;
use crate::domain::vocabulary::{Confidence, Weekday};

/// The week's rest for a time, with who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// The days of the week that are off, and from when to when.
    pub rest: WeekSet,
    /// Where that is from.
    pub evidence: Vec<Evidence>,
    /// How far it can be relied on.
    pub confidence: Confidence,
}

/// Days that are listed for a time, with who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The days.
    pub days: DaysListed,
    /// Where they are from.
    pub evidence: Vec<Evidence>,
    /// How far they can be relied on.
    pub confidence: Confidence,
}

/// A calendar as folded from its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub id: CalendarId,
    /// What it is called.
    pub title: Line,
    /// Its weeks, in the order in which they were recorded; where two hold on a day, the later counts.
    pub weeks: Vec<Week>,
    /// Its listings, in the order in which they were recorded; a later one replaces what an earlier one said.
    pub listings: Vec<Listing>,
}

/// What a calendar says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayIs<'a> {
    /// Work is done.
    Open,
    /// A day of the week's rest.
    Weekend(&'a Week),
    /// A day off by name.
    Off(&'a ListedDay),
    /// The calendar does not know.
    Unknown,
}

impl Calendar {
    /// A calendar of which nothing but the name is known.
    #[must_use]
    pub fn defined(defined: &CalendarDefined) -> Self {
        Self { id: defined.calendar.clone(), title: defined.title.clone(), weeks: Vec::new(), listings: Vec::new() }
    }

    /// Whether days off are listed at all; without, only its weeks are known, and count for all time.
    #[must_use]
    pub fn lists_days(&self) -> bool {
        !self.listings.is_empty()
    }

    /// The last listing in whose time a day lies.
    #[must_use]
    pub fn listing(&self, day: Day) -> Option<&Listing> {
        self.listings.iter().rev().find(|listing| listing.days.from <= day && day <= listing.days.to)
    }

    /// The week that holds on a day.
    #[must_use]
    pub fn week(&self, day: Day) -> Option<&Week> {
        let holds =
            |week: &&Week| week.rest.from.is_none_or(|from| from <= day) && week.rest.to.is_none_or(|to| day <= to);
        self.weeks.iter().rev().find(holds)
    }

    /// What it says of a day.
    ///
    /// Outside the time for which its days are listed it knows no day's rest: not the holidays, nor, where it lists
    /// worked days, the weekends.
    #[must_use]
    pub fn on(&self, day: Day) -> DayIs<'_> {
        let Some(week) = self.week(day) else { return DayIs::Unknown };
        let rest = week.rest.off.contains(&Weekday::of(day));
        let at = |days: &[ListedDay]| days.iter().position(|listed| listed.day == day);
        match self.listing(day) {
            Some(listing) => {
                if let Some(index) = at(&listing.days.off) {
                    DayIs::Off(&listing.days.off[index])
                } else if rest && at(&listing.days.worked).is_none() {
                    DayIs::Weekend(week)
                } else {
                    DayIs::Open
                }
            }
            None if rest && !self.moves_weekends() => DayIs::Weekend(week),
            None if !rest && !self.lists_days() => DayIs::Open,
            None => DayIs::Unknown,
        }
    }

    /// Whether it lists days of the week's rest on which work is done.
    fn moves_weekends(&self) -> bool {
        self.listings.iter().any(|listing| !listing.days.worked.is_empty())
    }
}

impl Weekday {
    /// The day of the week of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        match day.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}
