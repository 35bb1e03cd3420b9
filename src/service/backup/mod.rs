//! Copies of a whole register, made while it is used, and registers made of them.
//!
//! A backup is a prefix of the log that was durable when it began, with all that belongs to the register beside it. A folder is a
//! store that opens as it is; a file is an archive (see `archive`). Both are made under another name, read back whole, counted,
//! compared by hash, and only then get their own.

mod archive;
pub(super) mod belongings;
pub(super) mod commits;
mod error;
pub(super) mod line;
pub(super) mod tally;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use self::archive::{BELONGING_BYTES_MAX, Piece, Writing};
use self::belongings::{Belonging, UNFINISHED, belongings};
use self::commits::Commits;
pub use self::error::BackupError;
use self::tally::{Tally, Total};
use super::Service;
use super::open::{Opening, open_log};
use super::papers::{private_folders, write_whole};
use super::settings::{FILE, Settings};
use crate::log::{AppendError, EventLog, Position, Recorded, sync_folder};

/// How many events are read at a time.
const PAGE: usize = 4_096;
/// How many pieces wait for the thread that writes or reads them.
const WAITING: usize = 4;
/// How the name of a backup in one file ends.
const ONE_FILE: &str = ".tar.zst";

/// A backup that was made, read back and found whole; or a register that was restored from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// How many events.
    pub events: u64,
    /// The SHA-256 of all of them.
    pub sha256: String,
    /// How many files beside the log, such as attached papers.
    pub files: u64,
    /// Whether it is one file.
    pub is_one_file: bool,
}

/// How far a backup has come: events that are written and read back, of how many.
pub type Far<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// What is to be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A backup in one file.
    File(PathBuf),
    /// A store's folder.
    Folder(PathBuf),
}

impl Source {
    fn path(&self) -> &Path {
        let (Self::File(path) | Self::Folder(path)) = self;
        path
    }

    /// Tells what lies at a path, where it is a backup.
    ///
    /// # Errors
    ///
    /// [`BackupError::Input`] when it cannot be read.
    pub fn at(path: &Path) -> Result<Option<Self>, BackupError> {
        if path.is_dir() {
            return Ok(Some(Self::Folder(path.to_owned())));
        }
        // By its name as well, since its first byte may be the damaged one.
        let is_one = path.to_string_lossy().ends_with(ONE_FILE)
            || archive::begins_as_one(path).map_err(|source| BackupError::input(path, source))?;
        Ok(is_one.then(|| Self::File(path.to_owned())))
    }

    /// The settings of the register that it is of.
    ///
    /// # Errors
    ///
    /// [`BackupError`] when it cannot be read.
    pub fn settings(&self) -> Result<Settings, BackupError> {
        match self {
            Self::Folder(path) => Ok(Settings::read(path)?),
            Self::File(path) => {
                let mut settings = None;
                archive::read(path, |piece| match piece {
                    Piece::Belonging { path: inside, content } if inside == Path::new(FILE) => {
                        settings = Some(Settings::parse(&content, path)?);
                        Ok(false)
                    }
                    Piece::Belonging { .. } => Ok(true),
                    Piece::Events(_) => Ok(false),
                })?;
                Ok(settings.unwrap_or_default())
            }
        }
    }
}

/// A name beside a path, of this process alone.
fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}{UNFINISHED}", std::process::id()))
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Runs what blocks on a thread that may.
async fn elsewhere<T: Send + 'static>(
    at: &Path,
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let lost = |error: tokio::task::JoinError| BackupError::output(at, io::Error::other(error));
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

/// Reads a file that belongs to the register; nothing where it went away meanwhile.
fn content(store: &Path, belonging: &Belonging) -> Result<Option<Piece>, BackupError> {
    let path = store.join(&belonging.path);
    let fault = |source| BackupError::input(&path, source);
    let mut content = Vec::new();
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(fault)?,
    };
    let read = file.take(BELONGING_BYTES_MAX + 1).read_to_end(&mut content).map_err(fault)?;
    if read as u64 > BELONGING_BYTES_MAX {
        return Err(fault(io::Error::other(format!("it has more than {BELONGING_BYTES_MAX} bytes"))));
    }
    Ok(Some(Piece::Belonging { path: belonging.path.clone(), content }))
}

/// Writes a file that belongs to a register into its folder.
fn put(store: &Path, path: &Path, content: &[u8]) -> Result<(), BackupError> {
    let to = store.join(path);
    let fault = |source| BackupError::output(&to, source);
    if let Some(folder) = to.parent() {
        private_folders(folder).map_err(fault)?;
    }
    write_whole(&to, content).map_err(fault)
}

/// Reads a log up to an end, checked, and says what it is.
async fn total_of(log: &dyn EventLog, end: Position, mut far: impl FnMut(u64)) -> Result<Total, BackupError> {
    let mut tally = Tally::default();
    while tally.events() < end.get() {
        let events = page(log, tally.events(), end).await?;
        tally.add_all(&events);
        far(tally.events());
    }
    Ok(tally.total())
}

async fn page(log: &dyn EventLog, from: u64, end: Position) -> Result<Vec<Recorded>, BackupError> {
    let limit = usize::try_from(end.get() - from).unwrap_or(PAGE).min(PAGE);
    let events = log.read(Position::new(from), limit).await?;
    if events.is_empty() {
        let what = format!("the log ends before {end}, where it ended when this began");
        return Err(crate::log::ReadError::Damaged { place: crate::log::Place::Store, what }.into());
    }
    Ok(events)
}

fn compared(path: &Path, found: &Total, wanted: &Total) -> Result<(), BackupError> {
    if found == wanted {
        return Ok(());
    }
    let words = |total: &Total| format!("{} events with the hash {}", total.events, total.sha256);
    Err(BackupError::Differs { path: path.to_owned(), found: words(found), wanted: words(wanted) })
}

impl Service {
    /// Copies the whole register to a path: to one file where its name ends in `.tar.zst`, else to a folder.
    ///
    /// Others may go on writing; what they write after this began is not in it. It is read back before it gets its name.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; then there is nothing under that name.
    pub async fn backup(&self, to: &Path, far: Far<'_>) -> Result<Kept, BackupError> {
        let store = self.folder().ok_or(BackupError::InMemory)?.to_owned();
        if exists(to) {
            return Err(BackupError::Exists { path: to.to_owned() });
        }
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        private_folders(parent).map_err(|source| BackupError::output(parent, source))?;
        let inside = |source| BackupError::input(&store, source);
        if fs::canonicalize(parent).map_err(inside)?.starts_with(fs::canonicalize(&store).map_err(inside)?) {
            return Err(BackupError::Inside { path: to.to_owned(), store });
        }
        let is_one_file = to.to_string_lossy().ends_with(ONE_FILE);
        let making = unfinished(to);
        let made = if is_one_file {
            self.backup_to_file(&store, &making, far).await
        } else {
            self.backup_to_folder(&store, &making, far).await
        };
        let made = made.and_then(|kept| name(&making, to, is_one_file).map(|()| kept));
        if made.is_err() {
            // It is ours, and nothing.
            let _ = if is_one_file { fs::remove_file(&making) } else { fs::remove_dir_all(&making) };
        }
        made
    }

    /// Hands out what a backup is made of, and returns where its log ends and what it is.
    ///
    /// What refers to events comes before the log's end is read, so that it refers to none that are not there; papers, which
    /// events refer to, come after it.
    async fn pieces(
        &self,
        store: &Path,
        pieces: mpsc::Sender<Piece>,
        mut far: impl FnMut(u64, Position),
    ) -> Result<Total, BackupError> {
        let listed = |store: &Path| belongings(store).map_err(|source| BackupError::input(store, source));
        for belonging in listed(store)?.iter().filter(|belonging| !belonging.is_paper()) {
            let Some(piece) = content(store, belonging)? else { continue };
            let Ok(()) = pieces.send(piece).await else { return Ok(Tally::default().total()) };
        }
        let end = self.log.end().await?;
        let mut tally = Tally::default();
        while tally.events() < end.get() {
            let events = page(self.log.as_ref(), tally.events(), end).await?;
            tally.add_all(&events);
            far(tally.events(), end);
            let Ok(()) = pieces.send(Piece::Events(events)).await else { break };
        }
        for belonging in listed(store)?.iter().filter(|belonging| belonging.is_paper()) {
            let Some(piece) = content(store, belonging)? else { continue };
            let Ok(()) = pieces.send(piece).await else { break };
        }
        Ok(tally.total())
    }

    async fn backup_to_file(&self, store: &Path, making: &Path, far: Far<'_>) -> Result<Kept, BackupError> {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let path = making.to_owned();
        let writing = elsewhere(making, move || {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path).map_err(|source| BackupError::output(&path, source))?;
            let mut writing = Writing::begin(&path, file)?;
            while let Some(piece) = receiver.blocking_recv() {
                writing.take(&piece)?;
            }
            writing.end()
        });
        let reading = self.pieces(store, sender, |done, end| far(done, 2 * end.get()));
        let (written, read) = tokio::join!(writing, reading);
        // A disk that is full is why no more was read, not the other way round.
        let (written, read) = (written?, read?);
        compared(making, &written.total(), &read)?;
        let path = making.to_owned();
        let (told, mut hear) = mpsc::unbounded_channel();
        let checking = elsewhere(making, move || {
            archive::read(&path, |piece| {
                if let Piece::Events(events) = &piece {
                    let _ = told.send(events.len() as u64);
                }
                Ok(true)
            })
        });
        let mut done = read.events;
        let hearing = async {
            while let Some(events) = hear.recv().await {
                done += events;
                far(done, 2 * read.events);
            }
        };
        let (checked, ()) = tokio::join!(checking, hearing);
        let damaged = || BackupError::Damaged { path: making.to_owned(), why: "it has no end".to_owned() };
        let checked = checked?.ok_or_else(damaged)?;
        compared(making, &checked.total(), &read)?;
        if checked != written {
            return Err(BackupError::Damaged { path: making.to_owned(), why: "its files are others".to_owned() });
        }
        let files = written.files.len() as u64;
        Ok(Kept { events: read.events, sha256: read.sha256, files, is_one_file: true })
    }

    async fn backup_to_folder(&self, store: &Path, making: &Path, far: Far<'_>) -> Result<Kept, BackupError> {
        let opening = |create| Opening { create, wait: Duration::ZERO, holder: "backup".to_owned(), zone: None };
        if exists(making) {
            return Err(BackupError::Exists { path: making.to_owned() });
        }
        let open = |create| {
            open_log(making, &opening(create), self.clock.as_ref())
                .map_err(|source| BackupError::Open { path: making.to_owned(), source })
        };
        let log = open(true)?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let reading = self.pieces(store, sender, |done, end| far(done, 2 * end.get()));
        let (files, read) = tokio::join!(taken(making, receiver, log.as_ref(), making), reading);
        let closed = log.close().await;
        let (files, read) = (files?, read?);
        closed?;
        drop(log);
        let log = open(false)?;
        let found = total_of(log.as_ref(), log.end().await?, |done| far(read.events + done, 2 * read.events)).await?;
        log.close().await?;
        compared(making, &found, &read)?;
        Ok(Kept { events: read.events, sha256: read.sha256, files, is_one_file: false })
    }

    /// Makes the register of a backup here, in one that is empty, and reads it back.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; then the register may hold a part of it, and is to be thrown away.
    pub async fn restore_backup(&self, from: &Source, far: Far<'_>) -> Result<Kept, BackupError> {
        let _alone = self.turns.alone().await;
        let store = self.folder().ok_or(BackupError::InMemory)?.to_owned();
        let end = self.log.end().await?;
        if end != Position::START {
            return Err(BackupError::NotEmpty { events: end.get() });
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        let putting = taken(from.path(), receiver, self.log.as_ref(), &store);
        let (put, read) = match from {
            Source::File(path) => {
                let path_there = path.clone();
                let reading = elsewhere(path, move || {
                    archive::read(&path_there, |piece| Ok(sender.blocking_send(piece).is_ok()))
                });
                let (put, read) = tokio::join!(putting, reading);
                (put, read.map(|whole| whole.map(|whole| whole.total())))
            }
            Source::Folder(path) => {
                let reading = self.pieces_of_folder(path, sender, |done, all| far(done, 2 * all));
                let (put, read) = tokio::join!(putting, reading);
                (put, read.map(Some))
            }
        };
        let (files, read) = (put?, read?);
        let damaged = || BackupError::Damaged { path: store.clone(), why: "it has no end".to_owned() };
        let read = read.ok_or_else(damaged)?;
        let found = total_of(self.log.as_ref(), self.log.end().await?, |done| far(read.events + done, 2 * read.events));
        compared(&store, &found.await?, &read)?;
        let is_one_file = matches!(from, Source::File(_));
        Ok(Kept { events: read.events, sha256: read.sha256, files, is_one_file })
    }

    async fn pieces_of_folder(
        &self,
        folder: &Path,
        pieces: mpsc::Sender<Piece>,
        mut far: impl FnMut(u64, u64),
    ) -> Result<Total, BackupError> {
        let opening = Opening { create: false, wait: Duration::ZERO, holder: "restore".to_owned(), zone: None };
        let log: Arc<dyn EventLog> = open_log(folder, &opening, self.clock.as_ref())
            .map_err(|source| BackupError::Open { path: folder.to_owned(), source })?;
        for belonging in belongings(folder).map_err(|source| BackupError::input(folder, source))? {
            let Some(piece) = content(folder, &belonging)? else { continue };
            let Ok(()) = pieces.send(piece).await else { break };
        }
        let end = log.end().await?;
        let mut tally = Tally::default();
        while tally.events() < end.get() {
            let events = page(log.as_ref(), tally.events(), end).await?;
            tally.add_all(&events);
            far(tally.events(), end.get());
            let Ok(()) = pieces.send(Piece::Events(events)).await else { break };
        }
        log.close().await?;
        Ok(tally.total())
    }
}

/// Puts what arrives of a backup into a log and a store's folder; returns how many files there were.
async fn taken(
    from: &Path,
    mut pieces: mpsc::Receiver<Piece>,
    log: &dyn EventLog,
    store: &Path,
) -> Result<u64, BackupError> {
    let mut commits = Commits::to(log);
    let mut files = 0;
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Events(events) => commits.take(events).await.map_err(|error| not_taken(from, error))?,
            Piece::Belonging { path, content } => {
                put(store, &path, &content)?;
                files += 1;
            }
        }
    }
    commits.append().await.map_err(|error| not_taken(from, error))?;
    Ok(files)
}

/// Why an empty log did not take what a backup holds: what it refuses was in no log.
fn not_taken(from: &Path, error: AppendError) -> BackupError {
    match error {
        AppendError::Conflict { .. }
        | AppendError::EndMoved { .. }
        | AppendError::ClockBehind { .. }
        | AppendError::Invalid(_) => BackupError::Damaged { path: from.to_owned(), why: error.to_string() },
        failed => failed.into(),
    }
}

/// Gives what was made its own name, unless something else got it meanwhile, and lets the disk know.
fn name(making: &Path, to: &Path, is_one_file: bool) -> Result<(), BackupError> {
    let fault = |source| BackupError::output(to, source);
    let linked = if is_one_file { fs::hard_link(making, to) } else { Err(io::ErrorKind::Unsupported.into()) };
    match linked {
        Ok(()) => drop(fs::remove_file(making)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists || exists(to) => {
            return Err(BackupError::Exists { path: to.to_owned() });
        }
        // A folder, or a file system without such links.
        Err(_) => fs::rename(making, to).map_err(fault)?,
    }
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(parent).map_err(|source| {
        // The name may be gone after a power cut: so it is taken away now, while it is told.
        let _ = if is_one_file { fs::remove_file(to) } else { fs::remove_dir_all(to) };
        fault(source)
    })
}
