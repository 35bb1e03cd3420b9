//! Importing is executing, many at a time.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use servanda::domain::decide::Refusal;
use servanda::domain::instant::Instant;
use servanda::service::error::ExecuteError;
use servanda::service::import::ImportOptions;

use crate::given::{Register, cases, execution, in_memory, wait_for, without_chance};
use crate::histories::{Step, histories, lines, named};

/// The history with an asserted time on each line, as an import of older records has.
fn timed(mut history: Vec<Step>) -> Vec<Step> {
    let mut at = Instant::parse("2025-06-01T08:00:00Z").unwrap().micros();
    for step in &mut history {
        at += step.pause;
        step.command.insert("recorded_at".to_owned(), Value::from(Instant::from_micros(at).to_string()));
    }
    history
}

/// The lines that are imported, without those that a register refuses and without repetitions.
async fn accepted(history: &[Step]) -> Vec<String> {
    let register = in_memory();
    let all = lines(history);
    let refused: BTreeSet<u64> =
        register.imported(&all, false, false).await.refused.iter().map(|refused| refused.line).collect();
    let mut once = BTreeSet::new();
    let kept = (1..).zip(all).filter(|(number, line)| !refused.contains(number) && once.insert(line.clone()));
    kept.map(|(_, line)| line).collect()
}

async fn certain(register: &Register) -> Vec<Value> {
    register.exported().await.iter().map(|line| without_chance(line)).collect()
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn importing_lines_equals_executing_them_one_by_one(history in histories(), asserted: bool) {
        let history = if asserted { timed(history) } else { history };
        wait_for(async {
            let (imported, executed) = (in_memory(), in_memory());
            let done = imported.imported(&lines(&history), false, false).await;
            let mut recorded = 0;
            for step in &history {
                recorded += u64::from(executed.step(&Step { pause: 0, ..step.clone() }).await);
            }
            prop_assert_eq!(done.commands, history.len() as u64);
            prop_assert_eq!(done.recorded, recorded);
            prop_assert_eq!(done.refused.len() as u64, done.commands - done.recorded);
            prop_assert_eq!(certain(&imported).await, certain(&executed).await);
            Ok(())
        })?;
    }

    #[test]
    fn importing_twice_changes_nothing(history in histories(), by_name: bool) {
        let history = if by_name { named(history) } else { history };
        wait_for(async {
            let lines = accepted(&history).await;
            let register = in_memory();
            let first = register.imported(&lines, false, false).await;
            let before = (register.exported().await, register.service.view_bytes().await.unwrap());
            register.clock.turn(86_400_000_000);
            let second = register.imported(&lines, false, false).await;
            prop_assert_eq!((second.recorded, second.repeated), (0, first.recorded));
            prop_assert_eq!((register.exported().await, register.service.view_bytes().await.unwrap()), before);
            Ok(())
        })?;
    }

    #[test]
    fn importing_in_two_parts_equals_importing_at_once(history in histories(), part in 0.0..1.0_f64) {
        wait_for(async {
            let lines = accepted(&history).await;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "some thirty lines")]
            let (first, second) = lines.split_at((lines.len() as f64 * part) as usize);
            let (at_once, in_parts) = (in_memory(), in_memory());
            at_once.imported(&lines, false, false).await;
            in_parts.imported(first, false, false).await;
            in_parts.imported(second, false, false).await;
            prop_assert_eq!(certain(&in_parts).await, certain(&at_once).await);
            // The second part over the whole: an import that was cut off goes on where it was.
            in_parts.imported(&lines, false, false).await;
            prop_assert_eq!(certain(&in_parts).await, certain(&at_once).await);
            Ok(())
        })?;
    }

    #[test]
    fn all_or_nothing_records_all_lines_or_none(history in histories()) {
        wait_for(async {
            let (whole, plain) = (in_memory(), in_memory());
            let all = lines(&history);
            let done = whole.imported(&all, true, false).await;
            let expected = plain.imported(&all, false, false).await;
            let refused = |lines: &[servanda::service::import::RefusedLine]| {
                lines.iter().map(|line| (line.line, line.error.to_string())).collect::<Vec<_>>()
            };
            prop_assert_eq!(refused(&done.refused), refused(&expected.refused));
            if done.refused.is_empty() {
                prop_assert_eq!(certain(&whole).await, certain(&plain).await);
            } else {
                prop_assert_eq!(done.recorded, 0);
                prop_assert_eq!(whole.exported().await, Vec::<String>::new());
            }
            let kept = accepted(&history).await;
            let done = whole.imported(&kept, true, false).await;
            prop_assert_eq!((done.recorded, done.refused.len()), (kept.len() as u64, 0));
            Ok(())
        })?;
    }

    #[test]
    fn a_dry_import_tells_what_would_happen_and_records_nothing(history in histories()) {
        wait_for(async {
            let register = in_memory();
            let (first, second) = history.split_at(history.len() / 2);
            register.live_through(first).await;
            let before = (register.exported().await, register.service.view_bytes().await.unwrap());
            let told = register.imported(&lines(second), false, true).await;
            prop_assert_eq!((register.exported().await, register.service.view_bytes().await.unwrap()), before);
            let done = register.imported(&lines(second), false, false).await;
            prop_assert_eq!((told.commands, told.recorded, told.repeated), (done.commands, done.recorded, done.repeated));
            prop_assert_eq!(told.refused.len(), done.refused.len());
            Ok(())
        })?;
    }
}

/// An input that fails after what it holds.
struct Broken(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Broken {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(std::io::Error::other("the disk went away")),
            read => Ok(read),
        }
    }
}

#[test]
fn an_input_that_breaks_off_is_told_and_what_was_read_is_recorded() {
    let lines = [
        r#"{"command": "record", "agreement": "a", "kind": "mou"}"#,
        r#"{"command": "note", "agreement": "a", "text": "one"}"#,
    ];
    let options = |all_or_nothing| ImportOptions { execution: execution(false), all_or_nothing };
    wait_for(async {
        for (all_or_nothing, recorded) in [(false, 2), (true, 0)] {
            let register = in_memory();
            let broken = Broken(std::io::Cursor::new(format!("{}\n", lines.join("\n")).into_bytes()));
            let mut input = std::io::BufReader::new(broken);
            let told = register.service.import(&mut input, &options(all_or_nothing), |_| ()).await;
            assert!(matches!(told, Err(ExecuteError::Input { lines: 2, .. })), "{told:?}");
            assert_eq!(register.exported().await.len(), recorded);
        }
    });
}

/// What an import did with lines, and the messages of its refusals.
async fn told(lines: &[&str]) -> (u64, u64, Vec<String>) {
    let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let done = in_memory().imported(&lines, false, false).await;
    (done.recorded, done.repeated, done.refused.iter().map(|refused| refused.error.to_string()).collect())
}

#[test]
fn a_command_id_that_stands_twice_in_an_import_is_the_same_command_or_refused() {
    const ID: &str = "01999999-0000-7000-8000-000000000001";
    let open = r#"{"command": "record", "agreement": "a", "kind": "mou"}"#;
    let note = |text: &str| {
        format!(
            r#"{{"command": "note", "agreement": "a", "text": "{text}", "on": "2025-01-01", "command_id": "{ID}"}}"#
        )
    };
    wait_for(async {
        assert_eq!(told(&[open, &note("one"), &note("one")]).await, (2, 1, vec![]));
        let (recorded, repeated, refused) = told(&[open, &note("one"), &note("two")]).await;
        assert_eq!((recorded, repeated, refused.len()), (2, 0, 1));
        assert!(refused[0].contains("recorded before with other content"), "{refused:?}");
    });
}

#[test]
fn a_reference_that_the_import_itself_opened_is_among_those_that_were_perhaps_meant() {
    let lines = [
        r#"{"command": "record", "agreement": "health-2025", "kind": "mou"}"#,
        r#"{"command": "note", "agreement": "health-2026", "text": "one"}"#,
    ];
    wait_for(async {
        let register = in_memory();
        let done = register.imported(&lines.map(str::to_owned), false, false).await;
        let meant = match &done.refused[0].error {
            ExecuteError::Refused(Refusal::NoSuchAgreement { meant, .. }) => meant.clone(),
            other => panic!("{other}"),
        };
        assert_eq!(meant.iter().map(ToString::to_string).collect::<Vec<_>>(), ["health-2025"]);
    });
}
