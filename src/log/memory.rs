//! The reference backend: everything in memory, nothing survives.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use super::judgement::{Facts, Replaced, check_grown, check_replaced, check_shape, judge};
use super::view_store::{Change, check_put};
use super::{
    Append, AppendError, CommandId, EventLog, Heard, Position, READ_BYTES_MAX, READ_EVENTS_MAX, ReadError, Receipt,
    Recorded, Replacement, StreamId, StreamVersion, ViewStore,
};

/// A log in memory, for tests and as the measure of the other backends.
pub struct MemoryLog {
    state: Mutex<State>,
    /// The end, or nothing once closed; changed only while `state` is locked, so that no reader sees it run ahead.
    end: watch::Sender<Option<Position>>,
}

#[derive(Default)]
struct State {
    events: Vec<Recorded>,
    streams: HashMap<StreamId, Vec<usize>>,
    commands: HashMap<CommandId, Receipt>,
    views: HashMap<String, View>,
    closed: bool,
}

struct View {
    position: Position,
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl View {
    fn between(&self, from: &[u8], before: Option<&[u8]>) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        let entries = self.entries.range(from.to_vec()..);
        entries
            .take_while(move |(key, _)| before.is_none_or(|before| key.as_slice() < before))
            .map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLog {
    /// Makes an empty log.
    pub fn new() -> Self {
        Self { state: Mutex::new(State::default()), end: watch::Sender::new(Some(Position::START)) }
    }

    fn open_state(&self) -> Option<MutexGuard<'_, State>> {
        // A panic while the lock was held cannot leave a half-done commit: the state is changed after the last check.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (!state.closed).then_some(state)
    }

    fn reading(&self) -> Result<MutexGuard<'_, State>, ReadError> {
        self.open_state().ok_or(ReadError::Closed)
    }

    fn writing(&self) -> Result<MutexGuard<'_, State>, AppendError> {
        self.open_state().ok_or(AppendError::Closed)
    }
}

impl State {
    fn end(&self) -> Position {
        Position::new(self.events.len() as u64)
    }

    fn append(&mut self, commit: Append) -> Result<Receipt, AppendError> {
        check_shape(&commit)?;
        if let Some(first) = self.commands.get(&commit.command) {
            return Ok(Receipt { repeated: true, ..first.clone() });
        }
        let receipt = judge(&commit, &self.facts(commit.stream))?;
        let places = self.streams.entry(commit.stream).or_default();
        for (offset, draft) in (0_u64..).zip(commit.events) {
            places.push(self.events.len());
            self.events.push(Recorded {
                position: receipt.first.plus(offset),
                stream: commit.stream,
                seq: receipt.first_seq + offset,
                command: commit.command,
                recorded_at: commit.recorded_at,
                header: draft.header,
                body: draft.body,
            });
        }
        self.commands.insert(commit.command, receipt.clone());
        Ok(receipt)
    }

    /// Refuses bodies that make an earlier commit too large.
    fn check_grown(&self, replaced: &Replaced) -> Result<(), AppendError> {
        for position in replaced.keys() {
            let Some(receipt) = self.commands.get(&self.events[index(position.get())].command) else { continue };
            let events = &self.events[index(receipt.first.get())..index(receipt.end().get())];
            let bytes = events
                .iter()
                .map(|event| event.header.len() + replaced.get(&event.position).unwrap_or(&event.body).len());
            check_grown(receipt.first, bytes.sum())?;
        }
        Ok(())
    }

    fn append_replacing(&mut self, commit: Append, replaced: Vec<Replacement>) -> Result<Receipt, AppendError> {
        // All that can be refused is, before anything changes.
        check_shape(&commit)?;
        if !self.commands.contains_key(&commit.command) {
            judge(&commit, &self.facts(commit.stream))?;
            let replaced = check_replaced(replaced, self.end())?;
            self.check_grown(&replaced)?;
            for (position, body) in replaced {
                self.events[index(position.get())].body = body;
            }
            self.views.clear();
        }
        self.append(commit)
    }

    fn facts(&self, stream: StreamId) -> Facts {
        Facts {
            end: self.end(),
            last_recorded_at: self.events.last().map(|event| event.recorded_at),
            version: self.version(stream),
        }
    }

    fn put(&mut self, view: &str, position: Position, changes: Vec<Change>) {
        let view = self.views.entry(view.to_owned()).or_insert_with(|| View { position, entries: BTreeMap::new() });
        view.position = position;
        for (key, value) in changes {
            match value {
                Some(value) => view.entries.insert(key, value),
                None => view.entries.remove(&key),
            };
        }
    }

    fn version(&self, stream: StreamId) -> StreamVersion {
        StreamVersion::new(self.streams.get(&stream).map_or(0, Vec::len) as u64)
    }
}

/// Takes events until one of the read bounds is met.
fn bounded<'a>(events: impl Iterator<Item = &'a Recorded>, limit: usize) -> Vec<Recorded> {
    let mut bytes = 0;
    events
        .take(limit.min(READ_EVENTS_MAX))
        .take_while(|event| {
            let room = bytes < READ_BYTES_MAX;
            bytes += event.header.len() + event.body.len();
            room
        })
        .cloned()
        .collect()
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn append(&self, commit: Append) -> Result<Receipt, AppendError> {
        let mut state = self.writing()?;
        let receipt = state.append(commit)?;
        self.end.send_replace(Some(state.end()));
        Ok(receipt)
    }

    async fn append_all(&self, commits: Vec<Append>) -> Vec<Result<Receipt, AppendError>> {
        let Ok(mut state) = self.writing() else {
            return commits.iter().map(|_| Err(AppendError::Closed)).collect();
        };
        let answers = commits.into_iter().map(|one| state.append(one)).collect();
        self.end.send_replace(Some(state.end()));
        answers
    }

    async fn append_replacing(
        &self,
        commit: Append,
        replaced: Vec<Replacement>,
        _: Heard,
    ) -> Result<Receipt, AppendError> {
        let mut state = self.writing()?;
        let receipt = state.append_replacing(commit, replaced)?;
        self.end.send_replace(Some(state.end()));
        Ok(receipt)
    }

    async fn read(&self, from: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        let state = self.reading()?;
        Ok(bounded(state.events.iter().skip(index(from.get())), limit))
    }

    async fn read_stream(&self, stream: StreamId, after_seq: u64, limit: usize) -> Result<Vec<Recorded>, ReadError> {
        let state = self.reading()?;
        let places = state.streams.get(&stream).map_or(&[][..], Vec::as_slice);
        let events = places.iter().skip(index(after_seq));
        Ok(bounded(events.map(|place| &state.events[*place]), limit))
    }

    async fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError> {
        Ok(self.reading()?.version(stream))
    }

    async fn end(&self) -> Result<Position, ReadError> {
        Ok(self.reading()?.end())
    }

    async fn last_recorded_at(&self) -> Result<Option<i64>, ReadError> {
        Ok(self.reading()?.events.last().map(|event| event.recorded_at))
    }

    async fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError> {
        Ok(self.reading()?.commands.get(&command).cloned())
    }

    async fn wait_beyond(&self, position: Position) -> Result<Position, ReadError> {
        let mut end = self.end.subscribe();
        let reached = end.wait_for(|end| end.is_none_or(|end| end > position)).await.map_err(|_| ReadError::Closed)?;
        reached.ok_or(ReadError::Closed)
    }

    async fn close(&self) -> Result<(), AppendError> {
        if let Some(mut state) = self.open_state() {
            state.closed = true;
            self.end.send_replace(None);
        }
        Ok(())
    }
}

#[async_trait]
impl ViewStore for MemoryLog {
    async fn position(&self, view: &str) -> Result<Option<Position>, ReadError> {
        Ok(self.reading()?.views.get(view).map(|view| view.position))
    }

    async fn get(&self, view: &str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let state = self.reading()?;
        Ok(state.views.get(view).and_then(|view| view.entries.get(key).cloned()))
    }

    async fn get_many(&self, view: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
        let state = self.reading()?;
        let view = state.views.get(view);
        Ok(keys.iter().map(|key| view.and_then(|view| view.entries.get(key).cloned())).collect())
    }

    async fn scan_range(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        let state = self.reading()?;
        let view = state.views.get(view);
        Ok(view.into_iter().flat_map(|view| view.between(from, before)).collect())
    }

    async fn scan_page(
        &self,
        view: &str,
        from: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        let state = self.reading()?;
        let view = state.views.get(view);
        Ok(view.into_iter().flat_map(|view| view.between(from, before)).take(limit).collect())
    }

    async fn put(&self, view: &str, position: Position, changes: Vec<Change>) -> Result<(), AppendError> {
        let mut state = self.writing()?;
        check_put(view, position, state.end(), &changes)?;
        state.put(view, position, changes);
        Ok(())
    }

    async fn put_after(
        &self,
        view: &str,
        from: Option<Position>,
        position: Position,
        changes: Vec<Change>,
    ) -> Result<bool, AppendError> {
        let mut state = self.writing()?;
        check_put(view, position, state.end(), &changes)?;
        if state.views.get(view).map(|view| view.position) != from {
            return Ok(false);
        }
        state.put(view, position, changes);
        Ok(true)
    }

    async fn clear(&self, view: &str) -> Result<(), AppendError> {
        self.writing()?.views.remove(view);
        Ok(())
    }
}
