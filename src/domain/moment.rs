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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::zone::Zone;

    /// Zones of all kinds: none, half hours, changes at midnight, a day left out, a day twice.
    const ZONES: [&str; 13] = [
        "UTC",
        "Asia/Karachi",
        "Asia/Gaza",
        "Asia/Kathmandu",
        "America/New_York",
        "America/Sao_Paulo",
        "America/Havana",
        "America/St_Johns",
        "America/Juneau",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];

    fn zone() -> impl Strategy<Value = ZoneName> {
        proptest::sample::select(&ZONES[..]).prop_map(|name| ZoneName::from(&Zone::named(name).expect("bundled")))
    }

    fn end() -> impl Strategy<Value = DayEnd> {
        let time = (0..=24_u16, 0..60_u16).prop_map(|(hour, minute)| {
            let minute = if hour == 24 { 0 } else { minute };
            ClockTime::parse(&format!("{hour:02}:{minute:02}")).expect("a time of day")
        });
        (zone(), proptest::option::of(time)).prop_map(|(zone, cut_off)| DayEnd { zone, cut_off })
    }

    /// A day, most often near one on which some clocks change.
    fn day() -> impl Strategy<Value = Day> {
        let changes = [
            "1867-10-18",
            "2006-10-28",
            "2011-12-30",
            "2018-02-17",
            "2018-11-04",
            "2024-04-26",
            "2024-10-31",
            "2025-11-02",
            "2026-03-08",
            "2026-11-01",
        ];
        let near = (proptest::sample::select(changes.to_vec()), -2_i64..=2);
        prop_oneof![
            3 => near.prop_map(|(day, days)| (Day::parse(day).expect("a day"), days)),
            1 => (-40_000_i64..40_000).prop_map(|days| (Day::parse("2000-01-01").expect("a day"), days)),
        ]
        .prop_map(|(day, days)| day.plus_days(days).expect("a day"))
    }

    /// Microseconds from the moment in question, often none or one.
    fn apart() -> impl Strategy<Value = i64> {
        prop_oneof![
            Just(0),
            Just(-1),
            Just(1),
            -7_200_000_000_i64..7_200_000_000,
            -260_000_000_000_i64..260_000_000_000
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_day_has_passed_from_the_moment_at_which_it_ends_and_not_before(end in end(), day in day(), apart in apart()) {
            let (ends, _) = end.ends(day).expect("within the years");
            let at = Instant::from_micros(ends.micros() + apart);
            prop_assert_eq!(end.running_day(at) > day, at >= ends);
        }

        #[test]
        fn once_it_has_ended_the_clocks_show_neither_the_day_nor_an_earlier_time(
            end in end(),
            day in day(),
            apart in apart(),
        ) {
            let (ends, shown) = end.ends(day).expect("within the years");
            let zone = end.zone.zone();
            let (on, time) = zone.civil(Instant::from_micros(ends.micros() + apart.abs()));
            match end.cut_off.filter(|time| *time < ClockTime::END) {
                Some(cut_off) => prop_assert!((on, time) >= (day, cut_off), "{} {}", on, time),
                None => prop_assert!(on > day, "{}", on),
            }
            // And it is not over before that; a time that comes twice has been shown once.
            let (on, time) = zone.civil(Instant::from_micros(ends.micros() - 1));
            match end.cut_off.filter(|time| *time < ClockTime::END) {
                Some(cut_off) => prop_assert!((on, time) < (day, cut_off) || shown == Shown::Twice, "{} {}", on, time),
                None => prop_assert!(on <= day, "{}", on),
            }
        }

        #[test]
        fn a_later_day_never_ends_earlier(end in end(), day in day()) {
            let next = day.next().expect("a day");
            prop_assert!(end.ends(day).map(|(at, _)| at) <= end.ends(next).map(|(at, _)| at));
        }

        #[test]
        fn a_question_for_a_day_knows_no_zone(end in end(), day in day()) {
            prop_assert_eq!(Moment::on(day).day_for(Some(&end)), day);
        }
    }
}
