//! What speaks against the register's own facts.

use std::collections::BTreeSet;

use super::shipped;
use crate::domain::event::Event;
use crate::domain::guard::Objected;
use crate::domain::id::CalendarId;
use crate::domain::objection::Objection;
use crate::domain::timeline::Readings;

/// The calendar that an event of the register says something about and does not define.
#[must_use]
pub const fn speaks_of(event: &Event) -> Option<&CalendarId> {
    match event {
        Event::WeekSet(week) => Some(&week.calendar),
        Event::DaysListed(days) => Some(&days.calendar),
        _ => None,
    }
}

/// Everything that speaks against the register's facts, in the order of their recording.
#[must_use]
pub fn objections(readings: &Readings) -> Vec<Objected> {
    let mut facts: Vec<_> = readings.facts.iter().collect();
    facts.sort_by_key(|reading| reading.seq);
    let mut calendars: BTreeSet<&CalendarId> =
        shipped::calendars().iter().map(|shipped| &shipped.calendar.id).collect();
    let mut defined = std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for reading in facts {
        let mut against = |objection| found.push(Objected { seq: reading.seq, objection, elsewhere: false });
        let name = match &reading.saying.event {
            Event::CalendarDefined(calendar) => {
                calendars.insert(&calendar.calendar);
                Some(format!("calendar {}", calendar.calendar))
            }
            Event::ProfileDefined(profile) => Some(format!("counting profile {}", profile.profile)),
            _ => None,
        };
        if let Some(what) = name
            && let Some(earlier) = defined.insert(what.clone(), reading.seq)
        {
            against(Objection::Twice { what, earlier });
        }
        if let Some(calendar) = speaks_of(&reading.saying.event).filter(|calendar| !calendars.contains(calendar)) {
            let known: Vec<String> = calendars.iter().map(ToString::to_string).collect();
            against(Objection::NoSuchCalendar { calendar: calendar.clone(), known: known.join(", ") });
        }
    }
    found
}
