//! Why the dates of a term, and the effect of a notice, lie where they do.

use super::dates::{DayRange, Found};
use super::steps::{Step, spelled};
use crate::domain::agreement::Agreement;
use crate::domain::commitment::Mark;
use crate::domain::dates::{DateKey, effect_of};
use crate::domain::day::Day;
use crate::domain::due::{Anchored, DueDates};
use crate::domain::term::{Term, TermDates, TermPart, TermStep, term_of};
use crate::domain::vocabulary::{NoticeKind, Renewal};

/// A step of the term, with the days that come out of it.
fn step(step: &TermStep) -> Step {
    let words = match (step.days.earliest, step.days.latest) {
        (None, None) => step.words.clone(),
        _ => format!("{}: {}", step.words, spelled(step.days)),
    };
    Step { fact: step.fact, ..Step::to(words, step.days) }
}

/// The last day, the last day for a notice, the one for preparing it, or the next renewal.
pub(super) fn date(agreement: &Agreement, key: &DateKey, day: Day) -> Found {
    let Some(term) = term_of(agreement) else {
        let because = "no term is on record, and no notice of termination".to_owned();
        return Found { because, ..Found::default() };
    };
    let mut found = Found::default();
    let dates = term.on(day);
    let (days, parts): (_, &[TermPart]) = match key {
        DateKey::Notice => (dates.notice.map(|window| window.notice_by), &[TermPart::Period, TermPart::Notice]),
        DateKey::Prepare => (
            dates.notice.and_then(|window| window.prepare_by),
            &[TermPart::Period, TermPart::Notice, TermPart::Prepare],
        ),
        DateKey::Renewal => (dates.next_renewal, &[TermPart::Period, TermPart::Renewal]),
        _ => (dates.ends.map(|end| end.last), &[TermPart::Period, TermPart::End]),
    };
    found.days = days;
    found.computed = days.map(|days| DayRange::of(days, None));
    found.rests_on = term.hangs_on();
    found.rests_on.extend(agreement.ending.as_ref().map(|(_, mark)| mark.seq));
    found.because = because(&term, &dates, key, agreement, day);
    let steps: Vec<TermStep> = term.steps(day).into_iter().filter(|step| parts.contains(&step.part)).collect();
    found.assumed = steps.iter().filter_map(|step| step.assumed).map(str::to_owned).collect();
    if days.is_some() && matches!(key, DateKey::Notice | DateKey::Prepare) {
        found.assumed.push("a notice period is counted in the calendar, and no day off moves its last day".to_owned());
    }
    found.steps = steps.iter().map(step).collect();
    stated(&mut found, &term);
    found
}

fn stated(found: &mut Found, term: &Term) {
    let Some((set, _)) = &term.set else { return };
    let said = &mut found.stated;
    said.extend(set.start.map(|start| format!("it begins on {start}")));
    said.extend(set.length.map(|length| format!("it runs for {length}")));
    said.extend(set.end.map(|end| format!("it ends with {end}")));
    said.push(match set.renewal {
        Renewal::Tacit => "it renews unless somebody gives notice".to_owned(),
        Renewal::Express => "it renews only where the parties say so".to_owned(),
        Renewal::None => "it does not renew".to_owned(),
    });
    said.extend(set.renewal_length.map(|length| format!("a renewal lasts {length}")));
    said.extend(set.notice_period.map(|period| format!("a notice has to be given {period} before the end")));
    said.extend(set.prepare.map(|lead| format!("it is to be prepared {lead} before that, for the register's owner")));
}

fn because(term: &Term, dates: &TermDates, key: &DateKey, agreement: &Agreement, day: Day) -> String {
    if let (Some((_, mark)), false) = (&agreement.ending, matches!(key, DateKey::Expiry)) {
        return format!("the agreement was ended on {} (@{})", mark.bounds.latest, mark.seq);
    }
    let over = dates.ends.and_then(|end| end.last.latest).filter(|last| day > *last);
    let by = |notice: u64| format!("the notice @{notice} settles its end");
    match key {
        DateKey::Notice | DateKey::Prepare => match (dates.notice, dates.ends.and_then(|end| end.notice)) {
            (Some(window), _) if matches!(key, DateKey::Prepare) && window.prepare_by.is_none() => {
                "nobody told the register how long before a notice is to be prepared".to_owned()
            }
            (Some(window), _) => {
                let (ends, by) = (spelled(window.ends), spelled(window.notice_by));
                let passed = window.notice_by.latest.is_some_and(|by| by < day);
                let passed = if passed { ", which has passed" } else { "" };
                let prepared = match (key, window.prepare_by) {
                    (DateKey::Prepare, Some(prepare)) => format!(", and is to be prepared by {}", spelled(prepare)),
                    _ => String::new(),
                };
                format!("a notice given by {by}{passed} ends it with {ends}{prepared}")
            }
            (None, Some(notice)) => by(notice),
            (None, None) => match over {
                Some(last) => format!("it ran out with {last}"),
                None => "no period of notice is on record".to_owned(),
            },
        },
        DateKey::Renewal => match (dates.next_renewal, dates.ends.and_then(|end| end.notice)) {
            (Some(_), _) if dates.renewal_certain => "no notice can come in time for it any more".to_owned(),
            (Some(_), _) => "it renews then, unless somebody gives notice before".to_owned(),
            (None, Some(notice)) => by(notice),
            (None, None) => match &term.set {
                Some((set, _)) if set.renewal == Renewal::Tacit => "its term has no end that is known".to_owned(),
                _ => "it does not renew by itself".to_owned(),
            },
        },
        _ => match dates.ends {
            Some(end) => match (end.notice, over) {
                (Some(notice), _) => by(notice),
                (None, Some(_)) => "its term has run out".to_owned(),
                (None, None) => "its term runs out then, and does not renew by itself".to_owned(),
            },
            None => match &term.set {
                Some((set, _)) if set.renewal == Renewal::Tacit => {
                    "it renews tacitly, and no notice against that is on record".to_owned()
                }
                _ => "its term has no last day".to_owned(),
            },
        },
    }
}

fn days_of(mark: &Mark) -> DueDates {
    DueDates { earliest: mark.bounds.earliest, latest: Some(mark.bounds.latest) }
}

/// The day on which a notice takes effect; none where that fact is no notice.
pub(super) fn effect(agreement: &Agreement, seq: u64, day: Day) -> Option<Found> {
    let notice = agreement.notices.iter().find(|(_, mark, _)| mark.seq == seq)?;
    let (given, mark, revoked) = notice;
    let mut found = Found { rests_on: vec![seq], ..Found::default() };
    let words = format!("{} gave notice: {}", given.party, spelled(days_of(mark)));
    found.steps.push(Step { fact: Some(seq), ..Step::to(words, days_of(mark)) });
    let days = effect_of(agreement, notice);
    if let Some(on) = given.takes_effect {
        let on = DueDates { earliest: Some(on), latest: Some(on) };
        found.stated.push(format!("it takes effect on {}", spelled(on)));
        found
            .steps
            .push(Step { fact: Some(seq), ..Step::to(format!("the notice states its day: {}", spelled(on)), on) });
    } else if let Some(rule) = &given.effect {
        found.counted_by(agreement, rule, seq, Some(Anchored { days: days_of(mark), fact: Some(seq) }));
    } else if given.kind == NoticeKind::NonRenewal
        && let Some(term) = term_of(agreement)
    {
        let steps = term.steps(day);
        found.steps.extend(steps.iter().filter(|s| s.part == TermPart::End && s.fact == Some(seq)).map(step));
        if let Some(days) = days {
            found.steps.push(Step::to(format!("it has taken effect on the day after: {}", spelled(days)), days));
        }
        found.rests_on.extend(term.hangs_on());
    }
    found.days = days;
    found.computed = days.map(|days| DayRange::of(days, None));
    found.because = match (revoked, days, given.takes_effect) {
        (Some(by), ..) => {
            found.rests_on.push(by.seq);
            format!("it was taken back on {} (@{})", by.bounds.latest, by.seq)
        }
        (None, Some(_), Some(_)) => "the notice itself states the day".to_owned(),
        (None, Some(_), None) if given.effect.is_some() => "it is counted from the day of the notice".to_owned(),
        (None, Some(_), None) => "it ends the term with the period for which it comes in time".to_owned(),
        (None, None, _) => "nobody says when it takes effect".to_owned(),
    };
    Some(found)
}
