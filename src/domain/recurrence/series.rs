//! The instances of a recurring commitment, each with its due dates.
//!
//! An instance is looked at as a commitment of its own that bears its due dates with it, so that whatever holds of a
//! commitment (states, extensions, guards) holds of an instance without being said again. What was recorded about an
//! instance is kept by its number: a correction of the first due date moves every date and no report.

use super::{INSTANCES_MAX, InstanceNumber, Owed};
use crate::domain::agreement::Agreement;
use crate::domain::almanac::Almanac;
use crate::domain::commitment::{Commitment, DeadlineStep, Fulfilment, Mark};
use crate::domain::counting::terms::Terms;
use crate::domain::day::Day;
use crate::domain::due::{self, Due, DueDates};
use crate::domain::period::MonthEnd;
use crate::domain::rule::{Anchor, DeadlineNature, Roll, Rule};

use super::{RepeatFrom, RepeatRule};

/// How many open instances a message names.
const NAMED_MAX: usize = 6;

/// Which instance a commitment is, and when that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nth {
    /// Which.
    pub number: InstanceNumber,
    /// Its due dates under each recurring rule that was set, in order; empty where they were not asked for.
    pub dues: Vec<Due>,
}

impl Commitment {
    /// The rule by which it recurs, with the rule of its deadline; none where it is due once.
    #[must_use]
    pub fn repeats(&self) -> Option<(&RepeatRule, &Rule)> {
        let (rule, _) = self.rule()?;
        rule.repeat.as_ref().filter(|_| self.instance.is_none()).map(|repeat| (repeat, rule))
    }

    /// Its address inside the agreement.
    #[must_use]
    pub fn owed(&self) -> Owed {
        Owed { commitment: self.id, instance: self.instance.as_ref().map(|nth| nth.number) }
    }

    /// Itself, and each instance about which something is on record.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.instances)
    }

    /// What is on record about an instance; none where nothing is.
    #[must_use]
    pub fn touched(&self, number: InstanceNumber) -> Option<&Self> {
        let at = self.place_of(number).ok()?;
        self.instances.get(at)
    }

    fn place_of(&self, number: InstanceNumber) -> Result<usize, usize> {
        let of = |instance: &Self| instance.instance.as_ref().map(|nth| nth.number);
        self.instances.binary_search_by_key(&Some(number), of)
    }

    /// An instance about which nothing is on record yet.
    fn untouched(&self, number: InstanceNumber) -> Self {
        let is_recurring = |step: &DeadlineStep| matches!(step, DeadlineStep::Set(rule) if rule.repeat.is_some());
        let deadline: Vec<_> = self.deadline.iter().filter(|(step, ..)| is_recurring(step)).cloned().collect();
        let last = deadline.last().map_or(&self.made, |(_, mark, _)| mark).clone();
        Self {
            deadline,
            instance: Some(Nth { number, dues: Vec::new() }),
            last,
            ..Self::made(self.id, self.undertaking.clone(), self.made.clone())
        }
    }

    /// The instance, for a fact about it.
    pub(in crate::domain) fn instance_mut(&mut self, number: InstanceNumber, mark: &Mark) -> &mut Self {
        let at = match self.place_of(number) {
            Ok(at) => at,
            Err(at) => {
                let fresh = self.untouched(number);
                self.instances.insert(at, fresh);
                at
            }
        };
        let instance = &mut self.instances[at];
        instance.last = mark.clone();
        instance
    }

    /// Takes a new rule over, for itself and for the instances on record.
    pub(in crate::domain) fn set_rule(&mut self, rule: &Rule, mark: &Mark) {
        let step = (DeadlineStep::Set(Box::new(rule.clone())), mark.clone(), Vec::new());
        if rule.repeat.is_some() {
            for instance in &mut self.instances {
                instance.deadline.push(step.clone());
            }
        }
        self.deadline.push(step);
    }

    /// What holds of the whole holds of an instance that is not closed.
    fn share(&self, instance: &mut Self) {
        if !instance.is_closed() {
            instance.withdrawn.clone_from(&self.withdrawn);
            instance.disputed = instance.disputed.take().or_else(|| self.disputed.clone());
        }
    }
}

/// When each instance of a commitment is due, by one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Of each instance, in order.
    pub dues: Vec<Due>,
    /// Whether these are all; else the number of instances is not known yet.
    pub complete: bool,
}

/// The first due date's rule, counted and not yet rolled: days off move an instance, never the whole series.
fn unrolled(rule: &Rule) -> Rule {
    Rule { roll: Some(Roll::None), ..rule.clone() }
}

/// When each instance of a commitment is due under one of its rules.
#[must_use]
pub fn series(agreement: &Agreement, commitment: &Commitment, rule: &Rule) -> Series {
    let Some(repeat) = &rule.repeat else { return Series { dues: Vec::new(), complete: true } };
    let known = repeat.count().map_or(0, |count| count.min(INSTANCES_MAX) as usize);
    match (first_due(agreement, rule), rule.repeat_from) {
        (Err(due), _) => Series { dues: vec![due; known], complete: known > 0 },
        (Ok(first), Some(RepeatFrom::Fulfilment)) => from_fulfilment(agreement, commitment, rule, repeat, first),
        (Ok(first), _) => from_due(agreement, rule, repeat, first),
    }
}

/// The first due date of a rule that recurs, before it comes to rest on an open day; else why there is none.
///
/// # Errors
///
/// [`Due::Awaiting`] while its anchor has not happened, [`Due::Beyond`] outside the calendar.
pub fn first_due(agreement: &Agreement, rule: &Rule) -> Result<DueDates, Due> {
    match due::counted(agreement, &unrolled(rule)) {
        Err(awaited) => Err(Due::Awaiting(awaited)),
        Ok(counted) => counted.map(|counted| counted.dates).map_err(|_| Due::Beyond),
    }
}

/// The month end that a rule is counted by: its own, else its profile's.
#[must_use]
pub fn month_end(almanac: &Almanac, rule: &Rule) -> MonthEnd {
    Terms::of(rule, DeadlineNature::Act, almanac).map_or(MonthEnd::Clamp, |terms| terms.month_end.value)
}

fn settled(agreement: &Agreement, rule: &Rule, dates: DueDates) -> Due {
    due::settle(agreement, rule, dates).map_or(Due::Beyond, Due::On)
}

/// The days of the rule from both ends of the first due date: of an uncertain one, each instance is as uncertain.
fn from_due(agreement: &Agreement, rule: &Rule, repeat: &RepeatRule, first: DueDates) -> Series {
    let month_end = month_end(&agreement.almanac, rule);
    let days = |day: Option<Day>| {
        let mut days = day.map(|day| repeat.days(day, month_end)).unwrap_or_default();
        days.truncate(INSTANCES_MAX as usize);
        days
    };
    let from_earliest = days(first.earliest);
    let certain = first.earliest == first.latest;
    let from_latest = if certain { from_earliest.clone() } else { days(first.latest) };
    let instance = |at: usize| {
        let (a, b) = (from_earliest.get(at).copied(), from_latest.get(at).copied());
        // A rule that picks days may give the later start the earlier day: in between lies what can be.
        let (earliest, latest) = match (a, b) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            ends => ends,
        };
        settled(agreement, rule, DueDates { earliest, latest })
    };
    let dues = (0..from_earliest.len().max(from_latest.len())).map(instance).collect();
    Series { dues, complete: true }
}

/// Each next instance from the day on which the one before it was fulfilled, or from its due date if it was let go.
fn from_fulfilment(
    agreement: &Agreement,
    commitment: &Commitment,
    rule: &Rule,
    repeat: &RepeatRule,
    first: DueDates,
) -> Series {
    let most = repeat.count().unwrap_or(INSTANCES_MAX).min(INSTANCES_MAX) as usize;
    let mut series = Series { dues: vec![settled(agreement, rule, first)], complete: repeat.count().is_some() };
    while series.dues.len() < most {
        let before = InstanceNumber::at(series.dues.len() - 1);
        let record = commitment.touched(before);
        let done = record.and_then(|record| record.fulfilment.as_ref());
        let from = match (done, record.is_some_and(|record| record.waived.is_some()), series.dues.last()) {
            (Some(done), ..) => {
                Some(DueDates { earliest: done.mark.bounds.earliest, latest: Some(done.mark.bounds.latest) })
            }
            (None, true, Some(Due::On(dates))) => Some(*dates),
            _ => None,
        };
        let Some(from) = from else {
            let awaiting = Due::Awaiting(Anchor::FulfilmentOf(commitment.id, before));
            // Where the rule says how many there are, the others wait; else it is not known that there is another.
            let waiting = if repeat.count().is_some() { most - series.dues.len() } else { 0 };
            series.dues.extend(vec![awaiting; waiting]);
            return series;
        };
        let later = |day: Option<Day>| match (day, repeat.step()) {
            (Some(day), Some(step)) => step.add_to(day, month_end(&agreement.almanac, rule)).map(Some).ok_or(()),
            _ => Ok(None),
        };
        let due = match (later(from.earliest), later(from.latest)) {
            (Ok(earliest), Ok(latest)) => {
                let surely_after = |until| earliest.or(latest).is_some_and(|day| day > until);
                if repeat.until().is_some_and(surely_after) {
                    return Series { complete: true, ..series };
                }
                settled(agreement, rule, DueDates { earliest, latest })
            }
            _ => Due::Beyond,
        };
        series.dues.push(due);
    }
    Series { complete: true, ..series }
}

/// Every instance of a recurring commitment, as commitments of their own; none of one that is due once.
///
/// The number of instances that are not known to be is left out.
#[must_use]
pub fn instances(agreement: &Agreement, commitment: &Commitment) -> Vec<Commitment> {
    let all = all_series(agreement, commitment);
    let known = all.last().map_or(0, |series| series.dues.len());
    (0..known).map(|at| dated(commitment, &all, InstanceNumber::at(at))).collect()
}

/// One instance of a recurring commitment; none where there is no such instance.
#[must_use]
pub fn instance(agreement: &Agreement, commitment: &Commitment, number: InstanceNumber) -> Option<Commitment> {
    let all = all_series(agreement, commitment);
    let series = all.last()?;
    let there = number.index() < series.dues.len() || !series.complete;
    there.then(|| dated(commitment, &all, number))
}

fn all_series(agreement: &Agreement, commitment: &Commitment) -> Vec<Series> {
    if commitment.repeats().is_none() {
        return Vec::new();
    }
    let rules = commitment.deadline.iter().filter_map(|(step, ..)| match step {
        DeadlineStep::Set(rule) if rule.repeat.is_some() => Some(rule),
        _ => None,
    });
    rules.map(|rule| series(agreement, commitment, rule)).collect()
}

fn dated(commitment: &Commitment, all: &[Series], number: InstanceNumber) -> Commitment {
    let mut instance = commitment.touched(number).cloned().unwrap_or_else(|| commitment.untouched(number));
    let due = |series: &Series| series.dues.get(number.index()).cloned().unwrap_or(Due::Undated);
    instance.instance = Some(Nth { number, dues: all.iter().map(due).collect() });
    commitment.share(&mut instance);
    instance
}

/// The open instances of a recurring commitment in words, the first few by name.
#[must_use]
pub fn open_in_words(agreement: &Agreement, commitment: &Commitment) -> String {
    let all = instances(agreement, commitment);
    let open: Vec<&Commitment> = all.iter().filter(|instance| !instance.is_closed()).collect();
    let name = |instance: &&Commitment| match due::current(agreement, instance) {
        Due::On(DueDates { latest: Some(day), .. }) => format!("{} due {day}", instance.owed()),
        _ => instance.owed().to_string(),
    };
    let mut words: Vec<String> = open.iter().take(NAMED_MAX).map(name).collect();
    if open.len() > NAMED_MAX {
        words.push(format!("and {} more", open.len() - NAMED_MAX));
    }
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// Which instances there are, in words.
#[must_use]
pub fn there_are(agreement: &Agreement, commitment: &Commitment) -> String {
    match (commitment.repeats(), all_series(agreement, commitment).last().map_or(0, |series| series.dues.len())) {
        (None, _) => format!("{} is due once", commitment.id),
        (Some(_), 0) => "none".to_owned(),
        (Some(_), last) => format!("{}.1 to {}.{last}", commitment.id, commitment.id),
    }
}

/// How a commitment was fulfilled: a recurring one with the last of its instances, once all are closed.
#[must_use]
pub fn fulfilment(agreement: &Agreement, commitment: &Commitment) -> Option<Fulfilment> {
    if commitment.repeats().is_none() {
        return commitment.fulfilment.clone();
    }
    if !is_closed(agreement, commitment) {
        return None;
    }
    let done = commitment.instances.iter().filter_map(|instance| instance.fulfilment.as_ref());
    let in_part = done.clone().any(|fulfilment| fulfilment.in_part);
    let verified = done.clone().all(|fulfilment| fulfilment.verified.is_some());
    let last = done.max_by_key(|fulfilment| (fulfilment.mark.bounds.latest, fulfilment.mark.seq))?;
    Some(Fulfilment { in_part, verified: last.verified.clone().filter(|_| verified), ..last.clone() })
}

/// Whether nothing more is owed: of a recurring commitment, in any of its instances.
#[must_use]
pub fn is_closed(agreement: &Agreement, commitment: &Commitment) -> bool {
    let Some((repeat, rule)) = commitment.repeats() else { return commitment.is_closed() };
    if commitment.withdrawn.is_some() {
        return true;
    }
    let closed = |all: usize| {
        let there = |instance: &&Commitment| instance.instance.as_ref().is_some_and(|nth| nth.number.index() < all);
        commitment.instances.iter().filter(there).filter(|instance| instance.is_closed()).count()
    };
    let numbered = match (repeat.count(), rule.repeat_from) {
        (Some(count), _) => Some(count as usize),
        // Counting them needs the first due date, which may hang on this very commitment.
        (None, _) if hangs_on_itself(agreement, commitment, rule) => None,
        (None, _) => Some(series(agreement, commitment, rule)).filter(|series| series.complete).map(|s| s.dues.len()),
    };
    numbered.is_some_and(|all| all > 0 && closed(all) >= all)
}

/// Whether the anchors may lead from a commitment back to it; the search is as long as there are commitments.
fn hangs_on_itself(agreement: &Agreement, commitment: &Commitment, rule: &Rule) -> bool {
    // An entry into force that is itself counted from a fulfilment is not followed any further.
    let by_entry = [&agreement.entry_rule, &agreement.party_rule]
        .into_iter()
        .flatten()
        .any(|(entry, _)| matches!(entry.rule.anchor, Anchor::Fulfilment(_)));
    let mut seen = vec![commitment.id];
    let mut rule = rule;
    loop {
        if by_entry && due::waits_for_force(agreement, rule) {
            return true;
        }
        rule = match &rule.anchor {
            Anchor::Fulfilment(id) if seen.contains(id) => return true,
            Anchor::Fulfilment(id) => {
                seen.push(*id);
                match agreement.commitment(*id).and_then(Commitment::repeats) {
                    Some((_, rule)) => rule,
                    None => return false,
                }
            }
            Anchor::EntryIntoForce | Anchor::EntryIntoForceFor(_) | Anchor::Conditions => return by_entry,
            _ => return false,
        };
    }
}

/// The fact that fulfilled the instance before this one; none where it is open or was let go.
#[must_use]
pub fn fulfilment_before(commitment: &Commitment, number: InstanceNumber) -> Option<&Mark> {
    let before = InstanceNumber::new(number.get() - 1)?;
    commitment.touched(before)?.fulfilment.as_ref().map(|fulfilment| &fulfilment.mark)
}

/// The days that a rule counted from the due date gives an instance, before they come to rest on open days.
#[must_use]
pub fn unsettled(
    agreement: &Agreement,
    rule: &Rule,
    repeat: &RepeatRule,
    first: DueDates,
    number: InstanceNumber,
) -> Option<DueDates> {
    let month_end = month_end(&agreement.almanac, rule);
    let day = |from: Option<Day>| from.and_then(|from| repeat.days(from, month_end).get(number.index()).copied());
    match (day(first.earliest), day(first.latest)) {
        (None, None) => None,
        (Some(a), Some(b)) => Some(DueDates { earliest: Some(a.min(b)), latest: Some(a.max(b)) }),
        (earliest, latest) => Some(DueDates { earliest, latest }),
    }
}
