//! The time at which something was recorded: UTC, to the microsecond.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::day::Day;
use super::typed;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z; written `2025-10-18T09:30:00.000000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        // The record's own spelling needs no grammar.
        plain(given)
            .or_else(|| DateTime::parse_from_rfc3339(given).ok().map(|time| time.timestamp_micros()))
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

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        typed::deserialized(deserializer, Self::parse)
    }
}

/// Reads microseconds of exactly the form that an instant is written in.
fn plain(given: &str) -> Option<i64> {
    let [_, _, _, _, _, _, _, _, _, _, b'T', hours @ .., b'Z'] = given.as_bytes() else { return None };
    let [h, hh, b':', m, mm, b':', s, ss, b'.', parts @ ..] = hours else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |all, digit| digit.is_ascii_digit().then(|| all * 10 + i64::from(digit - b'0')))
    };
    let day = Day::parse_plain(given.get(..10)?)?;
    let (hour, minute, second) = (number(&[*h, *hh])?, number(&[*m, *mm])?, number(&[*s, *ss])?);
    if parts.len() != 6 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = ((Day::MIN.days_until(day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(FIRST + seconds * 1_000_000 + number(parts)?)
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
        fn what_needs_no_grammar_is_read_as_the_grammar_reads_it(
            given in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9][.,][0-9]{5,7}[Zz]",
        ) {
            let read = DateTime::parse_from_rfc3339(&given).ok().map(|time| time.timestamp_micros());
            if let Some(micros) = plain(&given) {
                prop_assert_eq!(Some(micros), read);
            }
            let kept = read.filter(|micros| (FIRST..=LAST).contains(micros));
            prop_assert_eq!(Instant::parse(&given).ok().map(Instant::micros), kept);
        }

        #[test]
        fn the_written_form_needs_no_grammar(micros in FIRST..=LAST) {
            prop_assert_eq!(plain(&Instant::from_micros(micros).to_string()), Some(micros));
        }

        #[test]
        fn written_instants_sort_as_time_does(a in FIRST..=LAST, b in FIRST..=LAST) {
            let (a, b) = (Instant::from_micros(a), Instant::from_micros(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
