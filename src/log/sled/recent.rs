//! What an open store holds in memory of the log: the tail, and what the indexes do not know yet.
//!
//! Everything here is durable, and is read again from the tail and the segments when the store is opened.

use std::collections::HashMap;
use std::sync::Arc;

use super::index::Place as At;
use super::run::{Commit, Run};
use crate::log::{CommandId, Position, Receipt, StreamId};

/// How many commits the tail has at most; then it is sealed. Opening reads all of it.
pub(super) const TAIL_COMMITS_MAX: usize = 256;

/// How many raw bytes the tail has at most; then it is sealed.
pub(super) const TAIL_BYTES_MAX: usize = 256 * 1024;

/// How many commits may be outside of the indexes in a store that is opened or closed: opening reads them again.
pub(super) const LAG_COMMITS: usize = 1024;

/// How many commits may be outside of the indexes in an open store: some 75 bytes of memory each, 8 MB in all.
///
/// With those of the group that reaches it, they fit into a map of 131,072 places, which would grow to twice that beyond 114,688.
///
/// Merging rewrites most pages of the indexes when many commits came in. So the indexes lag by a share of the log: what is
/// written to them in all stays in proportion to the log, until this bound is reached.
pub(super) const LAG_COMMITS_MAX: usize = 104 * 1024;

/// What part of the log's events the indexes may lag behind in an open store, as a divisor.
const LAG_SHARE: u64 = 8;

/// How many versions are remembered that were read in the index: of the register's own stream, and of what is asked for again.
const VERSIONS_MAX: usize = 4096;

/// The tail, and the commits that are not in the indexes.
#[derive(Debug)]
pub(super) struct Recent {
    /// The indexes have taken in the log up to here.
    indexed: Position,
    /// The tail begins here; what is before it is in segments.
    tail_first: Position,
    tail: Vec<Arc<Run>>,
    tail_commits: usize,
    tail_bytes: usize,
    streams: HashMap<StreamId, Vec<At>>,
    commands: HashMap<CommandId, Position>,
    /// Versions that were read in the index, of streams that have nothing outside of it.
    indexed_versions: HashMap<StreamId, u64>,
}

impl Recent {
    pub(super) fn new(indexed: Position, tail_first: Position) -> Self {
        Self {
            indexed,
            tail_first,
            tail: Vec::new(),
            tail_commits: 0,
            tail_bytes: 0,
            streams: HashMap::new(),
            commands: HashMap::new(),
            indexed_versions: HashMap::new(),
        }
    }

    pub(super) fn indexed(&self) -> Position {
        self.indexed
    }

    pub(super) fn tail_first(&self) -> Position {
        self.tail_first
    }

    pub(super) fn tail(&self) -> &[Arc<Run>] {
        &self.tail
    }

    /// Tells whether more commits would make the tail too long.
    pub(super) fn overflows(&self, commits: usize, bytes: usize) -> bool {
        self.tail_commits + commits > TAIL_COMMITS_MAX || self.tail_bytes + bytes > TAIL_BYTES_MAX
    }

    /// Returns the run of the tail that holds a position.
    pub(super) fn run_holding(&self, position: Position) -> Option<&Arc<Run>> {
        let at = self.tail.partition_point(|run| run.first <= position).checked_sub(1)?;
        self.tail.get(at).filter(|run| position < run.end)
    }

    /// Returns where the commits of a stream are that the indexes do not know.
    pub(super) fn of_stream(&self, stream: StreamId) -> &[At] {
        self.streams.get(&stream).map_or(&[], Vec::as_slice)
    }

    /// Returns the version of a stream, where no page has to be read for it.
    pub(super) fn version(&self, stream: StreamId) -> Option<u64> {
        match self.of_stream(stream).last() {
            Some(place) => Some(place.version()),
            None => self.indexed_versions.get(&stream).copied(),
        }
    }

    /// Remembers a version that was read in the index while that stood still.
    ///
    /// Whatever is appended to the stream later is noted beside it, and all of it is forgotten when the index takes that in.
    pub(super) fn remember(&mut self, stream: StreamId, version: u64) {
        if self.indexed_versions.len() >= VERSIONS_MAX {
            self.indexed_versions.clear();
        }
        self.indexed_versions.insert(stream, version);
    }

    /// Returns where the commit of a command is that the indexes do not know.
    pub(super) fn of_command(&self, command: CommandId) -> Option<Position> {
        self.commands.get(&command).copied()
    }

    /// Takes in a commit that the indexes do not know; commits come in order.
    pub(super) fn note(&mut self, receipt: &Receipt) {
        if receipt.first >= self.indexed {
            self.streams.entry(receipt.stream).or_default().push(At::of(receipt));
            self.commands.insert(receipt.command, receipt.first);
        }
    }

    /// Takes in a run of the tail, whose commits were noted.
    pub(super) fn append(&mut self, run: Run) {
        self.tail_commits += run.commits().count();
        self.tail_bytes += run.bytes().len();
        self.tail.push(Arc::new(run));
    }

    /// The tail is sealed, with what came after it: a new one begins at a position.
    pub(super) fn seal(&mut self, next: Position) {
        self.tail.clear();
        (self.tail_commits, self.tail_bytes) = (0, 0);
        self.tail_first = next;
    }

    /// Returns how many commits the indexes do not know.
    pub(super) fn lag(&self) -> usize {
        self.commands.len()
    }

    /// Tells whether the indexes lag too far behind in a store that stays open.
    pub(super) fn lags(&self, end: Position) -> bool {
        let share = usize::try_from(end.get() / LAG_SHARE).unwrap_or(usize::MAX);
        self.lag() >= share.clamp(LAG_COMMITS, LAG_COMMITS_MAX)
    }

    /// Returns all that the indexes do not know.
    pub(super) fn unindexed(&self) -> (&HashMap<StreamId, Vec<At>>, &HashMap<CommandId, Position>) {
        (&self.streams, &self.commands)
    }

    /// The indexes know everything up to a position, which is the end of what was noted.
    pub(super) fn settle(&mut self, indexed: Position) {
        self.indexed = indexed;
        self.streams = HashMap::new();
        self.commands = HashMap::new();
        self.indexed_versions = HashMap::new();
    }
}

/// Notes the commits of a run.
pub(super) fn note_all<'r>(recent: &mut Recent, commits: impl Iterator<Item = Commit<'r>>) {
    for commit in commits {
        recent.note(&commit.receipt);
    }
}
