//! Whether a rule can be counted as it says: what contradicts itself is refused, and so is what needs a calendar and
//! names none, or leads to no date. A deadline that is set is judged by it, and so is one that a correction leaves.

use super::Making;
use crate::domain::counting::terms::Terms;
use crate::domain::counting::{self, CALENDARS_MAX, CLEAR_DAYS_MAX, DueDates, Uncounted};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::due;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{DaysOff, DeadlineNature, FirstDay, Length, Rule};

/// The longest period that a deadline can be counted by; what is longer is a slip of the key.
pub const YEARS_MAX: u32 = 500;

fn wrong<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Field { field, why: why.into() })
}

/// Refuses a rule that cannot be counted as it says, and one whose date, where its anchor is known, cannot be.
///
/// `usual` is what it is where it does not say: a deadline is an act; an entry into force is an effect, whose period
/// may be of no days ("on signature").
///
/// # Errors
///
/// A [`Refusal`] that names what disagrees, is missing, or leads nowhere.
pub fn countable(rule: &Rule, usual: DeadlineNature, making: &Making<'_>) -> Result<(), Refusal> {
    lengths(rule, usual)?;
    stated_together(rule)?;
    let almanac = &making.readings.almanac;
    let terms = Terms::of(rule, usual, almanac).map_err(refused)?;
    let from = making.agreement.and_then(|agreement| due::resolve(agreement, &rule.anchor));
    match (from, making.agreement, usual) {
        (Some(from), Some(agreement), DeadlineNature::Act) => {
            due::count(agreement, rule, from.days, None).map_err(refused)?;
        }
        (Some(from), _, _) => {
            counting::count(rule, usual, almanac, from.days, None).map_err(refused)?;
        }
        // What it is counted from has not happened; that there is an open day at all can be seen on any day.
        (None, ..) if terms.need().is_some() => {
            let today = DueDates { earliest: Some(making.today), latest: Some(making.today) };
            let counted = counting::count(rule, usual, almanac, today, None);
            if let Err(nowhere @ (Uncounted::NoOpenDay { .. } | Uncounted::TooFar)) = counted {
                return Err(refused(nowhere));
            }
        }
        (None, ..) => {}
    }
    Ok(())
}

fn refused(uncounted: Uncounted) -> Refusal {
    match uncounted {
        Uncounted::Beyond => Refusal::BeyondCalendar { what: "the due date".to_owned() },
        uncounted => Refusal::Uncounted(uncounted),
    }
}

/// Whether the lengths are of a size that somebody can have meant.
fn lengths(rule: &Rule, usual: DeadlineNature) -> Result<(), Refusal> {
    let period = |field, period: &Period, may_be_zero: bool| {
        if period.is_zero() && !may_be_zero {
            return wrong(field, format!("a period of no days ({period}) is none"));
        }
        let longest = Period::parse(&format!("P{YEARS_MAX}Y")).ok();
        let end = |period: &Period| Day::new(2000, 1, 1).and_then(|day| period.add_to(day, MonthEnd::Clamp));
        let limit = longest.as_ref().and_then(end);
        if end(period).is_none_or(|end| limit.is_some_and(|limit| end > limit)) {
            return wrong(field, format!("{period} is longer than {YEARS_MAX} years"));
        }
        Ok(())
    };
    match &rule.length {
        Some(Length::Period(length)) => period("within", length, usual == DeadlineNature::Effect)?,
        Some(Length::WorkingDays(0)) => return wrong("working_days", "a period of no days is none"),
        Some(Length::ClearDays(0)) => return wrong("clear_days", "a period of no days is none"),
        Some(Length::ClearDays(days)) if *days > CLEAR_DAYS_MAX => {
            return wrong(
                "clear_days",
                format!("{days} clear days are more than the {CLEAR_DAYS_MAX} that are counted"),
            );
        }
        _ => {}
    }
    rule.grace.as_ref().map_or(Ok(()), |grace| period("grace", grace, false))
}

/// Whether what the deadline itself states goes together.
fn stated_together(rule: &Rule) -> Result<(), Refusal> {
    if rule.length.is_none() {
        let counts = [
            ("first_day", rule.first_day.is_some()),
            ("days_off", rule.days_off.is_some()),
            ("month_end", rule.month_end.is_some()),
            ("landing", rule.landing.is_some()),
            ("min_working_days", rule.min_working_days.is_some()),
        ];
        if let Some((field, _)) = counts.into_iter().find(|(_, stated)| *stated) {
            return wrong(field, format!("{} is a stated day: nothing is counted off", rule.anchor));
        }
    }
    match (&rule.length, rule.days_off, rule.first_day) {
        (Some(Length::WorkingDays(days)), Some(DaysOff::Count), _) => {
            return wrong("days_off", format!("days off are not counted among {days} working days"));
        }
        (Some(Length::ClearDays(days)), _, Some(FirstDay::Include)) => {
            return wrong("first_day", format!("neither the first nor the last of {days} clear days counts"));
        }
        _ => {}
    }
    if rule.calendars.len() > CALENDARS_MAX {
        let given = rule.calendars.len();
        return wrong(
            "calendar",
            format!("{given} calendars are more than the {CALENDARS_MAX} that are read together"),
        );
    }
    let twice = rule.calendars.iter().enumerate().find(|(at, calendar)| rule.calendars[..*at].contains(calendar));
    twice.map_or(Ok(()), |(_, calendar)| wrong("calendar", format!("{calendar} is given twice")))
}
