//! Why an agreement comes into force when it does, for all and for one party: the conditions met one by one.

use super::dates::{ConditionView, ConsentView, DayRange, Found};
use super::steps::{Step, spelled};
use crate::domain::agreement::{Agreement, PartyRecord};
use crate::domain::commitment::Mark;
use crate::domain::consent::{self, Advance, Conditions, Progress};
use crate::domain::dates::bound_by;
use crate::domain::day::Day;
use crate::domain::due::{self, Anchored, DueDates};
use crate::domain::event::consent::EntryRule;
use crate::domain::force;
use crate::domain::id::PartyId;
use crate::domain::rule::{Anchor, Floor, Which};
use crate::domain::vocabulary::{InstrumentDay, Lifecycle};
use crate::views::chart::{chart_rule, share_words};

const fn days_of(mark: &Mark) -> DueDates {
    DueDates { earliest: mark.bounds.earliest, latest: Some(mark.bounds.latest) }
}

/// What there is to say of a computed day: why it is there, or what it waits for.
struct Told {
    there: String,
    waits_for: String,
}

/// When something happened, with its fact.
fn placed(from: Anchored) -> String {
    let fact = from.fact.map(|fact| format!(" (@{fact})")).unwrap_or_default();
    format!("{}{fact}", spelled(from.days))
}

/// Puts the declared and the computed day side by side; the declared one counts.
fn settled(found: &mut Found, declared: Option<&Mark>, computed: Option<Anchored>, told: Told, day: Day) {
    found.declared = declared.map(|mark| DayRange::of(days_of(mark), Some(mark.seq)));
    found.computed = computed.map(|computed| DayRange::of(computed.days, None));
    found.days = declared.map(days_of).or(computed.map(|computed| computed.days));
    found.because = match (declared, computed) {
        (Some(mark), Some(computed)) if days_of(mark) != computed.days => {
            let (told, own) = (spelled(days_of(mark)), spelled(computed.days));
            format!("a source declares {told} (@{}), which counts; its rule gives {own}", mark.seq)
        }
        (Some(mark), Some(_)) => {
            format!("a source declares {} (@{}), and its rule gives the same", spelled(days_of(mark)), mark.seq)
        }
        (Some(mark), None) => format!("a source declares {} (@{})", spelled(days_of(mark)), mark.seq),
        (None, Some(computed)) => {
            let to_come = computed.days.latest.filter(|latest| *latest > day);
            let to_come = to_come.map(|_| "; the day is still to come").unwrap_or_default();
            format!("{}{to_come}", told.there)
        }
        (None, None) => told.waits_for,
    };
    found.rests_on.extend(declared.map(|mark| mark.seq));
}

/// The day on which the agreement comes into force or operation.
pub(super) fn entry(agreement: &Agreement, day: Day) -> Found {
    let mut found = Found::default();
    let computed = force::computed_entry_into_force(agreement);
    let told = if let Some((rule, mark)) = &agreement.entry_rule {
        let waits_for = by_rule(&mut found, agreement, rule, mark, day);
        let there = found.from.map(|from| format!("all that its rule asks for is there since {}", placed(from)));
        Told { there: there.unwrap_or_default(), waits_for }
    } else {
        let waits_for = by_kind(&mut found, agreement);
        let there = computed.map(|last| format!("every party has signed, the last on {}", placed(last)));
        Told { there: there.unwrap_or_default(), waits_for }
    };
    settled(&mut found, agreement.entered.as_ref(), computed, told, day);
    found
}

/// The steps of a stated rule; returns what it still waits for, in words.
fn by_rule(found: &mut Found, agreement: &Agreement, rule: &EntryRule, mark: &Mark, day: Day) -> String {
    let told = chart_rule(&(rule.clone(), mark.clone()));
    found.rule_words = Some(told.words);
    found.clause = told.clause;
    found.rests_on.push(mark.seq);
    if rule.rule.floor == Some(Floor::EntryIntoForce) {
        found.rule = Some(rule.rule.clone());
        return "its rule waits for entry into force itself".to_owned();
    }
    let from = force::runs_from(agreement, rule);
    found.rests_on.extend(from.and_then(|from| from.fact));
    conditions(found, agreement, rule, from.and_then(|from| from.days.latest).unwrap_or(day));
    found.counted_by(agreement, &rule.rule, mark.seq, from);
    let missing = found.conditions.iter().filter(|condition| !condition.met);
    let missing: Vec<String> = missing.map(|condition| format!("{}: {}", condition.words, condition.reached)).collect();
    match (from, missing.is_empty()) {
        (None, false) => format!("it waits for {}", missing.join("; ")),
        (None, true) => format!("it waits for {}", rule.rule.anchor),
        (Some(_), _) => "its rule leads to no date".to_owned(),
    }
}

/// What holds where nobody stated a rule; returns what is still missing, in words.
fn by_kind(found: &mut Found, agreement: &Agreement) -> String {
    let lifecycle = agreement.opened.kind.lifecycle();
    match lifecycle {
        Lifecycle::Treaty => return "no rule for its entry into force is on record".to_owned(),
        Lifecycle::Pledge => return "a pledge does not come into force".to_owned(),
        Lifecycle::Mou | Lifecycle::Contract => {}
    }
    let kind = if lifecycle == Lifecycle::Mou { "a memorandum operates" } else { "a contract takes effect" };
    found.assumed.push(format!("without a rule {kind} from the last signature of all its parties"));
    for (record, _, mark) in agreement.signatures() {
        let words = format!("{} signed: {}", record.party.id, spelled(days_of(mark)));
        found.steps.push(Step { fact: Some(mark.seq), ..Step::to(words, days_of(mark)) });
        found.rests_on.push(mark.seq);
    }
    let unsigned: Vec<String> = agreement
        .parties
        .iter()
        .filter(|record| record.withdrew.is_none() && record.signed.is_none())
        .map(|record| record.party.id.to_string())
        .collect();
    let there = agreement.parties.iter().filter(|record| record.withdrew.is_none()).count();
    found.conditions.push(ConditionView {
        words: "signature of every party".to_owned(),
        met: agreement.all_signed(),
        reached: format!("{} of {there}", there - unsigned.len()),
        since: None,
        fact: None,
        missing: agreement
            .parties
            .iter()
            .filter(|r| r.withdrew.is_none() && r.signed.is_none())
            .map(|r| r.party.id.clone())
            .collect(),
    });
    match due::resolve(agreement, &Anchor::LastSignature).filter(|_| agreement.all_signed()) {
        Some(last) => {
            let words = format!("the last of them: {}", spelled(last.days));
            found.steps.push(Step { fact: last.fact, ..Step::to(words, last.days) });
            if let Some(condition) = found.conditions.last_mut() {
                (condition.since, condition.fact) = (last.days.latest, last.fact);
            }
            String::new()
        }
        None if unsigned.is_empty() => "no party is named in it".to_owned(),
        None => format!("it waits for the signature of {}", unsigned.join(", ")),
    }
}

/// The conditions of a rule, each with the day since which it is met, as they stand on a day.
fn conditions(found: &mut Found, agreement: &Agreement, rule: &EntryRule, day: Day) {
    let anchor = &rule.rule.anchor;
    if !matches!(anchor, Anchor::Consent(..) | Anchor::Conditions) {
        let days = match anchor {
            Anchor::LastSignature if !agreement.all_signed() => None,
            anchor => due::resolve(agreement, anchor),
        };
        found.conditions.push(ConditionView {
            words: if *anchor == Anchor::LastSignature {
                "signature of every party".to_owned()
            } else {
                anchor.to_string()
            },
            met: days.is_some(),
            reached: days.map_or_else(|| "not yet".to_owned(), |from| spelled(from.days)),
            since: days.and_then(|from| from.days.latest),
            fact: days.and_then(|from| from.fact),
            missing: Vec::new(),
        });
        found.rests_on.extend(days.and_then(|from| from.fact));
    }
    let Some(conditions) = force::conditions(agreement, rule).filter(|conditions| !conditions.is_empty()) else {
        return;
    };
    let mut course = conditions.course(agreement);
    course.retain(|advance| advance.on.latest.is_none_or(|on| on <= day));
    let now = course.last().map_or_else(|| conditions.progress(agreement, Day::MIN), |last| last.progress.clone());
    let each = of_the_consents(&conditions, &now);
    found.conditions.extend(each.into_iter().map(|(mut condition, is_met)| {
        let since = since(&course, is_met.as_ref());
        condition.since = since.and_then(|advance| advance.on.latest);
        condition.fact = since.map(|advance| advance.fact);
        condition
    }));
    found.consents = course.iter().map(|advance| ConsentView::of(advance, conditions.share.is_some())).collect();
}

type IsMet<'a> = Box<dyn Fn(&Progress) -> bool + 'a>;

/// The conditions that hang on consents, with how far they are met, each with the question whether it is.
fn of_the_consents<'a>(conditions: &'a Conditions, now: &Progress) -> Vec<(ConditionView, IsMet<'a>)> {
    let means = conditions.means;
    let mut all: Vec<(ConditionView, IsMet<'a>)> = Vec::new();
    let mut push = |words: String, reached: String, missing: Vec<PartyId>, is_met: IsMet<'a>| {
        let met = is_met(now);
        all.push((ConditionView { words, met, reached, since: None, fact: None, missing }, is_met));
    };
    if let Some(count) = conditions.count {
        let reached = format!("{} of {count}", now.consents);
        push(format!("{count} {means}s"), reached, Vec::new(), Box::new(move |then| then.consents >= count));
    }
    if let Some((share, _)) = conditions.share {
        let reached = now.weight.per_cent_of(now.total).unwrap_or_default();
        let words = format!("{means}s of parties with {} of {}", share_words(share), now.total);
        let reached = format!("{reached} % ({})", now.weight);
        push(words, reached, Vec::new(), Box::new(move |then| share.is_reached(then.weight, then.total)));
    }
    if !conditions.needs.is_empty() {
        let all_of = conditions.needs.len();
        let names: Vec<&str> = conditions.needs.iter().map(PartyId::as_str).collect();
        let missing: Vec<&str> = now.missing.iter().map(PartyId::as_str).collect();
        let without = if missing.is_empty() { String::new() } else { format!("; without {}", missing.join(", ")) };
        push(
            format!("{means} of {}", names.join(", ")),
            format!("{} of {all_of}{without}", all_of - missing.len()),
            now.missing.clone(),
            Box::new(|then| then.missing.is_empty()),
        );
    }
    all
}

/// The change since which a condition is met without a break; none while it is not.
fn since<'a>(course: &'a [Advance], is_met: &dyn Fn(&Progress) -> bool) -> Option<&'a Advance> {
    let broken = course.iter().rposition(|advance| !is_met(&advance.progress));
    course.get(broken.map_or(0, |at| at + 1))
}

/// The day on which the agreement comes into force for one party; none where there is no such party.
pub(super) fn party_entry(agreement: &Agreement, party: &PartyId, day: Day) -> Option<Found> {
    let record = agreement.party(party)?;
    let mut found = Found::default();
    let computed = force::computed_party_entry_into_force(agreement, record);
    let whole = due::entry_into_force(agreement);
    let own = own_consent(&mut found, agreement, record);
    match (&agreement.party_rule, own) {
        (Some((rule, mark)), Some(own)) if applies(agreement, record, rule) => {
            let from = counted_from(agreement, record, rule);
            let told = chart_rule(&(rule.clone(), mark.clone()));
            (found.rule_words, found.clause) = (Some(told.words), told.clause);
            found.rests_on.push(mark.seq);
            found.counted_by(agreement, &rule.rule, mark.seq, from);
            found.of_party = true;
            let mut days = from.and_then(|from| Some(due::count_effect(agreement, &rule.rule, from.days).ok()?.dates));
            if due::waits_for_force(agreement, &rule.rule) {
                days = floored(&mut found, days, whole.map(|whole| whole.days), "the agreement's own entry into force");
            }
            if rule.counted_by != Some(InstrumentDay::Dated) {
                floored(&mut found, days, Some(own), "its own act");
                found.not_before = Some(own);
            }
        }
        (rule, Some(own)) => {
            if rule.is_some() {
                found.assumed.push("of a party bound by its signature the rule for each party says nothing".to_owned());
            }
            let words = |days| format!("the agreement itself is in force from {}", spelled(days));
            found.steps.extend(whole.map(|whole| Step { fact: whole.fact, ..Step::to(words(whole.days), whole.days) }));
            let later = whole.map(|whole| force::later(whole.days, own));
            found.steps.extend(later.map(|later| Step::to(format!("the later of the two: {}", spelled(later)), later)));
        }
        (_, None) => {}
    }
    let waits_for = match (own, whole) {
        (None, _) => format!("{party} has not bound itself: no consent and no binding signature of it is on record"),
        (Some(_), None) => "it waits for the agreement's own entry into force".to_owned(),
        (Some(_), Some(_)) if let Some(gone) = force::gone_before(agreement, record) => {
            format!("{party} had left by {gone}, before it came into force")
        }
        (Some(_), Some(_)) => "its rule leads to no date".to_owned(),
    };
    found.rests_on.extend(whole.and_then(|whole| whole.fact));
    let there = format!("{party} bound itself{}", own.map(|own| format!(": {}", spelled(own))).unwrap_or_default());
    settled(&mut found, record.in_force.as_ref(), computed, Told { there, waits_for }, day);
    Some(found)
}

/// The act by which a party bound itself, as the first step.
fn own_consent(found: &mut Found, agreement: &Agreement, record: &PartyRecord) -> Option<DueDates> {
    let bounds = force::bound_since(agreement, record)?;
    let days = DueDates { earliest: bounds.earliest, latest: Some(bounds.latest) };
    let fact = bound_by(agreement, record);
    let instrument = record.deposited.iter().find(|(_, mark)| Some(mark.seq) == fact);
    let act = instrument
        .map_or_else(|| "signature".to_owned(), |(deposited, _)| deposited.instrument.word().replace('_', " "));
    let words = format!("{} bound itself by {act}: {}", record.party.id, spelled(days));
    found.steps.push(Step { fact, ..Step::to(words, days) });
    found.rests_on.extend(fact);
    Some(days)
}

/// Whether the rule for each party says anything of one: not a rule about instruments of one bound by its signature.
fn applies(agreement: &Agreement, record: &PartyRecord, rule: &EntryRule) -> bool {
    match &rule.rule.anchor {
        Anchor::Consent(_, Which::Own) => counted_from(agreement, record, rule).is_some(),
        _ => true,
    }
}

/// From when the rule for each party is counted for one.
fn counted_from(agreement: &Agreement, record: &PartyRecord, rule: &EntryRule) -> Option<Anchored> {
    let counted_by = rule.counted_by.unwrap_or(InstrumentDay::Received);
    match &rule.rule.anchor {
        Anchor::Consent(means, Which::Own) => {
            let span = consent::last(agreement, record, *means, counted_by)?;
            let days = DueDates { earliest: span.from.earliest, latest: Some(span.from.latest) };
            Some(Anchored { days, fact: Some(span.fact) })
        }
        Anchor::EntryIntoForceFor(_) | Anchor::Conditions => None,
        Anchor::EntryIntoForce => due::entry_into_force(agreement),
        anchor => due::resolve(agreement, anchor),
    }
}

/// Puts a floor under a day; where it moves the day, that is a step.
fn floored(found: &mut Found, days: Option<DueDates>, floor: Option<DueDates>, what: &str) -> Option<DueDates> {
    let (days, floor) = (days?, floor?);
    let later = force::later(days, floor);
    if later != days {
        let words = format!("not before {what} ({}): {}", spelled(floor), spelled(later));
        found.steps.push(Step::to(words, later));
    }
    Some(later)
}
