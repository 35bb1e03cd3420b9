//! The verbs about the register itself: its calendars and counting profiles.
//!
//! Their facts lie in a stream of the register's own, whose reference is `register`; they can be corrected and
//! retracted as any other (`register@3`).

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Subject, Unsaid, Verb};
use crate::domain::almanac::profile::{Fewest, Place, Profile, ProfileFloor, Rolls};
use crate::domain::almanac::shipped;
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::register::{CalendarDefined, DaysListed, ListedDay, WeekSet};
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::period::MonthEnd;
use crate::domain::rule::{DaysOff, FirstDay, Landing, Roll};
use crate::domain::text::Line;
use crate::domain::vocabulary::Weekday;
use crate::domain::zone::ClockTime;

/// The longest time for which the days off of a calendar can be listed at once; a century is a slip of the key.
pub const LISTED_YEARS_MAX: i32 = 50;

/// The most days that one listing can name.
pub const LISTED_DAYS_MAX: usize = 20_000;

fn wrong<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Field { field, why: why.into() })
}

/// Gives a calendar of days off its name; then set-week says which days of the week are off, list-days-off which others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineCalendar {
    /// The name that deadlines call it by.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
}

impl Verb for DefineCalendar {
    const NAME: &'static str = "define-calendar";
    const EXAMPLE: &'static str = "servanda define-calendar our-office --title \"Our office\"";
    const SUBJECT: Subject = Subject::Calendar;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        if shipped::calendar(&self.calendar).is_some() {
            let why = format!(
                "{} comes with the program: set its weeks and list its days, or take another name",
                self.calendar
            );
            return wrong("calendar", why);
        }
        Ok(Event::CalendarDefined(CalendarDefined { calendar: self.calendar, title: self.title }))
    }
}

/// Says which days of the week are off in a calendar, from when to when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWeek {
    /// Which calendar.
    pub calendar: CalendarId,
    /// A day of the week that is off; repeat it.
    #[serde(default)]
    pub off: Vec<Weekday>,
    /// The first day on which that held; always before if left out.
    pub from: Option<Day>,
    /// The last day on which it held; it still does if left out.
    pub to: Option<Day>,
}

impl Verb for SetWeek {
    const NAME: &'static str = "set-week";
    const EXAMPLE: &'static str =
        "servanda set-week our-office --off fri --off sat --from 2020-01-01 --source \"Staff rules\"";
    const SUBJECT: Subject = Subject::Calendar;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        let week = WeekSet { calendar: self.calendar, off: self.off, from: self.from, to: self.to };
        sound_week(&week)?;
        Ok(Event::WeekSet(week))
    }
}

/// Refuses a week that no calendar can have.
///
/// # Errors
///
/// [`Refusal::Field`] where no day of it is open, or it ends before it begins.
pub fn sound_week(week: &WeekSet) -> Result<(), Refusal> {
    let mut off = week.off.clone();
    off.sort_unstable();
    off.dedup();
    if off.len() == Weekday::ALL.len() {
        return wrong("off", "a week in which every day is off has no open day, and nothing would ever be due in it");
    }
    if off.len() != week.off.len() {
        return wrong("off", "a day of the week is given twice");
    }
    match week.from.zip(week.to) {
        Some((from, to)) if to < from => wrong("to", format!("it cannot end on {to}, before it begins on {from}")),
        _ => Ok(()),
    }
}

/// Lists the days off of a calendar for a time, and the days of its week's rest on which work is done.
///
/// Within that time nothing else is off; outside all listed times the calendar does not know, and no date is guessed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDaysOff {
    /// Which calendar.
    pub calendar: CalendarId,
    /// The first day of the time that is known.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// A day off, with its name if it has one, such as "2026-03-23 Pakistan Day"; repeat it.
    #[serde(default)]
    pub off: Vec<Line>,
    /// A day of the week's rest on which work is done; repeat it.
    #[serde(default)]
    pub worked: Vec<Line>,
}

/// Reads a day with its name behind it.
fn listed(field: &'static str, given: &Line) -> Result<ListedDay, Refusal> {
    let (day, name) = given.as_str().split_once(' ').unwrap_or((given.as_str(), ""));
    let Ok(day) = Day::parse(day) else {
        return wrong(field, format!("{day:?} is not a day such as 2026-03-23"));
    };
    let name = if name.trim().is_empty() { None } else { Line::parse(name).ok() };
    Ok(ListedDay { day, name })
}

impl Verb for ListDaysOff {
    const NAME: &'static str = "list-days-off";
    const EXAMPLE: &'static str = "servanda list-days-off our-office --from 2026-01-01 --to 2026-12-31 --off \"2026-03-23 Pakistan Day\" --off \"2026-08-14 Independence Day\" --source \"Cabinet Division, notification of holidays 2026\"";
    const SUBJECT: Subject = Subject::Calendar;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        let all = |field, given: &[Line]| given.iter().map(|line| listed(field, line)).collect::<Result<Vec<_>, _>>();
        let mut days = DaysListed {
            off: all("off", &self.off)?,
            worked: all("worked", &self.worked)?,
            calendar: self.calendar,
            from: self.from,
            to: self.to,
        };
        days.off.sort_by_key(|listed| listed.day);
        days.worked.sort_by_key(|listed| listed.day);
        sound_days(&days)?;
        Ok(Event::DaysListed(days))
    }
}

/// Refuses a listing that cannot be.
///
/// # Errors
///
/// A [`Refusal`] where its time ends before it begins or is too long, a day lies outside it, stands twice, is both
/// off and worked, or every day of it is off.
pub fn sound_days(days: &DaysListed) -> Result<(), Refusal> {
    let (from, to) = (days.from, days.to);
    if to < from {
        return wrong("to", format!("the time that is known cannot end on {to}, before it begins on {from}"));
    }
    if to.year() - from.year() > LISTED_YEARS_MAX {
        return wrong("to", format!("{from} to {to} is more than {LISTED_YEARS_MAX} years"));
    }
    let given = days.off.len() + days.worked.len();
    if given > LISTED_DAYS_MAX {
        return Err(Refusal::TooMany { what: "listed days", given, most: LISTED_DAYS_MAX });
    }
    let mut seen = std::collections::BTreeSet::new();
    for (field, list) in [("off", &days.off), ("worked", &days.worked)] {
        for listed in list {
            let day = listed.day;
            if day < from || to < day {
                return wrong(field, format!("{day} lies outside {from} to {to}"));
            }
            if !seen.insert(day) {
                return wrong(field, format!("{day} is given twice"));
            }
        }
    }
    let open = from.days_until(to) + 1 - i64::try_from(days.off.len()).unwrap_or(i64::MAX);
    if open <= 0 && days.off.len() > 1 {
        return wrong("off", format!("no day from {from} to {to} would be open"));
    }
    Ok(())
}

/// Defines a counting profile of the register's own: what another one says, with what differs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineProfile {
    /// The name that deadlines call it by.
    pub profile: ProfileId,
    /// What it is called.
    pub title: Line,
    /// The law, rules or practice that say so, with the articles.
    pub law: Line,
    /// Where they can be read.
    pub law_url: Option<Line>,
    /// The profile from which it takes what is not given; plain if left out.
    pub like: Option<ProfileId>,
    /// Whether the day it is counted from counts itself.
    pub first_day: Option<FirstDay>,
    /// Whether the last day counts; clear days exclude it.
    pub last_day: Option<FirstDay>,
    /// What days off inside the period do.
    pub days_off: Option<DaysOff>,
    /// What a last day off does where something has to be done, counted forward.
    pub act_forward: Option<Roll>,
    /// The same, counted back.
    pub act_backward: Option<Roll>,
    /// What a last day off does where something takes effect, counted forward.
    pub effect_forward: Option<Roll>,
    /// The same, counted back.
    pub effect_backward: Option<Roll>,
    /// The fewest working days that a period must hold.
    pub min_working_days: Option<u32>,
    /// What a month end that does not exist becomes.
    pub month_end: Option<MonthEnd>,
    /// On which day a period comes to rest.
    pub landing: Option<Landing>,
    /// Before what a date counted by it never lies.
    pub floor: Option<ProfileFloor>,
    /// The time of day at which the last day ends.
    pub cut_off: Option<ClockTime>,
    /// Whose days off count.
    pub calendar_of: Option<Place>,
    /// Whose time zone counts.
    pub zone_of: Option<Place>,
    /// A calendar that the law itself names, where the deadline names none; repeat it.
    #[serde(default)]
    pub calendar: Vec<CalendarId>,
}

impl Verb for DefineProfile {
    const NAME: &'static str = "define-profile";
    const EXAMPLE: &'static str = "servanda define-profile rules-1973 --title \"Rules of Business\" --law \"Rules of Business 1973\" --like plain --act-forward following";
    const SUBJECT: Subject = Subject::Profile;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if shipped::profile(&self.profile).is_some() {
            return wrong(
                "profile",
                format!("{} comes with the program and does not change: take another name", self.profile),
            );
        }
        let almanac = crate::domain::almanac::Almanac::of(making.readings);
        let base = match &self.like {
            Some(like) => match almanac.profile(like) {
                Some(base) => base.clone(),
                None => return wrong("like", format!("there is no counting profile {like}")),
            },
            None => shipped::profiles()[0].clone(),
        };
        let rolls = |base: Rolls, forward: Option<Roll>, backward: Option<Roll>| Rolls {
            forward: forward.unwrap_or(base.forward),
            backward: backward.unwrap_or(base.backward),
        };
        Ok(Event::ProfileDefined(Profile {
            profile: self.profile,
            title: self.title,
            source: self.law,
            url: self.law_url,
            first_day: self.first_day.unwrap_or(base.first_day),
            last_day: self.last_day.unwrap_or(base.last_day),
            days_off: self.days_off.unwrap_or(base.days_off),
            act: rolls(base.act, self.act_forward, self.act_backward),
            effect: rolls(base.effect, self.effect_forward, self.effect_backward),
            fewest: self.min_working_days.map(|working_days| Fewest { working_days, from_days: 0 }).or(base.fewest),
            month_end: self.month_end.unwrap_or(base.month_end),
            landing: self.landing.unwrap_or(base.landing),
            floor: self.floor.or(base.floor),
            cut_off: self.cut_off.or(base.cut_off),
            calendar_of: self.calendar_of.or(base.calendar_of),
            zone_of: self.zone_of.or(base.zone_of),
            calendars: if self.calendar.is_empty() { base.calendars } else { self.calendar },
            notes: Vec::new(),
        }))
    }
}
