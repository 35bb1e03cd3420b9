//! What a durable append costs beside a raw one: write, then `fdatasync`.
//!
//! Rounds of both alternate in one run, and medians are compared: on a noisy machine only the ratios mean something.
//! Run with `cargo bench --bench append`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench asks the clock and prints its table")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use servanda::log::{Append, CommandId, Draft, EventLog, OpenOptions, SledLog, StreamId, StreamVersion};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The events of the measurements that decided the layout.
const EVENT_BYTES: usize = 467;
/// The header's part of it.
const HEADER_BYTES: usize = 300;
/// Streams that the events are spread over.
const STREAMS: u64 = 200;

struct Source {
    versions: Vec<u64>,
    made: u64,
}

impl Source {
    fn commits(&mut self, count: usize) -> Vec<Append> {
        (0..count).map(|_| self.commit()).collect()
    }

    fn commit(&mut self) -> Append {
        let to = self.made * 7919 % STREAMS;
        let index = usize::try_from(to).expect("there are 200 streams");
        let version = self.versions[index];
        self.versions[index] += 1;
        self.made += 1;
        // Scattered as version 4 ids are, so that the index is not flattered.
        let command = u128::from(self.made).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        Append {
            command: CommandId::new(Uuid::from_u128(command)),
            stream: StreamId::new(Uuid::from_u128(u128::from(to))),
            expected: StreamVersion::new(version),
            expected_end: None,
            recorded_at: 0,
            events: vec![Draft { header: vec![b'h'; HEADER_BYTES], body: vec![b'b'; EVENT_BYTES - HEADER_BYTES] }],
        }
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Returns the time that a part of the rounds stayed below.
fn quantile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[times.len() * percent / 100]
}

fn row(name: &str, mut ours: Vec<Duration>, mut raw: Vec<Duration>) {
    let (middle, raw_middle) = (quantile(&mut ours, 50), quantile(&mut raw, 50));
    let (quiet, raw_quiet) = (quantile(&mut ours, 10), quantile(&mut raw, 10));
    println!(
        "{name:<26} {:>9.0} µs {:>9.0} µs {:>7.2} × {:>9.2} ×",
        micros(middle),
        micros(raw_middle),
        micros(middle) / micros(raw_middle),
        micros(quiet) / micros(raw_quiet),
    );
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn open(dir: &Path) -> SledLog {
    let options =
        OpenOptions { wait: Duration::from_secs(5), holder: "bench".to_owned(), since: String::new(), create: true };
    SledLog::open(dir, &options).expect("the store opens")
}

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let dir = tempfile::tempdir().expect("there is room");
    let mut raw = File::create(dir.path().join("raw")).expect("there is room");
    let mut append_raw = |events: usize| {
        raw.write_all(&vec![b'r'; EVENT_BYTES * events]).expect("there is room");
        raw.sync_data().expect("the disk works");
    };
    let mut source = Source { versions: vec![0; usize::try_from(STREAMS).expect("200")], made: 0 };
    let store = dir.path().join("store");
    let log = std::sync::Arc::new(open(&store));

    println!("{:<26} {:>12} {:>12} {:>9} {:>11}", "median of one round", "servanda", "raw", "ratio", "quiet 10 %");
    for (group, rounds) in [(1, 400), (16, 200), (1000, 40)] {
        let (mut ours, mut raws) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let commits = source.commits(group);
            let one = commits.len() == 1;
            ours.push(timed(|| {
                runtime.block_on(async {
                    if one {
                        for commit in commits {
                            log.append(commit).await.expect("it is appended");
                        }
                    } else {
                        for answer in log.append_all(commits).await {
                            answer.expect("it is appended");
                        }
                    }
                });
            }));
            raws.push(timed(|| append_raw(group)));
        }
        row(&format!("{group} commit(s), one flush"), ours, raws);
    }

    let (mut ours, mut raws) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let commits = source.commits(16);
        ours.push(timed(|| {
            runtime.block_on(async {
                let writers = commits.into_iter().map(|commit| {
                    let log = log.clone();
                    tokio::spawn(async move { log.append(commit).await })
                });
                for writer in writers.collect::<Vec<_>>() {
                    writer.await.expect("it runs").expect("it is appended");
                }
            });
        }));
        raws.push(timed(|| append_raw(16)));
    }
    row("16 simultaneous writers", ours, raws);
    runtime.block_on(log.close()).expect("it closes");
    drop(log);

    let (mut ours, mut raws) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        let commit = source.commit();
        ours.push(timed(|| {
            let log = open(&store);
            runtime.block_on(log.append(commit)).expect("it is appended");
            runtime.block_on(log.close()).expect("it closes");
        }));
        raws.push(timed(|| append_raw(1)));
    }
    row("open, 1 commit, close", ours, raws);
}
