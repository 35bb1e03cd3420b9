//! What recording does to the log, and what it leaves alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use servanda::domain::decide::Refusal;
use servanda::log::{EventLog as _, Position};
use servanda::service::error::ExecuteError;
use servanda::views::entry::Entry;

use crate::given::{
    asked_for, carry_out, cases, in_folder, in_memory, is_refusal, timelines, wait_for, with_log, without_chance,
};
use crate::histories::{histories, named};

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn entries_made_from_scratch_equal_those_kept_up(history in histories()) {
        wait_for(async {
            let (register, log) = with_log();
            for step in &history {
                register.step(step).await;
                let mut scratch: Vec<Entry> =
                    timelines(log.as_ref()).await.iter().filter_map(|(id, facts)| Entry::of(*id, facts)).collect();
                scratch.sort_by(|a, b| a.reference.cmp(&b.reference));
                prop_assert_eq!(register.service.entries().await.unwrap(), scratch);
            }
            let kept_up = register.service.view_bytes().await.unwrap();
            register.service.rebuild().await.unwrap();
            prop_assert_eq!(register.service.view_bytes().await.unwrap(), kept_up);
            Ok(())
        })?;
    }

    #[test]
    fn every_record_has_the_bytes_of_an_independent_writer_of_canonical_json(history in histories()) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            for record in log.read(Position::START, 4_096).await.unwrap() {
                for part in [&record.header, &record.body] {
                    let value: Value = serde_json::from_slice(part).unwrap();
                    prop_assert_eq!(&serde_json_canonicalizer::to_vec(&value).unwrap(), part);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_refused_command_leaves_the_log_as_it_was(history in histories()) {
        wait_for(async {
            let register = in_memory();
            let mut before = register.exported().await;
            for step in &history {
                let recorded = register.step(step).await;
                let after = register.exported().await;
                if recorded {
                    prop_assert_eq!(&after[..before.len()], &before[..]);
                    prop_assert_eq!(asked_for(&after).len(), asked_for(&before).len() + 1);
                } else {
                    prop_assert_eq!(&after, &before);
                }
                before = after;
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_same_command_again_changes_nothing(history in histories()) {
        let history = named(history);
        wait_for(async {
            let register = in_memory();
            let mut recorded = Vec::new();
            for step in &history {
                if register.step(step).await {
                    let again = carry_out(&register.service, &step.command, false).await.unwrap();
                    prop_assert!(again.repeated);
                    recorded.push(step);
                }
            }
            let before = register.exported().await;
            prop_assert_eq!(asked_for(&before).len(), recorded.len());
            for step in recorded {
                let again = carry_out(&register.service, &step.command, false).await;
                prop_assert!(again.as_ref().is_ok_and(|again| again.repeated), "{:?}: {:?}", step.command, again);
            }
            prop_assert_eq!(register.exported().await, before);
            Ok(())
        })?;
    }

    #[test]
    fn the_same_identity_with_other_content_is_refused(history in histories()) {
        let history = named(history);
        wait_for(async {
            let register = in_memory();
            for step in &history {
                if !register.step(step).await {
                    continue;
                }
                let before = register.exported().await;
                let mut others = vec![step.command.clone(); 3];
                others[0].insert("reason".to_owned(), Value::from("another one"));
                others[1].insert("source".to_owned(), Value::from("another outlet"));
                others[1].remove("published");
                let address = step.command["agreement"].as_str().unwrap();
                let about = address.find(['/', '@']).map_or("", |at| &address[at..]);
                others[2].insert("agreement".to_owned(), Value::from(format!("another-one{about}")));
                for other in others {
                    let answer = carry_out(&register.service, &other, false).await;
                    let reused = matches!(answer, Err(ExecuteError::Refused(Refusal::CommandReused { .. })));
                    prop_assert!(reused, "{:?} gave {:?}", other, answer);
                }
                prop_assert_eq!(register.exported().await, before);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_dry_run_tells_what_would_be_recorded_and_records_nothing(history in histories()) {
        wait_for(async {
            let register = in_memory();
            for step in &history {
                register.clock.turn(step.pause);
                let before = (register.exported().await, register.service.view_bytes().await.unwrap());
                let shown = carry_out(&register.service, &step.command, true).await;
                let after = (register.exported().await, register.service.view_bytes().await.unwrap());
                prop_assert_eq!(after, before);
                match (shown, carry_out(&register.service, &step.command, false).await) {
                    (Ok(shown), Ok(done)) => {
                        let told = |outcome: &servanda::service::execute::Outcome| {
                            let event = serde_json::to_string(&outcome.events[0]).unwrap();
                            (without_chance(&event), outcome.odd.clone(), outcome.moved.clone())
                        };
                        prop_assert!(shown.dry_run && !shown.repeated);
                        prop_assert_eq!(told(&shown), told(&done));
                    }
                    (Err(shown), Err(done)) => {
                        prop_assert!(is_refusal(&shown));
                        prop_assert_eq!(shown.to_string(), done.to_string());
                    }
                    (shown, done) => prop_assert!(false, "shown {:?}, done {:?}", shown, done),
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn recorded_times_never_run_backwards_even_if_the_clock_does(
        history in histories(),
        jumps in proptest::collection::vec(-400_i64..40, 48),
    ) {
        wait_for(async {
            let register = in_memory();
            for (step, hours) in history.iter().zip(jumps) {
                register.clock.turn(hours * 3_600_000_000);
                register.step(step).await;
            }
            let times: Vec<String> = register
                .exported()
                .await
                .iter()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()["recorded"]["at"].as_str().unwrap().to_owned())
                .collect();
            prop_assert!(times.is_sorted(), "{times:?}");
            Ok(())
        })?;
    }

    #[test]
    fn a_restored_export_gives_the_same_export_and_the_same_answers(history in histories()) {
        wait_for(async {
            let (first, second) = (in_memory(), in_memory());
            first.live_through(&history).await;
            let export = first.exported().await;
            let restored = second.service.restore(&mut export.join("\n").as_bytes()).await.unwrap();
            prop_assert_eq!(restored, export.len() as u64);
            prop_assert_eq!(second.exported().await, export);
            let (today, now) = (first.service.today(), first.service.now());
            prop_assert_eq!(second.answers(today, now).await, first.answers(today, now).await);
            prop_assert_eq!(second.service.view_bytes().await.unwrap(), first.service.view_bytes().await.unwrap());
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn a_register_on_disk_is_the_one_in_memory_also_after_reopening(history in histories()) {
        wait_for(async {
            let folder = tempfile::tempdir().unwrap();
            let (memory, disk) = (in_memory(), in_folder(folder.path()));
            let (first, second) = history.split_at(history.len() / 2);
            memory.live_through(first).await;
            disk.live_through(first).await;
            prop_assert_eq!(disk.exported().await, memory.exported().await);
            disk.service.close().await.unwrap();
            drop(disk);

            // The sequence of identities begins again with the process: only what chance does not give is compared.
            let disk = in_folder(folder.path());
            disk.clock.turn(first.iter().map(|step| step.pause).sum());
            memory.live_through(second).await;
            disk.live_through(named(second.to_vec()).as_slice()).await;
            let certain = |lines: Vec<String>| lines.iter().map(|line| without_chance(line)).collect::<Vec<_>>();
            prop_assert_eq!(certain(disk.exported().await), certain(memory.exported().await));
            let kept_up = disk.service.view_bytes().await.unwrap();
            disk.service.rebuild().await.unwrap();
            prop_assert_eq!(disk.service.view_bytes().await.unwrap(), kept_up);
            disk.service.close().await.unwrap();
            Ok(())
        })?;
    }
}

/// The generator earns its keep only if most kinds of events come about and most commands are accepted.
#[test]
fn histories_are_mostly_accepted_and_hold_every_kind_of_event() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut kinds, mut recorded, mut given) = (BTreeSet::new(), 0, 0);
    wait_for(async {
        for _ in 0..100 {
            let history = histories().new_tree(&mut runner).unwrap().current();
            let register = in_memory();
            given += history.len();
            recorded += register.live_through(&history).await;
            for line in register.exported().await {
                kinds.insert(serde_json::from_str::<Value>(&line).unwrap()["type"].as_str().unwrap().to_owned());
            }
        }
    });
    assert!(recorded * 2 > given, "{recorded} of {given} commands were recorded");
    let catalogue = servanda::domain::event::Event::catalogue();
    // A redaction is no line of a history: `redacting` has them.
    kinds.insert("record.redacted".to_owned());
    let missing: Vec<_> = catalogue.iter().map(|(name, ..)| *name).filter(|name| !kinds.contains(*name)).collect();
    assert!(missing.is_empty(), "no history has {missing:?}");
}
