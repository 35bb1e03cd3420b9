//! What people would pick instead: tables in `SQLite` and `PostgreSQL`, event stores, and frameworks of event sourcing.
//!
//! Each keeps the same events, with its own check that nobody was first, durable before it answers. None of them decides anything,
//! hashes anything or keeps a view. Those in this process are built with `--features peers` alone; the others are programs,
//! which `benches/peers/with` brings and lists. To add one in this process: implement [`Store`], and name it in [`HERE`]; to add a
//! program: write it below `benches/peers`, and list it there.

#[cfg(feature = "peers")]
mod evento;
mod program;
#[cfg(feature = "peers")]
mod sqlite;
#[cfg(feature = "peers")]
mod umadb;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use servanda::log::Recorded;
use uuid::Uuid;

use crate::fold::Fold;
use crate::process::ourselves;
use crate::store::bytes;
use crate::timing::timed;

use program::Program;

/// The largest register that programs are measured beside: some of them are so slow that more would take hours.
const PROGRAMS_UP_TO: usize = 100_000;

/// The largest register that any other store is measured beside.
const OTHERS_UP_TO: usize = 1_000_000;

/// The one that is the measure of loading an agreement.
pub(crate) const SQLITE: &str = "SQLite table";

/// An event as the others keep it.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) stream: Uuid,
    pub(crate) seq: u64,
    pub(crate) command: Uuid,
    pub(crate) kind: String,
    /// The length of the header, the header, the body.
    pub(crate) data: Vec<u8>,
}

impl From<&Recorded> for Event {
    fn from(record: &Recorded) -> Self {
        let header: Value = serde_json::from_slice(&record.header).expect("a header");
        let text = |name: &str| header[name].as_str().expect("a text");
        let length = u32::try_from(record.header.len()).expect("some hundred bytes").to_le_bytes();
        Self {
            id: Uuid::parse_str(text("id")).expect("an id"),
            stream: record.stream.get(),
            seq: record.seq,
            command: record.command.get(),
            kind: text("type").to_owned(),
            data: [length.as_slice(), &record.header, &record.body].concat(),
        }
    }
}

impl Event {
    /// The same as the first of a stream of its own.
    pub(crate) fn alone(self) -> Self {
        Self { stream: self.command, seq: 1, ..self }
    }
}

/// The header and the body of what was kept.
fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = data.split_first_chunk::<4>().expect("a length");
    rest.split_at(u32::from_le_bytes(*length) as usize)
}

/// A store in this process.
#[cfg_attr(not(feature = "peers"), allow(dead_code, reason = "none are built in"))]
trait Store {
    /// Appends events in one transaction, which is durable when it returns; it fails if a place in a stream is taken.
    fn append(&mut self, events: &[Event]);

    /// Hands over the data of every event in the order of the log.
    fn each(&mut self, receive: &mut dyn FnMut(&[u8]));

    /// Hands over the data of one stream's events in their order.
    fn stream(&mut self, stream: Uuid, receive: &mut dyn FnMut(&[u8]));
}

/// Another store that is open, and how long its work takes.
pub(crate) trait Peer {
    /// Appends events, which are durable when it is done.
    fn append(&mut self, events: &[Event]) -> Duration;

    /// Reads every event, parses it and counts it up; and how many there were.
    fn each(&mut self) -> (Duration, u64);

    /// The same with the events of one stream.
    fn stream(&mut self, stream: Uuid) -> (Duration, u64);

    /// What it takes of the disk.
    fn bytes(&mut self) -> u64;
}

/// A store of this process, its folder beside it.
struct Here(Box<dyn Store>, PathBuf);

/// How long it takes to fold what a store hands over, and how many events that are.
fn folded(read: impl FnOnce(&mut dyn FnMut(&[u8]))) -> (Duration, u64) {
    let mut fold = Fold::default();
    let take = &mut |data: &[u8]| {
        let (header, body) = parts(data);
        fold.take(header, body);
    };
    let time = timed(|| read(take)).0;
    (time, fold.events())
}

impl Peer for Here {
    fn append(&mut self, events: &[Event]) -> Duration {
        timed(|| self.0.append(events)).0
    }

    fn each(&mut self) -> (Duration, u64) {
        folded(|take| self.0.each(take))
    }

    fn stream(&mut self, stream: Uuid) -> (Duration, u64) {
        folded(|take| self.0.stream(stream, take))
    }

    fn bytes(&mut self) -> u64 {
        bytes(&self.1)
    }
}

/// How a store of this process is opened in its folder.
type Opened = fn(&Path) -> Box<dyn Store>;

/// Those of this process: their names, whether they are frameworks, how they are opened.
#[cfg(feature = "peers")]
const HERE: [(&str, bool, Opened); 3] = [
    (SQLITE, false, |folder| Box::new(sqlite::Sqlite::open(folder))),
    ("umadb-core", false, |folder| Box::new(umadb::Uma::open(folder))),
    ("evento on fjall", true, |folder| Box::new(evento::Evento::open(folder))),
];
/// None are built in.
#[cfg(not(feature = "peers"))]
const HERE: [(&str, bool, Opened); 0] = [];

/// Another store that can be opened.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) name: String,
    /// Whether it calls itself a framework of event sourcing, not only a place for events.
    pub(crate) framework: bool,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Here(Opened),
    Program(Vec<String>),
}

impl Choice {
    /// Whether it is another process.
    pub(crate) fn is_program(&self) -> bool {
        matches!(self.way, Way::Program(_))
    }

    /// Opens it for the register in a folder, or makes it.
    pub(crate) fn open(&self, dir: &Path) -> Box<dyn Peer> {
        let folder = self.folder(dir);
        std::fs::create_dir_all(&folder).expect("there is room");
        match &self.way {
            Way::Here(open) => Box::new(Here(open(&folder), folder)),
            Way::Program(words) => Box::new(Program::start(&self.name, words, folder, &self.database(dir))),
        }
    }

    /// A process that opens it and loads one stream.
    pub(crate) fn load_one(&self, dir: &Path, stream: &str) -> Command {
        match &self.way {
            Way::Here(_) => ourselves(&["--load-one", &self.name, dir.to_str().expect("a path"), stream]),
            Way::Program(words) => {
                let mut command = program::command(words, &self.folder(dir), &self.database(dir));
                command.arg(stream);
                command
            }
        }
    }

    /// Where it keeps its files, if it keeps them in a folder.
    fn folder(&self, dir: &Path) -> PathBuf {
        dir.join(self.name.replace(' ', "-"))
    }

    /// The name of its database, if it keeps its events with a server: of the store and of the folder of this register.
    fn database(&self, dir: &Path) -> String {
        let place = dir.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{}_{place}", self.name).to_lowercase();
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    }
}

/// All other stores.
pub(crate) struct Peers {
    pub(crate) choices: Vec<Choice>,
    /// What the table says of them: their server, and who is absent and why.
    pub(crate) remarks: Vec<String>,
}

impl Peers {
    /// Those of this process, and the programs on a list, if there is one; its form is said in `benches/peers/with`.
    pub(crate) fn listed(list: Option<&Path>) -> Self {
        let here = HERE.iter().map(|(name, framework, open)| Choice {
            name: (*name).to_owned(),
            framework: *framework,
            way: Way::Here(*open),
        });
        let mut peers = Self { choices: here.collect(), remarks: Vec::new() };
        let text = list.map_or(String::new(), |list| std::fs::read_to_string(list).expect("the list can be read"));
        for line in text.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            match words[..] {
                ["remark", words] => peers.remarks.push(words.to_owned()),
                ["absent", name, why] => peers.remarks.push(format!("Without {name}: {why}")),
                [kind @ ("store" | "framework"), name, ref words @ ..] if !words.is_empty() => {
                    let way = Way::Program(words.iter().map(|word| (*word).to_owned()).collect());
                    peers.choices.push(Choice { name: name.to_owned(), framework: kind == "framework", way });
                }
                _ => panic!("the list has a line {line:?}"),
            }
        }
        peers
    }

    /// Those that a register of this size is measured beside.
    pub(crate) fn beside(&self, size: usize) -> Self {
        let fits = |choice: &&Choice| size <= if choice.is_program() { PROGRAMS_UP_TO } else { OTHERS_UP_TO };
        Self { choices: self.choices.iter().filter(fits).cloned().collect(), remarks: Vec::new() }
    }

    /// All of them, open.
    pub(crate) fn open(&self, dir: &Path) -> Vec<Box<dyn Peer>> {
        self.choices.iter().map(|choice| choice.open(dir)).collect()
    }
}

/// Opens a store of this process and loads one stream.
pub(crate) fn load_one(name: &str, dir: &Path, stream: &str) {
    let peers = Peers::listed(None);
    let choice = peers.choices.iter().find(|choice| choice.name == name).expect("a store of this process");
    let (_, events) = choice.open(dir).stream(Uuid::parse_str(stream).expect("an id"));
    assert!(events > 0, "{stream} is not there");
}
