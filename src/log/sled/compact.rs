//! Writes the log anew as it is when it is closed, without the gaps that changes have left in sled's file.
//!
//! sled uses a segment again when half of it holds nothing any more, so a file that much was written to is half as long again as
//! what lies in it. The new files change places with the old ones as in `replace`, and hold the same keys and values, the
//! views' as well. What fails before that is decided leaves the old files as they are.

use ::sled::Db;
use xxhash_rust::xxh3::Xxh3;

use super::boundary::{Caught, guarded};
use super::dense::Dense;
use super::folder::Folder;
use super::frame;
use super::inspect;
use super::open::open_sled;
use super::passing;
use super::patience::Watched;
use super::reader::{damaged, fault};
use super::replace::{bear_witness, failed, opening};
use super::store::{dropped, panicked};
use super::writer::Standing;
use crate::log::{AppendError, Place, ReadError};

/// Writes the new log whole and onto the disk, with its witness; `turn` is that of the witness before, and
/// `hear` hears how many bytes are written.
pub(super) fn write(
    folder: &Folder,
    db: &Db,
    standing: Standing,
    turn: u64,
    hear: &dyn Fn(u64),
) -> Result<(), AppendError> {
    folder.create_log_new().map_err(failed("making the folder of the dense log"))?;
    hear(0);
    let mut bytes = 0;
    let copied = with(folder, |new| {
        let mut dense = Dense::new(new);
        let digest = digest(db, |key, value| {
            // The files that hold something damaged may also hold what saves it.
            if !frame::is_whole(&key, &value) {
                return Err(damaged(Place::Store, "a value in it is not what was written; it was not written anew"));
            }
            bytes += (key.len() + value.len()) as u64;
            hear(bytes);
            dense.take(key, value)
        })?;
        dense.finish()?;
        Ok(digest)
    })?;
    // sled makes its index of a file when it opens it, and reads then what the disk was given.
    let found = with(folder, |new| {
        let (found, _) = inspect::standing(new)?;
        let read_back = digest(new, |_, _| {
            hear(bytes);
            Ok(())
        })?;
        Ok((found, read_back))
    })?;
    if found != (standing, copied) {
        return Err(damaged(Place::Store, "its dense copy is not what was written").into());
    }
    folder.sync_log(&folder.log_new()).map_err(failed("syncing the dense log"))?;
    bear_witness(folder, standing, turn).map_err(failed("writing the witness of the dense log"))
}

/// Opens the new log, works with it, and closes it.
fn with<T>(folder: &Folder, work: impl FnOnce(&Db) -> Result<T, ReadError>) -> Result<T, AppendError> {
    let new: Caught<Db> = open_sled(&folder.log_new()).map_err(|error| opening(error, "opening the dense log"))?;
    let watched = Watched::writing(&new);
    let done = guarded(|| work(&new));
    drop(watched);
    let closed = dropped(new);
    let done = done.map_err(|words| panicked(&words))??;
    closed?;
    Ok(done)
}

/// Hands over every key with its value, in order, and returns the hash of all.
fn digest(
    db: &Db,
    mut receive: impl FnMut(::sled::IVec, ::sled::IVec) -> Result<(), ReadError>,
) -> Result<u128, ReadError> {
    let mut hash = Xxh3::new();
    for entry in db.iter() {
        let (key, value) = entry.map_err(|error| fault("reading the log", error))?;
        for bytes in [&key, &value] {
            hash.update(&bytes.len().to_be_bytes());
            hash.update(bytes);
        }
        passing::copied(db, &key);
        receive(key, value)?;
    }
    Ok(hash.digest128())
}
