//! Event stores on PostgreSQL, each as a process that does what the bench tells it, and says how long that took.
//!
//! `peer STORE FOLDER DATABASE` reads lines from its input and answers each with one line; what fails ends it:
//!
//! - `append N`, with N events as JSON on the next lines: appended durably, `nanoseconds N` is the answer;
//! - `each`: all events read, parsed and counted up by agreement, `nanoseconds events`;
//! - `stream ID`: the same of one stream;
//! - `bytes`: what the tables and their indexes take of the disk.
//!
//! Before them it says `ready`. `peer STORE FOLDER DATABASE ID` opens, loads one stream, and ends. Where the server listens,
//! `PGHOST` and `PGUSER` say. The programs in Python and JavaScript beside this one speak the same.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it answers on its output, and asks the clock")]

mod cqrs;
mod decisions;
#[path = "../../figures/fold.rs"]
mod fold;
mod server;
mod table;

use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use serde::Deserialize;
use uuid::Uuid;

use fold::Fold;

/// How many connections work at once, where a store takes the events of one stream at a time.
const CONNECTIONS: u32 = 16;

/// An event as the bench sends it.
#[derive(Clone, Deserialize)]
struct Event {
    stream: Uuid,
    seq: u32,
    command: Uuid,
    kind: String,
    header: String,
    body: String,
}

impl Event {
    /// The length of the header, the header, the body.
    fn data(&self) -> Vec<u8> {
        let length = u32::try_from(self.header.len()).expect("some hundred bytes").to_le_bytes();
        [length.as_slice(), self.header.as_bytes(), self.body.as_bytes()].concat()
    }
}

/// The header and the body of what was kept.
fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = data.split_first_chunk::<4>().expect("a length");
    rest.split_at(u32::from_le_bytes(*length) as usize)
}

/// A store; what it is opened with may be there from before.
trait Store {
    /// What of the events can be made before the clock runs: their form in this store's program.
    fn prepare(&mut self, events: Vec<Event>);

    /// Appends what was prepared, and returns when it is durable; it fails if a place in a stream is taken.
    fn append(&mut self);

    /// Puts every event through the fold.
    fn each(&mut self, fold: &mut Fold);

    /// Puts the events of one stream through the fold.
    fn stream(&mut self, stream: Uuid, fold: &mut Fold);
}

fn open(store: &str, database: &str) -> Box<dyn Store> {
    match store {
        "table" => Box::new(table::Table::open(database)),
        "cqrs-es" => Box::new(cqrs::Cqrs::open(database)),
        "disintegrate" => Box::new(decisions::Decisions::open(database)),
        _ => panic!("there is no store {store:?}"),
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (store, database, only) = match words[..] {
        [store, _, database] => (store, database, None),
        [store, _, database, stream] => (store, database, Some(stream)),
        _ => panic!("peer STORE FOLDER DATABASE [ID]"),
    };
    if let Some(stream) = only {
        let mut fold = Fold::default();
        open(store, database).stream(Uuid::parse_str(stream).expect("an id"), &mut fold);
        assert!(fold.events() > 0, "{stream} is not there");
        return;
    }
    server::make(database);
    let mut store = open(store, database);
    let mut lines = std::io::stdin().lock().lines().map(|line| line.expect("a line of text"));
    let say = |words: String| {
        let mut out = std::io::stdout();
        writeln!(out, "{words}").and_then(|()| out.flush()).expect("somebody listens");
    };
    say("ready".to_owned());
    while let Some(line) = lines.next() {
        let (verb, what) = line.split_once(' ').unwrap_or((&line, ""));
        let mut fold = Fold::default();
        let (nanos, count) = match verb {
            "append" => {
                let count: usize = what.parse().expect("a number of events");
                let event = |line: String| serde_json::from_str::<Event>(&line).expect("an event");
                store.prepare(lines.by_ref().take(count).map(event).collect());
                (timed(|| store.append()), count as u64)
            }
            "each" => (timed(|| store.each(&mut fold)), fold.events()),
            "stream" => {
                let stream = Uuid::parse_str(what).expect("an id");
                (timed(|| store.stream(stream, &mut fold)), fold.events())
            }
            "bytes" => (0, server::bytes(database)),
            _ => panic!("there is no verb {verb:?}"),
        };
        say(format!("{nanos} {count}"));
    }
}

fn timed(work: impl FnOnce()) -> u128 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos()
}
