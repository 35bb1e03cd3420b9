//! Many at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use servanda::domain::decide::Refusal;
use servanda::domain::instant::Instant;
use servanda::log::MemoryLog;
use servanda::service::clock::Clock;
use servanda::service::error::ExecuteError;

use crate::given::{Register, asked_for, carry_out, cases, in_folder, in_memory, is_refusal, over, over_by, wait_for};
use crate::histories::{Step, histories};

const TASKS: usize = 8;

fn on_threads<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap().block_on(work)
}

/// Deals a history out to tasks that run at once, after its openings; returns how many commands were recorded, and
/// the positions that the tasks were told.
async fn together(registers: &[Arc<Register>], history: Vec<Step>) -> Result<Vec<u64>, TestCaseError> {
    let mut dealt: Vec<Vec<Step>> = vec![Vec::new(); TASKS];
    for (number, step) in history.into_iter().enumerate() {
        dealt[number % TASKS].push(step);
    }
    let mut tasks = Vec::new();
    for (number, steps) in dealt.into_iter().enumerate() {
        let register = registers[number % registers.len()].clone();
        tasks.push(tokio::spawn(async move {
            let mut told = Vec::new();
            for step in steps {
                register.clock.turn(step.pause);
                match carry_out(&register.service, &step.command, false).await {
                    Ok(outcome) => told.extend(outcome.events.iter().map(|event| event.position)),
                    Err(error) if is_refusal(&error) => {}
                    Err(error) => return Err(format!("{error}: {error:?}")),
                }
                // A reader beside the writers finds the views whole.
                register.service.entries().await.map_err(|error| error.to_string())?;
            }
            Ok(told)
        }));
    }
    let mut told = Vec::new();
    for task in tasks {
        told.extend(task.await.unwrap().map_err(TestCaseError::fail)?);
    }
    told.sort_unstable();
    Ok(told)
}

async fn whole(register: &Register, told: &[u64]) -> Result<(), TestCaseError> {
    let exported = register.exported().await;
    let position = |event: &Value| event["position"].as_u64().unwrap();
    let all = exported.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let positions: Vec<u64> = all.map(|event| position(&event)).collect();
    let asked_for: Vec<u64> = asked_for(&exported).iter().map(position).collect();
    let expected: Vec<u64> = (0..positions.len() as u64).collect();
    prop_assert_eq!(&positions, &expected);
    prop_assert_eq!(&told, &asked_for, "each recorded command was told a position of its own");
    let kept_up = register.service.view_bytes().await.unwrap();
    register.service.rebuild().await.unwrap();
    prop_assert_eq!(register.service.view_bytes().await.unwrap(), kept_up);
    Ok(())
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn eight_writers_on_one_register_in_memory_record_each_command_once(history in histories()) {
        on_threads(async {
            let register = Arc::new(in_memory());
            let told = together(std::slice::from_ref(&register), history).await?;
            whole(&register, &told).await
        })?;
    }

    #[test]
    fn eight_registers_over_one_log_record_each_command_once(history in histories()) {
        on_threads(async {
            let log = Arc::new(MemoryLog::new());
            let registers: Vec<_> = (0..TASKS).map(|n| Arc::new(over(&log, &format!("task {n}")))).collect();
            let told = together(&registers, history).await?;
            whole(&registers[0], &told).await
        })?;
    }
}

proptest! {
    #![proptest_config(cases(3))]

    #[test]
    fn eight_writers_on_one_register_on_disk_record_each_command_once(history in histories()) {
        on_threads(async {
            let folder = tempfile::tempdir().unwrap();
            let register = Arc::new(in_folder(folder.path()));
            let told = together(std::slice::from_ref(&register), history).await?;
            whole(&register, &told).await?;
            register.service.close().await.unwrap();
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// Proposes the one reference that all want.
fn wanted_by_all(title: &str) -> Map<String, Value> {
    let command = json!({ "command": "propose", "agreement": "wanted-by-all", "kind": "mou", "title": title,
        "party": ["pk:state=Pakistan"] });
    let Value::Object(command) = command else { unreachable!("it is an object") };
    command
}

/// Lets eight tasks propose one reference at once; how many succeeded, the others being told that it is taken.
async fn proposed_by_all(registers: Vec<Arc<Register>>) -> usize {
    let tasks = (0..TASKS).map(|number| {
        let register = registers[number % registers.len()].clone();
        tokio::spawn(async move { carry_out(&register.service, &wanted_by_all(&number.to_string()), false).await })
    });
    let mut succeeded = 0;
    for task in tasks.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(_) => succeeded += 1,
            Err(ExecuteError::Refused(Refusal::ReferenceTaken { .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    succeeded
}

#[test]
fn a_reference_that_eight_propose_at_once_goes_to_one() {
    for _ in 0..20 {
        on_threads(async {
            let register = Arc::new(in_memory());
            assert_eq!(proposed_by_all(vec![register.clone()]).await, 1);
            assert_eq!(register.exported().await.len(), 1);

            let log = Arc::new(MemoryLog::new());
            let registers: Vec<_> = (0..TASKS).map(|n| Arc::new(over(&log, &format!("task {n}")))).collect();
            assert_eq!(proposed_by_all(registers.clone()).await, 1);
            assert_eq!(registers[0].exported().await.len(), 1);
        });
    }
    let folder = tempfile::tempdir().unwrap();
    on_threads(async {
        let register = Arc::new(in_folder(folder.path()));
        assert_eq!(proposed_by_all(vec![register.clone()]).await, 1);
        register.service.close().await.unwrap();
    });
}

/// A clock that lets another register propose the reference while it is read for the n-th time.
struct Overtaking {
    other: Register,
    readings: AtomicU32,
    nth: u32,
    succeeded: AtomicBool,
}

impl Clock for Overtaking {
    fn now(&self) -> Instant {
        if self.readings.fetch_add(1, Ordering::Relaxed) + 1 == self.nth {
            let propose = || wait_for(carry_out(&self.other.service, &wanted_by_all("the other"), false));
            let told = std::thread::scope(|threads| threads.spawn(propose).join()).unwrap();
            self.succeeded.store(told.is_ok(), Ordering::Relaxed);
        }
        self.other.clock.now()
    }
}

#[test]
fn a_reference_that_another_register_takes_meanwhile_is_not_given_twice() {
    let mut overtaken = 0;
    for nth in 1..=8 {
        let log = Arc::new(MemoryLog::new());
        let (readings, succeeded) = (AtomicU32::new(0), AtomicBool::new(false));
        let clock = Arc::new(Overtaking { other: over(&log, "the other"), readings, nth, succeeded });
        let service = over_by(&log, "the one", clock.clone());
        let told = wait_for(carry_out(&service, &wanted_by_all("the one"), false));
        let other_succeeded = clock.succeeded.load(Ordering::Relaxed);
        assert_ne!(told.is_ok(), other_succeeded, "while the clock was read for the {nth}. time: {told:?}");
        if other_succeeded {
            overtaken += 1;
            assert!(matches!(told, Err(ExecuteError::Refused(Refusal::ReferenceTaken { .. }))), "{told:?}");
        }
        assert_eq!(wait_for(clock.other.exported()).len(), 1, "while the clock was read for the {nth}. time");
    }
    assert!(overtaken >= 2, "{overtaken}");
}

/// Two whole imports beside each other: what both hold is recorded once.
#[test]
fn two_imports_of_the_same_lines_at_once_record_each_line_once() {
    let lines: Vec<String> = (0..40)
        .map(|number| {
            json!({ "command": "propose", "agreement": format!("a-{number}"), "kind": "mou", "party": ["pk:state=Pakistan"] })
                .to_string()
        })
        .collect();
    let register = in_memory();
    wait_for(async {
        let (one, other) =
            tokio::join!(register.imported(&lines, false, false), register.imported(&lines, false, false));
        assert_eq!(one.recorded + other.recorded, 40);
        assert_eq!(one.repeated + other.repeated, 40);
        let references: BTreeSet<String> = register
            .exported()
            .await
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["data"]["reference"].to_string())
            .collect();
        assert_eq!(references.len(), 40);
    });
}
