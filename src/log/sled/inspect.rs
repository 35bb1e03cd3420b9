//! What an opened sled holds, compared with itself and with its witness.

use ::sled::Db;

use super::blocks::Blocks;
use super::boundary::guarded;
use super::frame;
use super::layout::{FORMAT, FORMAT_KEY, block_key, parse_block_key};
use super::open::refuse;
use super::reader::{self, damaged, fault};
use super::store::panicked;
use super::stream_page::Entry;
use super::witness::{Reading, Witness};
use super::writer::Standing;
use crate::log::{OpenError, Place, Position, ReadError, Receipt};

/// How many of the last blocks are checked against each other and their indexes: a damaged tail is the common damage.
const TAIL_BLOCKS: usize = 8;

/// Reads where the log stands, compares it with the witness, and says whether the store is a fresh one.
pub(super) fn inspect(db: &Db, reading: &Reading) -> Result<(Standing, bool), OpenError> {
    guarded(|| {
        let fresh = check_format(db, reading)?;
        let standing = standing(db)?;
        if let Reading::Valid(witness, _) = reading {
            compare(db, standing, witness)?;
        }
        Ok((standing, fresh))
    })
    .unwrap_or_else(|words| Err(panicked(&words).into()))
}

/// Checks the store's own format number; a store that holds nothing at all gets one.
fn check_format(db: &Db, reading: &Reading) -> Result<bool, OpenError> {
    let value = db.get(FORMAT_KEY).map_err(|error| fault("reading the format", error))?;
    let Some(value) = value else {
        if db.is_empty() && matches!(reading, Reading::Missing) {
            return Ok(true);
        }
        return Err(refuse("its format number is missing".to_owned()));
    };
    let payload = frame::unseal_one(FORMAT_KEY, frame::Kind::Format, &value)
        .map_err(|what| refuse(format!("its format number: {what}")))?;
    let found = payload.try_into().map(u32::from_be_bytes);
    let found = found.map_err(|_| refuse("its format number has another length".to_owned()))?;
    if found > FORMAT {
        return Err(OpenError::NewerFormat { found, supported: FORMAT });
    }
    Ok(false)
}

/// Reads the last blocks, each whole and joined to the one before, and the last one's indexes.
fn standing(db: &Db) -> Result<Standing, ReadError> {
    let mut standing = Standing { end: Position::START, last_recorded_at: None, last_block: frame::digest(&[]) };
    let mut before = block_key(Position::new(u64::MAX), u16::MAX);
    let mut next: Option<Position> = None;
    for _ in 0..TAIL_BLOCKS {
        let found = db.get_lt(before).map_err(|error| fault("finding the last events", error))?;
        let Some((first, _)) = found.and_then(|(key, _)| parse_block_key(&key)) else {
            // The first block of all begins at 0.
            if let Some(next) = next.filter(|next| *next != Position::START) {
                return Err(damaged(Place::Event(Position::START), format!("the log begins at {next}")));
            }
            break;
        };
        let block = Blocks::from(db, first)?.next()?;
        let block = block.ok_or_else(|| damaged(Place::Event(first), "its block is missing"))?;
        let commits = block.commits()?;
        let last = commits.last().map(|commit| &commit.receipt);
        let last = last.ok_or_else(|| damaged(Place::Event(first), "its block is empty"))?;
        match next {
            None => {
                check_indexes(db, last)?;
                standing = Standing {
                    end: last.end(),
                    last_recorded_at: Some(last.recorded_at),
                    last_block: frame::digest(block.payload()?),
                };
            }
            Some(next) if next != last.end() => {
                return Err(damaged(
                    Place::Event(last.end()),
                    format!("the block before ends at {}, the next begins at {next}", last.end()),
                ));
            }
            Some(_) => {}
        }
        next = Some(first);
        before = block_key(first, 0);
    }
    Ok(standing)
}

/// Checks that the indexes know the log's last commit: they were written in the same batch.
fn check_indexes(db: &Db, last: &Receipt) -> Result<(), ReadError> {
    let page = reader::last_page(db, last.stream)?;
    let entry = page.and_then(|(_, entries)| entries.last().copied());
    if entry != Some(Entry::of(last)) {
        return Err(damaged(
            Place::Stream(last.stream),
            format!("it does not end with the log's last commit at {}", last.first),
        ));
    }
    if reader::find(db, last.command)?.as_ref() != Some(last) {
        return Err(damaged(
            Place::Command(last.command),
            format!("it does not lead to the log's last commit at {}", last.first),
        ));
    }
    Ok(())
}

/// Compares the store with its witness, which may be older but never other.
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
    let block = Blocks::from(db, last)?.next()?;
    let block = block.ok_or_else(|| damaged(Place::Event(last), "its block is missing"))?;
    if frame::digest(block.payload()?) != witness.last {
        return Err(damaged(Place::Event(last), "it is not the event that was acknowledged"));
    }
    Ok(())
}
