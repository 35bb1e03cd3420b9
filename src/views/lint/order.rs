//! Dates in an order in which things cannot have happened.
//!
//! Only what is certain counts: the first possible day of what must come first lies after the last possible day of
//! what must follow. A fact without a day of its own is in no order.

use super::Finding;
use super::case::{Case, Found};
use super::code::Code;
use crate::domain::commitment::Mark;
use crate::domain::due;
use crate::domain::event::Event;
use crate::domain::vocabulary::{InstrumentKind, MilestoneStatus};

/// The finding where what should come first came later.
fn reversed(case: &Case<'_>, code: Code, first: (&str, &Mark), then: (&str, &Mark)) -> Option<Finding> {
    let (before, after) = (case.days(first.1)?, case.days(then.1)?);
    if after.latest >= before.earliest? {
        return None;
    }
    let (a, b) = (case.said(first.1), case.said(then.1));
    let message = format!("{} {b}, before {} {a}", then.0, first.0);
    Some(case.finding(code, &[first.1.seq, then.1.seq], message).told(first.0, a).told(then.0, b))
}

/// Adoption, then signature, then ratification; an instrument is dated before it is received.
pub(super) fn consent(case: &Case<'_>, found: &mut Found) {
    for record in &case.agreement.parties {
        let id = &record.party.id;
        let signed = record.signed.as_ref().map(|(_, mark)| mark);
        if let (Some(adopted), Some(signed)) = (&case.agreement.adopted, signed)
            && let Some(finding) = reversed(case, Code::SignedBeforeAdopted, ("adopted", adopted), ("signed", signed))
        {
            found.push_covering(case, finding.about(id), adopted.seq, "signed_first");
        }
        for (deposited, mark) in &record.deposited {
            if let Some(signed) = signed.filter(|_| deposited.instrument == InstrumentKind::Ratification)
                && let Some(finding) =
                    reversed(case, Code::DepositedBeforeSigned, ("signed", signed), ("deposited", mark))
            {
                found.push_covering(case, finding.about(id), mark.seq, "ratified_unsigned");
            }
            let dated = deposited.dated.as_ref().and_then(|dated| Some((dated, dated.earliest()?)));
            if let (Some((dated, earliest)), Some(received)) = (dated, case.days(mark))
                && earliest > received.latest
            {
                let said = case.said(mark);
                let message = format!("the instrument is dated {dated}, after it was received {said}");
                let finding = case.finding(Code::DatedAfterReceived, &[mark.seq], message).about(id);
                found.findings.push(finding.told("dated", dated).told("received", said));
            }
        }
    }
}

/// Consent, then entry into force; for a successor State the day of succession counts, which lies before.
pub(super) fn entry(case: &Case<'_>, found: &mut Found) {
    let mut first: Option<&Mark> = None;
    for record in &case.agreement.parties {
        let signed = record.signed.iter().map(|(_, mark)| mark);
        let deposits = record.deposited.iter().map(|(_, mark)| mark);
        let succeeded = record.deposited.iter().any(|(d, _)| d.instrument == InstrumentKind::Succession);
        let consent = signed.chain(deposits).min_by_key(|mark| mark.bounds.latest);
        if let Some(mark) = consent
            && first.is_none_or(|first| mark.bounds.latest < first.bounds.latest)
        {
            first = Some(mark);
        }
        let Some(in_force) = &record.in_force else { continue };
        let against = consent.filter(|_| !succeeded);
        let early = against.and_then(|consent| {
            reversed(case, Code::InForceBeforeConsent, ("consented", consent), ("in force", in_force))
        });
        found.findings.extend(early.map(|finding| finding.about(&record.party.id)));
        let own = case.agreement.entered.as_ref().filter(|_| !succeeded);
        let before = own.and_then(|entered| {
            let of_all = ("the agreement in force", entered);
            reversed(case, Code::InForceBeforeAgreement, of_all, ("in force for it", in_force))
        });
        found.findings.extend(before.map(|finding| finding.about(&record.party.id)));
    }
    if let (Some(first), Some(entered)) = (first, &case.agreement.entered)
        && let Some(finding) =
            reversed(case, Code::EnteredBeforeConsent, ("first consented to", first), ("in force", entered))
    {
        found.push_covering(case, finding, entered.seq, "not_signed");
    }
}

/// Entry into force or operation, then the end.
pub(super) fn end(case: &Case<'_>, found: &mut Found) {
    let Some((_, mark)) = &case.agreement.ending else { return };
    if let Some(entered) = &case.agreement.entered {
        if let Some(finding) = reversed(case, Code::EndedBeforeEntry, ("in force", entered), ("ended", mark)) {
            found.push_covering(case, finding, entered.seq, "after_end");
        }
        return;
    }
    let began = due::entry_into_force(&case.agreement).and_then(|entry| entry.days.earliest);
    let (Some(began), Some(ended)) = (began, case.days(mark)) else { return };
    if ended.latest < began {
        let said = case.said(mark);
        let message = format!("ended {said}, before it began to operate on {began}");
        let finding = case.finding(Code::EndedBeforeEntry, &[mark.seq], message);
        found.findings.push(finding.told("began", began).told("ended", said));
    }
}

/// A notice, then its effect.
pub(super) fn notices(case: &Case<'_>, found: &mut Found) {
    for (notice, mark, _) in &case.agreement.notices {
        let given = case.days(mark).and_then(|days| days.earliest);
        let (Some(effect), Some(given)) = (notice.takes_effect, given) else { continue };
        if effect < given {
            let message = format!("the notice of {} takes effect {effect}, before it was given {given}", notice.kind);
            let finding = case.finding(Code::EffectBeforeNotice, &[mark.seq], message).about(&notice.party);
            found.findings.push(finding.told("given", given).told("takes effect", effect));
        }
    }
}

/// A commitment is made, then reported on; work begins, then it is done.
pub(super) fn commitments(case: &Case<'_>, found: &mut Found) {
    for commitment in &case.agreement.commitments {
        let reports = || commitment.reports.iter().filter(|report| report.rejected.is_none());
        for report in reports() {
            let made = ("made", &commitment.made);
            let early = reversed(case, Code::ReportedBeforeMade, made, ("reported", &report.mark));
            found.findings.extend(early.map(|finding| finding.about(commitment.id)));
        }
        let of = |status| move |report: &&crate::domain::commitment::Report| report.reported.status == status;
        let started = reports().filter(of(MilestoneStatus::Started)).min_by_key(|report| report.mark.bounds.latest);
        let met = reports().find(of(MilestoneStatus::Met));
        let (Some(started), Some(met)) = (started, met) else { continue };
        let pair = (("started", &started.mark), ("met", &met.mark));
        let early = reversed(case, Code::MetBeforeStarted, pair.0, pair.1);
        found.findings.extend(early.map(|finding| finding.about(commitment.id)));
    }
}

/// A body is announced, formed, meets, and ends.
pub(super) fn bodies(case: &Case<'_>, found: &mut Found) {
    for body in &case.agreement.bodies {
        let Some((_, formed)) = &body.formed else { continue };
        let meetings = body.meetings.iter().map(|met| (met, Code::MetBeforeFormed, "met"));
        let end = body.dissolved.iter().map(|end| (end, Code::DissolvedBeforeFormed, "dissolved"));
        for (mark, code, word) in meetings.chain(end) {
            if let Some(finding) = reversed(case, code, ("formed", formed), (word, mark)) {
                found.push_covering(case, finding.about(body.id), mark.seq, "body_not_there");
            }
        }
        let announced = body.announced.as_ref();
        let early = announced.and_then(|announced| {
            reversed(case, Code::FormedBeforeAnnounced, ("announced", announced), ("formed", formed))
        });
        found.findings.extend(early.map(|finding| finding.about(body.id)));
    }
}

/// Something happens, then a source tells of it, then somebody reads the source.
pub(super) fn publications(case: &Case<'_>, found: &mut Found) {
    for reading in case.telling() {
        let seq = reading.seq;
        // What is to come can be announced, and remarks bear the day on which they were made.
        let told_after = !matches!(
            reading.saying.event,
            Event::AgreementEnteredIntoForce(_)
                | Event::AgreementAmended(_)
                | Event::NoteAdded(_)
                | Event::PaperAttached(_)
                | Event::AgreementLinked(_)
        );
        let happened = reading.saying.occurred.on.filter(|_| told_after).and(reading.bounds.earliest);
        for evidence in &reading.saying.evidence {
            let Some(published) = &evidence.published else { continue };
            if let (Some(happened), Some(latest)) = (happened, published.latest())
                && latest < happened
            {
                let message =
                    format!("happened {happened}, after its source ({}) was published {published}", evidence.source);
                let finding = case.finding(Code::PublishedBeforeOccurred, &[seq], message);
                found.findings.push(finding.told("happened", happened).told("published", published));
            }
            if let (Some(read), Some(earliest)) = (evidence.retrieved, published.earliest())
                && read < earliest
            {
                let message = format!("{} was read {read}, before it was published {published}", evidence.source);
                let finding = case.finding(Code::RetrievedBeforePublished, &[seq], message);
                found.findings.push(finding.told("published", published).told("retrieved", read));
            }
        }
    }
}
