//! The register's calendars and counting profiles, with who says so.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::almanac::Almanac;
use crate::domain::almanac::calendar::{Calendar, Listing, Week};
use crate::domain::almanac::profile::{Fewest, Place, Profile, ProfileFloor, Rolls};
use crate::domain::almanac::shipped;
use crate::domain::day::Day;
use crate::domain::event::register::ListedDay;
use crate::domain::fact::Evidence;
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::period::MonthEnd;
use crate::domain::rule::{DaysOff, FirstDay, Landing};
use crate::domain::text::Line;
use crate::domain::vocabulary::{Confidence, Weekday};
use crate::domain::zone::ClockTime;

/// A time for which every day off is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct KnownTime {
    /// Its first day.
    pub from: Day,
    /// Its last.
    pub to: Day,
}

/// A calendar in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CalendarRow {
    /// Its name.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
    /// The days of the week that are off on the day that was asked for.
    pub off: Vec<Weekday>,
    /// The times for which its days off are listed, in their order; empty where its weeks are all it knows.
    pub known: Vec<KnownTime>,
    /// How many days off are listed.
    pub days_off: usize,
    /// How many days of the week's rest are listed as worked.
    pub worked: usize,
    /// Whether it is on record; a shipped one is put on record when it is first counted by.
    pub on_record: bool,
    /// The least that any of its facts can be relied on.
    pub confidence: Option<Confidence>,
}

/// A week's rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct WeekView {
    /// The days of the week that are off.
    pub off: Vec<Weekday>,
    /// The first day on which that held.
    pub from: Option<Day>,
    /// The last.
    pub to: Option<Day>,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Who says so.
    pub evidence: Vec<Evidence>,
}

/// A listed day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct DayView {
    /// The day.
    pub day: Day,
    /// What it is called.
    pub name: Option<Line>,
}

/// Days that are listed for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ListingView {
    /// The first day of the time.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Days off beyond those of the week.
    pub off: Vec<DayView>,
    /// Days of the week's rest on which work is done.
    pub worked: Vec<DayView>,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Who says so.
    pub evidence: Vec<Evidence>,
}

/// A calendar in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarView {
    /// Its name.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
    /// Whether it is on record.
    pub on_record: bool,
    /// Its weeks, in the order of recording; where two hold on a day, the later counts.
    pub weeks: Vec<WeekView>,
    /// Its listings, in the order of recording; within its time a later one replaces an earlier one.
    pub listings: Vec<ListingView>,
}

/// A counting profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ProfileRow {
    /// Its name.
    pub profile: ProfileId,
    /// What it is called.
    pub title: Line,
    /// The law, rules or practice that say so, with the articles.
    pub source: Line,
    /// Where they can be read.
    pub url: Option<Line>,
    /// Whether it comes with the program.
    pub shipped: bool,
    /// Whether the day it is counted from counts itself.
    pub first_day: FirstDay,
    /// Whether the last day counts; where it does not, the deadline is the day after it.
    pub last_day: FirstDay,
    /// What days off inside the period do.
    pub days_off: DaysOff,
    /// What a last day off does where something has to be done.
    pub act: Rolls,
    /// What a last day off does where something takes effect or ends.
    pub effect: Rolls,
    /// The fewest working days that a period must hold.
    pub fewest: Option<Fewest>,
    /// What a month end that does not exist becomes.
    pub month_end: MonthEnd,
    /// On which day a period comes to rest.
    pub landing: Landing,
    /// Before what a date counted by it never lies.
    pub floor: Option<ProfileFloor>,
    /// The time of day at which the last day ends.
    pub cut_off: Option<ClockTime>,
    /// Whose days off count.
    pub calendar_of: Option<Place>,
    /// Whose time zone counts.
    pub zone_of: Option<Place>,
    /// The calendars that the law itself names.
    pub calendars: Vec<CalendarId>,
    /// What else it says, each with its article.
    pub notes: Vec<Line>,
}

/// Every calendar in one line, for a day.
#[must_use]
pub fn calendars(almanac: &Almanac, day: Day) -> Vec<CalendarRow> {
    almanac.calendars().into_iter().map(|calendar| row(almanac, calendar, day)).collect()
}

fn row(almanac: &Almanac, calendar: &Calendar, day: Day) -> CalendarRow {
    let weakest = calendar.weeks.iter().map(|week| week.confidence);
    let weakest = weakest.chain(calendar.listings.iter().map(|listing| listing.confidence)).max();
    CalendarRow {
        calendar: calendar.id.clone(),
        title: calendar.title.clone(),
        off: calendar.week(day).map(|week| week.rest.off.clone()).unwrap_or_default(),
        known: known(calendar),
        days_off: calendar.listings.iter().map(|listing| listing.days.off.len()).sum(),
        worked: calendar.listings.iter().map(|listing| listing.days.worked.len()).sum(),
        on_record: almanac.records(&calendar.id),
        confidence: weakest,
    }
}

/// The times for which days are listed, those that meet or overlap as one.
fn known(calendar: &Calendar) -> Vec<KnownTime> {
    let mut times: Vec<_> = calendar.listings.iter().map(|listing| (listing.days.from, listing.days.to)).collect();
    times.sort_unstable();
    let mut all: Vec<KnownTime> = Vec::new();
    for (from, to) in times {
        match all.last_mut() {
            Some(last) if last.to.next().is_none_or(|next| from <= next) => last.to = last.to.max(to),
            _ => all.push(KnownTime { from, to }),
        }
    }
    all
}

/// A calendar in full; none where there is no such calendar.
#[must_use]
pub fn calendar(almanac: &Almanac, id: &CalendarId) -> Option<CalendarView> {
    let calendar = almanac.calendar(id)?;
    let week = |week: &Week| WeekView {
        off: week.rest.off.clone(),
        from: week.rest.from,
        to: week.rest.to,
        confidence: week.confidence,
        evidence: week.evidence.clone(),
    };
    let days = |days: &[ListedDay]| -> Vec<DayView> {
        days.iter().map(|listed| DayView { day: listed.day, name: listed.name.clone() }).collect()
    };
    let listing = |listing: &Listing| ListingView {
        from: listing.days.from,
        to: listing.days.to,
        off: days(&listing.days.off),
        worked: days(&listing.days.worked),
        confidence: listing.confidence,
        evidence: listing.evidence.clone(),
    };
    Some(CalendarView {
        calendar: calendar.id.clone(),
        title: calendar.title.clone(),
        on_record: almanac.records(id),
        weeks: calendar.weeks.iter().map(week).collect(),
        listings: calendar.listings.iter().map(listing).collect(),
    })
}

/// Every counting profile, or the one of that name.
#[must_use]
pub fn profiles(almanac: &Almanac, only: Option<&ProfileId>) -> Vec<ProfileRow> {
    let wanted = almanac.profiles().into_iter().filter(|profile| only.is_none_or(|id| profile.profile == *id));
    wanted.map(profile_row).collect()
}

fn profile_row(says: &Profile) -> ProfileRow {
    ProfileRow {
        profile: says.profile.clone(),
        title: says.title.clone(),
        source: says.source.clone(),
        url: says.url.clone(),
        shipped: shipped::profile(&says.profile).is_some(),
        first_day: says.first_day,
        last_day: says.last_day,
        days_off: says.days_off,
        act: says.act,
        effect: says.effect,
        fewest: says.fewest,
        month_end: says.month_end,
        landing: says.landing,
        floor: says.floor,
        cut_off: says.cut_off,
        calendar_of: says.calendar_of,
        zone_of: says.zone_of,
        calendars: says.calendars.clone(),
        notes: says.notes.clone(),
    }
}
