//! When a question is asked: for a day, or for an instant; and where the last day of a deadline ends.
//!
//! A day is compared with days, wherever they are lived through. Zones and cut-offs matter to an instant alone: by
//! then a deadline's last day has ended where it counts, or it has not. What happened counts by the register's day
//! either way, since facts have days.

use serde::{Deserialize, Serialize};

use super::almanac::Almanac;
use super::day::Day;
use super::instant::Instant;
use super::rule::Rule;
use super::zone::{ClockTime, Shown, ZoneName};

/// When is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day; that of the instant in the register's zone, where there is one.
    pub day: Day,
    /// The instant, where not the whole day is meant.
    pub at: Option<Instant>,
}

impl Moment {
    /// A whole day.
    #[must_use]
    pub const fn on(day: Day) -> Self {
        Self { day, at: None }
    }

    /// The day by which a deadline is judged that ends so, or with the day wherever that is.
    #[must_use]
    pub fn day_for(self, end: Option<&DayEnd>) -> Day {
        match (self.at, end) {
            (Some(at), Some(end)) => end.running_day(at),
            _ => self.day,
        }
    }
}

/// Where, and at what time of day, the last day of a deadline ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayEnd {
    /// In which zone.
    pub zone: ZoneName,
    /// At what time of day; absent: with the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<ClockTime>,
}

impl DayEnd {
    /// What a rule says of it, or its profile, in the register's zone where only the time is said; none where neither
    /// is, so that days are compared as days.
    #[must_use]
    pub fn of(rule: &Rule, almanac: &Almanac) -> Option<Self> {
        let cut_off = rule.cut_off.or_else(|| almanac.profile(&rule.profile).and_then(|profile| profile.cut_off));
        match (&rule.zone, cut_off) {
            (None, None) => None,
            (Some(zone), cut_off) => Some(Self { zone: zone.clone(), cut_off }),
            (None, cut_off) => Some(Self { zone: almanac.zone().clone(), cut_off }),
        }
    }

    /// The first moment after a day that ends so, and how often the clocks show the time at which it does; none beyond
    /// the years that there are.
    #[must_use]
    pub fn ends(&self, day: Day) -> Option<(Instant, Shown)> {
        self.zone.zone().end_at(day, self.cut_off)
    }

    /// The day that runs at an instant where days end so.
    #[must_use]
    pub fn running_day(&self, at: Instant) -> Day {
        self.zone.zone().running_day(at, self.cut_off)
    }
}
