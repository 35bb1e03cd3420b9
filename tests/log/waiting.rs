//! Sixteen writers at once, whose commits share flushes, killed: each finds all that it was told of, and nothing by half.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use servanda::log::{Append, EventLog, Recorded, StreamVersion};
use tokio::runtime::{Builder, Runtime};

use crate::child::{STORE, acknowledged, dressed, events};
use crate::crash::killed;
use crate::given::{command, open, stream};

/// How many write at once.
const WRITERS: u64 = 16;

/// The file beside the store where each says what was acknowledged to it, one number a line.
const ACKNOWLEDGED: &str = "acknowledged";

fn writing(store: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    dressed(&mut child, "waiting::write_until_they_are_killed", store, 0);
    child
}

/// Commit number n is the next of writer n mod 16, to a stream of its own.
fn commit(number: u64, version: u64) -> Append {
    Append {
        command: command(u128::from(number)),
        stream: stream(u128::from(number % WRITERS)),
        expected: StreamVersion::new(version),
        expected_end: None,
        recorded_at: 0,
        events: events(number),
    }
}

/// What a writer left: the numbers of its commits are the first ones of its own, whole; returns how many.
async fn left(log: &dyn EventLog, of: u64) -> u64 {
    let all: Vec<Recorded> = log.read_stream(stream(u128::from(of)), 0, usize::MAX).await.unwrap();
    let (mut rest, mut number) = (all.as_slice(), of);
    while !rest.is_empty() {
        let expected = events(number);
        assert!(rest.len() >= expected.len(), "commit {number} is there by half");
        let (own, behind) = rest.split_at(expected.len());
        for (event, draft) in own.iter().zip(&expected) {
            assert_eq!(event.command, command(u128::from(number)));
            assert!(event.header == draft.header && event.body == draft.body, "commit {number} is another");
            assert_eq!(event.position.get() - own[0].position.get(), event.seq - own[0].seq, "it lies together");
        }
        let receipt = log.find(command(u128::from(number))).await.unwrap().unwrap();
        assert_eq!((receipt.first, receipt.count as usize), (own[0].position, expected.len()));
        (rest, number) = (behind, number + WRITERS);
    }
    assert_eq!(log.version(stream(u128::from(of))).await.unwrap().get(), all.len() as u64);
    number / WRITERS
}

#[test]
fn l1_l2_sixteen_writers_that_are_killed_lose_nothing_that_they_were_told_of() {
    let runtime = Runtime::new().unwrap();
    let count = killed(writing, |store, _| {
        let acknowledged = acknowledged(store);
        let log = open(store).unwrap();
        let mut found = 0;
        for of in 0..WRITERS {
            let left = runtime.block_on(left(&log, of));
            let told = acknowledged.iter().filter(|number| *number % WRITERS == of).max();
            let told = told.map_or(0, |last| last / WRITERS + 1);
            assert!(left >= told, "writer {of} was told of {told} commits, {left} are there");
            found += left;
        }
        (acknowledged.len() as u64, found)
    });
    // What was durable, and nobody was told of yet.
    let untold = count.found - count.acknowledged;
    println!("{WRITERS} writers, {count:?}; {untold} commits were there, and their writers not told of them yet");
}

#[test]
#[ignore = "it is the other process of the test above"]
fn write_until_they_are_killed() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let store = Path::new(&store);
    let told = store.with_file_name(ACKNOWLEDGED);
    let log = Arc::new(open(store).unwrap());
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap().block_on(async {
        let writers = (0..WRITERS).map(|of| {
            let log = Arc::clone(&log);
            let mut out = std::fs::OpenOptions::new().append(true).create(true).open(&told).unwrap();
            tokio::spawn(async move {
                let mut version = log.version(stream(u128::from(of))).await.unwrap().get();
                let mut number = of + WRITERS * left(&*log, of).await;
                loop {
                    let one = commit(number, version);
                    version += one.events.len() as u64;
                    log.append(one).await.unwrap();
                    out.write_all(format!("{number}\n").as_bytes()).unwrap();
                    number += WRITERS;
                }
            })
        });
        // None of them ends but by failing.
        let (failed, ..) = futures::future::select_all(writers).await;
        failed.unwrap();
    });
}
