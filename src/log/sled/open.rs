//! Opening a store: look before sled does, because sled may destroy what it cannot read.

use std::path::Path;
use std::thread;
use std::time::Duration;

use ::sled::Db;

use super::boundary::{Caught, guarded};
use super::folder::{Folder, names, remove_unfinished_snapshots, sync_folder};
use super::inspect::{Found, inspect};
use super::layout::{FORMAT, FORMAT_KEY, SEGMENT_BYTES};
use super::lock::{self, Refused};
use super::patience::Watched;
use super::reader::fault;
use super::recent::Recent;
use super::store::{Engine, Store, make_durable, panicked, synced};
use super::witness::{self, Reading, Witness, WitnessFile};
use super::writer::Standing;
use super::{OpenOptions, WitnessFinding, frame, migration, replace};
use crate::log::{OpenError, Place, Position};

/// Memory that sled may use for its pages; the working set of a desk's register is far below.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// The largest `db` that is tried out on a copy after a crash; copying more would make people wait.
const PROBE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// sled's own lock can outlive its handle by moments, while we hold ours: try for two seconds.
const SLED_TRIES: u32 = 1000;
const SLED_STEP: Duration = Duration::from_millis(2);

/// What was found out while a store was opened.
pub(super) struct Findings {
    pub(super) witness: WitnessFinding,
    /// How many events were rewritten from an earlier format.
    pub(super) migrated: Option<u64>,
}

/// Opens the store of a folder.
pub(super) fn open(root: &Path, options: &OpenOptions) -> Result<(Store, Findings), OpenError> {
    let folder = Folder::new(root);
    if !folder.is_there() {
        if !options.create {
            return Err(OpenError::Missing { dir: root.to_owned() });
        }
        folder.create().map_err(storage("making the store's folder"))?;
    }
    let lock =
        lock::take(&folder.lock(), options.wait, &options.holder, &options.since).map_err(|refused| match refused {
            Refused::Held(by, waited) => OpenError::Held { by, waited },
            Refused::Failed(source) => storage("locking the store")(source),
        })?;
    // While somebody repairs it, the lock is held; whoever gets it and finds this is not that one.
    if folder.log_mending().exists() {
        return Err(refuse("a repair of it was interrupted; servanda doctor begins it again".to_owned()));
    }
    let mut migrated = None;
    let (db, reading, found) = loop {
        let reading = replace::settled(&folder).map_err(storage("reading the witness, and settling a replacement"))?;
        migration::settle(&folder, &reading).map_err(storage("settling an unfinished migration"))?;
        if matches!(reading, Reading::Missing) && folder.was_never_made().map_err(storage("looking at the log"))? {
            folder.make_log_anew().map_err(storage("making the log's folder anew"))?;
        }
        look_before_opening(&folder, &reading)?;
        let db = open_sled(&folder.log())?;
        match inspect(&db, &reading)? {
            Found::Before(standing) if migrated.is_none() => {
                migrated = Some(migration::migrate(&folder, db, standing, &reading)?);
            }
            Found::Before(_) => return Err(refuse("it has the earlier format again after it was migrated".to_owned())),
            Found::Nothing => break (db, reading, None),
            Found::Store(standing, recent) => break (db, reading, Some((standing, recent))),
        }
    };
    let file = std::fs::File::options()
        .write(true)
        .open(folder.log().join("db"))
        .map_err(storage("opening the log for syncing"))?;
    let engine = Engine { db, file, lock };
    let (standing, recent) = if let Some(found) = found {
        found
    } else {
        make(&engine, &folder)?;
        (Standing::nowhere(), Recent::new(Position::START, Position::START))
    };
    let (finding, turn) = match &reading {
        Reading::Valid(witness, turn) if witness.end == standing.end => (WitnessFinding::Agrees, *turn),
        Reading::Valid(witness, turn) => (WitnessFinding::Behind { witness: witness.end }, *turn),
        Reading::Missing => (WitnessFinding::Missing, 0),
        Reading::Torn => (WitnessFinding::Torn, 0),
    };
    let mut witness = WitnessFile::open(&folder.witness(), turn).map_err(storage("opening the witness"))?;
    // Opening may have grown the file, which a power cut would undo: an earlier witness is not outdone, and the first
    // one speaks of what is synced.
    let length = match &reading {
        Reading::Valid(witness, _) => engine.file.metadata().map(|now| now.len().min(witness.length)),
        Reading::Missing | Reading::Torn => synced(&engine.file),
    };
    let length = length.map_err(storage("syncing the log"))?;
    let now =
        Witness { format: FORMAT, end: standing.end, last: standing.last_commit, length, sum: None, closed: false };
    witness.write(&now).map_err(storage("writing the witness"))?;
    if turn == 0 {
        witness.sync().map_err(storage("syncing the witness"))?;
        folder.sync().map_err(storage("syncing the store's folder"))?;
    }
    folder.restrict().map_err(storage("restricting the store's files"))?;
    let clean = matches!(&reading, Reading::Valid(witness, _) if witness.closed && witness.end == standing.end);
    let store = Store::new(folder, engine, standing, recent, (witness, clean.then_some(length)));
    store.catch_up_indexes();
    Ok((store, Findings { witness: finding, migrated }))
}

pub(super) fn storage(doing: &'static str) -> impl Fn(std::io::Error) -> OpenError {
    move |source| OpenError::Storage { doing, source: source.into() }
}

pub(super) fn refuse(what: String) -> OpenError {
    OpenError::Damaged { place: Place::Store, what }
}

/// Refuses what sled must not touch.
pub(super) fn look_before_opening(folder: &Folder, reading: &Reading) -> Result<(), OpenError> {
    folder.remove_probe().map_err(storage("removing an old probe"))?;
    let length = folder.db_length().map_err(storage("reading the log's length"))?;
    let Some(length) = length else {
        return match reading {
            Reading::Missing if !folder.has_snapshot().map_err(storage("reading the store's folder"))? => Ok(()),
            Reading::Missing => Err(refuse("its file log/db is missing beside its snapshot".to_owned())),
            Reading::Valid(witness, _) => Err(refuse(format!(
                "its file log/db is missing, but its witness saw {} events in it",
                witness.end.get()
            ))),
            Reading::Torn => Err(refuse("its file log/db is missing beside its witness".to_owned())),
        };
    };
    let Reading::Valid(witness, _) = reading else {
        return Ok(());
    };
    if witness.format > FORMAT {
        let by = witness::written_by(&folder.witness());
        return Err(OpenError::NewerFormat { found: witness.format, supported: FORMAT, by });
    }
    // sled gives whole segments at the file's end back on its own, at any time; other losses are damage.
    let given_back = length < witness.length && length > 0 && length % SEGMENT_BYTES as u64 == 0;
    if length < witness.length && !given_back {
        return Err(refuse(format!(
            "its file log/db has {length} bytes, but its witness saw {}; it was not opened",
            witness.length
        )));
    }
    let untouched = match witness.sum {
        Some(_) => folder.db_sum().map_err(storage("hashing the log"))? == witness.sum,
        None => witness.closed && !given_back,
    };
    if given_back || (!untouched && length <= PROBE_BYTES_MAX) {
        probe(folder, reading)?;
    }
    Ok(())
}

/// Tries on a copy whether sled finds what was acknowledged, since its recovery may cut the original.
fn probe(folder: &Folder, reading: &Reading) -> Result<(), OpenError> {
    if folder.copy_to_probe().is_err() {
        // No room for a copy: the store is judged when it is open, as large stores are.
        return folder.remove_probe().map_err(storage("removing the probe"));
    }
    let found = open_sled(&folder.probe()).and_then(|db| {
        let found = inspect(&db, reading);
        let closed = guarded(move || drop(db.release())).map_err(|words| panicked(&words).into());
        found.and(closed)
    });
    folder.remove_probe().map_err(storage("removing the probe"))?;
    match found {
        Err(OpenError::Damaged { place, what }) => {
            Err(OpenError::Damaged { place, what: format!("{what} (found on a copy; the store was not changed)") })
        }
        other => other,
    }
}

/// Opens sled, with its newest snapshot known to the disk by name: what was there before it opens, and what it adds.
///
/// sled renames a snapshot into its folder and does not sync the folder. Relying on it, it then overwrites the segments that hold
/// nothing any more. With these on the disk and the snapshot's name not, it would find nothing at all: without a snapshot it
/// starts at a segment that the newest one's head names as stable, which may be one of these.
pub(super) fn open_sled(path: &Path) -> Result<Caught<Db>, OpenError> {
    remove_unfinished_snapshots(path).map_err(storage("removing an unfinished snapshot"))?;
    if path.exists() {
        sync_folder(path).map_err(storage("syncing the log's folder"))?;
    }
    let listed = || names(path).map_err(storage("reading the log's folder"));
    let before = listed()?;
    let db = open_locked(path)?;
    if listed()? != before {
        sync_folder(path).map_err(storage("syncing the log's folder"))?;
    }
    Ok(db)
}

fn open_locked(path: &Path) -> Result<Caught<Db>, OpenError> {
    let config = || {
        ::sled::Config::new().path(path).segment_size(SEGMENT_BYTES).cache_capacity(CACHE_BYTES).flush_every_ms(None)
    };
    let mut tries = 0;
    loop {
        tries += 1;
        match guarded(|| config().open()) {
            Ok(Ok(db)) => return Ok(Caught::new(db)),
            Ok(Err(::sled::Error::Io(error)))
                if tries < SLED_TRIES && error.to_string().contains("could not acquire lock") =>
            {
                thread::sleep(SLED_STEP);
            }
            Ok(Err(error)) => return Err(fault("opening sled", error).into()),
            Err(words) => return Err(panicked(&words).into()),
        }
    }
}

/// Gives a fresh store its format, and makes all of it durable before anything is acknowledged.
fn make(engine: &Engine, folder: &Folder) -> Result<(), OpenError> {
    let _watched = Watched::writing(&engine.db);
    let value = frame::seal_one(FORMAT_KEY, frame::Kind::Format, &FORMAT.to_be_bytes());
    guarded(|| engine.db.insert(FORMAT_KEY, value))
        .map_err(|words| panicked(&words))?
        .map_err(|error| fault("writing the format", error))?;
    make_durable(engine)?;
    folder.sync().map_err(storage("syncing the store's folder"))
}
