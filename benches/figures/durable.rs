//! Recording events one by one, and sixteen at once, each durable before it is acknowledged.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use servanda::domain::command::Request;
use servanda::log::{Append, Draft, EventLog as _, Position, Recorded, SledLog, StreamVersion};
use tokio::task::JoinHandle;

use crate::peers::{Choice, Event, Peer, Peers};
use crate::process::median;
use crate::register::{Lines, NOTED_FROM};
use crate::store::{self, Open, folder};
use crate::table::{Table, long, ratio};
use crate::timing::timed;

const ROUNDS: usize = 200;
const WRITERS: usize = 16;
/// After how long no further round begins, once there are a few.
const ENOUGH: Duration = Duration::from_secs(30);
const ROUNDS_MIN: usize = 20;

/// The times of one kind of work.
type Times = Vec<Duration>;

fn request(line: Value) -> Request {
    let Value::Object(object) = line else { unreachable!("a line is an object") };
    Request::from_json(object).expect("a request")
}

fn last(open: &Open, count: usize) -> Vec<Recorded> {
    let end = open.runtime.block_on(open.log.end()).expect("it reads").get();
    let from = Position::new(end - count as u64);
    open.runtime.block_on(open.log.read(from, count)).expect("it reads")
}

/// The record once more, as the first of a stream of its own.
fn commit(record: &Recorded) -> Append {
    Append {
        command: record.command,
        stream: servanda::log::StreamId::new(record.command.get()),
        expected: StreamVersion::NONE,
        expected_end: None,
        recorded_at: record.recorded_at,
        events: vec![Draft { header: record.header.clone(), body: record.body.clone() }],
    }
}

/// All at once, each as a task of its own, as callers of a server are.
fn appended(open: &Open, log: &Arc<SledLog>, commits: Vec<Append>) {
    let one = |commit| {
        let log = Arc::clone(log);
        open.runtime.spawn(async move { log.append(commit).await.map(drop).expect("it is appended") })
    };
    awaited(open, commits.into_iter().map(one).collect());
}

fn executed(open: &Open, requests: Vec<Request>) {
    let one = |request| {
        let service = Arc::clone(&open.service);
        let execution = store::execution();
        open.runtime
            .spawn(async move { service.execute(&request, &execution).await.map(drop).expect("it is recorded") })
    };
    awaited(open, requests.into_iter().map(one).collect());
}

fn awaited(open: &Open, tasks: Vec<JoinHandle<()>>) {
    for answer in open.runtime.block_on(join_all(tasks)) {
        answer.expect("it ran to its end");
    }
}

/// The bytes of events, as a raw file keeps them.
fn bytes(records: &[Recorded]) -> Vec<u8> {
    records.iter().flat_map(|record| [record.header.as_slice(), &record.body].concat()).collect()
}

fn written(raw: &mut File, bytes: &[u8]) -> Duration {
    let write = || {
        raw.write_all(bytes).expect("there is room");
        raw.sync_data().expect("the disk works");
    };
    timed(write).0
}

/// The rounds of one number of writers.
struct Rounds {
    raw: Times,
    log: Times,
    service: Times,
    /// Of the stores in this process.
    peers: Vec<Times>,
}

/// Those of a kind, open.
fn opened(peers: &Peers, dir: &Path, programs: bool) -> Vec<Box<dyn Peer>> {
    let of_kind = peers.choices.iter().filter(|choice| choice.is_program() == programs);
    of_kind.map(|choice| choice.open(dir)).collect()
}

fn rounds(
    open: &Open,
    dir: &Path,
    peers: &Peers,
    count: usize,
    mut next: impl FnMut() -> Vec<Request>,
) -> (Rounds, Rounds) {
    let mut raw = File::create(dir.join("raw-one")).expect("there is room");
    let log = store::log(&dir.join("log-alone"));
    let mut others = opened(peers, dir, false);
    let mut times = Rounds { raw: vec![], log: vec![], service: vec![], peers: vec![Times::new(); others.len()] };
    for _ in 0..ROUNDS {
        let requests = next();
        times.service.push(timed(|| executed(open, requests)).0);
        let records = last(open, count);
        let events: Vec<Event> = records.iter().map(Event::from).collect();
        let commits = records.iter().map(commit).collect();
        times.raw.push(written(&mut raw, &bytes(&records)));
        times.log.push(timed(|| appended(open, &log, commits)).0);
        for (other, times) in others.iter_mut().zip(&mut times.peers) {
            times.push(other.append(&events));
        }
    }
    open.runtime.block_on(log.close()).expect("it closes");
    std::fs::remove_dir_all(dir.join("log-alone")).expect("it can be removed");
    drop(others);

    // Programs and the server behind them have rounds of their own, so that what they do between their answers lies on nobody else.
    let mut others = opened(peers, dir, true);
    let mut apart = Rounds { raw: vec![], log: vec![], service: vec![], peers: vec![Times::new(); others.len()] };
    let records = if others.is_empty() { Vec::new() } else { last(open, count * ROUNDS) };
    for records in records.chunks(count) {
        let events: Vec<Event> = records.iter().map(|record| Event::from(record).alone()).collect();
        apart.raw.push(written(&mut raw, &bytes(records)));
        for (other, times) in others.iter_mut().zip(&mut apart.peers) {
            if times.len() < ROUNDS_MIN || times.iter().sum::<Duration>() < ENOUGH {
                times.push(other.append(&events));
            }
        }
    }
    (times, apart)
}

/// What one round in ten stays below: what others do on the machine shows least there.
fn quiet(mut times: Times) -> Duration {
    times.sort();
    times[times.len() / 10]
}

fn rows(table: &mut Table, peers: &Peers, (times, apart): (Rounds, Rounds), what: &str, against: &str) {
    table.detail(against, "", long(median(times.raw.clone())));
    let mut row = |name: &str, times: Times, raw: &Times| {
        let rounds = if times.len() < ROUNDS { format!(", {} rounds", times.len()) } else { String::new() };
        let (time, least) = (median(times.clone()), quiet(times));
        let (raw, least_raw) = (median(raw.clone()), quiet(raw.clone()));
        let figure = format!("{}, {} (quiet: {}){rounds}", long(time), ratio(time, raw), ratio(least, least_raw));
        table.figure(name, against, figure);
    };
    row(&format!("record {what}: load, decide, hash, append, view"), times.service, &times.raw);
    row(&format!("the log alone: append {what}"), times.log, &times.raw);
    let (programs, here): (Vec<&Choice>, Vec<&Choice>) = peers.choices.iter().partition(|choice| choice.is_program());
    let here = here.into_iter().zip(times.peers).map(|(choice, of)| (choice, of, &times.raw));
    let programs = programs.into_iter().zip(apart.peers).map(|(choice, of)| (choice, of, &apart.raw));
    for (choice, times, raw) in here.chain(programs) {
        row(&format!("{}: append {what}", choice.name), times, raw);
    }
}

pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize, peers: &Peers) {
    let open = store::open(&folder(dir));
    table.heading("Recording, durable before it is acknowledged");
    let mut lines = Lines::new(1).skip(size);
    let one = rounds(&open, dir, peers, 1, || vec![request(lines.next().expect("it has no end"))]);
    rows(table, peers, one, "one event", "one raw write and fdatasync");
    let mut round = 0;
    let sixteen = rounds(&open, dir, peers, WRITERS, || {
        round += 1;
        let note = |nth: usize| {
            let reference = format!("agreement-{:06}", NOTED_FROM + nth);
            request(json!({ "command": "note", "agreement": reference, "text": format!("note {round}") }))
        };
        (0..WRITERS).map(note).collect()
    });
    rows(table, peers, sixteen, "16 at once", "one raw write of 16 events and fdatasync");
    open.close();
}
