//! The entry into force that a source states, against what the rule gives.

use super::case::{Case, Found};
use super::code::Code;
use crate::domain::agreement::{Agreement, PartyRecord};
use crate::domain::day::Day;
use crate::domain::due::{self, DueDates};
use crate::domain::edtf::Bounds;
use crate::domain::force;
use crate::domain::period::MonthEnd;
use crate::domain::vocabulary::InstrumentKind;

/// Whether a stated day cannot be one of the computed ones; an unknown end could be any day.
fn differ(stated: Bounds, computed: DueDates) -> bool {
    computed.earliest.is_some_and(|earliest| stated.latest < earliest)
        || stated.earliest.zip(computed.latest).is_some_and(|(stated, latest)| stated > latest)
}

fn words(days: DueDates) -> String {
    match (days.earliest, days.latest) {
        (Some(a), Some(b)) if a == b => a.to_string(),
        (Some(a), Some(b)) => format!("{a}/{b}"),
        (None, Some(b)) => format!("../{b}"),
        (Some(a), None) => format!("{a}/.."),
        (None, None) => "unknown".to_owned(),
    }
}

const fn other_name(month_end: MonthEnd) -> &'static str {
    match month_end {
        MonthEnd::Clamp => "a month end that does not exist becoming the last day of its month",
        MonthEnd::Spill => "a month end that does not exist becoming the first of the next month",
    }
}

/// The agreement with month ends treated the other way in its rules.
fn with_month_ends(agreement: &Agreement, month_end: MonthEnd) -> Agreement {
    let mut other = agreement.clone();
    for rule in [&mut other.entry_rule, &mut other.party_rule].into_iter().flatten() {
        rule.0.rule.month_end = Some(month_end);
    }
    other
}

/// The way to treat month ends with which a rule gives the stated day after all.
fn month_end_that_agrees(stated: Bounds, counted: impl Fn(MonthEnd) -> Option<DueDates>) -> Option<MonthEnd> {
    let agrees = |end: &MonthEnd| counted(*end).is_some_and(|days| !differ(stated, days));
    [MonthEnd::Clamp, MonthEnd::Spill].into_iter().find(agrees)
}

/// The agreement's own entry into force, where a rule is on record and a day is declared besides.
pub(super) fn agreement(case: &Case<'_>, found: &mut Found) {
    let agreement = &case.agreement;
    let (Some(mark), Some((_, rule))) = (&agreement.entered, &agreement.entry_rule) else { return };
    let Some(stated) = case.days(mark) else { return };
    let computed = |agreement: &Agreement| force::computed_entry_into_force(agreement).map(|entry| entry.days);
    let Some(days) = computed(agreement) else { return };
    found.recomputed += 1;
    if !differ(stated, days) {
        found.agree += 1;
        return;
    }
    let other = month_end_that_agrees(stated, |end| computed(&with_month_ends(agreement, end)));
    let (stated, days) = (case.said(mark), words(days));
    let facts = [mark.seq, rule.seq];
    let finding = match other {
        Some(end) => case.finding(
            Code::EntryIntoForceMonthEnd,
            &facts,
            format!(
                "stated to be in force from {stated}; the rule gives {days}, and {stated} with {}",
                other_name(end)
            ),
        ),
        None => case.finding(
            Code::EntryIntoForceDiffers,
            &facts,
            format!("stated to be in force from {stated}; the rule gives {days}"),
        ),
    };
    found.findings.push(finding.told("stated", stated).told("computed", days));
}

/// The agreement with a day of its own: where none is on record, the earliest that is stated for a party.
fn with_its_own_day(case: &Case<'_>) -> Agreement {
    let mut agreement = case.agreement.clone();
    if due::entry_into_force(&agreement).is_none() {
        let stated = case.agreement.parties.iter().filter_map(|record| record.in_force.as_ref());
        let dated = stated.filter_map(|mark| Some((case.days(mark)?.earliest?, mark)));
        agreement.entered = dated.min_by_key(|(day, _)| *day).map(|(_, mark)| mark.clone());
    }
    agreement
}

/// What the rule gives for a party: the one that the asker states, else the one on record; none without either.
fn counted(case: &Case<'_>, agreement: &Agreement, record: &PartyRecord, end: Option<MonthEnd>) -> Option<DueDates> {
    let Some(within) = case.each_party_within else {
        agreement.party_rule.as_ref()?;
        let other = end.map(|end| with_month_ends(agreement, end));
        return force::computed_party_entry_into_force(other.as_ref().unwrap_or(agreement), record).map(|e| e.days);
    };
    let received = case.days(&record.deposited.first()?.1)?;
    let floor = due::entry_into_force(agreement).and_then(|entry| entry.days.earliest);
    let end = end.unwrap_or(MonthEnd::Clamp);
    let after = |day: Day| within.add_to(day, end).map(|day| floor.map_or(day, |floor| day.max(floor)));
    let earliest = match received.earliest {
        Some(day) => Some(after(day)?),
        None => floor,
    };
    Some(DueDates { earliest, latest: Some(after(received.latest)?) })
}

/// The entry into force for each party.
pub(super) fn parties(case: &Case<'_>, found: &mut Found) {
    if case.each_party_within.is_none() && case.agreement.party_rule.is_none() {
        return;
    }
    let agreement = with_its_own_day(case);
    for record in &agreement.parties {
        let Some((mark, stated)) = record.in_force.as_ref().and_then(|mark| Some((mark, case.days(mark)?))) else {
            continue;
        };
        let deposited = record.deposited.first().map(|(deposited, mark)| (deposited.instrument.word(), mark));
        let signed = record.signed.as_ref().map(|(_, mark)| ("signature", mark));
        let Some((consent, by)) = deposited.or(signed) else { continue };
        let Some(days) = counted(case, &agreement, record, None) else { continue };
        found.recomputed += 1;
        if !differ(stated, days) {
            found.agree += 1;
            continue;
        }
        let other = month_end_that_agrees(stated, |end| counted(case, &agreement, record, Some(end)));
        let (said, days, name) = (case.said(mark), words(days), &record.party.name);
        let (code, more) = match other {
            Some(end) => (Code::EntryIntoForceMonthEnd, format!(", and {said} with {}", other_name(end))),
            None if consent == InstrumentKind::Succession.word() => {
                let more = "; a succession counts from the day the State succeeded";
                (Code::PartyEntryIntoForceDiffers, more.to_owned())
            }
            None => (Code::PartyEntryIntoForceDiffers, String::new()),
        };
        let message = format!(
            "stated to be in force for {name} from {said}; its {consent} of {} gives {days}{more}",
            case.said(by)
        );
        let finding = case.finding(code, &[mark.seq, by.seq], message).about(&record.party.id);
        found.findings.push(finding.told("stated", said).told("computed", days));
    }
}
