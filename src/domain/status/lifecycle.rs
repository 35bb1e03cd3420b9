//! The status of an agreement on a day, by the lifecycle of its kind (DOMAIN §4).

use crate::domain::agreement::{Agreement, Ending, Opening, Provisional};
use crate::domain::commitment::Commitment;
use crate::domain::day::Day;
use crate::domain::recurrence::series;
use crate::domain::suspension;
use crate::domain::term;
use crate::domain::vocabulary::{Lifecycle, MilestoneStatus, NoticeKind, Relation, vocabulary};
use crate::domain::{due, force};

vocabulary! {
    /// The status of an agreement on a day.
    AgreementStatus {
        /// Its opening was retracted: it should not have been recorded.
        Retracted = "retracted",
        /// A text is on the table.
        Proposed = "proposed",
        /// A contract's text is on the table.
        Draft = "draft",
        /// Known from a source that shows no signature.
        Recorded = "recorded",
        /// The text of a treaty is settled.
        Adopted = "adopted",
        /// The text of a treaty is authenticated.
        Authenticated = "authenticated",
        /// The text of a memorandum is settled.
        AgreedText = "agreed_text",
        /// Some of the parties to a treaty have signed.
        OpenForSignature = "open_for_signature",
        /// Signed.
        Signed = "signed",
        /// A contract is signed by all.
        Executed = "executed",
        /// Signed subject to ratification, acceptance or approval, which is still to come.
        ConsentPending = "consent_pending",
        /// The day of its entry into force is known and has not come.
        NotYetInForce = "not_yet_in_force",
        /// Applied before its entry into force.
        ProvisionallyApplied = "provisionally_applied",
        /// A treaty is in force.
        InForce = "in_force",
        /// A memorandum operates.
        InOperation = "in_operation",
        /// A contract is effective.
        Effective = "effective",
        /// Its operation is suspended.
        Suspended = "suspended",
        /// Its term ran out.
        Expired = "expired",
        /// It was ended before its term.
        Terminated = "terminated",
        /// A later agreement took its place.
        Superseded = "superseded",
        /// Everything that was agreed is done.
        Completed = "completed",
        /// A pledge became an instrument.
        Instrumented = "instrumented",
        /// A pledge on which work was reported lately.
        InProgress = "in_progress",
        /// A pledge on which work was reported, but not lately.
        Stalled = "stalled",
        /// Everything that was pledged is done.
        Kept = "kept",
        /// Some of what was pledged is done, and nothing more is owed.
        KeptInPart = "kept_in_part",
        /// Judged not kept, by a named judge with a source.
        Broken = "broken",
        /// A pledge that was taken back.
        Withdrawn = "withdrawn",
        /// A pledge on which there is no evidence.
        NotRated = "not_rated",
    }
}

/// Whether the operation is suspended on a day.
#[must_use]
pub fn is_suspended(agreement: &Agreement, day: Day) -> bool {
    suspension::running(agreement, day).is_some()
}

/// Derives the status of an agreement on a day.
#[must_use]
pub fn status(agreement: &Agreement, day: Day) -> AgreementStatus {
    if agreement.opened_by.is_none() && agreement.opening_retracted {
        return AgreementStatus::Retracted;
    }
    let lifecycle = agreement.opened.kind.lifecycle();
    if let Some((ending, _)) = &agreement.ending {
        return match (ending, lifecycle) {
            (Ending::Superseded(_), _) => AgreementStatus::Superseded,
            (Ending::Completed, Lifecycle::Pledge) => AgreementStatus::Kept,
            (Ending::Completed, _) => AgreementStatus::Completed,
            (Ending::Terminated(_), Lifecycle::Pledge) => AgreementStatus::Withdrawn,
            (Ending::Terminated(_), _) => AgreementStatus::Terminated,
        };
    }
    if lifecycle == Lifecycle::Pledge {
        return pledge_status(agreement, day);
    }
    let ended_by_notice = agreement.notices.iter().any(|notice| {
        let effect = due::notice_effect(agreement, notice).and_then(|effect| effect.days.latest);
        notice.0.kind == NoticeKind::Termination && notice.2.is_none() && effect.is_some_and(|effect| effect <= day)
    });
    if ended_by_notice {
        return AgreementStatus::Terminated;
    }
    if term::last_day(agreement).is_some_and(|last| day > last) {
        return AgreementStatus::Expired;
    }
    if is_suspended(agreement, day) {
        return AgreementStatus::Suspended;
    }
    operating_status(agreement, lifecycle, day)
}

fn operating_status(agreement: &Agreement, lifecycle: Lifecycle, day: Day) -> AgreementStatus {
    let entry = due::entry_into_force(agreement).and_then(|entry| entry.days.latest);
    if entry.is_some_and(|entry| entry <= day) {
        return match lifecycle {
            Lifecycle::Treaty => AgreementStatus::InForce,
            Lifecycle::Contract => AgreementStatus::Effective,
            Lifecycle::Mou | Lifecycle::Pledge => AgreementStatus::InOperation,
        };
    }
    if agreement.provisional.as_ref().is_some_and(Provisional::runs) {
        return AgreementStatus::ProvisionallyApplied;
    }
    let any_signed = agreement.signatures().next().is_some();
    match lifecycle {
        Lifecycle::Treaty if entry.is_some() => AgreementStatus::NotYetInForce,
        Lifecycle::Treaty => treaty_status(agreement, any_signed),
        Lifecycle::Contract if agreement.all_signed() => AgreementStatus::Executed,
        _ if any_signed => AgreementStatus::Signed,
        Lifecycle::Contract if agreement.opening == Opening::Proposed => AgreementStatus::Draft,
        Lifecycle::Mou | Lifecycle::Pledge if text_settled(agreement) => AgreementStatus::AgreedText,
        _ => match agreement.opening {
            Opening::Proposed => AgreementStatus::Proposed,
            Opening::Recorded | Opening::Announced => AgreementStatus::Recorded,
        },
    }
}

fn text_settled(agreement: &Agreement) -> bool {
    agreement.adopted.is_some() || agreement.parties.iter().any(|record| record.initialled.is_some())
}

fn treaty_status(agreement: &Agreement, any_signed: bool) -> AgreementStatus {
    let mut there = agreement.parties.iter().filter(|record| record.withdrew.is_none()).peekable();
    // Accession needs no signature.
    let all =
        there.peek().is_some() && there.clone().all(|record| record.signed.is_some() || !record.deposited.is_empty());
    if all {
        let pending = there.any(|record| record.subject_to_consent() && record.deposited.is_empty());
        return if pending { AgreementStatus::ConsentPending } else { AgreementStatus::Signed };
    }
    if any_signed {
        AgreementStatus::OpenForSignature
    } else if agreement.parties.iter().any(|record| record.initialled.is_some()) {
        AgreementStatus::Authenticated
    } else if agreement.adopted.is_some() {
        AgreementStatus::Adopted
    } else if agreement.opening == Opening::Proposed {
        AgreementStatus::Proposed
    } else {
        AgreementStatus::Recorded
    }
}

fn pledge_status(agreement: &Agreement, day: Day) -> AgreementStatus {
    if agreement.links.iter().any(|(link, _)| link.relation == Relation::Becomes) {
        return AgreementStatus::Instrumented;
    }
    let done = |in_part: bool| {
        let fulfilled = |commitment| series::fulfilment(agreement, commitment);
        agreement.commitments.iter().filter(move |c| fulfilled(c).is_some_and(|done| done.in_part == in_part))
    };
    let open = agreement.commitments.iter().filter(|commitment| !series::is_closed(agreement, commitment)).count();
    let judged_broken = agreement.commitments.iter().flat_map(Commitment::parts).any(|commitment| {
        commitment.reports.last().is_some_and(|report| {
            report.reported.status == MilestoneStatus::NotMet
                && report.reported.by.is_some()
                && (report.sourced || !report.reported.evidence.is_empty())
        })
    });
    if judged_broken {
        return AgreementStatus::Broken;
    }
    if open == 0 && done(false).next().is_some() {
        let whole = done(true).next().is_none();
        return if whole { AgreementStatus::Kept } else { AgreementStatus::KeptInPart };
    }
    if open == 0 && done(true).next().is_some() {
        return AgreementStatus::KeptInPart;
    }
    let last_report = agreement
        .commitments
        .iter()
        .flat_map(Commitment::parts)
        .flat_map(|commitment| &commitment.reports)
        .filter(|report| report.reported.status != MilestoneStatus::NotMet)
        .map(|report| report.mark.bounds.latest)
        .max();
    match last_report {
        None => AgreementStatus::NotRated,
        Some(last) if last.days_until(day) > super::STALE_AFTER_DAYS => AgreementStatus::Stalled,
        Some(_) => AgreementStatus::InProgress,
    }
}

/// The days after `day` on which the status may change though nothing happens.
#[must_use]
pub fn turning_days(agreement: &Agreement, day: Day) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let entry = due::entry_into_force(agreement);
    days.extend(entry.and_then(|entry| entry.days.latest));
    let parties = agreement.parties.iter().filter_map(|record| force::party_entry_given(agreement, record, || entry));
    days.extend(parties.filter_map(|entry| entry.days.latest));
    days.extend(term::last_day(agreement).and_then(Day::next));
    days.extend(suspension::turning_days(agreement));
    let effects = agreement.notices.iter().filter_map(|notice| due::notice_effect(agreement, notice));
    days.extend(effects.filter_map(|effect| effect.days.latest));
    let reports = agreement.commitments.iter().flat_map(Commitment::parts).flat_map(|part| &part.reports);
    days.extend(reports.filter_map(|report| report.mark.bounds.latest.plus_days(super::STALE_AFTER_DAYS + 1)));
    days.retain(|turn| *turn > day);
    days
}
