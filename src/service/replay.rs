//! Reading the log once, in order, and folding every agreement, on all cores and in bounded memory.
//!
//! One task reads pages; records are dealt by their streams to workers. Each sets them aside as the bytes that they are
//! (`dealt.rs`), and when all are there it takes one agreement after the other: its facts are read, folded and forgotten.
//! So no more is held at a time, however long the log is and however the facts of its agreements lie in it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::Service;
use super::almanac::REGISTER;
use super::dealt::{Bounds, Dealt, place};
use super::error::QueryError;
use super::spool::{Aside, HELD_BYTES};
use crate::domain::id::AgreementId;
use crate::domain::instant::Instant;
use crate::domain::timeline::{Register, Timeline};
use crate::log::{Position, ReadError, Recorded, codec};

/// How many events are read from the log at a time.
pub(super) const PAGE: usize = 1_024;

/// How many pages may wait for a worker, so that the reader runs ahead a little and not far.
const PAGES_WAITING: usize = 2;

/// How many workers fold at most: beyond that the one reader cannot feed them.
const WORKERS_MAX: usize = 8;

/// After how many events a worker says how far it is.
const TOLD_EVERY: u64 = 1_024;

/// How far a reading is: events that are done, and all of them.
pub(super) type Progress<'a> = dyn FnMut(u64, u64) + Send + 'a;

/// What of the log is read.
pub(super) struct Reading {
    /// Where reading ends.
    pub(super) to: Position,
    /// The streams that are wanted; all where none are named.
    pub(super) only: Option<HashSet<Uuid>>,
    /// How much is held at a time.
    pub(super) bounds: Bounds,
}

impl Reading {
    /// Everything up to a position.
    pub(super) const fn up_to(to: Position) -> Self {
        Self { to, only: None, bounds: Bounds::USUAL }
    }

    /// Some agreements, up to a position.
    pub(super) fn of(only: HashSet<Uuid>, to: Position) -> Self {
        Self { only: Some(only), ..Self::up_to(to) }
    }

    /// How many workers fold it.
    pub(super) fn workers(&self) -> usize {
        let pages = usize::try_from(self.to.get() / PAGE as u64).unwrap_or(WORKERS_MAX);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        cores.min(pages + 1).clamp(1, WORKERS_MAX)
    }

    /// Whether the records of a stream are wanted.
    fn wants(&self, stream: Uuid) -> bool {
        stream != REGISTER.0 && self.only.as_ref().is_none_or(|only| only.contains(&stream))
    }
}

/// How many events are read at a time from a position on, none of which lies beyond an end.
fn page_before(end: Position, from: Position) -> usize {
    usize::try_from(end.get().saturating_sub(from.get())).map_or(PAGE, |left| PAGE.min(left))
}

impl Service {
    /// Where bytes are set aside that do not fit into memory, in so many places at a time.
    pub(super) fn aside(&self, places: usize) -> Aside {
        Aside { folder: self.folder.clone(), held: HELD_BYTES / places.max(1) }
    }

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

    /// The streams that were written to between two positions: all of them, or more than `most`.
    pub(super) async fn written_to(
        &self,
        mut from: Position,
        end: Position,
        most: usize,
    ) -> Result<HashSet<Uuid>, QueryError> {
        let mut streams = HashSet::new();
        while from < end && streams.len() <= most {
            let records = self.log.read(from, page_before(end, from)).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            streams.extend(records.iter().map(|record| record.stream.get()));
        }
        Ok(streams)
    }

    /// Reads the log once and hands each agreement with its facts to `take`, which gathers what it makes of them; returns
    /// what each worker gathered. No agreement is seen by two workers, and the register's own stream by none.
    ///
    /// `progress` hears how many events are done: one that is set aside is half done.
    pub(super) async fn fold<A, F>(
        &self,
        reading: Reading,
        register: &Register,
        take: &Arc<F>,
        mut progress: impl FnMut(u64),
    ) -> Result<Vec<A>, QueryError>
    where
        A: Default + Send + 'static,
        F: Fn(&mut A, AgreementId, Timeline) -> Result<(), QueryError> + Send + Sync + 'static,
    {
        let workers = reading.workers();
        let (mut senders, mut working) = (Vec::new(), Vec::new());
        let (telling, mut told) = mpsc::unbounded_channel();
        for _ in 0..workers {
            let (sender, pages) = mpsc::channel(PAGES_WAITING);
            let dealt = Dealt::new(self.aside(workers), reading.bounds, reading.to.get() / workers as u64);
            let (register, take, telling) = (register.clone(), Arc::clone(take), telling.clone());
            senders.push(sender);
            working.push(tokio::task::spawn_blocking(move || folded(pages, dealt, &register, take.as_ref(), &telling)));
        }
        drop(telling);
        let read = self.deal(&reading, &senders, |dealt| progress(dealt / 2)).await;
        drop(senders);
        let mut done = *read.as_ref().unwrap_or(&0);
        while let Some(folded) = told.recv().await {
            done += folded;
            progress(done / 2);
        }
        let mut gathered = Vec::with_capacity(workers);
        let mut wrong: Option<QueryError> = None;
        for worker in working {
            match worker.await {
                Ok(Ok(made)) => gathered.push(made),
                Ok(Err(error)) => wrong = wrong.or(Some(error)),
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

    /// Reads the log and deals the records that are wanted to the workers; ends early when one of them stopped. Returns how
    /// many were dealt.
    async fn deal(
        &self,
        reading: &Reading,
        senders: &[mpsc::Sender<Vec<Recorded>>],
        mut progress: impl FnMut(u64),
    ) -> Result<u64, QueryError> {
        let (mut from, mut all) = (Position::START, 0);
        while from < reading.to {
            let records = self.log.read(from, page_before(reading.to, from)).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            let mut dealt: Vec<Vec<Recorded>> = senders.iter().map(|_| Vec::new()).collect();
            for record in records {
                let stream = record.stream.get();
                if reading.wants(stream) {
                    all += 1;
                    dealt[place(stream, 0, senders.len())].push(record);
                }
            }
            for (sender, records) in senders.iter().zip(dealt) {
                if !records.is_empty() && sender.send(records).await.is_err() {
                    return Ok(all);
                }
            }
            progress(all);
        }
        Ok(all)
    }
}

/// Sets aside the records that come in, then folds their agreements one after the other.
fn folded<A: Default>(
    mut pages: mpsc::Receiver<Vec<Recorded>>,
    mut dealt: Dealt,
    register: &Register,
    take: &impl Fn(&mut A, AgreementId, Timeline) -> Result<(), QueryError>,
    telling: &mpsc::UnboundedSender<u64>,
) -> Result<A, QueryError> {
    while let Some(records) = pages.blocking_recv() {
        for record in &records {
            dealt.take(record)?;
        }
    }
    let mut made = A::default();
    let mut done = 0;
    let tell = |done| {
        // Nobody listens any more where the reading was given up.
        let _ = telling.send(done);
    };
    dealt.each(&mut |stream, records| {
        let facts = records.iter().map(codec::decode_lying).collect::<Result<Vec<_>, _>>()?;
        done += facts.len() as u64;
        // What took something out may lie beyond the part that is read.
        codec::agree(stream, &facts, false)?;
        take(&mut made, AgreementId(stream), Timeline::new(facts).within(register.clone()))?;
        if done >= TOLD_EVERY {
            tell(std::mem::take(&mut done));
        }
        Ok(())
    })?;
    tell(done);
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

    async fn entries(service: &Service, bounds: Bounds, to: Position, told: &mut Vec<u64>) -> Vec<Entry> {
        let register = service.register().await.expect("it reads");
        let fold = Arc::new(|all: &mut Vec<Entry>, id, timeline: Timeline| {
            all.extend(Entry::of(id, &timeline));
            Ok(())
        });
        let reading = Reading { bounds, ..Reading::up_to(to) };
        let all = service.fold(reading, &register, &fold, |done| told.push(done)).await.expect("it reads");
        let mut entries: Vec<Entry> = all.into_iter().flatten().collect();
        entries.sort_by(|a: &Entry, b| a.reference.cmp(&b.reference));
        entries
    }

    #[tokio::test]
    async fn a_log_that_is_set_aside_in_small_pieces_is_folded_as_in_one() {
        let service = empty();
        import(&service, &commands()).await;
        let end = service.log.end().await.expect("it reads");
        for to in [end, Position::new(end.get() / 2)] {
            let in_one = entries(&service, Bounds::USUAL, to, &mut Vec::new()).await;
            assert_eq!(in_one.len(), 20);
            for (open, bucket, bucket_max) in [(0, 1, 0), (900, 4_000, 3_000), (usize::MAX, 1, 0)] {
                let mut told = Vec::new();
                assert_eq!(entries(&service, Bounds { open, bucket, bucket_max }, to, &mut told).await, in_one);
                assert!(told.is_sorted());
                // Its own facts are the register's.
                let own = service.register().await.expect("it reads").facts().len() as u64;
                assert_eq!(told.last(), Some(&(to.get() - own)), "each event is folded once");
            }
        }
        let again = entries(&service, Bounds::USUAL, end, &mut Vec::new()).await;
        assert_eq!(service.entries().await.expect("it reads"), again);
    }
}
