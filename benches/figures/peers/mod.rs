//! What people would pick instead: a table in `SQLite`, and event stores that run in the same process.
//!
//! Each keeps the same bytes of the same events, with its own check that nobody was first, durable before it answers. None of
//! them decides anything, hashes anything or keeps a view. They are built with `--features peers` alone. To add one: implement
//! [`Peer`], and name it in [`NAMES`] and [`open`].

#[cfg(feature = "peers")]
mod evento;
#[cfg(feature = "peers")]
mod sqlite;
#[cfg(feature = "peers")]
mod umadb;

use std::path::Path;

use serde_json::Value;
use servanda::log::Recorded;
use uuid::Uuid;

/// An event as the others keep it.
#[cfg_attr(not(feature = "peers"), allow(dead_code, reason = "only peers read it"))]
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

/// The header and the body of what was kept.
#[cfg_attr(not(feature = "peers"), allow(dead_code, reason = "only peers give some"))]
pub(crate) fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = data.split_first_chunk::<4>().expect("a length");
    rest.split_at(u32::from_le_bytes(*length) as usize)
}

/// Another store.
pub(crate) trait Peer {
    /// Appends events in one transaction, which is durable when it returns; it fails if a place in a stream is taken.
    fn append(&mut self, events: &[Event]);

    /// Hands over the data of every event in the order of the log.
    fn each(&mut self, receive: &mut dyn FnMut(&[u8]));

    /// Hands over the data of one stream's events in their order.
    fn stream(&mut self, stream: Uuid, receive: &mut dyn FnMut(&[u8]));
}

/// Their names; they are opened by them.
#[cfg(feature = "peers")]
pub(crate) const NAMES: [&str; 3] = ["SQLite table", "umadb-core", "evento on fjall"];
/// Their names: none are built in.
#[cfg(not(feature = "peers"))]
pub(crate) const NAMES: [&str; 0] = [];

/// Opens the store of a name in a folder, or makes it.
pub(crate) fn open(name: &str, dir: &Path) -> Box<dyn Peer> {
    let folder = folder(name, dir);
    std::fs::create_dir_all(&folder).expect("there is room");
    match name {
        #[cfg(feature = "peers")]
        "SQLite table" => Box::new(sqlite::Sqlite::open(&folder)),
        #[cfg(feature = "peers")]
        "umadb-core" => Box::new(umadb::Uma::open(&folder)),
        #[cfg(feature = "peers")]
        "evento on fjall" => Box::new(evento::Evento::open(&folder)),
        _ => unreachable!("{name} is none of {NAMES:?}, and {} is of no use", folder.display()),
    }
}

/// Where it keeps its files.
pub(crate) fn folder(name: &str, dir: &Path) -> std::path::PathBuf {
    dir.join(name.replace(' ', "-"))
}
