//! The tail is sealed into segments, and the indexes lag behind: neither is seen from outside, whatever ends the process.

use std::path::Path;
use std::sync::Arc;

use servanda::log::{Append, EventLog, Position, Receipt, Recorded, StreamVersion};
use tempfile::TempDir;

use crate::damage::copy;
use crate::given::{Backend, command, commit, everything, open, recorded, stream};

/// A commit whose bytes cannot be compressed, so that a segment fills many chunks.
fn noisy(number: u64, to: u128, version: u64, bytes: usize) -> Append {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut one = commit(to, version, 1);
    one.command = command(u128::from(number) << 64 | 7);
    one.events[0].body = (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect();
    one
}

/// Checks that a log holds these events, and finds each by its stream and its command.
async fn holds(log: &dyn Backend, expected: &[Recorded]) {
    assert!(everything(log).await == expected);
    let mut streams: Vec<_> = expected.iter().map(|event| event.stream).collect();
    streams.sort_unstable();
    streams.dedup();
    for to in streams {
        let of_stream: Vec<_> = expected.iter().filter(|event| event.stream == to).cloned().collect();
        assert!(log.read_stream(to, 0, usize::MAX).await.unwrap() == of_stream);
        assert_eq!(log.version(to).await.unwrap().get(), of_stream.len() as u64);
    }
    let commands: Vec<_> = expected.iter().map(|event| event.command).collect();
    let found = log.find_many(commands).await.unwrap();
    for (event, receipt) in expected.iter().zip(found) {
        let receipt = receipt.unwrap();
        assert!(receipt.first <= event.position && event.position < receipt.end());
    }
}

fn taken(expected: &mut Vec<Recorded>, commits: &[Append], receipts: impl IntoIterator<Item = Receipt>) {
    for (one, receipt) in commits.iter().zip(receipts) {
        expected.extend(recorded(one, &receipt));
    }
}

/// What a killed process would leave: the files of an open store, copied.
fn killed(path: &Path) -> (TempDir, Arc<dyn Backend>) {
    let dir = TempDir::new().unwrap();
    copy(path, &dir.path().join("store"));
    let log = open(&dir.path().join("store")).unwrap();
    (dir, Arc::new(log))
}

fn blobs(path: &Path) -> usize {
    std::fs::read_dir(path.join("log/blobs")).unwrap().count()
}

#[tokio::test]
async fn single_commits_around_a_seal_survive_closing_and_killing() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let mut log = open(&path).unwrap();
    let mut expected = Vec::new();
    for number in 0..530_u64 {
        let one = commit(u128::from(number % 5), number / 5, 1);
        let receipt = log.append(one.clone()).await.unwrap();
        taken(&mut expected, &[one], [receipt]);
        if [254, 255, 256, 257, 258, 512, 513].contains(&number) {
            let (_dir, copied) = killed(&path);
            holds(&*copied, &expected).await;
        }
        if [100, 256, 514].contains(&number) {
            log.close().await.unwrap();
            log = open(&path).unwrap();
            holds(&log, &expected).await;
        }
    }
    holds(&log, &expected).await;
}

#[tokio::test]
async fn a_tail_of_few_large_commits_is_sealed_too() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    let mut expected = Vec::new();
    for number in 0..24_u64 {
        let bytes = [10, 100_000, 131_000, 300_000, 2_000_000][usize::try_from(number).unwrap() % 5];
        let one = noisy(number, 1, number, bytes);
        let receipt = log.append(one.clone()).await.unwrap();
        taken(&mut expected, &[one], [receipt]);
        if number % 6 == 5 {
            let (_dir, copied) = killed(&path);
            holds(&*copied, &expected).await;
        }
    }
    holds(&log, &expected).await;
    assert_eq!(blobs(&path), 0);
}

#[tokio::test]
async fn groups_of_every_size_come_back_and_no_blob_file_appears() {
    for bytes in [1, 300, 5_900, 70_000] {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("store");
        let log = open(&path).unwrap();
        let (mut expected, mut number) = (Vec::new(), 0);
        for size in [1, 2, 40, 255, 256, 257, 1_100, 3] {
            let size = if bytes > 6_000 { size / 10 + 1 } else { size };
            let group: Vec<_> = (0..size)
                .map(|at| noisy(number + at, u128::from((number + at) % 300), (number + at) / 300, bytes))
                .collect();
            let answers = log.append_all(group.clone()).await;
            taken(&mut expected, &group, answers.into_iter().map(Result::unwrap));
            number += size;
        }
        holds(&log, &expected).await;
        let (_dir, copied) = killed(&path);
        holds(&*copied, &expected).await;
        log.close().await.unwrap();
        holds(&open(&path).unwrap(), &expected).await;
        assert_eq!(blobs(&path), 0);
    }
}

#[tokio::test]
async fn one_group_of_many_megabytes_is_written_whole() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    let first = log.append(commit(900, 0, 3)).await.unwrap();
    let mut expected = recorded(&commit(900, 0, 3), &first);
    let group: Vec<_> = (0..100).map(|number| noisy(number, u128::from(number), 0, 200_000)).collect();
    let answers = log.append_all(group.clone()).await;
    taken(&mut expected, &group, answers.into_iter().map(Result::unwrap));
    holds(&log, &expected).await;
    let (_dir, copied) = killed(&path);
    holds(&*copied, &expected).await;
    assert_eq!(blobs(&path), 0);
}

#[tokio::test]
async fn indexes_that_lag_are_caught_up_after_a_kill() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    let mut expected = Vec::new();
    // The first groups are merged into the indexes as they come, later ones stay outside for a while.
    for round in 0..9_u64 {
        let group: Vec<_> = (0..700).map(|to| commit(to % 350, round * 2 + u64::from(to >= 350), 1)).collect();
        let answers = log.append_all(group.clone()).await;
        taken(&mut expected, &group, answers.into_iter().map(Result::unwrap));
        let (copied, store) = killed(&path);
        holds(&*store, &expected).await;
        store.close().await.unwrap();
        holds(&open(&copied.path().join("store")).unwrap(), &expected).await;
    }
}

#[tokio::test]
async fn a_stream_of_thousands_of_commits_is_read_from_any_place() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let mut log = open(&path).unwrap();
    let mut expected = Vec::new();
    for round in 0..7_u64 {
        let group: Vec<_> = (0..500).map(|at| commit(1, (round * 500 + at) * 2, 2)).collect();
        let answers = log.append_all(group.clone()).await;
        taken(&mut expected, &group, answers.into_iter().map(Result::unwrap));
        log.append(commit(2, round, 1)).await.unwrap();
        log.close().await.unwrap();
        log = open(&path).unwrap();
    }
    for after in (0..7_010_usize).step_by(211).chain([2047, 2048, 2049, 4096, 6999]) {
        for limit in [1, 2, 3, 1000] {
            let page = log.read_stream(stream(1), after as u64, limit).await.unwrap();
            let rest = &expected[after.min(7_000)..];
            assert!(page == rest[..limit.min(rest.len())], "{limit} after {after}");
        }
    }
    assert_eq!(log.version(stream(1)).await.unwrap(), StreamVersion::new(7_000));
}

#[tokio::test]
async fn readers_and_writers_meet_at_seals_and_merges() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(open(&dir.path().join("store")).unwrap());
    let reading = |seed: u64| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let mut seen = 0;
            while seen < 6_000 {
                let end = log.end().await.unwrap().get();
                let from = end.saturating_sub(300 + seed);
                let page = log.read(Position::new(from), 2_000).await.unwrap();
                assert!(page.len() as u64 >= end - from);
                assert!(page.iter().zip(from..).all(|(event, at)| event.position.get() == at));
                if let Some(event) = page.first() {
                    let of_stream = log.read_stream(event.stream, 0, 9_999).await.unwrap();
                    assert!(of_stream.contains(event));
                    assert!(log.version(event.stream).await.unwrap().get() >= event.seq);
                    assert!(log.find(event.command).await.unwrap().is_some());
                }
                seen = end;
            }
        })
    };
    let readers = [reading(0), reading(17), reading(900)];
    for round in 0..60_u64 {
        if round % 3 == 0 {
            for to in 0..20 {
                log.append(commit(to, round / 3, 1)).await.unwrap();
            }
        }
        let group = (0..93).map(|to| commit(1_000 + to, round, 1)).collect();
        for answer in log.append_all(group).await {
            answer.unwrap();
        }
        tokio::task::yield_now().await;
    }
    let rest = (0..600).map(|to| commit(9_000 + to, 0, 1)).collect();
    for answer in log.append_all(rest).await {
        answer.unwrap();
    }
    let last = futures::future::join_all(readers);
    tokio::time::timeout(std::time::Duration::from_mins(1), last).await.unwrap().into_iter().for_each(|it| it.unwrap());
}

#[tokio::test]
async fn who_wrote_much_leaves_a_store_that_opens_quickly() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    let group: Vec<_> = (0..90).map(|number| noisy(number, u128::from(number), 0, 250_000)).collect();
    let mut expected = Vec::new();
    let answers = log.append_all(group.clone()).await;
    taken(&mut expected, &group, answers.into_iter().map(Result::unwrap));
    log.close().await.unwrap();
    let names = std::fs::read_dir(path.join("log")).unwrap().map(|entry| entry.unwrap().file_name());
    let snapshots = names.filter(|name| name.to_string_lossy().starts_with("snap.")).count();
    assert_eq!(snapshots, 1, "sled's index of its file is there before the next opening");
    holds(&open(&path).unwrap(), &expected).await;
}
