//! `Edtf`: when something happened, as closely as the source says, and no closer.
//!
//! Levels 0 and 1 of EDTF (ISO 8601-2:2019) for dates, and from level 2 the month and day whose year is not
//! printed (`XXXX-06-26`). The grammar, the calendar and the first and last day of a date are those of the
//! `edtf-core` crate (all of levels 0 to 2, no dependencies, last released 2026-08-08); the older `edtf` crate
//! does not fit: it was last released in 2021 and has no bounds. This module says which of the forms are kept
//! (`read.rs`), and what an open end or a missing year means to a register (here).
//!
//! Promise: an `Edtf` is written exactly as it was read, each has one spelling, and its earliest day is never
//! after its latest.

mod read;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::day::Day;
use super::typed;

pub use read::EdtfError;

/// A day, month, season, year, decade or century, perhaps uncertain, or an interval of them.
///
/// Written and stored as EDTF, such as `2025-09-17`, `2025-09?`, `202X`, `../2025-09-17`, `XXXX-06-26`. Seasons
/// are those of the northern hemisphere, in whole months: `2025-21` is March to May, `-22` June to August, `-23`
/// September to November, and `2025-24` December 2025 to February 2026; EDTF itself leaves them to the place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edtf(Shape);

/// The earliest and latest day on which something happened, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The first possible day; `None` when the source gives no start or no year. Never after `latest`.
    pub earliest: Option<Day>,
    /// The last possible day.
    pub latest: Day,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Single(Part),
    Interval(End, End),
}

/// One end of an interval.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum End {
    /// `..`: there is none.
    Open,
    /// Nothing written: there may be one, but the source does not say.
    Unknown,
    Stated(Part),
}

/// One date with its qualifier: how it is written, and the days it can be.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Part {
    /// ASCII; the unused rest is zero.
    letters: [u8; Self::LONGEST],
    length: u8,
    days: Days,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Days {
    Known {
        first: Day,
        last: Day,
    },
    /// The same month, or day of a month, of every year: the year is not known.
    Yearly {
        month: u32,
        day: Option<u32>,
    },
}

impl Edtf {
    /// Reads an EDTF date or interval in its one spelling, without white space around it.
    ///
    /// # Errors
    ///
    /// [`EdtfError`] when it is not EDTF, not of the forms that are kept, or outside years 0001 to 9999.
    pub fn parse(given: &str) -> Result<Self, EdtfError> {
        // Almost every date in a register is a plain day; it needs no grammar.
        match Day::parse_plain(given) {
            Some(day) => Ok(day.into()),
            None => read::read(given).map(Self),
        }
    }

    /// The first possible day; `None` when the start is open or unknown, or the year is not known.
    pub fn earliest(&self) -> Option<Day> {
        match self.start()?.days {
            Days::Known { first, .. } => Some(first),
            Days::Yearly { .. } => None,
        }
    }

    /// The last possible day; `None` when the end is open or unknown, or the year is not known.
    pub fn latest(&self) -> Option<Day> {
        match self.end()?.days {
            Days::Known { last, .. } => Some(last),
            Days::Yearly { .. } => None,
        }
    }

    /// The one day that this is; `None` for anything longer, qualified, or an interval.
    pub fn exact(&self) -> Option<Day> {
        match self.0 {
            Shape::Single(part) if part.qualifier().is_none() => match part.days {
                Days::Known { first, last } if first == last => Some(first),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether any part is an estimate: `~` or `%`.
    pub fn is_approximate(&self) -> bool {
        self.is_qualified_by([b'~', b'%'])
    }

    /// Whether the source of any part is doubted: `?` or `%`.
    pub fn is_uncertain(&self) -> bool {
        self.is_qualified_by([b'?', b'%'])
    }

    /// Whether it is written as an interval, with a solidus.
    pub const fn is_interval(&self) -> bool {
        matches!(self.0, Shape::Interval(..))
    }

    /// Whether a month, or month and day, is given without its year.
    pub fn has_unknown_year(&self) -> bool {
        self.parts().any(|part| matches!(part.days, Days::Yearly { .. }))
    }

    /// The bounds of when this happened, where `cap` is the last day on which it can have happened.
    ///
    /// The cap is usually the day when the fact was recorded, since nothing is recorded before it happened. It
    /// fills in what is not stated, and never overrules what is:
    ///
    /// - a stated last day stays, even after the cap (`2025-09`, recorded on 10 September, may be the 30th);
    /// - an open or unknown end becomes the cap (`2025-09-17/..`);
    /// - but when even the stated start is after the cap (an instrument that is to take effect, `2027-01/..`),
    ///   an open or unknown end becomes the last day of that start, here 2027-01-31;
    /// - without a year, the latest is the last such day up to the cap (`XXXX-06-26`, `../XXXX-06-26`; for
    ///   29 February that of the last leap year; for a whole month its last day up to the cap), or the cap
    ///   itself in the calendar's first years, when there was none before.
    ///
    /// Qualifiers do not move bounds: how far *about* reaches is not stated, and nothing is invented.
    pub fn bounded_by(&self, cap: Day) -> Bounds {
        let latest = match (self.end(), self.start()) {
            (Some(end), _) => match end.days {
                Days::Known { last, .. } => last,
                Days::Yearly { month, day } => last_before(cap, month, day).unwrap_or(cap),
            },
            (None, Some(start)) => match start.days {
                Days::Known { first, last } if first > cap => last,
                _ => cap,
            },
            (None, None) => cap,
        };
        let earliest = self.earliest();
        Bounds { earliest, latest }
    }

    /// The part that the earliest day is of.
    fn start(&self) -> Option<Part> {
        match self.0 {
            Shape::Single(part) | Shape::Interval(End::Stated(part), _) => Some(part),
            Shape::Interval(..) => None,
        }
    }

    /// The part that the latest day is of.
    fn end(&self) -> Option<Part> {
        match self.0 {
            Shape::Single(part) | Shape::Interval(_, End::Stated(part)) => Some(part),
            Shape::Interval(..) => None,
        }
    }

    fn parts(&self) -> impl Iterator<Item = Part> {
        self.start().into_iter().chain(self.end())
    }

    fn is_qualified_by(&self, qualifiers: [u8; 2]) -> bool {
        self.parts().filter_map(|part| part.qualifier()).any(|found| qualifiers.contains(&found))
    }
}

impl Part {
    /// `YYYY-MM-DD` and a qualifier.
    const LONGEST: usize = 11;

    /// Keeps what was written together with the days that it can be.
    fn new(written: &str, days: Days) -> Option<Self> {
        let mut letters = [0; Self::LONGEST];
        letters.get_mut(..written.len())?.copy_from_slice(written.as_bytes());
        let length = u8::try_from(written.len()).ok()?;
        Some(Self { letters, length, days })
    }

    fn text(&self) -> &str {
        let letters = self.letters.get(..usize::from(self.length)).unwrap_or_default();
        // The letters came from a string of ASCII, so the fallback is never taken.
        std::str::from_utf8(letters).unwrap_or_default()
    }

    fn qualifier(&self) -> Option<u8> {
        self.text().bytes().last().filter(|last| matches!(last, b'?' | b'~' | b'%'))
    }
}

impl From<Day> for Part {
    fn from(day: Day) -> Self {
        let mut letters = [0; Self::LONGEST];
        for (letter, written) in letters.iter_mut().zip(day.letters()) {
            *letter = written;
        }
        let days = Days::Known { first: day, last: day };
        Self { letters, length: 10, days }
    }
}

/// The last day up to the cap that lies in this month, or on this day of it, of any year.
fn last_before(cap: Day, month: u32, day: Option<u32>) -> Option<Day> {
    // A leap day can be eight years away, across a century that is not a leap year.
    (0..=8).find_map(|years| {
        let first = Day::new(cap.year() - years, month, day.unwrap_or(1))?;
        let last = if day.is_some() { first } else { Day::new(first.year(), month, first.days_in_month())? };
        (first <= cap).then(|| last.min(cap))
    })
}

impl From<Day> for Edtf {
    fn from(day: Day) -> Self {
        Self(Shape::Single(day.into()))
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |end: &End| match end {
            End::Open => "..".to_owned(),
            End::Unknown => String::new(),
            End::Stated(part) => part.text().to_owned(),
        };
        match &self.0 {
            Shape::Single(part) => f.pad(part.text()),
            Shape::Interval(from, to) => f.pad(&format!("{}/{}", end(from), end(to))),
        }
    }
}

impl fmt::Debug for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edtf({self})")
    }
}

impl std::str::FromStr for Edtf {
    type Err = EdtfError;
    fn from_str(given: &str) -> Result<Self, EdtfError> {
        Self::parse(given)
    }
}

impl Serialize for Edtf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Shape::Single(part) => serializer.serialize_str(part.text()),
            Shape::Interval(..) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Edtf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        typed::deserialized(deserializer, Self::parse)
    }
}

impl TryFrom<String> for Edtf {
    type Error = EdtfError;
    fn try_from(given: String) -> Result<Self, EdtfError> {
        Self::parse(&given)
    }
}

impl From<Edtf> for String {
    fn from(edtf: Edtf) -> Self {
        edtf.to_string()
    }
}

/// A single date, as a pattern: the forms that [`read`] keeps, without the calendar.
const DATE_PATTERN: &str = "([0-9]{2}(XX|[0-9][0-9X]|[0-9]{2}-(XX(-XX)?|[0-9]{2}(-([0-9]{2}|XX))?))\
                            |XXXX-[0-9]{2}(-[0-9]{2})?)[?~%]?";

/// Every text that is kept matches this; not every text that matches is a date.
fn pattern() -> String {
    format!("^({DATE_PATTERN}|{DATE_PATTERN}/(\\.\\.|{DATE_PATTERN})?|(\\.\\.)?/{DATE_PATTERN})$")
}

impl JsonSchema for Edtf {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Edtf".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a date or interval in EDTF (ISO 8601-2:2019), levels 0 and 1, and XXXX-MM-DD",
            "maxLength": 23,
            "pattern": pattern()
        })
    }
}

#[cfg(test)]
mod tests;
