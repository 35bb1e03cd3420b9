//! A store is written anew when it is closed: it holds what it held, in shorter files, whatever moment that is interrupted at.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use servanda::log::{Append, AppendError, Draft, EventLog, Position, Recorded, ViewStore};
use tempfile::TempDir;

use crate::damage::sled_of;
use crate::given::{Bench, commit, everything, open, recorded, stream};
use crate::replacing::large;

laws! {
    a_log_that_was_compacted_holds_what_it_held,
}

/// What a closed store consists of.
const NAMES: [&str; 3] = ["lock", "log", "witness"];

fn names(store: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(store).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn length(store: &Path) -> u64 {
    fs::metadata(store.join("log/db")).unwrap().len()
}

/// Commits of one event each, of bytes that cannot be packed.
fn noise(from: u64, count: u64, bytes: usize) -> Vec<Append> {
    let mut state = from.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let make = |number: u64| {
        let mut one = commit(u128::from(10_000 + number), 0, 1);
        one.events = vec![Draft { header: vec![1], body: (0..bytes).map(|_| next()).collect() }];
        one
    };
    (from..from + count).map(make).collect()
}

async fn a_log_that_was_compacted_holds_what_it_held(mut bench: Bench) {
    // A log without anything in it as well.
    bench.log.compact();
    bench.reopen().await;
    let mut all: Vec<Recorded> = Vec::new();
    for group in [large()[..600].to_vec(), vec![commit(2, 0, 3)], vec![commit(2, 3, 1)]] {
        for (one, answer) in group.iter().zip(bench.log.append_all(group.clone()).await) {
            all.extend(recorded(one, &answer.unwrap()));
        }
    }
    let end = Position::new(all.len() as u64);
    let row = |number: u32| (number.to_be_bytes().to_vec(), Some(vec![number as u8; 60]));
    bench.log.put("pages", end, (0..4_000).map(row).collect()).await.unwrap();
    // A key that is another one with a zero behind it.
    let few = [vec![7], vec![7, 0], vec![7, 0, 0]].map(|key| (key.clone(), Some(key))).to_vec();
    bench.log.put("overlay", end, few.clone()).await.unwrap();
    bench.log.compact();
    bench.reopen().await;
    if !bench.keeps {
        return;
    }
    assert!(everything(&*bench.events()).await == all);
    assert_eq!(bench.log.read_stream(stream(2), 0, 9).await.unwrap().len(), 4);
    for event in all.iter().step_by(37) {
        let found = bench.log.find(event.command).await.unwrap().unwrap();
        assert!(found.first <= event.position && event.position < found.end());
    }
    assert_eq!(bench.log.position("pages").await.unwrap(), Some(end));
    let pages: Vec<_> = (0..4_000).map(row).map(|(key, value)| (key, value.unwrap())).collect();
    assert!(bench.log.scan("pages").await.unwrap() == pages);
    let few: Vec<_> = few.into_iter().map(|(key, value)| (key, value.unwrap())).collect();
    assert!(bench.log.scan("overlay").await.unwrap() == few);
    let receipt = bench.log.append(commit(2, 4, 1)).await.unwrap();
    assert_eq!(receipt.first, end);
    bench.reopen().await;
    assert_eq!(everything(&*bench.events()).await.len(), all.len() + 1);
}

#[tokio::test]
async fn a_store_that_has_more_than_doubled_is_dense_when_it_is_closed() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    let mut events = Vec::new();
    for part in 0..6 {
        let part = noise(part * 200, 200, 20_000);
        events.extend(part.iter().map(|one| one.events[0].body.clone()));
        assert!(log.append_all(part).await.iter().all(Result::is_ok));
    }
    let open_length = length(&store);
    log.close().await.unwrap();
    let bytes = events.iter().map(|body| body.len() as u64).sum::<u64>();
    assert!(length(&store) < bytes + bytes * 2 / 5, "{bytes} bytes are in {}, were in {open_length}", length(&store));
    assert!(open_length > bytes + bytes * 3 / 5, "{bytes} bytes were in {open_length}");
    assert_eq!(names(&store), NAMES);
    let log = open(&store).unwrap();
    assert!(everything(&log).await.iter().map(|event| &event.body).eq(&events));
    // A little more leaves it as it is.
    assert!(log.append_all(noise(5_000, 50, 20_000)).await.iter().all(Result::is_ok));
    let before = fs::metadata(store.join("log/conf")).unwrap().modified().unwrap();
    log.close().await.unwrap();
    assert_eq!(fs::metadata(store.join("log/conf")).unwrap().modified().unwrap(), before, "its files are the same");
    assert_eq!(everything(&open(&store).unwrap()).await.len(), 1_250);
}

#[tokio::test]
async fn a_long_store_is_dense_after_a_view_was_made_anew() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    assert!(log.append_all(noise(0, 1_000, 20_000)).await.iter().all(Result::is_ok));
    let end = Position::new(1_000);
    let rows = |from: u32| (from..from + 2_000).map(|row| (row.to_be_bytes().to_vec(), Some(vec![1; 400]))).collect();
    log.put("rows", end, rows(0)).await.unwrap();
    log.close().await.unwrap();
    let modified = || fs::metadata(store.join("log/conf")).unwrap().modified().unwrap();
    let written = modified();
    let log = open(&store).unwrap();
    // There is nothing of this one to take away.
    log.clear("other").await.unwrap();
    log.put("other", end, rows(0)).await.unwrap();
    log.close().await.unwrap();
    assert_eq!(modified(), written, "its files are the same");
    let log = open(&store).unwrap();
    log.clear("rows").await.unwrap();
    log.put("rows", end, rows(7)).await.unwrap();
    log.close().await.unwrap();
    assert_ne!(modified(), written, "it was written anew");
    assert_eq!(names(&store), NAMES);
    let log = open(&store).unwrap();
    let found = log.scan("rows").await.unwrap();
    assert!((found.len(), found[0].0.as_slice()) == (2_000, &7_u32.to_be_bytes()[..]));
    assert_eq!(everything(&log).await.len(), 1_000);
}

#[tokio::test]
async fn how_far_a_closing_is_that_writes_anew_is_heard_and_after_it_nothing() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    for anew in [true, false] {
        let log = open(&store).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        log.hear_closing(Arc::new(move |bytes, most| hears.lock().unwrap().push((bytes, most))));
        if anew {
            assert!(log.append_all(noise(0, 100, 20_000)).await.iter().all(Result::is_ok));
            log.compact();
        }
        log.close().await.unwrap();
        assert_eq!(Arc::strong_count(&told), 1, "who heard it is let go of, though the log is still held");
        let told = told.lock().unwrap();
        assert!(told.is_sorted() && told.iter().all(|(bytes, most)| bytes <= most), "{told:?}");
        let (first, last) = (told.first().map(|told| told.0), told.last().map_or(0, |told| told.0));
        assert_eq!(first, anew.then_some(0));
        assert_eq!(last > 100 * 20_000, anew, "{last} bytes");
    }
}

#[tokio::test]
async fn what_fails_before_it_is_decided_is_told_and_leaves_the_store_as_it_was() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    assert!(log.append_all(large()).await.iter().all(Result::is_ok));
    let all = everything(&log).await;
    // Where the new files are to be, something is in the way.
    fs::write(store.join("log.new"), "x").unwrap();
    log.compact();
    let failed = log.close().await;
    assert!(matches!(failed, Err(AppendError::Storage { .. })), "{failed:?}");
    fs::remove_file(store.join("log.new")).unwrap();
    assert_eq!(names(&store), NAMES);
    let log = open(&store).unwrap();
    assert!(everything(&log).await == all);
    log.compact();
    log.close().await.unwrap();
    assert_eq!(names(&store), NAMES);
    assert!(everything(&open(&store).unwrap()).await == all);
}

#[tokio::test]
async fn a_store_with_a_damaged_value_keeps_its_files() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    assert!(log.append_all(large()).await.iter().all(Result::is_ok));
    log.close().await.unwrap();
    let sled = sled_of(&store);
    let (key, value) = sled.scan_prefix(b"c").next().unwrap().unwrap();
    let mut broken = value.to_vec();
    broken[200] ^= 1;
    sled.insert(key, broken).unwrap();
    drop(sled);
    let log = open(&store).unwrap();
    log.compact();
    let refused = log.close().await;
    assert!(matches!(refused, Err(AppendError::Damaged { .. })), "{refused:?}");
    assert_eq!(names(&store), NAMES);
    let log = open(&store).unwrap();
    log.read(Position::START, 1).await.unwrap_err();
    assert_eq!(log.end().await.unwrap().get(), 4_000);
}
