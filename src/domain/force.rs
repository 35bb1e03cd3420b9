//! From which day the agreement binds, and until when: entry into force for all and for each party, and notices.
//!
//! Everything here is computed from facts whenever somebody asks, so it moves when one of them is corrected. What is
//! declared counts before what is computed; both can be asked for, so that they can be compared. What is uncertain
//! stays between an earliest and a latest day.

use super::agreement::{Agreement, Notice, PartyRecord};
use super::consent::{self, Conditions, Progress};
use super::day::Day;
use super::due::{self, Anchored, DueDates};
use super::edtf::Bounds;
use super::event::consent::EntryRule;
use super::rule::{Anchor, Floor, Means, Which};
use super::vocabulary::{InstrumentDay, Lifecycle};

/// The later of two days: none where neither end is known.
#[must_use]
pub fn later(one: DueDates, other: DueDates) -> DueDates {
    let latest = one.latest.zip(other.latest).map(|(one, other)| one.max(other));
    DueDates { earliest: one.earliest.max(other.earliest), latest }
}

const fn days_of(bounds: Bounds) -> DueDates {
    DueDates { earliest: bounds.earliest, latest: Some(bounds.latest) }
}

/// What an agreement's rule asks for before its period begins to run, its anchor included where that is a number of
/// consents; none where the rule hangs on itself, or on one party's own act.
#[must_use]
pub fn conditions(agreement: &Agreement, entry: &EntryRule) -> Option<Conditions> {
    let mut conditions = Conditions {
        means: Means::Consent,
        counted_by: entry.counted_by.unwrap_or(InstrumentDay::Received),
        count: entry.consents,
        share: entry.share.map(|share| (share, entry.share_total)),
        needs: entry.needs.clone(),
    };
    match &entry.rule.anchor {
        Anchor::Consent(means, which) => {
            conditions.means = *means;
            match which {
                Which::Last => {
                    let there = agreement.parties.iter().filter(|record| awaited(agreement, record));
                    let missing: Vec<_> = there.map(|record| record.party.id.clone()).collect();
                    // Of nobody there is no last.
                    if missing.is_empty() {
                        return None;
                    }
                    conditions.needs.extend(missing);
                }
                Which::Nth(nth) => conditions.count = Some(conditions.count.map_or(*nth, |count| count.max(*nth))),
                Which::Of(party) => conditions.needs.push(party.clone()),
                Which::Own => return None,
            }
        }
        Anchor::EntryIntoForce | Anchor::EntryIntoForceFor(_) => return None,
        Anchor::Conditions if conditions.is_empty() => return None,
        _ => {}
    }
    conditions.needs.sort();
    conditions.needs.dedup();
    Some(conditions)
}

/// Whether "the last deposit" waits for this party: not when it has left, or when its instrument adds to no number.
fn awaited(agreement: &Agreement, record: &PartyRecord) -> bool {
    let left = record.withdrew.is_some() || consent::left(agreement, record, Day::MAX).is_some();
    !left && !record.deposited.iter().any(|(deposited, _)| deposited.not_counted)
}

/// From when the period of an agreement's rule runs: when its anchor has happened and all its conditions are met.
#[must_use]
pub fn runs_from(agreement: &Agreement, entry: &EntryRule) -> Option<Anchored> {
    let conditions = conditions(agreement, entry)?;
    let anchor = match &entry.rule.anchor {
        Anchor::Consent(..) | Anchor::Conditions => None,
        // "After the last signature" means that every party has signed, not that one has so far.
        Anchor::LastSignature if !agreement.all_signed() => return None,
        anchor => Some(due::resolve(agreement, anchor)?),
    };
    if conditions.is_empty() {
        return anchor;
    }
    let (days, fact) = conditions.met(agreement, anchor.map(|anchor| anchor.days))?;
    Some(Anchored { days, fact: (fact > 0).then_some(fact) })
}

/// How far the conditions of an agreement's rule are met on a day; none where it has no rule with conditions.
#[must_use]
pub fn progress(agreement: &Agreement, day: Day) -> Option<(Conditions, Progress)> {
    let (entry, _) = agreement.entry_rule.as_ref()?;
    let conditions = conditions(agreement, entry).filter(|conditions| !conditions.is_empty())?;
    let progress = conditions.progress(agreement, day);
    Some((conditions, progress))
}

/// The day on which the agreement comes into force or operation by its rule, or by the nature of its kind, whatever
/// is declared.
///
/// An `MoU` or contract without a rule operates from its last signature; a treaty without a rule has no computed day,
/// and a pledge never has one.
#[must_use]
pub fn computed_entry_into_force(agreement: &Agreement) -> Option<Anchored> {
    if let Some((entry, _)) = &agreement.entry_rule {
        // It cannot wait for itself.
        if entry.rule.floor == Some(Floor::EntryIntoForce) {
            return None;
        }
        let from = runs_from(agreement, entry)?;
        let days = due::count_effect(agreement, &entry.rule, from.days).ok()?.dates;
        return Some(Anchored { days, fact: None });
    }
    match agreement.opened.kind.lifecycle() {
        Lifecycle::Mou | Lifecycle::Contract if agreement.all_signed() => {
            due::resolve(agreement, &Anchor::LastSignature)
        }
        _ => None,
    }
}

/// Since when a party is bound by an act of its own: its consent, else a signature that awaits none.
#[must_use]
pub fn bound_since(agreement: &Agreement, record: &PartyRecord) -> Option<Bounds> {
    let consented = consent::last(agreement, record, Means::Consent, InstrumentDay::Received);
    consented.map(|span| span.from).or_else(|| {
        let awaits = agreement.opened.kind.lifecycle() == Lifecycle::Treaty
            && (record.subject_to_consent() || by_instruments(agreement));
        record.signed.as_ref().filter(|_| !awaits).map(|(_, mark)| mark.bounds)
    })
}

/// Whether a rule says that instruments are what binds: then a signature of which nobody says more does not.
fn by_instruments(agreement: &Agreement) -> bool {
    let counts = |rule: &Option<(EntryRule, _)>| {
        rule.as_ref().is_some_and(|(entry, _)| matches!(entry.rule.anchor, Anchor::Consent(Means::Deposit, _)))
    };
    counts(&agreement.entry_rule) || counts(&agreement.party_rule)
}

/// The day on which the agreement comes into force for one party by its rule, whatever is declared of that party.
///
/// Without a rule for each party it is the agreement's own day, or that of the party's later consent (VCLT 24(3)). For
/// one that had left by that day there is none.
#[must_use]
pub fn computed_party_entry_into_force(agreement: &Agreement, record: &PartyRecord) -> Option<Anchored> {
    computed_for(agreement, record, due::entry_into_force(agreement))
}

/// The day by which a party had left that bound itself, so that the agreement never came into force for it by its
/// rule; none where it was in before, or still is.
#[must_use]
pub fn gone_before(agreement: &Agreement, record: &PartyRecord) -> Option<Day> {
    let days = counted_for(agreement, record, due::entry_into_force(agreement))?.days;
    gone_by(agreement, record, days)
}

/// The day by which a party had left, where none of these days lies before it.
fn gone_by(agreement: &Agreement, record: &PartyRecord, days: DueDates) -> Option<Day> {
    let gone = consent::gone_since(agreement, record)?;
    days.earliest.or(days.latest).is_some_and(|entry| entry >= gone).then_some(gone)
}

fn computed_for(agreement: &Agreement, record: &PartyRecord, entry: Option<Anchored>) -> Option<Anchored> {
    let counted = counted_for(agreement, record, entry)?;
    gone_by(agreement, record, counted.days).is_none().then_some(counted)
}

/// The day that the rule gives, whether the party has left by then or not.
fn counted_for(agreement: &Agreement, record: &PartyRecord, entry: Option<Anchored>) -> Option<Anchored> {
    let own = days_of(bound_since(agreement, record)?);
    let Some((rule, _)) = &agreement.party_rule else {
        return entry.map(|entry| Anchored { days: later(entry.days, own), fact: None });
    };
    let counted_by = rule.counted_by.unwrap_or(InstrumentDay::Received);
    let from = match &rule.rule.anchor {
        Anchor::Consent(means, Which::Own) => match consent::last(agreement, record, *means, counted_by) {
            Some(span) => days_of(span.from),
            // Of one bound by its signature, a rule about instruments says nothing.
            None => return entry.map(|entry| Anchored { days: later(entry.days, own), fact: None }),
        },
        // It cannot wait for itself.
        Anchor::EntryIntoForceFor(_) | Anchor::Conditions => return None,
        Anchor::EntryIntoForce => entry?.days,
        anchor => due::resolve(agreement, anchor)?.days,
    };
    let counted = due::count_effect(agreement, &rule.rule, from).ok()?.dates;
    let days = if due::waits_for_force(agreement, &rule.rule) { later(counted, entry?.days) } else { counted };
    // By the date that its instrument bears a party can be bound before the instrument is received, else never.
    let days = if counted_by == InstrumentDay::Dated { days } else { later(days, own) };
    Some(Anchored { days, fact: None })
}

/// The day on which the agreement comes into force for one party: as declared, else as computed.
#[must_use]
pub fn party_entry_into_force(agreement: &Agreement, record: &PartyRecord) -> Option<Anchored> {
    party_entry_given(agreement, record, || due::entry_into_force(agreement))
}

/// As [`party_entry_into_force`], where the agreement's own entry into force is known by now.
pub(super) fn party_entry_given(
    agreement: &Agreement,
    record: &PartyRecord,
    entry: impl FnOnce() -> Option<Anchored>,
) -> Option<Anchored> {
    if let Some(mark) = &record.in_force {
        return Some(Anchored { days: days_of(mark.bounds), fact: Some(mark.seq) });
    }
    computed_for(agreement, record, entry())
}

/// Finds the days of an act of consent, for a deadline that hangs on it.
#[must_use]
pub fn consent_day(agreement: &Agreement, means: Means, which: &Which) -> Option<Anchored> {
    let received = InstrumentDay::Received;
    let of = |record| consent::last(agreement, record, means, received);
    let anchored = |span: consent::Span| Anchored { days: days_of(span.from), fact: Some(span.fact) };
    match which {
        Which::Own => None,
        Which::Of(party) => agreement.party(party).and_then(of).map(anchored),
        Which::Nth(nth) => {
            let needs = Vec::new();
            let conditions = Conditions { means, counted_by: received, count: Some(*nth), share: None, needs };
            conditions.met(agreement, None).map(|(days, fact)| Anchored { days, fact: Some(fact) })
        }
        Which::Last => {
            let spans: Vec<_> = agreement.parties.iter().filter_map(of).collect();
            let last = spans.iter().max_by_key(|span| (span.from.latest, span.fact))?;
            // The last of several is no earlier than the earliest day of any of them.
            let earliest = spans.iter().filter_map(|span| span.from.earliest).max();
            Some(Anchored { days: DueDates { earliest, latest: Some(last.from.latest) }, fact: Some(last.fact) })
        }
    }
}

/// The days on which a notice takes effect: as stated, or counted from its own day; none where nobody says.
///
/// The fact is the notice where the days are counted from it. Whether it was taken back before is not looked at.
#[must_use]
pub fn notice_effect(agreement: &Agreement, (given, mark, _): &Notice) -> Option<Anchored> {
    if let Some(day) = given.takes_effect {
        return Some(Anchored { days: DueDates { earliest: Some(day), latest: Some(day) }, fact: None });
    }
    let rule = given.effect.as_ref().filter(|rule| rule.anchor == Anchor::Event(mark.seq))?;
    Some(Anchored { days: due::count_effect(agreement, rule, days_of(mark.bounds)).ok()?.dates, fact: Some(mark.seq) })
}
