//! What the register's own guards have against facts that are on record all the same.
//!
//! A contradiction gets in only from another program's log; it is an error. An oddity was recorded with its reason,
//! and is a note that gives it.

use super::case::{Case, Found, other_fact};
use super::code::Severity;
use super::{Cause, Finding};
use crate::domain::event::Event;
use crate::domain::guard::Objected;
use crate::domain::objection::Objection;

/// A zone can be a day ahead of the time in which recording is kept.
const ZONE_AHEAD_DAYS: i64 = 1;

fn finding(case: &Case<'_>, objected: &Objected) -> Finding {
    let reason = case.reason(objected);
    let severity = match (objected.objection.is_contradiction(), &reason) {
        (true, _) => Severity::Error,
        (false, None) => Severity::Warning,
        (false, Some(_)) => Severity::Note,
    };
    let mut seqs: Vec<u64> = [objected.seq].into_iter().chain(other_fact(&objected.objection)).collect();
    seqs.sort_unstable();
    seqs.dedup();
    Finding {
        code: objected.objection.code(),
        severity,
        agreement: case.reference.clone(),
        subject: None,
        events: seqs.iter().map(|seq| case.at(*seq)).collect(),
        message: format!("@{}: {}", objected.seq, objected.objection),
        values: Vec::new(),
        reason,
        next: String::new(),
        cause: Cause::Guard(objected.objection.clone()),
    }
}

/// Everything that speaks against a fact, unless a check said it already with the dates.
pub(super) fn objections(case: &Case<'_>, found: &mut Found) {
    for objected in &case.objected {
        if !found.covers(objected.seq, objected.objection.code()) {
            found.findings.push(finding(case, objected));
        }
    }
}

/// Facts dated after the day on which they were recorded.
pub(super) fn future(case: &Case<'_>, found: &mut Found) {
    for reading in case.telling() {
        // A fact that was corrected since is judged by the day of the correction.
        let seqs = [reading.seq].into_iter().chain(reading.changed_by.iter().copied());
        let recorded = seqs.filter_map(|seq| case.timeline.fact(seq)).map(|fact| fact.recorded.at.utc_day()).max();
        let Some(recorded) = recorded else { continue };
        let Some(day) = reading.bounds.earliest.filter(|_| reading.saying.occurred.on.is_some()) else { continue };
        if recorded.days_until(day) > ZONE_AHEAD_DAYS && !matches!(reading.saying.event, Event::AgreementAmended(_)) {
            let objection = Objection::InTheFuture { day, today: recorded };
            let objected = Objected { seq: reading.seq, objection, elsewhere: false };
            let mut finding = finding(case, &objected);
            finding.message = format!("@{}: its day, {day}, lies after {recorded}, the day of recording", reading.seq);
            found.findings.push(finding);
        }
    }
}
