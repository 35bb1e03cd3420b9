//! The open store: one writer, many readers, and the order in which an append becomes true.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use ::sled::{Db, Tree};
use tokio::sync::{oneshot, watch};

use super::boundary::guarded;
use super::folder::Folder;
use super::layout::FORMAT;
use super::lock::Lock;
use super::reader::{damaged, fault};
use super::witness::{Witness, WitnessFile};
use super::writer::{Group, Standing};
use crate::log::{Append, AppendError, Place, Position, ReadError, Receipt};

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
    /// Appends that wait for the writer; whoever gets it serves them all with one flush.
    queue: Mutex<VecDeque<(Append, oneshot::Sender<Answer>)>>,
    durable: watch::Sender<Durable>,
    failure: OnceLock<String>,
    closing: AtomicBool,
}

/// sled, and beside it the handle that makes what it wrote durable.
pub(super) struct Engine {
    pub(super) db: Db,
    /// sled's flush syncs neither the file's length nor its metadata; `fdatasync` through our own handle does both.
    pub(super) file: File,
    /// Let go after sled is, so that the next holder never meets sled's own lock.
    pub(super) lock: Lock,
}

struct Writer {
    standing: Standing,
    witness: WitnessFile,
}

impl Store {
    pub(super) fn new(folder: Folder, engine: Engine, standing: Standing, witness: WitnessFile) -> Self {
        Self {
            folder,
            engine: RwLock::new(Some(engine)),
            writer: Mutex::new(Writer { standing, witness }),
            steady: RwLock::new(()),
            queue: Mutex::new(VecDeque::new()),
            durable: watch::Sender::new(Durable {
                end: standing.end,
                last_recorded_at: standing.last_recorded_at,
                closed: false,
            }),
            failure: OnceLock::new(),
            closing: AtomicBool::new(false),
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
        guarded(|| read(&engine.db, durable)).unwrap_or_else(|words| Err(panicked(&words)))
    }

    /// Writes inside the panic boundary, alone; a fault of the store ends all writing (L8).
    pub(super) fn writing<T>(
        &self,
        write: impl FnOnce(&Tree, Durable) -> Result<T, AppendError>,
    ) -> Result<T, AppendError> {
        let _alone = self.writer();
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let engine = self.usable(engine.as_ref())?;
        let durable = self.durable()?;
        let _steady = self.steady.write().unwrap_or_else(PoisonError::into_inner);
        guarded(|| write(&engine.db, durable)).unwrap_or_else(|words| Err(panicked(&words).into())).inspect_err(
            |error| {
                if matches!(error, AppendError::Storage { .. } | AppendError::Damaged { place: Place::Store, .. }) {
                    self.fail(error);
                }
            },
        )
    }

    /// Puts an append where the next writer finds it.
    pub(super) fn enqueue(&self, commit: Append) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        self.queue().push_back((commit, answer));
        receiver
    }

    /// Serves the appends that wait, which may be none: an earlier writer may have served them.
    pub(super) fn serve_queue(&self) {
        let mut writer = self.writer();
        let waiting: Vec<_> = {
            let mut queue = self.queue();
            let count = queue.len().min(GROUP_COMMITS_MAX);
            queue.drain(..count).collect()
        };
        let (commits, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        for (receiver, answer) in answers.into_iter().zip(self.append_group(&mut writer, &commits)) {
            // A caller that no longer waits finds its commit by its command.
            let _ = receiver.send(answer);
        }
    }

    /// Appends commits with one flush.
    pub(super) fn append_all(&self, commits: &[Append]) -> Vec<Answer> {
        self.append_group(&mut self.writer(), commits)
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
        let (mut answers, written) = attempt(&engine.db, before, commits);
        let durable = written.and_then(|standing| {
            let length = if standing.end > before.end { make_durable(engine)? } else { 0 };
            Ok((standing, length))
        });
        match durable {
            Ok((standing, length)) if standing.end > before.end => {
                writer.standing = standing;
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
        let Standing { end, last_block, .. } = writer.standing;
        let sum = if closed { self.folder.db_sum() } else { Ok(None) };
        let written = sum.and_then(|sum| {
            writer.witness.write(&Witness { format: FORMAT, end, last: last_block, length, sum, closed })?;
            if closed { writer.witness.sync() } else { Ok(()) }
        });
        if let Err(source) = written {
            self.fail(&AppendError::Storage { doing: "writing the witness", source: source.into() });
        }
    }

    /// Closes the store: what sled still holds is written, the witness says so, the lock is let go.
    pub(super) fn close(&self) -> Result<(), AppendError> {
        self.closing.store(true, Ordering::SeqCst);
        let mut writer = self.writer();
        let engine = self.engine.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Engine { db, file, lock }) = engine else {
            return Ok(());
        };
        self.durable.send_modify(|durable| durable.closed = true);
        let failed = self.failure.get().is_some();
        let dropped = guarded(move || drop(db)).map_err(|words| AppendError::from(panicked(&words)));
        let outcome = dropped.and_then(|()| {
            synced(&file).map_err(|source| AppendError::Storage {
                doing: "syncing the log while closing",
                source: source.into(),
            })
        });
        if let (Ok(length), false) = (&outcome, failed) {
            self.bear_witness(&mut writer, *length, true);
        }
        drop(file);
        drop(lock);
        outcome.map(|_| ())
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

    fn queue(&self) -> MutexGuard<'_, VecDeque<(Append, oneshot::Sender<Answer>)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Who wants to know whether the last flush worked calls `close`.
        let _ = self.close();
    }
}

/// Judges and writes commits up to the first fault of the store.
fn attempt(tree: &Tree, before: Standing, commits: &[Append]) -> (Vec<Answer>, Result<Standing, ReadError>) {
    let mut answers = Vec::with_capacity(commits.len());
    let written = guarded(|| {
        let mut group = Group::new(tree, before);
        for commit in commits {
            match group.take(commit) {
                // A damaged index of one stream or command is the refusal of one commit, not the end of the store.
                Err(AppendError::Damaged { place: Place::Store, what }) => {
                    return Err(damaged(Place::Store, what));
                }
                Err(AppendError::Storage { doing, source }) => {
                    return Err(ReadError::Storage { doing, source });
                }
                answer => answers.push(answer),
            }
        }
        group.write()
    });
    let written = written.unwrap_or_else(|words| Err(panicked(&words)));
    (answers, written)
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
