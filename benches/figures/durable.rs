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

use crate::peers::{self, Event};
use crate::process::median;
use crate::register::{Lines, NOTED_FROM};
use crate::store::{self, Open, folder};
use crate::table::{Table, long, ratio};
use crate::timing::timed;

const ROUNDS: usize = 200;
const WRITERS: usize = 16;

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

/// All at once.
fn appended(open: &Open, log: &Arc<SledLog>, commits: Vec<Append>) {
    let answers = open.runtime.block_on(join_all(commits.into_iter().map(|commit| log.append(commit))));
    for answer in answers {
        answer.expect("it is appended");
    }
}

fn executed(open: &Open, requests: &[Request]) {
    let execution = store::execution();
    let one = |request| open.service.execute(request, &execution);
    let answers = open.runtime.block_on(join_all(requests.iter().map(one)));
    for answer in answers {
        answer.expect("it is recorded");
    }
}

/// The rounds of one number of writers.
struct Rounds {
    raw: Times,
    log: Times,
    service: Times,
    peers: Vec<Times>,
}

fn rounds(open: &Open, dir: &Path, count: usize, mut next: impl FnMut() -> Vec<Request>) -> Rounds {
    let mut raw = File::create(dir.join("raw-one")).expect("there is room");
    let log = store::log(&dir.join("log-alone"));
    let mut others: Vec<_> = peers::NAMES.iter().map(|name| peers::open(name, dir)).collect();
    let none = Times::new;
    let mut times = Rounds { raw: none(), log: none(), service: none(), peers: peers::NAMES.map(|_| none()).to_vec() };
    for _ in 0..ROUNDS {
        let requests = next();
        times.service.push(timed(|| executed(open, &requests)).0);
        let records = last(open, count);
        let events: Vec<Event> = records.iter().map(Event::from).collect();
        let bytes: Vec<u8> =
            records.iter().flat_map(|record| [record.header.as_slice(), &record.body].concat()).collect();
        let commits = records.iter().map(commit).collect();
        times.raw.push(
            timed(|| {
                raw.write_all(&bytes).expect("there is room");
                raw.sync_data().expect("the disk works");
            })
            .0,
        );
        times.log.push(timed(|| appended(open, &log, commits)).0);
        for (other, times) in others.iter_mut().zip(&mut times.peers) {
            times.push(timed(|| other.append(&events)).0);
        }
    }
    open.runtime.block_on(log.close()).expect("it closes");
    std::fs::remove_dir_all(dir.join("log-alone")).expect("it can be removed");
    times
}

/// What one round in ten stays below: what others do on the machine shows least there.
fn quiet(mut times: Times) -> Duration {
    times.sort();
    times[times.len() / 10]
}

fn rows(table: &mut Table, times: Rounds, what: &str, against: &str) {
    let (raw, quiet_raw) = (median(times.raw.clone()), quiet(times.raw));
    table.detail(against, "", long(raw));
    let mut row = |name: &str, times: Times| {
        let (time, quiet) = (median(times.clone()), quiet(times));
        let figure = format!("{}, {} (quiet: {})", long(time), ratio(time, raw), ratio(quiet, quiet_raw));
        table.figure(name, against, figure);
    };
    row(&format!("record {what}: load, decide, hash, append, view"), times.service);
    row(&format!("the log alone: append {what}"), times.log);
    for (peer, times) in peers::NAMES.iter().zip(times.peers) {
        row(&format!("{peer}: append {what}"), times);
    }
}

pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize) {
    let open = store::open(&folder(dir));
    table.heading("Recording, durable before it is acknowledged");
    let mut lines = Lines::new(1).skip(size);
    let one = rounds(&open, dir, 1, || vec![request(lines.next().expect("it has no end"))]);
    rows(table, one, "one event", "one raw write and fdatasync");
    let mut round = 0;
    let sixteen = rounds(&open, dir, WRITERS, || {
        round += 1;
        let note = |nth: usize| {
            let reference = format!("agreement-{:06}", NOTED_FROM + nth);
            request(json!({ "command": "note", "agreement": reference, "text": format!("note {round}") }))
        };
        (0..WRITERS).map(note).collect()
    });
    rows(table, sixteen, "16 at once", "one raw write of 16 events and fdatasync");
    open.close();
}
