//! Reading the log in order and folding every agreement, on all cores and in bounded memory.
//!
//! One task reads pages; records are dealt by their streams to workers, each of which reads facts of its own agreements and
//! folds them. A long log is gone through in several parts, each of as many agreements as have
//! [`EVENTS_AT_ONCE`] events, so that no more facts are held at a time, however long the log is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::Service;
use super::almanac::REGISTER;
use super::error::QueryError;
use crate::domain::id::AgreementId;
use crate::domain::instant::Instant;
use crate::domain::timeline::{Register, Timeline};
use crate::log::{Position, ReadError, Recorded, codec};

/// How many events' facts are held at a time: some 300 MB of facts, where most agreements have ten events or more.
pub(super) const EVENTS_AT_ONCE: u64 = 250_000;

/// How many events are read from the log at a time.
pub(super) const PAGE: usize = 4_096;

/// How many pages may wait for a worker, so that the reader runs ahead a little and not far.
const PAGES_WAITING: usize = 2;

/// How many workers fold at most: beyond that the one reader cannot feed them.
const WORKERS_MAX: usize = 8;

/// Agreements that are folded together.
pub(super) struct Part {
    /// Where the first of them begins, or an earlier place.
    from: Position,
    /// Where reading ends.
    to: Position,
    /// Their streams; all where none are named.
    streams: Option<HashSet<Uuid>>,
    /// How many events they have, where that is known.
    events: Option<u64>,
}

/// How far a reading is: events that are dealt out, and all of them.
pub(super) type Progress<'a> = dyn FnMut(u64, u64) + Send + 'a;

impl Service {
    /// The position behind the last event that was recorded by a time.
    pub(super) async fn known_by(&self, known_at: Instant) -> Result<Position, QueryError> {
        let (mut low, mut high) = (0, self.log.end().await?.get());
        while low < high {
            let middle = low + (high - low) / 2;
            // Times never run backwards in the log.
            match self.log.read(Position::new(middle), 1).await?.first() {
                Some(record) if record.recorded_at <= known_at.micros() => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(Position::new(low))
    }

    /// Cuts the agreements of the log's beginning up to a position into parts that are folded one after the other.
    ///
    /// Agreements are in the order of their openings, so that each part begins where the one before it had no room.
    pub(super) async fn parts(
        &self,
        to: Position,
        only: Option<HashSet<Uuid>>,
        events_at_once: u64,
    ) -> Result<Vec<Part>, QueryError> {
        if to.get() <= events_at_once {
            return Ok(vec![Part { from: Position::START, to, streams: only, events: None }]);
        }
        let mut sizes: HashMap<Uuid, (Position, u64)> = HashMap::new();
        let mut from = Position::START;
        while from < to {
            let records = self.page(from, to).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            for record in &records {
                let stream = record.stream.get();
                if stream != REGISTER.0 && only.as_ref().is_none_or(|only| only.contains(&stream)) {
                    sizes.entry(stream).or_insert((record.position, 0)).1 += 1;
                }
            }
        }
        let mut order: Vec<(Position, Uuid, u64)> =
            sizes.into_iter().map(|(stream, (first, events))| (first, stream, events)).collect();
        order.sort_unstable();
        let mut parts: Vec<Part> = Vec::new();
        for (first, stream, events) in order {
            match parts.last_mut() {
                Some(Part { streams: Some(streams), events: Some(held), .. }) if *held + events <= events_at_once => {
                    streams.insert(stream);
                    *held += events;
                }
                _ => {
                    let streams = Some(HashSet::from([stream]));
                    parts.push(Part { from: first, to, streams, events: Some(events) });
                }
            }
        }
        Ok(parts)
    }

    /// Reads one page of the log, not beyond a position.
    async fn page(&self, from: Position, to: Position) -> Result<Vec<Recorded>, QueryError> {
        let left = usize::try_from(to.get().saturating_sub(from.get())).unwrap_or(PAGE);
        Ok(self.log.read(from, PAGE.min(left)).await?)
    }

    /// Reads the agreements of a part and hands each with its facts to `take`, which gathers what it makes of them; returns
    /// what each worker gathered. No agreement is seen by two workers, and the register's own stream by none.
    ///
    /// `progress` hears of every event that is dealt out.
    pub(super) async fn fold<A, F>(
        &self,
        part: Part,
        register: &Register,
        take: &Arc<F>,
        mut progress: impl FnMut(u64),
    ) -> Result<Vec<A>, QueryError>
    where
        A: Default + Send + 'static,
        F: Fn(&mut A, AgreementId, Timeline) + Send + Sync + 'static,
    {
        let pages = usize::try_from(part.to.get() / PAGE as u64).unwrap_or(WORKERS_MAX);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = cores.min(pages + 1).clamp(1, WORKERS_MAX);
        let (mut senders, mut working) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (sender, pages) = mpsc::channel(PAGES_WAITING);
            let (register, take) = (register.clone(), Arc::clone(take));
            senders.push(sender);
            working.push(tokio::task::spawn_blocking(move || folded(pages, &register, take.as_ref())));
        }
        let read = self.deal(part, &senders, &mut progress).await;
        drop(senders);
        let mut gathered = Vec::with_capacity(workers);
        let mut wrong: Option<QueryError> = None;
        for worker in working {
            match worker.await {
                Ok(Ok(made)) => gathered.push(made),
                Ok(Err(error)) => wrong = wrong.or(Some(error.into())),
                // A worker's panic is this one's panic; else the runtime is being shut down.
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => wrong = wrong.or(Some(ReadError::Closed.into())),
                },
            }
        }
        read?;
        wrong.map_or(Ok(gathered), Err)
    }

    /// Reads the log and deals the records of a part to the workers; ends early when one of them stopped.
    async fn deal(
        &self,
        part: Part,
        senders: &[mpsc::Sender<Vec<Recorded>>],
        progress: &mut impl FnMut(u64),
    ) -> Result<(), QueryError> {
        let mut from = part.from;
        let mut left = part.events.unwrap_or(u64::MAX);
        while from < part.to && left > 0 {
            let records = self.page(from, part.to).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            let mut dealt: Vec<Vec<Recorded>> = senders.iter().map(|_| Vec::new()).collect();
            let mut many = 0;
            for record in records {
                let stream = record.stream.get();
                if stream == REGISTER.0 || part.streams.as_ref().is_some_and(|wanted| !wanted.contains(&stream)) {
                    continue;
                }
                many += 1;
                // The last bytes of an id are its random ones.
                let [.., high, low] = stream.into_bytes();
                dealt[usize::from(u16::from_be_bytes([high, low])) % senders.len()].push(record);
            }
            left = left.saturating_sub(many);
            for (sender, records) in senders.iter().zip(dealt) {
                if !records.is_empty() && sender.send(records).await.is_err() {
                    return Ok(());
                }
            }
            progress(many);
        }
        Ok(())
    }
}

/// Folds the agreements whose records come in, once all are there.
fn folded<A: Default>(
    mut pages: mpsc::Receiver<Vec<Recorded>>,
    register: &Register,
    take: &impl Fn(&mut A, AgreementId, Timeline),
) -> Result<A, codec::CodecError> {
    let mut timelines: HashMap<Uuid, Timeline> = HashMap::new();
    while let Some(records) = pages.blocking_recv() {
        for record in &records {
            timelines.entry(record.stream.get()).or_default().push(codec::decode(record)?);
        }
    }
    let mut made = A::default();
    for (stream, timeline) in timelines {
        take(&mut made, AgreementId(stream), timeline.within(register.clone()));
    }
    Ok(made)
}

#[cfg(test)]
pub(super) mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::service::clock::FixedClock;
    use crate::service::execute::Execution;
    use crate::service::identity::SeededIds;
    use crate::service::import::{Far, ImportOptions};
    use crate::service::open::in_memory;
    use crate::service::settings::Settings;
    use crate::views::entry::Entry;

    /// Twenty agreements whose facts lie all over the log, and one that counts by a calendar of the register.
    pub(in crate::service) fn commands() -> String {
        let mut text = String::new();
        for n in 0..20 {
            let _ = writeln!(
                text,
                "{{\"command\":\"propose\",\"agreement\":\"a{n}\",\"title\":\"T{n}\",\"kind\":\"mou\",\"on\":\"2025-01-01\",\
                 \"party\":[\"pk:state=Pakistan\",\"ps:state=Palestine\"]}}"
            );
        }
        for round in 0..5 {
            for n in 0..20 {
                let _ = writeln!(
                    text,
                    "{{\"command\":\"set-deadline\",\"agreement\":\"a{n}\",\"text\":\"R{round}\",\"working_days\":5,\
                     \"after\":\"2025-02-0{}\",\"calendar\":[\"pk\"],\"owed_by\":\"pk\",\"on\":\"2025-01-02\"}}",
                    round + 1
                );
            }
        }
        text
    }

    /// Takes commands in, none of which is refused; returns what was told of it.
    pub(in crate::service) async fn import(service: &Service, commands: &str) -> Vec<Far> {
        let actor = crate::domain::id::Actor::parse("desk").expect("a name");
        let execution = Execution { actor, dry_run: false, asserted_times: false };
        let options = ImportOptions { execution, all_or_nothing: false };
        let mut told = Vec::new();
        let imported =
            service.import(&mut commands.as_bytes(), &options, |far| told.push(far)).await.expect("it imports");
        assert!(imported.refused.is_empty(), "{:?}", imported.refused.first());
        told
    }

    /// An empty register in memory.
    pub(in crate::service) fn empty() -> Service {
        let clock = Arc::new(FixedClock(Instant::parse("2025-11-21T09:00:00Z").expect("a time")));
        let settings = Settings { zone: crate::domain::zone::Zone::utc() };
        in_memory(clock, Arc::new(SeededIds::new("parts")), settings)
    }

    async fn entries(service: &Service, events_at_once: u64, to: Position) -> Vec<Entry> {
        let register = service.register().await.expect("it reads");
        let fold = Arc::new(|all: &mut Vec<Entry>, id, timeline: Timeline| all.extend(Entry::of(id, &timeline)));
        let mut entries = Vec::new();
        for part in service.parts(to, None, events_at_once).await.expect("it reads") {
            entries.extend(service.fold(part, &register, &fold, |_| ()).await.expect("it reads").into_iter().flatten());
        }
        entries.sort_by(|a: &Entry, b| a.reference.cmp(&b.reference));
        entries
    }

    #[tokio::test]
    async fn a_log_gone_through_in_parts_is_folded_as_in_one() {
        let service = empty();
        import(&service, &commands()).await;
        let end = service.log.end().await.expect("it reads");
        for to in [end, Position::new(end.get() / 2)] {
            let in_one = entries(&service, u64::MAX, to).await;
            assert_eq!(in_one.len(), 20);
            for events_at_once in [1, 7, 50] {
                let parts = service.parts(to, None, events_at_once).await.expect("it reads");
                assert!(parts.len() > 1);
                assert_eq!(entries(&service, events_at_once, to).await, in_one);
            }
        }
        assert_eq!(service.entries().await.expect("it reads"), entries(&service, 13, end).await);
    }
}
