//! What an opened sled holds, compared with itself and with its witness.

use std::sync::Arc;

use ::sled::{Db, Tree};

use super::boundary::guarded;
use super::index;
use super::layout::{FORMAT, FORMAT_BEFORE, FORMAT_KEY};
use super::open::refuse;
use super::reader::{damaged, fault};
use super::recent::{LAG_COMMITS_MAX, Recent, TAIL_COMMITS_MAX, note_all};
use super::run::Run;
use super::runs::{Runs, Shelf, last_before};
use super::store::panicked;
use super::witness::{Reading, Witness};
use super::writer::Standing;
use super::{earlier, frame};
use crate::log::{OpenError, Place, Position, ReadError, Receipt};

/// How many of the last segments are checked and found to join: a damaged tail is the common damage.
const SEGMENTS_CHECKED: usize = 3;

/// What an opened sled is.
pub(super) enum Found {
    /// It holds nothing, and never did.
    Nothing,
    /// A store of the format before this one, of which is known where it stands.
    Before(Standing),
    /// A store of this format.
    Store(Standing, Recent),
}

/// Reads where the log stands, and compares it with itself and with the witness.
pub(super) fn inspect(db: &Db, reading: &Reading) -> Result<Found, OpenError> {
    guarded(|| {
        let witness = match reading {
            Reading::Valid(witness, _) => Some(witness),
            Reading::Missing | Reading::Torn => None,
        };
        match format(db, reading)? {
            None => Ok(Found::Nothing),
            Some(FORMAT_BEFORE) => Ok(Found::Before(earlier::inspect(db, witness)?)),
            Some(_) => {
                let (standing, recent) = standing(db)?;
                if let Some(witness) = witness {
                    compare(db, standing, &recent, witness)?;
                }
                Ok(Found::Store(standing, recent))
            }
        }
    })
    .unwrap_or_else(|words| Err(panicked(&words).into()))
}

/// Reads the store's own format number; a store that holds nothing at all has none.
fn format(db: &Db, reading: &Reading) -> Result<Option<u32>, OpenError> {
    let value = db.get(FORMAT_KEY).map_err(|error| fault("reading the format", error))?;
    let Some(value) = value else {
        if db.is_empty() && matches!(reading, Reading::Missing) {
            return Ok(None);
        }
        return Err(refuse("its format number is missing".to_owned()));
    };
    let payload = frame::unseal_one(FORMAT_KEY, frame::Kind::Format, &value)
        .map_err(|what| refuse(format!("its format number: {what}")))?;
    let found = payload.try_into().map(u32::from_be_bytes);
    let found = found.map_err(|_| refuse("its format number has another length".to_owned()))?;
    match found {
        FORMAT_BEFORE | FORMAT => Ok(Some(found)),
        0 => Err(refuse("its format number is 0".to_owned())),
        _ => Err(OpenError::NewerFormat { found, supported: FORMAT, by: None }),
    }
}

/// Reads the tail and the last segments, each whole and joined to the one before, and what the indexes do not know.
pub(super) fn standing(db: &Db) -> Result<(Standing, Recent), ReadError> {
    let tail = tail(db)?;
    let mut segments = Vec::new();
    let mut before = Position::new(u64::MAX);
    while segments.len() < SEGMENTS_CHECKED {
        let Some(first) = last_before(db, Shelf::Sealed, before)? else {
            break;
        };
        segments.push(run_at(db, first)?);
        before = first;
    }
    segments.reverse();
    if segments.len() < SEGMENTS_CHECKED {
        begins(segments.first().or(tail.first()), Position::START)?;
    }
    joined(segments.iter().chain(&tail))?;
    let indexed = index::position(db)?;
    let tail_first = tail.first().map(|run| run.first).or(segments.last().map(|run| run.end)).unwrap_or_default();
    let mut standing = Standing::nowhere();
    if let Some(last) = tail.last().or(segments.last()).and_then(|run| run.holding(last_of(run))) {
        standing = Standing {
            end: last.receipt.end(),
            last_recorded_at: Some(last.receipt.recorded_at),
            last_commit: frame::digest(last.bytes),
        };
    }
    if indexed > standing.end {
        return Err(damaged(Place::Store, format!("its indexes go up to {indexed}, but it ends at {}", standing.end)));
    }
    let mut recent = Recent::new(indexed, tail_first);
    catch_up(db, &mut recent, tail_first)?;
    for run in tail {
        note_all(&mut recent, run.commits());
        recent.append(run);
    }
    if let Some(last) = indexed.get().checked_sub(1).map(Position::new) {
        let run = run_holding(db, &recent, last)?;
        let commit = run.holding(last).filter(|commit| commit.receipt.end() == indexed);
        let commit = commit
            .ok_or_else(|| damaged(Place::Store, format!("its indexes go up to {indexed}, where no commit ends")))?;
        check_indexes(db, &commit.receipt, indexed)?;
    }
    Ok((standing, recent))
}

fn last_of(run: &Run) -> Position {
    Position::new(run.end.get().saturating_sub(1))
}

/// Reads all runs of the tail.
fn tail(db: &Db) -> Result<Vec<Run>, ReadError> {
    let mut runs = Runs::from(db, Shelf::Tail, Position::START)?;
    let mut tail = Vec::new();
    while let Some(run) = runs.next()? {
        if tail.len() == TAIL_COMMITS_MAX {
            return Err(damaged(Place::Event(run.first), format!("its tail has more than {TAIL_COMMITS_MAX} runs")));
        }
        tail.push(run);
    }
    Ok(tail)
}

fn run_at(tree: &Tree, first: Position) -> Result<Run, ReadError> {
    let run = Runs::from(tree, Shelf::Sealed, first)?.next()?;
    run.filter(|run| run.first == first).ok_or_else(|| missing(first))
}

fn begins(run: Option<&Run>, at: Position) -> Result<(), ReadError> {
    match run {
        Some(run) if run.first != at => Err(damaged(Place::Event(at), format!("the log begins at {}", run.first))),
        _ => Ok(()),
    }
}

fn joined<'r>(runs: impl Iterator<Item = &'r Run>) -> Result<(), ReadError> {
    let mut next: Option<Position> = None;
    for run in runs {
        if let Some(next) = next.filter(|next| *next != run.first) {
            return Err(damaged(
                Place::Event(next),
                format!("the run before ends at {next}, the next begins at {}", run.first),
            ));
        }
        next = Some(run.end);
    }
    Ok(())
}

fn missing(position: Position) -> ReadError {
    damaged(Place::Event(position), "its run is missing")
}

/// Notes the commits of the segments that the indexes do not know.
fn catch_up(db: &Db, recent: &mut Recent, end: Position) -> Result<(), ReadError> {
    let mut next = recent.indexed();
    if next >= end {
        return Ok(());
    }
    let mut runs = Runs::from(db, Shelf::Sealed, next)?;
    while next < end {
        let run = runs.next()?.filter(|run| run.first <= next && next < run.end).ok_or_else(|| missing(next))?;
        note_all(recent, run.commits_from(next));
        next = run.end;
        if recent.lag() >= LAG_COMMITS_MAX {
            // An index that lost its position: what is found goes into it, so that memory stays bounded.
            let apply = |batch| db.apply_batch(batch).map_err(|error| fault("writing the indexes", error));
            index::merge(db, recent.unindexed(), next, apply)?;
            recent.settle(next);
        }
    }
    Ok(())
}

/// Checks that the indexes know the last commit that they have taken in.
fn check_indexes(db: &Db, last: &Receipt, indexed: Position) -> Result<(), ReadError> {
    let places = index::places(db, last.stream, last.first_seq, 1, indexed)?;
    if places.first() != Some(&index::Place::of(last)) {
        return Err(damaged(
            Place::Stream(last.stream),
            format!("it does not lead to the stream's commit at {}", last.first),
        ));
    }
    let known = index::candidates(db, &[last.command])?.any(|(_, places)| places.contains(&last.first));
    if !known {
        return Err(damaged(
            Place::Command(last.command),
            format!("it does not lead to the command's commit at {}", last.first),
        ));
    }
    Ok(())
}

/// Compares the store with its witness, which may be older but never other.
fn compare(db: &Db, standing: Standing, recent: &Recent, witness: &Witness) -> Result<(), ReadError> {
    if standing.end < witness.end {
        return Err(damaged(
            Place::Store,
            format!("it holds {} events, but {} were acknowledged", standing.end.get(), witness.end.get()),
        ));
    }
    let Some(last) = witness.end.get().checked_sub(1).map(Position::new) else {
        return Ok(());
    };
    let run = run_holding(db, recent, last)?;
    let commit = run.holding(last).filter(|commit| commit.receipt.end() == witness.end);
    if commit.is_none_or(|commit| frame::digest(commit.bytes) != witness.last) {
        return Err(damaged(Place::Event(last), "it is not the event that was acknowledged"));
    }
    Ok(())
}

/// Returns the run that holds a position.
fn run_holding(db: &Db, recent: &Recent, position: Position) -> Result<Arc<Run>, ReadError> {
    if let Some(run) = recent.run_holding(position) {
        return Ok(Arc::clone(run));
    }
    let run = Runs::from(db, Shelf::Sealed, position)?.next()?;
    let run = run.filter(|run| run.first <= position && position < run.end).ok_or_else(|| missing(position))?;
    Ok(Arc::new(run))
}
