//! The chart of signatures and ratifications of one agreement, as depositaries print it.
//!
//! A row is a party with its last consent and what hangs on it. Days are told with the fact that says so or as
//! computed; an uncertain one with both its ends.

use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use crate::domain::agreement::{Agreement, PartyRecord, Provisional};
use crate::domain::commitment::Mark;
use crate::domain::consent::{self, Conditions, Progress};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due::{self, Anchored};
use crate::domain::event::Event;
use crate::domain::event::consent::EntryRule;
use crate::domain::force;
use crate::domain::id::{PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::rule::{Anchor, Length, Means, Rule};
use crate::domain::share::{Share, Weight};
use crate::domain::status::{AgreementStatus, PartyStatus, party_statuses, status};
use crate::domain::text::Line;
use crate::domain::timeline::{Readings, Timeline};
use crate::domain::vocabulary::{AgreementKind, InstrumentDay, InstrumentKind, NoticeKind, PartyKind, SignatureMode};

/// A day on which something happened or happens, with what says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartDay {
    /// The day; where it is not one, the latest that it can be. Null where that is not known.
    pub on: Option<Day>,
    /// The earliest that it can be; null where that is not known.
    pub earliest: Option<Day>,
    /// The fact that says so; null for a computed day.
    pub fact: Option<u64>,
}

impl From<&Mark> for ChartDay {
    fn from(mark: &Mark) -> Self {
        Self { on: Some(mark.bounds.latest), earliest: mark.bounds.earliest, fact: Some(mark.seq) }
    }
}

impl ChartDay {
    fn computed(anchored: Anchored) -> Self {
        Self { on: anchored.days.latest, earliest: anchored.days.earliest, fact: None }
    }
}

/// A party's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartSignature {
    /// When.
    pub when: ChartDay,
    /// How it was given.
    pub mode: SignatureMode,
    /// `s` for a signature that itself binds, else empty.
    pub letter: &'static str,
}

/// The instrument by which a party consented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartInstrument {
    /// What kind.
    pub instrument: InstrumentKind,
    /// Its letter: none for a ratification, A, AA, a, d, c.
    pub letter: &'static str,
    /// When the depositary received it.
    pub received: ChartDay,
    /// The date that it bears, where that is on record.
    pub dated: Option<String>,
    /// Whether it adds to the number of consents.
    pub counted: bool,
}

/// From when the agreement is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartEntry {
    /// The day: as declared, else as computed.
    pub from: ChartDay,
    /// Whether a source declares it; else it is computed.
    pub declared: bool,
    /// The day that the rule gives, where there is one; the same where nothing is declared.
    pub computed: Option<Day>,
}

/// A provisional application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartProvisional {
    /// Since when.
    pub since: ChartDay,
    /// The notice that ended it.
    pub ended: Option<ChartDay>,
}

impl From<&Provisional> for ChartProvisional {
    fn from(provisional: &Provisional) -> Self {
        Self { since: (&provisional.since).into(), ended: provisional.ended.as_ref().map(Into::into) }
    }
}

/// A party's leaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartWithdrawal {
    /// The notice, where one is on record.
    pub notice: Option<ChartDay>,
    /// When it takes effect, or the party left.
    pub effect: Option<ChartDay>,
}

/// A party in the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartRow {
    /// Its short name.
    pub party: PartyId,
    /// Its name.
    pub name: Line,
    /// What it is.
    pub kind: PartyKind,
    /// How it stands.
    pub status: PartyStatus,
    /// What it counts for.
    pub weight: Option<Weight>,
    /// Its signature.
    pub signature: Option<ChartSignature>,
    /// The instrument that made its consent, the last where it came back.
    pub consent: Option<ChartInstrument>,
    /// The places of its other instruments.
    pub other_instruments: Vec<u64>,
    /// From when the agreement is in force for it.
    pub in_force: Option<ChartEntry>,
    /// Its provisional application.
    pub provisional: Option<ChartProvisional>,
    /// The places of its reservations.
    pub reservations: Vec<u64>,
    /// The places of its declarations.
    pub declarations: Vec<u64>,
    /// The places of its objections.
    pub objections: Vec<u64>,
    /// Its leaving.
    pub withdrawal: Option<ChartWithdrawal>,
}

/// A rule for entry into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartRule {
    /// In words.
    pub words: String,
    /// The clause that says so.
    pub clause: Option<Line>,
    /// The fact.
    pub fact: u64,
}

/// What entry into force waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Awaited {
    /// What counts: deposits, or consents, definitive signatures among them.
    pub means: Means,
    /// How many count by now.
    pub consents: u32,
    /// How many there have to be.
    pub consents_needed: Option<u32>,
    /// What those who consented make up, in per cent of the total, cut after two places.
    pub share: Option<Weight>,
    /// What they have to make up: per cent, or a fraction.
    pub share_needed: Option<Share>,
    /// The named parties that have not consented.
    pub parties: Vec<PartyId>,
    /// What it is counted from and has not happened.
    pub anchor: Option<String>,
}

/// The totals of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ChartTotals {
    /// Parties that are named.
    pub named: usize,
    /// Those that signed.
    pub signatures: usize,
    /// Those whose consent stands.
    pub consents: usize,
    /// Those of them that add to the number of consents.
    pub counted: usize,
    /// Those for which it is in force, a notice of withdrawal running or not.
    pub parties: usize,
    /// Those that left.
    pub left: usize,
}

/// The chart of signatures and ratifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Chart {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The agreement.
    pub agreement: Reference,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its title.
    pub title: Option<Line>,
    /// How it stands.
    pub status: AgreementStatus,
    /// From when it is in force.
    pub in_force: Option<ChartEntry>,
    /// What that waits for, where it has not come.
    pub awaited: Option<Awaited>,
    /// How it comes into force.
    pub rule: Option<ChartRule>,
    /// How it comes into force for each party.
    pub party_rule: Option<ChartRule>,
    /// Its provisional application as a whole.
    pub provisional: Option<ChartProvisional>,
    /// The totals.
    pub totals: ChartTotals,
    /// The parties, by name.
    pub rows: Vec<ChartRow>,
}

fn entry(declared: Option<&Mark>, computed: Option<Anchored>) -> Option<ChartEntry> {
    let day = computed.and_then(|computed| computed.days.latest);
    match declared {
        Some(mark) => Some(ChartEntry { from: mark.into(), declared: true, computed: day }),
        None => computed.map(|days| ChartEntry { from: ChartDay::computed(days), declared: false, computed: day }),
    }
}

/// A rule in words: `P30D after signature`, `on 2026-01-20`.
#[must_use]
pub fn rule_words(rule: &Rule) -> String {
    let anchor = &rule.anchor;
    match &rule.length {
        None => format!("on {anchor}"),
        Some(Length::Period(period)) if period.is_zero() => format!("on {anchor}"),
        Some(Length::Period(period)) => format!("{period} {} {anchor}", rule.direction),
        Some(Length::WorkingDays(days)) => format!("{days} working days {} {anchor}", rule.direction),
        Some(Length::ClearDays(days)) => format!("{days} clear days {} {anchor}", rule.direction),
    }
}

/// How an agreement comes into force, in words.
#[must_use]
pub fn chart_rule((entry, mark): &(EntryRule, Mark)) -> ChartRule {
    let rule = &entry.rule;
    let mut words = vec![rule_words(rule)];
    words.extend(entry.consents.map(|consents| format!("with {consents} consents")));
    words.extend(entry.share.map(|share| {
        let of = entry.share_total.map_or_else(|| "the declared weights".to_owned(), |total| total.to_string());
        format!("with {} of {of}", share_words(share))
    }));
    if !entry.needs.is_empty() {
        let names: Vec<_> = entry.needs.iter().map(ToString::to_string).collect();
        words.push(format!("with {}", names.join(", ")));
    }
    words.extend(entry.counted_by.map(|day| format!("instruments by the day {day}")));
    words.extend(rule.floor.map(|floor| format!("not before {floor}")));
    ChartRule { words: words.join("; "), clause: entry.clause.clone(), fact: mark.seq }
}

/// A share in words: `55 %`, `2/3`.
#[must_use]
pub fn share_words(share: Share) -> String {
    match share {
        Share::PerCent(_) => format!("{share} %"),
        Share::Fraction(..) => share.to_string(),
    }
}

fn awaited(agreement: &Agreement, day: Day) -> Option<Awaited> {
    let (entry, _) = agreement.entry_rule.as_ref()?;
    let nothing = || {
        let needs = Vec::new();
        let (means, counted_by) = (Means::Consent, InstrumentDay::Received);
        (Conditions { means, counted_by, count: None, share: None, needs }, Progress::default())
    };
    let (conditions, progress) = force::progress(agreement, day).unwrap_or_else(nothing);
    let happened = match &entry.rule.anchor {
        Anchor::Consent(..) | Anchor::Conditions => true,
        Anchor::LastSignature => agreement.all_signed(),
        anchor => due::resolve(agreement, anchor).is_some(),
    };
    Some(Awaited {
        means: conditions.means,
        consents: progress.consents,
        consents_needed: conditions.count,
        share: conditions.share.map(|_| progress.weight.per_cent_of(progress.total).unwrap_or_default()),
        share_needed: conditions.share.map(|(share, _)| share),
        parties: progress.missing,
        anchor: (!happened).then(|| entry.rule.anchor.to_string()),
    })
}

/// The chart of an agreement; none before anything happened in it.
#[must_use]
pub fn chart(timeline: &Timeline, asked: Asked) -> Option<Chart> {
    let readings = timeline.read();
    let agreement = agreement_of(timeline, &readings, asked.as_of).filter(|known| !known.happened.is_empty())?;
    let day = asked.as_of;
    let mut rows: Vec<ChartRow> = agreement
        .parties
        .iter()
        .zip(party_statuses(&agreement, day))
        .map(|(record, status)| row(&agreement, &readings, record, status, day))
        .collect();
    rows.sort_by_cached_key(|row| (row.name.as_str().to_lowercase(), row.party.clone()));
    let in_force = entry(agreement.entered.as_ref(), due::computed_entry_into_force(&agreement));
    let there = agreement.parties.iter().filter(|record| consent::left(&agreement, record, day).is_none());
    let stands = |record| consent::last(&agreement, record, Means::Consent, InstrumentDay::Received);
    let consents: Vec<_> = there.filter_map(stands).collect();
    let has = |statuses: &[PartyStatus]| rows.iter().filter(|row| statuses.contains(&row.status)).count();
    Some(Chart {
        as_of: day,
        at: asked.at,
        known_at: asked.known_at,
        agreement: agreement.opened.reference.clone(),
        kind: agreement.opened.kind,
        title: agreement.opened.title.clone(),
        status: status(&agreement, day),
        awaited: if in_force.is_some() { None } else { awaited(&agreement, day) },
        in_force,
        rule: agreement.entry_rule.as_ref().map(chart_rule),
        party_rule: agreement.party_rule.as_ref().map(chart_rule),
        provisional: agreement.provisional.as_ref().map(Into::into),
        totals: ChartTotals {
            named: rows.len(),
            signatures: rows.iter().filter(|row| row.signature.is_some()).count(),
            consents: consents.len(),
            counted: consents.iter().filter(|span| span.counted).count(),
            parties: has(&[PartyStatus::Party, PartyStatus::Withdrawing]),
            left: has(&[PartyStatus::FormerParty]),
        },
        rows,
    })
}

fn row(agreement: &Agreement, readings: &Readings, record: &PartyRecord, status: PartyStatus, day: Day) -> ChartRow {
    let own = |by: &PartyId| *by == record.party.id;
    let statements = |reservations: bool| -> Vec<u64> {
        let made = agreement.statements.iter().filter(|(statement, _)| own(&statement.party)).map(|(_, mark)| mark.seq);
        let is_reservation =
            |seq: &u64| readings.fact(*seq).is_some_and(|r| matches!(r.saying.event, Event::ReservationMade(_)));
        made.filter(|seq| is_reservation(seq) == reservations).collect()
    };
    let consented = consent::last(agreement, record, Means::Deposit, InstrumentDay::Received);
    let instrument = consented.and_then(|span| record.deposited.iter().find(|(_, mark)| mark.seq == span.fact));
    let others = record.deposited.iter().map(|(_, mark)| mark.seq);
    ChartRow {
        party: record.party.id.clone(),
        name: record.party.name.clone(),
        kind: record.party.kind,
        status,
        weight: record.party.weight,
        signature: record.signed.as_ref().map(|(signed, mark)| ChartSignature {
            when: mark.into(),
            mode: signed.mode,
            letter: if matches!(signed.mode, SignatureMode::Definitive) { "s" } else { "" },
        }),
        consent: instrument.map(|(deposited, mark)| ChartInstrument {
            instrument: deposited.instrument,
            letter: deposited.instrument.letter(),
            received: mark.into(),
            dated: deposited.dated.as_ref().map(ToString::to_string),
            counted: !deposited.not_counted,
        }),
        other_instruments: others.filter(|seq| instrument.is_none_or(|(_, mark)| mark.seq != *seq)).collect(),
        in_force: entry(record.in_force.as_ref(), due::computed_party_entry_into_force(agreement, record)),
        provisional: record.provisional.as_ref().map(Into::into),
        reservations: statements(true),
        declarations: statements(false),
        objections: agreement.objections.iter().filter(|(made, _)| own(&made.party)).map(|(_, m)| m.seq).collect(),
        withdrawal: withdrawal(agreement, record, day),
    }
}

/// The leaving of a party that has left, or whose notice runs; none for one that came back.
fn withdrawal(agreement: &Agreement, record: &PartyRecord, day: Day) -> Option<ChartWithdrawal> {
    let back = record.deposited.last().map(|(_, mark)| mark.bounds.latest);
    let notice = agreement.notices.iter().rev().find(|notice| {
        let effect = due::notice_effect(agreement, notice).and_then(|effect| effect.days.latest);
        notice.0.party == record.party.id
            && notice.0.kind == NoticeKind::Withdrawal
            && notice.2.is_none()
            // An instrument after its effect began a new time.
            && back.is_none_or(|back| effect.is_none_or(|effect| effect > back))
    });
    let gone = consent::left(agreement, record, day).is_some();
    let left = record.withdrew.as_ref().filter(|_| gone);
    let effect = notice.and_then(|notice| due::notice_effect(agreement, notice)).map(ChartDay::computed);
    if notice.is_none() && left.is_none() {
        return None;
    }
    Some(ChartWithdrawal { notice: notice.map(|(_, mark, _)| mark.into()), effect: left.map(Into::into).or(effect) })
}
