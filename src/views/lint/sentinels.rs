//! Dates that are no dates: what programs write where they have none, and slips of the pen.

use serde_json::Value;

use super::case::{Case, Found};
use super::code::Code;
use crate::domain::commitment::DeadlineStep;
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::sentinel::SENTINELS;
use crate::domain::timeline::Reading;
use crate::domain::vocabulary::Certainty;

/// A date further than this from every other of its agreement is taken for a slip, in years.
const YEARS_APART: i32 = 100;

fn sentinel(text: &str) -> Option<&'static str> {
    SENTINELS.into_iter().find(|sentinel| text.split('/').any(|end| end == *sentinel))
}

/// Every text of a fact's payload with the path of its field.
fn texts<'v>(value: &'v Value, path: &str, all: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => all.push((path.to_owned(), text)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| texts(value, &format!("{path}.{at}"), all));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(value, &format!("{path}.{name}"), all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The fields of a fact that hold a date which stands for none.
fn sentinel_fields(reading: &Reading) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    let saying = &reading.saying;
    let on = saying.occurred.on.map(|on| on.to_string());
    found.extend(on.and_then(|on| sentinel(&on)).map(|day| ("occurred.on".to_owned(), day)));
    for (at, evidence) in saying.evidence.iter().enumerate() {
        let published = evidence.published.map(|day| day.to_string()).and_then(|day| sentinel(&day));
        found.extend(published.map(|day| (format!("evidence.{at}.published"), day)));
        let retrieved = evidence.retrieved.map(|day| day.to_string()).and_then(|day| sentinel(&day));
        found.extend(retrieved.map(|day| (format!("evidence.{at}.retrieved"), day)));
    }
    let data = saying.event.data().unwrap_or(Value::Null);
    let mut all = Vec::new();
    texts(&data, "data", &mut all);
    found.extend(all.into_iter().filter_map(|(path, text)| Some((path, sentinel(text)?))));
    found
}

/// Dates that stand for none.
pub(super) fn sentinels(case: &Case<'_>, found: &mut Found) {
    for reading in case.telling() {
        for (field, day) in sentinel_fields(reading) {
            let message = format!("{field} is {day}, which programs write where they have no date");
            found.findings.push(case.finding(Code::SentinelDate, &[reading.seq], message).told(field, day));
        }
    }
}

/// Acts on the first of January, where perhaps only the year was known.
pub(super) fn first_of_year(case: &Case<'_>, found: &mut Found) {
    for reading in case.telling() {
        let act = matches!(
            reading.saying.event,
            Event::AgreementProposed(_)
                | Event::AgreementRecorded(_)
                | Event::PledgeAnnounced(_)
                | Event::TextAdopted(_)
                | Event::AgreementSigned(_)
                | Event::InstrumentDeposited(_)
                | Event::MilestoneReported(_)
        );
        let occurred = &reading.saying.occurred;
        let Some(day) = occurred.on.and_then(|on| on.exact()).filter(|_| act) else { continue };
        let stated = occurred.certainty == Certainty::Stated && sentinel(&day.to_string()).is_none();
        if stated && day.month() == 1 && day.day_of_month() == 1 {
            let message =
                format!("{} on {day}, a holiday; perhaps only the year is known", reading.saying.event.name());
            found.findings.push(case.finding(Code::FirstOfYear, &[reading.seq], message).told("day", day));
        }
    }
}

/// Every day that the facts state, with its fact and what it is the day of.
fn days(case: &Case<'_>) -> Vec<(u64, &'static str, Day)> {
    let mut days: Vec<(u64, &'static str, Day)> = Vec::new();
    for reading in case.telling().filter(|reading| sentinel_fields(reading).is_empty()) {
        let on = reading.saying.occurred.on.filter(|on| !on.has_unknown_year());
        days.extend(on.and_then(|on| on.latest().or(on.earliest())).map(|day| (reading.seq, "happened", day)));
        if let Event::TermSet(term) = &reading.saying.event {
            days.extend(term.start.map(|day| (reading.seq, "term starts", day)));
            days.extend(term.end.map(|day| (reading.seq, "term ends", day)));
        }
        if let Event::InstrumentDeposited(deposited) = &reading.saying.event {
            days.extend(deposited.dated.and_then(|dated| dated.latest()).map(|day| (reading.seq, "dated", day)));
        }
    }
    for (step, mark, _) in case.agreement.commitments.iter().flat_map(|commitment| &commitment.deadline) {
        let fixed = match step {
            DeadlineStep::Set(rule) if rule.length.is_none() => match &rule.anchor {
                crate::domain::rule::Anchor::On(day) => day.latest(),
                _ => None,
            },
            DeadlineStep::To(day) => Some(*day),
            DeadlineStep::Set(_) | DeadlineStep::By(_) => None,
        };
        let fixed = fixed.filter(|day| sentinel(&day.to_string()).is_none());
        days.extend(fixed.map(|day| (mark.seq, "due", day)));
    }
    days
}

/// Days a century from every other; the day of recording counts as one of the others.
pub(super) fn years(case: &Case<'_>, found: &mut Found) {
    let days = days(case);
    let recorded = case.timeline.facts().first().map(|fact| fact.recorded.at.utc_day());
    let mut sorted: Vec<Day> = days.iter().map(|(_, _, day)| *day).chain(recorded).collect();
    sorted.sort_unstable();
    for (seq, what, day) in &days {
        let at = sorted.partition_point(|other| other < day);
        let before = at.checked_sub(1).and_then(|at| sorted.get(at));
        // The day itself stands at this place; one that is there twice has a neighbour on the same day.
        let after = sorted.get(at + 1);
        let nearest = [before, after].into_iter().flatten().min_by_key(|other| other.days_until(*day).abs());
        let Some(nearest) = nearest.filter(|near| (near.year() - day.year()).abs() > YEARS_APART) else { continue };
        let message = format!("{what} {day}; the nearest other day on record is {nearest}");
        let finding = case.finding(Code::YearOutOfLine, &[*seq], message);
        found.findings.push(finding.told(*what, day).told("nearest other", nearest));
    }
}
