//! A second process waits, then learns who holds the store (L9).

use std::time::Duration;

use servanda::log::{EventLog, OpenError, OpenOptions, Position, SledLog};

use crate::child::{acknowledged, appending};
use crate::given::{commit, open, options};

fn waiting(wait: Duration) -> OpenOptions {
    OpenOptions { wait, ..options() }
}

#[test]
fn l9_a_held_store_is_refused_by_the_name_of_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let mut child = appending(&store, 1_000_000).spawn().unwrap();
    while acknowledged(&store).is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
    match SledLog::open(&store, &waiting(Duration::from_millis(100))) {
        Err(OpenError::Held { by, waited }) => {
            assert_eq!(by.pid, Some(child.id()));
            assert_eq!((by.words.as_str(), by.since.as_str()), ("servanda test", "2026-11-21 12:00"));
            assert_eq!(waited, Duration::from_millis(100));
            let text = OpenError::Held { by, waited }.to_string();
            let pid = child.id();
            assert_eq!(
                text,
                format!(
                    "the store is held by servanda test (process {pid}) since 2026-11-21 12:00; waited 0.1 s for it"
                )
            );
        }
        other => panic!("{:?}", other.err()),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    open(&store).unwrap();
}

#[tokio::test]
async fn l9_a_waiting_process_gets_the_store_when_it_is_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let first = open(&store).unwrap();
    let path = store.clone();
    let second = std::thread::spawn(move || SledLog::open(&path, &waiting(Duration::from_mins(1))));
    first.append(commit(1, 0, 1)).await.unwrap();
    first.close().await.unwrap();
    let second = second.join().unwrap().unwrap();
    assert_eq!(second.end().await.unwrap(), Position::new(1));
}

#[test]
fn a_store_that_is_not_there_is_made_only_when_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("some/new/store");
    let options = OpenOptions { create: false, ..options() };
    assert!(matches!(SledLog::open(&store, &options), Err(OpenError::Missing { dir }) if dir == store));
    assert!(!store.exists());
    drop(open(&store).unwrap());
    SledLog::open(&store, &options).unwrap();
}

#[cfg(unix)]
#[test]
fn a_store_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    drop(open(&store).unwrap());
    let mode = |path: &str| store.join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(["", "log", "log/blobs"].map(mode), [0o700; 3]);
    assert_eq!(["lock", "witness", "log/db", "log/conf"].map(mode), [0o600; 4]);
}
