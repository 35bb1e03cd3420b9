//! The almanac: the calendars, counting profiles and time zone by which dates are counted.
//!
//! *What lives here*: what a calendar and a profile are, those that are shipped, and the fold of the register's own
//! facts about them. *What it promises*: an almanac read at a time of knowledge is the same for ever; a shipped
//! calendar is put on record when it is first used, so that a later release with other days changes no old report.
//! *To ship another*: a file in `calendars/` or a row of `profiles.json`, and its line in `shipped.rs`.

pub mod calendar;
pub mod objections;
pub mod profile;
pub mod shipped;

use std::collections::BTreeMap;

use super::event::Event;
use super::id::{CalendarId, ProfileId};
use super::rule::Rule;
use super::timeline::Readings;
use super::zone::ZoneName;
use calendar::{Calendar, Listing, Week};
use profile::Profile;

/// What was recorded about calendars and profiles, beside what is shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Almanac {
    calendars: BTreeMap<CalendarId, Calendar>,
    profiles: BTreeMap<ProfileId, Profile>,
    zone: ZoneName,
}

impl Almanac {
    /// The almanac of the register's own facts, in the order of their recording.
    #[must_use]
    pub fn of(register: &Readings) -> Self {
        let mut almanac = Self::default();
        let mut facts: Vec<_> = register.facts.iter().collect();
        facts.sort_by_key(|reading| reading.seq);
        for reading in facts {
            let (evidence, confidence) = (reading.saying.evidence.clone(), reading.saying.confidence);
            match &reading.saying.event {
                Event::CalendarDefined(defined) => {
                    almanac.calendars.insert(defined.calendar.clone(), Calendar::defined(defined));
                }
                Event::WeekSet(week) => {
                    if let Some(calendar) = almanac.calendars.get_mut(&week.calendar) {
                        calendar.weeks.push(Week { rest: week.clone(), evidence, confidence });
                    }
                }
                Event::DaysListed(listed) => {
                    if let Some(calendar) = almanac.calendars.get_mut(&listed.calendar) {
                        calendar.listings.push(Listing { days: listed.clone(), evidence, confidence });
                    }
                }
                Event::ProfileDefined(profile) => {
                    almanac.profiles.insert(profile.profile.clone(), profile.clone());
                }
                _ => {}
            }
        }
        almanac
    }

    /// The same in a register whose days are those of this zone.
    #[must_use]
    pub fn in_zone(self, zone: ZoneName) -> Self {
        Self { zone, ..self }
    }

    /// The zone in which the register's days begin and end.
    #[must_use]
    pub const fn zone(&self) -> &ZoneName {
        &self.zone
    }

    /// The calendar of that name: the one on record, else the shipped one.
    #[must_use]
    pub fn calendar(&self, id: &CalendarId) -> Option<&Calendar> {
        self.calendars.get(id).or_else(|| shipped::calendar(id).map(|shipped| &shipped.calendar))
    }

    /// Whether a calendar is on record.
    #[must_use]
    pub fn records(&self, id: &CalendarId) -> bool {
        self.calendars.contains_key(id)
    }

    /// The counting profile of that name: a shipped one, else the register's own.
    #[must_use]
    pub fn profile(&self, id: &ProfileId) -> Option<&Profile> {
        shipped::profile(id).or_else(|| self.profiles.get(id))
    }

    /// The calendars by which a rule is counted: its own, else those of its profile.
    #[must_use]
    pub fn calendars_of(&self, rule: &Rule) -> Vec<CalendarId> {
        if !rule.calendars.is_empty() {
            return rule.calendars.clone();
        }
        self.profile(&rule.profile).map(|profile| profile.calendars.clone()).unwrap_or_default()
    }

    /// Whether a date counted by a rule can move when the register's own facts change.
    #[must_use]
    pub fn moves(&self, rule: &Rule) -> bool {
        !self.calendars_of(rule).is_empty() || shipped::profile(&rule.profile).is_none()
    }

    /// Every calendar, on record or shipped, in the order of the names.
    #[must_use]
    pub fn calendars(&self) -> Vec<&Calendar> {
        let shipped = shipped::calendars().iter().map(|shipped| &shipped.calendar);
        let mut all: BTreeMap<&CalendarId, &Calendar> = shipped.map(|calendar| (&calendar.id, calendar)).collect();
        all.extend(self.calendars.iter());
        all.into_values().collect()
    }

    /// Every counting profile: the shipped ones in their order, then the register's own by name.
    #[must_use]
    pub fn profiles(&self) -> Vec<&Profile> {
        shipped::profiles().iter().chain(self.profiles.values()).collect()
    }
}
