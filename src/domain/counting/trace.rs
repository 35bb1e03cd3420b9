//! A count with every day of it kept, for `why`.

use super::Uncounted;
use super::course::{Assume, Course, Seen, Stage};
use super::open_days::Because;
use super::terms::Terms;
use crate::domain::day::Day;

/// The most days of one stage that are kept; the rest is only numbered.
pub const DAYS_KEPT_MAX: usize = 1_000;

/// How a day was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Counted, as an open day.
    Counted,
    /// Passed over, as a day off.
    Skipped,
    /// Counted as if it were open, though no calendar knows.
    Unknown,
}

/// A day that was looked at on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The day.
    pub day: Day,
    /// How it was taken.
    pub taken: Taken,
    /// What the calendars say that makes it so; empty for an ordinary open day.
    pub because: Vec<Because>,
}

/// One stage of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which.
    pub stage: Stage,
    /// The day that it reached.
    pub to: Day,
    /// The days that it looked at one by one, in order, at most [`DAYS_KEPT_MAX`].
    pub days: Vec<Passed>,
    /// How many more there were.
    pub left_out: usize,
}

/// Counts from one day of the anchor, and keeps the way; days that no calendar knows are taken as open.
///
/// # Errors
///
/// [`Uncounted`] as for [`super::count`].
pub fn trace(terms: &Terms<'_>, from: Day) -> Result<Vec<Leg>, Uncounted> {
    let course = Course::new(terms);
    let mut legs = Vec::new();
    let (mut days, mut left_out) = (Vec::new(), 0);
    let mut keep = |seen: Seen| {
        let open_days = course.open_days();
        let (day, taken) = match seen {
            Seen::Counted(day) => (day, Taken::Counted),
            Seen::Skipped(day) => (day, Taken::Skipped),
            Seen::Unknown(day) => (day, Taken::Unknown),
            Seen::Reached(stage, to) => {
                legs.push(Leg { stage, to, days: std::mem::take(&mut days), left_out: std::mem::take(&mut left_out) });
                return;
            }
        };
        if days.len() >= DAYS_KEPT_MAX {
            left_out += 1;
            return;
        }
        let because = open_days.map(|open_days| match taken {
            Taken::Counted => open_days.worked_because(day),
            Taken::Skipped => open_days.off_because(day),
            Taken::Unknown => open_days.unknown_because(day),
        });
        days.push(Passed { day, taken, because: because.unwrap_or_default() });
    };
    course.run(from, Assume::Open, &mut keep).map_err(|stop| course.uncounted(stop, from))?;
    Ok(legs)
}
