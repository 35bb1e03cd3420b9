//! L10: bodies are replaced with an append, both or neither, whatever moment it is interrupted at; and nothing of them is left.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use servanda::log::{
    Append, AppendError, BODY_BYTES_MAX, COMMIT_BYTES_MAX, Draft, EventLog, Heard, InvalidAppend, Position,
    REPLACED_MAX, Recorded, Replacement, StreamVersion, ViewStore,
};
use tempfile::TempDir;

use crate::child::replacing;
use crate::damage::{copy, files, sled_of};
use crate::given::{Bench, commit, everything, open, recorded, stream};

laws! {
    l10_bodies_are_replaced_and_everything_else_stays,
    l10_a_refused_replacement_changes_nothing,
    l10_the_same_command_again_replaces_nothing,
    l10_views_are_absent_afterwards,
    l10_writers_and_readers_go_on_meanwhile,
}

/// What is to be found nowhere afterwards: long enough to be no chance, and not to be compressed away.
const SECRET: &[u8] = b"Q7x-the-name-of-a-person-9fK2";
pub(crate) const INSTEAD: &[u8] = b"taken out";

fn deaf() -> Heard {
    Arc::new(|_, _| ())
}

fn instead(position: u64) -> Replacement {
    Replacement { position: Position::new(position), body: INSTEAD.to_vec() }
}

/// Thirty commits of three events to three streams, half of them in one group; every fourth body holds the secret.
async fn filled(log: &dyn EventLog) -> Vec<Recorded> {
    let mut all = Vec::new();
    let make = |number: u64| {
        let mut one = commit(u128::from(number % 3), number / 3 * 3, 3);
        for (event, at) in one.events.iter_mut().zip(number * 3..) {
            if at % 4 == 1 {
                event.body = [b"body ".as_slice(), SECRET, at.to_string().as_bytes()].concat();
            }
        }
        one
    };
    for number in 0..15 {
        let one = make(number);
        let receipt = log.append(one.clone()).await.unwrap();
        all.extend(recorded(&one, &receipt));
    }
    let group: Vec<Append> = (15..30).map(make).collect();
    for (one, answer) in group.iter().zip(log.append_all(group.clone()).await) {
        all.extend(recorded(one, &answer.unwrap()));
    }
    all
}

/// The commit that goes with a replacement.
fn act() -> Append {
    commit(9, 0, 1)
}

fn hidden(all: &[Recorded]) -> Vec<Replacement> {
    all.iter().filter(|event| holds(&event.body)).map(|event| instead(event.position.get())).collect()
}

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET)
}

fn without(all: &[Recorded]) -> Vec<Recorded> {
    let taken = |event: &Recorded| if holds(&event.body) { INSTEAD.to_vec() } else { event.body.clone() };
    all.iter().map(|event| Recorded { body: taken(event), ..event.clone() }).collect()
}

async fn l10_bodies_are_replaced_and_everything_else_stays(mut bench: Bench) {
    let all = filled(&*bench.events()).await;
    let receipt = bench.log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    assert_eq!((receipt.first.get(), receipt.first_seq, receipt.repeated), (90, 1, false));
    let expected = [without(&all), recorded(&act(), &receipt)].concat();
    for reopened in [false, true] {
        assert!(everything(&*bench.events()).await == expected);
        for to in 0..3 {
            let of_stream: Vec<_> = expected.iter().filter(|event| event.stream == stream(to)).cloned().collect();
            assert!(bench.log.read_stream(stream(to), 0, 999).await.unwrap() == of_stream);
            assert_eq!(bench.log.version(stream(to)).await.unwrap().get(), 30);
        }
        for event in &expected {
            let found = bench.log.find(event.command).await.unwrap().unwrap();
            assert!(found.first <= event.position && event.position < found.end());
        }
        if !bench.keeps || reopened {
            break;
        }
        bench.reopen().await;
    }
    let after = bench.log.append(commit(2, 30, 2)).await.unwrap();
    assert_eq!((after.first.get(), after.first_seq), (91, 31));
}

async fn l10_a_refused_replacement_changes_nothing(bench: Bench) {
    let all = filled(&*bench.events()).await;
    let replaced = hidden(&all);
    let late = Append { recorded_at: -1, ..act() };
    let conflicting = Append { expected: StreamVersion::new(3), ..act() };
    let elsewhere = Append { expected_end: Some(Position::new(89)), ..act() };
    for refused in [late, conflicting, elsewhere, commit(9, 0, 0)] {
        bench.log.append_replacing(refused, replaced.clone(), deaf()).await.unwrap_err();
    }
    let too_long = Replacement { position: Position::new(1), body: vec![1; BODY_BYTES_MAX + 1] };
    let long = |position| Replacement { position: Position::new(position), body: vec![1; COMMIT_BYTES_MAX / 2] };
    let wrong = [
        vec![instead(90)],
        vec![instead(4), instead(5), instead(4)],
        vec![too_long],
        vec![long(3), long(4)],
        (0..=REPLACED_MAX as u64).map(instead).collect(),
    ];
    for replaced in wrong {
        let refused = bench.log.append_replacing(act(), replaced, deaf()).await;
        assert!(matches!(refused, Err(AppendError::Invalid(InvalidAppend::Replacement { .. }))), "{refused:?}");
    }
    assert!(everything(&*bench.events()).await == all);
    assert_eq!(bench.log.find(act().command).await.unwrap(), None);
    bench.log.append_replacing(act(), replaced, deaf()).await.unwrap();
}

async fn l10_the_same_command_again_replaces_nothing(bench: Bench) {
    let all = filled(&*bench.events()).await;
    let first = bench.log.append_replacing(act(), vec![instead(1)], deaf()).await.unwrap();
    let again = bench.log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.first, again.count), (first.first, first.count));
    let now = everything(&*bench.events()).await;
    assert_eq!(now[1].body, INSTEAD);
    assert!(now[2..90] == all[2..]);
}

async fn l10_views_are_absent_afterwards(bench: Bench) {
    let all = filled(&*bench.events()).await;
    let entry = |key: &[u8]| (key.to_vec(), Some(SECRET.to_vec()));
    bench.log.put("words", Position::new(9), vec![entry(b"a"), entry(b"b")]).await.unwrap();
    bench.log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    assert_eq!(bench.log.position("words").await.unwrap(), None);
    assert_eq!(bench.log.get("words", b"a").await.unwrap(), None);
    assert_eq!(bench.log.scan("words").await.unwrap(), vec![]);
    bench.log.put("words", Position::new(91), vec![entry(b"c")]).await.unwrap();
    assert_eq!(bench.log.scan("words").await.unwrap().len(), 1);
}

async fn l10_writers_and_readers_go_on_meanwhile(bench: Bench) {
    let all = filled(&*bench.events()).await;
    let log = bench.events();
    let writers = (20..24_u128).map(|to| {
        let log = log.clone();
        tokio::spawn(async move {
            for version in 0..25 {
                log.append(commit(to, version, 1)).await.unwrap();
                assert!(log.read_stream(stream(to), 0, 99).await.unwrap().len() as u64 == version + 1);
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    bench.log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    let now = everything(&*log).await;
    assert_eq!(now.len(), 90 + 1 + 100);
    assert!(now[..90] == without(&all));
    assert!(now.iter().zip(0..).all(|(event, at)| event.position.get() == at));
}

/// Every value of the store's engine, and what becomes of the compressed ones; and every byte of every file.
fn kept(store: &Path) -> Vec<Vec<u8>> {
    let raw: Vec<Vec<u8>> = files(store).into_values().collect();
    let mut found: Vec<Vec<u8>> = raw.clone();
    for bytes in &raw {
        // A compressed segment begins with this, whether it is still in use or not.
        let begins = bytes.windows(4).enumerate().filter(|(_, window)| *window == [0x28, 0xb5, 0x2f, 0xfd]);
        for (at, _) in begins {
            let mut out = Vec::new();
            let Ok(mut decoder) = zstd::Decoder::new(&bytes[at..]) else { continue };
            let mut page = [0; 512];
            while let Ok(read @ 1..) = decoder.read(&mut page) {
                out.extend_from_slice(&page[..read]);
            }
            found.push(out);
        }
    }
    let copied = TempDir::new().unwrap();
    copy(store, &copied.path().join("store"));
    let mut segments: std::collections::BTreeMap<Vec<u8>, Vec<u8>> = std::collections::BTreeMap::new();
    for entry in sled_of(&copied.path().join("store")).iter() {
        let (key, value) = entry.unwrap();
        if key[0] == b'c' {
            segments.entry(key[..9].to_vec()).or_default().extend_from_slice(&value[14..value.len() - 16]);
        }
        found.push(value.to_vec());
    }
    found.extend(segments.values().map(|segment| zstd::decode_all(&segment[20..]).unwrap()));
    found
}

#[tokio::test]
async fn l10_no_byte_is_left_in_the_stores_files() {
    for sealed in [false, true] {
        let dir = TempDir::new().unwrap();
        let store = dir.path().join("store");
        let log = open(&store).unwrap();
        let all = filled(&log).await;
        log.put("words", Position::new(9), vec![(b"a".to_vec(), Some(SECRET.to_vec()))]).await.unwrap();
        if sealed {
            // More than the tail takes: what was in it is in segments from then on.
            let group = (1000..1300).map(|to| commit(to, 0, 1)).collect();
            log.append_all(group).await.into_iter().for_each(|answer| assert!(answer.is_ok()));
            log.close().await.unwrap();
            assert!(kept(&store).iter().any(|bytes| holds(bytes)), "it is found where it is");
        }
        let log = if sealed { open(&store).unwrap() } else { log };
        log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
        assert!(!files(&store).values().any(|bytes| holds(bytes)), "not even while it is open");
        log.close().await.unwrap();
        assert!(!kept(&store).iter().any(|bytes| holds(bytes)));
        let expected = ["lock", "log", "witness"];
        let mut names: Vec<_> = fs::read_dir(&store).unwrap().map(|it| it.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, expected);
        assert!(everything(&open(&store).unwrap()).await[..90] == without(&all));
    }
}

#[tokio::test]
async fn l10_whoever_waits_hears_how_far_it_is() {
    let dir = TempDir::new().unwrap();
    let log = open(&dir.path().join("store")).unwrap();
    filled(&log).await;
    let (far, of) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let told = (far.clone(), of.clone());
    let heard: Heard = Arc::new(move |done, all| {
        assert!(told.0.swap(done, Ordering::SeqCst) <= done);
        told.1.store(all, Ordering::SeqCst);
    });
    log.append_replacing(act(), vec![instead(1)], heard).await.unwrap();
    assert_eq!((far.load(Ordering::SeqCst), of.load(Ordering::SeqCst)), (90, 90));
}

#[tokio::test]
async fn l8_l10_what_fails_before_it_is_decided_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    let all = filled(&log).await;
    // Where the new files are to be, something is in the way.
    fs::write(store.join("log.new"), "x").unwrap();
    let failed = log.append_replacing(act(), hidden(&all), deaf()).await;
    assert!(matches!(failed, Err(AppendError::Storage { .. })), "{failed:?}");
    assert!(everything(&log).await == all);
    let receipt = log.append(commit(3, 0, 1)).await.unwrap();
    assert_eq!(receipt.first.get(), 90);
    fs::remove_file(store.join("log.new")).unwrap();
    log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    assert!(everything(&log).await[..90] == without(&all));
}

/// What a store holds at a moment of a replacement, made of the store before it and after it.
struct Moment {
    what: &'static str,
    make: fn(store: &Path, before: &Path, after: &Path),
    /// Whether it was decided by then.
    decided: bool,
}

fn witness(from: &Path, to: &Path) {
    fs::copy(from.join("witness"), to).unwrap();
}

const MOMENTS: [Moment; 8] = [
    Moment {
        what: "the new log is half written",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log"));
            copy(&after.join("log"), &store.join("log.new"));
            let db = fs::File::options().write(true).open(store.join("log.new/db")).unwrap();
            db.set_len(db.metadata().unwrap().len() / 3).unwrap();
            witness(before, &store.join("witness"));
        },
        decided: false,
    },
    Moment {
        what: "the new log and its witness are written",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log"));
            copy(&after.join("log"), &store.join("log.new"));
            witness(before, &store.join("witness"));
            witness(after, &store.join("witness.next"));
        },
        decided: false,
    },
    Moment {
        what: "it is decided",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log"));
            copy(&after.join("log"), &store.join("log.next"));
            witness(before, &store.join("witness"));
            witness(after, &store.join("witness.next"));
        },
        decided: true,
    },
    Moment {
        what: "the old log is out of the way",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log.gone"));
            copy(&after.join("log"), &store.join("log.next"));
            witness(before, &store.join("witness"));
            witness(after, &store.join("witness.next"));
        },
        decided: true,
    },
    Moment {
        what: "the witness is the new one",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log.gone"));
            copy(&after.join("log"), &store.join("log.next"));
            witness(after, &store.join("witness"));
        },
        decided: true,
    },
    Moment {
        what: "the new log is in its place",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log.gone"));
            copy(&after.join("log"), &store.join("log"));
            witness(after, &store.join("witness"));
        },
        decided: true,
    },
    Moment {
        what: "the old log is half removed",
        make: |store, before, after| {
            copy(&before.join("log"), &store.join("log.gone"));
            fs::remove_file(store.join("log.gone/conf")).unwrap();
            copy(&after.join("log"), &store.join("log"));
            witness(after, &store.join("witness"));
        },
        decided: true,
    },
    Moment {
        what: "all is done",
        make: |store, _, after| {
            copy(&after.join("log"), &store.join("log"));
            witness(after, &store.join("witness"));
        },
        decided: true,
    },
];

#[tokio::test]
async fn l10_interrupted_anywhere_it_is_as_before_or_as_after() {
    let dir = TempDir::new().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    let log = open(&before).unwrap();
    let all = filled(&log).await;
    log.close().await.unwrap();
    copy(&before, &after);
    let log = open(&after).unwrap();
    log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
    let done = everything(&log).await;
    log.close().await.unwrap();
    for moment in MOMENTS {
        let store = dir.path().join("store");
        fs::create_dir(&store).unwrap();
        (moment.make)(&store, &before, &after);
        let log = open(&store).unwrap_or_else(|error| panic!("{}: {error}", moment.what));
        let found = everything(&log).await;
        assert!(found == if moment.decided { &done[..] } else { &all[..] }, "{}", moment.what);
        log.close().await.unwrap();
        for rest in ["log.old", "log.new", "log.gone", "log.next", "log.probe", "witness.next"] {
            assert!(!store.join(rest).exists(), "{}: {rest} is left", moment.what);
        }
        assert_eq!(kept(&store).iter().any(|bytes| holds(bytes)), !moment.decided, "{}", moment.what);
        // Whichever it is, it goes on from there.
        let log = open(&store).unwrap();
        let again = log.append_replacing(act(), hidden(&all), deaf()).await.unwrap();
        assert_eq!(again.repeated, moment.decided, "{}", moment.what);
        assert!(everything(&log).await == done, "{}", moment.what);
        drop(log);
        fs::remove_dir_all(&store).unwrap();
    }
}

/// How often to kill, where `SERVANDA_SOAK` does not say otherwise.
const KILLS: u64 = 12;

/// How many bodies the killed process replaces.
pub(crate) const REPLACED: usize = 900;

/// The events of which the killed process replaces some, and what stands in them.
pub(crate) fn large() -> Vec<Append> {
    let make = |number: u64| {
        let mut one = commit(u128::from(100 + number % 50), number / 50, 1);
        let seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let noise = (0..400_u64).map(|at| (seed.rotate_left((at % 64) as u32) ^ at) as u8);
        one.events = vec![Draft { header: vec![1, 2], body: noise.chain(SECRET.iter().copied()).collect() }];
        one
    };
    (0..4_000).map(make).collect()
}

/// What the killed process does.
pub(crate) async fn replace_large(log: &dyn EventLog) {
    let replaced = (0..REPLACED as u64).map(|at| instead(at * 4)).collect();
    log.append_replacing(act(), replaced, deaf()).await.unwrap();
}

#[test]
fn l10_a_process_that_is_killed_meanwhile_leaves_the_one_or_the_other() {
    let kills = std::env::var("SERVANDA_SOAK").map_or(KILLS, |soak| soak.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = TempDir::new().unwrap();
    let whole = dir.path().join("whole");
    let log = open(&whole).unwrap();
    assert!(runtime.block_on(log.append_all(large())).iter().all(Result::is_ok));
    runtime.block_on(log.close()).unwrap();
    let (mut undone, mut done) = (0, 0);
    let mut takes = Duration::ZERO;
    for kill in 0..kills {
        let store = dir.path().join("store");
        copy(&whole, &store);
        let mut child = replacing(&store).spawn().unwrap();
        let patience = std::time::Instant::now();
        while !store.join("log.new").exists() && patience.elapsed().as_secs() < 20 {
            std::thread::sleep(Duration::from_micros(200));
        }
        // Spread over the work without a random number: by a prime of thousandths of what the first took, which is left to its end.
        let begun = std::time::Instant::now();
        if kill > 0 {
            std::thread::sleep(takes * (kill as u32 * 389 % 1_000) / 1_000);
            child.kill().unwrap();
        }
        child.wait().unwrap();
        if kill == 0 {
            takes = begun.elapsed();
        }
        let log = open(&store).unwrap();
        let found = runtime.block_on(everything(&log));
        assert!(found.len() == 4_000 || found.len() == 4_001, "kill {kill}: {}", found.len());
        let replaced = found.iter().filter(|event| event.body == INSTEAD).count();
        assert_eq!(replaced, if found.len() == 4_001 { 900 } else { 0 }, "kill {kill}");
        if found.len() == 4_001 {
            done += 1;
        } else {
            undone += 1;
        }
        drop(log);
        for rest in ["log.new", "log.gone", "log.next", "witness.next"] {
            assert!(!store.join(rest).exists(), "kill {kill}: {rest} is left");
        }
        fs::remove_dir_all(&store).unwrap();
    }
    println!("{kills} kills: {undone} replacements were not begun, {done} were finished");
    assert!(done > 0 && undone + done == kills);
}
