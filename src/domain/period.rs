//! `Period`: a span of years, months, weeks and days, as treaties and contracts state it ("within 30 days").
//!
//! A period is kept as it was stated: three months are not ninety days, and how long they are is known only once
//! they are counted from a day. Working days are not a period; they need a calendar.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::typed::{self, TypedError};

/// The most of each unit that is kept: each alone already spans every day there is.
const YEARS_MOST: u32 = 9_999;
const MONTHS_MOST: u32 = 119_988;
const WEEKS_MOST: u32 = 521_722;
const DAYS_MOST: u32 = 3_652_059;

/// The words for units that may stand in a friendly period; `m` is not among them, since it reads as minutes.
const UNIT_WORDS: [&str; 17] = [
    "years", "year", "yrs", "yr", "y", "months", "month", "mos", "mo", "weeks", "week", "wks", "wk", "w", "days",
    "day", "d",
];

/// A date period of ISO 8601: years, months, weeks and days, none negative; written as `P1Y2M3W4D`.
///
/// Two periods are equal when they state the same numbers: `P1Y` is not `P12M`, though both add the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    years: u32,
    months: u32,
    weeks: u32,
    days: u32,
}

/// What happens when a count of months arrives in a month that lacks the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonthEnd {
    /// The last day of that month: 31 January and one month is 28 February.
    Clamp,
    /// The first day of the next month: 31 January and one month is 1 March.
    Spill,
}

/// Why a text was refused as a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The text itself cannot be read.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Of no form that is read.
    #[error("{given:?} is not a period: write P30D, P3M, P2W, P1Y2M10D, or 30 days, 3 months, 1 year 2 months")]
    Form {
        /// What was given.
        given: String,
    },
    /// Holds hours, minutes or seconds.
    #[error("{given:?} holds hours, minutes or seconds: a period has years, months (M in P3M, else mo), weeks, days")]
    TimePart {
        /// What was given.
        given: String,
    },
    /// Holds part of a unit.
    #[error("{given:?} holds a fraction: a period has whole years, months, weeks and days, such as P1Y6M")]
    Fraction {
        /// What was given.
        given: String,
    },
    /// Counts backwards.
    #[error("{given:?} is negative: a period is a length, and its direction is said with before or after")]
    Negative {
        /// What was given.
        given: String,
    },
    /// More of a unit than all days there are.
    #[error("{given:?} has too many {unit}: at most {most} are kept")]
    TooMuch {
        /// What was given.
        given: String,
        /// The unit, in the plural.
        unit: &'static str,
        /// The most of it.
        most: u32,
    },
}

impl Period {
    /// Makes a period of whole units.
    ///
    /// # Errors
    ///
    /// [`PeriodError::TooMuch`] beyond 9,999 years, 119,988 months, 521,722 weeks or 3,652,059 days.
    pub fn new(years: u32, months: u32, weeks: u32, days: u32) -> Result<Self, PeriodError> {
        let period = Self { years, months, weeks, days };
        period.bounded(|| period.to_string())
    }

    /// Reads a period: `P30D`, `P3M`, `P2W`, `P1Y2M10D`, or the friendly `30 days`, `1 year 2 months`.
    ///
    /// The friendly forms are those of the jiff crate's span parser, cut down to these four units.
    ///
    /// # Errors
    ///
    /// [`PeriodError`] for any other form, a time part, a fraction, a negative number, or too much of a unit.
    pub fn parse(given: &str) -> Result<Self, PeriodError> {
        typed::check(given)?;
        let owned = || given.to_owned();
        if given.contains('-') || given.ends_with("ago") {
            return Err(PeriodError::Negative { given: owned() });
        }
        if given.contains(['.', ',']) {
            return Err(PeriodError::Fraction { given: owned() });
        }
        let read = match given.strip_prefix('P') {
            Some(rest) => designated(rest),
            None => friendly(given),
        };
        match read {
            Ok([years, months, weeks, days]) => {
                let period = Self { years, months, weeks, days };
                period.bounded(owned)
            }
            Err(Unread::Form) => Err(PeriodError::Form { given: owned() }),
            Err(Unread::TimePart) => Err(PeriodError::TimePart { given: owned() }),
        }
    }

    /// The whole years.
    pub fn years(self) -> u32 {
        self.years
    }

    /// The whole months beside the years; may be more than eleven, as it was stated.
    pub fn months(self) -> u32 {
        self.months
    }

    /// The whole weeks.
    pub fn weeks(self) -> u32 {
        self.weeks
    }

    /// The whole days beside the weeks.
    pub fn days(self) -> u32 {
        self.days
    }

    /// The period in days, unless it holds months or years, whose length depends on where they are counted from.
    #[must_use]
    pub fn in_days(self) -> Option<u32> {
        let days = u32::try_from(self.all_days()).ok()?;
        (self.all_months() == 0).then_some(days)
    }

    /// Whether the period has no length.
    pub fn is_zero(self) -> bool {
        [self.years, self.months, self.weeks, self.days] == [0; 4]
    }

    /// The day this much later: years and months first, under the month-end rule, then weeks and days.
    ///
    /// `None` when that is after [`Day::MAX`].
    pub fn add_to(self, day: Day, month_end: MonthEnd) -> Option<Day> {
        shift_months(day, self.all_months(), month_end)?.plus_days(self.all_days())
    }

    /// The day this much earlier: years and months first, under the month-end rule, then weeks and days.
    ///
    /// `None` when that is before [`Day::MIN`]. Taking away is not the opposite of adding at a month's end:
    /// 31 March less one month is 28 February, or 1 March when it spills.
    pub fn subtract_from(self, day: Day, month_end: MonthEnd) -> Option<Day> {
        shift_months(day, -self.all_months(), month_end)?.plus_days(-self.all_days())
    }

    /// This period, if each unit is within its bound.
    fn bounded(self, given: impl FnOnce() -> String) -> Result<Self, PeriodError> {
        let excess = [
            (self.years, "years", YEARS_MOST),
            (self.months, "months", MONTHS_MOST),
            (self.weeks, "weeks", WEEKS_MOST),
            (self.days, "days", DAYS_MOST),
        ]
        .into_iter()
        .find(|(number, _, most)| number > most);
        match excess {
            None => Ok(self),
            Some((_, unit, most)) => Err(PeriodError::TooMuch { given: given(), unit, most }),
        }
    }

    /// Years and months in months; at most 239,976.
    fn all_months(self) -> i64 {
        i64::from(self.years) * 12 + i64::from(self.months)
    }

    /// Weeks and days in days; at most 7,304,113.
    fn all_days(self) -> i64 {
        i64::from(self.weeks) * 7 + i64::from(self.days)
    }
}

/// Moves a day by whole months; a day that the month lacks goes where the rule says.
fn shift_months(day: Day, months: i64, month_end: MonthEnd) -> Option<Day> {
    if months == 0 {
        return Some(day);
    }
    let number = i64::from(day.year()) * 12 + i64::from(day.month()) - 1 + months;
    let year = i32::try_from(number.div_euclid(12)).ok()?;
    let month = u32::try_from(number.rem_euclid(12)).ok()? + 1;
    let first = Day::new(year, month, 1)?;
    let last = first.days_in_month();
    match month_end {
        _ if day.day_of_month() <= last => Day::new(year, month, day.day_of_month()),
        MonthEnd::Clamp => Day::new(year, month, last),
        MonthEnd::Spill => first.plus_days(i64::from(last)),
    }
}

/// Why neither form could be read; the caller adds the text.
enum Unread {
    Form,
    TimePart,
}

/// Reads what follows the `P`: numbers with their designators, each at most once and in this order.
fn designated(rest: &str) -> Result<[u32; 4], Unread> {
    if rest.contains('T') {
        return Err(Unread::TimePart);
    }
    if rest.is_empty() {
        return Err(Unread::Form);
    }
    let mut numbers = [0; 4];
    let mut rest = rest;
    for (number, designator) in numbers.iter_mut().zip(['Y', 'M', 'W', 'D']) {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at(length);
        if let Some(after) = after.strip_prefix(designator) {
            if digits.is_empty() {
                return Err(Unread::Form);
            }
            // Only digits are left, so the one way to fail is a number that is too large: the bound says so.
            *number = digits.parse().unwrap_or(u32::MAX);
            rest = after;
        }
    }
    if rest.is_empty() { Ok(numbers) } else { Err(Unread::Form) }
}

/// Reads words such as `1 year 2 months`.
fn friendly(given: &str) -> Result<[u32; 4], Unread> {
    let lower = given.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    match jiff::fmt::friendly::SpanParser::new().parse_span(&lower) {
        // A span holds nothing of a unit that was never named, so known words mean that only dates are in it.
        Ok(span) if words.all(|word| UNIT_WORDS.contains(&word)) && !lower.contains(':') => {
            let whole = |number: i32| u32::try_from(number).map_err(|_| Unread::Form);
            Ok([
                whole(span.get_years().into())?,
                whole(span.get_months())?,
                whole(span.get_weeks())?,
                whole(span.get_days())?,
            ])
        }
        Ok(_) => Err(Unread::TimePart),
        Err(_) => Err(Unread::Form),
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("P0D");
        }
        f.write_str("P")?;
        for (number, designator) in [(self.years, 'Y'), (self.months, 'M'), (self.weeks, 'W'), (self.days, 'D')] {
            if number > 0 {
                write!(f, "{number}{designator}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Period({self})")
    }
}

impl std::str::FromStr for Period {
    type Err = PeriodError;
    fn from_str(given: &str) -> Result<Self, PeriodError> {
        Self::parse(given)
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;
    fn try_from(given: String) -> Result<Self, PeriodError> {
        Self::parse(&given)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 3,
            "maxLength": 64,
            "pattern": "^P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::tests::{any_day, day};
    use MonthEnd::{Clamp, Spill};
    use proptest::prelude::*;

    fn period(given: &str) -> Period {
        Period::parse(given).unwrap()
    }

    /// Any period, with small numbers as likely as large ones.
    fn any_period() -> impl Strategy<Value = Period> {
        let upto = |most: u32| prop_oneof![Just(0), 0..=40u32, 0..=most];
        (upto(YEARS_MOST), upto(MONTHS_MOST), upto(WEEKS_MOST), upto(DAYS_MOST))
            .prop_map(|(y, m, w, d)| Period::new(y, m, w, d).unwrap())
    }

    proptest! {
        #[test]
        fn a_period_survives_its_own_text(period in any_period()) {
            prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
            let json = serde_json::to_string(&period).unwrap();
            prop_assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
        }

        #[test]
        fn the_schema_accepts_every_period(period in any_period()) {
            let schema = serde_json::to_value(schemars::schema_for!(Period)).unwrap();
            prop_assert!(jsonschema::is_valid(&schema, &serde_json::to_value(period).unwrap()));
        }

        #[test]
        fn the_friendly_words_say_the_same(y in 0..9_999u32, m in 0..9_999u32, w in 0..9_999u32, d in 0..9_999u32) {
            let friendly = format!("{y} years {m} months {w} weeks {d} days");
            prop_assert_eq!(Period::parse(&friendly), Period::new(y, m, w, d));
        }

        #[test]
        fn spilling_is_at_most_one_day_after_clamping(start in any_day(), months in 0..=2_400u32) {
            let months = Period::new(0, months, 0, 0).unwrap();
            if let Some(clamped) = months.add_to(start, Clamp) {
                let spilled = months.add_to(start, Spill).unwrap();
                if clamped.day_of_month() == start.day_of_month() {
                    prop_assert_eq!(spilled, clamped);
                } else {
                    prop_assert_eq!(Some(spilled), clamped.next());
                    prop_assert_eq!(spilled.day_of_month(), 1);
                }
            }
        }

        #[test]
        fn clamping_arrives_in_the_month_that_was_counted(start in any_day(), months in 0..=2_400u32) {
            let number = |day: Day| day.year() * 12 + i32::try_from(day.month()).unwrap();
            if let Some(end) = Period::new(0, months, 0, 0).unwrap().add_to(start, Clamp) {
                prop_assert_eq!(number(end) - number(start), i32::try_from(months).unwrap());
                prop_assert!(end.day_of_month() <= start.day_of_month());
            }
        }

        #[test]
        fn a_later_start_never_gives_an_earlier_end(a in any_day(), b in any_day(), period in any_period()) {
            let (a, b) = (a.min(b), a.max(b));
            for rule in [Clamp, Spill] {
                if let (Some(from_a), Some(from_b)) = (period.add_to(a, rule), period.add_to(b, rule)) {
                    prop_assert!(from_a <= from_b);
                }
            }
        }

        #[test]
        fn weeks_and_days_taken_away_come_back(start in any_day(), w in 0..=999u32, d in 0..=9_999u32) {
            let period = Period::new(0, 0, w, d).unwrap();
            if let Some(end) = period.add_to(start, Clamp) {
                prop_assert_eq!(start.days_until(end), i64::from(w * 7 + d));
                prop_assert_eq!(period.subtract_from(end, Spill), Some(start));
            }
        }

        #[test]
        fn the_largest_periods_leave_the_calendar_quietly(start in any_day(), period in any_period()) {
            for rule in [Clamp, Spill] {
                prop_assert!(period.add_to(start, rule).is_none_or(|end| end >= start));
                prop_assert!(period.subtract_from(start, rule).is_none_or(|end| end <= start));
            }
        }

        #[test]
        fn no_text_breaks_it(
            given in "\\PC*",
            near in "P[0-9YMWDT.-]{0,24}",
            words in "[0-9]{1,12} ?(d|days|mo|m|years|hours|W)( [0-9]{1,9} ?(d|s|ago))?",
            bytes in any::<Vec<u8>>(),
        ) {
            for text in [given, near, words, String::from_utf8_lossy(&bytes).into_owned()] {
                if let Ok(period) = Period::parse(&text) {
                    prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
                }
            }
        }
    }

    #[test]
    fn the_known_counts_come_out() {
        let add = |start, text, rule| period(text).add_to(day(start), rule).unwrap();
        assert_eq!(add("2022-03-31", "P3M", Clamp), day("2022-06-30"));
        assert_eq!(add("2008-03-31", "P3M", Spill), day("2008-07-01"));
        assert_eq!(add("2025-09-17", "P30D", Clamp), day("2025-10-17"));
        assert_eq!(add("2025-01-31", "P1M", Clamp), day("2025-02-28"));
        assert_eq!(add("2024-02-29", "P1Y", Clamp), day("2025-02-28"));
        assert_eq!(add("2024-02-29", "P1Y", Spill), day("2025-03-01"));
        assert_eq!(add("2024-02-29", "P4Y", Spill), day("2028-02-29"));
        assert_eq!(period("P90D").subtract_from(day("2026-12-31"), Clamp), Some(day("2026-10-02")));
        assert_eq!(period("P1M").subtract_from(day("2025-03-31"), Clamp), Some(day("2025-02-28")));
        assert_eq!(period("P1M").subtract_from(day("2025-03-31"), Spill), Some(day("2025-03-01")));
    }

    #[test]
    fn months_come_before_days() {
        assert_eq!(period("P1M1D").add_to(day("2025-01-31"), Clamp), Some(day("2025-03-01")));
        assert_eq!(period("P1M1D").add_to(day("2025-01-31"), Spill), Some(day("2025-03-02")));
    }

    #[test]
    fn a_period_is_written_as_iso_says() {
        for (given, written) in [
            ("P030D", "P30D"),
            ("P0Y3M", "P3M"),
            ("P1Y2M10D", "P1Y2M10D"),
            ("P0D", "P0D"),
            ("30 days", "P30D"),
            ("3 months", "P3M"),
            ("2w", "P2W"),
            ("1 year 2 months", "P1Y2M"),
            ("1Y 2MO", "P1Y2M"),
        ] {
            assert_eq!(period(given).to_string(), written, "{given}");
        }
        assert!(period("P0W").is_zero() && !period("P1D").is_zero());
    }

    #[test]
    fn each_wrong_form_has_its_own_reason() {
        for given in ["P", "P3", "PD", "p30d", "P1D1Y", "P1M2M", "30", "days", "soon", "P 3D", "3 fortnights"] {
            assert!(matches!(Period::parse(given), Err(PeriodError::Form { .. })), "{given}");
        }
        for given in ["PT1H", "P1DT1H", "P1DT", "3m", "2 hours", "0 hours", "1 day 00:00:00", "1 day 3 minutes"] {
            assert!(matches!(Period::parse(given), Err(PeriodError::TimePart { .. })), "{given}");
        }
        for given in ["P1.5M", "P0,5D", "1.5 days"] {
            assert!(matches!(Period::parse(given), Err(PeriodError::Fraction { .. })), "{given}");
        }
        for given in ["-P1D", "P-1D", "-3 days", "3 days ago"] {
            assert!(matches!(Period::parse(given), Err(PeriodError::Negative { .. })), "{given}");
        }
    }

    #[test]
    fn more_than_there_are_days_is_refused() {
        for given in ["P10000Y", "P119989M", "P521723W", "P3652060D", "P99999999999999999999D"] {
            assert!(matches!(Period::parse(given), Err(PeriodError::TooMuch { .. })), "{given}");
        }
        assert_eq!(
            Period::parse("P10000Y").unwrap_err().to_string(),
            "\"P10000Y\" has too many years: at most 9999 are kept"
        );
        assert_eq!(period("P3652058D").add_to(Day::MIN, Clamp), Some(Day::MAX));
        assert_eq!(period("P3652059D").add_to(Day::MIN, Clamp), None);
    }
}
