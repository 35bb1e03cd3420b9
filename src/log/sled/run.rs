//! The bytes of a run: whole commits, one after the other.
//!
//! ```text
//! commit: first position 8 | stream 16 | first seq 8 | command 16 | recorded at 8 | count 4
//!         | (header length 4 | body length 4) per event | header and body bytes per event
//! ```
//!
//! A commit carries all that the indexes say, so that they can be made anew from the runs alone. Runs lie under the keys of the
//! tail and, compressed, under those of the segments (see `runs`).

use uuid::Uuid;

use crate::log::judgement::{Replaced, check_grown};
use crate::log::{
    COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, CommandId, Draft, InvalidAppend, Position, Receipt, Recorded, StreamId,
};

const COMMIT_HEAD_BYTES: usize = 60;

/// What a commit has at most beside its headers and bodies.
const COMMIT_FRAME_BYTES_MAX: usize = COMMIT_HEAD_BYTES + COMMIT_EVENTS_MAX * 8;

/// The raw bytes that a run aims at where it may choose.
///
/// Real registers pack 4.8, 5.2, 5.4 and 5.6 times at 32, 64, 128 and 256 KiB, and to read one commit is to unpack its run.
pub(super) const RUN_BYTES: usize = 64 * 1024;

/// The most raw bytes of a run: as many as it aims at, and one commit of the largest size.
pub(super) const RUN_BYTES_MAX: usize = RUN_BYTES + COMMIT_BYTES_MAX + COMMIT_FRAME_BYTES_MAX;

/// Writes a commit behind those that are in the run already.
pub(super) fn encode(receipt: &Receipt, events: &[Draft], run: &mut Vec<u8>) {
    run.extend_from_slice(&receipt.first.get().to_be_bytes());
    run.extend_from_slice(receipt.stream.get().as_bytes());
    run.extend_from_slice(&receipt.first_seq.to_be_bytes());
    run.extend_from_slice(receipt.command.get().as_bytes());
    run.extend_from_slice(&receipt.recorded_at.to_be_bytes());
    run.extend_from_slice(&receipt.count.to_be_bytes());
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("the commit's shape was checked");
    for event in events {
        run.extend_from_slice(&length(&event.header).to_be_bytes());
        run.extend_from_slice(&length(&event.body).to_be_bytes());
    }
    for event in events {
        run.extend_from_slice(&event.header);
        run.extend_from_slice(&event.body);
    }
}

/// A commit inside a run.
#[derive(Debug)]
pub(super) struct Commit<'a> {
    pub(super) receipt: Receipt,
    /// All of its bytes.
    pub(super) bytes: &'a [u8],
    lengths: &'a [u8],
    content: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Returns the events from a sequence number on.
    pub(super) fn events_from(&self, seq: u64) -> impl Iterator<Item = Recorded> + use<'a> {
        let receipt = self.receipt.clone();
        let mut content = Bytes(self.content);
        (receipt.first_seq..)
            .zip(self.lengths.chunks_exact(8))
            .map_while(move |(seq, lengths)| {
                let mut lengths = Bytes(lengths);
                let header = content.take(lengths.length()?)?;
                Some((seq, header, content.take(lengths.length()?)?))
            })
            .skip_while(move |(at, ..)| *at < seq)
            .map(move |(seq, header, body)| Recorded {
                position: receipt.first.plus(seq - receipt.first_seq),
                stream: receipt.stream,
                seq,
                command: receipt.command,
                recorded_at: receipt.recorded_at,
                header: header.to_vec(),
                body: body.to_vec(),
            })
    }
}

/// The commits of a run, in memory and found to follow each other.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) first: Position,
    pub(super) end: Position,
    bytes: Vec<u8>,
    /// Where each commit begins: its first position, and its place in the bytes.
    starts: Vec<(Position, usize)>,
}

impl Run {
    /// Reads commits that follow each other from a position on; nothing when the bytes are not that, or none.
    pub(super) fn read(first: Position, bytes: Vec<u8>) -> Option<Self> {
        let mut rest = Bytes(&bytes);
        let (mut starts, mut next) = (Vec::new(), first);
        while !rest.0.is_empty() {
            let at = bytes.len() - rest.0.len();
            let commit = rest.commit()?;
            let receipt = commit.receipt;
            if receipt.first != next || receipt.count == 0 || receipt.first_seq == 0 {
                return None;
            }
            receipt.first_seq.checked_add(u64::from(receipt.count))?;
            next = Position::new(next.get().checked_add(u64::from(receipt.count))?);
            starts.push((receipt.first, at));
        }
        (!starts.is_empty()).then_some(Self { first, end: next, bytes, starts })
    }

    /// Returns all bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns where each commit begins: its first position, and its place in the bytes.
    pub(super) fn starts(&self) -> &[(Position, usize)] {
        &self.starts
    }

    /// Returns the commits from the one that holds a position on.
    pub(super) fn commits_from(&self, position: Position) -> impl Iterator<Item = Commit<'_>> {
        let at = self.starts.partition_point(|(first, _)| *first <= position).saturating_sub(1);
        self.starts[at..].iter().filter_map(|(_, at)| Bytes(&self.bytes[*at..]).commit())
    }

    /// Returns the commits.
    pub(super) fn commits(&self) -> impl Iterator<Item = Commit<'_>> {
        self.commits_from(self.first)
    }

    /// Returns the bytes of the same commits with other bodies.
    pub(super) fn replaced(&self, bodies: &Replaced) -> Result<Vec<u8>, InvalidAppend> {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for commit in self.commits() {
            let receipt = &commit.receipt;
            if bodies.range(receipt.first..receipt.end()).next().is_none() {
                bytes.extend_from_slice(commit.bytes);
                continue;
            }
            let events = commit.events_from(receipt.first_seq);
            let events: Vec<Draft> = events
                .map(|event| Draft {
                    header: event.header,
                    body: bodies.get(&event.position).cloned().unwrap_or(event.body),
                })
                .collect();
            check_grown(receipt.first, events.iter().map(|event| event.header.len() + event.body.len()).sum())?;
            encode(receipt, &events, &mut bytes);
        }
        if bytes.len() > RUN_BYTES_MAX {
            let what = format!("the run at {} would have {} bytes, more than {RUN_BYTES_MAX}", self.first, bytes.len());
            return Err(InvalidAppend::Replacement { what });
        }
        Ok(bytes)
    }

    /// Returns the commit that holds a position of the run.
    pub(super) fn holding(&self, position: Position) -> Option<Commit<'_>> {
        if position < self.first || position >= self.end {
            return None;
        }
        self.commits_from(position).next()
    }
}

/// Bytes that are read from the front.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// Reads a number of at most 64 bits in groups of seven bits, the low ones first, in no more bytes than it needs.
    pub(super) fn short(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = *self.take(1)?.first()?;
            let group = u64::from(byte & 0x7f);
            if (group << shift) >> shift != group || (byte == 0 && shift > 0) {
                return None;
            }
            number |= group << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn receipt(&mut self) -> Option<Receipt> {
        Some(Receipt {
            first: Position::new(self.u64()?),
            stream: StreamId::new(Uuid::from_bytes(self.array()?)),
            first_seq: self.u64()?,
            command: CommandId::new(Uuid::from_bytes(self.array()?)),
            recorded_at: i64::from_be_bytes(self.array()?),
            count: self.u32()?,
            repeated: false,
        })
    }

    fn commit(&mut self) -> Option<Commit<'a>> {
        let all = self.0;
        let receipt = self.receipt()?;
        let lengths = self.take(usize::try_from(receipt.count).ok()?.checked_mul(8)?)?;
        let mut total = 0_usize;
        let mut each = Bytes(lengths);
        while !each.0.is_empty() {
            total = total.checked_add(each.length()?)?;
        }
        let content = self.take(total)?;
        Some(Commit { receipt, bytes: &all[..all.len() - self.0.len()], lengths, content })
    }
}

/// Writes a number as [`Bytes::short`] reads it.
pub(super) fn write_short(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_short_number_comes_back_and_has_one_form(number in any::<u64>(), rest in any::<Vec<u8>>()) {
            let mut bytes = Vec::new();
            write_short(number >> (number % 64), &mut bytes);
            let length = bytes.len();
            bytes.extend_from_slice(&rest);
            let mut reading = Bytes(&bytes);
            prop_assert_eq!(reading.short(), Some(number >> (number % 64)));
            prop_assert_eq!(reading.0.len(), bytes.len() - length);
            let mut any = Bytes(&rest);
            if let Some(number) = any.short() {
                let mut again = Vec::new();
                write_short(number, &mut again);
                prop_assert_eq!(&again[..], &rest[..rest.len() - any.0.len()]);
            }
        }

        #[test]
        fn no_bytes_break_the_reading_of_a_run(first in any::<u64>(), bytes in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..400)) {
            if let Some(run) = Run::read(Position::new(first), bytes) {
                prop_assert!(run.commits().count() > 0);
            }
        }
    }
}
