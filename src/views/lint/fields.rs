//! Fields that cannot both be true.

use super::case::{Case, Found};
use super::code::Code;
use crate::domain::agreement::Ending;
use crate::domain::commitment::{Commitment, Mark, Report};
use crate::domain::vocabulary::{Certainty, MilestoneStatus};

fn accepted(commitment: &Commitment) -> impl Iterator<Item = &Report> {
    commitment.reports.iter().filter(|report| report.rejected.is_none())
}

/// Whether nobody knows when, in words: at no day, or at any day up to one.
fn day_unknown(case: &Case<'_>, mark: &Mark) -> Option<String> {
    let occurred = &case.readings.fact(mark.seq)?.saying.occurred;
    match occurred.on {
        None => Some("not on record".to_owned()),
        Some(on) if occurred.certainty == Certainty::Unknown => Some(format!("{on}, not known")),
        Some(on) if on.earliest().is_none() => Some(on.to_string()),
        Some(_) => None,
    }
}

/// Done, and nobody knows when.
pub(super) fn done_without_day(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let met = accepted(commitment).filter(|report| report.reported.status == MilestoneStatus::Met);
        for report in met {
            let Some(day) = day_unknown(case, &report.mark) else { continue };
            let message = format!("{} is reported met, and nobody says when: {day}", commitment.id);
            let finding = case.finding(Code::DoneWithoutDay, &[report.mark.seq], message).about(commitment.id);
            found.findings.push(case.because(finding.told("status", "met").told("day", day), report.mark.seq));
        }
    }
    if let Some((Ending::Completed, mark)) = &case.agreement.ending
        && let Some(day) = day_unknown(case, mark)
    {
        let message = format!("the agreement is completed, and nobody says when: {day}");
        let finding = case.finding(Code::DoneWithoutDay, &[mark.seq], message);
        found.findings.push(case.because(finding.told("status", "completed").told("day", day), mark.seq));
    }
}

/// Met, and reported not met from the same day on or later, without the first report being turned down.
pub(super) fn met_and_not_met(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let Some(met) = accepted(commitment).find(|report| report.reported.status == MilestoneStatus::Met) else {
            continue;
        };
        let against = accepted(commitment).find(|report| {
            report.reported.status == MilestoneStatus::NotMet && report.mark.bounds.latest >= met.mark.bounds.latest
        });
        let Some(against) = against else { continue };
        let (yes, no) = (case.said(&met.mark), case.said(&against.mark));
        let message = format!("{} is reported met {yes} and not met {no}", commitment.id);
        let finding = case.finding(Code::MetAndNotMet, &[met.mark.seq, against.mark.seq], message);
        found.findings.push(finding.about(commitment.id).told("met", yes).told("not met", no));
    }
}

/// Shares that do not go with the status.
pub(super) fn shares(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        for report in accepted(commitment) {
            let (status, id) = (report.reported.status, commitment.id);
            let Some(share) = report.reported.share else { continue };
            let code = match status {
                MilestoneStatus::Met if share < 100 => Code::MetInPart,
                MilestoneStatus::Met => continue,
                _ if share >= 100 && commitment.fulfilment.is_none() => Code::DoneNotMet,
                _ => continue,
            };
            let words = status.word().replace('_', " ");
            let message = format!("{id} is reported as {words} with {share} % of it done");
            let finding = case.finding(code, &[report.mark.seq], message).about(id);
            found.findings.push(finding.told("status", words).told("share", format!("{share} %")));
        }
    }
}
