//! Dates as a file prints them: the format is stated, and a column that fits several is not guessed at.

use std::fmt::Write as _;

use crate::domain::edtf::Edtf;
use crate::domain::sentinel::SENTINELS;
use crate::domain::spoken::MONTHS;

/// The formats that are tried to say which would fit a column that states none.
pub const USUAL: [&str; 12] = [
    "YYYY-MM-DD",
    "D/M/YYYY",
    "M/D/YYYY",
    "D.M.YYYY",
    "D-M-YYYY",
    "M-D-YYYY",
    "YYYY/M/D",
    "YYYYMMDD",
    "D MMM YYYY",
    "MMMM D, YYYY",
    "YYYY-MM",
    "YYYY",
];

/// How a column prints its dates, such as `DD/MM/YYYY`.
///
/// `YYYY` four digits, `MM` and `DD` two, `M` and `D` one or two, `MMM` and `MMMM` English months, short and in full;
/// everything else stands for itself. `EDTF` means EDTF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    written: String,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    Month { fixed: bool },
    MonthName { short: bool },
    Day { fixed: bool },
    Literal(char),
}

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(given: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{given:?} is no date format: write it with YYYY, MM and DD, such as DD/MM/YYYY, or YYYY alone, or EDTF"
            )
        };
        if given == "EDTF" {
            return Ok(Self { written: given.to_owned(), parts: Vec::new() });
        }
        let mut parts = Vec::new();
        let mut rest = given;
        while let Some(first) = rest.chars().next() {
            let run = rest.chars().take_while(|c| *c == first).count();
            let (part, used) = match (first, run) {
                ('Y', 4) => (Part::Year, 4),
                ('M', 1) => (Part::Month { fixed: false }, 1),
                ('M', 2) => (Part::Month { fixed: true }, 2),
                ('M', 3) => (Part::MonthName { short: true }, 3),
                ('M', 4) => (Part::MonthName { short: false }, 4),
                ('D', 1) => (Part::Day { fixed: false }, 1),
                ('D', 2) => (Part::Day { fixed: true }, 2),
                (c, _) if c.is_alphanumeric() => return Err(wrong()),
                (c, _) => (Part::Literal(c), c.len_utf8()),
            };
            parts.push(part);
            rest = &rest[used..];
        }
        let count = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count();
        let years = count(|part| *part == Part::Year);
        let months = count(|part| matches!(part, Part::Month { .. } | Part::MonthName { .. }));
        let days = count(|part| matches!(part, Part::Day { .. }));
        if years != 1 || months > 1 || days > months {
            return Err(wrong());
        }
        Ok(Self { written: given.to_owned(), parts })
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The value as EDTF; none where it does not fit the format, or is no day of the calendar.
    #[must_use]
    pub fn read(&self, value: &str) -> Option<String> {
        if self.parts.is_empty() {
            return Edtf::parse(value).ok().map(|_| value.to_owned());
        }
        let (mut year, mut month, mut day) = (None, None, None);
        let mut rest = value;
        for part in &self.parts {
            match *part {
                Part::Year => year = Some(digits(&mut rest, 4, 4)?),
                Part::Month { fixed } => month = Some(digits(&mut rest, if fixed { 2 } else { 1 }, 2)?),
                Part::Day { fixed } => day = Some(digits(&mut rest, if fixed { 2 } else { 1 }, 2)?),
                Part::MonthName { short } => month = Some(month_name(&mut rest, short)?),
                Part::Literal(c) => rest = rest.strip_prefix(c)?,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let mut written = format!("{:04}", year?);
        for number in [month, day].into_iter().flatten() {
            let _ = write!(written, "-{number:02}");
        }
        Edtf::parse(&written).ok().map(|_| written)
    }

    /// The same format with day and month in each other's place, where somebody could have meant that: both are numbers
    /// and the year does not come first.
    #[must_use]
    pub fn swapped(&self) -> Option<Self> {
        if self.parts.first() == Some(&Part::Year) {
            return None;
        }
        let month = self.parts.iter().position(|part| matches!(part, Part::Month { .. }))?;
        let day = self.parts.iter().position(|part| matches!(part, Part::Day { .. }))?;
        let mut parts = self.parts.clone();
        parts.swap(month, day);
        let letters = |part: &Part| match part {
            Part::Year => "YYYY".to_owned(),
            Part::Month { fixed } => if *fixed { "MM" } else { "M" }.to_owned(),
            Part::Day { fixed } => if *fixed { "DD" } else { "D" }.to_owned(),
            Part::MonthName { short } => if *short { "MMM" } else { "MMMM" }.to_owned(),
            Part::Literal(c) => c.to_string(),
        };
        Some(Self { written: parts.iter().map(letters).collect(), parts })
    }
}

/// Takes a number of so many digits from the front.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    let (number, after) = rest.split_at(length);
    *rest = after;
    number.parse().ok()
}

fn month_name(rest: &mut &str, short: bool) -> Option<u32> {
    for (number, name) in (1..).zip(MONTHS) {
        let name = if short { &name[..3] } else { name };
        if rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            *rest = &rest[name.len()..];
            return Some(number);
        }
    }
    None
}

/// Whether a value is a day that stands for not knowing one.
#[must_use]
pub fn is_sentinel(value: &str, edtf: Option<&str>) -> bool {
    edtf.is_some_and(|day| SENTINELS.contains(&day)) || value.contains("0000")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(format: &str, value: &str) -> Option<String> {
        Format::parse(format).unwrap().read(value)
    }

    #[test]
    fn a_date_is_read_as_its_format_says() {
        assert_eq!(read("DD/MM/YYYY", "04/05/2020").as_deref(), Some("2020-05-04"));
        assert_eq!(read("MM/DD/YYYY", "04/05/2020").as_deref(), Some("2020-04-05"));
        assert_eq!(read("D/M/YYYY", "4/5/2020").as_deref(), Some("2020-05-04"));
        assert_eq!(read("D MMM YYYY", "7 Sep 2025").as_deref(), Some("2025-09-07"));
        assert_eq!(read("MMMM D, YYYY", "may 7, 2025").as_deref(), Some("2025-05-07"));
        assert_eq!(read("YYYY", "2008").as_deref(), Some("2008"));
        assert_eq!(read("EDTF", "../2020-09-22").as_deref(), Some("../2020-09-22"));
    }

    #[test]
    fn what_does_not_fit_is_not_read() {
        for (format, value) in [
            ("DD/MM/YYYY", "4/5/2020"),
            ("DD/MM/YYYY", "31/02/2020"),
            ("MM/DD/YYYY", "13/01/2020"),
            ("YYYY-MM-DD", "2020-01-01T00:00"),
            ("YYYY", "08"),
            ("D MMM YYYY", "7 İstanbul 2025"),
        ] {
            assert_eq!(read(format, value), None, "{format} {value}");
        }
    }

    #[test]
    fn a_format_has_one_year_and_a_day_only_with_a_month() {
        for wrong in ["", "DD/MM/YY", "DD/MM", "YYYY-DD", "YYYY-MM-DD hh", "dd/mm/yyyy", "YYYYY"] {
            assert!(Format::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn day_and_month_can_be_confused_where_both_are_numbers_before_the_year() {
        let swapped = |format: &str| Format::parse(format).unwrap().swapped().map(|format| format.written);
        assert_eq!(swapped("DD/MM/YYYY").as_deref(), Some("MM/DD/YYYY"));
        assert_eq!(swapped("M.D.YYYY").as_deref(), Some("D.M.YYYY"));
        assert_eq!(swapped("YYYY-MM-DD"), None);
        assert_eq!(swapped("D MMM YYYY"), None);
    }

    proptest! {
        #[test]
        fn any_value_is_a_date_or_not(value in "\\PC{0,20}") {
            for format in USUAL {
                if let Some(edtf) = read(format, &value) {
                    prop_assert!(Edtf::parse(&edtf).is_ok());
                }
            }
        }
    }
}
