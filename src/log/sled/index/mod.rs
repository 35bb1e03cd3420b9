//! The indexes of the log: from a stream to its commits, from a command to its commit.
//!
//! Both are folds of the tail and the segments, kept as tables in pages (see `packed`), and may lag behind them. What they say
//! is checked against the commits that it leads to.
//!
//! ```text
//! streams   stream 16               number of full rows | row      the newest commits of the stream
//!           stream 16 | row 4       row                            commits before them, ROW_COMMITS in each, rows from 0
//!           row: events of the stream before it | (first position less the end before | count) per commit
//! commands  hash 8                  (position less the one before) per commit whose command has this hash
//! ```
//!
//! The numbers in values are short ones (see `run`). The hash begins with the first bytes of the command id, which are a time in
//! most ids, so that new commands lie beside each other; commands with the same hash are told apart by their commits.

#[cfg(test)]
mod laws;

use std::collections::{BTreeMap, HashMap};

use ::sled::{Batch, Tree};
use xxhash_rust::xxh3::xxh3_64;

use super::frame::{self, Kind};
use super::layout::{COMMANDS, INDEXED_KEY, STREAMS};
use super::packed::{self, Table};
use super::passing;
use super::reader::{damaged, fault};
use super::run::{Bytes, write_short};
use crate::log::{CommandId, Position, ReadError, Receipt, StreamId};

/// How many commits of a stream one row lists: most agreements have one row, and a row fits in a page.
const ROW_COMMITS: usize = 1024;

/// How many full rows a stream may have: far above what a register has, so that a damaged number ends no memory.
const ROWS_MAX: u64 = 1 << 24;

/// Where one commit of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) first: Position,
    pub(super) first_seq: u64,
    pub(super) count: u32,
}

impl Place {
    pub(super) fn of(receipt: &Receipt) -> Self {
        Self { first: receipt.first, first_seq: receipt.first_seq, count: receipt.count }
    }

    /// Returns the stream's version after the commit.
    pub(super) fn version(self) -> u64 {
        self.first_seq + u64::from(self.count) - 1
    }

    fn end(self) -> u64 {
        self.first.get().saturating_add(u64::from(self.count))
    }
}

/// The index of streams; its damage is reported of one stream where only that one was asked for.
///
/// Neither index is compressed: ids and positions hardly pack, and every command that is recorded reads a page of each.
fn streams(asked: &[StreamId]) -> Table<'static> {
    let place = match asked {
        [one] => crate::log::Place::Stream(*one),
        _ => crate::log::Place::Store,
    };
    Table { prefix: STREAMS, kind: Kind::Streams, place, compressed: false }
}

/// The index of commands; its damage is reported of one command where only that one was asked for.
fn commands(asked: &[([u8; 8], CommandId)]) -> Table<'static> {
    let place = match asked {
        [(_, one)] => crate::log::Place::Command(*one),
        _ => crate::log::Place::Store,
    };
    Table { prefix: COMMANDS, kind: Kind::Commands, place, compressed: false }
}

/// Reads up to which position the indexes have taken in the log.
pub(super) fn position(tree: &Tree) -> Result<Position, ReadError> {
    let value = tree.get(INDEXED_KEY).map_err(|error| fault("reading the indexes' position", error))?;
    let Some(value) = value else {
        return Ok(Position::START);
    };
    let refused = |what: String| damaged(crate::log::Place::Store, format!("the position of its indexes: {what}"));
    let payload = frame::unseal_one(INDEXED_KEY, Kind::Indexed, &value).map_err(refused)?;
    let number = payload.try_into().map(u64::from_be_bytes);
    number.map(Position::new).map_err(|_| refused("it has another length".to_owned()))
}

/// Reads all of both indexes, and what their rows say.
pub(super) fn check(tree: &Tree) -> Result<(), ReadError> {
    position(tree)?;
    for table in [streams(&[]), commands(&[])] {
        for entry in packed::range(tree, &table, b"", None) {
            entry?;
        }
    }
    Ok(())
}

/// The newest row of a stream, and how many are before it.
#[derive(Default)]
struct Head {
    rows: u64,
    row: Row,
}

/// Commits of a stream that follow each other.
#[derive(Default)]
struct Row {
    /// How many events the stream has before them.
    before: u64,
    places: Vec<Place>,
}

impl Row {
    fn version(&self) -> u64 {
        self.places.last().map_or(self.before, |place| place.version())
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let before = bytes.short()?;
        let (mut places, mut seq, mut end) = (Vec::new(), before, 0_u64);
        while !bytes.0.is_empty() {
            let first = end.checked_add(bytes.short()?)?;
            let count = u32::try_from(bytes.short()?).ok().filter(|count| *count > 0)?;
            let place = Place { first: Position::new(first), first_seq: seq.checked_add(1)?, count };
            seq = seq.checked_add(u64::from(count))?;
            end = first.checked_add(u64::from(count))?;
            places.push(place);
        }
        (!places.is_empty()).then_some(Self { before, places })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        write_short(self.before, bytes);
        let mut end = 0;
        for place in &self.places {
            write_short(place.first.get() - end, bytes);
            write_short(u64::from(place.count), bytes);
            end = place.end();
        }
    }
}

impl Head {
    fn read(value: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(value);
        let rows = bytes.short().filter(|rows| *rows <= ROWS_MAX)?;
        Some(Self { rows, row: Row::read(&mut bytes)? })
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_short(self.rows, &mut bytes);
        self.row.write(&mut bytes);
        bytes
    }
}

/// A stream's index that is not what was written.
fn broken(stream: StreamId) -> ReadError {
    damaged(crate::log::Place::Stream(stream), "its bytes are not commits that follow each other")
}

fn row_key(stream: StreamId, row: u64) -> Vec<u8> {
    let mut key = stream.get().as_bytes().to_vec();
    key.extend_from_slice(&u32::try_from(row).unwrap_or(u32::MAX).to_be_bytes());
    key
}

fn head_of(stream: StreamId, value: Option<Vec<u8>>) -> Result<Head, ReadError> {
    match value {
        None => Ok(Head::default()),
        Some(value) => Head::read(&value).ok_or_else(|| broken(stream)),
    }
}

fn heads(tree: &Tree, sorted: &[StreamId]) -> Result<Vec<Head>, ReadError> {
    let keys: Vec<[u8; 16]> = sorted.iter().map(|stream| stream.get().into_bytes()).collect();
    let keys: Vec<&[u8]> = keys.iter().map(<[u8; 16]>::as_slice).collect();
    let values = packed::get_many(tree, &streams(sorted), &keys)?;
    sorted.iter().zip(values).map(|(stream, value)| head_of(*stream, value)).collect()
}

/// Returns how many events each stream has in the index.
pub(super) fn versions(tree: &Tree, of: &[StreamId]) -> Result<HashMap<StreamId, u64>, ReadError> {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let heads = heads(tree, &sorted)?;
    Ok(sorted.into_iter().zip(heads).map(|(stream, head)| (stream, head.row.version())).collect())
}

/// Returns where the commits of a stream are from the one that holds a sequence number on, until they have `events` events.
///
/// Only those before `until`: what a merge that was not finished left behind is known from elsewhere.
pub(super) fn places(
    tree: &Tree,
    stream: StreamId,
    from_seq: u64,
    events: usize,
    until: Position,
) -> Result<Vec<Place>, ReadError> {
    let head = head_of(stream, packed::get(tree, &streams(&[stream]), stream.get().as_bytes())?)?;
    let mut rows = row_holding(tree, stream, &head, from_seq)?..head.rows;
    let mut head = Some(head.row);
    let (mut found, mut count, mut next) = (Vec::new(), 0_u64, None);
    loop {
        let row = match rows.next() {
            Some(number) => row_at(tree, stream, number)?,
            None => match head.take() {
                Some(row) => row,
                None => return Ok(found),
            },
        };
        if next.is_some_and(|next| next != row.before) {
            return Err(broken(stream));
        }
        next = Some(row.version());
        for place in row.places.into_iter().filter(|place| place.version() >= from_seq && place.first < until) {
            if count >= events as u64 {
                return Ok(found);
            }
            count += place.version() + 1 - place.first_seq.max(from_seq);
            found.push(place);
        }
    }
}

/// Finds the full row that holds a sequence number, or the first that is not full.
fn row_holding(tree: &Tree, stream: StreamId, head: &Head, seq: u64) -> Result<u64, ReadError> {
    let (mut low, mut high) = (0, head.rows);
    if seq > head.row.before {
        return Ok(high);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if row_at(tree, stream, middle)?.version() < seq {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn row_at(tree: &Tree, stream: StreamId, number: u64) -> Result<Row, ReadError> {
    let value = packed::get(tree, &streams(&[stream]), &row_key(stream, number))?;
    let value = value.ok_or_else(|| damaged(crate::log::Place::Stream(stream), "a row of it is missing"))?;
    let mut bytes = Bytes(&value);
    Row::read(&mut bytes).ok_or_else(|| broken(stream))
}

/// Makes the key of a command in the index.
fn hash(command: CommandId) -> [u8; 8] {
    let id = command.get();
    let mut key = xxh3_64(id.as_bytes()).to_be_bytes();
    key[..4].copy_from_slice(&id.as_bytes()[..4]);
    key
}

fn read_positions(value: &[u8]) -> Option<Vec<Position>> {
    let mut bytes = Bytes(value);
    let (mut positions, mut last) = (Vec::new(), 0_u64);
    while !bytes.0.is_empty() {
        let step = bytes.short()?;
        if step == 0 && !positions.is_empty() {
            return None;
        }
        last = last.checked_add(step)?;
        positions.push(Position::new(last));
    }
    (!positions.is_empty()).then_some(positions)
}

fn write_positions(positions: &[Position]) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for position in positions {
        write_short(position.get() - last, &mut bytes);
        last = position.get();
    }
    bytes
}

/// Returns, for each command, where commits are that may be its own.
pub(super) fn candidates(
    tree: &Tree,
    of: &[CommandId],
) -> Result<impl Iterator<Item = (CommandId, Vec<Position>)> + use<>, ReadError> {
    let mut sorted: Vec<_> = of.iter().map(|command| (hash(*command), *command)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let keys: Vec<&[u8]> = sorted.iter().map(|(hash, _)| hash.as_slice()).collect();
    let values = packed::get_many(tree, &commands(&sorted), &keys)?;
    let mut found = Vec::new();
    for ((_, command), value) in sorted.into_iter().zip(values) {
        if let Some(value) = value {
            let positions = read_positions(&value).ok_or_else(|| {
                damaged(crate::log::Place::Command(command), "its bytes are not positions that follow each other")
            })?;
            found.push((command, positions));
        }
    }
    Ok(found.into_iter())
}

/// How many streams or commands a merge looks up together: a bound on its memory.
const MERGE_KEYS: usize = 16 * 1024;

/// After how many bytes of pages a batch of a merge ends: sled holds all of a batch several times over, and commands that come
/// from outside, in no order, touch every page of a long log's index.
const MERGE_BYTES: usize = 1024 * 1024;

/// Merges commits into the indexes: one batch after the other goes to `apply`, the last one with the position.
///
/// A merge that is not finished is begun again with the same commits: what is there already is passed over.
pub(super) fn merge(
    tree: &Tree,
    new: (&HashMap<StreamId, Vec<Place>>, &HashMap<CommandId, Position>),
    end: Position,
    mut apply: impl FnMut(Batch) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut of_streams: Vec<_> = new.0.iter().collect();
    of_streams.sort_unstable_by_key(|(stream, _)| **stream);
    for part in of_streams.chunks(MERGE_KEYS) {
        merge_into(tree, &streams(&[]), with_places(tree, part)?, &mut apply)?;
    }
    let mut of_commands: Vec<_> = new.1.iter().map(|(command, position)| (hash(*command), *position)).collect();
    of_commands.sort_unstable();
    for part in of_commands.chunks(MERGE_KEYS) {
        merge_into(tree, &commands(&[]), with_positions(tree, part)?, &mut apply)?;
    }
    let mut batch = Batch::default();
    batch.insert(INDEXED_KEY, frame::seal_one(INDEXED_KEY, Kind::Indexed, &end.get().to_be_bytes()));
    apply(batch)
}

type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

fn merge_into(
    tree: &Tree,
    table: &Table<'_>,
    changes: Changes,
    apply: &mut impl FnMut(Batch) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut changes = changes.into_iter().peekable();
    while changes.peek().is_some() {
        let mut batch = Batch::default();
        let written = packed::merge_some(tree, table, &mut changes, MERGE_BYTES, &mut batch)?;
        apply(batch)?;
        passing::written(tree, &written);
    }
    Ok(())
}

fn with_places(tree: &Tree, new: &[(&StreamId, &Vec<Place>)]) -> Result<Changes, ReadError> {
    let sorted: Vec<StreamId> = new.iter().map(|(stream, _)| **stream).collect();
    let mut changes = Changes::new();
    for ((stream, places), mut head) in new.iter().zip(heads(tree, &sorted)?) {
        let known = head.row.places.last().map_or(0, |place| place.end());
        for place in places.iter().filter(|place| place.first.get() >= known) {
            if place.first_seq != head.row.version() + 1 {
                return Err(damaged(
                    crate::log::Place::Stream(**stream),
                    format!(
                        "it ends with event {}, but {} is event {} of the stream",
                        head.row.version(),
                        place.first,
                        place.first_seq
                    ),
                ));
            }
            if head.row.places.len() == ROW_COMMITS {
                let mut row = Vec::new();
                head.row.write(&mut row);
                changes.insert(row_key(**stream, head.rows), Some(row));
                let before = head.row.version();
                head = Head { rows: head.rows + 1, row: Row { before, places: Vec::new() } };
            }
            head.row.places.push(*place);
        }
        changes.insert(stream.get().as_bytes().to_vec(), Some(head.write()));
    }
    Ok(changes)
}

fn with_positions(tree: &Tree, new: &[([u8; 8], Position)]) -> Result<Changes, ReadError> {
    let keys: Vec<&[u8]> = new.iter().map(|(hash, _)| hash.as_slice()).collect();
    let values = packed::get_many(tree, &commands(&[]), &keys)?;
    let mut all: Vec<([u8; 8], Vec<Position>)> = Vec::new();
    for ((hash, position), value) in new.iter().zip(values) {
        if all.last().is_none_or(|(last, _)| last != hash) {
            let known = value.map_or(Some(Vec::new()), |value| read_positions(&value));
            let known = known.ok_or_else(|| {
                damaged(crate::log::Place::Store, "its index of commands has bytes that are not positions")
            })?;
            all.push((*hash, known));
        }
        if let Some((_, positions)) = all.last_mut()
            && let Err(at) = positions.binary_search(position)
        {
            positions.insert(at, *position);
        }
    }
    Ok(all.into_iter().map(|(hash, positions)| (hash.to_vec(), Some(write_positions(&positions)))).collect())
}
