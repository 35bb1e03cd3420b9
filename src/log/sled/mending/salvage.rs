//! Puts what was found in sled's file together: whole runs, in the order of their positions, and what is missing between them.
//!
//! A run is taken where it begins at the very end of the one before and its commits could have been appended there. Of several
//! the one that sled wrote last counts: what a crash left of a group that was never acknowledged is older than what took its
//! place. Where none fits, something is missing; then the next run that could have come later begins anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io;

use super::carve::{Found, Orphan, Piece, payload};
use crate::log::sled::frame;
use crate::log::sled::layout::{FORMAT, run_key};
use crate::log::sled::run::Run;
use crate::log::sled::runs::Shelf;
use crate::log::sled::segment;
use crate::log::sled::witness::Witness;
use crate::log::{CommandId, Position, StreamId};

/// How many ways to put a run together from copies of its chunks are tried.
const COPIES_TRIED: usize = 4;

/// The pieces of a run: for each chunk, where its copies lie, the one that was written last first.
#[derive(Debug)]
struct Scattered {
    shelf: Shelf,
    chunks: u16,
    copies: BTreeMap<u16, Vec<Piece>>,
}

impl Scattered {
    fn written(&self) -> i64 {
        self.copies.get(&0).and_then(|copies| copies.first()).map_or(0, |piece| piece.lying.written)
    }

    /// Puts the run together, and checks it.
    fn joined(&self, file: &mut File, first: Position) -> io::Result<Option<Run>> {
        for copy in 0..COPIES_TRIED {
            let mut bytes = Vec::new();
            let (mut is_whole, mut has_other) = (true, false);
            for chunk in 0..self.chunks {
                let copies = self.copies.get(&chunk).map_or(&[][..], Vec::as_slice);
                has_other |= copies.len() > copy + 1;
                let Some(piece) = copies.get(copy).or(copies.last()) else {
                    is_whole = false;
                    break;
                };
                match payload(file, &run_key(self.shelf, first, chunk), self.shelf, piece.lying)? {
                    Some(payload) => bytes.extend_from_slice(&payload),
                    None => is_whole = false,
                }
            }
            let raw = match self.shelf {
                _ if !is_whole => None,
                Shelf::Sealed => segment::unpack(&bytes).ok(),
                Shelf::Tail | Shelf::Block => Some(bytes),
            };
            if let Some(run) = raw.and_then(|raw| Run::read(first, raw)) {
                return Ok(Some(run));
            }
            if !has_other {
                break;
            }
        }
        Ok(None)
    }
}

/// What can be saved, in the order of positions.
pub(super) enum Saved {
    /// A run, whole.
    Run(Run),
    /// Events that are not there, from one position up to another.
    Missing(Position, Position),
}

/// What the log says of streams and commands so far, so that nothing is taken that could not have been appended.
#[derive(Default)]
struct Told {
    versions: HashMap<StreamId, u64>,
    commands: HashSet<CommandId>,
    last: Option<i64>,
    /// Something is missing before, so that events of a stream may be.
    has_gaps: bool,
}

impl Told {
    /// Takes a run in, if its commits can follow.
    fn take(&mut self, run: &Run) -> bool {
        let mut versions: HashMap<StreamId, u64> = HashMap::new();
        let mut commands = HashSet::new();
        let mut last = self.last;
        for commit in run.commits() {
            let receipt = &commit.receipt;
            let known = versions.get(&receipt.stream).or_else(|| self.versions.get(&receipt.stream));
            let next = known.copied().unwrap_or(0) + 1;
            let follows = if self.has_gaps { receipt.first_seq >= next } else { receipt.first_seq == next };
            let is_later = last.is_none_or(|last| last <= receipt.recorded_at);
            let is_new = !self.commands.contains(&receipt.command) && commands.insert(receipt.command);
            if !(follows && is_later && is_new) {
                return false;
            }
            versions.insert(receipt.stream, receipt.version().get());
            last = Some(receipt.recorded_at);
        }
        self.versions.extend(versions);
        self.commands.extend(commands);
        self.last = last;
        true
    }
}

/// Runs in pieces, by where they begin.
pub(super) struct Salvage {
    file: File,
    runs: BTreeMap<Position, Vec<Scattered>>,
    orphans: Vec<Orphan>,
    witness: Option<Witness>,
    /// The event that was acknowledged last is another than the one that was found.
    pub(super) is_other: bool,
}

impl Salvage {
    pub(super) fn of(file: File, found: Found, witness: Option<Witness>) -> Self {
        let mut salvage = Self { file, runs: BTreeMap::new(), orphans: found.orphans, witness, is_other: false };
        for piece in found.pieces {
            salvage.add(piece);
        }
        salvage
    }

    fn add(&mut self, piece: Piece) {
        let runs = self.runs.entry(piece.first).or_default();
        let is_its = |run: &Scattered| (run.shelf, run.chunks) == (piece.shelf, piece.chunks);
        let at = runs.iter().position(is_its).unwrap_or_else(|| {
            runs.push(Scattered { shelf: piece.shelf, chunks: piece.chunks, copies: BTreeMap::new() });
            runs.len() - 1
        });
        let copies = runs[at].copies.entry(piece.chunk).or_default();
        copies.push(piece);
        copies.sort_by_key(|piece| std::cmp::Reverse(piece.lying.written));
        runs.sort_by_key(|run| std::cmp::Reverse(run.written()));
    }

    /// Hands out all that can be saved, and what is missing.
    pub(super) fn each(&mut self, mut receive: impl FnMut(Saved) -> io::Result<()>) -> io::Result<()> {
        let acknowledged = self.witness.map(|witness| witness.end);
        let (mut told, mut next) = (Told::default(), Position::START);
        loop {
            if let Some(run) = self.run_at(next, &mut told)? {
                next = run.end;
                self.compare(&run);
                receive(Saved::Run(run))?;
                continue;
            }
            // What nobody acknowledged may be what a crash left of something else.
            if acknowledged.is_some_and(|end| next >= end) {
                return Ok(());
            }
            told.has_gaps = true;
            let later: Vec<Position> = self.runs.range(next.plus(1)..).map(|(first, _)| *first).collect();
            let mut found = None;
            for first in later {
                if let Some(run) = self.run_at(first, &mut told)? {
                    found = Some(run);
                    break;
                }
            }
            let Some(run) = found else {
                if let Some(end) = acknowledged.filter(|end| next < *end) {
                    receive(Saved::Missing(next, end))?;
                }
                return Ok(());
            };
            receive(Saved::Missing(next, run.first))?;
            next = run.end;
            self.compare(&run);
            receive(Saved::Run(run))?;
        }
    }

    /// The run that begins at a position and can follow.
    fn run_at(&mut self, first: Position, told: &mut Told) -> io::Result<Option<Run>> {
        for has_looked in [false, true] {
            if has_looked && !self.find_orphans(first)? {
                return Ok(None);
            }
            for run in self.runs.get(&first).map_or(&[][..], Vec::as_slice) {
                if let Some(run) = run.joined(&mut self.file, first)?
                    && told.take(&run)
                {
                    return Ok(Some(run));
                }
            }
        }
        Ok(None)
    }

    /// Finds values without a key whose key is that of a run at a position.
    fn find_orphans(&mut self, first: Position) -> io::Result<bool> {
        let mut mine = Vec::new();
        for orphan in &self.orphans {
            let Orphan { shelf, chunk, chunks, lying } = *orphan;
            if payload(&mut self.file, &run_key(shelf, first, chunk), shelf, lying)?.is_some() {
                mine.push(Piece { shelf, first, chunk, chunks, lying });
            }
        }
        self.orphans.retain(|orphan| mine.iter().all(|piece| piece.lying != orphan.lying));
        let found = !mine.is_empty();
        for piece in mine {
            self.add(piece);
        }
        Ok(found)
    }

    /// Compares a run with the witness, which knows the commit that was acknowledged last.
    fn compare(&mut self, run: &Run) {
        // The witness of format 1 knows the hash of a block.
        let Some(witness) = self.witness.filter(|witness| witness.format == FORMAT) else { return };
        let last = run.commits().find(|commit| commit.receipt.end() == witness.end);
        self.is_other |= last.is_some_and(|commit| frame::digest(commit.bytes) != witness.last);
    }
}
