//! The contract suite of `eventcore-testing` over our log, through a thin adapter.
//!
//! 23 of its 27 cases run. The other four (`coordination_*`) ask for leader election among projectors, which the log does not
//! offer: one process holds a store (L9). A commit of ours has one stream; a write to several streams becomes one
//! `append_all` whose commits are chained by their expected ends, so that all stand or all fall.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use eventcore_testing::contract;
use eventcore_types::{
    CheckpointStore, CommandStateSnapshot, CommandStateSnapshotId, Event, EventFilter, EventPage, EventReader,
    EventStore, EventStoreError, EventStream, EventStreamSlice, Operation, StreamId as Name, StreamPosition,
    StreamVersion as Version, StreamWrites,
};
use servanda::log::{Append, AppendError, CommandId, Draft, Position, ReadError, Recorded, StreamId, StreamVersion};
use uuid::Uuid;

use crate::given::{Bench, everything};

/// The view that keeps what the suite's checkpoints and snapshots need.
const VIEW: &str = "contract";

struct Adapter {
    bench: Bench,
    commands: AtomicU64,
}

fn of(bench: Bench) -> Adapter {
    Adapter { bench, commands: AtomicU64::new(1) }
}

fn id(name: &Name) -> StreamId {
    StreamId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_ref().as_bytes()))
}

fn version(count: u64) -> Version {
    Version::new(usize::try_from(count).unwrap())
}

/// The header of an event: its stream's name and its type, which hold no line feed.
fn header(event: &Recorded) -> (String, String) {
    let text = String::from_utf8(event.header.clone()).unwrap();
    let (stream, kind) = text.split_once('\n').unwrap();
    (stream.to_owned(), kind.to_owned())
}

fn failed(operation: Operation) -> EventStoreError {
    EventStoreError::StoreFailure { operation }
}

impl EventStore for Adapter {
    async fn read_stream<E: Event>(&self, stream_id: Name) -> Result<EventStream<E>, EventStoreError> {
        self.read_stream_after(stream_id, Version::new(0)).await
    }

    async fn read_stream_after<E: Event>(
        &self,
        stream_id: Name,
        after: Version,
    ) -> Result<EventStream<E>, EventStoreError> {
        let after: usize = after.into();
        let events = self.bench.log.read_stream(id(&stream_id), after as u64, 1000).await;
        let events = events.map_err(|_| failed(Operation::ReadStream))?;
        let items: Vec<_> = events
            .iter()
            .map(|event| {
                let mismatch =
                    |detail: String| EventStoreError::DeserializationFailed { stream_id: stream_id.clone(), detail };
                let (_, kind) = header(event);
                if kind != E::event_type_name() {
                    return Err(mismatch(format!("it is a {kind}")));
                }
                serde_json::from_slice(&event.body).map_err(|error| mismatch(error.to_string()))
            })
            .collect();
        Ok(EventStream::new(futures::stream::iter(items)))
    }

    async fn append_events(&self, writes: StreamWrites) -> Result<EventStreamSlice, EventStoreError> {
        let expected: HashMap<Name, Version> = writes.expected_versions().clone();
        let mut drafts: Vec<(Name, Vec<Draft>)> = Vec::new();
        for entry in writes.into_entries() {
            let draft = Draft {
                header: format!("{}\n{}", entry.stream_id.as_ref(), entry.event_type).into_bytes(),
                body: entry.event_data.get().as_bytes().to_vec(),
            };
            match drafts.iter_mut().find(|(name, _)| *name == entry.stream_id) {
                Some((_, of_stream)) => of_stream.push(draft),
                None => drafts.push((entry.stream_id, vec![draft])),
            }
        }
        loop {
            let end = self.bench.log.end().await.map_err(|_| failed(Operation::AppendEvents))?;
            for (name, expected) in &expected {
                let actual = self.bench.log.version(id(name)).await;
                let actual = version(actual.map_err(|_| failed(Operation::SetExpectedVersions))?.get());
                if actual != *expected {
                    return Err(EventStoreError::VersionConflict {
                        stream_id: name.clone(),
                        expected: *expected,
                        actual,
                    });
                }
            }
            let mut next = end;
            let commits = drafts.iter().map(|(name, events)| {
                let at = next;
                next = next.plus(events.len() as u64);
                let expected: usize = expected[name].into();
                Append {
                    command: CommandId::new(Uuid::from_u128(u128::from(self.commands.fetch_add(1, Ordering::SeqCst)))),
                    stream: id(name),
                    expected: StreamVersion::new(expected as u64),
                    expected_end: Some(at),
                    recorded_at: 0,
                    events: events.clone(),
                }
            });
            let answers = self.bench.log.append_all(commits.collect()).await;
            match answers.into_iter().collect::<Result<Vec<_>, _>>() {
                Ok(_) => return Ok(EventStreamSlice),
                // Someone else was first: look again whether that concerns us.
                Err(AppendError::EndMoved { .. }) => {}
                Err(_) => return Err(failed(Operation::AppendEvents)),
            }
        }
    }

    async fn load_command_state_snapshot(
        &self,
        snapshot: CommandStateSnapshotId,
    ) -> Result<Option<CommandStateSnapshot>, EventStoreError> {
        let bytes = self.bench.log.get(VIEW, &key(&snapshot)).await;
        let bytes = bytes.map_err(|_| failed(Operation::ReadStream))?;
        Ok(bytes.map(|bytes| serde_json::from_slice(&bytes).unwrap()))
    }

    async fn save_command_state_snapshot(
        &self,
        snapshot_id: CommandStateSnapshotId,
        snapshot: CommandStateSnapshot,
    ) -> Result<(), EventStoreError> {
        let current = self.load_command_state_snapshot(snapshot_id.clone()).await?;
        if current.is_none_or(|current| snapshot.covers(&current)) {
            let bytes = serde_json::to_vec(&snapshot).unwrap();
            let change = vec![(key(&snapshot_id), Some(bytes))];
            let put = self.bench.log.put(VIEW, Position::START, change).await;
            put.map_err(|_| failed(Operation::AppendEvents))?;
        }
        Ok(())
    }
}

fn key(snapshot: &CommandStateSnapshotId) -> Vec<u8> {
    format!("{snapshot:?}").into_bytes()
}

impl EventReader for Adapter {
    type Error = ReadError;

    async fn read_events<E: Event>(
        &self,
        filter: EventFilter,
        page: EventPage,
    ) -> Result<Vec<(E, StreamPosition)>, ReadError> {
        let after = page.after_position().map(|after| after.into_inner().as_u128());
        let kind = filter.event_type().unwrap_or_else(|| E::event_type_name()).to_owned();
        let all = everything(&*self.bench.events()).await;
        Ok(all
            .iter()
            .map(|event| (header(event), u128::from(event.position.get()), event))
            .filter(|(_, position, _)| after.is_none_or(|after| *position > after))
            .filter(|((stream, _), ..)| filter.stream_prefix().is_none_or(|prefix| stream.starts_with(prefix.as_ref())))
            .filter(|((stream, _), ..)| filter.stream_pattern().is_none_or(|it| it.matches(stream)))
            .filter(|((_, of), ..)| *of == kind)
            .take(page.limit().into_inner())
            .map(|(_, position, event)| {
                let event = serde_json::from_slice(&event.body).unwrap();
                (event, StreamPosition::new(Uuid::from_u128(position)))
            })
            .collect())
    }
}

impl CheckpointStore for Adapter {
    type Error = ReadError;

    async fn load(&self, name: &str) -> Result<Option<StreamPosition>, ReadError> {
        let bytes = self.bench.log.get(VIEW, name.as_bytes()).await?;
        Ok(bytes.map(|bytes| StreamPosition::new(Uuid::from_slice(&bytes).unwrap())))
    }

    async fn save(&self, name: &str, position: StreamPosition) -> Result<(), ReadError> {
        let bytes = position.into_inner().as_bytes().to_vec();
        let change = vec![(name.as_bytes().to_vec(), Some(bytes))];
        self.bench.log.put(VIEW, Position::START, change).await.unwrap();
        Ok(())
    }
}

macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::contract::$case(|| super::of(super::Bench::memory())).await.unwrap();
            })*
        }
        mod sled {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::contract::$case(|| super::of(super::Bench::sled())).await.unwrap();
            })*
        }
    };
}

cases! {
    test_basic_read_write,
    test_concurrent_version_conflicts,
    test_read_only_participant_conflict_preserves_atomicity,
    test_current_read_only_participant_allows_write,
    test_stream_isolation,
    test_missing_stream_reads,
    test_conflict_preserves_atomicity,
    test_read_stream_errors_on_type_mismatch,
    test_event_ordering_across_streams,
    test_position_based_resumption,
    test_stream_prefix_filtering,
    test_stream_prefix_requires_prefix_match,
    test_stream_pattern_filtering,
    test_stream_pattern_single_char,
    test_stream_pattern_char_class,
    test_batch_limiting,
    test_command_state_snapshot_load_missing,
    test_command_state_snapshot_round_trip_and_monotonic,
    test_read_stream_after_excludes_reconstructed_events,
    test_checkpoint_save_and_load,
    test_checkpoint_update_overwrites,
    test_checkpoint_load_missing_returns_none,
    test_checkpoint_independent_subscriptions,
}
