//! Due dates and ends of terms that are stated and can be computed besides.

use super::case::{Case, Found};
use super::code::Code;
use crate::domain::commitment::{Commitment, DeadlineStep, Mark};
use crate::domain::due::{self, Due, DueDates};
use crate::domain::rule::Rule;

/// Where a deadline alone would lead, as if no other had been set.
fn alone(case: &Case<'_>, commitment: &Commitment, rule: &Rule, mark: &Mark) -> Option<DueDates> {
    let step = (DeadlineStep::Set(Box::new(rule.clone())), mark.clone(), Vec::new());
    let only = Commitment { deadline: vec![step], ..commitment.clone() };
    match due::current(&case.agreement, &only) {
        Due::On(days) => Some(days),
        _ => None,
    }
}

/// A fixed due date and a rule for the same commitment: the day that a source states, and the day that is counted.
pub(super) fn stated_and_computed(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let set: Vec<(&Rule, &Mark)> = commitment
            .deadline
            .iter()
            .filter_map(|(step, mark, _)| match step {
                DeadlineStep::Set(rule) => Some((rule.as_ref(), mark)),
                DeadlineStep::To(_) | DeadlineStep::By(_) => None,
            })
            .collect();
        let fixed = set.iter().rev().find(|(rule, _)| rule.length.is_none());
        let counted = set.iter().rev().find(|(rule, _)| rule.length.is_some());
        let (Some((fixed, by)), Some((counted, rule))) = (fixed, counted) else { continue };
        let days = |rule: &Rule, mark: &Mark| alone(case, commitment, rule, mark);
        let (Some(stated), Some(computed)) = (days(fixed, by), days(counted, rule)) else { continue };
        let (Some(stated), Some(latest)) = (stated.latest, computed.latest) else { continue };
        found.recomputed += 1;
        if stated <= latest && computed.earliest.is_none_or(|earliest| earliest <= stated) {
            found.agree += 1;
            continue;
        }
        let message = format!("{} is stated to be due {stated}; its rule gives {latest}", commitment.id);
        let finding = case.finding(Code::DueDateDiffers, &[by.seq, rule.seq], message).about(commitment.id);
        let later = by.seq.max(rule.seq);
        found.push_covering(case, finding.told("stated", stated).told("computed", latest), later, "deadline_again");
    }
}

/// A term whose stated end lies before its start.
pub(super) fn term(case: &Case<'_>, found: &mut Found) {
    let Some((term, mark)) = &case.agreement.term else { return };
    let (Some(end), Some(start)) = (term.end, term.start.or_else(|| entry_day(case))) else { return };
    if end < start {
        let message = format!("the term ends {end}, before it starts on {start}");
        let finding = case.finding(Code::TermEndsBeforeStart, &[mark.seq], message);
        found.findings.push(finding.told("start", start).told("end", end));
    }
}

fn entry_day(case: &Case<'_>) -> Option<crate::domain::day::Day> {
    due::entry_into_force(&case.agreement).and_then(|entry| entry.days.earliest)
}

/// A commitment that was due before it was made.
pub(super) fn due_before_made(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let Due::On(DueDates { latest: Some(due), .. }) = due::original(&case.agreement, commitment) else { continue };
        let Some(made) = case.days(&commitment.made).and_then(|days| days.earliest) else { continue };
        if due >= made {
            continue;
        }
        let by = commitment.deadline.first().map_or(commitment.made.seq, |(_, mark, _)| mark.seq);
        let message = format!("{} was due {due}, before it was made on {made}", commitment.id);
        let finding = case.finding(Code::DueBeforeMade, &[commitment.made.seq, by], message);
        found.findings.push(finding.about(commitment.id).told("made", made).told("due", due));
    }
}
