//! Reads blocks and indexes out of sled, and checks each against the others.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

use ::sled::Tree;

use super::blocks::{Block, Blocks};
use super::layout::{command_key, stream_key};
use super::stream_page::Entry;
use super::{block, frame, stream_page};
use crate::log::{
    CommandId, Place, Position, READ_BYTES_MAX, READ_EVENTS_MAX, ReadError, Receipt, Recorded, StreamId, StreamVersion,
};

/// Says what sled's errors mean to us.
pub(super) fn fault(doing: &'static str, error: ::sled::Error) -> ReadError {
    match error {
        ::sled::Error::Corruption { .. } | ::sled::Error::ReportableBug(_) | ::sled::Error::CollectionNotFound(_) => {
            ReadError::Damaged { place: Place::Store, what: format!("sled says while {doing}: {error}") }
        }
        ::sled::Error::Io(source) => ReadError::Storage { doing, source: source.into() },
        ::sled::Error::Unsupported(_) => ReadError::Storage { doing, source: error.into() },
    }
}

/// Makes the error for a place.
pub(super) fn damaged(place: Place, what: impl Into<String>) -> ReadError {
    ReadError::Damaged { place, what: what.into() }
}

/// Collects events until one of the read bounds is met.
struct Collected {
    events: Vec<Recorded>,
    bytes: usize,
    limit: usize,
}

impl Collected {
    fn new(limit: usize) -> Self {
        Self { events: Vec::new(), bytes: 0, limit: limit.min(READ_EVENTS_MAX) }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= self.limit || self.bytes >= READ_BYTES_MAX
    }

    fn take(&mut self, events: impl Iterator<Item = Recorded>) {
        for event in events {
            if self.is_full() {
                break;
            }
            self.bytes += event.header.len() + event.body.len();
            self.events.push(event);
        }
    }
}

/// Reads the events from a position on, up to the durable end.
pub(super) fn read(tree: &Tree, from: Position, end: Position, limit: usize) -> Result<Vec<Recorded>, ReadError> {
    let mut found = Collected::new(limit);
    let mut next = from;
    if next >= end || found.is_full() {
        return Ok(found.events);
    }
    let mut blocks = Blocks::from(tree, from)?;
    while next < end && !found.is_full() {
        let gap = || damaged(Place::Event(next), "its block is missing");
        let block = blocks.next()?.ok_or_else(gap)?;
        if block.first > next {
            return Err(gap());
        }
        let before = next;
        for commit in block.commits()? {
            let receipt = &commit.receipt;
            if receipt.end() > next && !found.is_full() {
                let skipped = next.get() - receipt.first.get();
                found.take(commit.events_from(receipt.first_seq + skipped));
                next = receipt.end();
            }
        }
        if next == before {
            return Err(damaged(Place::Event(next), "its block is missing"));
        }
    }
    Ok(found.events)
}

/// Reads the events of one stream above a sequence number, up to the durable end.
pub(super) fn read_stream(
    tree: &Tree,
    stream: StreamId,
    after_seq: u64,
    end: Position,
    limit: usize,
) -> Result<Vec<Recorded>, ReadError> {
    let mut found = Collected::new(limit);
    let wanted = after_seq.saturating_add(1);
    let Some((mut page_seq, mut page)) = page_before(tree, stream, wanted)? else {
        return first_page_or_none(tree, stream).map(|()| found.events);
    };
    let mut cached: Option<Block> = None;
    loop {
        for entry in &page {
            if entry.end() > end || found.is_full() {
                return Ok(found.events);
            }
            if entry.version().get() < wanted {
                continue;
            }
            let block = match cached.take() {
                Some(block) if block_holds(&block, entry.first)? => block,
                _ => Blocks::from(tree, entry.first)?.next()?.ok_or_else(|| lost(stream, entry))?,
            };
            let commits = block.commits()?;
            let commit = commits
                .iter()
                .find(|commit| commit.receipt.first == entry.first)
                .filter(|commit| commit.receipt.stream == stream && Entry::of(&commit.receipt) == *entry)
                .ok_or_else(|| lost(stream, entry))?;
            found.take(commit.events_from(wanted));
            drop(commits);
            cached = Some(block);
        }
        let next_seq = page.last().map_or(page_seq, |entry| entry.version().get()) + 1;
        let key = stream_key(stream, next_seq);
        match tree.get(key).map_err(|error| fault("reading a stream's index", error))? {
            Some(value) => {
                page = decode_page(stream, next_seq, &value)?;
                page_seq = next_seq;
            }
            None => return Ok(found.events),
        }
    }
}

fn block_holds(block: &Block, position: Position) -> Result<bool, ReadError> {
    let end = block.commits()?.last().map(|commit| commit.receipt.end());
    Ok(block.first <= position && end.is_some_and(|end| end > position))
}

fn lost(stream: StreamId, entry: &Entry) -> ReadError {
    damaged(
        Place::Event(entry.first),
        format!("it is not event {} of stream {stream}, as the stream's index says", entry.first_seq),
    )
}

/// A stream's pages begin with sequence number 1; a stream with later pages only has lost its first.
fn first_page_or_none(tree: &Tree, stream: StreamId) -> Result<(), ReadError> {
    match last_page(tree, stream)? {
        None => Ok(()),
        Some(_) => Err(damaged(Place::Stream(stream), "its first page is missing")),
    }
}

/// Returns the page that holds a sequence number, or the last one before it.
fn page_before(tree: &Tree, stream: StreamId, seq: u64) -> Result<Option<(u64, Vec<Entry>)>, ReadError> {
    let range = stream_key(stream, 0)..=stream_key(stream, seq);
    let Some(item) = tree.range(range).next_back() else {
        return Ok(None);
    };
    let (key, value) = item.map_err(|error| fault("reading a stream's index", error))?;
    let first_seq = key[17..]
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| damaged(Place::Stream(stream), "a key of it has another length"))?;
    Ok(Some((first_seq, decode_page(stream, first_seq, &value)?)))
}

/// Returns the last page of a stream's index with its first sequence number; nothing for an unknown stream.
pub(super) fn last_page(tree: &Tree, stream: StreamId) -> Result<Option<(u64, Vec<Entry>)>, ReadError> {
    page_before(tree, stream, u64::MAX)
}

fn decode_page(stream: StreamId, first_seq: u64, value: &[u8]) -> Result<Vec<Entry>, ReadError> {
    let key = stream_key(stream, first_seq);
    let payload =
        frame::unseal_one(&key, frame::Kind::StreamPage, value).map_err(|what| damaged(Place::Stream(stream), what))?;
    stream_page::decode(first_seq, payload)
        .ok_or_else(|| damaged(Place::Stream(stream), "its bytes are not commits that follow each other"))
}

/// Returns a stream's version as of the durable end.
pub(super) fn version(tree: &Tree, stream: StreamId, end: Position) -> Result<StreamVersion, ReadError> {
    let mut at = u64::MAX;
    // More than one round only while a group of many commits of this stream is being flushed.
    while let Some((first_seq, page)) = page_before(tree, stream, at)? {
        if let Some(durable) = page.iter().rev().find(|entry| entry.end() <= end) {
            return Ok(durable.version());
        }
        at = first_seq - 1;
    }
    Ok(StreamVersion::NONE)
}

/// Returns the receipt of a command.
pub(super) fn find(tree: &Tree, command: CommandId) -> Result<Option<Receipt>, ReadError> {
    let key = command_key(command);
    let Some(value) = tree.get(key).map_err(|error| fault("finding a command", error))? else {
        return Ok(None);
    };
    let receipt =
        frame::unseal_one(&key, frame::Kind::Command, &value).map_err(|what| damaged(Place::Command(command), what))?;
    match block::decode_receipt(receipt) {
        Some(receipt) if receipt.command == command => Ok(Some(receipt)),
        _ => Err(damaged(Place::Command(command), "its bytes are not a receipt")),
    }
}
