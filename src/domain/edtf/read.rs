//! Which EDTF is kept: text in, shape out, or the reason why not.
//!
//! The `edtf-core` crate reads all of EDTF; what it hands back is then held against the forms of this register.
//! To keep one more form, add it to `is_kept`, to `DATE_PATTERN` and to the table in `tests.rs`.

use edtf_core::{Bound, Date, DateField, Edtf as Read, IntervalEndpoint, YearKind};

use super::{Days, End, Part, Shape};
use crate::domain::day::Day;
use crate::domain::typed::{self, TypedError};

/// Why something was refused as an EDTF date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdtfError {
    /// The text itself cannot be read.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Not EDTF at all, or no such day.
    #[error("{given:?} is not a date: {reason} (accepted: {KEPT})")]
    Grammar {
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// EDTF, but of a form that is not kept here.
    #[error("{given:?} is a form of EDTF that is not kept (accepted: {KEPT})")]
    NotKept {
        /// What was given.
        given: String,
    },
    /// EDTF in other than its one spelling.
    #[error("{given:?} has a shorter spelling: write {written}")]
    Spelling {
        /// What was given.
        given: String,
        /// The one spelling.
        written: String,
    },
    /// Has a time of day.
    #[error("{given:?} has a time of day: give the day (YYYY-MM-DD), and keep the words in --as-printed")]
    TimeOfDay {
        /// What was given.
        given: String,
    },
    /// In or reaching into a year outside 0001 to 9999.
    #[error("{given:?} is out of range: years run from 0001 to 9999, in four digits")]
    Year {
        /// What was given.
        given: String,
    },
    /// Neither a start nor an end, or neither a year nor a month.
    #[error("{given:?} says nothing: leave the date out, or give a month, a year or one end, such as ../2025-09-17")]
    SaysNothing {
        /// What was given.
        given: String,
    },
    /// The end is before the start.
    #[error("{given:?} runs backwards: {end} is before {start}; an interval is written START/END")]
    Backwards {
        /// What was given.
        given: String,
        /// The end that is written first.
        start: String,
        /// The end that is written second.
        end: String,
    },
    /// One end has a year and the other has none, so their order cannot be known.
    #[error("{given:?} has a year at one end only: give both years, or put .. in place of one end")]
    YearAtOneEnd {
        /// What was given.
        given: String,
    },
}

/// The accepted forms, for messages.
const KEPT: &str = "2025-09-17, 2025-09, 2025, a season 2025-21 to 2025-24, X for digits that are not known as in \
                    2025-XX, 202X or XXXX-06-26, one of ?~% at the end, and intervals such as 2025/2026-03, \
                    ../2025-09-17 or 2025-09/..";

/// Reads a text that is not a plain day.
pub(super) fn read(given: &str) -> Result<Shape, EdtfError> {
    typed::check(given)?;
    let owned = || given.to_owned();
    let found = Read::parse(given).map_err(|error| explain(given, error.message))?;
    let shape = match found {
        Read::Date(date) => Shape::Single(part(given, &date)?),
        Read::Interval(interval) => {
            let (start, end) = (end(given, &interval.start)?, end(given, &interval.end)?);
            in_order(given, &start, &end)?;
            Shape::Interval(start, end)
        }
        Read::DateTime(_) => return Err(EdtfError::TimeOfDay { given: owned() }),
        Read::Set(_) => return Err(EdtfError::NotKept { given: owned() }),
    };
    let written = super::Edtf(shape).to_string();
    if written == given { Ok(shape) } else { Err(EdtfError::Spelling { given: owned(), written }) }
}

/// The reason behind a text that is not EDTF, closer than the grammar itself can say.
fn explain(given: &str, reason: &'static str) -> EdtfError {
    let owned = || given.to_owned();
    let clock = |three: &[u8]| matches!(three, [b'0'..=b'9', b'T' | b't', b'0'..=b'9']);
    if given.contains(':') || given.as_bytes().windows(3).any(clock) {
        return EdtfError::TimeOfDay { given: owned() };
    }
    if given.starts_with('Y') {
        return EdtfError::Year { given: owned() };
    }
    let Some((start, end)) = given.split_once('/') else {
        return EdtfError::Grammar { given: owned(), reason };
    };
    if [start, end].iter().all(|end| matches!(*end, "" | "..")) {
        return EdtfError::SaysNothing { given: owned() };
    }
    if let (Ok(Read::Date(_)), Ok(Read::Date(_))) = (Read::parse(start), Read::parse(end)) {
        // Both ends are dates, so the interval was refused for their order.
        return EdtfError::Backwards { given: owned(), start: start.to_owned(), end: end.to_owned() };
    }
    EdtfError::Grammar { given: owned(), reason }
}

fn end(given: &str, found: &IntervalEndpoint) -> Result<End, EdtfError> {
    match found {
        IntervalEndpoint::Open => Ok(End::Open),
        IntervalEndpoint::Unknown => Ok(End::Unknown),
        IntervalEndpoint::Date(date) => part(given, date).map(End::Stated),
        IntervalEndpoint::OnOrBefore(_) | IntervalEndpoint::OnOrAfter(_) => {
            Err(EdtfError::NotKept { given: given.to_owned() })
        }
    }
}

/// Refuses ends whose order is wrong, or cannot be known.
///
/// Two ends without years are in order in some pair of years, as in `XXXX-12-20/XXXX-01-05`.
fn in_order(given: &str, start: &End, end: &End) -> Result<(), EdtfError> {
    let (End::Stated(start), End::Stated(end)) = (start, end) else {
        return Ok(());
    };
    match (start.days, end.days) {
        (Days::Known { first, .. }, Days::Known { last, .. }) if first > last => Err(EdtfError::Backwards {
            given: given.to_owned(),
            start: start.text().to_owned(),
            end: end.text().to_owned(),
        }),
        (Days::Known { .. }, Days::Yearly { .. }) | (Days::Yearly { .. }, Days::Known { .. }) => {
            Err(EdtfError::YearAtOneEnd { given: given.to_owned() })
        }
        _ => Ok(()),
    }
}

/// One date, if it is of a form that is kept.
fn part(given: &str, date: &Date) -> Result<Part, EdtfError> {
    let owned = || given.to_owned();
    let digits = match date.year.kind {
        YearKind::Standard { negative: false, digits } if digits != [Some(0); 4] => digits,
        _ => return Err(EdtfError::Year { given: owned() }),
    };
    let written = Read::Date(*date).to_string();
    if !written.contains(|c: char| c.is_ascii_digit()) {
        return Err(EdtfError::SaysNothing { given: owned() });
    }
    if !is_kept(&written) {
        return Err(EdtfError::NotKept { given: owned() });
    }
    let month = date.month.and_then(DateField::value).map(u32::from);
    let days = match (digits == [None; 4], month) {
        (true, Some(month @ 1..=12)) => Days::Yearly { month, day: date.day.and_then(DateField::value).map(u32::from) },
        (false, None | Some(..=24)) => known(date).ok_or_else(|| EdtfError::Year { given: owned() })?,
        _ => return Err(EdtfError::NotKept { given: owned() }),
    };
    Part::new(&written, days).ok_or_else(|| EdtfError::NotKept { given: owned() })
}

/// Whether a date is of a form of this register: a `9` stands for any digit.
///
/// These are the unknown digits of level 1, and the month or day whose year is not known. One qualifier may follow
/// the whole; within a date it is of level 2, and not kept.
fn is_kept(written: &str) -> bool {
    let plain = written.strip_suffix(['?', '~', '%']).unwrap_or(written);
    let form: String = plain.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    matches!(
        form.as_str(),
        "9999"
            | "999X"
            | "99XX"
            | "9999-99"
            | "9999-XX"
            | "XXXX-99"
            | "9999-99-99"
            | "9999-99-XX"
            | "9999-XX-XX"
            | "XXXX-99-99"
    )
}

/// The first and last day; `None` when the last is after 9999. `000X` begins with year 0001.
fn known(date: &Date) -> Option<Days> {
    let bounds = Read::Date(*date).bounds();
    let (Bound::Date(first), Bound::Date(last)) = (bounds.earliest, bounds.latest) else {
        return None;
    };
    let day = |year: i64, month: u8, day: u8| Day::new(i32::try_from(year).ok()?, month.into(), day.into());
    Some(Days::Known {
        first: day(first.year.max(1), first.month, first.day)?,
        last: day(last.year, last.month, last.day)?,
    })
}
