//! The days of a recurrence rule, counted off from a first due date: of one that picks days out of a calendar by the
//! `rrule` crate, of a plain one (every three months) as any period is counted.
//!
//! One thing is added to the RFC, as a lawyer would count: where the rule itself names no days and the first due
//! date lies on the 29th, 30th or 31st, a month without that day is not skipped; its instance is due at the month's
//! end (or on the first of the next month, where the deadline says so). Whoever wants the RFC's reading writes
//! `BYMONTHDAY=31`, which skips such months.

use chrono::{Datelike, Month, NaiveDate, TimeZone};
use rrule::{NWeekday, RRule, RRuleSet, Tz, Unvalidated};

use super::rule::{Frequency, RepeatRule};
use super::{INSTANCES_MAX, RepeatError, SPAN_YEARS};
use crate::domain::day::Day;
use crate::domain::period::{MonthEnd, Period};

/// The day's first instant, as the crate wants it; in UTC, where every day has one.
fn instant(day: Day) -> Option<chrono::DateTime<Tz>> {
    Tz::UTC.from_local_datetime(&NaiveDate::from(day).and_hms_opt(0, 0, 0)?).single()
}

fn narrow<T: TryFrom<i16>>(numbers: &[i16]) -> Vec<T> {
    numbers.iter().filter_map(|number| T::try_from(*number).ok()).collect()
}

impl RepeatRule {
    /// The rule as the crate has it, without an end.
    fn endless(&self) -> RRule<Unvalidated> {
        let frequency = match self.frequency {
            Frequency::Daily => rrule::Frequency::Daily,
            Frequency::Weekly => rrule::Frequency::Weekly,
            Frequency::Monthly => rrule::Frequency::Monthly,
            Frequency::Yearly => rrule::Frequency::Yearly,
        };
        let months: Vec<Month> =
            narrow::<u8>(&self.months).into_iter().filter_map(|month| Month::try_from(month).ok()).collect();
        let weekdays = self.weekdays.iter().map(|(nth, day)| NWeekday::new((*nth != 0).then_some(*nth), *day));
        RRule::new(frequency)
            .interval(self.interval)
            .week_start(self.week_start)
            .by_month(&months)
            .by_week_no(narrow(&self.weeks))
            .by_year_day(self.year_days.clone())
            .by_month_day(narrow(&self.month_days))
            .by_weekday(weekdays.collect())
            .by_set_pos(self.positions.iter().copied().map(i32::from).collect())
    }

    /// Whether the RFC allows these parts together, as the crate judges it.
    pub(super) fn lawful(&self) -> Result<(), String> {
        let Some(start) = Day::new(2000, 1, 1).and_then(instant) else { return Ok(()) };
        self.endless().validate(start).map(|_| ()).map_err(|e| e.to_string())
    }

    /// The days that the crate gives, however plain the rule is.
    #[cfg(test)]
    pub(super) fn expanded(&self, start: Day) -> Vec<Day> {
        let days = expand(self.endless(), start, self.horizon(start));
        days.into_iter().take(self.count.map_or(usize::MAX, |count| count as usize)).collect()
    }

    /// The last day that is looked at.
    fn horizon(&self, start: Day) -> Day {
        let span = Period::new(SPAN_YEARS, 0, 0, 0).ok().and_then(|span| span.add_to(start, MonthEnd::Clamp));
        let far = span.unwrap_or(Day::MAX);
        self.until.map_or(far, |until| until.min(far))
    }

    /// Its days from the first due date on, strictly later each, within [`SPAN_YEARS`]; at most one more than
    /// [`INSTANCES_MAX`], so that one too many can be told.
    #[must_use]
    pub fn days(&self, start: Day, month_end: MonthEnd) -> Vec<Day> {
        let horizon = self.horizon(start);
        let most = self.count.unwrap_or(INSTANCES_MAX + 1).min(INSTANCES_MAX + 1) as usize;
        if horizon < start {
            return Vec::new();
        }
        if self.picks().is_none() {
            return self.stepped(start, month_end).take_while(|day| *day <= horizon).take(most).collect();
        }
        if !self.keeps_day_of_month() || start.day_of_month() <= 28 {
            return expand(self.endless(), start, horizon).into_iter().take(most).collect();
        }
        // The months are asked for by their first days; the day of the month is put into each.
        let Some(first_of_month) = Day::new(start.year(), start.month(), 1) else { return Vec::new() };
        let mut by_month = self.clone();
        by_month.month_days = vec![1];
        if by_month.frequency == Frequency::Yearly && by_month.months.is_empty() {
            by_month.months = i16::try_from(start.month()).into_iter().collect();
        }
        expand(by_month.endless(), first_of_month, horizon)
            .into_iter()
            .filter_map(|first| placed(first, start.day_of_month(), month_end))
            .filter(|day| *day >= start && *day <= horizon)
            .take(most)
            .collect()
    }

    /// The days of a rule that picks nothing out of a calendar: each so many steps after the first.
    fn stepped(&self, start: Day, month_end: MonthEnd) -> impl Iterator<Item = Day> {
        let step = self.step();
        (0..=INSTANCES_MAX).map_while(move |number| {
            let step = step?;
            let times = |unit: u32| unit.checked_mul(number);
            let all =
                Period::new(times(step.years())?, times(step.months())?, times(step.weeks())?, times(step.days())?);
            all.ok()?.add_to(start, month_end)
        })
    }

    /// Judges the rule by its first due date: that it has instances, not too many, and comes to its end.
    ///
    /// # Errors
    ///
    /// [`RepeatError`] that says which of these fails.
    pub fn judge(&self, start: Day, month_end: MonthEnd) -> Result<Vec<Day>, RepeatError> {
        if let Some(until) = self.until.filter(|until| *until < start) {
            return Err(RepeatError::EndsFirst { until, first: start });
        }
        let days = self.days(start, month_end);
        if days.is_empty() {
            return Err(RepeatError::Never { rule: self.to_string(), first: start });
        }
        if days.len() > INSTANCES_MAX as usize {
            return Err(RepeatError::TooMany { given: format!("more than {INSTANCES_MAX}") });
        }
        let short = self.count.is_some_and(|count| days.len() < count as usize);
        let cut_off = self.until.is_some_and(|until| until > self.horizon(start));
        if short || cut_off {
            return Err(RepeatError::TooFar { rule: self.to_string(), found: days.len(), first: start });
        }
        Ok(days)
    }
}

/// The day of a month, or where the month end rule puts it.
fn placed(first: Day, day_of_month: u32, month_end: MonthEnd) -> Option<Day> {
    Day::new(first.year(), first.month(), day_of_month).or_else(|| {
        let last = first.plus_days(i64::from(first.days_in_month()) - 1)?;
        match month_end {
            MonthEnd::Clamp => Some(last),
            MonthEnd::Spill => last.next(),
        }
    })
}

/// The crate's days of a rule from a day on, until another; a few more than one commitment can have.
fn expand(rule: RRule<Unvalidated>, start: Day, horizon: Day) -> Vec<Day> {
    let Some((start, end)) = instant(start).zip(instant(horizon)) else { return Vec::new() };
    let Ok(rule) = rule.until(end).validate(start) else { return Vec::new() };
    // Limited: the crate gives up on a rule without days instead of looking for ever.
    let set = RRuleSet::new(start).rrule(rule).limit();
    let day = |time: chrono::DateTime<Tz>| Day::new(time.year(), time.month(), time.day());
    (&set).into_iter().take(INSTANCES_MAX as usize + 32).filter_map(day).collect()
}
