//! The embedded backend: one folder, sled 0.34.7 as it really is (`docs` of the layout are in `layout`).
//!
//! An append becomes true in this order: one key, or one atomic batch in one tree · `flush` · `fdatasync` of sled's file through our own
//! handle · readers see it · the witness outside sled says so · it is acknowledged. Opening goes the other way: the lock, the
//! witness, a look at the file, where in doubt a try on a copy, and only then sled.

mod boundary;
mod cache;
mod compact;
mod dense;
mod earlier;
pub(super) mod folder;
mod frame;
mod index;
mod inspect;
mod layout;
mod lock;
pub mod mending;
mod migration;
mod open;
mod packed;
mod passing;
mod patience;
mod reader;
mod recent;
mod replace;
mod run;
mod runs;
mod segment;
mod store;
mod views;
mod witness;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::open::Findings;
use self::reader::Reader;
use self::store::{Durable, Store};
use super::view_store::{Change, check_put};
use super::{
    Append, AppendError, CommandId, EventLog, Heard, OpenError, Position, ReadError, Receipt, Recorded, Replacement,
    StreamId, StreamVersion, ViewStore,
};

/// How to open a store.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// How long to wait for another process that holds the store.
    pub wait: Duration,
    /// What others are told of this process while it holds the store: program and command.
    pub holder: String,
    /// Since when, in the same words; the log asks no clock.
    pub since: String,
    /// Whether to make the store where there is none.
    pub create: bool,
}

/// What the witness said when the store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessFinding {
    /// The store ends where the witness says.
    Agrees,
    /// The store holds more than the witness saw: the last process ended without closing it.
    Behind {
        /// The end that the witness saw.
        witness: Position,
    },
    /// There was none: a new store, or someone took it away.
    Missing,
    /// It was unreadable.
    Torn,
}

/// A log in a folder.
pub struct SledLog {
    store: Arc<Store>,
    findings: Findings,
}

impl SledLog {
    /// Opens the store of a folder.
    ///
    /// Blocks while it waits and while sled recovers: tens of milliseconds after a clean close, seconds after a crash.
    ///
    /// # Errors
    ///
    /// [`OpenError::Held`] when another process keeps it longer than `wait`; [`OpenError::Damaged`] when the store is not what
    /// was acknowledged.
    pub fn open(dir: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let (store, findings) = open::open(dir, options)?;
        Ok(Self { store: Arc::new(store), findings })
    }

    /// Returns what the witness said when the store was opened.
    pub const fn witness(&self) -> WitnessFinding {
        self.findings.witness
    }

    /// Returns where the log ends, at once.
    ///
    /// # Errors
    ///
    /// [`ReadError::Closed`] after [`EventLog::close`].
    pub fn ends(&self) -> Result<Position, ReadError> {
        Ok(self.store.durable()?.end)
    }

    /// Returns how many events were rewritten, when the store was of an earlier format; nothing when it was of this one.
    pub const fn migrated(&self) -> Option<u64> {
        self.findings.migrated
    }

    /// Reads the log on a thread that may block.
    async fn reading_log<T: Send + 'static>(
        &self,
        read: impl FnOnce(Reader<'_>, Durable) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let store = Arc::clone(&self.store);
        elsewhere(move || store.reading_log(read)).await
    }

    /// Reads on a thread that may block.
    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&::sled::Tree, Durable) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let store = Arc::clone(&self.store);
        elsewhere(move || store.reading(read)).await
    }

    /// Looks something small up here and now: going to another thread and back costs more than most look-ups.
    ///
    /// While pages are changed it would have to wait, and does so on a thread that may block.
    async fn looking_up<T: Send + 'static>(
        &self,
        read: impl FnOnce(Reader<'_>, Durable) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        match self.store.reading_log_now(read) {
            Ok(found) => found,
            Err(read) => self.reading_log(read).await,
        }
    }

    /// Writes on a thread that may block.
    async fn writing<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, AppendError> {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || write(&store))
            .await
            .map_err(|source| AppendError::Storage { doing: "writing on another thread", source: source.into() })
    }
}

/// Reads on a thread that may block.
async fn elsewhere<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadError> {
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|source| Err(ReadError::Storage { doing: "reading on another thread", source: source.into() }))
}

impl SledLog {
    async fn scan_within(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        let (view, from, before) = (view.to_owned(), from.to_vec(), before.map(<[u8]>::to_vec));
        self.reading(move |tree, durable| views::scan(tree, &view, &from, before.as_deref(), limit, durable.end)).await
    }
}

#[async_trait]
impl EventLog for SledLog {
    async fn append(&self, commit: Append) -> Result<Receipt, AppendError> {
        let (answer, turn) = self.store.enqueue(commit);
        // One turn serves all that wait when it comes: sixteen appends at once wake one thread, and share a flush.
        if let Some(turn) = turn {
            drop(tokio::task::spawn_blocking(move || turn.serve()));
        }
        answer.await.unwrap_or_else(|lost| {
            Err(AppendError::Storage { doing: "writing on another thread", source: lost.into() })
        })
    }

    async fn append_all(&self, commits: Vec<Append>) -> Vec<Result<Receipt, AppendError>> {
        let count = commits.len();
        match self.writing(move |store| store.append_all(&commits)).await {
            Ok(answers) => answers,
            Err(error) => {
                let cause = error.to_string();
                (0..count).map(|_| Err(AppendError::AfterFailure { cause: cause.clone() })).collect()
            }
        }
    }

    async fn append_replacing(
        &self,
        commit: Append,
        replaced: Vec<Replacement>,
        heard: Heard,
    ) -> Result<Receipt, AppendError> {
        self.writing(move |store| store.append_replacing(&commit, replaced, &heard)).await?
    }

    async fn read(&self, from: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.reading_log(move |log, durable| log.read(from, durable.end, limit)).await
    }

    async fn read_stream(&self, stream: StreamId, after_seq: u64, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.looking_up(move |log, _| log.read_stream(stream, after_seq, limit)).await
    }

    async fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError> {
        self.looking_up(move |log, _| log.version(stream)).await
    }

    async fn end(&self) -> Result<Position, ReadError> {
        Ok(self.store.durable()?.end)
    }

    async fn last_recorded_at(&self) -> Result<Option<i64>, ReadError> {
        Ok(self.store.durable()?.last_recorded_at)
    }

    async fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError> {
        self.looking_up(move |log, _| log.find(command)).await
    }

    async fn find_many(&self, commands: Vec<CommandId>) -> Result<Vec<Option<Receipt>>, ReadError> {
        self.reading_log(move |log, _| {
            let found = log.find_many(&commands)?;
            Ok(commands.iter().map(|command| found.get(command).cloned()).collect())
        })
        .await
    }

    async fn wait_beyond(&self, position: Position) -> Result<Position, ReadError> {
        let mut durable = self.store.follow();
        let reached = durable.wait_for(|durable| durable.closed || durable.end > position).await;
        match reached.as_deref() {
            Ok(durable) if !durable.closed => Ok(durable.end),
            _ => Err(ReadError::Closed),
        }
    }

    fn compact(&self) {
        self.store.compact();
    }

    fn hear_closing(&self, heard: Heard) {
        self.store.hear_closing(heard);
    }

    async fn close(&self) -> Result<(), AppendError> {
        self.writing(Store::close).await?
    }
}

#[async_trait]
impl ViewStore for SledLog {
    async fn position(&self, view: &str) -> Result<Option<Position>, ReadError> {
        let view = view.to_owned();
        self.looking_up(move |log, durable| views::position(log.tree, &view, durable.end)).await
    }

    async fn get(&self, view: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let (view, key) = (view.to_owned(), key.to_owned());
        self.looking_up(move |log, durable| views::get(log.tree, &view, &key, durable.end)).await
    }

    async fn get_many(&self, view: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
        let (view, keys) = (view.to_owned(), keys.to_vec());
        self.reading(move |tree, durable| views::get_many(tree, &view, &keys, durable.end)).await
    }

    async fn scan_range(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.scan_within(view, from, before, usize::MAX).await
    }

    async fn scan_page(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.scan_within(view, from, before, limit).await
    }

    async fn put(&self, view: &str, position: Position, changes: Vec<Change>) -> Result<(), AppendError> {
        let view = view.to_owned();
        self.writing(move |store| {
            store.writing(|tree, durable| {
                check_put(&view, position, durable.end, &changes)?;
                views::put(tree, &view, position, changes, durable.end)
            })
        })
        .await?
    }

    async fn clear(&self, view: &str) -> Result<(), AppendError> {
        let view = view.to_owned();
        self.writing(move |store| {
            store.writing(|tree, _| {
                store.leaves_gaps(views::has(tree, &view)?);
                views::clear(tree, &view)
            })
        })
        .await?
    }
}
