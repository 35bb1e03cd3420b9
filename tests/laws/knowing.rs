//! What was answered then is answered again for then.

use proptest::prelude::*;
use servanda::domain::id::Reference;
use servanda::domain::instant::Instant;
use servanda::service::clock::Clock;
use servanda::views::Asked;
use servanda::views::filter::Filter;

use crate::given::{cases, day, in_memory, timelines, wait_for, with_log};
use crate::histories::{REFERENCES, histories};

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn what_was_answered_at_a_time_is_answered_again_for_that_time(history in histories(), days in 0_i64..700) {
        wait_for(async {
            let register = in_memory();
            let as_of = day("2024-06-01").plus_days(days).unwrap();
            let mut given = Vec::new();
            for step in &history {
                register.step(step).await;
                // Each question on its own day of the calendar and as of today, in turn.
                let as_of = if given.len() % 2 == 0 { as_of } else { register.service.today() };
                let known_at = register.clock.now();
                given.push((as_of, known_at, register.answers(as_of, known_at).await));
            }
            for (as_of, known_at, answers) in given {
                prop_assert_eq!(register.answers(as_of, known_at).await, answers, "as of {}, known at {}", as_of, known_at);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_question_about_one_agreement_is_the_question_about_all_with_the_others_left_out(
        history in histories(),
        days in 0_i64..700,
        hours in 0_i64..3000,
    ) {
        wait_for(async {
            let register = in_memory();
            let begin = register.clock.now().micros();
            register.live_through(&history).await;
            let as_of = day("2024-06-01").plus_days(days).unwrap();
            for known_at in [Instant::from_micros(begin + hours * 3_600_000_000), Instant::MAX] {
                let asked = Asked::on(as_of, known_at);
                let all = register.service.list(asked, &Filter::default()).await.unwrap();
                let board = register.service.overdue(asked, &Filter::default()).await.unwrap();
                for reference in REFERENCES.map(|reference| Reference::parse(reference).unwrap()) {
                    let only = Filter { agreement: Some(reference.clone()), ..Filter::default() };
                    let mut listed = all.clone();
                    listed.retain(|row| row.reference == reference);
                    prop_assert_eq!(register.service.list(asked, &only).await.unwrap(), listed);
                    let mut overdue = board.overdue.clone();
                    overdue.retain(|row| row.agreement == reference);
                    prop_assert_eq!(register.service.overdue(asked, &only).await.unwrap().overdue, overdue);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_question_for_a_later_time_of_knowledge_is_one_for_now(history in histories()) {
        wait_for(async {
            let register = in_memory();
            register.live_through(&history).await;
            let (today, now) = (register.service.today(), register.clock.now());
            let mut later = register.answers(today, Instant::MAX).await;
            let mut answers = register.answers(today, now).await;
            // The answers say for which time they are.
            for answer in [&mut later, &mut answers] {
                strip(answer, "known_at");
            }
            prop_assert_eq!(later, answers);
            Ok(())
        })?;
    }
}

fn strip(value: &mut serde_json::Value, name: &str) {
    match value {
        serde_json::Value::Object(object) => {
            object.remove(name);
            object.values_mut().for_each(|inner| strip(inner, name));
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|inner| strip(inner, name)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn before_the_first_day_there_is_nothing(history in histories()) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            let first = timelines(log.as_ref())
                .await
                .iter()
                .flat_map(|(_, timeline)| timeline.read().facts)
                .map(|reading| reading.bounds.latest)
                .min();
            let Some(before) = first.and_then(servanda::domain::day::Day::previous) else { return Ok(()) };
            for as_of in [before, day("0900-01-01")] {
                let asked = Asked::on(as_of, Instant::MAX);
                let every = Filter { retracted: true, ..Filter::default() };
                let service = &register.service;
                prop_assert_eq!(service.list(asked, &every).await.unwrap(), vec![]);
                prop_assert_eq!(service.parties(None, asked, &every).await.unwrap(), vec![]);
                let overdue = service.overdue(asked, &every).await.unwrap();
                prop_assert!(overdue.overdue.is_empty() && overdue.possibly_overdue.is_empty());
                prop_assert!(overdue.due_soon.is_empty() && overdue.undated.is_empty());
                let due = serde_json::to_value(service.due(asked, day("2030-01-01"), &every).await.unwrap()).unwrap();
                prop_assert_eq!(&due["due"], &serde_json::json!([]));
                let stats = serde_json::to_value(service.stats(asked, &every).await.unwrap()).unwrap();
                prop_assert_eq!(&stats["agreements"], &serde_json::json!(0));
                prop_assert_eq!(&stats["commitments"], &serde_json::json!(0));
            }
            Ok(())
        })?;
    }
}
