//! What the tests of this room append, and where.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use servanda::log::{
    Append, CommandId, Draft, EventLog, MemoryLog, OpenError, OpenOptions, Position, Receipt, Recorded, SledLog,
    StreamId, StreamVersion, ViewStore,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::full::{fill, open_full};

/// A log that also keeps views, as every backend does.
pub(crate) trait Backend: EventLog + ViewStore {}
impl<T: EventLog + ViewStore> Backend for T {}

/// A backend for one test, with the folder that it lives in.
pub(crate) struct Bench {
    pub(crate) log: Arc<dyn Backend>,
    reopen: fn(&Path) -> Arc<dyn Backend>,
    dir: TempDir,
    /// Whether what was appended survives closing.
    pub(crate) keeps: bool,
}

impl Bench {
    pub(crate) fn memory() -> Self {
        let dir = TempDir::new().unwrap();
        Self { log: Arc::new(MemoryLog::new()), reopen: |_| Arc::new(MemoryLog::new()), dir, keeps: false }
    }

    pub(crate) fn sled() -> Self {
        let dir = TempDir::new().unwrap();
        let reopen = |path: &Path| -> Arc<dyn Backend> { Arc::new(open(path).unwrap()) };
        Self { log: reopen(&dir.path().join("store")), reopen, dir, keeps: true }
    }

    /// The embedded backend on a store that holds 100,000 events already, and does not tell.
    pub(crate) fn full() -> Self {
        let dir = TempDir::new().unwrap();
        fill(&dir.path().join("store"));
        Self { log: open_full(&dir.path().join("store")), reopen: open_full, dir, keeps: true }
    }

    pub(crate) fn events(&self) -> Arc<dyn EventLog> {
        self.log.clone()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    pub(crate) async fn reopen(&mut self) {
        self.log.close().await.unwrap();
        self.log = (self.reopen)(&self.path());
    }
}

pub(crate) fn options() -> OpenOptions {
    OpenOptions {
        wait: Duration::ZERO,
        holder: "servanda test".to_owned(),
        since: "2026-11-21 12:00".to_owned(),
        create: true,
    }
}

pub(crate) fn open(path: &Path) -> Result<SledLog, OpenError> {
    SledLog::open(path, &options())
}

pub(crate) fn stream(number: u128) -> StreamId {
    StreamId::new(Uuid::from_u128(number))
}

pub(crate) fn command(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(number))
}

pub(crate) fn draft(text: &str) -> Draft {
    Draft { header: format!("header of {text}").into_bytes(), body: text.as_bytes().to_vec() }
}

/// A commit of `count` events to a stream at a version; its command is made of both, its time is 0.
pub(crate) fn commit(to: u128, version: u64, count: usize) -> Append {
    Append {
        command: command(to << 64 | u128::from(version)),
        stream: stream(to),
        expected: StreamVersion::new(version),
        expected_end: None,
        recorded_at: 0,
        events: (0..count).map(|event| draft(&format!("{to}@{version}+{event}"))).collect(),
    }
}

/// What the log must give back for a commit.
pub(crate) fn recorded(commit: &Append, receipt: &Receipt) -> Vec<Recorded> {
    (0_u64..)
        .zip(&commit.events)
        .map(|(offset, draft)| Recorded {
            position: receipt.first.plus(offset),
            stream: commit.stream,
            seq: receipt.first_seq + offset,
            command: commit.command,
            recorded_at: commit.recorded_at,
            header: draft.header.clone(),
            body: draft.body.clone(),
        })
        .collect()
}

/// All events of a log.
pub(crate) async fn everything(log: &dyn EventLog) -> Vec<Recorded> {
    let mut all = Vec::new();
    loop {
        let page = log.read(Position::new(all.len() as u64), 1000).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
