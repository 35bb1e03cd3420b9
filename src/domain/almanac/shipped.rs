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

    /// The table of the field (DOMAIN §7), a row a profile: the first day, the last day, days off inside, the roll of
    /// acts forward and back, the fewest working days and from how many days on, the landing, whose calendar, whose
    /// zone, and the calendars that it falls back on. Effects never roll, months are clamped, no floor, no cut-off.
    #[test]
    fn every_field_of_every_profile_is_what_its_source_says() {
        use crate::domain::almanac::profile::{Fewest, Place, Rolls};
        use crate::domain::period::MonthEnd;
        use crate::domain::rule::DaysOff::Count;
        use crate::domain::rule::FirstDay::{self, Exclude, Include};
        use crate::domain::rule::Landing::{self, Day, NextMonth};
        use crate::domain::rule::Roll::{self, Following, None as Stays};
        type Row<'a> = (
            &'a str,
            FirstDay,
            FirstDay,
            Roll,
            Option<(u32, u32)>,
            Landing,
            Option<Place>,
            Option<Place>,
            &'a [&'a str],
        );
        let (addressee, performer) = (Some(Place::Addressee), Some(Place::Performer));
        let (setter, act, depositary) = (Some(Place::Setter), Some(Place::Act), Some(Place::Depositary));
        let table: [Row<'_>; 10] = [
            ("plain", Exclude, Include, Stays, None, Day, None, None, &[]),
            ("eu-1182-71", Exclude, Include, Following, Some((2, 2)), Day, None, None, &["sat-sun"]),
            ("cisg-20", Exclude, Include, Following, None, Day, addressee, None, &[]),
            ("pecl-1-304", Exclude, Include, Following, None, Day, act, None, &[]),
            ("unidroit-1-12", Exclude, Include, Following, None, Day, performer, setter, &[]),
            ("uncitral-arb-2", Exclude, Include, Following, None, Day, addressee, None, &[]),
            ("depositary", Exclude, Include, Stays, None, Day, depositary, None, &[]),
            ("coe-month", Exclude, Include, Stays, None, NextMonth, None, None, &[]),
            ("basel-1972", Exclude, Include, Following, None, Day, None, None, &[]),
            ("fr-franc", Exclude, Exclude, Following, None, Day, None, None, &[]),
        ];
        assert_eq!(table.len(), profiles().len());
        for (profile, row) in profiles().iter().zip(table) {
            let (name, first_day, last_day, forward, fewest, landing, calendar_of, zone_of, calendars) = row;
            let expected = Profile {
                profile: ProfileId::parse(name).unwrap(),
                first_day,
                last_day,
                days_off: Count,
                act: Rolls { forward, backward: Stays },
                effect: Rolls { forward: Stays, backward: Stays },
                fewest: fewest.map(|(working_days, from_days)| Fewest { working_days, from_days }),
                month_end: MonthEnd::Clamp,
                landing,
                floor: None,
                cut_off: None,
                calendar_of,
                zone_of,
                calendars: calendars.iter().map(|id| CalendarId::parse(id).unwrap()).collect(),
                title: profile.title.clone(),
                source: profile.source.clone(),
                url: profile.url.clone(),
                notes: profile.notes.clone(),
            };
            assert_eq!(*profile, expected);
            assert!(!profile.notes.is_empty(), "{name} says where it says so");
        }
    }
}
