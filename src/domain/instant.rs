//! The time at which something was recorded: UTC, to the microsecond.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z; written `2025-10-18T09:30:00.000000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(i64);

/// A text that is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a time such as 2025-10-18T09:30:00Z in the years 1 to 9999")]
pub struct InstantError {
    /// What was given, cut to 80 characters.
    pub given: String,
}

const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

impl Instant {
    /// The earliest that can be written.
    pub const MIN: Self = Self(FIRST);
    /// The latest that can be written.
    pub const MAX: Self = Self(LAST);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z, kept within the years 1 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(FIRST, LAST))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, with any offset.
    ///
    /// # Errors
    ///
    /// [`InstantError`] when it is not RFC 3339 or outside the years 1 to 9999.
    pub fn parse(given: &str) -> Result<Self, InstantError> {
        DateTime::parse_from_rfc3339(given)
            .ok()
            .map(|time| time.timestamp_micros())
            .filter(|micros| (FIRST..=LAST).contains(micros))
            .map(Self)
            .ok_or_else(|| InstantError { given: given.chars().take(80).collect() })
    }

    /// The civil day of this instant in UTC.
    #[must_use]
    pub fn utc_day(self) -> Day {
        self.time().map_or(Day::MIN, |time| Day::try_from(time.date_naive()).unwrap_or(Day::MIN))
    }

    /// The instant for people: exact, without zeros that say nothing, such as `2025-10-18T09:30:00Z`.
    #[must_use]
    pub fn plain(self) -> String {
        let text = self.to_string();
        let bare = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
        format!("{bare}Z")
    }

    fn time(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

impl TryFrom<String> for Instant {
    type Error = InstantError;
    fn try_from(given: String) -> Result<Self, InstantError> {
        Self::parse(&given)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.to_string()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time() {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "{} µs", self.0),
        }
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn writing_and_reading_gives_the_same_instant(micros in FIRST..=LAST) {
            let instant = Instant::from_micros(micros);
            prop_assert_eq!(Instant::parse(&instant.to_string()), Ok(instant));
        }

        #[test]
        fn written_instants_sort_as_time_does(a in FIRST..=LAST, b in FIRST..=LAST) {
            let (a, b) = (Instant::from_micros(a), Instant::from_micros(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
