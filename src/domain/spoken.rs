//! The dates that people say: EDTF, and a few words counted from today.
//!
//! The grammar is closed, and today is handed in. What has two readings (`monday`, `03/04/2027`) or is plain in
//! words but not in form (`17 September 2025`) is refused, and the refusal offers what to type instead; a date in
//! a register is never guessed. To add a word, add it to `relative` and to `ACCEPTED`.

use chrono::Weekday;

use super::day::Day;
use super::edtf::{Edtf, EdtfError};
use super::period::{MonthEnd, Period, PeriodError};
use super::typed::{self, TypedError};

/// A date as it was said on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    date: Edtf,
    as_printed: Option<String>,
}

/// Why something was refused as a spoken date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpokenError {
    /// The text itself cannot be read.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Meant as EDTF, but refused.
    #[error(transparent)]
    Edtf(EdtfError),
    /// Of no form that is read.
    #[error("{given:?} is not a date that is understood (accepted: {ACCEPTED})")]
    Unknown {
        /// What was given.
        given: String,
    },
    /// A day of the week, which is in the past for some and in the future for others.
    #[error("{given:?} can be more than one day: write {}", offer(readings))]
    Weekday {
        /// What was given.
        given: String,
        /// The last such day up to today, then the first after today; at the calendar's ends only one of them.
        readings: Vec<Day>,
    },
    /// Three numbers, but not `YYYY-MM-DD`: their order differs by country.
    #[error(
        "{given:?} is not YYYY-MM-DD, and the order of day and month differs by country: write {}",
        offer(readings)
    )]
    Numbers {
        /// What was given.
        given: String,
        /// The day read with the day first, then with the month first, where there is such a day; each once.
        readings: Vec<Day>,
    },
    /// The name of a month.
    #[error("{given:?} names the month in words: write {}", offer_one(reading.as_ref()))]
    MonthName {
        /// What was given.
        given: String,
        /// The same in EDTF, if it is a date.
        reading: Option<Edtf>,
    },
    /// Counted past the ends of the calendar.
    #[error("{given:?} counted from {today} is out of range: years run from 0001 to 9999")]
    OutOfRange {
        /// What was given.
        given: String,
        /// The day it was counted from.
        today: Day,
    },
    /// A date, but not one day, where one day is needed.
    #[error("{given:?} is not one certain day, and one is needed here: write YYYY-MM-DD, such as 2025-09-17")]
    NotOneDay {
        /// What was given.
        given: String,
        /// The date that it is.
        date: Edtf,
    },
}

/// The accepted forms, for messages.
const ACCEPTED: &str = "2025-09-17, 2025-09, XXXX-06-26, ../2025-09-17 and other EDTF; today, yesterday, tomorrow; \
                        3 days|weeks|months|years ago; in 3 days|weeks|months|years";

/// The names of the months; the first three letters are enough, and `sept` is known too.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Spoken {
    /// The date.
    pub fn date(&self) -> Edtf {
        self.date
    }

    /// The words that were said, where the date was counted from today: `3 days ago`.
    pub fn as_printed(&self) -> Option<&str> {
        self.as_printed.as_deref()
    }

    /// The date and the words.
    pub fn into_parts(self) -> (Edtf, Option<String>) {
        (self.date, self.as_printed)
    }
}

/// Reads a date: EDTF, `today`, `yesterday`, `tomorrow`, `N days ago`, or `in N days`.
///
/// Units are days, weeks, months and years; months and years count to the last day of a month that is too short
/// (31 March, 1 month ago: 28 February). Words are read in any case, and white space around the text is no part
/// of it.
///
/// # Errors
///
/// [`SpokenError`] with what to type instead, where the text leaves no doubt what was meant.
pub fn parse_spoken(given: &str, today: Day) -> Result<Spoken, SpokenError> {
    typed::check(given)?;
    let text = given.trim();
    let refused = match Edtf::parse(text) {
        Ok(date) => return Ok(Spoken { date, as_printed: None }),
        Err(EdtfError::Typed(error)) => return Err(error.into()),
        Err(error) => error,
    };
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    if let Some(day) = relative(text, &words, today) {
        return Ok(Spoken { date: day?.into(), as_printed: Some(text.to_owned()) });
    }
    let better = weekday(text, &words, today).or_else(|| numbers(text)).or_else(|| month_name(text, &words));
    Err(better.unwrap_or_else(|| unread(text, refused)))
}

/// Reads a date as [`parse_spoken`] does, where only one certain day will do.
///
/// # Errors
///
/// [`SpokenError::NotOneDay`] for a month, an interval, an uncertain day and the like; else as [`parse_spoken`].
pub fn parse_day_spoken(given: &str, today: Day) -> Result<Day, SpokenError> {
    let date = parse_spoken(given, today)?.date;
    date.exact().ok_or_else(|| SpokenError::NotOneDay { given: given.trim().to_owned(), date })
}

/// The day that the words count to from today; `None` when they are no such words.
fn relative(given: &str, words: &[&str], today: Day) -> Option<Result<Day, SpokenError>> {
    let day = match words {
        ["today"] => Some(today),
        ["yesterday"] => today.previous(),
        ["tomorrow"] => today.next(),
        [number, unit, "ago"] => {
            period(number, unit)?.ok().and_then(|period| period.subtract_from(today, MonthEnd::Clamp))
        }
        ["in", number, unit] => period(number, unit)?.ok().and_then(|period| period.add_to(today, MonthEnd::Clamp)),
        _ => return None,
    };
    Some(day.ok_or_else(|| SpokenError::OutOfRange { given: given.to_owned(), today }))
}

/// A number of one unit; `None` when it is not a number or not a unit.
fn period(number: &str, unit: &str) -> Option<Result<Period, PeriodError>> {
    if !is_number(number) {
        return None;
    }
    // Only digits are left, so the one way to fail is a number that is too large: the period's bound says so.
    let number = number.parse().unwrap_or(u32::MAX);
    match unit {
        "year" | "years" => Some(Period::new(number, 0, 0, 0)),
        "month" | "months" => Some(Period::new(0, number, 0, 0)),
        "week" | "weeks" => Some(Period::new(0, 0, number, 0)),
        "day" | "days" => Some(Period::new(0, 0, 0, number)),
        _ => None,
    }
}

/// The refusal of a day of the week: the last up to today, and the first after it, are offered.
fn weekday(given: &str, words: &[&str], today: Day) -> Option<SpokenError> {
    let name = match words {
        [name] | ["on" | "next" | "last" | "this" | "coming" | "past", name] => *name,
        _ => return None,
    };
    // Chrono reads the full English names and their first three letters, and nothing else.
    let wanted: Weekday = name.parse().ok()?;
    let back = i64::from(today.weekday().days_since(wanted));
    let readings = [today.plus_days(-back), today.plus_days(7 - back)].into_iter().flatten().collect();
    Some(SpokenError::Weekday { given: given.to_owned(), readings })
}

/// The refusal of three numbers with one separator: the days that they can be are offered.
fn numbers(given: &str) -> Option<SpokenError> {
    let separator = given.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let fields: Vec<&str> = given.split(separator).collect();
    let &[a, b, c] = fields.as_slice() else {
        return None;
    };
    if !fields.iter().all(|field| is_number(field)) {
        return None;
    }
    let day = |year: &str, month: &str, day: &str| Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let readings = match (a.len(), b.len(), c.len()) {
        // Of the right form, but no such day: EDTF says why.
        (4, 2, 2) if separator == '-' => return None,
        (1 | 2, 1 | 2, 4) => [day(c, b, a), day(c, a, b)],
        (4, 1 | 2, 1 | 2) => [day(a, b, c), None],
        // Two figures leave the century open, so nothing is offered.
        (1 | 2, 1 | 2, 1 | 2) => [None, None],
        _ => return None,
    };
    let mut readings: Vec<Day> = readings.into_iter().flatten().collect();
    readings.dedup();
    Some(SpokenError::Numbers { given: given.to_owned(), readings })
}

/// The refusal of a month's name with a day, a year or both: the same in EDTF is offered.
fn month_name(given: &str, words: &[&str]) -> Option<SpokenError> {
    let place = words.iter().position(|word| month_number(word).is_some())?;
    let month = month_number(words.get(place)?)?;
    let (mut years, mut days) = (Vec::new(), Vec::new());
    for (_, word) in words.iter().enumerate().filter(|(at, _)| *at != place) {
        let number = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        match (number.len(), word.get(number.len()..)?) {
            (1 | 2, "" | "st" | "nd" | "rd" | "th") if is_number(number) => days.push(number),
            (4, "") if is_number(number) => years.push(number),
            _ => return None,
        }
    }
    let written = match (years.as_slice(), days.as_slice()) {
        ([year], [day]) => format!("{year}-{month:02}-{day:0>2}"),
        ([], [day]) => format!("XXXX-{month:02}-{day:0>2}"),
        ([year], []) => format!("{year}-{month:02}"),
        ([], []) => format!("XXXX-{month:02}"),
        _ => return None,
    };
    let reading = Edtf::parse(&written).ok();
    Some(SpokenError::MonthName { given: given.to_owned(), reading })
}

/// The month that a word names, from 1: in full, by its first three letters, or `sept`, with or without a full stop.
fn month_number(word: &str) -> Option<usize> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let word = if word == "sept" { "sep" } else { word };
    let named = |name: &&str| *name == word || name.get(..3) == Some(word);
    MONTHS.iter().position(named).map(|place| place + 1)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The refusal of all else: words are answered with the words that are known, and what looks like EDTF with what is
/// wrong with it.
fn unread(given: &str, refused: EdtfError) -> SpokenError {
    let like_edtf = given.chars().all(|c| !c.is_ascii_lowercase())
        && given.contains(|c: char| c.is_ascii_digit() || matches!(c, 'X' | '.' | '/'));
    if like_edtf || matches!(refused, EdtfError::TimeOfDay { .. }) {
        SpokenError::Edtf(refused)
    } else {
        SpokenError::Unknown { given: given.to_owned() }
    }
}

/// What to type: `2027-04-03 or 2027-03-04`, with the days of the week.
fn offer(readings: &[Day]) -> String {
    if readings.is_empty() {
        return "YYYY-MM-DD".to_owned();
    }
    let named: Vec<String> = readings.iter().map(|day| format!("{day} ({})", day.weekday_name())).collect();
    named.join(" or ")
}

/// What to type: the date in EDTF, or its form.
fn offer_one(reading: Option<&Edtf>) -> String {
    match reading {
        Some(edtf) if edtf.has_unknown_year() => format!("{edtf}, or the year in place of XXXX"),
        Some(edtf) => edtf.to_string(),
        None => "YYYY-MM-DD".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::tests::{any_day, day};
    use proptest::prelude::*;

    /// A Wednesday.
    fn today() -> Day {
        day("2025-09-17")
    }

    fn said(given: &str) -> String {
        parse_spoken(given, today()).unwrap().date().to_string()
    }

    fn refusal(given: &str) -> String {
        parse_spoken(given, today()).unwrap_err().to_string()
    }

    proptest! {
        #[test]
        fn a_day_said_is_that_day_whatever_today_is(said in any_day(), today in any_day()) {
            prop_assert_eq!(parse_day_spoken(&said.to_string(), today), Ok(said));
            let spoken = parse_spoken(&said.to_string(), today).unwrap();
            prop_assert_eq!(spoken.into_parts(), (Edtf::from(said), None));
        }

        #[test]
        fn days_ago_and_days_ahead_are_counted(today in any_day(), days in 0..=4_000_000u32) {
            let ago = parse_day_spoken(&format!("{days} days ago"), today);
            prop_assert_eq!(ago.ok(), today.plus_days(-i64::from(days)));
            let ahead = parse_day_spoken(&format!("in {days} days"), today);
            prop_assert_eq!(ahead.ok(), today.plus_days(i64::from(days)));
        }

        #[test]
        fn seven_days_are_a_week_and_twelve_months_a_year(today in any_day(), n in 0..=900u32) {
            let said = |text: String| parse_day_spoken(&text, today).ok();
            prop_assert_eq!(said(format!("{n} weeks ago")), said(format!("{} days ago", n * 7)));
            prop_assert_eq!(said(format!("in {n} years")), said(format!("in {} months", n * 12)));
        }

        #[test]
        fn a_weekday_offers_a_week_around_today(today in any_day(), which in 0..7usize) {
            let name = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][which];
            let Err(SpokenError::Weekday { readings, .. }) = parse_spoken(name, today) else {
                return Err(TestCaseError::fail("a weekday was taken for a date"));
            };
            for reading in &readings {
                prop_assert_eq!(reading.weekday().num_days_from_monday() as usize, which);
                prop_assert!((-6..=7).contains(&today.days_until(*reading)));
            }
            prop_assert!(!readings.is_empty());
        }

        #[test]
        fn no_text_breaks_it(
            given in "\\PC*",
            near in "(in |next )?[0-9a-z/.-]{0,6} ?(days?|weeks|months|years|monday|sept|may)?( ago| [0-9]{1,5})?",
            numbers in "[0-9]{0,5}[/.-][0-9]{0,3}[/.-][0-9]{0,5}",
            bytes in any::<Vec<u8>>(),
            today in any_day(),
        ) {
            for text in [given, near, numbers, String::from_utf8_lossy(&bytes).into_owned()] {
                match parse_spoken(&text, today) {
                    Ok(spoken) => prop_assert_eq!(spoken.date().exact().is_some(), parse_day_spoken(&text, today).is_ok()),
                    Err(error) => prop_assert!(error.to_string().chars().all(|c| !c.is_control())),
                }
            }
        }
    }

    #[test]
    fn words_are_counted_from_today_and_kept() {
        for (given, date) in [
            ("today", "2025-09-17"),
            ("Yesterday", "2025-09-16"),
            ("tomorrow", "2025-09-18"),
            ("3 days ago", "2025-09-14"),
            ("1 day ago", "2025-09-16"),
            ("2 weeks ago", "2025-09-03"),
            ("1 month ago", "2025-08-17"),
            ("10 years ago", "2015-09-17"),
            ("in 30 days", "2025-10-17"),
            ("IN 2 WEEKS", "2025-10-01"),
            ("in 3 months", "2025-12-17"),
            ("in 1 year", "2026-09-17"),
        ] {
            let spoken = parse_spoken(given, today()).unwrap();
            assert_eq!((spoken.date().to_string().as_str(), spoken.as_printed()), (date, Some(given)));
        }
        let end_of_march = parse_day_spoken("1 month ago", day("2025-03-31"));
        assert_eq!(end_of_march, Ok(day("2025-02-28")));
    }

    #[test]
    fn edtf_is_taken_as_it_is() {
        for given in ["2025-09-17", "2025-09", "202X", "XXXX-06-26", "../2025-09-17", "2025-09~", "2004-06/2006"] {
            assert_eq!(said(given), given);
        }
        assert_eq!(parse_spoken("  2025-09 ", today()).unwrap().into_parts(), (Edtf::parse("2025-09").unwrap(), None));
    }

    #[test]
    fn a_day_of_the_week_is_refused_with_both_days() {
        assert_eq!(
            refusal("monday"),
            "\"monday\" can be more than one day: write 2025-09-15 (Mon) or 2025-09-22 (Mon)"
        );
        assert_eq!(
            refusal("next Wed"),
            "\"next Wed\" can be more than one day: write 2025-09-17 (Wed) or 2025-09-24 (Wed)"
        );
        assert!(refusal("Thursday").ends_with("write 2025-09-11 (Thu) or 2025-09-18 (Thu)"));
    }

    #[test]
    fn slash_dates_are_refused_with_both_readings() {
        assert_eq!(
            refusal("03/04/2027"),
            "\"03/04/2027\" is not YYYY-MM-DD, and the order of day and month differs by country: write 2027-04-03 (Sat) or 2027-03-04 (Thu)"
        );
        assert!(refusal("17/09/2025").ends_with("write 2025-09-17 (Wed)"));
        assert!(refusal("4.4.2027").ends_with("write 2027-04-04 (Sun)"));
        assert!(refusal("2027/4/3").ends_with("write 2027-04-03 (Sat)"));
        assert!(refusal("03/04/27").ends_with("write YYYY-MM-DD"));
        assert!(refusal("31/31/2027").ends_with("write YYYY-MM-DD"));
    }

    #[test]
    fn month_names_are_refused_with_the_iso_form() {
        for (given, offered) in [
            ("17 September 2025", "2025-09-17"),
            ("September 17, 2025", "2025-09-17"),
            ("17th Sept. 2025", "2025-09-17"),
            ("1st may 2025", "2025-05-01"),
            ("September 2025", "2025-09"),
            ("26 June", "XXXX-06-26, or the year in place of XXXX"),
            ("31 June 2025", "YYYY-MM-DD"),
        ] {
            assert_eq!(refusal(given), format!("{given:?} names the month in words: write {offered}"));
        }
    }

    #[test]
    fn a_wrong_date_gets_the_reason_and_a_wrong_word_gets_the_grammar() {
        let error = |given| parse_spoken(given, today()).unwrap_err();
        assert!(matches!(error("2025-02-30"), SpokenError::Edtf(EdtfError::Grammar { .. })));
        assert!(matches!(error("2025-09-17T10:00"), SpokenError::Edtf(EdtfError::TimeOfDay { .. })));
        assert!(matches!(error("2026/2025"), SpokenError::Edtf(EdtfError::Backwards { .. })));
        for given in ["soon", "3 fortnights ago", "in 5 working days", "a week ago", "in -3 days", "mondays", "NOW"] {
            assert!(matches!(error(given), SpokenError::Unknown { .. }), "{given}");
        }
        assert!(matches!(error("5000000 days ago"), SpokenError::OutOfRange { .. }));
        assert!(matches!(error("99999999999999999999 years ago"), SpokenError::OutOfRange { .. }));
        assert!(matches!(error("   "), SpokenError::Typed(TypedError::Empty)));
        assert!(matches!(error("tod\u{e4}y"), SpokenError::Typed(TypedError::Foreign { .. })));
    }

    #[test]
    fn where_one_day_is_needed_nothing_else_will_do() {
        assert_eq!(parse_day_spoken("yesterday", today()), Ok(day("2025-09-16")));
        for given in ["2025-09", "2025-09-17?", "../2025-09-17", "XXXX-06-26"] {
            assert!(matches!(parse_day_spoken(given, today()), Err(SpokenError::NotOneDay { .. })), "{given}");
        }
    }
}
