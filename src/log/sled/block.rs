//! The bytes of a block: whole commits, one after the other.
//!
//! ```text
//! commit: first position 8 | stream 16 | first seq 8 | command 16 | recorded at 8 | count 4
//!         | (header length 4 | body length 4) per event | header and body bytes per event
//! ```
//!
//! A commit carries all that its indexes say, so that they can be checked and, one day, rebuilt from the blocks alone.

use uuid::Uuid;

use crate::log::{Append, CommandId, Position, Receipt, Recorded, StreamId};

const COMMIT_HEAD_BYTES: usize = 60;

/// Writes a commit behind those that are in the block already.
pub(super) fn encode(receipt: &Receipt, commit: &Append, block: &mut Vec<u8>) {
    block.extend_from_slice(&encode_receipt(receipt));
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("the commit's shape was checked");
    for event in &commit.events {
        block.extend_from_slice(&length(&event.header).to_be_bytes());
        block.extend_from_slice(&length(&event.body).to_be_bytes());
    }
    for event in &commit.events {
        block.extend_from_slice(&event.header);
        block.extend_from_slice(&event.body);
    }
}

/// Writes a receipt; also the value of a command's index entry.
pub(super) fn encode_receipt(receipt: &Receipt) -> [u8; COMMIT_HEAD_BYTES] {
    let mut bytes = [0; COMMIT_HEAD_BYTES];
    bytes[..8].copy_from_slice(&receipt.first.get().to_be_bytes());
    bytes[8..24].copy_from_slice(receipt.stream.get().as_bytes());
    bytes[24..32].copy_from_slice(&receipt.first_seq.to_be_bytes());
    bytes[32..48].copy_from_slice(receipt.command.get().as_bytes());
    bytes[48..56].copy_from_slice(&receipt.recorded_at.to_be_bytes());
    bytes[56..].copy_from_slice(&receipt.count.to_be_bytes());
    bytes
}

/// Reads a receipt; nothing when the bytes are not one.
pub(super) fn decode_receipt(bytes: &[u8]) -> Option<Receipt> {
    let mut bytes = Bytes(bytes);
    let receipt = bytes.receipt()?;
    bytes.0.is_empty().then_some(receipt)
}

/// A commit inside a block.
#[derive(Debug)]
pub(super) struct Commit<'a> {
    pub(super) receipt: Receipt,
    lengths: &'a [u8],
    content: &'a [u8],
}

impl Commit<'_> {
    /// Returns the events from a sequence number on.
    pub(super) fn events_from(&self, seq: u64) -> impl Iterator<Item = Recorded> + '_ {
        let receipt = &self.receipt;
        let mut content = Bytes(self.content);
        (receipt.first_seq..)
            .zip(self.lengths.chunks_exact(8))
            .map_while(move |(seq, lengths)| {
                let mut lengths = Bytes(lengths);
                let header = content.take(lengths.length()?)?;
                Some((seq, header, content.take(lengths.length()?)?))
            })
            .skip_while(move |(at, ..)| *at < seq)
            .map(|(seq, header, body)| Recorded {
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

/// Reads the commits of a block, which follow each other from its first position on; nothing when the bytes are not a block.
pub(super) fn decode(first: Position, block: &[u8]) -> Option<Vec<Commit<'_>>> {
    let mut bytes = Bytes(block);
    let mut commits = Vec::new();
    let mut next = first;
    while !bytes.0.is_empty() {
        let receipt = bytes.receipt()?;
        if receipt.first != next || receipt.count == 0 || receipt.first_seq == 0 {
            return None;
        }
        next = receipt.end();
        let lengths = bytes.take(usize::try_from(receipt.count).ok()?.checked_mul(8)?)?;
        let mut total = 0_usize;
        let mut each = Bytes(lengths);
        while !each.0.is_empty() {
            total = total.checked_add(each.length()?)?;
        }
        let content = bytes.take(total)?;
        commits.push(Commit { receipt, lengths, content });
    }
    (!commits.is_empty()).then_some(commits)
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
}
