//! One pass over the log: every record, its place among the others, and the tree that grows with it.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{Found, TrustError, finding};
use crate::domain::event::Event;
use crate::domain::fact::Fact;
use crate::domain::keys::Keys;
use crate::log::codec::{self, CodecError, Redactions};
use crate::log::{Place, Position, ReadError, Recorded, StreamId};
use crate::proof::Hash;
use crate::proof::key::VerifierKey;
use crate::proof::tree::{Edge, Tile, leaf};
use crate::service::Service;
use crate::service::almanac::REGISTER;
use crate::service::replay::{PAGE, Progress};
use crate::service::trust::tree::{TREE, reach};

/// What the pass came by.
pub(super) struct Passed {
    /// The root over all events; none where some cannot be read.
    pub(super) root: Option<Hash>,
    /// The roots over the numbers of events that were asked for; none where they could not be had.
    pub(super) roots: BTreeMap<u64, Option<Hash>>,
    /// The keys on record.
    pub(super) keys: Keys,
    /// Whether every record could be read as a fact, and redactions agree with what they left: else no view can be made.
    pub(super) is_readable: bool,
}

/// What is checked of a record alone; made on any thread.
struct Looked {
    position: u64,
    leaf: Hash,
    key: Option<Event>,
    /// A redaction, or a fact out of which something was taken.
    redaction: Option<Fact>,
    wrong: Option<(&'static str, String)>,
    is_fact: bool,
}

/// What the pass remembers of what it has seen.
struct Seen {
    edge: Edge,
    streams: HashMap<Uuid, u64>,
    last_recorded_at: i64,
}

/// The code of what is wrong with a record.
fn code(error: &CodecError) -> &'static str {
    match error {
        CodecError::Part { .. } | CodecError::Write(_) | CodecError::Line(_) => "unreadable",
        CodecError::Event { .. } => "unknown_event",
        CodecError::Disagrees { what: "hash of the body", .. } => "body_altered",
        CodecError::Redaction { .. } => "redaction",
        CodecError::Disagrees { .. } => "header_misplaced",
    }
}

/// Looks at one record by itself.
fn look(record: &Recorded) -> Looked {
    let position = record.position.get();
    let mut looked =
        Looked { position, leaf: leaf(&record.header), key: None, redaction: None, wrong: None, is_fact: false };
    match codec::decode(record) {
        Ok(fact) => {
            looked.is_fact = true;
            match codec::is_plain(record, &fact) {
                Ok(true) => {}
                Ok(false) => {
                    let why = "its bytes are not those that its fact is written as (canonical JSON, known fields only)";
                    looked.wrong = Some(("not_plain", why.to_owned()));
                }
                Err(error) => looked.wrong = Some((code(&error), error.to_string())),
            }
            if record.stream.get() == REGISTER.0 {
                looked.key = Some(fact.saying.event.clone())
                    .filter(|event| matches!(event, Event::KeyAdopted(_) | Event::KeyRotated(_)));
            }
            if fact.redacted.is_some() || matches!(fact.saying.event, Event::RecordRedacted(_)) {
                looked.redaction = Some(fact);
            }
        }
        Err(error) => looked.wrong = Some((code(&error), error.to_string())),
    }
    looked
}

fn looked_at(records: &[Recorded]) -> Vec<Looked> {
    records.iter().map(look).collect()
}

impl Service {
    /// Goes through the log once.
    pub(super) async fn pass(
        &self,
        events: u64,
        mut roots: BTreeMap<u64, Option<Hash>>,
        found: &mut Found,
        progress: &mut Progress<'_>,
    ) -> Result<Passed, TrustError> {
        let mut seen = Seen { edge: Edge::new(), streams: HashMap::new(), last_recorded_at: i64::MIN };
        let (mut keys, mut is_readable, mut is_whole) = (Keys::default(), true, true);
        let mut redactions = Redactions::default();
        let compared = reach(self.views.position(TREE).await.ok().flatten().map_or(0, Position::get));
        let (mut next, mut step) = (0, PAGE);
        while next < events {
            let left = usize::try_from(events - next).unwrap_or(PAGE).min(step);
            let records = match self.log.read(Position::new(next), left).await {
                Ok(records) if records.is_empty() => {
                    found.add(finding("missing", Some(next), format!("the log says that it holds {events} events")));
                    (is_whole, is_readable) = (false, false);
                    break;
                }
                Ok(records) => {
                    step = PAGE.min(2 * step);
                    records
                }
                // What lies before the damage is read in ever shorter steps.
                Err(ReadError::Damaged { .. }) if left > 1 => {
                    step = left / 2;
                    continue;
                }
                Err(ReadError::Damaged { place, what }) => {
                    (is_whole, is_readable) = (false, false);
                    next = self.behind_damage(next, events, &place, &what, found).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let records = std::sync::Arc::new(records);
            let (first, second) = records.split_at(records.len() / 2);
            let half = first.len();
            let shared = std::sync::Arc::clone(&records);
            // The other half is looked at by another core.
            let other = tokio::task::spawn_blocking(move || looked_at(&shared[..half]));
            let second = looked_at(second);
            let first = match other.await {
                Ok(looked) => looked,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Err(ReadError::Closed.into()),
                },
            };
            for (record, looked) in records.iter().zip(first.into_iter().chain(second)) {
                follow(record, next, &mut seen, found);
                if let Some((code, message)) = looked.wrong {
                    found.add(finding(code, Some(looked.position), message));
                }
                is_readable &= looked.is_fact;
                if let Some(fact) = &looked.redaction {
                    redactions.note_fact(record.stream.get(), fact);
                }
                if let Some(event) = &looked.key {
                    chained(&keys, looked.position, event, found);
                    keys.take(record.seq, looked.position, event);
                }
                next += 1;
                if is_whole {
                    for tile in seen.edge.push(looked.leaf).into_iter().filter(|(at, _)| at.level > 0) {
                        self.compare_tile(tile, found).await;
                    }
                    if let Some(root) = roots.get_mut(&next) {
                        *root = Some(seen.edge.root());
                    }
                    if next == compared {
                        for tile in seen.edge.parts().into_iter().filter(|(at, _)| at.level > 0) {
                            self.compare_tile(tile, found).await;
                        }
                    }
                }
            }
            progress(next, events);
        }
        for error in redactions.disagreements(is_whole) {
            is_readable = false;
            let position = match &error {
                CodecError::Redaction { position, .. } => Some(*position),
                _ => None,
            };
            found.add(finding(code(&error), position, error.to_string()));
        }
        self.compare_indexes(&seen.streams, is_whole, found).await?;
        let root = is_whole.then(|| seen.edge.root());
        Ok(Passed { root, roots, keys, is_readable })
    }

    /// Tells of damage, and finds where the log can be read again.
    async fn behind_damage(
        &self,
        from: u64,
        events: u64,
        place: &Place,
        what: &str,
        found: &mut Found,
    ) -> Result<u64, TrustError> {
        let mut next = from;
        let (mut first, mut told) = (from, format!("{place}: {what}"));
        loop {
            match self.log.read(Position::new(next), 1).await {
                Ok(records) if !records.is_empty() => break,
                Ok(_) => {
                    next = events;
                    break;
                }
                Err(ReadError::Damaged { place, what }) => {
                    let now = format!("{place}: {what}");
                    if now != told && next > first {
                        found.add(finding("damaged", Some(first), format!("{told} (#{first} to #{})", next - 1)));
                        first = next;
                    }
                    told = now;
                    next += 1;
                    if next >= events {
                        break;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        if next > first {
            found.add(finding("damaged", Some(first), format!("{told} (#{first} to #{})", next - 1)));
        }
        Ok(next)
    }

    /// Holds a tile against the one that is kept.
    async fn compare_tile(&self, (at, hashes): Tile, found: &mut Found) {
        let below = 256_u64.saturating_pow(u32::from(at.level));
        let first = at.index.saturating_mul(256);
        let place = |hash: u64| Some(first.saturating_add(hash).saturating_mul(below));
        match self.tile(at).await {
            Ok(Some(kept)) if kept == hashes => {}
            Ok(Some(kept)) => {
                // The first hash that differs says where the events do.
                let differs = hashes.iter().zip(&kept).take_while(|(made, kept)| made == kept).count() as u64;
                let message = format!(
                    "the tree was made of other events: node {} of level {} is another",
                    first + differs,
                    u32::from(at.level) * 8
                );
                found.add(finding("tree", place(differs), message));
            }
            // The view may lag behind the events that it could not take in.
            Ok(None) => {
                let message = format!("the tree lacks tile {} of level {}", at.index, at.level);
                found.add(finding("tree", place(0), message));
            }
            Err(error) => found.add(finding("tree", place(0), error.to_string())),
        }
    }

    /// Holds the index of agreements against what the log holds.
    async fn compare_indexes(
        &self,
        streams: &HashMap<Uuid, u64>,
        is_whole: bool,
        found: &mut Found,
    ) -> Result<(), TrustError> {
        for (stream, seq) in streams.iter().filter(|_| is_whole) {
            match self.log.version(StreamId::new(*stream)).await {
                Ok(version) if version.get() == *seq => {}
                Ok(version) => {
                    let message = format!("the index knows {version} events of {stream}, and the log holds {seq}");
                    found.add(finding("index", None, message));
                }
                Err(ReadError::Damaged { place, what }) => {
                    found.add(finding("index", None, format!("{place}: {what}")));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Looks at the place of a record among the others.
fn follow(record: &Recorded, expected: u64, seen: &mut Seen, found: &mut Found) {
    let position = record.position.get();
    if position != expected {
        found.add(finding("position", Some(expected), format!("the event {} came in its place", record.position)));
    }
    let before = seen.streams.entry(record.stream.get()).or_default();
    if record.seq != *before + 1 {
        let message = format!("it is number {} of its agreement, and {} came before it", record.seq, *before);
        found.add(finding("seq", Some(position), message));
    }
    *before = record.seq;
    if record.recorded_at < seen.last_recorded_at {
        let message = format!(
            "it was recorded {} microseconds before the event before it",
            seen.last_recorded_at.saturating_sub(record.recorded_at)
        );
        found.add(finding("time_runs_backwards", Some(position), message));
    }
    seen.last_recorded_at = seen.last_recorded_at.max(record.recorded_at);
}

/// Looks at whether a key follows on the one before it.
fn chained(keys: &Keys, position: u64, event: &Event, found: &mut Found) {
    let now = keys.current().map(|known| &known.key);
    let wrong = match event {
        Event::KeyAdopted(_) => now.map(|now| format!("a first key goes on record, while {} counts", now.id())),
        Event::KeyRotated(rotated) if now != Some(&rotated.replaces) => Some(format!(
            "it replaces {}, while {} counts",
            rotated.replaces.id(),
            now.map_or_else(|| "none".to_owned(), VerifierKey::id)
        )),
        _ => None,
    };
    if let Some(message) = wrong {
        found.add(finding("key_chain", Some(position), message));
    }
}
