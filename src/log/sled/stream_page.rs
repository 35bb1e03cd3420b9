//! A page of a stream's index: where its commits are.

use super::block::Bytes;
use crate::log::{Position, Receipt, StreamVersion};

/// Where one commit of the stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) first: Position,
    pub(super) first_seq: u64,
    pub(super) count: u32,
}

impl Entry {
    pub(super) fn of(receipt: &Receipt) -> Self {
        Self { first: receipt.first, first_seq: receipt.first_seq, count: receipt.count }
    }

    /// Returns the stream's version after the commit.
    pub(super) fn version(self) -> StreamVersion {
        StreamVersion::new(self.first_seq + u64::from(self.count) - 1)
    }

    /// Returns the position after the commit.
    pub(super) fn end(self) -> Position {
        self.first.plus(u64::from(self.count))
    }
}

/// Writes a page.
pub(super) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * 20);
    for entry in entries {
        bytes.extend_from_slice(&entry.first.get().to_be_bytes());
        bytes.extend_from_slice(&entry.first_seq.to_be_bytes());
        bytes.extend_from_slice(&entry.count.to_be_bytes());
    }
    bytes
}

/// Reads the page that begins with a sequence number; nothing when the bytes are not a page without gaps.
pub(super) fn decode(first_seq: u64, bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut bytes = Bytes(bytes);
    let mut entries: Vec<Entry> = Vec::new();
    while !bytes.0.is_empty() {
        let entry = Entry { first: Position::new(bytes.u64()?), first_seq: bytes.u64()?, count: bytes.u32()? };
        let follows = match entries.last() {
            Some(last) => entry.first_seq == last.version().get() + 1 && entry.first >= last.end(),
            None => entry.first_seq == first_seq && first_seq > 0,
        };
        if !follows || entry.count == 0 {
            return None;
        }
        entries.push(entry);
    }
    (!entries.is_empty()).then_some(entries)
}
