//! Rewrites a store of format 1, once, when it is opened.
//!
//! The new files are made beside the old ones, which stay until the new ones and their witness are on the disk:
//!
//! ```text
//! log                         the old files; log.new is being written
//! log.old  log.new            the first name is changed
//! log.old  log                the second one too; the witness still speaks of the old files
//! log.old  log  new witness   from here on the new files count
//! log.gone log                the old files are being removed
//! ```
//!
//! As long as the witness is not of the new format, an interrupted migration is undone and done again: nothing was appended to
//! the new files before. Views are not carried over; they are made anew from the log.

use std::io;

use ::sled::{Batch, Db};

use super::boundary::{Caught, guarded};
use super::earlier;
use super::folder::Folder;
use super::frame;
use super::index;
use super::layout::{FORMAT, FORMAT_KEY};
use super::open::{open_sled, storage};
use super::patience::Watched;
use super::reader::fault;
use super::recent::{Recent, note_all};
use super::run::Run;
use super::store::{dropped, panicked};
use super::witness::{Reading, Witness, WitnessFile};
use super::writer::{BATCH_BYTES, Standing, seal_runs};
use crate::log::{OpenError, Position, ReadError};

/// Puts right what an interrupted migration left behind.
pub(super) fn settle(folder: &Folder, reading: &Reading) -> io::Result<()> {
    let done = match reading {
        Reading::Valid(witness, _) if witness.format > FORMAT => return Ok(()),
        Reading::Valid(witness, _) => witness.format == FORMAT,
        Reading::Missing | Reading::Torn => false,
    };
    if folder.log_old().exists() {
        if done && folder.log().exists() {
            folder.rename(&folder.log_old(), &folder.log_gone())?;
        } else {
            // Whatever lies in the place of the old files is a copy of them that nobody has used.
            Folder::remove(&folder.log())?;
            folder.rename(&folder.log_old(), &folder.log())?;
        }
    }
    Folder::remove(&folder.log_new())?;
    Folder::remove(&folder.log_gone())
}

/// Rewrites the store that was opened and inspected; returns how many events it has.
pub(super) fn migrate(
    folder: &Folder,
    db: Caught<Db>,
    standing: Standing,
    reading: &Reading,
) -> Result<u64, OpenError> {
    folder.create_log_new().map_err(storage("making the folder of the migrated log"))?;
    let new = open_sled(&folder.log_new())?;
    let watched = Watched::writing(&new);
    let written = guarded(|| rewrite(&db, standing, &new)).unwrap_or_else(|words| Err(panicked(&words)));
    drop(watched);
    guarded(move || drop(db.release())).map_err(|words| panicked(&words))?;
    let closed = dropped(new);
    let standing = written?;
    closed?;
    folder.sync_log(&folder.log_new()).map_err(storage("syncing the migrated log"))?;
    folder.rename(&folder.log(), &folder.log_old()).map_err(storage("putting the earlier log aside"))?;
    folder.rename(&folder.log_new(), &folder.log()).map_err(storage("putting the migrated log in its place"))?;
    bear_witness(folder, standing, reading).map_err(storage("writing the witness of the migrated log"))?;
    folder.rename(&folder.log_old(), &folder.log_gone()).map_err(storage("removing the earlier log"))?;
    Folder::remove(&folder.log_gone()).map_err(storage("removing the earlier log"))?;
    Ok(standing.end.get())
}

fn bear_witness(folder: &Folder, standing: Standing, reading: &Reading) -> io::Result<()> {
    let turn = match reading {
        Reading::Valid(_, turn) => *turn,
        Reading::Missing | Reading::Torn => 0,
    };
    let length = folder.db_length()?.ok_or(io::ErrorKind::NotFound)?;
    let mut witness = WitnessFile::open(&folder.witness(), turn)?;
    witness.write(&Witness {
        format: FORMAT,
        end: standing.end,
        last: standing.last_commit,
        length,
        sum: folder.db_sum()?,
        closed: true,
    })?;
    witness.sync()?;
    folder.sync_root()
}

/// What is collected for one batch.
struct Rewriting<'d> {
    new: &'d Db,
    recent: Recent,
    first: Position,
    end: Position,
    bytes: Vec<u8>,
    starts: Vec<(Position, usize)>,
}

fn rewrite(db: &Db, before: Standing, new: &Db) -> Result<Standing, ReadError> {
    let format = frame::seal_one(FORMAT_KEY, frame::Kind::Format, &FORMAT.to_be_bytes());
    new.insert(FORMAT_KEY, format).map_err(|error| fault("writing the format", error))?;
    let mut standing = Standing::nowhere();
    let mut rewriting = Rewriting {
        new,
        recent: Recent::new(Position::START, Position::START),
        first: Position::START,
        end: Position::START,
        bytes: Vec::new(),
        starts: Vec::new(),
    };
    earlier::blocks(db, before, |block| {
        if let Some(last) = block.commits().last() {
            standing = Standing {
                end: last.receipt.end(),
                last_recorded_at: Some(last.receipt.recorded_at),
                last_commit: frame::digest(last.bytes),
            };
        }
        rewriting.take(&block)
    })?;
    rewriting.write()?;
    rewriting.index()?;
    new.flush().map_err(|error| fault("flushing the migrated log", error))?;
    Ok(standing)
}

impl Rewriting<'_> {
    fn take(&mut self, block: &Run) -> Result<(), ReadError> {
        note_all(&mut self.recent, block.commits());
        let at = self.bytes.len();
        self.starts.extend(block.starts().iter().map(|(first, place)| (*first, at + place)));
        self.bytes.extend_from_slice(block.bytes());
        self.end = block.end;
        if self.bytes.len() > BATCH_BYTES {
            self.write()?;
            // What sled has not written yet it holds in memory.
            self.new.flush().map_err(|error| fault("flushing the migrated log", error))?;
            if self.recent.lags(self.end) {
                self.index()?;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), ReadError> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        seal_runs(self.first, &self.bytes, &self.starts, &mut batch)?;
        self.new.apply_batch(batch).map_err(|error| fault("writing the migrated log", error))?;
        self.bytes.clear();
        self.starts.clear();
        self.first = self.end;
        Ok(())
    }

    fn index(&mut self) -> Result<(), ReadError> {
        index::merge(self.new, self.recent.unindexed(), self.end, |batch| {
            self.new.apply_batch(batch).map_err(|error| fault("writing the indexes", error))
        })?;
        self.recent.settle(self.end);
        Ok(())
    }
}
