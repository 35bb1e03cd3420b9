//! Laws of consent: what more deposits, other orders and later corrections do to entry into force.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Story, day, say};
use crate::domain::day::Day;
use crate::domain::{due, status};

const PARTIES: usize = 7;

/// A deposit: which party, on which day from 2021 on, and for how many days it is not known more exactly.
type Deposit = (usize, i64, i64);

fn deposits() -> impl Strategy<Value = Vec<Deposit>> {
    prop::collection::vec((0..PARTIES, 0..900i64, prop_oneof![3 => Just(0), 1 => 1..40i64]), 0..10)
}

fn date(days: i64) -> Day {
    day("2021-01-01").plus_days(days).expect("a day")
}

fn treaty(rule: &Value, deposits: &[Deposit]) -> Story {
    let parties: Vec<Value> = (0..PARTIES)
        .map(|n| json!({ "id": format!("p{n}"), "kind": "state", "name": "P", "weight": format!("{}.5", n * 3) }))
        .collect();
    let mut story = Story::of([
        say("record", json!({ "kind": "treaty", "on": "2020-01-01", "party": parties })),
        say("set-entry-into-force", rule.clone()),
        say(
            "set-entry-into-force",
            json!({ "each_party": true, "after": "deposit:own", "within": "P3M", "floor": "entry-into-force" }),
        ),
    ]);
    for (party, days, unsure) in deposits {
        let on = format!("{}/{}", date(*days), date(days + unsure));
        let on = if *unsure == 0 { date(*days).to_string() } else { on };
        story = story.then("deposit", json!({ "party": format!("p{party}"), "instrument": "accession", "on": on }));
    }
    story
}

fn rules() -> impl Strategy<Value = Value> {
    let nth = (1..5u32).prop_map(|n| json!({ "after": format!("deposit:#{n}"), "within": "P30D" }));
    let share = (1..100u32).prop_map(|share| json!({ "share": share.to_string(), "within": "P2M" }));
    let both = (1..4u32, 1..60u32).prop_map(|(n, share)| json!({ "consents": n, "share": share.to_string() }));
    let named = (0..PARTIES).prop_map(|n| json!({ "after": "deposit:#2", "needs": [format!("p{n}"), "p0"] }));
    prop_oneof![nth, share, both, named, Just(json!({ "after": "consent" }))]
}

fn in_force(story: &Story) -> Option<due::DueDates> {
    due::entry_into_force(&story.at(Day::MAX)).map(|entry| entry.days)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_deposits_never_make_entry_into_force_later(rule in rules(), few in deposits(), more in deposits()) {
        let all: Vec<Deposit> = few.iter().chain(&more).copied().collect();
        if let Some(before) = in_force(&treaty(&rule, &few)) {
            let after = in_force(&treaty(&rule, &all)).expect("what was reached stays reached");
            prop_assert!(after.latest <= before.latest && after.earliest <= before.earliest, "{before:?} {after:?}");
        }
    }

    #[test]
    fn the_order_of_recording_changes_no_day(rule in rules(), deposits in deposits()) {
        let backwards: Vec<Deposit> = deposits.iter().rev().copied().collect();
        prop_assert_eq!(in_force(&treaty(&rule, &deposits)), in_force(&treaty(&rule, &backwards)));
    }

    #[test]
    fn an_uncertain_deposit_is_no_later_than_its_last_day_and_no_earlier_than_its_first(rule in rules(), deposits in deposits()) {
        let to = |pick: fn(&Deposit) -> i64| -> Vec<Deposit> {
            deposits.iter().map(|deposit| (deposit.0, deposit.1 + pick(deposit), 0)).collect()
        };
        let told = in_force(&treaty(&rule, &deposits));
        let last = in_force(&treaty(&rule, &to(|deposit| deposit.2)));
        let first = in_force(&treaty(&rule, &to(|_| 0)));
        prop_assert_eq!(told.and_then(|days| days.latest), last.and_then(|days| days.latest));
        prop_assert_eq!(told.and_then(|days| days.earliest), first.and_then(|days| days.earliest));
    }

    #[test]
    fn what_came_into_force_was_known_from_the_day_that_completed_it(rule in rules(), deposits in deposits()) {
        let story = treaty(&rule, &deposits);
        let Some(entry) = in_force(&story).and_then(|days| days.latest) else { return Ok(()) };
        let on_the_day = story.at(entry);
        prop_assert_eq!(due::entry_into_force(&on_the_day).and_then(|entry| entry.days.latest), Some(entry));
    }

    #[test]
    fn no_party_is_in_before_the_treaty_nor_before_three_months(rule in rules(), deposits in deposits()) {
        let story = treaty(&rule, &deposits);
        let agreement = story.at(Day::MAX);
        let entry = due::entry_into_force(&agreement).and_then(|entry| entry.days.latest);
        for record in &agreement.parties {
            let own = due::party_entry_into_force(&agreement, record).and_then(|entry| entry.days.latest);
            prop_assert_eq!(own.is_some(), entry.is_some() && !record.deposited.is_empty());
            if let (Some(own), Some(entry)) = (own, entry) {
                prop_assert!(own >= entry);
                let status = |on| status::party_status(&story.at(on), record, on);
                prop_assert_eq!(status(own), status::PartyStatus::Party);
                prop_assert!(status(own.previous().expect("a day")) != status::PartyStatus::Party);
            }
        }
    }
}
