//! Looks at a store that need not open, says what is damaged, and makes a whole one of what is not.
//!
//! Nothing that is there is thrown away. The mended log is made beside the damaged one, which is then moved to a folder of its
//! own:
//!
//! ```text
//! log.mended/               the new log with its witness, read back before anything is moved
//! log.mending               the name of the folder that takes the damaged files; from here on the store does not open
//! damaged-1/log, witness    the damaged files
//! log, witness              the new ones
//! ```
//!
//! As long as `log.mending` is there, the next look undoes what was done so far.

mod carve;
mod examine;
mod salvage;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

pub use self::examine::{Examined, Harm};
use self::salvage::{Salvage, Saved};
use super::folder::{Folder, private, private_builder, sync_folder};
use super::lock::{self, Lock, Refused};
use super::open::{refuse, storage};
use super::replace;
use super::run::Run;
use super::witness::{Reading, Witness};
use super::{OpenOptions, open};
use crate::log::{Append, AppendError, Draft, OpenError, Position, Recorded, StreamVersion};

/// How many commits are appended with one flush.
const GROUP_COMMITS: usize = 4_096;

/// The longest name of a folder that takes damaged files.
const NAME_BYTES_MAX: u64 = 256;

/// A store that is held but not opened.
pub struct Unopened {
    folder: Folder,
    root: PathBuf,
    reading: Reading,
    _lock: Lock,
}

/// What can be saved of a log, in the order of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Salvaged {
    /// Events that are what was appended.
    Events(Vec<Recorded>),
    /// Events that are lost: from this position on, up to another.
    Missing(Position, Position),
}

/// What a mending did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mended {
    /// How many events the log has now: all up to the first that is missing.
    pub kept: u64,
    /// How many undamaged ones come after that and are not in the log.
    pub behind: u64,
    /// How many are missing, as far as the witness knows.
    pub missing: u64,
}

/// Hears how far a long work is: done, of how much.
pub type Far<'a> = &'a mut dyn FnMut(u64, u64);

impl Unopened {
    /// Takes the lock of a store, and undoes a mending that was interrupted.
    ///
    /// # Errors
    ///
    /// [`OpenError::Missing`], [`OpenError::Held`], or [`OpenError::Storage`].
    pub fn hold(root: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let folder = Folder::new(root);
        if !folder.is_there() {
            return Err(OpenError::Missing { dir: root.to_owned() });
        }
        let lock =
            lock::take(&folder.lock(), options.wait, &options.holder, &options.since).map_err(
                |refused| match refused {
                    Refused::Held(by, waited) => OpenError::Held { by, waited },
                    Refused::Failed(source) => storage("locking the store")(source),
                },
            )?;
        undo(&folder, root).map_err(storage("undoing an unfinished repair"))?;
        // What a redaction decided is finished, as an opening would: the files before it hold what was to go.
        let reading = replace::settled(&folder).map_err(storage("reading the witness, and settling a replacement"))?;
        Ok(Self { folder, root: root.to_owned(), reading, _lock: lock })
    }

    fn witness(&self) -> Option<Witness> {
        match self.reading {
            Reading::Valid(witness, _) => Some(witness),
            Reading::Missing | Reading::Torn => None,
        }
    }

    fn salvage(&self, far: Far<'_>) -> Result<Salvage, OpenError> {
        // A migration that was interrupted has the whole log under another name.
        let log = if self.folder.log_old().exists() { self.folder.log_old() } else { self.folder.log() };
        let db = log.join("db");
        let fault = storage("reading sled's file");
        let found = match carve::carve(&db, far) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(refuse("its file log/db is missing, and with it everything".to_owned()));
            }
            found => found.map_err(&fault)?,
        };
        let file = File::open(&db).map_err(&fault)?;
        Ok(Salvage::of(file, found, self.witness()))
    }

    /// Hands out what can be saved of the log, without sled; returns whether the event that was acknowledged last is another
    /// than the one that was found.
    ///
    /// # Errors
    ///
    /// [`OpenError::Damaged`] when there is no file; [`OpenError::Storage`] when it cannot be read or the receiver fails.
    pub fn save(&self, far: Far<'_>, receive: &mut dyn FnMut(Salvaged) -> io::Result<()>) -> Result<bool, OpenError> {
        let mut salvage = self.salvage(far)?;
        salvage
            .each(|saved| match saved {
                Saved::Run(run) => receive(Salvaged::Events(events(&run))),
                Saved::Missing(from, to) => receive(Salvaged::Missing(from, to)),
            })
            .map_err(storage("saving what is undamaged"))?;
        Ok(salvage.is_other)
    }

    /// Puts a whole log in the place of a damaged one: every event up to the first that is missing.
    ///
    /// `aside` is the name of a folder of the store, made by the caller, which takes the damaged files; `behind` hears of the
    /// events after the first missing one, which are not in the log, since positions do not move.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; then the store is as it was.
    pub fn mend(
        &self,
        aside: &str,
        far: Far<'_>,
        behind: &mut dyn FnMut(Salvaged) -> io::Result<()>,
    ) -> Result<Mended, OpenError> {
        let made = self.folder.log_mended();
        Folder::remove(&made).map_err(storage("removing an unfinished repair"))?;
        let mut mended = Mended { kept: 0, behind: 0, missing: 0 };
        let options = OpenOptions {
            wait: std::time::Duration::ZERO,
            holder: "doctor".to_owned(),
            since: String::new(),
            create: true,
        };
        let (store, _) = open::open(&made, &options)?;
        let mut commits = Vec::new();
        let append = |commits: &mut Vec<Append>| -> io::Result<()> {
            for answer in store.append_all(&std::mem::take(commits)) {
                answer.map_err(|error| io::Error::other(in_words(&error)))?;
            }
            Ok(())
        };
        let mut is_behind = false;
        self.salvage(far)?
            .each(|saved| match saved {
                Saved::Missing(from, to) => {
                    is_behind = true;
                    mended.missing += to.get() - from.get();
                    behind(Salvaged::Missing(from, to))
                }
                Saved::Run(run) if is_behind => {
                    let events = events(&run);
                    mended.behind += events.len() as u64;
                    behind(Salvaged::Events(events))
                }
                Saved::Run(run) => {
                    mended.kept = run.end.get();
                    commits.extend(appends(&run));
                    if commits.len() >= GROUP_COMMITS { append(&mut commits) } else { Ok(()) }
                }
            })
            .and_then(|()| append(&mut commits))
            .map_err(storage("writing the mended log"))?;
        store.close().map_err(|error| storage("closing the mended log")(io::Error::other(in_words(&error))))?;
        drop(store);
        self.read_back(&made, &options, mended.kept)?;
        self.put_in_place(&made, aside).map_err(storage("putting the mended log in its place"))?;
        Ok(mended)
    }

    /// Opens the log that was made, and compares all of it with what was to be in it.
    fn read_back(&self, made: &Path, options: &OpenOptions, kept: u64) -> Result<(), OpenError> {
        let (store, _) = open::open(made, options)?;
        let mut next = Position::START;
        let mut differs = None;
        self.salvage(&mut |_, _| ())?
            .each(|saved| {
                let Saved::Run(run) = saved else { return Ok(()) };
                if run.end.get() > kept || differs.is_some() {
                    return Ok(());
                }
                let (wanted, mut found) = (events(&run), Vec::new());
                while found.len() < wanted.len() {
                    let left = wanted.len() - found.len();
                    let page = store
                        .reading_log(|log, durable| log.read(next, durable.end, left))
                        .map_err(|error| io::Error::other(error.to_string()))?;
                    if page.is_empty() {
                        break;
                    }
                    next = next.plus(page.len() as u64);
                    found.extend(page);
                }
                if found != wanted {
                    differs = Some(run.first);
                }
                Ok(())
            })
            .map_err(storage("reading the mended log back"))?;
        store.close().map_err(|error| storage("closing the mended log")(io::Error::other(in_words(&error))))?;
        match differs {
            None if next.get() == kept => Ok(()),
            _ => Err(refuse(format!(
                "read back, the mended log is another from {} on; it was not used",
                differs.unwrap_or(next)
            ))),
        }
    }

    fn put_in_place(&self, made: &Path, aside: &str) -> io::Result<()> {
        let Folder { .. } = &self.folder;
        let (marker, taking) = (self.folder.log_mending(), self.root.join(aside));
        let mut file = private(fs::OpenOptions::new().write(true).create(true).truncate(true)).open(&marker)?;
        file.write_all(aside.as_bytes())?;
        file.sync_all()?;
        self.folder.sync_root()?;
        if self.folder.witness().exists() {
            fs::copy(self.folder.witness(), taking.join("witness"))?;
            File::open(taking.join("witness"))?.sync_all()?;
        }
        for log in [self.folder.log(), self.folder.log_old(), self.folder.log_new(), self.folder.log_gone()] {
            if let (true, Some(name)) = (log.exists(), log.file_name()) {
                fs::rename(&log, taking.join(name))?;
            }
        }
        sync_folder(&taking)?;
        fs::rename(made.join("log"), self.folder.log())?;
        fs::rename(made.join("witness"), self.folder.witness())?;
        self.folder.sync_root()?;
        fs::remove_file(&marker)?;
        Folder::remove(made)?;
        self.folder.sync_root()
    }
}

/// Gives the damaged files their names again, when a mending was interrupted while they had others.
fn undo(folder: &Folder, root: &Path) -> io::Result<()> {
    let marker = folder.log_mending();
    let mut name = String::new();
    match File::open(&marker) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Folder::remove(&folder.log_mended());
        }
        file => file?.take(NAME_BYTES_MAX).read_to_string(&mut name)?,
    };
    let took = root.join(&name);
    let is_ours = Path::new(&name).components().count() == 1 && took.is_dir();
    if is_ours {
        let logs = [folder.log_old(), folder.log_new(), folder.log_gone(), folder.log()];
        let moved = |path: &Path| path.file_name().map(|name| took.join(name)).filter(|from| from.exists());
        if logs.iter().any(|log| moved(log).is_some()) {
            // What lies under its name is the mended one, which nobody has used.
            if moved(&folder.log()).is_some() {
                Folder::remove(&folder.log())?;
            }
            for log in &logs {
                if let Some(from) = moved(log) {
                    fs::rename(from, log)?;
                }
            }
        }
        if took.join("witness").exists() {
            fs::copy(took.join("witness"), folder.witness())?;
            File::open(folder.witness())?.sync_all()?;
            fs::remove_file(took.join("witness"))?;
        }
    }
    folder.sync_root()?;
    fs::remove_file(&marker)?;
    Folder::remove(&folder.log_mended())?;
    folder.sync_root()
}

fn events(run: &Run) -> Vec<Recorded> {
    run.commits().flat_map(|commit| commit.events_from(0).collect::<Vec<_>>()).collect()
}

fn appends(run: &Run) -> impl Iterator<Item = Append> + use<'_> {
    run.commits().map(|commit| {
        let receipt = &commit.receipt;
        Append {
            command: receipt.command,
            stream: receipt.stream,
            expected: StreamVersion::new(receipt.first_seq.saturating_sub(1)),
            expected_end: Some(receipt.first),
            recorded_at: receipt.recorded_at,
            events: commit.events_from(0).map(|event| Draft { header: event.header, body: event.body }).collect(),
        }
    })
}

fn in_words(error: &AppendError) -> String {
    match error {
        AppendError::Storage { doing, source } => format!("{doing}: {source}"),
        other => other.to_string(),
    }
}

/// Makes a folder for damaged files in a store; the name has the first number that is free.
///
/// # Errors
///
/// Whatever the file system refuses.
pub fn make_aside(root: &Path, begins: &str) -> io::Result<String> {
    let mut number = 1_u64;
    loop {
        let name = format!("{begins}{number}");
        match private_builder().recursive(false).create(root.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| name),
        }
    }
}
