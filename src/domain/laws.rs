//! Laws that hold for every history: random commands over three parties, days from 2024 to 2027, some back-dated,
//! some corrected or retracted. What is refused is left out, so each history is one that people could record.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::agreement::Agreement;
use super::day::Day;
use super::decide::{agreement_of, opening_of};
use super::event::Event;
use super::guard::{self, Objected};
use super::patch;
use super::scenario::{Story, TODAY, day, say};
use super::status::{self, CommitmentState, Standing};
use super::timeline::Timeline;

/// What one random command is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw {
    pub(crate) verb: usize,
    pub(crate) one: usize,
    pub(crate) two: usize,
    pub(crate) days: i64,
    pub(crate) form: u8,
    pub(crate) reason: bool,
}

pub(crate) fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let one = (0..44usize, 0..60usize, 0..60usize, 0..1461i64, 0..12u8, prop::bool::weighted(0.8));
    let draw = one.prop_map(|(verb, one, two, days, form, reason)| Draw { verb, one, two, days, form, reason });
    prop::collection::vec(draw, 4..32)
}

fn story() -> impl Strategy<Value = Story> {
    draws().prop_map(|draws| tell(&draws))
}

/// The story of those commands that are accepted.
fn tell(draws: &[Draw]) -> Story {
    let mut story = Story::default();
    for draw in draws {
        let command = command(draw, &story);
        // A refusal changes nothing; that is a law of its own below.
        let _ = story.record(&command);
    }
    story
}

fn date(days: i64) -> Day {
    day("2024-01-01").plus_days(days).expect("a day")
}

/// The day of a command: mostly certain, sometimes a month, an open interval, or left out.
fn on(draw: &Draw) -> Option<String> {
    let day = date(draw.days);
    match draw.form {
        0 | 1 => None,
        2 => Some(day.to_string()[..7].to_owned()),
        3 => Some(format!("../{day}")),
        4 => Some(format!("{day}/{}", day.plus_days(40).expect("a day"))),
        _ => Some(day.to_string()),
    }
}

pub(crate) fn command(draw: &Draw, story: &Story) -> Value {
    let Draw { one, two, days, .. } = *draw;
    let (verb, mut fields) = if story.timeline.is_empty() { opening(draw) } else { later(draw, story) };
    if let Some(on) = on(draw) {
        fields["on"] = on.into();
    }
    if draw.reason {
        fields["reason"] = "so it was".into();
    }
    if (one + two) % 7 == 0 && days % 2 == 0 {
        fields["source"] = "Dawn".into();
    }
    say(verb, fields)
}

fn opening(draw: &Draw) -> (&'static str, Value) {
    let party = json!(["pk:state=Pakistan", "ps:state=Palestine"]);
    let kind = ["mou", "treaty", "contract", "protocol"][draw.two % 4];
    match draw.one % 7 {
        0 => ("announce", json!({ "party": party })),
        1 => ("propose", json!({ "kind": kind, "party": party })),
        _ => ("record", json!({ "kind": kind, "party": party })),
    }
}

fn later(draw: &Draw, story: &Story) -> (&'static str, Value) {
    let Draw { one, two, days, .. } = *draw;
    let facts = story.timeline.facts().len();
    // The opening is seldom meant: without it nothing more can happen.
    let event = if two % 20 == 0 { 1 } else { facts.min(2 + one % facts) };
    // A history about nothing proves nothing: the second and third commands make something that can be late.
    let verb = match facts {
        1 => 29,
        2 => [25, 3, 32][two % 3],
        _ => draw.verb,
    };
    let party = ["pk", "ps", "who"][one % 3];
    let id = format!("c{}", 1 + two % 3);
    let body = format!("wg{}", 1 + two % 2);
    let then = date(days).plus_days(i64::try_from(two * 9).unwrap_or(0)).expect("a day");
    let mode = ["definitive", "simple", "not_stated"][two % 3];
    let pick = |words: &[&'static str]| words[one % words.len()];
    match verb {
        0 => ("add-party", json!({ "party": "who", "kind": "io", "name": "WHO" })),
        1 => ("withdraw-party", json!({ "party": party })),
        2 => ("initial", json!({ "party": party })),
        3..=5 => ("sign", json!({ "party": party, "mode": mode })),
        6 => ("deposit", json!({ "party": party, "instrument": pick(&["ratification", "accession"]) })),
        7 => (
            "set-entry-into-force",
            match two % 4 {
                0 => {
                    json!({ "after": pick(&["deposit:own", "consent:own"]), "within": "P2M", "each_party": true, "floor": "entry-into-force" })
                }
                1 => {
                    json!({ "after": pick(&["deposit:first", "consent:#2", "deposit"]), "within": format!("P{two}D") })
                }
                2 => json!({ "consents": 1 + one % 2, "needs": "pk" }),
                _ => json!({ "after": pick(&["signature", "@2", "signature:first"]), "within": format!("P{two}D") }),
            },
        ),
        8 if two % 5 == 0 => {
            ("end-provisional-application", if one % 2 == 0 { json!({}) } else { json!({ "party": party }) })
        }
        8 if two % 3 == 0 => ("enter-into-force", json!({ "party": party, "provisional": one % 4 == 0 })),
        8 => ("enter-into-force", json!({ "provisional": two % 2 == 0 })),
        9 => (
            "set-term",
            json!({ "length": format!("P{}M", 1 + two % 14), "renewal": pick(&["none", "express", "tacit"]), "notice_period": "P1M" }),
        ),
        10 => ("renew", json!({})),
        11 | 12 => {
            let kind = ["non_renewal", "withdrawal", "termination", "suspension"][two % 4];
            let effect =
                if one % 2 == 0 { ("takes_effect", then.to_string()) } else { ("effect_after", "P6M".to_owned()) };
            ("give-notice", json!({ "party": party, "kind": kind, effect.0: effect.1 }))
        }
        13 => ("revoke-notice", json!({ "event": event })),
        14 => ("suspend", if two % 2 == 0 { json!({ "until": then }) } else { json!({}) }),
        15 => ("resume", json!({})),
        16 => (pick(&["terminate", "complete"]), json!({})),
        17 => ("supersede", json!({ "by": "b" })),
        18 | 19 => ("correct", json!({ "event": event, "reason": "a slip", "on": then.to_string() })),
        20 => (
            "correct",
            json!({ "event": event, "reason": "a slip", "set": pick(&["data.place=7", "data.title=T", "data.rule.grace=P9D"]) }),
        ),
        21..=23 => ("retract", json!({ "event": event, "reason": "a slip" })),
        24 => (pick(&["dispute-fact", "resolve-fact"]), json!({ "event": event })),
        25 => ("announce-working-group", json!({ "name": "W" })),
        26 => (
            "form-working-group",
            json!({ "name": "W", "fulfils": if two % 2 == 0 { json!([id]) } else { json!([]) } }),
        ),
        27 => (pick(&["record-meeting", "dissolve-working-group"]), json!({ "body": body })),
        28 => ("commit", json!({ "text": "t", "owed_by": party, "owed_to": "ps" })),
        29..=31 => {
            let after = [
                "signature",
                "announcement",
                "formation:wg1",
                "fulfilment:c1",
                "entry-into-force",
                "2025-03",
                "../2025-06-01",
            ];
            let mut fields = json!({ "text": "t", "after": after[one % after.len()], "grace": "P5D" });
            fields["while_suspended"] = if days % 2 == 0 { "stops" } else { "runs" }.into();
            match days % 5 {
                // China's days are known until 2026, so some of these dates stay open.
                0 => (fields["working_days"], fields["calendar"]) = ((1 + two).into(), "cn".into()),
                1 => (fields["within"], fields["counting"]) = (format!("P{}D", 1 + two).into(), "eu-1182-71".into()),
                _ => fields["within"] = format!("P{}D", 1 + two).into(),
            }
            ("set-deadline", recurring(fields, draw))
        }
        32 => ("set-deadline", recurring(json!({ "text": "t", "due": then.to_string(), "owed_to": party }), draw)),
        33 => ("extend-deadline", about(story, &id, one, json!({ "to": then }))),
        34 => ("extend-deadline", about(story, &id, two, json!({ "by": format!("P{}D", 1 + one) }))),
        35 | 40..=42 => {
            let status = pick(&["started", "met", "met", "not_met"]);
            ("report-milestone", about(story, &id, one, json!({ "status": status, "by": "a judge" })))
        }
        36 => {
            let part = json!({ "status": "partially_met", "closed": one % 2 == 0 });
            ("report-milestone", about(story, &id, two, part))
        }
        37 => (pick(&["verify-fulfilment", "reject-fulfilment"]), about(story, &id, two, json!({}))),
        38 => (pick(&["waive", "dispute"]), about(story, &id, two, json!({ "by": "ps" }))),
        _ => match one % 3 {
            0 => ("withdraw-commitment", json!({ "commitment": id })),
            1 => ("settle", about(story, &id, two, json!({ "outcome": "agreed" }))),
            _ => ("amend", json!({ "what": "wider", "effective": then, "title": "T" })),
        },
    }
}

/// Every fifth deadline recurs.
fn recurring(mut rule: Value, draw: &Draw) -> Value {
    const RULES: [&str; 4] = [
        "FREQ=MONTHLY;COUNT=4",
        "FREQ=MONTHLY;INTERVAL=3;UNTIL=20270331",
        "FREQ=WEEKLY;INTERVAL=5;COUNT=3",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
    ];
    if draw.one.is_multiple_of(5) {
        rule["repeat"] = RULES[draw.two % 4].into();
    }
    if draw.one.is_multiple_of(10) {
        rule["repeat_from"] = "fulfilment".into();
    }
    rule
}

/// What a command says about a commitment, or about one instance of it where it recurs.
fn about(story: &Story, id: &str, which: usize, mut fields: Value) -> Value {
    fields["commitment"] = id.into();
    let agreement = story.at(Day::MAX);
    let recurs = agreement.commitments.iter().any(|c| c.id.to_string() == id && c.repeats().is_some());
    if recurs {
        fields["instance"] = (1 + which % 5).into();
    }
    fields
}

/// Something derived for a day, and the later days on which it says that it may change by itself.
type Told<T> = (T, Vec<Day>);

/// The status of the agreement and of its parties.
fn statuses(agreement: &Agreement, on: Day) -> Told<(status::AgreementStatus, Vec<status::PartyStatus>)> {
    ((status::status(agreement, on), status::party_statuses(agreement, on)), status::turning_days(agreement, on))
}

/// Each commitment's standing, with the days of its own.
fn standings(agreement: &Agreement, on: Day) -> Vec<Told<Standing>> {
    let told = agreement.commitments.iter().map(|commitment| {
        let mut standing = status::standing(agreement, commitment, on);
        let turns = std::mem::take(&mut standing.turns);
        (standing, turns)
    });
    told.collect()
}

/// Walks a story day by day: what is told may only change on a fact's day or on a day that was announced.
fn announces_its_turns(story: &Story) -> Result<(), TestCaseError> {
    let readings = story.timeline.read();
    let Some((opened, opening)) = opening_of(&story.timeline, &readings) else { return Ok(()) };
    let first = date(-40);
    let mut waiting = readings.facts.iter().peekable();
    let mut agreement = Agreement::folded(opened, opening, &readings, first);
    while waiting.next_if(|reading| reading.bounds.latest <= first).is_some() {}
    let mut whole = statuses(&agreement, first);
    let mut parts = standings(&agreement, first);
    for on in window().skip(1) {
        let mut happened = false;
        while let Some(reading) = waiting.next_if(|reading| reading.bounds.latest <= on) {
            agreement.evolve(reading);
            happened = true;
        }
        let now = statuses(&agreement, on);
        let parts_now = standings(&agreement, on);
        if happened {
            (whole, parts) = (now, parts_now);
            continue;
        }
        if !whole.1.contains(&on) {
            prop_assert_eq!(&now.0, &whole.0, "on {}", on);
        }
        whole = if whole.1.contains(&on) { now } else { whole };
        for (before, after) in parts.iter_mut().zip(parts_now) {
            if before.1.contains(&on) {
                *before = after;
            } else {
                prop_assert_eq!(&after.0, &before.0, "on {}", on);
            }
        }
    }
    Ok(())
}

/// The objections of a whole timeline that no reason can heal.
fn contradictions(timeline: &Timeline) -> Vec<Objected> {
    let readings = timeline.read();
    let Some((opened, opening)) = opening_of(timeline, &readings) else { return Vec::new() };
    if readings.retracted_by(1).is_some() {
        return Vec::new();
    }
    let all = guard::objections(Agreement::known_as(opened, opening, &readings), &readings);
    all.into_iter().filter(|objected| objected.objection.is_contradiction()).collect()
}

fn window() -> impl Iterator<Item = Day> {
    (-40..1600).map(date)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_same_command_on_the_same_facts_is_decided_the_same(draws in draws()) {
        let mut story = Story::default();
        for draw in &draws {
            let command = command(draw, &story);
            prop_assert_eq!(story.decided(&command), story.clone().decided(&command));
            let before = story.timeline.clone();
            if story.record(&command).is_err() {
                prop_assert_eq!(&story.timeline, &before);
            } else {
                prop_assert_eq!(story.timeline.facts().len(), before.facts().len() + 1);
                prop_assert_eq!(&story.timeline.facts()[..before.facts().len()], before.facts());
            }
        }
    }

    #[test]
    fn what_is_accepted_contradicts_nothing(draws in draws()) {
        let mut story = Story::default();
        for draw in &draws {
            let command = command(draw, &story);
            if story.record(&command).is_ok() {
                prop_assert_eq!(contradictions(&story.timeline), vec![], "{}", command);
            }
        }
    }

    #[test]
    fn an_oddity_is_recorded_with_a_reason_only(draws in draws()) {
        let mut story = Story::default();
        for draw in &draws {
            let command = command(draw, &story);
            if let Ok(decision) = story.record(&command) {
                prop_assert!(decision.odd.is_empty() || decision.saying.reason.is_some(), "{}", command);
                prop_assert!(decision.odd.iter().all(|objected| !objected.objection.is_contradiction()));
            }
        }
    }

    #[test]
    fn folding_in_two_parts_is_folding_at_once(story in story(), cut in 0..1600i64) {
        let readings = story.timeline.read();
        let Some(mut folded) = agreement_of(&story.timeline, &readings, date(cut)) else { return Ok(()) };
        for reading in readings.facts.iter().filter(|reading| reading.bounds.latest > date(cut)) {
            folded.evolve(reading);
        }
        prop_assert_eq!(Some(folded), agreement_of(&story.timeline, &readings, Day::MAX));
    }

    #[test]
    fn nothing_is_there_before_the_first_day(story in story()) {
        let readings = story.timeline.read();
        let first = readings.facts.first().map(|reading| reading.bounds.latest);
        let Some(before) = first.and_then(Day::previous) else { return Ok(()) };
        let Some(agreement) = agreement_of(&story.timeline, &readings, before) else { return Ok(()) };
        prop_assert!(agreement.happened.is_empty() && agreement.parties.is_empty());
        prop_assert!(agreement.commitments.is_empty() && agreement.bodies.is_empty());
    }

    #[test]
    fn what_was_known_then_is_what_is_read_from_the_shorter_record(story in story()) {
        let facts = story.timeline.facts();
        for (at, fact) in facts.iter().enumerate() {
            let shorter = Timeline::new(facts[..=at].to_vec());
            let known = story.timeline.known_at(fact.recorded.at);
            prop_assert_eq!(&known, &shorter);
            prop_assert_eq!(known.read(), shorter.read());
        }
    }

    #[test]
    fn reading_changes_nothing_and_loses_nothing(story in story()) {
        let readings = story.timeline.read();
        prop_assert_eq!(&readings, &story.timeline.read());
        prop_assert_eq!(readings.facts.len() + readings.retracted.len(), story.timeline.facts().len());
        prop_assert!(readings.facts.is_sorted_by_key(|reading| (reading.bounds.latest, reading.seq)));
        for reading in &readings.facts {
            prop_assert!(reading.bounds.earliest.is_none_or(|earliest| earliest <= reading.bounds.latest));
        }
    }

    #[test]
    fn every_event_survives_its_stored_form(story in story()) {
        for fact in story.timeline.facts() {
            let event = &fact.saying.event;
            let data = event.data().expect("JSON").to_string();
            prop_assert_eq!(&Event::from_stored(event.name(), event.version(), &data).expect("an event"), event);
        }
    }

    #[test]
    fn a_checked_change_is_what_is_then_read(story in story(), place in "[0-9.e\"a-z]{1,8}") {
        for fact in story.timeline.facts() {
            for (field, value) in [
                ("data.place", Value::from(place.as_str())),
                ("data.title", Value::from(7)),
                ("occurred.on", Value::from("2025-02")),
                ("reason", Value::from("why")),
                ("confidence", Value::from("disputed")),
                ("data.undertaking.text", Value::from(place.as_str())),
                ("data.kind", Value::from("mou")),
            ] {
                let Ok(change) = patch::change(&fact.saying, field, &value) else { continue };
                let read = patch::apply(&fact.saying, std::iter::once(&change));
                let again = patch::change(&read, field, &change.now).expect("it fits again");
                prop_assert_eq!(&again.was, &change.now, "{}", field);
                prop_assert_eq!(&patch::apply(&read, std::iter::once(&again)), &read);
            }
        }
    }
}

proptest! {
    // Each case looks at some 1,600 days.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn states_follow_their_precedence_on_every_day(story in story()) {
        for on in window().step_by(5) {
            if story.timeline.is_empty() { continue }
            let agreement = story.at(on);
            for commitment in &agreement.commitments {
                let standing = status::standing(&agreement, commitment, on);
                let state = standing.state;
                if commitment.withdrawn.is_some() {
                    prop_assert_eq!(state, CommitmentState::Withdrawn);
                } else if commitment.waived.is_some() {
                    prop_assert!(matches!(state, CommitmentState::Waived | CommitmentState::Superseded));
                } else if commitment.fulfilment.is_some() {
                    prop_assert!(matches!(state, CommitmentState::Met | CommitmentState::MetLate | CommitmentState::PartiallyMet));
                } else if commitment.disputed.is_some() {
                    prop_assert!(matches!(state, CommitmentState::Disputed | CommitmentState::Superseded));
                } else if commitment.deadline.is_empty() {
                    prop_assert!(matches!(state, CommitmentState::Undated | CommitmentState::Suspended | CommitmentState::Superseded));
                }
                if let Some(latest) = standing.due.latest.filter(|latest| on <= *latest) {
                    prop_assert!(!matches!(state, CommitmentState::Overdue | CommitmentState::InGrace), "{on} {latest}");
                }
                if let Some(earliest) = standing.due.earliest.filter(|earliest| on <= *earliest) {
                    prop_assert!(state != CommitmentState::PossiblyOverdue, "{on} {earliest}");
                }
                prop_assert!(standing.due.earliest.is_none() || standing.due.latest.is_none() || standing.due.earliest <= standing.due.latest);
            }
        }
    }

    #[test]
    fn between_turning_days_nothing_changes(story in story()) {
        announces_its_turns(&story)?;
    }

    #[test]
    fn between_a_pledges_turning_days_nothing_changes(draws in draws()) {
        let mut draws = draws;
        draws[0].one = 0;
        announces_its_turns(&tell(&draws))?;
    }

    #[test]
    fn a_day_asked_alone_is_the_day_passed_through(story in story(), days in prop::collection::vec(0..1600i64, 4)) {
        for on in days.into_iter().map(date) {
            if story.timeline.is_empty() { continue }
            let once = story.at(on);
            prop_assert_eq!(statuses(&once, on), statuses(&story.at(on), on));
            prop_assert_eq!(standings(&once, on), standings(&story.at(on), on));
            let known = story.known_after(story.timeline.facts().len() as u64);
            prop_assert_eq!(once, known.at(on));
        }
    }
}

/// The histories would prove little if most commands were refused, or some kind of event never came up.
#[test]
fn the_random_histories_hold_much_of_everything() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut names: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut facts = 0;
    for _ in 0..300 {
        let story = story().new_tree(&mut runner).expect("a story").current();
        facts += story.timeline.facts().len();
        for fact in story.timeline.facts() {
            *names.entry(fact.saying.event.name()).or_default() += 1;
        }
    }
    assert!(facts > 2_500, "{facts} facts in 300 stories of {TODAY}: {names:?}");
    assert!(names.len() >= 30, "{names:?}");
}
