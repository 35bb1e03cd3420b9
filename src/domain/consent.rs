//! Who has consented to be bound, from when until when, and the first day on which enough have.
//!
//! A party's first act of consent counts, later ones add nothing; when it has left, a new act counts anew. A consent
//! that is not known to the day lies between two days, and so does what is counted from it; a departure counts from
//! its latest day. An instrument marked as not counted (of a regional organisation, on top of its members') binds its
//! party and adds to no number.

use super::agreement::{Agreement, PartyRecord};
use super::commitment::Mark;
use super::day::Day;
use super::due::{self, DueDates};
use super::edtf::Bounds;
use super::event::consent::Deposited;
use super::id::PartyId;
use super::rule::Means;
use super::share::{Share, Weight};
use super::vocabulary::{InstrumentDay, NoticeKind, SignatureMode};

/// A time in which a party's consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub from: Bounds,
    /// The fact that began it.
    pub fact: u64,
    /// The first day on which it does not stand any more, where the party left or has given notice.
    pub until: Option<Day>,
    /// Whether it adds to the number of consents.
    pub counted: bool,
}

/// The days on which a party left, each with the place of the fact that says so (0 for a notice taking effect), in
/// order; a day that is still to come is among them.
fn departures(agreement: &Agreement, record: &PartyRecord) -> Vec<(Day, u64)> {
    let notices = agreement.notices.iter().filter(|(given, _, revoked)| {
        given.party == record.party.id && given.kind == NoticeKind::Withdrawal && revoked.is_none()
    });
    let effects = notices.filter_map(|notice| due::notice_effect(agreement, notice)?.days.latest);
    let mut days: Vec<(Day, u64)> = effects.map(|day| (day, 0)).collect();
    days.extend(record.departures.iter().map(|mark| (mark.bounds.latest, mark.seq)));
    days.sort_unstable();
    days
}

/// The day by which a party had left and to which no later instrument of it is known; none while it has not left.
#[must_use]
pub fn left(agreement: &Agreement, record: &PartyRecord, day: Day) -> Option<Day> {
    let gone = departures(agreement, record).into_iter().rfind(|(gone, _)| *gone <= day)?;
    let back = record.deposited.iter().any(|(_, mark)| (mark.bounds.latest, mark.seq) > gone);
    (!back).then_some(gone.0)
}

/// The first day, not before `since`, on which a party will have left by a notice that runs.
#[must_use]
pub fn leaves(agreement: &Agreement, record: &PartyRecord, since: Day) -> Option<Day> {
    departures(agreement, record).into_iter().map(|(gone, _)| gone).find(|gone| *gone >= since)
}

/// The day on which a party left, or will have, after the last act by which it bound itself; none where it stays.
#[must_use]
pub fn gone_since(agreement: &Agreement, record: &PartyRecord) -> Option<Day> {
    let acts = record.deposited.iter().map(|(_, mark)| mark).chain(record.signed.as_ref().map(|(_, mark)| mark));
    let act = acts.map(|mark| (mark.bounds.latest, mark.seq)).max()?;
    departures(agreement, record).into_iter().find(|gone| *gone > act).map(|(gone, _)| gone)
}

fn binding_signature(record: &PartyRecord) -> Option<&Mark> {
    let binds = |mode| matches!(mode, SignatureMode::Definitive | SignatureMode::Exchange);
    record.signed.as_ref().filter(|(signed, _)| binds(signed.mode)).map(|(_, mark)| mark)
}

fn day_of(deposited: &Deposited, mark: &Mark, counted_by: InstrumentDay) -> Bounds {
    match (&deposited.dated, counted_by) {
        (Some(dated), InstrumentDay::Dated) => dated.bounded_by(mark.bounds.latest),
        _ => mark.bounds,
    }
}

/// The times in which a party's consent stands, in order.
#[must_use]
pub fn spans(agreement: &Agreement, record: &PartyRecord, means: Means, counted_by: InstrumentDay) -> Vec<Span> {
    let mut acts: Vec<(&Mark, Bounds, bool)> = record
        .deposited
        .iter()
        .map(|(deposited, mark)| (mark, day_of(deposited, mark, counted_by), !deposited.not_counted))
        .collect();
    if means == Means::Consent {
        acts.extend(binding_signature(record).map(|mark| (mark, mark.bounds, true)));
    }
    acts.sort_by_key(|(mark, ..)| (mark.bounds.latest, mark.seq));
    let gone = departures(agreement, record);
    let mut spans: Vec<Span> = Vec::new();
    for (mark, from, counted) in acts {
        let act = (mark.bounds.latest, mark.seq);
        if let Some(span) = spans.last_mut().filter(|span| span.until.is_none_or(|until| act.0 < until)) {
            // Of two that are not known to the day either may be the first.
            span.from.earliest = span.from.earliest.min(from.earliest);
            span.from.latest = span.from.latest.min(from.latest);
        } else {
            let until = gone.iter().find(|gone| **gone > act).map(|(day, _)| *day);
            spans.push(Span { from, fact: mark.seq, until, counted });
        }
    }
    spans
}

/// The consent that stands, or the last one.
#[must_use]
pub fn last(agreement: &Agreement, record: &PartyRecord, means: Means, counted_by: InstrumentDay) -> Option<Span> {
    spans(agreement, record, means, counted_by).pop()
}

/// What has to be there before a period begins to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// What counts as consent.
    pub means: Means,
    /// By which of its two days an instrument counts.
    pub counted_by: InstrumentDay,
    /// So many consents.
    pub count: Option<u32>,
    /// The consents of parties that make up this part of a total; without one, of all that is declared.
    pub share: Option<(Share, Option<Weight>)>,
    /// The consents of these parties.
    pub needs: Vec<PartyId>,
}

/// How far conditions are met on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many have consented.
    pub consents: u32,
    /// What those make up.
    pub weight: Weight,
    /// Of what.
    pub total: Weight,
    /// The named parties that have not.
    pub missing: Vec<PartyId>,
}

/// One change of who has consented, and how far the conditions are met after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Whose consent.
    pub party: PartyId,
    /// When it began, or ended.
    pub on: DueDates,
    /// The fact that began it.
    pub fact: u64,
    /// Whether it began; else the party left.
    pub begins: bool,
    /// Whether it adds to the number of consents.
    pub counted: bool,
    /// What the party counts for.
    pub weight: Option<Weight>,
    /// How far the conditions are met then.
    pub progress: Progress,
}

/// One change of who has consented.
struct Step<'a> {
    on: Option<Day>,
    begins: bool,
    party: &'a PartyRecord,
    span: Span,
}

impl Conditions {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count.is_none() && self.share.is_none() && self.needs.is_empty()
    }

    fn total(&self, agreement: &Agreement) -> Weight {
        let declared = || {
            let weights = agreement.parties.iter().filter_map(|record| record.party.weight);
            weights.fold(Weight::default(), Weight::plus)
        };
        self.share.and_then(|(_, total)| total).unwrap_or_else(declared)
    }

    fn are_met(&self, progress: &Progress) -> bool {
        self.count.is_none_or(|count| progress.consents >= count)
            && self.share.is_none_or(|(share, _)| share.is_reached(progress.weight, progress.total))
            && progress.missing.is_empty()
    }

    fn start(&self, agreement: &Agreement) -> Progress {
        Progress { total: self.total(agreement), missing: self.needs.clone(), ..Progress::default() }
    }

    /// Every change, ends before beginnings; `first` takes each consent from the earliest day that it can have had.
    fn steps<'a>(&self, agreement: &'a Agreement, first: bool) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        for party in &agreement.parties {
            for span in spans(agreement, party, self.means, self.counted_by) {
                let from = if first { span.from.earliest } else { Some(span.from.latest) };
                steps.push(Step { on: from, begins: true, party, span });
                steps.extend(span.until.map(|until| Step { on: Some(until), begins: false, party, span }));
            }
        }
        steps.sort_by_key(|step| (step.on, step.begins, step.span.fact));
        steps
    }

    fn take(&self, step: &Step<'_>, progress: &mut Progress) {
        let id = &step.party.party.id;
        if self.needs.contains(id) {
            progress.missing.retain(|missing| missing != id);
            if !step.begins {
                progress.missing.push(id.clone());
            }
        }
        if step.span.counted {
            let weight = step.party.party.weight.unwrap_or_default();
            if step.begins {
                progress.consents += 1;
                progress.weight = progress.weight.plus(weight);
            } else {
                progress.consents = progress.consents.saturating_sub(1);
                progress.weight = progress.weight.minus(weight);
            }
        }
    }

    /// How far they are met on a day.
    #[must_use]
    pub fn progress(&self, agreement: &Agreement, day: Day) -> Progress {
        let mut progress = self.start(agreement);
        let steps = self.steps(agreement, false);
        steps.iter().filter(|step| step.on.is_none_or(|on| on <= day)).for_each(|step| self.take(step, &mut progress));
        progress
    }

    /// Every change of who has consented, in order, each from the latest day that it can have.
    #[must_use]
    pub fn course(&self, agreement: &Agreement) -> Vec<Advance> {
        let mut progress = self.start(agreement);
        let steps = self.steps(agreement, false);
        let advance = |step: &Step<'_>| {
            self.take(step, &mut progress);
            let earliest = if step.begins { step.span.from.earliest } else { step.on };
            Advance {
                party: step.party.party.id.clone(),
                on: DueDates { earliest, latest: step.on },
                fact: step.span.fact,
                begins: step.begins,
                counted: step.span.counted,
                weight: step.party.party.weight,
                progress: progress.clone(),
            }
        };
        steps.iter().map(advance).collect()
    }

    /// The first day on which all are met, and the fact that completed them; `None` inside is a day without a start.
    fn first_day(&self, agreement: &Agreement, not_before: Option<Day>, first: bool) -> Option<(Option<Day>, u64)> {
        let mut progress = self.start(agreement);
        let mut completed_by = 0;
        let steps = self.steps(agreement, first);
        let mut at = 0;
        let mut on = None;
        while at < steps.len() {
            on = steps[at].on;
            if not_before.is_some() && on > not_before && self.are_met(&progress) {
                return Some((not_before, completed_by));
            }
            while let Some(step) = steps.get(at).filter(|step| step.on == on) {
                self.take(step, &mut progress);
                completed_by = if step.begins { step.span.fact } else { completed_by };
                at += 1;
            }
            if on >= not_before && self.are_met(&progress) {
                return Some((on, completed_by));
            }
        }
        self.are_met(&progress).then(|| (on.max(not_before), completed_by))
    }

    /// Between which days all are met for the first time, and the fact that completes them; none while they are not.
    ///
    /// With `not_before`, the first such day from there on.
    #[must_use]
    pub fn met(&self, agreement: &Agreement, not_before: Option<DueDates>) -> Option<(DueDates, u64)> {
        let bound = not_before.unwrap_or(DueDates { earliest: None, latest: None });
        if not_before.is_some() && bound.latest.is_none() {
            return None;
        }
        let (latest, fact) = self.first_day(agreement, bound.latest, false)?;
        let (earliest, _) = self.first_day(agreement, bound.earliest, true)?;
        Some((DueDates { earliest, latest }, fact))
    }
}
