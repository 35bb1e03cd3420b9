//! A docket decides as the whole timeline does, and knows of its facts what the whole reading would tell.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Docket, Found};
use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::decide::{agreement_of, opening_of};
use crate::domain::guard::{self, Objected};
use crate::domain::laws::{Draw, command, draws};
use crate::domain::scenario::{Story, day, request, say};
use crate::domain::timeline::Timeline;

fn objections(timeline: &Timeline) -> Vec<Objected> {
    let readings = timeline.read();
    let Some((opened, opening)) = opening_of(timeline, &readings) else { return Vec::new() };
    let mut all = guard::objections(Agreement::known_as(opened, opening, &readings), &readings);
    all.extend(guard::before_opening(opening, &readings));
    all
}

fn sorted(objections: &[Objected]) -> Vec<String> {
    let mut words: Vec<String> = objections.iter().map(|objected| format!("{objected:?}")).collect();
    words.sort();
    words
}

/// Histories without second thoughts: what parties, commitments and bodies do, in any order of days.
fn plain() -> impl Strategy<Value = Vec<Draw>> {
    const VERBS: [usize; 20] = [0, 1, 2, 3, 4, 6, 6, 8, 8, 25, 26, 27, 28, 29, 32, 34, 35, 36, 37, 38];
    draws().prop_map(|draws| {
        let tamed = |draw: Draw| Draw { verb: VERBS[draw.verb % VERBS.len()], ..draw };
        draws.into_iter().map(tamed).collect()
    })
}

/// Now and then something is taken out of a fact, whole or in part.
fn redacting(draw: &Draw, story: &Story) -> Option<Value> {
    let facts = story.timeline.facts().len();
    let fields = [json!([]), json!([]), json!(["data.text"]), json!(["data.place"]), json!(["occurred.on"])];
    let field = &fields[draw.one % fields.len()];
    let event = 1 + draw.two % facts.max(1);
    let redact = json!({ "event": event, "field": field, "reason": "asked", "authority": "article 17" });
    (draw.one % 7 == 3 && draw.two % 3 == 1).then(|| say("redact", redact))
}

/// Lives through a history on a docket and on the whole timeline beside it; how many facts were taken alone, of how many.
fn lived(draws: &[Draw]) -> Result<(usize, usize), TestCaseError> {
    let mut story = Story::default();
    let mut docket = Docket::default();
    let mut alone = 0;
    for draw in draws {
        let command = redacting(draw, &story).unwrap_or_else(|| command(draw, &story));
        let whole = story.decided(&command);
        let decision = docket.decide(&request(&command), &story.context());
        prop_assert_eq!(&decision, &whole, "{}", command);
        let Ok(decision) = decision else { continue };
        alone += usize::from(matches!(&docket.prepared, Some(prepared) if matches!(prepared.found, Found::Alone(..))));
        let fact = story.next_fact(&decision);
        story.timeline.push(fact.clone());
        docket.put(fact);
        let readings = story.timeline.read();
        prop_assert_eq!(docket.timeline(), &story.timeline);
        prop_assert_eq!(docket.readings(), &readings, "{}", command);
        let agreement = agreement_of(&story.timeline, &readings, Day::MAX);
        prop_assert_eq!(docket.agreement(), agreement.as_ref(), "{}", command);
        if readings.retracted_by(1).is_none() {
            prop_assert_eq!(sorted(docket.objections()), sorted(&objections(&story.timeline)), "{}", command);
        }
    }
    Ok((alone, story.timeline.facts().len()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_docket_decides_as_the_whole_timeline_does(draws in draws()) {
        lived(&draws)?;
    }

    #[test]
    fn a_docket_decides_as_the_whole_timeline_does_where_nothing_is_taken_back(draws in plain()) {
        lived(&draws)?;
    }

    #[test]
    fn a_docket_takes_facts_that_it_did_not_decide(draws in draws(), asked in prop::collection::vec(any::<bool>(), 32)) {
        let mut story = Story::default();
        let mut docket = Docket::default();
        for (draw, asked) in draws.iter().zip(asked) {
            let command = command(draw, &story);
            if asked {
                prop_assert_eq!(docket.decide(&request(&command), &story.context()), story.decided(&command));
            }
            if story.record(&command).is_ok() {
                docket.put(story.timeline.facts().last().expect("it was recorded").clone());
            }
            prop_assert_eq!(docket.readings(), &story.timeline.read());
        }
    }
}

/// Else the law would hold a docket to nothing but the whole reading. The histories are short and wild: what opens an
/// agreement, lowers its first day or recurs is read as a whole.
#[test]
fn many_facts_of_random_histories_are_taken_alone() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut alone, mut all) = (0, 0);
    for _ in 0..200 {
        let draws = plain().new_tree(&mut runner).expect("a history").current();
        let (of_these, facts) = lived(&draws).expect("the law holds");
        (alone, all) = (alone + of_these, all + facts);
    }
    assert!(alone * 4 > all, "{alone} of {all} facts were taken alone");
}

/// A treaty of many parties in the order of their names, not of their days: as registers of treaties list them.
#[test]
fn a_treaty_of_many_parties_is_seldom_read_as_a_whole() {
    let mut docket = Docket::default();
    let mut story = Story::default();
    let mut whole = 0;
    let mut live = |verb: &str, fields: Value| {
        let command = say(verb, fields);
        let decision = docket.decide(&request(&command), &story.context()).expect("it is allowed");
        let together = |prepared: &super::Prepared| matches!(prepared.found, Found::Together(_));
        whole += usize::from(docket.prepared.as_ref().is_some_and(together));
        let fact = story.next_fact(&decision);
        story.timeline.push(fact.clone());
        docket.put(fact);
    };
    live("record", json!({ "kind": "treaty" }));
    for number in 0..200_i64 {
        let party = format!("p{number}");
        let day = day("1960-01-01").plus_days(number * 7_919 % 20_011).expect("a day");
        live("add-party", json!({ "party": party, "kind": "state", "name": party }));
        live("deposit", json!({ "party": party, "instrument": "accession", "on": day }));
        let later = day.plus_days(90).expect("a day");
        live("enter-into-force", json!({ "party": party, "on": later }));
    }
    assert_eq!(story.timeline.facts().len(), 601);
    assert!(whole < 40, "{whole} of 601 facts were read with all others");
    assert_eq!(docket.readings(), &story.timeline.read());
}
