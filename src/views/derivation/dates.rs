//! Why a computed date that is no commitment's lies where it does, and which dates can be asked for.

use schemars::JsonSchema;
use serde::Serialize;

use super::anchor::{AnchorView, fact_view};
use super::others::{OtherProfile, other_profiles};
use super::steps::{Step, counted_steps};
use super::terms::{CalendarView, ProfileView, Said, calendar_views, profile_view, said};
use super::{force, term};
use crate::domain::agreement::Agreement;
use crate::domain::consent::Advance;
use crate::domain::counting::terms::Terms;
use crate::domain::counting::{BeyondKnown, Counted};
use crate::domain::dates::{DateKey, UNKNOWN, dates};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due::{self, Anchored, DueDates};
use crate::domain::force::later;
use crate::domain::id::{PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::rule::{Authority, DeadlineNature, Rule};
use crate::domain::share::Weight;
use crate::domain::text::Line;
use crate::domain::timeline::Timeline;
use crate::domain::vocabulary::Lifecycle;
use crate::views::Asked;
use crate::views::chart::rule_words;
use crate::views::document::{RedactedView, redacted_views};
use crate::views::outcome::RemarkView;

/// A condition of entry into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ConditionView {
    /// What is asked for, in words.
    pub words: String,
    /// Whether it is met.
    pub met: bool,
    /// How far it is met, in words: `41 of 55`.
    pub reached: String,
    /// The day since which it is met; where that is not one day, the latest that it can be.
    pub since: Option<Day>,
    /// The fact that completed it.
    pub fact: Option<u64>,
    /// The named parties whose consent is missing.
    pub missing: Vec<PartyId>,
}

/// A consent that counted towards entry into force, or its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ConsentView {
    /// Whose.
    pub party: PartyId,
    /// When; where that is not one day, the latest that it can be.
    pub day: Option<Day>,
    /// The earliest that it can be.
    pub day_earliest: Option<Day>,
    /// The fact that made it.
    pub fact: u64,
    /// Whether it ended then: the party left, or its notice took effect.
    pub ended: bool,
    /// Whether it adds to the number of consents.
    pub counted: bool,
    /// What the party counts for.
    pub weight: Option<Weight>,
    /// How many consents there are with it.
    pub consents: u32,
    /// What those make up, in per cent of the total; null where no share is asked for.
    pub share: Option<Weight>,
}

impl ConsentView {
    pub(super) fn of(advance: &Advance, by_share: bool) -> Self {
        let progress = &advance.progress;
        Self {
            party: advance.party.clone(),
            day: advance.on.latest,
            day_earliest: advance.on.earliest,
            fact: advance.fact,
            ended: !advance.begins,
            counted: advance.counted,
            weight: advance.weight,
            consents: progress.consents,
            share: by_share.then(|| progress.weight.per_cent_of(progress.total).unwrap_or_default()),
        }
    }
}

/// A day with the earliest that it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct DayRange {
    /// The day; where it is not one, the latest that it can be.
    pub day: Option<Day>,
    /// The earliest that it can be.
    pub day_earliest: Option<Day>,
    /// The fact that says so; null for a computed day.
    pub fact: Option<u64>,
}

impl DayRange {
    pub(super) const fn of(days: DueDates, fact: Option<u64>) -> Self {
        Self { day: days.latest, day_earliest: days.earliest, fact }
    }
}

/// How a computed date comes about that is no commitment's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DateDerivation {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The agreement's reference.
    pub agreement: Reference,
    /// Which date, by the word that `why` takes.
    pub date: String,
    /// What it is, in words.
    pub what: String,
    /// The date; where it is not one day, the latest that it can be. Null where it is not known.
    pub day: Option<Day>,
    /// The earliest that it can be; null where that is not known.
    pub day_earliest: Option<Day>,
    /// What was taken out of the agreement's facts on legal duty; the date is counted without it.
    pub redacted: Vec<RedactedView>,
    /// Why it lies there, or what it waits for, in one sentence.
    pub because: String,
    /// The date that a source declares, where one does; it counts before the computed one.
    pub declared: Option<DayRange>,
    /// The date that is computed, where it is.
    pub computed: Option<DayRange>,
    /// Where the count reached a day that a calendar does not know, so that the date stays open.
    pub beyond_calendar: Option<BeyondKnown>,
    /// The rule, as recorded; null where there is none.
    pub rule: Option<Rule>,
    /// The rule in words.
    pub rule_words: Option<String>,
    /// The clause that says so.
    pub clause: Option<Line>,
    /// The fact that set the rule.
    pub rule_fact: Option<u64>,
    /// The counting profile of the rule.
    pub profile: Option<ProfileView>,
    /// The calendars by which days off are known.
    pub calendars: Vec<CalendarView>,
    /// The conditions of entry into force, one by one.
    pub conditions: Vec<ConditionView>,
    /// The consents that count towards them, in order.
    pub consents: Vec<ConsentView>,
    /// The facts that the date rests on, with their evidence.
    pub rests_on: Vec<AnchorView>,
    /// Each step, in order.
    pub steps: Vec<Step>,
    /// What has to be said beside the date.
    pub remarks: Vec<RemarkView>,
    /// Who says that it is counted so.
    pub authority: Option<Authority>,
    /// What was stated.
    pub stated: Vec<String>,
    /// What the counting profile supplies because nobody stated it.
    pub by_profile: Vec<String>,
    /// What the register assumed because nobody stated it.
    pub assumed: Vec<String>,
    /// What the rule would give under each other counting profile.
    pub other_profiles: Vec<OtherProfile>,
}

/// What is found out about one date, before it is put into words for an answer.
#[derive(Default)]
pub(super) struct Found {
    pub(super) days: Option<DueDates>,
    pub(super) because: String,
    pub(super) declared: Option<DayRange>,
    pub(super) computed: Option<DayRange>,
    pub(super) rule: Option<Rule>,
    pub(super) rule_words: Option<String>,
    pub(super) clause: Option<Line>,
    pub(super) rule_fact: Option<u64>,
    pub(super) conditions: Vec<ConditionView>,
    pub(super) consents: Vec<ConsentView>,
    pub(super) rests_on: Vec<u64>,
    pub(super) steps: Vec<Step>,
    pub(super) stated: Vec<String>,
    pub(super) assumed: Vec<String>,
    /// From when the rule is counted.
    pub(super) from: Option<Anchored>,
    /// Whether the rule is that for each party.
    pub(super) of_party: bool,
    /// The day before which no date counted by it lies.
    pub(super) not_before: Option<DueDates>,
}

impl Found {
    /// Takes in a rule by which something takes effect, with the steps of its count where it can be counted.
    pub(super) fn counted_by(&mut self, agreement: &Agreement, rule: &Rule, fact: u64, from: Option<Anchored>) {
        self.rule = Some(rule.clone());
        self.rule_words.get_or_insert_with(|| rule_words(rule));
        self.rule_fact = Some(fact);
        self.from = from;
        let Some(Anchored { days, fact: anchor }) = from else { return };
        let floor = due::stated_floor(rule);
        let almanac = &agreement.almanac;
        if rule.length.is_some() {
            self.steps.extend(counted_steps(rule, DeadlineNature::Effect, almanac, (days, anchor), floor, Some(fact)));
        } else {
            let counted = due::count_effect(agreement, rule, days).map_or(UNKNOWN, |counted| counted.dates);
            let words = format!("on {}: {}", rule.anchor, super::steps::spelled(counted));
            self.steps.push(Step { fact: anchor, ..Step::to(words, counted) });
        }
    }
}

/// What a date is called.
#[must_use]
pub fn what(agreement: &Agreement, key: &DateKey) -> String {
    let entry = match agreement.opened.kind.lifecycle() {
        Lifecycle::Treaty => "entry into force",
        Lifecycle::Contract => "taking effect",
        Lifecycle::Mou | Lifecycle::Pledge => "coming into operation",
    };
    match key {
        DateKey::Due(owed) => {
            let text = agreement.commitment(owed.commitment).map(|commitment| commitment.undertaking.text.to_string());
            text.unwrap_or_else(|| "due date".to_owned())
        }
        DateKey::EntryIntoForce => entry.to_owned(),
        DateKey::EntryIntoForceFor(party) => format!("{entry} for {party}"),
        DateKey::Expiry => "last day".to_owned(),
        DateKey::Notice => "last day for a notice".to_owned(),
        DateKey::Prepare => "day for preparing the notice".to_owned(),
        DateKey::Renewal => "next renewal".to_owned(),
        DateKey::Effect(seq) => match agreement.notices.iter().find(|(_, mark, _)| mark.seq == *seq) {
            Some((given, ..)) => {
                format!("effect of the notice of {} by {}", given.kind.word().replace('_', "-"), given.party)
            }
            None => "effect of a notice".to_owned(),
        },
    }
}

/// Derives a computed date that is no commitment's; none where the agreement is not there by that day, or has nothing
/// that the date could be of: no such party, no such notice.
#[must_use]
pub fn date_derivation(timeline: &Timeline, key: &DateKey, asked: Asked) -> Option<DateDerivation> {
    let readings = timeline.read();
    let agreement = agreement_of(timeline, &readings, asked.as_of).filter(|known| !known.happened.is_empty())?;
    let day = asked.as_of;
    let found = match key {
        DateKey::Due(_) => return None,
        DateKey::EntryIntoForce => force::entry(&agreement, day),
        DateKey::EntryIntoForceFor(party) => force::party_entry(&agreement, party, day)?,
        DateKey::Expiry | DateKey::Notice | DateKey::Prepare | DateKey::Renewal => term::date(&agreement, key, day),
        DateKey::Effect(seq) => term::effect(&agreement, *seq, day)?,
    };
    let almanac = &agreement.almanac;
    let days = found.days.unwrap_or(UNKNOWN);
    let rule = found.rule.as_ref();
    let terms = rule.and_then(|rule| Terms::of(rule, DeadlineNature::Effect, almanac).ok());
    let Said { stated, by_profile, assumed } =
        rule.map(|rule| said(rule, terms.as_ref(), almanac.zone(), false)).unwrap_or_default();
    let counted = rule.zip(found.from).and_then(|(rule, from)| due::count_effect(&agreement, rule, from.days).ok());
    let by_other = |rule: &Rule, from: DueDates| {
        let waits = found.of_party && due::waits_for_force(&agreement, rule);
        let entry = due::entry_into_force(&agreement).map(|entry| entry.days).filter(|_| waits);
        due::count_effect(&agreement, rule, from).map(|counted| {
            let floors = [entry, found.not_before].into_iter().flatten();
            Counted { dates: floors.fold(counted.dates, later), ..counted }
        })
    };
    let others = rule
        .zip(found.from)
        .filter(|(rule, _)| rule.length.is_some())
        .map(|(rule, from)| other_profiles(rule, almanac, |rule| Ok(by_other(rule, from.days))));
    let told_on = days.latest.or(days.earliest).unwrap_or(day);
    let mut rests_on = found.rests_on;
    let listed = dates(&agreement, day).into_iter().find(|date| date.key == *key);
    rests_on.extend(listed.map(|date| date.hangs_on).unwrap_or_default());
    rests_on.sort_unstable();
    rests_on.dedup();
    Some(DateDerivation {
        redacted: redacted_views(timeline),
        as_of: day,
        at: asked.at,
        known_at: asked.known_at,
        agreement: agreement.opened.reference.clone(),
        date: key.to_string(),
        what: what(&agreement, key),
        day: days.latest,
        day_earliest: days.earliest,
        because: found.because,
        declared: found.declared,
        computed: found.computed,
        beyond_calendar: counted.as_ref().and_then(|counted| counted.beyond().cloned()),
        profile: rule.and_then(|rule| profile_view(rule, almanac)),
        calendars: terms.as_ref().map(|terms| calendar_views(terms, told_on)).unwrap_or_default(),
        rule_words: found.rule_words,
        clause: found.clause,
        rule_fact: found.rule_fact,
        conditions: found.conditions,
        consents: found.consents,
        rests_on: rests_on.into_iter().filter_map(|seq| fact_view(timeline, &readings, seq)).collect(),
        steps: found.steps,
        remarks: counted.iter().flat_map(|counted| &counted.remarks).map(RemarkView::from).collect(),
        authority: rule.map(|rule| rule.authority),
        stated: found.stated.into_iter().chain(stated).collect(),
        by_profile,
        assumed: found.assumed.into_iter().chain(assumed).collect(),
        other_profiles: others.unwrap_or_default(),
        rule: found.rule,
    })
}

/// A computed date of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct DateRow {
    /// Which date, by the word that `why` takes.
    pub date: String,
    /// What it is, in words.
    pub what: String,
    /// The date; where it is not one day, the latest that it can be. Null where it is not known.
    pub day: Option<Day>,
    /// The earliest that it can be; null where that is not known.
    pub day_earliest: Option<Day>,
    /// The places of the facts that it rests on.
    pub hangs_on: Vec<u64>,
}

/// Every computed date of an agreement, those that still wait for something included; none where the agreement is not
/// there by that day.
#[must_use]
pub fn date_rows(timeline: &Timeline, asked: Asked) -> Option<Vec<DateRow>> {
    let readings = timeline.read();
    let agreement = agreement_of(timeline, &readings, asked.as_of).filter(|known| !known.happened.is_empty())?;
    let row = |date: crate::domain::dates::ComputedDate| DateRow {
        date: date.key.to_string(),
        what: what(&agreement, &date.key),
        day: date.days.latest,
        day_earliest: date.days.earliest,
        hangs_on: date.hangs_on,
    };
    Some(dates(&agreement, asked.as_of).into_iter().map(row).collect())
}
