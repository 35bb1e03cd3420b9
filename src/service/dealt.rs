//! Records of the log, set aside by their streams, so that each agreement's are read together and then forgotten.
//!
//! Records go to buckets by a hash of their stream, in the order in which they come. A bucket is read back whole and taken apart
//! by streams; one that became too large is dealt out again first. So what is held at a time does not grow with the log.

use std::io;
use std::mem;

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::error::QueryError;
use super::spool::{Aside, Blocks, Spool, failed};
use crate::log::Recorded;
use crate::log::codec::Lying;

/// How many bytes of records wait, in all buckets together, until they are compressed.
const OPEN_BYTES: usize = 4 * 1024 * 1024;

/// How many bytes a bucket should have.
const BUCKET_BYTES: u64 = 4 * 1024 * 1024;

/// How many bytes a bucket has at most that is taken apart; a larger one is dealt out again, if there is more than one stream in it.
const BUCKET_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How many buckets there are at most: with more of them, blocks would be too small to be compressed well.
const BUCKETS_MAX: u64 = 256;

/// Into how many buckets one that became too large is dealt.
const AGAIN: usize = 16;

/// How often a record is dealt out at most: a bucket that is still too large then is of few streams, and each is held whole anyway.
const DEALT_MAX: u64 = 6;

/// How many bytes an event has in mind of whoever chooses the number of buckets.
const EVENT_BYTES: u64 = 1024;

/// The bounds of what is held; smaller ones for tests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) open: usize,
    pub(super) bucket: u64,
    pub(super) bucket_max: usize,
}

impl Bounds {
    pub(super) const USUAL: Self = Self { open: OPEN_BYTES, bucket: BUCKET_BYTES, bucket_max: BUCKET_BYTES_MAX };
}

#[derive(Default)]
struct Bucket {
    blocks: Blocks,
    /// How many bytes the blocks have.
    bytes: usize,
    open: Vec<u8>,
}

/// Records by stream.
pub(super) struct Dealt {
    bounds: Bounds,
    spool: Spool,
    buckets: Vec<Bucket>,
    /// How often these records were dealt out, this time included.
    times: u64,
}

/// Which of so many places a stream's records go to; how often they were dealt before makes it another.
pub(super) fn place(stream: Uuid, times: u64, places: usize) -> usize {
    let hash = xxh3_64_with_seed(stream.as_bytes(), times);
    usize::try_from(hash % places.max(1) as u64).unwrap_or(0)
}

impl Dealt {
    /// Room for so many records, or more.
    pub(super) fn new(aside: Aside, bounds: Bounds, events: u64) -> Self {
        let buckets = events.saturating_mul(EVENT_BYTES).div_ceil(bounds.bucket).clamp(1, BUCKETS_MAX);
        Self::in_buckets(aside, bounds, usize::try_from(buckets).unwrap_or(1), 1)
    }

    fn in_buckets(aside: Aside, bounds: Bounds, buckets: usize, times: u64) -> Self {
        let buckets = (0..buckets).map(|_| Bucket::default()).collect();
        Self { bounds, spool: Spool::new(aside), buckets, times }
    }

    /// Takes a record in, which comes after all others of its stream.
    pub(super) fn take(&mut self, record: &Recorded) -> Result<(), QueryError> {
        self.put(record.stream.get(), |open| write(record, open)).map_err(failed)
    }

    fn put(&mut self, stream: Uuid, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let (many, times) = (self.buckets.len(), self.times);
        let room = self.bounds.open / many;
        let bucket = &mut self.buckets[place(stream, times, many)];
        if bucket.open.capacity() == 0 {
            // Grown by doubling, all of them together would hold twice as much, and half of it empty.
            bucket.open.reserve_exact(room.min(OPEN_BYTES));
        }
        write(&mut bucket.open);
        if bucket.open.len() >= room - room / 8 {
            bucket.blocks.push(self.spool.put(&bucket.open)?, &mut self.spool)?;
            bucket.bytes += bucket.open.len();
            bucket.open.clear();
        }
        Ok(())
    }

    /// Hands over each stream with its records in their order, and forgets them; streams come in no order.
    pub(super) fn each(
        mut self,
        take: &mut impl FnMut(Uuid, &[Lying<'_>]) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        let mut raw = Vec::new();
        for mut bucket in mem::take(&mut self.buckets) {
            if bucket.bytes + bucket.open.len() > self.bounds.bucket_max && self.times < DEALT_MAX {
                let mut again = Self::in_buckets(self.spool.aside().clone(), self.bounds, AGAIN, self.times + 1);
                let mut blocks = bucket.blocks.read();
                while let Some(block) = blocks.next(&mut self.spool).map_err(failed)? {
                    raw.clear();
                    self.spool.get(&block, &mut raw).map_err(failed)?;
                    again.take_all(&raw)?;
                }
                again.take_all(&mem::take(&mut bucket.open))?;
                again.each(take)?;
                continue;
            }
            raw.clear();
            raw.reserve_exact(bucket.bytes + bucket.open.len());
            let mut blocks = bucket.blocks.read();
            while let Some(block) = blocks.next(&mut self.spool).map_err(failed)? {
                self.spool.get(&block, &mut raw).map_err(failed)?;
            }
            raw.append(&mut bucket.open);
            drop(bucket.open);
            by_stream(&raw, take)?;
        }
        Ok(())
    }

    /// Takes in records that were taken in before.
    fn take_all(&mut self, mut raw: &[u8]) -> Result<(), QueryError> {
        while !raw.is_empty() {
            let whole = raw;
            let record = read(&mut raw).ok_or_else(changed)?;
            let bytes = &whole[..whole.len() - raw.len()];
            self.put(record.stream, |open| open.extend_from_slice(bytes)).map_err(failed)?;
        }
        Ok(())
    }
}

/// Takes the records of a bucket apart.
fn by_stream(
    raw: &[u8],
    take: &mut impl FnMut(Uuid, &[Lying<'_>]) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    let mut records = Vec::new();
    let mut rest = raw;
    while !rest.is_empty() {
        records.push(read(&mut rest).ok_or_else(changed)?);
    }
    records.sort_by_key(|record| record.stream);
    for of_stream in records.chunk_by(|a, b| a.stream == b.stream) {
        if let Some(first) = of_stream.first() {
            take(first.stream, of_stream)?;
        }
    }
    Ok(())
}

fn changed() -> QueryError {
    failed(io::ErrorKind::InvalidData.into())
}

/// Writes a record: its place, its stream, its command and its time, the lengths of its parts, and these.
fn write(record: &Recorded, into: &mut Vec<u8>) {
    into.extend_from_slice(&record.position.get().to_be_bytes());
    into.extend_from_slice(record.stream.get().as_bytes());
    into.extend_from_slice(&record.seq.to_be_bytes());
    into.extend_from_slice(record.command.get().as_bytes());
    into.extend_from_slice(&record.recorded_at.to_be_bytes());
    for part in [&record.header, &record.body] {
        into.extend_from_slice(&(part.len() as u64).to_be_bytes());
    }
    into.extend_from_slice(&record.header);
    into.extend_from_slice(&record.body);
}

fn array<const N: usize>(raw: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = raw.split_first_chunk()?;
    *raw = rest;
    Some(*first)
}

fn read<'a>(raw: &mut &'a [u8]) -> Option<Lying<'a>> {
    let position = u64::from_be_bytes(array(raw)?);
    let stream = Uuid::from_bytes(array(raw)?);
    let seq = u64::from_be_bytes(array(raw)?);
    let command = Uuid::from_bytes(array(raw)?);
    let recorded_at = i64::from_be_bytes(array(raw)?);
    let header = usize::try_from(u64::from_be_bytes(array(raw)?)).ok()?;
    let body = usize::try_from(u64::from_be_bytes(array(raw)?)).ok()?;
    let (header, rest) = raw.split_at_checked(header)?;
    let (body, rest) = rest.split_at_checked(body)?;
    *raw = rest;
    Some(Lying { position, stream, seq, command, recorded_at, header, body })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::log::{CommandId, Position, StreamId};

    fn record(number: usize, stream: u128, bytes: usize) -> Recorded {
        Recorded {
            position: Position::new(number as u64),
            stream: StreamId::new(Uuid::from_u128(stream)),
            seq: number as u64 + 7,
            command: CommandId::new(Uuid::from_u128(number as u128)),
            recorded_at: -3,
            header: vec![b'h'; bytes / 2],
            body: vec![u8::try_from(number % 256).expect("a byte"); bytes],
        }
    }

    fn come_back(records: &[Recorded], folder: Option<PathBuf>, held: usize, bounds: Bounds, events: u64) {
        let mut dealt = Dealt::new(Aside { folder, held }, bounds, events);
        let mut wanted: BTreeMap<Uuid, Vec<Recorded>> = BTreeMap::new();
        for record in records {
            dealt.take(record).expect("there is room");
            wanted.entry(record.stream.get()).or_default().push(record.clone());
        }
        let mut found: BTreeMap<Uuid, Vec<Recorded>> = BTreeMap::new();
        dealt
            .each(&mut |stream, lying| {
                let whole = lying.iter().map(|lying| Recorded {
                    position: Position::new(lying.position),
                    stream: StreamId::new(lying.stream),
                    seq: lying.seq,
                    command: CommandId::new(lying.command),
                    recorded_at: lying.recorded_at,
                    header: lying.header.to_vec(),
                    body: lying.body.to_vec(),
                });
                assert!(found.insert(stream, whole.collect()).is_none(), "a stream is handed over once");
                Ok(())
            })
            .expect("it is read");
        assert_eq!(found, wanted);
    }

    proptest! {
        #[test]
        fn records_come_back_whole_by_stream_and_in_their_order(
            all in prop::collection::vec((0_u128..9, 0_usize..300), 0..200),
            (held, open, bucket, bucket_max, events) in (0_usize..5_000, 0_usize..5_000, 1_u64..9_000, 0_usize..9_000, 0_u64..99),
            on_disk in any::<bool>(),
        ) {
            let dir = tempfile::tempdir().expect("there is room");
            let records: Vec<Recorded> =
                all.into_iter().enumerate().map(|(number, (stream, bytes))| record(number, stream, bytes)).collect();
            let bounds = Bounds { open, bucket, bucket_max };
            come_back(&records, on_disk.then(|| dir.path().to_owned()), held, bounds, events);
            prop_assert_eq!(std::fs::read_dir(dir.path()).expect("it is there").count(), 0);
        }
    }

    #[test]
    fn records_that_cannot_be_set_aside_are_a_fault_of_the_store() {
        let nowhere = Aside { folder: Some("/nonexistent/folder".into()), held: 0 };
        let mut dealt = Dealt::new(nowhere, Bounds { open: 1, bucket: 1, bucket_max: 1 }, 1);
        let error = dealt.take(&record(1, 1, 100)).expect_err("there is no such folder");
        assert!(error.to_string().contains("setting aside"), "{error}");
    }
}
