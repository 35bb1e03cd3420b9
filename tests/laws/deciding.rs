//! A register that stays open decides on what it has at hand, and on nothing that is not so any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use servanda::log::{AppendError, MemoryLog, StreamId};
use servanda::service::Service;
use servanda::service::almanac::REGISTER;
use servanda::service::error::ExecuteError;

use crate::given::{Register, carry_out, in_folder, over, over_any, wait_for};
use crate::hooked::{Hook, Hooked, Question};

/// Counts how often agreements are read in a log, and can lose the answer to an append.
struct Watched {
    read: AtomicUsize,
    loses_answers: AtomicBool,
}

#[async_trait]
impl Hook for Watched {
    async fn asked(&self, question: Question) {
        if matches!(question, Question::Stream(stream) if stream != StreamId::new(REGISTER.0)) {
            self.read.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn appended(&self) -> Result<(), AppendError> {
        if self.loses_answers.load(Ordering::SeqCst) {
            return Err(AppendError::Storage { doing: "telling", source: "the answer was lost".into() });
        }
        Ok(())
    }
}

fn watched() -> (Register, Arc<Hooked<Watched>>) {
    let log = Arc::new(MemoryLog::new());
    let hook = Watched { read: AtomicUsize::new(0), loses_answers: AtomicBool::new(false) };
    let watched = Arc::new(Hooked { log: log.clone(), hook });
    (over_any(watched.clone(), log, "watched"), watched)
}

fn object(command: Value) -> Map<String, Value> {
    let Value::Object(object) = command else { unreachable!("it is an object") };
    object
}

fn propose(reference: &str) -> Map<String, Value> {
    object(json!({ "command": "propose", "agreement": reference, "kind": "mou", "title": reference,
        "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": "2025-01-01" }))
}

fn note(reference: &str, text: &str) -> Map<String, Value> {
    object(json!({ "command": "note", "agreement": reference, "text": text }))
}

fn sign(reference: &str, party: &str) -> Map<String, Value> {
    object(json!({ "command": "sign", "agreement": reference, "party": party, "on": "2025-02-01" }))
}

/// Whether a signature is refused because there is one.
async fn is_signed(service: &Service, reference: &str, party: &str) -> bool {
    matches!(carry_out(service, &sign(reference, party), false).await, Err(ExecuteError::Refused(_)))
}

#[test]
fn what_was_decided_about_is_not_read_again() {
    wait_for(async {
        let (register, log) = watched();
        carry_out(&register.service, &propose("a"), false).await.unwrap();
        carry_out(&register.service, &sign("a", "pk"), false).await.unwrap();
        assert!(is_signed(&register.service, "a", "pk").await);
        for number in 0..10 {
            carry_out(&register.service, &note("a", &number.to_string()), false).await.unwrap();
        }
        assert_eq!(log.hook.read.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn what_another_register_over_the_same_log_recorded_is_decided_on() {
    wait_for(async {
        let log = Arc::new(MemoryLog::new());
        let (one, other) = (over(&log, "one"), over(&log, "other"));
        carry_out(&one.service, &propose("a"), false).await.unwrap();
        carry_out(&other.service, &sign("a", "pk"), false).await.unwrap();
        assert!(is_signed(&one.service, "a", "pk").await);
        carry_out(&one.service, &sign("a", "ps"), false).await.unwrap();
        assert!(is_signed(&other.service, "a", "ps").await);
        carry_out(&other.service, &note("a", "both have signed"), false).await.unwrap();
        let kept_up = one.service.view_bytes().await.unwrap();
        one.service.rebuild().await.unwrap();
        assert_eq!(one.service.view_bytes().await.unwrap(), kept_up);
    });
}

#[test]
fn after_an_append_that_failed_the_agreement_is_read_anew() {
    wait_for(async {
        let (register, log) = watched();
        carry_out(&register.service, &propose("a"), false).await.unwrap();
        log.hook.loses_answers.store(true, Ordering::SeqCst);
        let lost = carry_out(&register.service, &sign("a", "pk"), false).await;
        assert!(matches!(lost, Err(ExecuteError::Append(_))), "{lost:?}");
        log.hook.loses_answers.store(false, Ordering::SeqCst);
        assert!(is_signed(&register.service, "a", "pk").await, "it was recorded all the same");
        assert!(log.hook.read.load(Ordering::SeqCst) > 0);
    });
}

const AT_ONCE: usize = 16;
const ROUNDS: usize = 4;

/// How many runs the tail of a closed store has: one for each flush that recorded something.
fn flushes(folder: &std::path::Path) -> usize {
    let db = sled::open(folder.join("log")).unwrap();
    db.scan_prefix(b"t").keys().filter(|key| key.as_ref().unwrap().ends_with(&[0, 0])).count()
}

#[test]
fn sixteen_commands_at_once_about_different_agreements_share_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let register = Arc::new(in_folder(folder.path()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        for number in 0..AT_ONCE {
            carry_out(&register.service, &propose(&format!("a-{number}")), false).await.unwrap();
        }
        for round in 0..ROUNDS {
            let at_once = |number: usize| {
                let register = register.clone();
                let note = note(&format!("a-{number}"), &round.to_string());
                tokio::spawn(async move { carry_out(&register.service, &note, false).await })
            };
            let tasks: Vec<_> = (0..AT_ONCE).map(at_once).collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
        }
        let kept_up = register.service.view_bytes().await.unwrap();
        register.service.rebuild().await.unwrap();
        assert_eq!(register.service.view_bytes().await.unwrap(), kept_up);
        register.service.close().await.unwrap();
    });
    drop(register);
    let flushes = flushes(folder.path()) - AT_ONCE;
    // Two a round where a flush takes as long as a disk takes; in a folder in memory it is over before most commands come.
    assert!(flushes <= ROUNDS * AT_ONCE * 3 / 4, "{flushes} flushes for {} commands", ROUNDS * AT_ONCE);
}
