//! Every date that moved is told, with a cause that lies between the two points.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use servanda::domain::dates::DateKey;
use servanda::domain::day::Day;
use servanda::domain::id::Reference;
use servanda::domain::instant::Instant;
use servanda::service::Service;
use servanda::service::clock::Clock;
use servanda::service::error::QueryError;
use servanda::views::Asked;
use servanda::views::diff::Change;

use crate::given::{carry_out, cases, day, in_memory, wait_for};
use crate::histories::{REFERENCES, histories};

/// A date with the earliest that it can be.
type Range = (Option<Day>, Option<Day>);

fn references() -> [Reference; REFERENCES.len()] {
    REFERENCES.map(|reference| Reference::parse(reference).unwrap())
}

/// The dates of an agreement that are known; none before it was there.
async fn dates(service: &Service, reference: &Reference, asked: Asked) -> BTreeMap<String, Range> {
    let rows = match service.dates(reference, asked).await {
        Ok(rows) => rows,
        Err(QueryError::NoSuchAgreement { .. } | QueryError::NotYet { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    };
    let known = rows.into_iter().filter(|row| (row.day_earliest, row.day) != (None, None));
    known.map(|row| (row.date, (row.day_earliest, row.day))).collect()
}

/// The dates in which two lists differ, with what they were and what they are.
fn differing(before: &BTreeMap<String, Range>, after: &BTreeMap<String, Range>) -> BTreeMap<String, (Range, Range)> {
    let at = |list: &BTreeMap<String, Range>, date: &str| list.get(date).copied().unwrap_or((None, None));
    let all = before.keys().chain(after.keys());
    let each = all.map(|date| (date.clone(), (at(before, date), at(after, date))));
    each.filter(|(_, (was, is))| was != is).collect()
}

/// The dates that a diff says moved, from the first move to the last.
fn told(changes: &[Change]) -> BTreeMap<String, (Range, Range)> {
    let moved = changes.iter().filter_map(|change| {
        let (first, last) = (change.moves.first()?, change.moves.last()?);
        let was = (first.before_earliest, first.before);
        Some((change.date.clone()?, (was, (last.after_earliest, last.after))))
    });
    moved.collect()
}

fn changes(answer: Result<Vec<Change>, QueryError>) -> Vec<Change> {
    match answer {
        Ok(changes) => changes,
        Err(QueryError::NoSuchAgreement { .. } | QueryError::NotYet { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_diff_lists_a_date_exactly_when_it_moved_and_each_cause_was_recorded_in_between(
        history in histories(),
        days in 0_i64..700,
        hours in (0_i64..2000, 0_i64..2000),
    ) {
        wait_for(async {
            let register = in_memory();
            let begin = register.clock.now().micros();
            register.live_through(&history).await;
            let service = &register.service;
            let as_of = day("2024-06-01").plus_days(days).unwrap();
            let at = |hours: i64| Instant::from_micros(begin + hours * 3_600_000_000);
            let (from, to) = (at(hours.0.min(hours.1)), at(hours.0.max(hours.1)));
            for reference in references() {
                let before = dates(service, &reference, Asked::on(as_of, from)).await;
                let after = dates(service, &reference, Asked::on(as_of, to)).await;
                let changes = changes(service.diff_knowledge(&reference, as_of, from, to).await);
                prop_assert_eq!(told(&changes), differing(&before, &after));
                for step in changes.iter().flat_map(|change| &change.moves) {
                    let event = step.event.as_ref().expect("what is learned is learned by a fact");
                    prop_assert!(event.recorded > from && event.recorded <= to);
                    let place = if event.of_register { "register@" } else { "@" };
                    prop_assert!(step.because.contains(&format!("{place}{}", event.seq)), "{}", step.because);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn between_two_days_too(history in histories(), days in (0_i64..700, 0_i64..700)) {
        wait_for(async {
            let register = in_memory();
            register.live_through(&history).await;
            let service = &register.service;
            let on = |days: i64| day("2024-06-01").plus_days(days).unwrap();
            let (from, to) = (on(days.0.min(days.1)), on(days.0.max(days.1)));
            for reference in references() {
                let before = dates(service, &reference, Asked::on(from, Instant::MAX)).await;
                let after = dates(service, &reference, Asked::on(to, Instant::MAX)).await;
                let changes = changes(service.diff_days(&reference, Instant::MAX, from, to).await);
                prop_assert_eq!(told(&changes), differing(&before, &after), "{} to {}", from, to);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_command_tells_every_date_that_it_moves(history in histories()) {
        wait_for(async {
            let register = in_memory();
            let service = &register.service;
            for step in &history {
                register.clock.turn(step.pause);
                let asked = |service: &Service| Asked::on(service.today(), Instant::MAX);
                let mut before = Vec::new();
                for reference in references() {
                    before.push(dates(service, &reference, asked(service)).await);
                }
                let Ok(outcome) = carry_out(service, &step.command, false).await else { continue };
                for (reference, before) in references().iter().zip(&before) {
                    let after = dates(service, reference, asked(service)).await;
                    let moved = outcome.moved.iter().filter(|moved| moved.agreement == *reference);
                    let told: BTreeMap<String, (Range, Range)> = moved
                        .filter(|moved| moved.before != moved.after)
                        .map(|moved| {
                            let was = (moved.before.earliest, moved.before.latest);
                            (moved.key.to_string(), (was, (moved.after.earliest, moved.after.latest)))
                        })
                        .collect();
                    prop_assert_eq!(told, differing(before, &after), "{:?}", &step.command);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn why_ends_on_the_date_that_the_list_has(history in histories(), days in 0_i64..700) {
        wait_for(async {
            let register = in_memory();
            register.live_through(&history).await;
            let service = &register.service;
            let asked = Asked::on(day("2024-06-01").plus_days(days).unwrap(), Instant::MAX);
            for reference in references() {
                for (date, days) in dates(service, &reference, asked).await {
                    let key = DateKey::parse(&date).unwrap();
                    if let DateKey::Due(owed) = key {
                        let why = service.why(&reference, owed, asked).await.unwrap();
                        prop_assert_eq!((why.due_earliest, why.due_latest), days);
                        continue;
                    }
                    let why = service.why_date(&reference, &key, asked).await.unwrap();
                    prop_assert_eq!((why.day_earliest, why.day), days);
                    prop_assert!(!why.because.is_empty());
                    if let Some(computed) = why.computed {
                        let last = why.steps.last().map(|step| (step.earliest, step.latest));
                        prop_assert_eq!(last, Some((computed.day_earliest, computed.day)), "{} of {}", date, reference);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_calendar_that_changes_moves_dates_from_then_on_and_not_before(
        lengths in proptest::collection::vec(1_u32..40, 1..4),
        listings in proptest::collection::vec(proptest::collection::btree_set(0_i64..80, 0..6), 1..4),
    ) {
        wait_for(async {
            let register = in_memory();
            let service = &register.service;
            let reference = Reference::parse("a").unwrap();
            let first = day("2025-09-01");
            let mut commands = vec![
                json!({"command": "record", "agreement": "a", "kind": "mou", "party": ["pk:state=Pakistan"], "on": "2025-09-01"}),
                json!({"command": "sign", "agreement": "a", "party": "pk", "on": "2025-09-01"}),
            ];
            commands.extend(lengths.iter().map(|days| json!({
                "command": "set-deadline", "agreement": "a", "text": "x", "owed_by": "pk",
                "working_days": days, "after": "signature", "calendar": ["pk"],
            })));
            let calendars = listings.iter().map(|off| {
                let off: Vec<String> = off.iter().map(|days| first.plus_days(*days).unwrap().to_string()).collect();
                json!({
                    "command": "list-days-off", "agreement": "register", "calendar": "pk",
                    "from": "2025-09-01", "to": "2026-12-31", "off": off, "source": "a gazette",
                })
            });
            commands.extend(calendars);
            let mut known = Vec::new();
            for command in commands {
                register.clock.turn(1_000_000);
                let before = Asked::on(service.today(), register.clock.now());
                let was = dates(service, &reference, before).await;
                register.clock.turn(1_000_000);
                let outcome = carry_out(service, command.as_object().unwrap(), false).await.unwrap();
                let now = Asked::on(service.today(), register.clock.now());
                let is = dates(service, &reference, now).await;
                let diff = service.diff_knowledge(&reference, now.as_of, before.known_at, now.known_at).await;
                let diff = changes(diff);
                prop_assert_eq!(told(&diff), differing(&was, &is));
                prop_assert_eq!(outcome.moved.len(), differing(&was, &is).len());
                let of_register = command["agreement"] == "register";
                let causes = diff.iter().flat_map(|change| &change.moves).filter_map(|step| step.event.as_ref());
                prop_assert!(causes.clone().all(|event| event.of_register == of_register));
                known.push((now, is));
            }
            for (asked, then) in known {
                prop_assert_eq!(dates(service, &reference, asked).await, then);
            }
            Ok(())
        })?;
    }
}
