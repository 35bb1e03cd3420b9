//! Time zones by their IANA names, and times of day.
//!
//! The database is the one that is bundled with the program, so that an old report is the same on every machine.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::instant::Instant;

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a time zone of the IANA database, such as Asia/Karachi or UTC")]
pub struct ZoneError {
    given: String,
}

/// How often the clocks of a zone show a time on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Once, as on most days.
    Once,
    /// Never: they are set forward over it.
    Never,
    /// Twice: they are set back over it.
    Twice,
}

/// How alike a name has to be (Jaro–Winkler) for one to have been meant.
const LIKENESS: f64 = 0.8;

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// Looks a zone up in the bundled database.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] when there is no such zone.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name).map_err(|_| ZoneError { given: name.chars().take(80).collect() })?;
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Ok(Self { name, zone })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The civil day of an instant in this zone.
    #[must_use]
    pub fn day_of(&self, instant: Instant) -> Day {
        self.civil(instant).0
    }

    /// The civil day of an instant in this zone, and the time of day to the minute.
    #[must_use]
    pub fn civil(&self, instant: Instant) -> (Day, ClockTime) {
        let Ok(stamp) = Timestamp::from_microsecond(instant.micros()) else {
            // The database ends a day before the years do; no zone is told there.
            return (instant.utc_day(), ClockTime::of_utc(instant));
        };
        let civil = stamp.to_zoned(self.zone.clone()).datetime();
        let date = civil.date();
        let day =
            Day::new(i32::from(date.year()), date.month().unsigned_abs().into(), date.day().unsigned_abs().into());
        let minutes = u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs());
        (day.unwrap_or_else(|| instant.utc_day()), ClockTime { minutes })
    }

    /// The last microsecond of a day in this zone.
    #[must_use]
    pub fn end_of(&self, day: Day) -> Instant {
        let next = day.next().and_then(|next| {
            let date = jiff::civil::Date::new(
                i16::try_from(next.year()).ok()?,
                i8::try_from(next.month()).ok()?,
                i8::try_from(next.day_of_month()).ok()?,
            );
            date.ok()?.to_zoned(self.zone.clone()).ok()
        });
        next.map_or(Instant::MAX, |next| Instant::from_micros(next.timestamp().as_microsecond() - 1))
    }

    /// The first moment after a day that ends at a time of day, or, without one, with the day itself; and how often
    /// the clocks show that time. None beyond the years that there are.
    ///
    /// A day ends when the clocks show it for the last time, however many hours that took. A time that they pass over
    /// is the moment after the gap; of a time that they show twice the second counts, since the day is not over until
    /// then.
    #[must_use]
    pub fn end_at(&self, day: Day, cut_off: Option<ClockTime>) -> Option<(Instant, Shown)> {
        let cut_off = cut_off.filter(|time| *time < ClockTime::END);
        let (date, minutes) = cut_off.map_or((day.next()?, 0), |time| (day, time.minutes));
        let date = jiff::civil::Date::new(
            i16::try_from(date.year()).ok()?,
            i8::try_from(date.month()).ok()?,
            i8::try_from(date.day_of_month()).ok()?,
        );
        let civil = date.ok()?.at(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0);
        let (stamp, shown) = match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset.to_timestamp(civil).ok()?, Shown::Once),
            AmbiguousOffset::Gap { after, .. } => {
                let before_the_gap = after.to_timestamp(civil).ok()?;
                let set_forward = self.zone.following(before_the_gap).find(|change| change.offset() == after)?;
                (set_forward.timestamp(), if cut_off.is_some() { Shown::Never } else { Shown::Once })
            }
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (before.to_timestamp(civil).ok()?, after.to_timestamp(civil).ok()?);
                // Where the clocks are set back to this very midnight, the day before it is not shown again.
                let last = Instant::from_micros(second.as_microsecond() - 1);
                if cut_off.is_none() && self.day_of(last) != day {
                    (first, Shown::Once)
                } else {
                    (second, Shown::Twice)
                }
            }
        };
        let end = stamp.as_microsecond();
        (end <= Instant::MAX.micros()).then(|| (Instant::from_micros(end), shown))
    }

    /// The day that runs at an instant where days end at a time of day: the first that has not ended.
    #[must_use]
    pub fn running_day(&self, at: Instant, cut_off: Option<ClockTime>) -> Day {
        let shown = self.day_of(at);
        // A zone has been known to leave out a day, or to have one twice.
        let first = shown.plus_days(-2).unwrap_or(Day::MIN);
        let days = (0..=4).filter_map(|days| first.plus_days(days));
        let mut running = days.filter(|day| self.end_at(*day, cut_off).is_none_or(|(end, _)| at < end));
        running.next().unwrap_or(Day::MAX)
    }

    /// The name of a zone that was perhaps meant by one that there is not.
    #[must_use]
    pub fn meant(given: &str) -> Option<String> {
        if given.len() > 80 {
            return None;
        }
        let plain = |name: &str| name.trim().replace([' ', '-'], "_").to_lowercase();
        let wanted = plain(given);
        let city = |name: &str| plain(name.rsplit('/').next().unwrap_or(name));
        let likeness = |name: &str| {
            // Whoever writes the city alone means the city.
            let whole = strsim::jaro_winkler(&plain(name), &wanted);
            if wanted.contains('/') { whole } else { whole.max(strsim::jaro_winkler(&city(name), &wanted)) }
        };
        let names = jiff::tz::db().available().map(|name| (likeness(name.as_str()), name.to_string()));
        let likely = names.filter(|(likeness, _)| *likeness > LIKENESS);
        likely.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1))).map(|(_, name)| name)
    }
}

/// The IANA name of a time zone, as it is stored; one that the database has, in its own spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

impl Default for ZoneName {
    /// Coordinated universal time.
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl From<&Zone> for ZoneName {
    fn from(zone: &Zone) -> Self {
        Self(zone.name.clone())
    }
}

impl ZoneName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone; UTC should a later database have dropped the name.
    #[must_use]
    pub fn zone(&self) -> Zone {
        Zone::named(&self.0).unwrap_or_else(|_| Zone::utc())
    }
}

impl TryFrom<String> for ZoneName {
    type Error = ZoneError;
    fn try_from(given: String) -> Result<Self, ZoneError> {
        Zone::named(&given).map(|zone| Self(zone.name))
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for ZoneName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ZoneName".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": 80 })
    }
}

/// A time of day to the minute, from `00:00` to `24:00`, which is the day's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime {
    minutes: u16,
}

/// A text that is no time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a time of day such as 17:00")]
pub struct ClockTimeError {
    given: String,
}

impl ClockTime {
    /// The end of the day, `24:00`.
    pub const END: Self = Self { minutes: 24 * 60 };

    fn of_utc(instant: Instant) -> Self {
        let minutes = instant.micros().div_euclid(60_000_000).rem_euclid(24 * 60);
        Self { minutes: u16::try_from(minutes).unwrap_or_default() }
    }

    /// Reads `HH:MM`.
    ///
    /// # Errors
    ///
    /// [`ClockTimeError`] when it is not of that form, or no time of a day.
    pub fn parse(given: &str) -> Result<Self, ClockTimeError> {
        let wrong = || ClockTimeError { given: given.chars().take(80).collect() };
        let number = |part: &str| -> Option<u16> {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
        };
        let (hours, minutes) = given.split_once(':').ok_or_else(wrong)?;
        let (hours, minutes) = number(hours).zip(number(minutes)).ok_or_else(wrong)?;
        let all = hours * 60 + minutes;
        if minutes > 59 || all > 24 * 60 { Err(wrong()) } else { Ok(Self { minutes: all }) }
    }
}

impl TryFrom<String> for ClockTime {
    type Error = ClockTimeError;
    fn try_from(given: String) -> Result<Self, ClockTimeError> {
        Self::parse(&given)
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl JsonSchema for ClockTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClockTime".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_of_its_zone() {
        let karachi = Zone::named("Asia/Karachi").expect("bundled");
        let end = karachi.end_of(Day::new(2025, 10, 17).expect("a day"));
        assert_eq!(end.to_string(), "2025-10-17T18:59:59.999999Z");
        assert_eq!(karachi.day_of(end).to_string(), "2025-10-17");
        assert_eq!(karachi.day_of(Instant::from_micros(end.micros() + 1)).to_string(), "2025-10-18");
    }

    #[test]
    fn a_day_of_daylight_saving_ends_when_its_clocks_say() {
        let new_york = Zone::named("America/New_York").expect("bundled");
        let end = new_york.end_of(Day::new(2026, 3, 8).expect("a day"));
        assert_eq!(end.to_string(), "2026-03-09T03:59:59.999999Z");
    }

    fn ends(zone: &str, day: &str, cut_off: &str) -> (String, Shown) {
        let cut_off = (!cut_off.is_empty()).then(|| ClockTime::parse(cut_off).expect("a time"));
        let end = Zone::named(zone).expect("bundled").end_at(Day::parse(day).expect("a day"), cut_off);
        end.map(|(at, shown)| (at.plain(), shown)).expect("within the years")
    }

    #[test]
    fn a_last_day_ends_when_the_clocks_show_it_for_the_last_time() {
        for (zone, day, end) in [
            // 23 and 25 hours.
            ("America/New_York", "2026-03-07", "2026-03-08T05:00:00Z"),
            ("America/New_York", "2026-03-08", "2026-03-09T04:00:00Z"),
            ("America/New_York", "2026-10-31", "2026-11-01T04:00:00Z"),
            ("America/New_York", "2026-11-01", "2026-11-02T05:00:00Z"),
            // The next day begins at 01:00.
            ("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04", "2018-11-05T02:00:00Z"),
            ("Africa/Cairo", "2024-04-25", "2024-04-25T22:00:00Z"),
            ("Africa/Cairo", "2024-04-26", "2024-04-26T21:00:00Z"),
            // The hour before midnight comes twice.
            ("America/Sao_Paulo", "2018-02-17", "2018-02-18T03:00:00Z"),
            ("Africa/Cairo", "2024-10-31", "2024-10-31T22:00:00Z"),
            // The hour after midnight comes twice: the day before is over with the first.
            ("America/Havana", "2025-11-01", "2025-11-02T04:00:00Z"),
            ("America/Havana", "2025-11-02", "2025-11-03T05:00:00Z"),
            // A minute past midnight the clocks went back into the day before.
            ("America/St_Johns", "2006-10-28", "2006-10-29T03:30:00Z"),
            // A day that was left out.
            ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
            ("Asia/Kathmandu", "2026-01-01", "2026-01-01T18:15:00Z"),
        ] {
            assert_eq!(ends(zone, day, "").0, end, "{zone} {day}");
            assert_eq!(ends(zone, day, "24:00").0, end, "{zone} {day}");
        }
        assert_eq!(Zone::utc().end_at(Day::MAX, None), None, "beyond the years");
    }

    #[test]
    fn a_cut_off_in_a_gap_is_the_moment_after_it_and_one_that_comes_twice_is_the_second() {
        for (zone, day, cut_off, end, shown) in [
            ("Asia/Karachi", "2025-10-17", "17:00", "2025-10-17T12:00:00Z", Shown::Once),
            ("Asia/Karachi", "2025-10-17", "00:00", "2025-10-16T19:00:00Z", Shown::Once),
            ("America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59:00Z", Shown::Once),
            ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00:00Z", Shown::Never),
            ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z", Shown::Never),
            ("America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z", Shown::Once),
            ("America/New_York", "2026-03-08", "17:00", "2026-03-08T21:00:00Z", Shown::Once),
            ("America/New_York", "2026-11-01", "00:59", "2026-11-01T04:59:00Z", Shown::Once),
            ("America/New_York", "2026-11-01", "01:00", "2026-11-01T06:00:00Z", Shown::Twice),
            ("America/New_York", "2026-11-01", "01:30", "2026-11-01T06:30:00Z", Shown::Twice),
            ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z", Shown::Once),
            ("America/Sao_Paulo", "2018-11-04", "00:30", "2018-11-04T03:00:00Z", Shown::Never),
            ("America/Sao_Paulo", "2018-02-17", "23:30", "2018-02-18T02:30:00Z", Shown::Twice),
            ("America/Havana", "2025-11-02", "00:30", "2025-11-02T05:30:00Z", Shown::Twice),
            ("Pacific/Apia", "2011-12-30", "17:00", "2011-12-30T10:00:00Z", Shown::Never),
            // By the rule that goes on for ever, beyond the listed changes.
            ("America/New_York", "2525-03-11", "02:30", "2525-03-11T07:00:00Z", Shown::Never),
        ] {
            assert_eq!(ends(zone, day, cut_off), (end.to_owned(), shown), "{zone} {day} {cut_off}");
        }
    }

    #[test]
    fn the_day_that_runs_is_the_first_that_has_not_ended() {
        let karachi = Zone::named("Asia/Karachi").expect("bundled");
        let runs = |at: &str, cut_off: &str| {
            let at = Instant::parse(at).expect("a time");
            karachi.running_day(at, ClockTime::parse(cut_off).ok()).to_string()
        };
        assert_eq!(runs("2025-10-17T11:59:59Z", "17:00"), "2025-10-17");
        assert_eq!(runs("2025-10-17T12:00:00Z", "17:00"), "2025-10-18");
        assert_eq!(runs("2025-10-17T18:59:59Z", ""), "2025-10-17");
        assert_eq!(runs("2025-10-17T19:00:00Z", ""), "2025-10-18");
        assert_eq!(runs("2025-10-16T19:00:00Z", "00:00"), "2025-10-18", "the 17th ended as it began");
    }

    #[test]
    fn an_instant_at_either_end_of_the_years_has_a_day() {
        for zone in ["UTC", "Asia/Karachi", "America/New_York"] {
            let zone = Zone::named(zone).expect("bundled");
            assert_eq!(zone.day_of(Instant::MAX), Day::MAX);
            assert_eq!(zone.day_of(Instant::MIN), Day::MIN);
            let _ = (zone.running_day(Instant::MAX, None), zone.running_day(Instant::MIN, None));
        }
    }

    #[test]
    fn a_zone_is_found_by_a_name_that_is_nearly_its_own() {
        for (given, meant) in [
            ("America/New York", "America/New_York"),
            ("new york", "America/New_York"),
            ("Asia/Karaci", "Asia/Karachi"),
            ("Karachi", "Asia/Karachi"),
            ("Sao Paulo", "America/Sao_Paulo"),
        ] {
            assert_eq!(Zone::meant(given).as_deref(), Some(meant));
        }
        for wrong in ["", "qqqq", "../x", &"America/New_York".repeat(1000)] {
            assert_eq!(Zone::meant(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_is_hours_and_minutes() {
        for (given, read) in [("17:00", Some("17:00")), ("00:00", Some("00:00")), ("24:00", Some("24:00"))] {
            assert_eq!(ClockTime::parse(given).ok().map(|time| time.to_string()).as_deref(), read);
        }
        for wrong in ["24:01", "25:00", "17", "5:00", "17:60", "+7:00", "", "17:00:00"] {
            assert!(ClockTime::parse(wrong).is_err(), "{wrong}");
        }
    }
}
