//! The words of `why` for what recurs: the first due date, the rule, which of its days an instance is, and the roll.

use super::derivation::steps::{Step, count_words, spelled};
use crate::domain::agreement::Agreement;
use crate::domain::commitment::{Commitment, DeadlineStep, Mark};
use crate::domain::due::{self, Due, DueDates};
use crate::domain::id::CommitmentId;
use crate::domain::period::MonthEnd;
use crate::domain::recurrence::{RepeatFrom, RepeatRule, series};
use crate::domain::rule::{Anchor, Rule};
use crate::domain::status::recurring::Whole;

/// Whether a step sets a rule by which something recurs.
pub(super) fn recurs(step: &DeadlineStep) -> bool {
    matches!(step, DeadlineStep::Set(rule) if rule.repeat.is_some())
}

fn step(words: String, dates: DueDates, fact: Option<u64>) -> Step {
    Step { fact, ..Step::to(words, dates) }
}

const UNKNOWN: DueDates = DueDates { earliest: None, latest: None };

/// The steps from a recurring rule to the due date of an instance, or of the whole to its instances.
pub(super) fn steps(agreement: &Agreement, commitment: &Commitment, rule: &Rule, mark: &Mark, due: &Due) -> Vec<Step> {
    let Some(repeat) = &rule.repeat else { return Vec::new() };
    let mut all = Vec::new();
    if let Some(from) = due::resolve(agreement, &rule.anchor).filter(|_| rule.length.is_some()) {
        all.push(step(format!("start at {}: {}", rule.anchor, spelled(from.days)), from.days, from.fact));
    }
    let first = match series::first_due(agreement, rule) {
        Ok(first) => first,
        Err(Due::Awaiting(anchor)) => {
            all.push(step(format!("wait for {anchor}, which has not happened"), UNKNOWN, Some(mark.seq)));
            return all;
        }
        Err(_) => {
            all.push(step("the date lies outside the years 1 to 9999".to_owned(), UNKNOWN, Some(mark.seq)));
            return all;
        }
    };
    let how = if rule.length.is_some() { count_words(rule, None) } else { "the first due date is stated".to_owned() };
    all.push(step(format!("{how}: {}", spelled(first)), first, Some(mark.seq)));
    let by_fulfilment = rule.repeat_from == Some(RepeatFrom::Fulfilment);
    let whole = agreement.commitment(commitment.id).unwrap_or(commitment);
    let there = series::series(agreement, whole, rule);
    let Some(nth) = &commitment.instance else {
        let last = there.dues.iter().rev().find_map(|due| if let Due::On(dates) = due { Some(*dates) } else { None });
        let known = match (there.dues.len(), there.complete) {
            (1, true) => "1 instance".to_owned(),
            (known, true) => format!("{known} instances"),
            (known, false) => format!("{known} known so far"),
        };
        let words = match last {
            Some(last) => format!("recurs by {repeat}: {known}, the last with a date {}", spelled(last)),
            None => format!("recurs by {repeat}: {known}"),
        };
        all.push(step(words, last.unwrap_or(UNKNOWN), Some(mark.seq)));
        return all;
    };
    let number = nth.number;
    let of = if there.complete { format!(" of {}", there.dues.len()) } else { String::new() };
    match due {
        Due::On(dates) if by_fulfilment && number.get() > 1 => {
            let before = number.get() - 1;
            let from = series::fulfilment_before(whole, number).map_or_else(
                || format!("the due date of {}.{before}, which was let go", commitment.id),
                |mark| format!("the fulfilment of {}.{before} (@{})", commitment.id, mark.seq),
            );
            let length = repeat.step().map(|step| step.to_string()).unwrap_or_default();
            let words = format!("instance {number}{of}: {length} after {from}: {}", spelled(*dates));
            all.push(step(words, *dates, series::fulfilment_before(whole, number).map(|mark| mark.seq)));
        }
        Due::On(dates) => {
            let unrolled = series::unsettled(agreement, rule, repeat, first, number).unwrap_or(*dates);
            let words = format!("instance {number}{of} by {repeat}: {}", spelled(unrolled));
            all.push(step(words, unrolled, Some(mark.seq)));
            if unrolled != *dates {
                all.push(step(format!("comes to rest on {}", spelled(*dates)), *dates, Some(mark.seq)));
            }
        }
        Due::Awaiting(Anchor::FulfilmentOf(id, before)) => {
            all.push(step(format!("wait for the fulfilment of {id}.{before}"), UNKNOWN, Some(mark.seq)));
        }
        Due::Awaiting(_) | Due::Undated | Due::Stopped(..) => {
            all.push(step(format!("instance {number} has no date yet"), UNKNOWN, Some(mark.seq)));
        }
        Due::Beyond => {
            all.push(step("the date lies outside the years 1 to 9999".to_owned(), UNKNOWN, Some(mark.seq)));
        }
    }
    all
}

/// What was stated and assumed about the recurrence.
pub(super) fn stated_and_assumed(
    agreement: &Agreement,
    rule: &Rule,
    stated: &mut Vec<String>,
    assumed: &mut Vec<String>,
) {
    let Some(repeat) = &rule.repeat else { return };
    if rule.length.is_none() {
        stated.clear();
        stated.push(format!("first due date {}", rule.anchor));
    }
    stated.push(format!("recurs by {repeat}"));
    match rule.repeat_from {
        Some(RepeatFrom::Due) => stated.push("each instance is counted from the first due date".to_owned()),
        Some(RepeatFrom::Fulfilment) => {
            stated.push("each instance is counted from the fulfilment of the one before".to_owned());
        }
        None => assumed.push("each instance is counted from the first due date".to_owned()),
    }
    month_ends(agreement, rule, repeat, stated, assumed);
}

/// What becomes of months that lack the day, where that matters.
fn month_ends(
    agreement: &Agreement,
    rule: &Rule,
    repeat: &RepeatRule,
    stated: &mut Vec<String>,
    assumed: &mut Vec<String>,
) {
    let first = series::first_due(agreement, rule).ok();
    let late = first
        .is_some_and(|first| [first.earliest, first.latest].into_iter().flatten().any(|day| day.day_of_month() > 28));
    if repeat.skips_months() {
        stated.push("a month without that day is skipped (RFC 5545); BYMONTHDAY=-1 is the last day of each".to_owned());
    } else if repeat.keeps_day_of_month() && late {
        match rule.month_end {
            Some(MonthEnd::Clamp) => stated.push("in a month without that day it is due on the last".to_owned()),
            Some(MonthEnd::Spill) => stated.push("in a month without that day it is due on the next first".to_owned()),
            None => assumed.push(
                "in a month without that day it is due on the last; RFC 5545 alone would skip the month".to_owned(),
            ),
        }
    }
}

/// Why the whole is in its state.
pub(super) fn because(commitment: CommitmentId, whole: &Whole, otherwise: &str) -> String {
    let counts = whole.counts;
    let waived = if counts.waived > 0 { format!(", {} let go", counts.waived) } else { String::new() };
    let told = format!("{} of {} instances met{waived}, {} overdue", counts.met, counts.all, counts.overdue);
    if counts.open == 0 {
        return format!("nothing more is owed: {told}");
    }
    format!("of what is open {commitment}.{} comes first, and {otherwise}; {told}", whole.by.number)
}
