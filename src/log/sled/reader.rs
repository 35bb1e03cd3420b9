//! Reads the log: the tail from memory, segments and indexes out of sled, each checked against the others.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use ::sled::Tree;

use super::cache::Cache;
use super::index;
use super::layout::run_key;
use super::passing;
use super::recent::Recent;
use super::run::Run;
use super::runs::{Runs, Shelf};
use crate::log::{
    CommandId, Place, Position, READ_BYTES_MAX, READ_EVENTS_MAX, ReadError, Receipt, Recorded, StreamId, StreamVersion,
};

/// Says what sled's errors mean to us.
pub(super) fn fault(doing: &'static str, error: ::sled::Error) -> ReadError {
    match error {
        ::sled::Error::Corruption { .. } | ::sled::Error::ReportableBug(_) | ::sled::Error::CollectionNotFound(_) => {
            ReadError::Damaged { place: Place::Store, what: format!("sled says while {doing}: {error}") }
        }
        ::sled::Error::Io(source) => ReadError::Storage { doing, source: source.into() },
        ::sled::Error::Unsupported(_) => ReadError::Storage { doing, source: error.into() },
    }
}

/// Makes the error for a place.
pub(super) fn damaged(place: Place, what: impl Into<String>) -> ReadError {
    ReadError::Damaged { place, what: what.into() }
}

/// Collects events until one of the read bounds is met.
struct Collected {
    events: Vec<Recorded>,
    bytes: usize,
    limit: usize,
}

impl Collected {
    fn new(limit: usize) -> Self {
        Self { events: Vec::new(), bytes: 0, limit: limit.min(READ_EVENTS_MAX) }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= self.limit || self.bytes >= READ_BYTES_MAX
    }

    fn take(&mut self, events: impl Iterator<Item = Recorded>) {
        for event in events {
            if self.is_full() {
                break;
            }
            self.bytes += event.header.len() + event.body.len();
            self.events.push(event);
        }
    }

    /// Takes the events of a run from a position on, and returns the position after them.
    fn take_run(&mut self, run: &Run, from: Position) -> Position {
        let mut next = from;
        for commit in run.commits_from(from) {
            if self.is_full() {
                break;
            }
            let receipt = &commit.receipt;
            self.take(commit.events_from(receipt.first_seq + (next.get() - receipt.first.get())));
            next = receipt.end();
        }
        next
    }
}

/// What is read from: sled, what is in memory of the log, and the segments that were read last.
///
/// While it is used no batch changes pages of the indexes: it is used inside `Store::reading`, or by the writer.
#[derive(Clone, Copy)]
pub(super) struct Reader<'s> {
    pub(super) tree: &'s Tree,
    pub(super) recent: &'s RwLock<Recent>,
    pub(super) cache: &'s Cache,
}

impl<'s> Reader<'s> {
    /// Returns what is in memory of the log.
    pub(super) fn recent(&self) -> RwLockReadGuard<'s, Recent> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the events from a position on, up to the durable end.
    pub(super) fn read(&self, from: Position, end: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        let mut found = Collected::new(limit);
        let mut next = from;
        while next < end && !found.is_full() {
            let (run, tail_first) = {
                let recent = self.recent();
                (recent.run_holding(next).map(Arc::clone), recent.tail_first())
            };
            let before = next;
            match run {
                Some(run) => next = found.take_run(&run, next),
                None => next = self.read_sealed(next, end.min(tail_first), &mut found)?,
            }
            if next <= before {
                return Err(gap(next));
            }
        }
        Ok(found.events)
    }

    /// Reads events out of segments, and returns the position after the last of them.
    fn read_sealed(&self, from: Position, end: Position, found: &mut Collected) -> Result<Position, ReadError> {
        let mut next = from;
        if let Some(run) = self.cache.holding(next) {
            next = found.take_run(&run, next);
        }
        if next >= end || found.is_full() {
            return Ok(next);
        }
        let mut runs = Runs::from(self.tree, Shelf::Sealed, next)?;
        let mut last: Option<Run> = None;
        while next < end && !found.is_full() {
            let run = runs.next()?.filter(|run| run.first <= next && next < run.end).ok_or_else(|| gap(next))?;
            let at = run.first;
            next = found.take_run(&run, next);
            // What is read in order is not read again soon.
            if last.replace(run).is_some() {
                passing::read(self.tree, &run_key(Shelf::Sealed, at, 0));
            }
        }
        // Whoever reads page by page comes back to it.
        if let Some(run) = last {
            self.cache.keep(&Arc::new(run));
        }
        Ok(next)
    }

    /// Returns the run that holds a durable position.
    pub(super) fn run_holding(&self, position: Position) -> Result<Arc<Run>, ReadError> {
        let in_tail = self.recent().run_holding(position).map(Arc::clone);
        if let Some(run) = in_tail.or_else(|| self.cache.holding(position)) {
            return Ok(run);
        }
        let run = Runs::from(self.tree, Shelf::Sealed, position)?.next()?;
        let run = run.filter(|run| run.first <= position && position < run.end).ok_or_else(|| gap(position))?;
        let run = Arc::new(run);
        self.cache.keep(&run);
        Ok(run)
    }

    /// Reads the events of one stream above a sequence number.
    pub(super) fn read_stream(
        &self,
        stream: StreamId,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        let mut found = Collected::new(limit);
        let wanted = after_seq.saturating_add(1);
        let (indexed, newest) = {
            let recent = self.recent();
            (recent.indexed(), recent.of_stream(stream).to_vec())
        };
        let mut places = index::places(self.tree, stream, wanted, found.limit, indexed)?;
        places.extend(newest.into_iter().filter(|place| place.version() >= wanted));
        let mut seq: Option<u64> = None;
        let mut cached: Option<Arc<Run>> = None;
        for place in places {
            if found.is_full() {
                break;
            }
            let lost = || {
                damaged(
                    Place::Event(place.first),
                    format!("it is not event {} of stream {stream}, as the stream's index says", place.first_seq),
                )
            };
            if seq.is_some_and(|seq| seq != place.first_seq) || (seq.is_none() && place.first_seq > wanted) {
                return Err(damaged(Place::Stream(stream), format!("its event {} is missing", seq.unwrap_or(wanted))));
            }
            seq = Some(place.version() + 1);
            let run = match cached.take() {
                Some(run) if run.first <= place.first && place.first < run.end => run,
                _ => self.run_holding(place.first)?,
            };
            let commit = run
                .holding(place.first)
                .filter(|commit| commit.receipt.stream == stream && index::Place::of(&commit.receipt) == place);
            found.take(commit.ok_or_else(lost)?.events_from(wanted));
            cached = Some(run);
        }
        Ok(found.events)
    }

    /// Returns a stream's version.
    pub(super) fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError> {
        let known = self.recent().version(stream);
        if let Some(version) = known {
            return Ok(StreamVersion::new(version));
        }
        let version = self.versions(&[stream])?.get(&stream).copied().unwrap_or(0);
        self.recent.write().unwrap_or_else(PoisonError::into_inner).remember(stream, version);
        Ok(StreamVersion::new(version))
    }

    /// Returns the versions of streams.
    pub(super) fn versions(&self, streams: &[StreamId]) -> Result<HashMap<StreamId, u64>, ReadError> {
        let (mut versions, mut unknown) = (HashMap::new(), Vec::new());
        {
            let recent = self.recent();
            for stream in streams {
                match recent.of_stream(*stream).last() {
                    Some(place) => drop(versions.insert(*stream, place.version())),
                    None => unknown.push(*stream),
                }
            }
        }
        if !unknown.is_empty() {
            versions.extend(index::versions(self.tree, &unknown)?);
        }
        Ok(versions)
    }

    /// Returns the receipt of a command.
    pub(super) fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError> {
        Ok(self.find_many(&[command])?.remove(&command))
    }

    /// Returns the receipts of those commands that have one.
    pub(super) fn find_many(&self, commands: &[CommandId]) -> Result<HashMap<CommandId, Receipt>, ReadError> {
        let (mut places, mut unknown) = (Vec::new(), Vec::new());
        {
            let recent = self.recent();
            for command in commands {
                match recent.of_command(*command) {
                    Some(position) => places.push((position, *command, true)),
                    None => unknown.push(*command),
                }
            }
        }
        if !unknown.is_empty() {
            for (command, candidates) in index::candidates(self.tree, &unknown)? {
                places.extend(candidates.into_iter().map(|position| (position, command, false)));
            }
        }
        // In the order of the log, so that every segment is read once.
        places.sort_unstable_by_key(|(position, ..)| *position);
        let mut found = HashMap::new();
        for (position, command, certain) in places {
            let run = self.run_holding(position).map_err(|error| match error {
                // A place that the log does not have is the index's fault.
                ReadError::Damaged { place: Place::Event(at), what } if at == position => {
                    damaged(Place::Command(command), format!("it leads to event {at}, and {what}"))
                }
                other => other,
            })?;
            let receipt = run.holding(position).map(|commit| commit.receipt);
            let receipt = receipt.filter(|receipt| receipt.first == position);
            let receipt =
                receipt.ok_or_else(|| damaged(Place::Command(command), format!("no commit begins at {position}")))?;
            if receipt.command == command {
                found.insert(command, receipt);
            } else if certain {
                return Err(damaged(Place::Command(command), format!("the commit at {position} is another's")));
            }
        }
        Ok(found)
    }
}

fn gap(at: Position) -> ReadError {
    damaged(Place::Event(at), "its run is missing")
}
