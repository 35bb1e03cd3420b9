//! The calendars and counting profiles that come with the program.

use std::sync::LazyLock;

use serde::Deserialize;

use super::calendar::{Calendar, Listing, Week};
use super::profile::Profile;
use crate::domain::event::Event;
use crate::domain::event::register::{CalendarDefined, DaysListed, WeekSet};
use crate::domain::fact::{Evidence, Occurred, Saying};
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::vocabulary::{Certainty, Confidence};

/// A shipped calendar: the facts that put it on record, and the calendar that they make.
#[derive(Clone, Debug)]
pub struct ShippedCalendar {
    /// What is recorded when the calendar is first used, in its order; never empty.
    pub sayings: Vec<Saying>,
    /// The calendar.
    pub calendar: Calendar,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    calendar: CalendarDefined,
    weeks: Vec<Said<WeekSet>>,
    #[serde(default)]
    listings: Vec<Said<DaysListed>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said<T> {
    says: T,
    evidence: Vec<Evidence>,
    confidence: Confidence,
}

const CALENDARS: [&str; 5] = [
    include_str!("calendars/sat-sun.json"),
    include_str!("calendars/fri-sat.json"),
    include_str!("calendars/pk.json"),
    include_str!("calendars/ps.json"),
    include_str!("calendars/cn.json"),
];

static SHIPPED: LazyLock<Vec<ShippedCalendar>> = LazyLock::new(|| CALENDARS.iter().map(|text| shipped(text)).collect());

fn shipped(text: &str) -> ShippedCalendar {
    let file: CalendarFile = serde_json::from_str(text).expect("a test reads every shipped calendar");
    let mut calendar = Calendar::defined(&file.calendar);
    let saying = |event, evidence: &[Evidence], confidence| Saying {
        occurred: Occurred { on: None, certainty: Certainty::Unknown, as_printed: None },
        confidence,
        evidence: evidence.to_vec(),
        reason: None,
        event,
    };
    let mut sayings = vec![saying(Event::CalendarDefined(file.calendar), &[], Confidence::Confirmed)];
    for Said { says, evidence, confidence } in file.weeks {
        sayings.push(saying(Event::WeekSet(says.clone()), &evidence, confidence));
        calendar.weeks.push(Week { rest: says, evidence, confidence });
    }
    for Said { says, evidence, confidence } in file.listings {
        sayings.push(saying(Event::DaysListed(says.clone()), &evidence, confidence));
        calendar.listings.push(Listing { days: says, evidence, confidence });
    }
    ShippedCalendar { sayings, calendar }
}

static PROFILES: LazyLock<Vec<Profile>> =
    LazyLock::new(|| serde_json::from_str(include_str!("profiles.json")).expect("a test reads the shipped profiles"));

/// The shipped calendars.
#[must_use]
pub fn calendars() -> &'static [ShippedCalendar] {
    &SHIPPED
}

/// The shipped calendar of that name.
#[must_use]
pub fn calendar(id: &CalendarId) -> Option<&'static ShippedCalendar> {
    SHIPPED.iter().find(|shipped| shipped.calendar.id == *id)
}

/// The shipped profiles, the register's default first.
#[must_use]
pub fn profiles() -> &'static [Profile] {
    &PROFILES
}

/// The shipped profile of that name.
#[must_use]
pub fn profile(id: &ProfileId) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.profile == *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_calendar_and_profile_can_be_read() {
        let calendars: Vec<&str> = calendars().iter().map(|shipped| shipped.calendar.id.as_str()).collect();
        assert_eq!(calendars, ["sat-sun", "fri-sat", "pk", "ps", "cn"]);
        assert!(profiles().len() >= 10);
        assert_eq!(profiles()[0].profile.as_str(), crate::domain::rule::PLAIN);
    }
}
