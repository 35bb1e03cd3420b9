//! The entry into force that a source states, against what the rule gives.

use super::case::{Case, Found};
use super::code::Code;
use crate::domain::agreement::{Agreement, PartyRecord};
use crate::domain::day::Day;
use crate::domain::due::{self, DueDates};
use crate::domain::edtf::Bounds;
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

/// The agreement without the day that was declared for it: what its rule alone gives.
fn undeclared(agreement: &Agreement, month_end: Option<MonthEnd>) -> Agreement {
    let mut alone = agreement.clone();
    alone.entered = None;
    if let (Some(month_end), Some((entry, _))) = (month_end, alone.entry_rule.as_mut()) {
        entry.rule.month_end = Some(month_end);
    }
    alone
}

/// The agreement's own entry into force, where a rule is on record and a day is declared besides.
pub(super) fn agreement(case: &Case<'_>, found: &mut Found) {
    let agreement = &case.agreement;
    let (Some(mark), Some((_, rule))) = (&agreement.entered, &agreement.entry_rule) else { return };
    let Some(stated) = case.days(mark) else { return };
    let computed = |month_end| due::entry_into_force(&undeclared(agreement, month_end)).map(|entry| entry.days);
    let Some(days) = computed(None) else { return };
    found.recomputed += 1;
    if !differ(stated, days) {
        found.agree += 1;
        return;
    }
    let other = [MonthEnd::Clamp, MonthEnd::Spill]
        .into_iter()
        .find(|end| computed(Some(*end)).is_some_and(|days| !differ(stated, days)));
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

/// The day before which it cannot be in force for anybody: the agreement's own, else the earliest stated for a party.
fn floor(case: &Case<'_>) -> Option<Day> {
    let own = due::entry_into_force(&case.agreement).and_then(|entry| entry.days.earliest);
    let parties = case.agreement.parties.iter().filter_map(|record| record.in_force.as_ref());
    own.or_else(|| parties.filter_map(|mark| case.days(mark)?.earliest).min())
}

/// What "so long after its instrument, and not before the agreement" gives for a party, and the instrument's fact.
fn counted(case: &Case<'_>, record: &PartyRecord, floor: Option<Day>, end: MonthEnd) -> Option<(DueDates, u64)> {
    let within = case.each_party_within?;
    let (_, mark) = record.deposited.first()?;
    let received = case.days(mark)?;
    let after = |day: Day| within.add_to(day, end).map(|day| floor.map_or(day, |floor| day.max(floor)));
    let earliest = match received.earliest {
        Some(day) => Some(after(day)?),
        None => floor,
    };
    Some((DueDates { earliest, latest: Some(after(received.latest)?) }, mark.seq))
}

/// The entry into force for each party.
pub(super) fn parties(case: &Case<'_>, found: &mut Found) {
    let floor = floor(case);
    for record in &case.agreement.parties {
        let Some((mark, stated)) = record.in_force.as_ref().and_then(|mark| Some((mark, case.days(mark)?))) else {
            continue;
        };
        let Some((days, instrument)) = counted(case, record, floor, MonthEnd::Clamp) else { continue };
        found.recomputed += 1;
        if !differ(stated, days) {
            found.agree += 1;
            continue;
        }
        let spilled = counted(case, record, floor, MonthEnd::Spill).is_some_and(|(days, _)| !differ(stated, days));
        let (said, days) = (case.said(mark), words(days));
        let name = &record.party.name;
        let deposited = record.deposited.first();
        let succession = deposited.is_some_and(|(deposited, _)| deposited.instrument == InstrumentKind::Succession);
        let (code, more) = if spilled {
            let other = other_name(MonthEnd::Spill);
            (Code::EntryIntoForceMonthEnd, format!(", and {said} with {other}"))
        } else if succession {
            (Code::PartyEntryIntoForceDiffers, "; a succession counts from the day the State succeeded".to_owned())
        } else {
            (Code::PartyEntryIntoForceDiffers, String::new())
        };
        let received = deposited.map(|(_, mark)| case.said(mark)).unwrap_or_default();
        let message =
            format!("stated to be in force for {name} from {said}; its instrument of {received} gives {days}{more}");
        found.findings.push(
            case.finding(code, &[mark.seq, instrument], message)
                .about(&record.party.id)
                .told("stated", said)
                .told("computed", days),
        );
    }
}
