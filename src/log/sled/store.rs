//! The open store: one writer, many readers, and the order in which an append becomes true.

mod closing;
mod replacing;

use std::collections::VecDeque;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use ::sled::{Db, Tree};
use tokio::sync::{oneshot, watch};

use super::boundary::{Caught, guarded};
use super::cache::Cache;
use super::folder::Folder;
use super::index;
use super::layout::FORMAT;
use super::lock::Lock;
use super::patience::Watched;
use super::reader::{Reader, damaged, fault};
use super::recent::{LAG_COMMITS, LAG_COMMITS_MAX, Recent, TAIL_COMMITS_MAX};
use super::witness::{Witness, WitnessFile};
use super::writer::{Group, Standing};
use crate::log::{Append, AppendError, Heard, Place, Position, ReadError, Receipt};

/// How many waiting commits one flush takes: a bound on memory, far above what people cause.
const GROUP_COMMITS_MAX: usize = 1024;

type Answer = Result<Receipt, AppendError>;

/// What readers may see: the durable end, and the time of its last event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Durable {
    pub(super) end: Position,
    pub(super) last_recorded_at: Option<i64>,
    pub(super) closed: bool,
}

/// The open store.
pub(super) struct Store {
    folder: Folder,
    /// Nothing once closed. Readers share it; closing waits for them.
    engine: RwLock<Option<Engine>>,
    /// Taken before `engine`, by everything that writes.
    writer: Mutex<Writer>,
    /// Pages are several keys that change together: shared by readers, held alone, after `writer` and `engine`, while a batch
    /// that changes pages is applied.
    steady: RwLock<()>,
    /// What is in memory of the log, all of it durable.
    recent: RwLock<Recent>,
    cache: Cache,
    /// Why the indexes take in nothing more until the store is reopened.
    unindexed: OnceLock<String>,
    /// Appends that wait for the writer; one turn serves all that came before it with one flush.
    queue: Mutex<Queue>,
    durable: watch::Sender<Durable>,
    failure: OnceLock<String>,
    closing: AtomicBool,
    /// Closing writes the store anew, however little it has grown.
    compacts: AtomicBool,
    /// Who hears how far closing is.
    heard: Mutex<Option<Heard>>,
    /// A view was taken away, and where it lay are gaps.
    has_gaps: AtomicBool,
    /// How long `db` was when the store was opened.
    opened_length: u64,
}

/// sled, and beside it the handle that makes what it wrote durable.
pub(super) struct Engine {
    pub(super) db: Caught<Db>,
    /// sled's flush syncs neither the file's length nor its metadata; `fdatasync` through our own handle does both.
    pub(super) file: File,
    /// Let go after sled is, so that the next holder never meets sled's own lock.
    pub(super) lock: Lock,
}

struct Writer {
    standing: Standing,
    witness: WitnessFile,
    /// The length that the witness bears, as long as nothing was written since a clean close.
    untouched: Option<u64>,
}

/// Appends that wait.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Append, oneshot::Sender<Answer>)>,
    /// A turn is on its way that will serve them.
    awaited: bool,
}

/// The right and duty to serve the appends that wait.
///
/// Where it is lost unused, because the threads it was to run on were stopped, the appends learn that nobody serves them.
pub(super) struct Turn(Option<Arc<Store>>);

impl Turn {
    /// Serves the appends that wait, with one flush for a group of them.
    pub(super) fn serve(mut self) {
        if let Some(store) = self.0.take() {
            store.serve_queue();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(store) = self.0.take() {
            *store.queue() = Queue::default();
        }
    }
}

impl Store {
    /// A store that was opened; with its witness comes the length that this bears, where the store was closed cleanly before.
    pub(super) fn new(
        folder: Folder,
        engine: Engine,
        standing: Standing,
        recent: Recent,
        (witness, untouched): (WitnessFile, Option<u64>),
    ) -> Self {
        let opened_length = engine.file.metadata().map_or(0, |file| file.len());
        Self {
            folder,
            engine: RwLock::new(Some(engine)),
            writer: Mutex::new(Writer { standing, witness, untouched }),
            steady: RwLock::new(()),
            recent: RwLock::new(recent),
            cache: Cache::default(),
            unindexed: OnceLock::new(),
            queue: Mutex::default(),
            durable: watch::Sender::new(Durable {
                end: standing.end,
                last_recorded_at: standing.last_recorded_at,
                closed: false,
            }),
            failure: OnceLock::new(),
            closing: AtomicBool::new(false),
            compacts: AtomicBool::new(false),
            heard: Mutex::new(None),
            has_gaps: AtomicBool::new(false),
            opened_length,
        }
    }

    /// Returns what readers may see.
    pub(super) fn durable(&self) -> Result<Durable, ReadError> {
        let durable = *self.durable.borrow();
        if durable.closed { Err(ReadError::Closed) } else { Ok(durable) }
    }

    /// Follows what readers may see.
    pub(super) fn follow(&self) -> watch::Receiver<Durable> {
        self.durable.subscribe()
    }

    /// Reads inside the panic boundary, all of it at one moment of the pages.
    pub(super) fn reading<T>(&self, read: impl FnOnce(&Tree, Durable) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let durable = self.durable()?;
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let engine = engine.as_ref().ok_or(ReadError::Closed)?;
        let _steady = self.steady.read().unwrap_or_else(PoisonError::into_inner);
        let _watched = Watched::reading(&engine.db);
        guarded(|| read(&engine.db, durable)).unwrap_or_else(|words| Err(panicked(&words)))
    }

    /// Reads the log inside the panic boundary, with indexes that stand still.
    pub(super) fn reading_log<T>(
        &self,
        read: impl FnOnce(Reader<'_>, Durable) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        self.reading(|tree, durable| read(self.reader(tree), durable))
    }

    /// Reads the log as [`Store::reading_log`] does, or hands the reading back where it would have to wait.
    pub(super) fn reading_log_now<T, F>(&self, read: F) -> Result<Result<T, ReadError>, F>
    where
        F: FnOnce(Reader<'_>, Durable) -> Result<T, ReadError>,
    {
        let durable = match self.durable() {
            Ok(durable) => durable,
            Err(closed) => return Ok(Err(closed)),
        };
        let (Ok(engine), Ok(_steady)) = (self.engine.try_read(), self.steady.try_read()) else {
            return Err(read);
        };
        let Some(engine) = engine.as_ref() else {
            return Ok(Err(ReadError::Closed));
        };
        let _watched = Watched::reading(&engine.db);
        Ok(guarded(|| read(self.reader(&engine.db), durable)).unwrap_or_else(|words| Err(panicked(&words))))
    }

    fn reader<'s>(&'s self, tree: &'s Tree) -> Reader<'s> {
        Reader { tree, recent: &self.recent, cache: &self.cache }
    }

    /// Writes inside the panic boundary, alone; a fault of the store ends all writing (L8).
    pub(super) fn writing<T>(
        &self,
        write: impl FnOnce(&Tree, Durable) -> Result<T, AppendError>,
    ) -> Result<T, AppendError> {
        let mut alone = self.writer();
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let engine = self.usable(engine.as_ref())?;
        let durable = self.durable()?;
        alone.untouched = None;
        let _steady = self.steady.write().unwrap_or_else(PoisonError::into_inner);
        let _watched = Watched::writing(&engine.db);
        guarded(|| write(&engine.db, durable)).unwrap_or_else(|words| Err(panicked(&words).into())).inspect_err(
            |error| {
                if matches!(error, AppendError::Storage { .. } | AppendError::Damaged { place: Place::Store, .. }) {
                    self.fail(error);
                }
            },
        )
    }

    /// Puts an append where the next turn finds it; whoever is handed that turn sees to it that it is used.
    pub(super) fn enqueue(self: &Arc<Self>, commit: Append) -> (oneshot::Receiver<Answer>, Option<Turn>) {
        let (answer, receiver) = oneshot::channel();
        let mut queue = self.queue();
        queue.waiting.push_back((commit, answer));
        let turn = !std::mem::replace(&mut queue.awaited, true);
        (receiver, turn.then(|| Turn(Some(Arc::clone(self)))))
    }

    fn serve_queue(&self) {
        let mut writer = self.writer();
        loop {
            let (waiting, more): (Vec<_>, bool) = {
                let mut queue = self.queue();
                let count = queue.waiting.len().min(GROUP_COMMITS_MAX);
                let group = queue.waiting.drain(..count).collect();
                // Whoever comes from here on needs another turn, unless this one goes on.
                queue.awaited = !queue.waiting.is_empty();
                (group, queue.awaited)
            };
            let (commits, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            for (receiver, answer) in answers.into_iter().zip(self.append_group(&mut writer, &commits)) {
                // A caller that no longer waits finds its commit by its command.
                let _ = receiver.send(answer);
            }
            if !more {
                break;
            }
        }
        self.tend(&writer);
    }

    /// Appends commits with one flush.
    pub(super) fn append_all(&self, commits: &[Append]) -> Vec<Answer> {
        let mut writer = self.writer();
        let answers = self.append_group(&mut writer, commits);
        self.tend(&writer);
        answers
    }

    /// Merges into the indexes what a killed process left out of them; a store with a damaged index opens all the same.
    pub(super) fn catch_up_indexes(&self) {
        let mut writer = self.writer();
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engine.as_ref().filter(|_| self.lag() > LAG_COMMITS + TAIL_COMMITS_MAX) {
            writer.untouched = None;
            self.index(&engine.db, writer.standing.end);
        }
    }

    /// Merges into the indexes what they lag behind by, when that is much.
    fn tend(&self, writer: &Writer) {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let (Ok(engine), end) = (self.usable(engine.as_ref()), writer.standing.end) else {
            return;
        };
        let lags = self.reader(&engine.db).recent().lags(end);
        if lags {
            self.index(&engine.db, end);
        }
    }

    fn lag(&self) -> usize {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).lag()
    }

    /// Merges all that the indexes do not know into them.
    ///
    /// Nothing depends on it but the next opening and the memory of this one. So a damaged index ends no work until what is
    /// kept in memory instead of it becomes too much; whoever asks for what is in the damaged page is told of it.
    fn index(&self, tree: &Tree, end: Position) {
        if self.unindexed.get().is_none() {
            let _watched = Watched::writing(tree);
            let merged = guarded(|| {
                let recent = self.reader(tree).recent();
                index::merge(tree, recent.unindexed(), end, |batch| {
                    let _steady = self.steady.write().unwrap_or_else(PoisonError::into_inner);
                    tree.apply_batch(batch).map_err(|error| fault("writing the indexes", error))
                })
            });
            match merged.unwrap_or_else(|words| Err(panicked(&words))) {
                Ok(()) => return self.recent.write().unwrap_or_else(PoisonError::into_inner).settle(end),
                Err(error @ ReadError::Storage { .. }) => return self.fail(&error.into()),
                Err(error) => {
                    // The first reason explains the others.
                    let _ = self.unindexed.set(error.to_string());
                }
            }
        }
        if let Some(what) = self.unindexed.get().filter(|_| self.lag() > 2 * LAG_COMMITS_MAX) {
            self.fail(&AppendError::Damaged { place: Place::Store, what: what.clone() });
        }
    }

    fn append_group(&self, writer: &mut Writer, commits: &[Append]) -> Vec<Answer> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        if self.usable(engine.as_ref()).is_err() {
            let refusal = || self.usable(engine.as_ref()).err().unwrap_or(AppendError::Closed);
            return commits.iter().map(|_| Err(refusal())).collect();
        }
        let Some(engine) = engine.as_ref() else {
            return commits.iter().map(|_| Err(AppendError::Closed)).collect();
        };
        let before = writer.standing;
        if !commits.is_empty() {
            writer.untouched = None;
        }
        let _watched = Watched::writing(&engine.db);
        let mut answers = Vec::with_capacity(commits.len());
        let mut group = Group::new(self.reader(&engine.db), before);
        let written = guarded(|| {
            group.take_all(commits, &mut answers)?;
            group.write()
        });
        let durable = written.unwrap_or_else(|words| Err(panicked(&words))).and_then(|standing| {
            let length = if standing.end > before.end { make_durable(engine)? } else { 0 };
            Ok((standing, length))
        });
        match durable {
            Ok((standing, length)) if standing.end > before.end => {
                writer.standing = standing;
                group.publish(&mut self.recent.write().unwrap_or_else(PoisonError::into_inner));
                self.publish(standing);
                self.bear_witness(writer, length, false);
            }
            Ok(_) => {}
            Err(error) => {
                let error = AppendError::from(error);
                self.fail(&error);
                for answer in &mut answers {
                    // What was durable before stays acknowledged; refusals stay what they are.
                    if answer.as_ref().is_ok_and(|receipt| receipt.end() > before.end) {
                        *answer = Err(again(&error));
                    }
                }
                let missing = commits.len() - answers.len();
                answers.extend((0..missing).map(|_| Err(again(&error))));
            }
        }
        answers
    }

    fn publish(&self, standing: Standing) {
        self.durable.send_replace(Durable {
            end: standing.end,
            last_recorded_at: standing.last_recorded_at,
            closed: false,
        });
    }

    /// Writes the witness; the commit before it is durable, so a failure here only ends further writing.
    ///
    /// `length` is that of `db` before its last sync: what sled has added since may be lost, and is not borne witness to.
    fn bear_witness(&self, writer: &mut Writer, length: u64, closed: bool) {
        let Standing { end, last_commit, .. } = writer.standing;
        let sum = if closed { self.folder.db_sum() } else { Ok(None) };
        let written = sum.and_then(|sum| {
            writer.witness.write(&Witness { format: FORMAT, end, last: last_commit, length, sum, closed })?;
            // Of a store that was only read it says what it said before: whatever a power cut leaves of that is true.
            if closed && writer.untouched.is_none() { writer.witness.sync() } else { Ok(()) }
        });
        if let Err(source) = written {
            self.fail(&AppendError::Storage { doing: "writing the witness", source: source.into() });
        }
    }

    fn usable<'e>(&self, engine: Option<&'e Engine>) -> Result<&'e Engine, AppendError> {
        if let Some(cause) = self.failure.get() {
            return Err(AppendError::AfterFailure { cause: cause.clone() });
        }
        match engine {
            Some(engine) if !self.closing.load(Ordering::SeqCst) => Ok(engine),
            _ => Err(AppendError::Closed),
        }
    }

    fn fail(&self, error: &AppendError) {
        // The first failure is the one that explains the others.
        let _ = self.failure.set(in_words(error));
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Who wants to know whether the last flush worked calls `close`.
        let _ = self.close();
    }
}

/// Makes everything that was written to sled survive a power cut.
pub(super) fn make_durable(engine: &Engine) -> Result<u64, ReadError> {
    guarded(|| engine.db.flush())
        .unwrap_or_else(|words| Err(::sled::Error::ReportableBug(words)))
        .map_err(|error| fault("flushing the log", error))?;
    synced(&engine.file).map_err(|source| ReadError::Storage { doing: "syncing the log", source: source.into() })
}

/// Syncs a file and returns a length that it has for good: the one from before, since it may grow meanwhile.
pub(super) fn synced(file: &std::fs::File) -> std::io::Result<u64> {
    let length = file.metadata()?.len();
    file.sync_data()?;
    Ok(length)
}

/// Closes sled, which writes what it still holds.
pub(super) fn dropped(db: Caught<Db>) -> Result<(), ReadError> {
    // Whoever drops sled waits for what it writes and cannot be looked after: so all of it is written before. Should that fail,
    // sled writes nothing more.
    let flushed = {
        let _watched = Watched::reading(&db);
        guarded(|| db.flush()).unwrap_or_else(|words| Err(::sled::Error::ReportableBug(words)))
    };
    guarded(move || drop(db.release())).map_err(|words| panicked(&words))?;
    flushed.map(|_| ()).map_err(|error| fault("flushing the log while closing", error))
}

/// Says what a panic of sled means.
pub(super) fn panicked(words: &str) -> ReadError {
    damaged(Place::Store, format!("sled panicked: {words}"))
}

/// Tells a second caller of the same failure.
fn again(error: &AppendError) -> AppendError {
    match error {
        AppendError::Damaged { place, what } => AppendError::Damaged { place: place.clone(), what: what.clone() },
        AppendError::Storage { doing, source } => AppendError::Storage { doing, source: source.to_string().into() },
        other => AppendError::AfterFailure { cause: other.to_string() },
    }
}

fn in_words(error: &AppendError) -> String {
    match error {
        AppendError::Storage { doing, source } => format!("{doing}: {source}"),
        other => other.to_string(),
    }
}
