//! Writes the log anew with other bodies, and puts it in the place of the one before, which is removed with all of its files.
//!
//! sled keeps earlier versions of what it holds in its files, so a body is gone only when the files are. What is not touched is
//! copied as it lies there, key by key: positions do not change, so neither do the indexes. Views are not carried over.
//!
//! ```text
//! log                           the old files; log.new is being written, then witness.next
//! log       log.next            the new files are whole and on the disk: from here on they count
//! log.gone  log.next            the old files are out of the way
//! log.gone  log.next  witness   witness.next has become the witness
//! log.gone  log                 the new files are in their place; the old ones are being removed
//! ```
//!
//! Unlike a migration, which is undone when it was interrupted, this goes on from where it stopped: the old files must go.

use std::collections::BTreeSet;
use std::io;
use std::sync::RwLock;

use ::sled::{Db, Tree};

use super::boundary::guarded;
use super::cache::Cache;
use super::dense::Dense;
use super::folder::Folder;
use super::inspect;
use super::layout::{FORMAT, VIEW, parse_run_key};
use super::open::open_sled;
use super::passing;
use super::patience::Watched;
use super::reader::{Reader, damaged, fault};
use super::runs::{Runs, Shelf};
use super::segment;
use super::store::{dropped, panicked};
use super::witness::{self, Reading, Witness, WitnessFile};
use super::writer::{Group, Standing, keyed};
use crate::log::judgement::Replaced;
use crate::log::{Append, AppendError, Heard, OpenError, Place, Position, ReadError, Receipt};

/// Reads the witness, once what was decided and interrupted is finished, and what was not decided is removed.
pub(super) fn settled(folder: &Folder) -> io::Result<Reading> {
    let reading = witness::read(&folder.witness())?;
    if matches!(&reading, Reading::Valid(witness, _) if witness.format > FORMAT) {
        return Ok(reading);
    }
    if !folder.log_next().exists() {
        Folder::remove_file(&folder.witness_next())?;
        return Ok(reading);
    }
    if folder.log().exists() {
        Folder::remove(&folder.log_gone())?;
        folder.rename(&folder.log(), &folder.log_gone())?;
    }
    if folder.witness_next().exists() {
        folder.rename(&folder.witness_next(), &folder.witness())?;
    }
    folder.rename(&folder.log_next(), &folder.log())?;
    Folder::remove(&folder.log_gone())?;
    folder.sync_root()?;
    // What was finished brought its own witness.
    witness::read(&folder.witness())
}

/// Removes what was written of a new log that is not wanted after all.
pub(super) fn give_up(folder: &Folder) {
    // What stays is removed when the store is opened next.
    let _ = Folder::remove(&folder.log_new());
    let _ = Folder::remove_file(&folder.witness_next());
}

/// Writes the new log whole and onto the disk, with one commit more, and decides for it.
///
/// Until it is decided, what fails changes nothing; `turn` is that of the witness.
pub(super) fn write(
    folder: &Folder,
    db: &Db,
    end: Position,
    (commit, replaced): (&Append, &Replaced),
    turn: u64,
    heard: &Heard,
) -> Result<Receipt, AppendError> {
    folder.create_log_new().map_err(failed("making the folder of the new log"))?;
    let new = open_sled(&folder.log_new()).map_err(|error| opening(error, "opening the new log"))?;
    let watched = Watched::writing(&new);
    let written = guarded(|| -> Result<_, AppendError> {
        copy(db, &new, end, replaced, heard)?;
        let added = append(&new, end, commit)?;
        new.flush().map_err(|error| fault("flushing the new log", error))?;
        Ok(added)
    });
    drop(watched);
    let closed = dropped(new);
    let (receipt, standing) = written.map_err(|words| panicked(&words))??;
    closed?;
    folder.sync_log(&folder.log_new()).map_err(failed("syncing the new log"))?;
    bear_witness(folder, standing, turn).map_err(failed("writing the witness of the new log"))?;
    Ok(receipt)
}

/// From here on the new log counts, whatever happens.
pub(super) fn decide(folder: &Folder) -> io::Result<()> {
    folder.rename(&folder.log_new(), &folder.log_next())
}

/// Says that the disk failed.
pub(super) fn failed(doing: &'static str) -> impl Fn(io::Error) -> AppendError {
    move |source| AppendError::Storage { doing, source: source.into() }
}

/// Says that sled could not be opened.
pub(super) fn opening(error: OpenError, doing: &'static str) -> AppendError {
    match error {
        OpenError::Damaged { place, what } => AppendError::Damaged { place, what },
        other => AppendError::Storage { doing, source: other.into() },
    }
}

pub(super) fn bear_witness(folder: &Folder, standing: Standing, turn: u64) -> io::Result<()> {
    let length = std::fs::metadata(folder.log_new().join("db"))?.len();
    Folder::remove_file(&folder.witness_next())?;
    let mut witness = WitnessFile::open(&folder.witness_next(), turn)?;
    witness.write(&Witness {
        format: FORMAT,
        end: standing.end,
        last: standing.last_commit,
        length,
        sum: None,
        closed: true,
    })?;
    witness.sync()?;
    folder.sync_root()
}

/// Copies everything but the views, and the runs that hold replaced events with their new bodies.
fn copy(db: &Db, new: &Db, end: Position, replaced: &Replaced, heard: &Heard) -> Result<(), AppendError> {
    let touched = touched(db, replaced)?;
    let mut dense = Dense::new(new);
    for entry in db.iter() {
        let (key, value) = entry.map_err(|error| fault("reading the log", error))?;
        if key.first() == Some(&VIEW) {
            continue;
        }
        let run = [Shelf::Tail, Shelf::Sealed].iter().find_map(|shelf| Some((*shelf, parse_run_key(*shelf, &key)?)));
        if let Some((shelf, (first, chunk))) = run {
            if chunk == 0 {
                heard(first.get(), end.get());
            }
            if touched.contains(&(shelf.letter(), first)) {
                if chunk == 0 {
                    let payload = rewritten(db, shelf, first, replaced)?;
                    for (key, value) in keyed(shelf, first, &payload) {
                        dense.take(key.as_slice().into(), value.into())?;
                    }
                }
                continue;
            }
        }
        passing::copied(db, &key);
        // What is damaged stays so, under its own checksum, and is told by whoever reads it.
        dense.take(key, value)?;
    }
    heard(end.get(), end.get());
    Ok(dense.finish()?)
}

/// The runs that hold events, by the letters of their shelves and where they begin.
fn touched(tree: &Tree, replaced: &Replaced) -> Result<BTreeSet<(u8, Position)>, ReadError> {
    let mut found = BTreeSet::new();
    for position in replaced.keys() {
        let mut holds = None;
        for shelf in [Shelf::Tail, Shelf::Sealed] {
            let run = Runs::from(tree, shelf, *position)?.next()?;
            if run.as_ref().is_some_and(|run| run.first <= *position && *position < run.end) {
                holds = run.map(|run| (shelf.letter(), run.first));
                break;
            }
        }
        found.insert(holds.ok_or_else(|| damaged(Place::Event(*position), "its run is missing"))?);
    }
    Ok(found)
}

/// What a run is with its new bodies, as it lies on its shelf.
fn rewritten(tree: &Tree, shelf: Shelf, first: Position, replaced: &Replaced) -> Result<Vec<u8>, AppendError> {
    let run = Runs::from(tree, shelf, first)?.next()?.filter(|run| run.first == first);
    let run = run.ok_or_else(|| damaged(Place::Event(first), "its run is missing"))?;
    let bytes = run.replaced(replaced)?;
    match shelf {
        Shelf::Tail | Shelf::Block => Ok(bytes),
        Shelf::Sealed => Ok(segment::pack_all(&[&bytes])?.remove(0)),
    }
}

/// Appends the commit to the new log, judged by what lies in it.
fn append(new: &Db, end: Position, commit: &Append) -> Result<(Receipt, Standing), AppendError> {
    let (standing, recent) = inspect::standing(new)?;
    if standing.end != end {
        let what = format!("its copy ends at {}, and it ends at {end}", standing.end);
        return Err(AppendError::Damaged { place: Place::Store, what });
    }
    let (recent, cache) = (RwLock::new(recent), Cache::default());
    let mut group = Group::new(Reader { tree: new, recent: &recent, cache: &cache }, standing);
    let mut answers = Vec::new();
    group.take_all(std::slice::from_ref(commit), &mut answers)?;
    let receipt = answers.pop().unwrap_or(Err(AppendError::Closed))?;
    Ok((receipt, group.write()?))
}
