//! A process that only asks leaves nothing behind that has to be looked at, and claims nothing that it did not see.

use servanda::log::{EventLog as _, Position, ViewStore as _};

use crate::child::{acknowledged, appending};
use crate::given::{commit, open};

/// Some line of the newer slot of the witness.
fn said(store: &std::path::Path, name: &str) -> String {
    let text = String::from_utf8(std::fs::read(store.join("witness")).unwrap()).unwrap();
    let turn = |slot: &&str| slot.lines().find_map(|line| line.strip_prefix("turn ")?.parse::<u64>().ok());
    let newest =
        text.split("servanda witness\n").filter(|slot| turn(slot).is_some()).max_by_key(turn).unwrap().to_owned();
    newest.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_store_that_was_only_read_is_closed_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    for version in 0..39 {
        log.append(commit(1, version, 1)).await.unwrap();
    }
    log.close().await.unwrap();
    // sled tidies its file when it opens it for the first time after it was written to.
    let log = open(&store).unwrap();
    log.close().await.unwrap();
    let closed = ["end ", "last ", "length ", "sum ", "closed "].map(|name| said(&store, name));
    assert_eq!(closed[4], "yes");
    let before = std::fs::read(store.join("log/db")).unwrap();
    for _ in 0..3 {
        let log = open(&store).unwrap();
        assert_eq!(said(&store, "closed "), "no", "while it is open nobody vouches for the file");
        assert_eq!(log.read(Position::START, 100).await.unwrap().len(), 39);
        assert_eq!(log.position("nothing").await.unwrap(), None);
        log.close().await.unwrap();
        assert_eq!(["end ", "last ", "length ", "sum ", "closed "].map(|name| said(&store, name)), closed);
    }
    assert!(std::fs::read(store.join("log/db")).unwrap() == before, "the file is what it was");
}

#[tokio::test]
async fn what_is_written_after_asking_is_witnessed() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    open(&store).unwrap().close().await.unwrap();
    let log = open(&store).unwrap();
    assert!(log.read(Position::START, 1).await.unwrap().is_empty());
    log.append(commit(1, 0, 1)).await.unwrap();
    log.close().await.unwrap();
    assert_eq!((said(&store, "end ").as_str(), said(&store, "closed ").as_str()), ("1", "yes"));
    let log = open(&store).unwrap();
    log.put("view", Position::new(1), vec![(b"key".to_vec(), Some(b"value".to_vec()))]).await.unwrap();
    log.close().await.unwrap();
    let log = open(&store).unwrap();
    assert_eq!(log.get("view", b"key").await.unwrap(), Some(b"value".to_vec()));
    log.close().await.unwrap();
}

#[tokio::test]
async fn asking_after_a_kill_finds_everything_and_closes_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let mut child = appending(&store, 1_000_000).spawn().unwrap();
    while acknowledged(&store).len() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let log = open(&store).unwrap();
    let end = log.end().await.unwrap();
    assert!(end.get() >= 20);
    log.close().await.unwrap();
    assert_eq!((said(&store, "end "), said(&store, "closed ").as_str()), (end.get().to_string(), "yes"));
    let log = open(&store).unwrap();
    assert_eq!(log.end().await.unwrap(), end);
    log.close().await.unwrap();
}
