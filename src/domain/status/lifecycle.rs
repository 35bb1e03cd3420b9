//! The status of an agreement on a day, by the lifecycle of its kind (DOMAIN §4).

use crate::domain::agreement::{Agreement, Ending, Opening};
use crate::domain::commitment::Commitment;
use crate::domain::day::Day;
use crate::domain::due;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::recurrence::series;
use crate::domain::vocabulary::{Lifecycle, MilestoneStatus, NoticeKind, Relation, Renewal, vocabulary};

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
    agreement.suspended.as_ref().is_some_and(|(suspended, _)| suspended.until.is_none_or(|until| day <= until))
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
    let ended_by_notice = agreement.notices.iter().any(|(notice, _, revoked)| {
        notice.kind == NoticeKind::Termination
            && revoked.is_none()
            && notice.takes_effect.is_some_and(|effect| effect <= day)
    });
    if ended_by_notice {
        return AgreementStatus::Terminated;
    }
    if last_day(agreement).is_some_and(|last| day > last) {
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
    if agreement.provisional.is_some() {
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

/// The last day of the term, renewals applied; none when it has none, or goes on by tacit renewal.
#[must_use]
pub fn last_day(agreement: &Agreement) -> Option<Day> {
    let (term, _) = agreement.term.as_ref()?;
    let mut last = if let Some(end) = term.end {
        end
    } else {
        let start = match term.start {
            Some(start) => start,
            None => due::entry_into_force(agreement)?.days.latest?,
        };
        end_of(start, term.length?)?
    };
    let one_more = term.renewal_length.or(term.length);
    for (renewed, _) in &agreement.renewals {
        last = renewed.until.unwrap_or_else(|| prolonged(last, renewed.length.or(one_more)));
    }
    if term.renewal != Renewal::Tacit {
        return Some(last);
    }
    // A notice ends the term that runs when it is given; one that comes too late for that, the next.
    let notices = agreement
        .notices
        .iter()
        .filter(|(notice, _, revoked)| notice.kind == NoticeKind::NonRenewal && revoked.is_none());
    let ends = notices.map(|(_, given, _)| {
        let mut end = last;
        let too_late = |end: Day| {
            let latest = term.notice_period.map_or(Some(end), |period| period.subtract_from(end, MonthEnd::Clamp));
            latest.is_some_and(|latest| given.bounds.latest > latest)
        };
        while too_late(end) {
            let next = prolonged(end, one_more);
            if next <= end {
                break;
            }
            end = next;
        }
        end
    });
    ends.min()
}

/// The last day of a term of this length: one year from 1 January ends with 31 December, the day before its return,
/// and one from 29 February with 28 February.
fn end_of(first: Day, length: Period) -> Option<Day> {
    length.add_to(first, MonthEnd::Spill)?.previous()
}

/// The last day of a term that follows one with this last day; the same where the length is not known.
fn prolonged(last: Day, length: Option<Period>) -> Day {
    last.next().zip(length).and_then(|(first, length)| end_of(first, length)).unwrap_or(last)
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
    days.extend(due::entry_into_force(agreement).and_then(|entry| entry.days.latest));
    days.extend(last_day(agreement).and_then(Day::next));
    days.extend(agreement.suspended.as_ref().and_then(|(suspended, _)| suspended.until).and_then(Day::next));
    days.extend(agreement.notices.iter().filter_map(|(notice, ..)| notice.takes_effect));
    let reports = agreement.commitments.iter().flat_map(Commitment::parts).flat_map(|part| &part.reports);
    days.extend(reports.filter_map(|report| report.mark.bounds.latest.plus_days(super::STALE_AFTER_DAYS + 1)));
    days.retain(|turn| *turn > day);
    days
}
