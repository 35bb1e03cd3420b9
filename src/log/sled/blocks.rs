//! Walks over the blocks of the log, each whole and checked.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

use ::sled::{IVec, Tree};

use super::layout::{block_key, parse_block_key};
use super::reader::{damaged, fault};
use super::{block, frame};
use crate::log::{Place, Position, ReadError};

/// The joined chunks of one block.
pub(super) struct Block {
    pub(super) first: Position,
    payload: Payload,
}

enum Payload {
    /// The block is one value of sled, which is shared and not copied.
    One(IVec),
    Joined(Vec<u8>),
}

impl Block {
    /// Returns the bytes of the block's commits.
    pub(super) fn payload(&self) -> Result<&[u8], ReadError> {
        match &self.payload {
            Payload::Joined(bytes) => Ok(bytes),
            Payload::One(value) => frame::unseal(&block_key(self.first, 0), frame::Kind::Block, value)
                .map(|chunk| chunk.payload)
                .map_err(|what| damaged(Place::Event(self.first), what)),
        }
    }

    /// Returns the block's commits.
    pub(super) fn commits(&self) -> Result<Vec<block::Commit<'_>>, ReadError> {
        block::decode(self.first, self.payload()?)
            .ok_or_else(|| damaged(Place::Event(self.first), "its bytes are not commits that follow each other"))
    }
}

/// Blocks in order, from the one that holds a position on.
pub(super) struct Blocks {
    iter: ::sled::Iter,
}

impl Blocks {
    /// Finds the block that holds a position, or the last one before it.
    pub(super) fn from(tree: &Tree, position: Position) -> Result<Self, ReadError> {
        let after = block_key(position.plus(1), 0);
        let before = tree.get_lt(after).map_err(|error| fault("finding a block", error))?;
        let first = before.and_then(|(key, _)| parse_block_key(&key)).map_or(position, |(first, _)| first);
        Ok(Self { iter: tree.range(block_key(first, 0)..=block_key(Position::new(u64::MAX), u16::MAX)) })
    }

    /// Reads the next block.
    pub(super) fn next(&mut self) -> Result<Option<Block>, ReadError> {
        let Some((first, value, chunks)) = self.chunk(None)? else {
            return Ok(None);
        };
        if chunks == 1 {
            return Ok(Some(Block { first, payload: Payload::One(value) }));
        }
        let mut joined = Vec::new();
        let mut value = value;
        for number in 0..chunks {
            let key = block_key(first, number);
            let chunk =
                frame::unseal(&key, frame::Kind::Block, &value).map_err(|what| damaged(Place::Event(first), what))?;
            if (chunk.number, chunk.count) != (number, chunks) {
                return Err(damaged(
                    Place::Event(first),
                    format!("chunk {number} of {chunks} is chunk {} of {}", chunk.number, chunk.count),
                ));
            }
            joined.extend_from_slice(chunk.payload);
            if number + 1 < chunks {
                let next = self.chunk(Some((first, number + 1)))?;
                value = next.map(|(_, value, _)| value).ok_or_else(|| missing(first, number + 1))?;
            }
        }
        Ok(Some(Block { first, payload: Payload::Joined(joined) }))
    }

    /// Reads the next value; a wanted chunk must be the very next, and a new block must begin with chunk 0.
    fn chunk(&mut self, wanted: Option<(Position, u16)>) -> Result<Option<(Position, IVec, u16)>, ReadError> {
        let Some(item) = self.iter.next() else {
            return Ok(None);
        };
        let (key, value) = item.map_err(|error| fault("reading events", error))?;
        let Some((first, number)) = parse_block_key(&key) else {
            return Err(damaged(Place::Store, "a key among the blocks is not a block's"));
        };
        let expected = wanted.unwrap_or((first, 0));
        if (first, number) != expected {
            return Err(missing(expected.0, expected.1));
        }
        let chunk =
            frame::unseal(&key, frame::Kind::Block, &value).map_err(|what| damaged(Place::Event(first), what))?;
        let chunks = chunk.count;
        if chunk.number != number || chunks == 0 {
            return Err(damaged(Place::Event(first), format!("chunk {number} is chunk {} of {chunks}", chunk.number)));
        }
        Ok(Some((first, value, chunks)))
    }
}

fn missing(first: Position, chunk: u16) -> ReadError {
    damaged(Place::Event(first), format!("chunk {chunk} of its block is missing"))
}
