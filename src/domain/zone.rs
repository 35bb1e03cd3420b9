//! Time zones by their IANA names, and times of day.
//!
//! The database is the one that is bundled with the program, so that an old report is the same on every machine.

use std::fmt;

use jiff::tz::TimeZone;
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
        let stamp = jiff::Timestamp::from_microsecond(instant.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
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
}

/// The IANA name of a time zone, as it is stored; one that the database has, in its own spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

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

    #[test]
    fn a_time_of_day_is_hours_and_minutes() {
        for (given, read) in [("17:00", Some("17:00")), ("00:00", Some("00:00")), ("24:00", Some("24:00"))] {
            assert_eq!(ClockTime::parse(given).ok().map(|time| time.to_string()).as_deref(), read);
        }
        for wrong in ["24:01", "17", "5:00", "17:60", "+7:00", "", "17:00:00"] {
            assert!(ClockTime::parse(wrong).is_err(), "{wrong}");
        }
    }
}
