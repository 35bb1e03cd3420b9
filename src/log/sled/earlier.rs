//! Reads stores of format 1, which had a block of commits under a key of its own for every group, and indexes beside them.
//!
//! Only what a migration needs: the blocks are the whole truth, its indexes and views are made anew.

use ::sled::{Db, Tree};

use super::frame;
use super::reader::damaged;
use super::run::Run;
use super::runs::{Runs, Shelf, last_before};
use super::witness::Witness;
use super::writer::Standing;
use crate::log::{Place, Position, ReadError};

/// How many of the last blocks are checked and found to join.
const BLOCKS_CHECKED: usize = 8;

/// Reads where the log stands, and compares it with its witness.
///
/// The standing's hash is that of the last block, as the witness of format 1 has it.
pub(super) fn inspect(db: &Db, witness: Option<&Witness>) -> Result<Standing, ReadError> {
    let mut standing = Standing::nowhere();
    let (mut before, mut next) = (Position::new(u64::MAX), None);
    for _ in 0..BLOCKS_CHECKED {
        let Some(first) = last_before(db, Shelf::Block, before)? else {
            // The first block of all begins at 0.
            if let Some(next) = next.filter(|next| *next != Position::START) {
                return Err(damaged(Place::Event(Position::START), format!("the log begins at {next}")));
            }
            break;
        };
        let block = block_at(db, first)?;
        match next {
            None => standing = standing_of(&block),
            Some(next) if next != block.end => return Err(torn(block.end, next)),
            Some(_) => {}
        }
        next = Some(first);
        before = first;
    }
    if let Some(witness) = witness {
        compare(db, standing, witness)?;
    }
    Ok(standing)
}

fn standing_of(block: &Run) -> Standing {
    Standing {
        end: block.end,
        last_recorded_at: block.commits().last().map(|commit| commit.receipt.recorded_at),
        last_commit: frame::digest(block.bytes()),
    }
}

fn torn(end: Position, next: Position) -> ReadError {
    damaged(Place::Event(end), format!("the block before ends at {end}, the next begins at {next}"))
}

fn block_at(tree: &Tree, position: Position) -> Result<Run, ReadError> {
    let block = Runs::from(tree, Shelf::Block, position)?.next()?;
    block
        .filter(|block| block.first <= position && position < block.end)
        .ok_or_else(|| damaged(Place::Event(position), "its block is missing"))
}

fn compare(db: &Db, standing: Standing, witness: &Witness) -> Result<(), ReadError> {
    if standing.end < witness.end {
        return Err(damaged(
            Place::Store,
            format!("it holds {} events, but {} were acknowledged", standing.end.get(), witness.end.get()),
        ));
    }
    let Some(last) = witness.end.get().checked_sub(1).map(Position::new) else {
        return Ok(());
    };
    if frame::digest(block_at(db, last)?.bytes()) != witness.last {
        return Err(damaged(Place::Event(last), "it is not the event that was acknowledged"));
    }
    Ok(())
}

/// Reads all blocks in order, each whole and joined to the one before, up to where the log stands.
pub(super) fn blocks(
    tree: &Tree,
    standing: Standing,
    mut each: impl FnMut(Run) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut next = Position::START;
    if next == standing.end {
        return Ok(());
    }
    let mut blocks = Runs::from(tree, Shelf::Block, next)?;
    while let Some(block) = blocks.next()? {
        if block.first != next {
            return Err(torn(next, block.first));
        }
        next = block.end;
        each(block)?;
    }
    if next == standing.end { Ok(()) } else { Err(damaged(Place::Event(next), "its block is missing")) }
}
