//! `Day`: the civil day that a document states, without a time and without a zone.
//!
//! A `Day` is not an instant: when a fact was *recorded* is another type. It knows the proleptic Gregorian
//! calendar of ISO 8601 from 0001-01-01 to 9999-12-31 and nothing of clocks; days that are counted past either
//! end are `None`.

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::typed::{self, TypedError};

/// A civil day, from [`Day::MIN`] to [`Day::MAX`]; written and stored as `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// Why something was refused as a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// The text itself cannot be read.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Not of the form `YYYY-MM-DD`.
    #[error("{given:?} is not a day: a day is written YYYY-MM-DD, such as 2025-09-17")]
    Form {
        /// What was given.
        given: String,
    },
    /// Of the right form, but no such day exists.
    #[error("{given:?} is not on the calendar: months run from 01 to 12, and days to the month's last")]
    NoSuchDay {
        /// What was given.
        given: String,
    },
    /// Outside the years that are kept.
    #[error("year {year} is out of range: years run from 0001 to 9999")]
    Year {
        /// The year that was given.
        year: i32,
    },
}

impl Day {
    /// The first day, 0001-01-01.
    pub const MIN: Self = Self(NaiveDate::from_ymd_opt(1, 1, 1).expect("a day of the calendar"));
    /// The last day, 9999-12-31.
    pub const MAX: Self = Self(NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day of the calendar"));

    /// Reads a day from exactly the ten characters `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// [`DayError`] when the text is of another form, names no day of the calendar, or is in year 0000.
    pub fn parse(given: &str) -> Result<Self, DayError> {
        let Some((year, month, day)) = fields(given) else {
            typed::check(given)?;
            return Err(DayError::Form { given: given.to_owned() });
        };
        if year == 0 {
            return Err(DayError::Year { year });
        }
        Self::new(year, month, day).ok_or_else(|| DayError::NoSuchDay { given: given.to_owned() })
    }

    /// Reads a day as [`Day::parse`] does, without saying why not.
    pub(super) fn parse_plain(given: &str) -> Option<Self> {
        let (year, month, day) = fields(given)?;
        Self::new(year, month, day)
    }

    /// Returns the day of a year from 1 to 9999, a month from 1, and a day of the month from 1, if there is one.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(|date| Self::try_from(date).ok())
    }

    /// The year, from 1 to 9999.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, from 1 to 12.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, from 1 to 31.
    pub fn day_of_month(self) -> u32 {
        self.0.day()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// The day of the week in three English letters, such as `Wed`.
    pub fn weekday_name(self) -> &'static str {
        match self.weekday() {
            Weekday::Mon => "Mon",
            Weekday::Tue => "Tue",
            Weekday::Wed => "Wed",
            Weekday::Thu => "Thu",
            Weekday::Fri => "Fri",
            Weekday::Sat => "Sat",
            Weekday::Sun => "Sun",
        }
    }

    /// The day after, unless this is the last.
    pub fn next(self) -> Option<Self> {
        self.plus_days(1)
    }

    /// The day before, unless this is the first.
    pub fn previous(self) -> Option<Self> {
        self.plus_days(-1)
    }

    /// The day this many days later, or earlier when negative; `None` past either end.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        let number = i64::from(self.0.num_days_from_ce()).checked_add(days)?;
        let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).ok()?)?;
        Self::try_from(date).ok()
    }

    /// The number of days from this day to the other: 0 for the same day, negative when the other is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        i64::from(other.0.num_days_from_ce()) - i64::from(self.0.num_days_from_ce())
    }

    /// The number of days in this day's month, from 28 to 31.
    pub(super) fn days_in_month(self) -> u32 {
        self.0.num_days_in_month().into()
    }

    /// The day in the ten ASCII characters `YYYY-MM-DD`.
    pub(super) fn letters(self) -> [u8; 10] {
        let digit = |number: u32, unit: u32| b'0' + u8::try_from(number / unit % 10).unwrap_or(0);
        let (year, month, day) = (self.year().unsigned_abs(), self.month(), self.day_of_month());
        [
            digit(year, 1000),
            digit(year, 100),
            digit(year, 10),
            digit(year, 1),
            b'-',
            digit(month, 10),
            digit(month, 1),
            b'-',
            digit(day, 10),
            digit(day, 1),
        ]
    }
}

/// The three numbers in `YYYY-MM-DD`, if the text is of that form; nothing is said of whether such a day exists.
fn fields(given: &str) -> Option<(i32, u32, u32)> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = given.as_bytes() else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let pair = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
    Some((i32::try_from(year).ok()?, pair(m1, m2)?, pair(d1, d2)?))
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The letters are ASCII by construction, so the fallback is never taken.
        f.pad(std::str::from_utf8(&self.letters()).unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

impl std::str::FromStr for Day {
    type Err = DayError;
    fn from_str(given: &str) -> Result<Self, DayError> {
        Self::parse(given)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.letters()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        typed::deserialized(deserializer, Self::parse)
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(given: String) -> Result<Self, DayError> {
        Self::parse(&given)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<NaiveDate> for Day {
    type Error = DayError;
    fn try_from(date: NaiveDate) -> Result<Self, DayError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&date) {
            Ok(Self(date))
        } else {
            Err(DayError::Year { year: date.year() })
        }
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any day, from the first to the last.
    pub(in crate::domain) fn any_day() -> impl Strategy<Value = Day> {
        (0..=Day::MIN.days_until(Day::MAX)).prop_map(|n| Day::MIN.plus_days(n).unwrap())
    }

    pub(in crate::domain) fn day(given: &str) -> Day {
        Day::parse(given).unwrap()
    }

    proptest! {
        #[test]
        fn a_day_survives_its_own_text(day in any_day()) {
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
        }

        #[test]
        fn a_day_survives_json(day in any_day()) {
            let json = serde_json::to_string(&day).unwrap();
            prop_assert_eq!(&json, &format!("\"{day}\""));
            prop_assert_eq!(serde_json::from_str::<Day>(&json).unwrap(), day);
        }

        #[test]
        fn a_day_is_made_of_its_parts(day in any_day()) {
            prop_assert_eq!(Day::new(day.year(), day.month(), day.day_of_month()), Some(day));
            prop_assert_eq!(Day::try_from(NaiveDate::from(day)), Ok(day));
        }

        #[test]
        fn text_sorts_as_days_do(a in any_day(), b in any_day()) {
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
        }

        #[test]
        fn counting_to_a_day_arrives_there(a in any_day(), b in any_day()) {
            prop_assert_eq!(a.plus_days(a.days_until(b)), Some(b));
            prop_assert_eq!(a.days_until(b), -b.days_until(a));
        }

        #[test]
        fn the_day_after_comes_back(day in any_day()) {
            if let Some(next) = day.next() {
                prop_assert_eq!(next.previous(), Some(day));
                prop_assert_eq!(next.weekday(), day.weekday().succ());
            } else {
                prop_assert_eq!(day, Day::MAX);
            }
        }

        #[test]
        fn no_count_of_days_breaks_it(day in any_day(), days in any::<i64>()) {
            let there = i128::from(Day::MIN.days_until(day)) + i128::from(days);
            let inside = (0..=i128::from(Day::MIN.days_until(Day::MAX))).contains(&there);
            prop_assert_eq!(day.plus_days(days).is_some(), inside);
        }

        #[test]
        fn no_text_breaks_it(given in "\\PC*", near in "[0-9XT/-]{8,12}", bytes in any::<Vec<u8>>()) {
            for text in [given, near, String::from_utf8_lossy(&bytes).into_owned()] {
                if let Ok(day) = Day::parse(&text) {
                    prop_assert_eq!(day.to_string(), text);
                }
            }
        }
    }

    #[test]
    fn the_schema_accepts_what_is_written_and_only_that_form() {
        let schema = serde_json::to_value(schemars::schema_for!(Day)).unwrap();
        for good in [Day::MIN, day("2025-09-17"), Day::MAX] {
            assert!(jsonschema::is_valid(&schema, &serde_json::to_value(good).unwrap()));
        }
        assert!(!jsonschema::is_valid(&schema, &serde_json::json!("17/09/2025")));
    }

    #[test]
    fn other_forms_are_refused() {
        for given in ["2025-9-17", "20250917", "2025-09-17 ", " 2025-09-17", "+025-09-17", "2025/09/17", "2025-09"] {
            assert!(matches!(Day::parse(given), Err(DayError::Form { .. })), "{given}");
        }
        assert_eq!(
            Day::parse("17/09/2025").unwrap_err().to_string(),
            "\"17/09/2025\" is not a day: a day is written YYYY-MM-DD, such as 2025-09-17"
        );
    }

    #[test]
    fn days_that_never_were_are_refused() {
        for given in ["2025-02-29", "1900-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00"] {
            assert!(matches!(Day::parse(given), Err(DayError::NoSuchDay { .. })), "{given}");
        }
        assert_eq!(day("2000-02-29").to_string(), "2000-02-29");
    }

    #[test]
    fn there_is_nothing_before_year_one_or_after_9999() {
        assert_eq!(Day::parse("0000-12-31"), Err(DayError::Year { year: 0 }));
        assert_eq!(Day::new(10_000, 1, 1), None);
        assert_eq!((Day::MIN.previous(), Day::MAX.next()), (None, None));
        assert_eq!((Day::MIN.to_string(), Day::MAX.to_string()), ("0001-01-01".into(), "9999-12-31".into()));
        let later = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
        assert_eq!(Day::try_from(later), Err(DayError::Year { year: 10_000 }));
    }

    #[test]
    fn the_seventeenth_of_september_2025_was_a_wednesday() {
        assert_eq!((day("2025-09-17").weekday(), day("2025-09-17").weekday_name()), (Weekday::Wed, "Wed"));
    }
}
