//! Disagreements that nobody settled.

use super::Finding;
use super::case::{Case, Found};
use super::code::{Code, Severity};
use crate::domain::commitment::Mark;
use crate::domain::status::STALE_AFTER_DAYS;
use crate::domain::vocabulary::Confidence;

/// An open dispute is a note at first; after as long as anything else goes stale, a warning.
fn open(case: &Case<'_>, facts: &[u64], since: &Mark, what: &str) -> Finding {
    let days = since.bounds.latest.days_until(case.today).max(0);
    let said = case.said(since);
    let message = format!("{what}, unsettled for {days} days, since {said}");
    let mut finding = case.finding(Code::DisputeOpen, facts, message).told("since", said);
    if days <= STALE_AFTER_DAYS {
        finding.severity = Severity::Note;
    }
    finding
}

/// Facts about which sources disagree.
pub(super) fn facts(case: &Case<'_>, found: &mut Found) {
    for (seq, mark) in &case.agreement.disputed_facts {
        found.findings.push(open(case, &[*seq, mark.seq], mark, &format!("sources disagree about @{seq}")));
    }
}

/// Facts that were recorded as disputed from the start, such as by an import whose source contradicts itself.
pub(super) fn confidence(case: &Case<'_>, found: &mut Found) {
    let open = |seq: u64| case.agreement.disputed_facts.iter().any(|(disputed, _)| *disputed == seq);
    for reading in case.telling().filter(|reading| reading.saying.confidence == Confidence::Disputed) {
        if !open(reading.seq) {
            let message = format!("{} is on record as disputed", reading.saying.event.name());
            let finding = case.finding(Code::RecordedAsDisputed, &[reading.seq], message);
            found.findings.push(case.because(finding, reading.seq));
        }
    }
}

/// Commitments over which parties disagree.
pub(super) fn commitments(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        if let Some(mark) = &commitment.disputed {
            let what = format!("{} is disputed", commitment.id);
            found.findings.push(open(case, &[mark.seq], mark, &what).about(commitment.id));
        }
    }
}
