//! The calendars and counting profiles that come with the program.

use std::sync::LazyLock;

use serde::Deserialize;

use super::calendar::{Calendar, Listing};
use super::profile::Profile;
use crate::domain::event::register::{CalendarDefined, DaysListed};
use crate::domain::fact::Evidence;
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::vocabulary::Confidence;

/// A shipped calendar: as it is put on record, and folded.
#[derive(Clone, Debug)]
pub struct ShippedCalendar {
    /// How it is defined.
    pub defined: CalendarDefined,
    /// The calendar, its days listed.
    pub calendar: Calendar,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    calendar: CalendarDefined,
    #[serde(default)]
    listings: Vec<ListingFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListingFile {
    days: DaysListed,
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

static SHIPPED: LazyLock<Vec<ShippedCalendar>> = LazyLock::new(|| {
    let read = |text: &str| {
        let file: CalendarFile = serde_json::from_str(text).expect("a test reads every shipped calendar");
        let listings = file.listings.into_iter().map(|listing| Listing {
            days: listing.days,
            evidence: listing.evidence,
            confidence: listing.confidence,
        });
        let calendar = Calendar { listings: listings.collect(), ..Calendar::defined(&file.calendar) };
        ShippedCalendar { defined: file.calendar, calendar }
    };
    CALENDARS.iter().copied().map(read).collect()
});

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
    SHIPPED.iter().find(|shipped| shipped.defined.calendar == *id)
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
        let calendars: Vec<&str> = calendars().iter().map(|shipped| shipped.defined.calendar.as_str()).collect();
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
