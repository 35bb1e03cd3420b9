//! Turns commits into one atomic batch of sled: a run of the tail, or the tail and all that is new as segments.

use std::collections::HashMap;

use ::sled::Batch;

use super::frame;
use super::layout::run_key;
use super::passing;
use super::reader::{Reader, damaged, fault};
use super::recent::Recent;
use super::run::{self, RUN_BYTES, Run};
use super::runs::Shelf;
use super::segment;
use crate::log::judgement::{Facts, check_shape, judge};
use crate::log::{Append, AppendError, CommandId, Place, Position, ReadError, Receipt, StreamId, StreamVersion};

/// Bytes after which what is collected goes to sled as one batch: large enough to be rare, small enough for memory.
pub(super) const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// How many commits are looked up in the indexes at once.
const LOOK_UP_COMMITS: usize = 4096;

/// Where the log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) end: Position,
    pub(super) last_recorded_at: Option<i64>,
    /// The hash of the last commit's bytes, that of no bytes for an empty log.
    pub(super) last_commit: u128,
}

impl Standing {
    /// Where an empty log stands.
    pub(super) fn nowhere() -> Self {
        Self { end: Position::START, last_recorded_at: None, last_commit: frame::digest(&[]) }
    }
}

/// What the indexes say of the commits that are to be judged next.
struct Known {
    commands: HashMap<CommandId, Receipt>,
    versions: HashMap<StreamId, u64>,
}

/// Commits that are made durable by one flush.
pub(super) struct Group<'s> {
    reader: Reader<'s>,
    standing: Standing,
    versions: HashMap<StreamId, u64>,
    commands: HashMap<CommandId, Receipt>,
    /// What was written, in order, for those who read once it is durable.
    receipts: Vec<Receipt>,
    /// Where the next batch begins, how many commits it has, and where each begins in its bytes.
    first: Position,
    starts: Vec<(Position, usize)>,
    bytes: Vec<u8>,
    /// The tail was sealed by an earlier batch of this group.
    sealed: Option<Position>,
    /// A run that goes to the tail.
    run: Option<Run>,
}

impl<'s> Group<'s> {
    pub(super) fn new(reader: Reader<'s>, standing: Standing) -> Self {
        Self {
            reader,
            standing,
            versions: HashMap::new(),
            commands: HashMap::new(),
            receipts: Vec::new(),
            first: standing.end,
            starts: Vec::new(),
            bytes: Vec::new(),
            sealed: None,
            run: None,
        }
    }

    /// Judges commits in order, takes in those that stand, and tells of each; ends early at a fault of the store.
    pub(super) fn take_all(
        &mut self,
        commits: &[Append],
        answers: &mut Vec<Result<Receipt, AppendError>>,
    ) -> Result<(), ReadError> {
        for part in commits.chunks(LOOK_UP_COMMITS) {
            // Where a page is damaged, only the commits that need it are refused.
            let known = match self.known(part) {
                Err(ReadError::Damaged { .. }) if part.len() > 1 => None,
                Err(ReadError::Damaged { place: Place::Store, what }) => return Err(damaged(Place::Store, what)),
                Err(ReadError::Damaged { place, what }) => {
                    answers.push(
                        check_shape(&part[0])
                            .map_err(AppendError::from)
                            .and_then(|()| Err(AppendError::Damaged { place, what })),
                    );
                    continue;
                }
                known => Some(known?),
            };
            for commit in part {
                let answer = match &known {
                    Some(known) => self.take(commit, known),
                    None => self.take_alone(commit),
                };
                match answer {
                    // A damaged index of one stream or command is the refusal of one commit, not the end of the store.
                    Err(AppendError::Damaged { place: Place::Store, what }) => return Err(damaged(Place::Store, what)),
                    Err(AppendError::Storage { doing, source }) => return Err(ReadError::Storage { doing, source }),
                    answer => answers.push(answer),
                }
                if self.bytes.len() > BATCH_BYTES {
                    self.write()?;
                }
            }
        }
        Ok(())
    }

    fn known(&self, commits: &[Append]) -> Result<Known, ReadError> {
        let commands: Vec<_> = commits.iter().map(|commit| commit.command).collect();
        let streams: Vec<_> = commits.iter().map(|commit| commit.stream).collect();
        Ok(Known { commands: self.reader.find_many(&commands)?, versions: self.reader.versions(&streams)? })
    }

    fn take_alone(&mut self, commit: &Append) -> Result<Receipt, AppendError> {
        check_shape(commit)?;
        let known = self.known(std::slice::from_ref(commit))?;
        self.take(commit, &known)
    }

    /// Judges one commit, and takes it into the group if it stands.
    fn take(&mut self, commit: &Append, known: &Known) -> Result<Receipt, AppendError> {
        check_shape(commit)?;
        let first = self.commands.get(&commit.command).or_else(|| known.commands.get(&commit.command));
        if let Some(first) = first {
            return Ok(Receipt { repeated: true, ..first.clone() });
        }
        let version = self.versions.get(&commit.stream).or_else(|| known.versions.get(&commit.stream));
        let facts = Facts {
            end: self.standing.end,
            last_recorded_at: self.standing.last_recorded_at,
            version: StreamVersion::new(version.copied().unwrap_or(0)),
        };
        let receipt = judge(commit, &facts)?;
        let at = self.bytes.len();
        run::encode(&receipt, &commit.events, &mut self.bytes);
        self.starts.push((receipt.first, at));
        self.versions.insert(receipt.stream, receipt.version().get());
        self.commands.insert(receipt.command, receipt.clone());
        self.standing.end = receipt.end();
        self.standing.last_recorded_at = Some(receipt.recorded_at);
        self.receipts.push(receipt.clone());
        Ok(receipt)
    }

    /// Writes what was collected, and returns where the log then stands; it is not durable yet.
    pub(super) fn write(&mut self) -> Result<Standing, ReadError> {
        let Some((_, last)) = self.starts.last() else {
            return Ok(self.standing);
        };
        self.standing.last_commit = frame::digest(&self.bytes[*last..]);
        let tree = self.reader.tree;
        let (bytes, starts) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.starts));
        let overflows = {
            let recent = self.reader.recent();
            self.sealed.is_some() || recent.overflows(starts.len(), bytes.len())
        };
        if overflows {
            let mut batch = Batch::default();
            let segments = self.seal(bytes, starts, &mut batch)?;
            tree.apply_batch(batch).map_err(|error| fault("writing a batch", error))?;
            passing::written(tree, &segments);
        } else {
            let mut keyed: Vec<_> = keyed(Shelf::Tail, self.first, &bytes).collect();
            let run = Run::read(self.first, bytes);
            let run = run.ok_or_else(|| damaged(Place::Store, "what is to be written is not commits"))?;
            match keyed.pop() {
                // One key is all or nothing as well, and sled brackets a batch with a write, and a wait for it, of its own.
                Some((key, value)) if keyed.is_empty() => tree.insert(key, value).map(drop),
                last => {
                    let mut batch = Batch::default();
                    keyed.into_iter().chain(last).for_each(|(key, value)| batch.insert(&key, value));
                    tree.apply_batch(batch)
                }
            }
            .map_err(|error| fault("writing a run", error))?;
            self.run = Some(run);
        }
        self.first = self.standing.end;
        Ok(self.standing)
    }

    /// Makes segments of the tail and of what is new, and takes the tail away; returns the keys of the segments.
    fn seal(
        &mut self,
        new: Vec<u8>,
        starts: Vec<(Position, usize)>,
        batch: &mut Batch,
    ) -> Result<Vec<[u8; 11]>, ReadError> {
        let (mut first, mut bytes, mut all) = (self.first, new, starts);
        let recent = self.reader.recent();
        if self.sealed.is_none() && !recent.tail().is_empty() {
            let mut joined: (Vec<u8>, Vec<(Position, usize)>) = (Vec::new(), Vec::new());
            for run in recent.tail() {
                for chunk in 0..frame::count(run.bytes()) {
                    batch.remove(&run_key(Shelf::Tail, run.first, chunk));
                }
                join(&mut joined, run.bytes(), run.starts());
            }
            join(&mut joined, &bytes, &all);
            first = recent.tail_first();
            (bytes, all) = joined;
        }
        drop(recent);
        self.sealed = Some(self.standing.end);
        seal_runs(first, &bytes, &all, batch)
    }

    /// Lets readers see what was written, now that it is durable.
    pub(super) fn publish(self, recent: &mut Recent) {
        for receipt in &self.receipts {
            recent.note(receipt);
        }
        if let Some(next) = self.sealed {
            recent.seal(next);
        }
        if let Some(run) = self.run {
            recent.append(run);
        }
    }
}

/// Puts commits behind others.
fn join(joined: &mut (Vec<u8>, Vec<(Position, usize)>), bytes: &[u8], starts: &[(Position, usize)]) {
    let at = joined.0.len();
    joined.0.extend_from_slice(bytes);
    joined.1.extend(starts.iter().map(|(first, place)| (*first, at + place)));
}

/// Adds segments of about the same size to a batch; `starts` says where each commit begins in the bytes. Returns their keys.
pub(super) fn seal_runs(
    first: Position,
    bytes: &[u8],
    starts: &[(Position, usize)],
    batch: &mut Batch,
) -> Result<Vec<[u8; 11]>, ReadError> {
    let aim = bytes.len().div_ceil(bytes.len().div_ceil(RUN_BYTES).max(1));
    let mut cuts = vec![(first, 0)];
    for (at, (position, place)) in starts.iter().enumerate() {
        let begun = cuts.last().map_or(0, |(_, begun)| *begun);
        let end = starts.get(at + 1).map_or(bytes.len(), |(_, next)| *next);
        // A commit that is larger than the rest of its run begins the next one.
        if *place > begun && (place - begun >= aim || end - begun > RUN_BYTES) {
            cuts.push((*position, *place));
        }
    }
    let raws: Vec<&[u8]> = cuts
        .iter()
        .enumerate()
        .map(|(at, (_, begun))| &bytes[*begun..cuts.get(at + 1).map_or(bytes.len(), |(_, next)| *next)])
        .collect();
    let mut keys = Vec::new();
    for ((first, _), packed) in cuts.iter().zip(segment::pack_all(&raws)?) {
        insert(batch, Shelf::Sealed, *first, &packed);
        keys.extend((0..frame::count(&packed)).map(|chunk| run_key(Shelf::Sealed, *first, chunk)));
    }
    Ok(keys)
}

/// Adds a run to a batch, in chunks.
fn insert(batch: &mut Batch, shelf: Shelf, first: Position, payload: &[u8]) {
    keyed(shelf, first, payload).for_each(|(key, value)| batch.insert(&key, value));
}

/// The chunks of a run, each with its key.
pub(super) fn keyed(shelf: Shelf, first: Position, payload: &[u8]) -> impl Iterator<Item = ([u8; 11], Vec<u8>)> {
    let (chunks, cut) = frame::cut(payload);
    cut.map(move |(number, payload)| {
        let key = run_key(shelf, first, number);
        (key, frame::seal(&key, shelf.kind(), number, chunks, payload))
    })
}
