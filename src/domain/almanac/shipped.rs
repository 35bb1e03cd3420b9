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
}
