//! A store that somebody writes anew, event by event as he likes, with frames, checksums, indexes and witness that fit.

use std::path::Path;
use std::time::Duration;

use servanda::log::{
    Append, CommandId, Draft, EventLog as _, OpenOptions, Position, Recorded, SledLog, StreamId, StreamVersion,
};
use uuid::Uuid;

use crate::harness::Desk;

/// Opens a store as the program does.
pub(super) fn opened(folder: &Path, create: bool) -> SledLog {
    let options =
        OpenOptions { wait: Duration::from_secs(10), holder: "attacker".to_owned(), since: String::new(), create };
    SledLog::open(folder, &options).expect("it opens")
}

pub(super) async fn closed(log: SledLog) {
    log.close().await.expect("it closes");
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Every event of a store.
pub(super) struct Register {
    pub(super) events: Vec<Recorded>,
}

fn at_once<T>(work: impl Future<Output = T> + Send) -> T
where
    T: Send,
{
    // Tests that are asynchronous themselves may not wait inside: another thread does.
    std::thread::scope(|scope| {
        let run =
            || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts").block_on(work);
        scope.spawn(run).join().expect("it ends")
    })
}

impl Register {
    /// Reads all events of a desk's store.
    pub(super) fn of(desk: &Desk) -> Self {
        let store = desk.store();
        at_once(async move {
            let log = opened(&store, false);
            let mut events = Vec::new();
            loop {
                let next = log.read(Position::new(events.len() as u64), 4_096).await.expect("it reads");
                if next.is_empty() {
                    break;
                }
                events.extend(next);
            }
            closed(log).await;
            Self { events }
        })
    }

    /// The event at a place, with other bytes.
    pub(super) fn with(&self, at: usize, draft: Draft) -> Recorded {
        Recorded { header: draft.header, body: draft.body, ..self.events[at].clone() }
    }

    /// Writes the desk's store anew with these events, each in the agreement that it lay in, one after the other; what
    /// lies beside the log stays.
    pub(super) fn write(&self, desk: &Desk) {
        for part in ["log", "witness", "lock"] {
            let path = desk.store().join(part);
            let gone = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            gone.expect("it can be removed");
        }
        let store = desk.store();
        at_once(async {
            let log = opened(&store, true);
            let mut used: std::collections::HashSet<Uuid> = std::collections::HashSet::new();
            let mut seqs: std::collections::HashMap<Uuid, u64> = std::collections::HashMap::new();
            let mut commits = Vec::new();
            for event in &self.events {
                let stream = event.stream.get();
                let seq = seqs.entry(stream).or_default();
                // A command is used once: whoever inserts an event makes one up.
                let command =
                    if used.insert(event.command.get()) { event.command } else { CommandId::new(Uuid::max()) };
                commits.push(Append {
                    command,
                    stream: StreamId::new(stream),
                    expected: StreamVersion::new(*seq),
                    expected_end: None,
                    recorded_at: event.recorded_at,
                    events: vec![Draft { header: event.header.clone(), body: event.body.clone() }],
                });
                *seq += 1;
            }
            for receipt in log.append_all(commits).await {
                receipt.expect("it is appended");
            }
            closed(log).await;
        });
    }
}

/// Flips a byte of a segment that lies before what an opening looks at; says where the segment begins.
pub(super) fn damage_of_a_segment(store: &Path) -> u64 {
    let db = sled::Config::new().path(store.join("log")).open().expect("it opens");
    let segments: Vec<_> = db.scan_prefix(b"c").map(|entry| entry.expect("it reads")).collect();
    assert!(segments.len() > 8, "{} segments", segments.len());
    let (key, value) = &segments[3];
    let mut bytes = value.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    db.insert(key, bytes).expect("it writes");
    db.flush().expect("it is written");
    u64::from_be_bytes(key[1..9].try_into().expect("a position"))
}

/// The numbers at the head of a commit as it lies in a run: where each begins.
pub(super) const SEQ: usize = 24;
pub(super) const RECORDED_AT: usize = 48;

const FRAME_HEAD: usize = 14;
const FRAME_SUM: usize = 16;
const COMMIT_HEAD: usize = 60;

/// Changes the bytes of the commit at a position where it lies in the tail, puts checksums on it that fit, and takes the witness
/// away: what no append would have let in.
pub(super) fn patch(store: &Path, at: u64, change: impl Fn(&mut [u8])) {
    let db = sled::Config::new().path(store.join("log")).open().expect("it opens");
    let mut runs: std::collections::BTreeMap<Vec<u8>, Vec<(sled::IVec, sled::IVec)>> =
        std::collections::BTreeMap::new();
    for entry in db.scan_prefix(b"t") {
        let (key, value) = entry.expect("it reads");
        runs.entry(key[..9].to_vec()).or_default().push((key, value));
    }
    let mut is_changed = false;
    for chunks in runs.into_values() {
        let payload = |value: &sled::IVec| value[FRAME_HEAD..value.len() - FRAME_SUM].to_vec();
        let mut bytes: Vec<u8> = chunks.iter().flat_map(|(_, value)| payload(value)).collect();
        let mut rest = bytes.as_mut_slice();
        while rest.len() > COMMIT_HEAD {
            let number = |bytes: &[u8], at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"));
            let count = number(rest, 56) as usize;
            let lengths = (0..2 * count).map(|part| number(rest, COMMIT_HEAD + 4 * part) as usize);
            let length = COMMIT_HEAD + 8 * count + lengths.sum::<usize>();
            let (commit, behind) = rest.split_at_mut(length);
            if commit[..8] == at.to_be_bytes() {
                change(commit);
                is_changed = true;
            }
            rest = behind;
        }
        let mut bytes = bytes.as_slice();
        for (key, value) in chunks {
            let (part, behind) = bytes.split_at(value.len() - FRAME_HEAD - FRAME_SUM);
            bytes = behind;
            let frame = [&value[..FRAME_HEAD], part].concat();
            let sum = xxhash_rust::xxh3::xxh3_128(&[&key[..], &frame].concat());
            db.insert(key, [&frame[..], &sum.to_be_bytes()].concat()).expect("it writes");
        }
    }
    assert!(is_changed, "#{at} lies in the tail");
    db.flush().expect("it is written");
    drop(db);
    std::fs::remove_file(store.join("witness")).expect("it can be removed");
}

/// Replaces words in bytes by others of the same length.
pub(super) fn reword(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).expect("the words are there");
    bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
}

/// Flips a byte of a page of the index of agreements; another time, flips it back.
pub(super) fn damage_of_an_index(store: &Path, page: usize) {
    let db = sled::Config::new().path(store.join("log")).open().expect("it opens");
    let pages: Vec<_> = db.scan_prefix(b"s").map(|entry| entry.expect("it reads")).collect();
    assert!(pages.len() > 1, "{} pages", pages.len());
    let (key, value) = &pages[page];
    let mut bytes = value.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    db.insert(key, bytes).expect("it writes");
    db.flush().expect("it is written");
}
