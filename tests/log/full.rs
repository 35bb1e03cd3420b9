//! A store that already holds 100,000 events, seen as if it were empty: every law holds on it as well.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use servanda::log::{
    Append, AppendError, Change, CommandId, EventLog, Heard, InvalidAppend, Position, ReadError, Receipt, Recorded,
    Replacement, SledLog, StreamId, StreamVersion, ViewStore,
};
use tempfile::TempDir;

use crate::damage::copy;
use crate::given::{Backend, command, commit, open};

/// What the store holds before a law begins.
pub(crate) const EVENTS: u64 = 100_000;
const EVENTS_A_COMMIT: u64 = 5;
const STREAMS: u64 = 700;
const GROUP: u64 = 4_000;

/// Earlier than every time in the laws.
const LONG_AGO: i64 = i64::MIN;

/// Streams and commands of their own.
const APART: u128 = 1 << 120;

fn filling(number: u64) -> Append {
    let version = number / STREAMS * EVENTS_A_COMMIT;
    let mut one = commit(APART | u128::from(number % STREAMS), version, usize::try_from(EVENTS_A_COMMIT).unwrap());
    one.command = command(APART | u128::from(number).reverse_bits() >> 8);
    one.recorded_at = LONG_AGO;
    one
}

/// Puts a store with [`EVENTS`] events into a folder; it is filled once for all tests.
pub(crate) fn fill(path: &Path) {
    static STORE: OnceLock<TempDir> = OnceLock::new();
    let full = STORE.get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let log = open(&dir.path().join("store")).unwrap();
        runtime.block_on(async {
            let commits = EVENTS / EVENTS_A_COMMIT;
            for from in (0..commits).step_by(usize::try_from(GROUP).unwrap()) {
                let group = (from..commits.min(from + GROUP)).map(filling).collect();
                assert!(log.append_all(group).await.iter().all(Result::is_ok));
            }
            log.close().await.unwrap();
        });
        dir
    });
    copy(&full.path().join("store"), path);
}

/// A full store that hides what it held before.
pub(crate) struct Full(SledLog);

/// Opens a store that [`fill`] made.
pub(crate) fn open_full(path: &Path) -> Arc<dyn Backend> {
    Arc::new(Full(open(path).unwrap()))
}

fn down(position: Position) -> Position {
    Position::new(position.get() - EVENTS)
}

fn up(position: Position) -> Position {
    position.plus(EVENTS)
}

fn receipt(mut found: Receipt) -> Receipt {
    found.first = down(found.first);
    found
}

fn refusal(error: AppendError) -> AppendError {
    match error {
        AppendError::EndMoved { expected, actual } => {
            AppendError::EndMoved { expected: down(expected), actual: down(actual) }
        }
        AppendError::Invalid(InvalidAppend::View { view, what }) => {
            AppendError::Invalid(InvalidAppend::View { view, what })
        }
        other => other,
    }
}

fn shifted(events: Vec<Recorded>) -> Vec<Recorded> {
    events.into_iter().map(|event| Recorded { position: down(event.position), ..event }).collect()
}

#[async_trait]
impl EventLog for Full {
    async fn append(&self, mut commit: Append) -> Result<Receipt, AppendError> {
        commit.expected_end = commit.expected_end.map(up);
        self.0.append(commit).await.map(receipt).map_err(refusal)
    }

    async fn append_all(&self, mut commits: Vec<Append>) -> Vec<Result<Receipt, AppendError>> {
        for commit in &mut commits {
            commit.expected_end = commit.expected_end.map(up);
        }
        let answers = self.0.append_all(commits).await;
        answers.into_iter().map(|answer| answer.map(receipt).map_err(refusal)).collect()
    }

    async fn append_replacing(
        &self,
        mut commit: Append,
        mut replaced: Vec<Replacement>,
        heard: Heard,
    ) -> Result<Receipt, AppendError> {
        commit.expected_end = commit.expected_end.map(up);
        for replacement in &mut replaced {
            replacement.position = up(replacement.position);
        }
        self.0.append_replacing(commit, replaced, heard).await.map(receipt).map_err(refusal)
    }

    async fn read(&self, from: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.0.read(up(from), limit).await.map(shifted)
    }

    async fn read_stream(&self, stream: StreamId, after_seq: u64, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        self.0.read_stream(stream, after_seq, limit).await.map(shifted)
    }

    async fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError> {
        self.0.version(stream).await
    }

    async fn end(&self) -> Result<Position, ReadError> {
        self.0.end().await.map(down)
    }

    async fn last_recorded_at(&self) -> Result<Option<i64>, ReadError> {
        Ok(self.0.last_recorded_at().await?.filter(|at| *at > LONG_AGO))
    }

    async fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError> {
        Ok(self.0.find(command).await?.map(receipt))
    }

    async fn find_many(&self, commands: Vec<CommandId>) -> Result<Vec<Option<Receipt>>, ReadError> {
        let found = self.0.find_many(commands).await?;
        Ok(found.into_iter().map(|found| found.map(receipt)).collect())
    }

    async fn wait_beyond(&self, position: Position) -> Result<Position, ReadError> {
        self.0.wait_beyond(up(position)).await.map(down)
    }

    fn compact(&self) {
        self.0.compact();
    }

    async fn close(&self) -> Result<(), AppendError> {
        self.0.close().await
    }
}

#[async_trait]
impl ViewStore for Full {
    async fn position(&self, view: &str) -> Result<Option<Position>, ReadError> {
        Ok(self.0.position(view).await?.map(down))
    }

    async fn get(&self, view: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(view, key).await
    }

    async fn get_many(&self, view: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
        self.0.get_many(view, keys).await
    }

    async fn scan_range(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.0.scan_range(view, from, before).await
    }

    async fn scan_page(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        self.0.scan_page(view, from, before, limit).await
    }

    async fn put(&self, view: &str, position: Position, changes: Vec<Change>) -> Result<(), AppendError> {
        self.0.put(view, up(position), changes).await.map_err(refusal)
    }

    async fn clear(&self, view: &str) -> Result<(), AppendError> {
        self.0.clear(view).await
    }
}

#[tokio::test]
async fn a_full_store_holds_what_was_appended_under_few_keys() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    fill(&path);
    let log = open(&path).unwrap();
    assert_eq!(log.end().await.unwrap(), Position::new(EVENTS));
    let mut next = 0;
    loop {
        let page = log.read(Position::new(next), 10_000).await.unwrap();
        for event in &page {
            let number = (event.position.get()) / EVENTS_A_COMMIT;
            let one = filling(number);
            let at = usize::try_from(event.position.get() % EVENTS_A_COMMIT).unwrap();
            assert_eq!((event.position.get(), event.stream, event.command), (next, one.stream, one.command));
            assert_eq!((&event.header, &event.body), (&one.events[at].header, &one.events[at].body));
            next += 1;
        }
        if page.is_empty() {
            break;
        }
    }
    assert_eq!(next, EVENTS);
    for number in (0..EVENTS / EVENTS_A_COMMIT).step_by(997) {
        let one = filling(number);
        let found = log.find(one.command).await.unwrap().unwrap();
        assert_eq!(found.first.get(), number * EVENTS_A_COMMIT);
        let of_stream = log.read_stream(one.stream, found.first_seq - 1, 5).await.unwrap();
        assert_eq!(of_stream[0].position, found.first);
    }
    log.close().await.unwrap();
    let db = crate::damage::sled_of(path.as_ref());
    let keys = db.len() as u64;
    assert!(keys < EVENTS / 50, "{keys} keys for {EVENTS} events");
}
