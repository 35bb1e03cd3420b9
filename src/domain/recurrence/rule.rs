//! A recurrence rule as people write it (RFC 5545, section 3.3.10), in whole days and with an end.
//!
//! It is read strictly and written in one form: the parts in the RFC's order, lists sorted, what is the default left
//! out. The `rrule` crate judges what the RFC forbids; its own way to write a rule is not used, since it writes
//! `BYDAY=1MO` as `BYDAY=MO`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{INSTANCES_MAX, RepeatError};
use crate::domain::day::Day;
use crate::domain::period::Period;
use chrono::Weekday;

/// The longest rule that is read, in bytes.
const RULE_MAX: usize = 200;

/// The largest interval: beyond it nothing recurs within [`super::SPAN_YEARS`].
const INTERVAL_MAX: u16 = 9_999;

/// How often something recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// By days.
    Daily,
    /// By weeks.
    Weekly,
    /// By months.
    Monthly,
    /// By years.
    Yearly,
}

impl Frequency {
    const fn word(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A recurrence rule that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepeatRule {
    pub(super) frequency: Frequency,
    pub(super) interval: u16,
    pub(super) months: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    /// Weekdays, each with which one of its month or year, 0 for every one.
    pub(super) weekdays: Vec<(i16, Weekday)>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
    pub(super) count: Option<u32>,
    pub(super) until: Option<Day>,
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

fn weekday_word(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

fn cut(part: &str) -> String {
    part.chars().take(80).collect()
}

fn form<T>(part: &str, why: impl Into<String>) -> Result<T, RepeatError> {
    Err(RepeatError::Form { part: cut(part), why: why.into() })
}

impl RepeatRule {
    /// Reads a rule such as `FREQ=MONTHLY;INTERVAL=3;COUNT=8`, without the word `RRULE`.
    ///
    /// # Errors
    ///
    /// [`RepeatError`] for another form, a frequency below a day, a rule without an end, or with too many instances.
    pub fn parse(given: &str) -> Result<Self, RepeatError> {
        if given.len() > RULE_MAX {
            return form(given, format!("a rule has at most {RULE_MAX} characters"));
        }
        let parts: Vec<&str> = given.split(';').collect();
        let mut rule = Self {
            frequency: frequency(&parts)?,
            interval: 1,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Mon,
            count: None,
            until: None,
        };
        let mut seen: Vec<&str> = Vec::new();
        for part in parts {
            let Some((name, value)) = part.split_once('=') else {
                return form(part, "a part is written NAME=VALUE, and parts are parted by semicolons");
            };
            if seen.contains(&name) {
                return form(part, format!("{name} is there twice"));
            }
            seen.push(name);
            rule.take(part, name, value)?;
        }
        rule.check(given)?;
        Ok(rule)
    }

    /// Takes one part over.
    fn take(&mut self, part: &str, name: &str, value: &str) -> Result<(), RepeatError> {
        match name {
            "FREQ" => {}
            "INTERVAL" => match value.parse::<u16>() {
                Ok(interval) if plain(value) && (1..=INTERVAL_MAX).contains(&interval) => self.interval = interval,
                _ => return form(part, format!("an interval is a number from 1 to {INTERVAL_MAX}")),
            },
            "COUNT" => match value.parse::<u32>() {
                Ok(count) if plain(value) && count > 0 => {
                    if count > INSTANCES_MAX {
                        return Err(RepeatError::TooMany { given: count.to_string() });
                    }
                    self.count = Some(count);
                }
                _ if plain(value) && value.len() > 9 => return Err(RepeatError::TooMany { given: cut(value) }),
                _ => return form(part, format!("a count is a number from 1 to {INSTANCES_MAX}")),
            },
            "UNTIL" => self.until = Some(last_day(part, value)?),
            "WKST" => match WEEKDAYS.iter().find(|(word, _)| *word == value) {
                Some((_, day)) => self.week_start = *day,
                None => return form(part, "a week starts on MO, TU, WE, TH, FR, SA or SU"),
            },
            "BYMONTH" => self.months = numbers(part, value, 1, 12, false)?,
            "BYWEEKNO" => self.weeks = numbers(part, value, 1, 53, true)?,
            "BYYEARDAY" => self.year_days = numbers(part, value, 1, 366, true)?,
            "BYMONTHDAY" => self.month_days = numbers(part, value, 1, 31, true)?,
            "BYSETPOS" => self.positions = numbers(part, value, 1, 366, true)?,
            "BYDAY" => self.weekdays = weekdays(part, value)?,
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => return Err(RepeatError::WithinDay { freq: name.to_owned() }),
            "DTSTART" | "DTEND" | "EXDATE" | "EXRULE" | "RDATE" | "DURATION" | "TZID" => {
                return Err(RepeatError::Beside { part: name.to_owned() });
            }
            _ if name.starts_with("RRULE") || name.starts_with("DTSTART") || name.starts_with("EXDATE") => {
                return Err(RepeatError::Beside { part: cut(name) });
            }
            _ => return form(part, "RFC 5545 knows no such part, and its words are upper case"),
        }
        Ok(())
    }

    /// What single parts cannot tell.
    fn check(&self, given: &str) -> Result<(), RepeatError> {
        match (self.count, self.until) {
            (None, None) => return Err(RepeatError::Endless { rule: self.to_string() }),
            (Some(_), Some(_)) => return form(given, "it ends either after COUNT instances or with UNTIL a day"),
            _ => {}
        }
        let numbered = self.weekdays.iter().any(|(nth, _)| *nth != 0);
        if numbered && !matches!(self.frequency, Frequency::Monthly | Frequency::Yearly) {
            return form(given, "only of a month or a year there is a first or last weekday");
        }
        if numbered && !self.weeks.is_empty() {
            return form(given, "a numbered weekday is of a month or year, and not of a week's number");
        }
        if !self.positions.is_empty() && !self.picks_days() && self.months.is_empty() {
            return form(given, "BYSETPOS picks among what another BY part gives");
        }
        self.lawful().map_err(|why| RepeatError::Form { part: cut(given), why })
    }

    /// Whether it says itself which days of a week, month or year are meant; else that is the first due date's day.
    #[must_use]
    pub fn picks_days(&self) -> bool {
        !(self.weeks.is_empty() && self.year_days.is_empty() && self.month_days.is_empty() && self.weekdays.is_empty())
    }

    /// The name of its first part that picks anything out of a calendar.
    #[must_use]
    pub fn picks(&self) -> Option<&'static str> {
        let parts = [
            ("BYMONTH", self.months.is_empty()),
            ("BYWEEKNO", self.weeks.is_empty()),
            ("BYYEARDAY", self.year_days.is_empty()),
            ("BYMONTHDAY", self.month_days.is_empty()),
            ("BYDAY", self.weekdays.is_empty()),
            ("BYSETPOS", self.positions.is_empty()),
        ];
        parts.into_iter().find(|(_, empty)| !empty).map(|(name, _)| name)
    }

    /// Whether its days keep the day of the month that the first due date has.
    #[must_use]
    pub fn keeps_day_of_month(&self) -> bool {
        matches!(self.frequency, Frequency::Monthly | Frequency::Yearly) && !self.picks_days()
    }

    /// Whether it names days that some months lack, as the 31st; those months are skipped.
    #[must_use]
    pub fn skips_months(&self) -> bool {
        self.month_days.iter().any(|day| day.unsigned_abs() > 28)
    }

    /// How many instances it has, where it says so.
    #[must_use]
    pub const fn count(&self) -> Option<u32> {
        self.count
    }

    /// The last day that an instance can be due, where it says so.
    #[must_use]
    pub const fn until(&self) -> Option<Day> {
        self.until
    }

    /// How long after one instance the next one is due.
    #[must_use]
    pub fn step(&self) -> Option<Period> {
        let interval = u32::from(self.interval);
        match self.frequency {
            Frequency::Daily => Period::new(0, 0, 0, interval),
            Frequency::Weekly => Period::new(0, 0, interval, 0),
            Frequency::Monthly => Period::new(0, interval, 0, 0),
            Frequency::Yearly => Period::new(interval, 0, 0, 0),
        }
        .ok()
    }
}

/// Only digits, in the one spelling of a number.
fn plain(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0')
}

fn frequency(parts: &[&str]) -> Result<Frequency, RepeatError> {
    let first = parts.first().copied().unwrap_or_default();
    let Some(word) = parts.iter().find_map(|part| part.strip_prefix("FREQ=")) else {
        if let Some(name) =
            ["RRULE:", "DTSTART", "EXDATE", "RDATE", "EXRULE"].into_iter().find(|n| first.starts_with(n))
        {
            return Err(RepeatError::Beside { part: name.trim_end_matches(':').to_owned() });
        }
        return form(first, "it has no FREQ, in upper case: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY");
    };
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(RepeatError::WithinDay { freq: word.to_owned() }),
        _ => form(&format!("FREQ={word}"), "a frequency is DAILY, WEEKLY, MONTHLY or YEARLY"),
    }
}

fn last_day(part: &str, value: &str) -> Result<Day, RepeatError> {
    if value.contains('T') {
        return form(part, "the end is a day such as UNTIL=20281231, without a time");
    }
    let digits = value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit());
    let day = digits.then(|| format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]));
    match day.and_then(|day| Day::parse(&day).ok()) {
        Some(day) => Ok(day),
        None => form(part, "the end is a day of eight digits, such as UNTIL=20281231"),
    }
}

fn numbers(part: &str, value: &str, least: i16, most: i16, negative: bool) -> Result<Vec<i16>, RepeatError> {
    let back = if negative { format!(", or -{least} to -{most} from the end") } else { String::new() };
    let mut all = Vec::new();
    for word in value.split(',') {
        let digits = word.strip_prefix('-').filter(|_| negative).unwrap_or(word);
        match word.parse::<i16>() {
            Ok(number) if plain(digits) && (least..=most).contains(&number.abs()) => all.push(number),
            _ => return form(part, format!("its numbers go from {least} to {most}{back}")),
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn weekdays(part: &str, value: &str) -> Result<Vec<(i16, Weekday)>, RepeatError> {
    let mut all = Vec::new();
    for word in value.split(',') {
        let found = WEEKDAYS.iter().find_map(|(name, day)| word.strip_suffix(name).map(|nth| (nth, *day)));
        let Some((nth, day)) = found else { return form(part, "weekdays are MO, TU, WE, TH, FR, SA, SU") };
        let digits = nth.strip_prefix(['-', '+']).unwrap_or(nth);
        let number = if nth.is_empty() { Some(0) } else { nth.parse::<i16>().ok().filter(|_| plain(digits)) };
        match number {
            Some(number) if number.abs() <= 53 => all.push((number, day)),
            _ => return form(part, "a weekday's number is from 1 to 53, or from -1 to -53 from the end, as in -1FR"),
        }
    }
    all.sort_unstable_by_key(|(nth, day)| (*nth, day.num_days_from_monday()));
    all.dedup();
    Ok(all)
}

impl fmt::Display for RepeatRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.word())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let lists = [
            ("BYMONTH", &self.months),
            ("BYWEEKNO", &self.weeks),
            ("BYYEARDAY", &self.year_days),
            ("BYMONTHDAY", &self.month_days),
        ];
        let list = |numbers: &[i16]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        for (name, numbers) in lists.into_iter().filter(|(_, numbers)| !numbers.is_empty()) {
            write!(f, ";{name}={}", list(numbers))?;
        }
        if !self.weekdays.is_empty() {
            let word = |(nth, day): &(i16, Weekday)| {
                let nth = if *nth == 0 { String::new() } else { nth.to_string() };
                format!("{nth}{}", weekday_word(*day))
            };
            write!(f, ";BYDAY={}", self.weekdays.iter().map(word).collect::<Vec<_>>().join(","))?;
        }
        if !self.positions.is_empty() {
            write!(f, ";BYSETPOS={}", list(&self.positions))?;
        }
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", weekday_word(self.week_start))?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if let Some(until) = self.until {
            write!(f, ";UNTIL={}", until.to_string().replace('-', ""))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for RepeatRule {
    type Error = RepeatError;
    fn try_from(given: String) -> Result<Self, RepeatError> {
        Self::parse(&given)
    }
}

impl From<RepeatRule> for String {
    fn from(rule: RepeatRule) -> Self {
        rule.to_string()
    }
}

impl JsonSchema for RepeatRule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RepeatRule".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": RULE_MAX, "pattern": "^[A-Z0-9=;,+-]+$" })
    }
}
