//! What holds for a rule, in words, by who says so: the deadline, its profile, or nobody.

use schemars::JsonSchema;
use serde::Serialize;

use super::steps::count_words;
use crate::domain::almanac::Almanac;
use crate::domain::almanac::calendar::Calendar;
use crate::domain::almanac::profile::Place;
use crate::domain::counting::terms::{By, Terms, Unit};
use crate::domain::day::Day;
use crate::domain::fact::Evidence;
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::period::MonthEnd;
use crate::domain::rule::{
    Authority, DaysOff, DeadlineNature, FirstDay, Landing, Length, Open, PLAIN, Roll, Rule, WhileSuspended,
};
use crate::domain::text::Line;
use crate::domain::vocabulary::{Confidence, Weekday};
use crate::domain::zone::ZoneName;

/// The counting profile of a rule, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ProfileView {
    /// Its name.
    pub profile: ProfileId,
    /// What it is called.
    pub title: Line,
    /// The law, rules or practice that say so, with the articles.
    pub source: Line,
    /// Where they can be read.
    pub url: Option<Line>,
    /// What it says, each with its article.
    pub notes: Vec<Line>,
}

/// Who says what a calendar says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CalendarSource {
    /// The order, law or outlet.
    pub source: Line,
    /// Where it can be read.
    pub url: Option<Line>,
    /// How far it can be relied on.
    pub confidence: Confidence,
}

/// A calendar by which days off are known, and who says so for the day on which the count ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CalendarView {
    /// Its name.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
    /// The days of the week that are off then; null where that is not known.
    pub off: Option<Vec<Weekday>>,
    /// Who says so: of the week, and of the days off that are listed for that time.
    pub sources: Vec<CalendarSource>,
}

/// What holds, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What the deadline states.
    pub stated: Vec<String>,
    /// What its profile supplies.
    pub by_profile: Vec<String>,
    /// What nobody says and the register assumes.
    pub assumed: Vec<String>,
}

impl Said {
    fn push(&mut self, by: By, words: impl Into<String>) {
        match by {
            By::Stated => self.stated.push(words.into()),
            By::Profile => self.by_profile.push(words.into()),
            By::Assumed => self.assumed.push(words.into()),
        }
    }
}

/// The profile that a rule is counted by, where there is one of that name.
#[must_use]
pub fn profile_view(rule: &Rule, almanac: &Almanac) -> Option<ProfileView> {
    let profile = almanac.profile(&rule.profile)?;
    Some(ProfileView {
        profile: profile.profile.clone(),
        title: profile.title.clone(),
        source: profile.source.clone(),
        url: profile.url.clone(),
        notes: profile.notes.clone(),
    })
}

/// The calendars of a rule, with who says what they say of a day.
#[must_use]
pub fn calendar_views(terms: &Terms<'_>, day: Day) -> Vec<CalendarView> {
    let view = |calendar: &&Calendar| {
        let week = calendar.week(day);
        let source = |evidence: &Evidence, confidence| CalendarSource {
            source: evidence.source.clone(),
            url: evidence.url.clone(),
            confidence,
        };
        let mut sources: Vec<CalendarSource> = Vec::new();
        if let Some(week) = week {
            sources.extend(week.evidence.iter().map(|evidence| source(evidence, week.confidence)));
        }
        if let Some(listing) = calendar.listing(day) {
            sources.extend(listing.evidence.iter().map(|evidence| source(evidence, listing.confidence)));
        }
        CalendarView {
            calendar: calendar.id.clone(),
            title: calendar.title.clone(),
            off: week.map(|week| week.rest.off.clone()),
            sources,
        }
    };
    terms.calendars.value.iter().map(view).collect()
}

/// What holds for a rule, in words; without terms, because it cannot be counted, what it states of its length.
///
/// `zone` is that of the register; `suspended` tells whether the agreement ever was, so that it has to be said what that does to the clock.
#[must_use]
pub fn said(rule: &Rule, terms: Option<&Terms<'_>>, zone: &ZoneName, suspended: bool) -> Said {
    let mut said = Said::default();
    said.push(
        By::Stated,
        match &rule.length {
            None => format!("due date {}", rule.anchor),
            Some(_) => format!("{} from {}", count_words(rule, terms), rule.anchor),
        },
    );
    if rule.profile.as_str() != PLAIN {
        let by = if rule.authority == Authority::Stated { By::Stated } else { By::Assumed };
        said.push(by, format!("counted by {}", rule.profile));
    }
    if let Some(terms) = terms {
        if rule.length.is_some() {
            of_the_count(rule, terms, &mut said);
        }
        of_the_end(rule, terms, &mut said);
        of_the_day_end(rule, terms, zone, &mut said);
    }
    match rule.while_suspended {
        Some(WhileSuspended::Stops) => said.push(By::Stated, "the clock stops while the agreement is suspended"),
        Some(WhileSuspended::Runs) => said.push(By::Stated, "the clock runs on while the agreement is suspended"),
        None if suspended => said.push(By::Assumed, "the clock runs on while the agreement is suspended"),
        None => {}
    }
    if let Some(grace) = rule.grace {
        said.push(By::Stated, format!("{grace} of grace before it is called overdue"));
    }
    said
}

/// Inside the period: its first and last day, days off, month ends.
fn of_the_count(rule: &Rule, terms: &Terms<'_>, said: &mut Said) {
    let clear = matches!(rule.length, Some(Length::ClearDays(_)));
    match terms.first_day.value {
        FirstDay::Include => said.push(terms.first_day.by, "the day it is counted from is counted itself"),
        FirstDay::Exclude => said.push(terms.first_day.by, "the day it is counted from is not counted itself"),
    }
    if terms.last_day.value == FirstDay::Exclude {
        said.push(terms.last_day.by, "the last day does not count: it ends on the day after");
    }
    match terms.days_off.value {
        DaysOff::Count => said.push(terms.days_off.by, "days off in between are counted"),
        DaysOff::Skip if clear || matches!(rule.length, Some(Length::Period(_))) => {
            said.push(terms.days_off.by, "days off in between are passed over");
        }
        DaysOff::Skip => {}
    }
    let has_months = matches!(terms.unit, Unit::Calendar(period) if period.months() > 0 || period.years() > 0);
    if has_months || rule.month_end.is_some() {
        match terms.month_end.value {
            MonthEnd::Clamp => {
                said.push(terms.month_end.by, "a month end that does not exist becomes the last day of that month");
            }
            MonthEnd::Spill => {
                said.push(
                    terms.month_end.by,
                    "a month end that does not exist becomes the first day of the next month",
                );
            }
        }
    }
    match terms.landing.value {
        Landing::NextMonth => said.push(terms.landing.by, "it comes to rest on the first day of the next month"),
        Landing::Day if rule.landing.is_some() => said.push(By::Stated, "it comes to rest on the day it is counted to"),
        Landing::Day => {}
    }
    if let Some(fewest) = terms.fewest {
        let words = match fewest.value {
            (0, _) => "it need not hold any working days".to_owned(),
            (days, 0) => format!("it holds at least {days} working days"),
            (days, from) => format!("where it is of {from} days or more, it holds at least {days} working days"),
        };
        said.push(fewest.by, words);
    }
}

/// At its end: what a last day off does, by which calendars, and where the floor is.
fn of_the_end(rule: &Rule, terms: &Terms<'_>, said: &mut Said) {
    let is_plain = rule.profile.as_str() == PLAIN;
    if rule.nature.is_some() || !is_plain {
        match terms.nature.value {
            DeadlineNature::Act => said.push(terms.nature.by, "something has to be done by then (an act)"),
            DeadlineNature::Effect => said.push(terms.nature.by, "something takes effect then (an effect)"),
        }
    }
    match terms.roll.value {
        // A count of working days ends on one.
        Roll::None if matches!(terms.unit, Unit::WorkingDays(_)) && rule.roll.is_none() => {}
        Roll::None => said.push(terms.roll.by, "the last day does not move when it is a day off"),
        Roll::Following => said.push(terms.roll.by, "a last day off moves to the next open day"),
        Roll::Preceding => said.push(terms.roll.by, "a last day off moves back to the last open day before it"),
    }
    let names: Vec<&str> = terms.calendars.value.iter().map(|calendar| calendar.id.as_str()).collect();
    if !names.is_empty() {
        let names = names.join(" and ");
        let words = match terms.profile.calendar_of {
            Some(place) if terms.calendars.by == By::Stated => {
                format!("days off are those of {names}; {} means the calendar {}", rule.profile, place_words(place))
            }
            _ => format!("days off are those of {names}"),
        };
        said.push(terms.calendars.by, words);
    }
    if names.len() > 1 {
        match terms.open.value {
            Open::All => said.push(terms.open.by, "a day is open when it is open in all of them"),
            Open::Any => said.push(terms.open.by, "a day is open when it is open in one of them"),
        }
    }
    if let Some(floor) = rule.floor {
        said.push(By::Stated, format!("not before {floor}"));
    } else if terms.profile.floor.is_some() {
        said.push(By::Profile, "not before the agreement is in force");
    }
}

/// Where and when the last day ends; where only the time is said, in the register's zone.
fn of_the_day_end(rule: &Rule, terms: &Terms<'_>, zone: &ZoneName, said: &mut Said) {
    match (rule.cut_off, terms.profile.cut_off) {
        (Some(time), _) => said.push(By::Stated, format!("the last day ends at {time}")),
        (None, Some(time)) => said.push(By::Profile, format!("the last day ends at {time}")),
        (None, None) => {}
    }
    match (&rule.zone, terms.profile.zone_of) {
        (Some(zone), _) => said.push(By::Stated, format!("the last day ends in the time zone {}", zone.as_str())),
        (None, Some(place)) => {
            said.push(By::Profile, format!("the last day ends in the time zone {}", place_words(place)));
        }
        (None, None) => {}
    }
    if rule.zone.is_none() && (rule.cut_off.is_some() || terms.profile.cut_off.is_some()) {
        said.push(By::Assumed, format!("the last day ends in the time zone of the register, {zone}"));
    }
}

const fn place_words(place: Place) -> &'static str {
    match place {
        Place::Addressee => "of the addressee",
        Place::Performer => "of the party that has to perform",
        Place::Setter => "of the party that sets the time",
        Place::Act => "of the place where the act is to be done",
        Place::Depositary => "of the depositary",
    }
}
