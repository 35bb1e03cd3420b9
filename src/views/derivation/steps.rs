//! The steps from the days of an anchor to the days on which a rule ends, with every day that was looked at.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::almanac::Almanac;
use crate::domain::counting::course::Stage;
use crate::domain::counting::open_days::{Because, Said};
use crate::domain::counting::terms::{Terms, Unit};
use crate::domain::counting::trace::{Leg, Passed, Taken, trace};
use crate::domain::counting::{DueDates, count};
use crate::domain::day::Day;
use crate::domain::id::{CalendarId, PartyId};
use crate::domain::rule::{Anchor, DeadlineNature, Direction, FirstDay, Length, Roll, Rule};

/// What a calendar says of a day that makes it count, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct BecauseView {
    /// The calendar.
    pub calendar: CalendarId,
    /// `weekend`, `off`, `worked` (a day of rest on which work is done), or `unknown`.
    pub said: &'static str,
    /// What the day is called.
    pub name: Option<String>,
}

/// A day that was looked at on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct DayView {
    /// The day.
    pub day: Day,
    /// The day of the week in three English letters.
    pub weekday: &'static str,
    /// `counted`, `skipped`, or `unknown`: counted as if it were open, though no calendar knows.
    pub taken: &'static str,
    /// The how manieth working day of the step it is; null where none is counted.
    pub number: Option<usize>,
    /// What the calendars say; empty for an ordinary open day.
    pub because: Vec<BecauseView>,
}

/// One step towards the date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Step {
    /// What is done, in words.
    pub words: String,
    /// The earliest day after it; null where that is not known.
    pub earliest: Option<Day>,
    /// The latest day after it; null where that is not known.
    pub latest: Option<Day>,
    /// The fact that brought the step about, where one did.
    pub fact: Option<u64>,
    /// The parties that agreed to it.
    pub agreed_by: Vec<PartyId>,
    /// The days that were looked at one by one, in their order.
    pub days: Vec<DayView>,
    /// How many more days were looked at: at most a thousand are listed.
    pub days_left_out: usize,
}

impl Step {
    /// A step that leads to these days and no more is said of.
    #[must_use]
    pub const fn to(words: String, dates: DueDates) -> Self {
        let DueDates { earliest, latest } = dates;
        Self { words, earliest, latest, fact: None, agreed_by: Vec::new(), days: Vec::new(), days_left_out: 0 }
    }
}

/// Days in words: `Fri 2025-10-17`, or an interval.
#[must_use]
pub fn spelled(dates: DueDates) -> String {
    match (dates.earliest, dates.latest) {
        (Some(a), Some(b)) if a == b => format!("{} {b}", b.weekday_name()),
        (Some(a), Some(b)) => format!("{a} to {b}"),
        (None, Some(b)) => format!("on or before {b}"),
        (Some(a), None) => format!("on or after {a}"),
        (None, None) => "an unknown day".to_owned(),
    }
}

/// What is counted, in words.
#[must_use]
pub fn count_words(rule: &Rule, terms: Option<&Terms<'_>>) -> String {
    let length = match (&rule.length, terms.map(|terms| terms.unit)) {
        (None, _) => return "the due date is stated".to_owned(),
        (Some(Length::WorkingDays(days)), _) => format!("{days} working days"),
        (Some(Length::ClearDays(days)), Some(Unit::WorkingDays(_))) => format!("{days} clear working days"),
        (Some(Length::ClearDays(days)), _) => format!("{days} clear days"),
        (Some(Length::Period(period)), Some(Unit::WorkingDays(_))) => format!("{period} in working days"),
        (Some(Length::Period(period)), _) => period.to_string(),
    };
    format!("count {length} {}", if rule.direction == Direction::After { "forward" } else { "back" })
}

/// The steps of a count: where it starts, each stage that changes something, and the floor.
///
/// `from` are the days it starts on and the fact that supplies them; `fact` is the one that set the rule. Where both
/// ends of an uncertain start take the same stages without looking at single days, they are told together.
#[must_use]
pub fn counted_steps(
    rule: &Rule,
    usual: DeadlineNature,
    almanac: &Almanac,
    (from, anchor_fact): (DueDates, Option<u64>),
    floor: Option<DueDates>,
    fact: Option<u64>,
) -> Vec<Step> {
    let counted = count(rule, usual, almanac, from, floor);
    let terms = Terms::of(rule, usual, almanac);
    let (Ok(terms), Ok(counted)) = (&terms, &counted) else {
        let why = counted.err().map(|why| why.to_string()).unwrap_or_default();
        let nowhere = DueDates { earliest: None, latest: None };
        return vec![Step { fact, ..Step::to(format!("this leads to no date: {why}"), nowhere) }];
    };
    let mut all = Vec::new();
    if rule.length.is_some() {
        let counts = if terms.first_day.value == FirstDay::Include { ", which counts" } else { "" };
        let words = match &rule.anchor {
            Anchor::On(_) => format!("start at {}{counts}", spelled(from)),
            anchor => format!("start at {anchor}: {}{counts}", spelled(from)),
        };
        all.push(Step { fact: anchor_fact, ..Step::to(words, from) });
    }
    let way = |day: Option<Day>| day.and_then(|day| trace(terms, day).ok()).unwrap_or_default();
    let (first, last) = (way(from.earliest), way(from.latest));
    let looks_at_days = |legs: &[Leg]| legs.iter().any(|leg| !leg.days.is_empty());
    if from.earliest == from.latest || !(looks_at_days(&first) || looks_at_days(&last)) {
        all.extend(stages(rule, terms, (&first, &last), "", fact));
    } else {
        for (legs, end) in [(&first, "at the earliest, "), (&last, "at the latest, ")] {
            all.extend(stages(rule, terms, (legs, legs), end, fact));
        }
    }
    if let Some(beyond) = counted.beyond() {
        let words = format!("{} does not know every day of it: {}", beyond.calendar, spelled(counted.dates));
        all.push(Step::to(words, counted.dates));
    }
    let before = all.last().map(|step| DueDates { earliest: step.earliest, latest: step.latest });
    if let Some(floor) = floor.filter(|_| before != Some(counted.dates)) {
        let words = match counted.dates {
            dates if dates == floor => format!("not before {}", spelled(floor)),
            dates => format!("not before {}: {}", spelled(floor), spelled(dates)),
        };
        all.push(Step { fact, ..Step::to(words, counted.dates) });
    }
    all
}

const STAGES: [Stage; 5] = [Stage::Length, Stage::DayAfter, Stage::Landing, Stage::Fewest, Stage::Roll];

/// The stages of a count from the first and the last day it can start on.
fn stages(rule: &Rule, terms: &Terms<'_>, (first, last): (&[Leg], &[Leg]), end: &str, fact: Option<u64>) -> Vec<Step> {
    let mut all = Vec::new();
    let mut reached = DueDates { earliest: None, latest: None };
    let mut unknown = false;
    for stage in STAGES {
        let leg = |legs: &'_ [Leg]| legs.iter().position(|leg| leg.stage == stage);
        let (from_first, from_last) = (leg(first).map(|at| &first[at]), leg(last).map(|at| &last[at]));
        let Some(told) = from_last.or(from_first) else { continue };
        let to = DueDates {
            earliest: from_first.map_or(reached.earliest, |leg| Some(leg.to)),
            latest: from_last.map_or(reached.latest, |leg| Some(leg.to)),
        };
        let moved = to != reached;
        reached = to;
        unknown |= told.days.iter().any(|passed| passed.taken == Taken::Unknown);
        if stage != Stage::Length && !moved {
            continue;
        }
        // What hangs on a day that is not known is certain at one end only.
        let dates = match terms.direction {
            Direction::After if unknown => DueDates { latest: None, ..to },
            Direction::Before if unknown => DueDates { earliest: None, ..to },
            _ => to,
        };
        let words = format!("{end}{}: {}", stage_words(stage, rule, terms), spelled(dates));
        let counts = matches!(stage, Stage::Length | Stage::DayAfter | Stage::Fewest);
        all.push(Step {
            fact: fact.filter(|_| stage == Stage::Length),
            days: day_views(&told.days, counts),
            days_left_out: told.left_out,
            ..Step::to(words, dates)
        });
    }
    all
}

fn stage_words(stage: Stage, rule: &Rule, terms: &Terms<'_>) -> String {
    match stage {
        Stage::Length => count_words(rule, Some(terms)),
        Stage::DayAfter => "the last day does not count, so it ends on the one after it".to_owned(),
        Stage::Landing => "on the first day of the next month".to_owned(),
        Stage::Fewest => {
            let fewest = terms.fewest.map_or(0, |fewest| fewest.value.0);
            format!("longer, so that it holds {fewest} working days")
        }
        Stage::Roll if terms.roll.value == Roll::Preceding => "a day off, so back to the last open day".to_owned(),
        Stage::Roll => "a day off, so on to the next open day".to_owned(),
    }
}

fn day_views(days: &[Passed], counts: bool) -> Vec<DayView> {
    let mut number = 0;
    let view = |passed: &Passed| {
        let counted = passed.taken != Taken::Skipped;
        number += usize::from(counted);
        DayView {
            day: passed.day,
            weekday: passed.day.weekday_name(),
            taken: match passed.taken {
                Taken::Counted => "counted",
                Taken::Skipped => "skipped",
                Taken::Unknown => "unknown",
            },
            number: (counted && counts).then_some(number),
            because: passed.because.iter().map(because_view).collect(),
        }
    };
    days.iter().map(view).collect()
}

fn because_view(because: &Because) -> BecauseView {
    let (said, name) = match &because.said {
        Said::Weekend => ("weekend", None),
        Said::Off(name) => ("off", name.as_ref()),
        Said::Worked(name) => ("worked", name.as_ref()),
        Said::Unknown => ("unknown", None),
    };
    BecauseView { calendar: because.calendar.clone(), said, name: name.map(ToString::to_string) }
}
