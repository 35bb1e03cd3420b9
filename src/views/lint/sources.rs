//! What nothing on record bears out: facts without a source, promises without a date or a word since.

use super::case::{Case, Found};
use super::code::{Code, Severity};
use crate::domain::agreement::Opening;
use crate::domain::status::CommitmentState;
use crate::domain::status::{AgreementStatus, STALE_AFTER_DAYS, standing, status};
use crate::domain::vocabulary::{AgreementKind, Lifecycle};

/// Commitments of which nothing says where they are from.
pub(super) fn commitments(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let made = case.readings.fact(commitment.made.seq);
        if made.is_some_and(|made| made.saying.evidence.is_empty()) {
            let message = format!("{} names no source: {}", commitment.id, commitment.undertaking.text);
            let finding = case.finding(Code::CommitmentWithoutSource, &[commitment.made.seq], message);
            found.findings.push(finding.about(commitment.id));
        }
    }
}

/// How many facts name no source; those about the record bear their reason instead.
pub(super) fn facts(case: &Case<'_>, found: &mut Found) {
    let all = case.telling().count();
    let bare: Vec<u64> =
        case.telling().filter(|reading| reading.saying.evidence.is_empty()).map(|reading| reading.seq).collect();
    if !bare.is_empty() {
        let message = format!("{} of {all} facts name no source", bare.len());
        found.findings.push(case.finding(Code::FactsWithoutSource, &bare, message));
    }
}

/// Open commitments without a date on which nothing was reported for long.
pub(super) fn silence(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let undated = standing(&case.agreement, commitment, case.today).state == CommitmentState::Undated;
        let days = commitment.made.bounds.latest.days_until(case.today);
        if undated && commitment.reports.is_empty() && days > STALE_AFTER_DAYS {
            let message =
                format!("{} has no date and no report in {days} days: {}", commitment.id, commitment.undertaking.text);
            let finding = case.finding(Code::UndatedAndSilent, &[commitment.made.seq], message);
            found.findings.push(finding.about(commitment.id).told("made by", commitment.made.bounds.latest));
        }
    }
}

/// An instrument that nobody signed; of one that was only proposed that is no wonder.
pub(super) fn signatures(case: &Case<'_>, found: &mut Found) {
    let agreement = &case.agreement;
    let consented = agreement.parties.iter().any(|record| record.signed.is_some() || !record.deposited.is_empty());
    if agreement.opened.kind.lifecycle() == Lifecycle::Pledge || consented {
        return;
    }
    let seqs: Vec<u64> = agreement.opened_by.iter().map(|mark| mark.seq).collect();
    let mut finding = case.finding(Code::NoSignature, &seqs, "no signature is on record");
    let proposed = agreement.opening == Opening::Proposed && agreement.entered.is_none();
    // What a source calls a memorandum was signed; an "agreement" can be anything.
    if proposed || agreement.opened.kind == AgreementKind::Agreement {
        finding.severity = Severity::Note;
    }
    found.findings.push(finding);
}

/// An agreement in which nobody undertook anything, as far as the record goes.
pub(super) fn nothing_undertaken(case: &Case<'_>, found: &mut Found) {
    let proposed = status(&case.agreement, case.today) == AgreementStatus::Proposed;
    if case.agreement.commitments.is_empty() && !proposed {
        let seqs: Vec<u64> = case.agreement.opened_by.iter().map(|mark| mark.seq).collect();
        found.findings.push(case.finding(Code::NoCommitment, &seqs, "no commitment is on record"));
    }
}
