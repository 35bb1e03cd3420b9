//! Walks over the runs of the log, each whole and checked.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

use ::sled::Tree;

use super::frame;
use super::layout::{parse_run_key, run_key};
use super::reader::{damaged, fault};
use super::run::Run;
use super::segment::{self, SEGMENT_BYTES_MAX};
use crate::log::{Place, Position, ReadError};

/// Where a run lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Recent commits, one run for each group that was flushed, not compressed.
    Tail,
    /// Segments: sealed, compressed, immutable.
    Sealed,
    /// The blocks of format 1: not compressed, under the keys that segments have now.
    Block,
}

impl Shelf {
    /// Returns the first byte of the keys.
    pub(super) const fn letter(self) -> u8 {
        match self {
            Self::Tail => b't',
            Self::Sealed | Self::Block => b'c',
        }
    }

    /// Returns the kind of the frames.
    pub(super) const fn kind(self) -> frame::Kind {
        match self {
            Self::Tail => frame::Kind::Tail,
            Self::Sealed => frame::Kind::Segment,
            Self::Block => frame::Kind::Block,
        }
    }
}

/// Runs of a shelf in order.
pub(super) struct Runs {
    iter: ::sled::Iter,
    shelf: Shelf,
}

impl Runs {
    /// Finds the run that holds a position, or the last one before it.
    pub(super) fn from(tree: &Tree, shelf: Shelf, position: Position) -> Result<Self, ReadError> {
        let first = last_before(tree, shelf, position.plus(1))?.unwrap_or(position);
        let range = run_key(shelf, first, 0)..=run_key(shelf, Position::new(u64::MAX), u16::MAX);
        Ok(Self { iter: tree.range(range), shelf })
    }

    /// Reads the next run.
    pub(super) fn next(&mut self) -> Result<Option<Run>, ReadError> {
        let mut joined = Vec::new();
        let Some((first, chunks)) = self.chunk(None, &mut joined)? else {
            return Ok(None);
        };
        for number in 1..chunks {
            let Some((_, count)) = self.chunk(Some((first, number)), &mut joined)? else {
                return Err(missing(first, number));
            };
            if count != chunks {
                return Err(damaged(
                    Place::Event(first),
                    format!("chunk {number} of {chunks} is chunk {number} of {count}"),
                ));
            }
            if joined.len() > SEGMENT_BYTES_MAX {
                return Err(damaged(Place::Event(first), format!("it has more than {SEGMENT_BYTES_MAX} bytes")));
            }
        }
        let raw = match self.shelf {
            Shelf::Tail | Shelf::Block => joined,
            Shelf::Sealed => segment::unpack(&joined).map_err(|what| damaged(Place::Event(first), what))?,
        };
        let run = Run::read(first, raw);
        let run =
            run.ok_or_else(|| damaged(Place::Event(first), "its bytes are not commits that follow each other"))?;
        Ok(Some(run))
    }

    /// Reads the next value; a wanted chunk must be the very next, and a new run must begin with chunk 0.
    fn chunk(
        &mut self,
        wanted: Option<(Position, u16)>,
        joined: &mut Vec<u8>,
    ) -> Result<Option<(Position, u16)>, ReadError> {
        let Some(item) = self.iter.next() else {
            return Ok(None);
        };
        let (key, value) = item.map_err(|error| fault("reading events", error))?;
        let Some((first, number)) = parse_run_key(self.shelf, &key) else {
            return Err(damaged(Place::Store, "a key among the events is not one of theirs"));
        };
        let expected = wanted.unwrap_or((first, 0));
        if (first, number) != expected {
            return Err(missing(expected.0, expected.1));
        }
        let chunk =
            frame::unseal(&key, self.shelf.kind(), &value).map_err(|what| damaged(Place::Event(first), what))?;
        let chunks = chunk.count;
        if chunk.number != number || chunks == 0 {
            return Err(damaged(Place::Event(first), format!("chunk {number} is chunk {} of {chunks}", chunk.number)));
        }
        joined.extend_from_slice(chunk.payload);
        Ok(Some((first, chunks)))
    }
}

/// Returns where the last run that begins before a position begins.
pub(super) fn last_before(tree: &Tree, shelf: Shelf, position: Position) -> Result<Option<Position>, ReadError> {
    let found = tree.get_lt(run_key(shelf, position, 0)).map_err(|error| fault("finding events", error))?;
    Ok(found.and_then(|(key, _)| parse_run_key(shelf, &key)).map(|(first, _)| first))
}

fn missing(first: Position, chunk: u16) -> ReadError {
    damaged(Place::Event(first), format!("chunk {chunk} of its run is missing"))
}
