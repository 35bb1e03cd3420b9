//! A store of an earlier format is rewritten once, whole, and whatever moment the migration is interrupted at.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use servanda::domain::instant::Instant;
use servanda::log::{EventLog, OpenError, Recorded, ViewStore, WitnessFinding};
use servanda::service::clock::FixedClock;
use servanda::service::identity::SystemIds;
use servanda::service::open::{self, Opening};
use tempfile::TempDir;

use crate::child::opening;
use crate::damage::{copy, files};
use crate::earlier::{FORMAT_1, exported, unpack};
use crate::given::{commit, everything, open};

fn earlier(name: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    unpack(name, &dir.path().join("store"));
    dir
}

/// What a store exports, in the words of today's program, and how many events were rewritten for it.
async fn export(store: &Path) -> (String, Option<u64>) {
    let opening = Opening { create: false, wait: Duration::ZERO, holder: "test".to_owned(), zone: None };
    let clock = Arc::new(FixedClock(Instant::parse("2026-11-21T10:00:00Z").unwrap()));
    let service = open::open(store, &opening, clock, Arc::new(SystemIds)).unwrap();
    let mut text = String::new();
    let exported = service.export(|line| {
        text += line;
        text += "\n";
        Ok::<(), ()>(())
    });
    exported.await.unwrap().unwrap();
    (text, service.migrated())
}

#[tokio::test]
async fn a_store_of_format_1_is_rewritten_once_and_exports_what_it_did() {
    for name in FORMAT_1 {
        let dir = earlier(name);
        let store = dir.path().join("store");
        let expected = exported(name);
        let events = expected.lines().count() as u64;
        assert_eq!(export(&store).await, (expected.clone(), Some(events)));
        assert_eq!(export(&store).await, (expected, None));
    }
}

#[tokio::test]
async fn a_rewritten_store_has_its_streams_and_commands_and_goes_on() {
    for name in FORMAT_1 {
        let dir = earlier(name);
        let store = dir.path().join("store");
        let log = open(&store).unwrap();
        assert_eq!(log.witness(), WitnessFinding::Agrees);
        let all = everything(&log).await;
        assert_eq!(log.migrated(), Some(all.len() as u64));
        for event in &all {
            let of_stream: Vec<_> = all.iter().filter(|it| it.stream == event.stream).cloned().collect();
            assert!(log.read_stream(event.stream, 0, 9999).await.unwrap() == of_stream);
            let receipt = log.find(event.command).await.unwrap().unwrap();
            assert!(receipt.first <= event.position && event.position < receipt.end());
        }
        let last = all.last().unwrap().recorded_at;
        assert_eq!(log.last_recorded_at().await.unwrap(), Some(last));
        assert_eq!(log.position("register").await.unwrap(), None, "views are made anew");
        let mut one = commit(1, 0, 2);
        one.recorded_at = last;
        assert_eq!(log.append(one).await.unwrap().first.get(), all.len() as u64);
        log.close().await.unwrap();
        let log = open(&store).unwrap();
        assert_eq!((log.migrated(), log.end().await.unwrap().get()), (None, all.len() as u64 + 2));
    }
}

/// What is beside the store's other files at a moment of the migration.
struct Moment {
    what: &'static str,
    /// Puts the earlier store, the folder of the new log, and its witness together.
    make: fn(store: &Path, earlier: &Path, new: &Path),
    /// Whether the migration is done again.
    again: bool,
}

fn cut(log: &Path) {
    let db = fs::File::options().write(true).open(log.join("db")).unwrap();
    db.set_len(db.metadata().unwrap().len() / 3).unwrap();
}

fn old_witness(store: &Path, earlier: &Path) {
    fs::copy(earlier.join("witness"), store.join("witness")).unwrap();
}

const MOMENTS: [Moment; 9] = [
    Moment {
        what: "the new log is half written",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log"));
            copy(&new.join("log"), &store.join("log.new"));
            cut(&store.join("log.new"));
            old_witness(store, earlier);
        },
        again: true,
    },
    Moment {
        what: "the new log is written",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log"));
            copy(&new.join("log"), &store.join("log.new"));
            old_witness(store, earlier);
        },
        again: true,
    },
    Moment {
        what: "the old log is put aside",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log.old"));
            copy(&new.join("log"), &store.join("log.new"));
            old_witness(store, earlier);
        },
        again: true,
    },
    Moment {
        what: "the new log is in its place",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log.old"));
            copy(&new.join("log"), &store.join("log"));
            old_witness(store, earlier);
        },
        again: true,
    },
    Moment {
        what: "the same, and it was being taken away again",
        make: |store, earlier, _| {
            copy(&earlier.join("log"), &store.join("log.old"));
            old_witness(store, earlier);
        },
        again: true,
    },
    Moment {
        what: "the same, and the store never had a witness",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log.old"));
            copy(&new.join("log"), &store.join("log"));
            let _ = fs::remove_file(store.join("witness"));
        },
        again: true,
    },
    Moment {
        what: "the new witness is written",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log.old"));
            copy(&new.join("log"), &store.join("log"));
        },
        again: false,
    },
    Moment {
        what: "the old log is half removed",
        make: |store, earlier, new| {
            copy(&earlier.join("log"), &store.join("log.gone"));
            fs::remove_file(store.join("log.gone/conf")).unwrap();
            copy(&new.join("log"), &store.join("log"));
        },
        again: false,
    },
    Moment { what: "all is done", make: |store, _, new| copy(&new.join("log"), &store.join("log")), again: false },
];

#[tokio::test]
async fn a_migration_that_was_interrupted_anywhere_is_done_at_the_next_opening() {
    for name in FORMAT_1 {
        let earlier = earlier(name);
        let earlier = earlier.path().join("store");
        let done = TempDir::new().unwrap();
        let done = done.path().join("store");
        copy(&earlier, &done);
        let log = open(&done).unwrap();
        let all: Vec<Recorded> = everything(&log).await;
        log.close().await.unwrap();
        for moment in MOMENTS {
            let dir = TempDir::new().unwrap();
            let store = dir.path().join("store");
            fs::create_dir(&store).unwrap();
            for file in ["register.json", "witness"] {
                fs::copy(done.join(file), store.join(file)).unwrap();
            }
            (moment.make)(&store, &earlier, &done);
            let log = open(&store).unwrap_or_else(|error| panic!("{}: {error}", moment.what));
            assert!(everything(&log).await == all, "{}", moment.what);
            assert_eq!(log.migrated().is_some(), moment.again, "{}", moment.what);
            log.close().await.unwrap();
            for rest in ["log.old", "log.new", "log.gone", "log.probe"] {
                assert!(!store.join(rest).exists(), "{}: {rest} is left", moment.what);
            }
            let log = open(&store).unwrap();
            assert!(everything(&log).await == all && log.migrated().is_none(), "{}", moment.what);
        }
    }
}

/// How often to kill, where `SERVANDA_SOAK` does not say otherwise.
const KILLS: u64 = 10;

#[test]
fn a_process_that_is_killed_while_it_migrates_loses_nothing() {
    let kills = std::env::var("SERVANDA_SOAK").map_or(KILLS, |soak| soak.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let whole = earlier("killed");
    let log = open(&whole.path().join("store")).unwrap();
    let all = runtime.block_on(everything(&log));
    let mut again = 0;
    for kill in 0..kills {
        let dir = earlier("killed");
        let store = dir.path().join("store");
        let mut child = opening(&store).spawn().unwrap();
        // Begin to count when the new folder is there, at most of the kills.
        let patience = std::time::Instant::now();
        while kill % 4 != 0 && !store.join("log.new").exists() && patience.elapsed().as_secs() < 5 {
            std::thread::sleep(Duration::from_micros(200));
        }
        // Spread over the migration without a random number: a prime of microseconds.
        std::thread::sleep(Duration::from_micros(kill * 7_001 % 60_013));
        child.kill().unwrap();
        child.wait().unwrap();
        let log = open(&store).unwrap();
        assert!(runtime.block_on(everything(&log)) == all, "kill {kill}");
        again += u32::from(log.migrated().is_some());
    }
    println!("{again} of {kills} migrations were done again");
}

#[test]
fn a_damaged_store_of_format_1_is_refused_and_left_as_it_is() {
    for name in FORMAT_1 {
        let dir = earlier(name);
        let store = dir.path().join("store");
        let whole = fs::read(store.join("log/db")).unwrap();
        let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
        let mut refused = 0;
        for at in (0..used).step_by(used / 12) {
            let mut broken = whole.clone();
            broken[at] ^= 0x40;
            fs::write(store.join("log/db"), &broken).unwrap();
            let before = files(&store);
            let copied = TempDir::new().unwrap();
            let copied = copied.path().join("store");
            copy(&store, &copied);
            match open(&copied) {
                Ok(log) => {
                    let runtime = tokio::runtime::Runtime::new().unwrap();
                    let all = runtime.block_on(everything(&log));
                    assert_eq!(all.len(), exported(name).lines().count(), "nothing is missing in silence");
                }
                Err(OpenError::Damaged { .. }) => {
                    refused += 1;
                    assert!(files(&copied).into_values().eq(before.into_values()), "a refused store is left as it was");
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(refused > 0, "{name}: some flip is noticed");
    }
}
