//! How a deadline's options make it recur, and what a recurring rule cannot be.

use super::Making;
use crate::domain::decide::Refusal;
use crate::domain::due::{self, DueDates};
use crate::domain::period::MonthEnd;
use crate::domain::recurrence::series::{first_due, month_end};
use crate::domain::recurrence::{RepeatError, RepeatFrom, RepeatRule};
use crate::domain::rule::Rule;
use crate::domain::text::Line;

/// Makes a rule recur as the options say.
///
/// # Errors
///
/// [`Refusal::Repeat`] when the recurrence rule is none, has no end, or does not go with its first due date.
pub fn repeated(
    rule: Rule,
    repeat: Option<&Line>,
    from: Option<RepeatFrom>,
    making: &Making<'_>,
) -> Result<Rule, Refusal> {
    let repeat = repeat.map(|words| RepeatRule::parse(words.as_str())).transpose()?;
    let rule = Rule { repeat, repeat_from: from, ..rule };
    judge(&rule, making)?;
    Ok(rule)
}

/// Judges a rule that recurs by its first due date as far as that is known now.
///
/// # Errors
///
/// [`Refusal::Repeat`] that names what does not go together.
pub fn judge(rule: &Rule, making: &Making<'_>) -> Result<(), Refusal> {
    let Some(repeat) = &rule.repeat else {
        return match rule.repeat_from {
            Some(from) => Err(Refusal::Field {
                field: "repeat_from",
                why: format!("{from} says from where the next instance is counted, and nothing recurs: give repeat"),
            }),
            None => Ok(()),
        };
    };
    let month_end = making.agreement.map_or(MonthEnd::Clamp, |agreement| month_end(&agreement.almanac, rule));
    let known = making.agreement.and_then(|agreement| first_due(agreement, rule).ok());
    if rule.repeat_from == Some(RepeatFrom::Fulfilment) {
        if let Some(part) = repeat.picks() {
            return Err(RepeatError::Picks { part }.into());
        }
        let first = known.and_then(|dates| dates.earliest.or(dates.latest));
        return match (repeat.until(), first) {
            (Some(until), Some(first)) if until < first => Err(RepeatError::EndsFirst { until, first }.into()),
            _ => Ok(()),
        };
    }
    let Some(dates) = known else {
        // From when it runs is not known: any beginning tells whether it gives any days, and as many as it says.
        return match repeat.judge(making.today, month_end) {
            Err(error @ (RepeatError::Never { .. } | RepeatError::TooFar { .. })) if repeat.count().is_some() => {
                Err(error.into())
            }
            _ => Ok(()),
        };
    };
    for start in [dates.earliest, dates.latest].into_iter().flatten() {
        let days = repeat.judge(start, month_end)?;
        let stated = rule.length.is_none() && dates.earliest == dates.latest;
        if let Some(first) = days.first().copied().filter(|first| stated && *first != start) {
            return Err(RepeatError::NotItsDay { stated: start, rule: repeat.to_string(), first }.into());
        }
        let last = days.last().map(|day| DueDates { earliest: Some(*day), latest: Some(*day) });
        if last.zip(making.agreement).is_some_and(|(last, a)| due::settle(a, rule, last).is_err()) {
            return Err(Refusal::BeyondCalendar { what: "the last due date".to_owned() });
        }
    }
    match dates {
        DueDates { earliest: None, latest: None } => Err(Refusal::Field {
            field: "repeat",
            why: "what recurs needs an earliest or a latest day for its first due date".to_owned(),
        }),
        _ => Ok(()),
    }
}
