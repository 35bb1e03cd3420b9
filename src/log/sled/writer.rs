//! Turns commits into one atomic batch of sled.

use std::collections::HashMap;

use ::sled::{Batch, Tree};

use super::layout::{CHUNK_BYTES_MAX, STREAM_PAGE_ENTRIES, block_key, command_key, stream_key};
use super::reader::{self, fault};
use super::stream_page::Entry;
use super::{block, frame, stream_page};
use crate::log::judgement::{Facts, check_shape, judge};
use crate::log::{Append, AppendError, CommandId, Position, ReadError, Receipt, StreamId, StreamVersion};

/// Bytes after which what is collected goes to sled as one batch: large enough to be rare, small enough for memory.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Where the log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) end: Position,
    pub(super) last_recorded_at: Option<i64>,
    /// The hash of the last block, zero for an empty log.
    pub(super) last_block: u128,
}

/// A stream that the group touched: the last page of its index, as it will be.
struct OpenPage {
    first_seq: u64,
    entries: Vec<Entry>,
    dirty: bool,
}

/// Commits that are made durable by one flush.
pub(super) struct Group<'t> {
    tree: &'t Tree,
    standing: Standing,
    pages: HashMap<StreamId, OpenPage>,
    commands: HashMap<CommandId, Receipt>,
    batch: Batch,
    batch_bytes: usize,
    block_first: Position,
    block: Vec<u8>,
}

impl<'t> Group<'t> {
    pub(super) fn new(tree: &'t Tree, standing: Standing) -> Self {
        Self {
            tree,
            standing,
            pages: HashMap::new(),
            commands: HashMap::new(),
            batch: Batch::default(),
            batch_bytes: 0,
            block_first: standing.end,
            block: Vec::new(),
        }
    }

    /// Judges one commit, and takes it into the group if it stands.
    pub(super) fn take(&mut self, commit: &Append) -> Result<Receipt, AppendError> {
        check_shape(commit)?;
        let first = match self.commands.get(&commit.command) {
            Some(receipt) => Some(receipt.clone()),
            None => reader::find(self.tree, commit.command)?,
        };
        if let Some(first) = first {
            return Ok(Receipt { repeated: true, ..first });
        }
        let page = open_page(self.tree, &mut self.pages, commit.stream)?;
        let facts =
            Facts { end: self.standing.end, last_recorded_at: self.standing.last_recorded_at, version: page.version() };
        let receipt = judge(commit, &facts)?;
        if page.entries.len() == STREAM_PAGE_ENTRIES {
            page.close(commit.stream, &mut self.batch);
        }
        page.entries.push(Entry::of(&receipt));
        page.dirty = true;
        let before = self.block.len();
        block::encode(&receipt, commit, &mut self.block);
        self.batch_bytes += self.block.len() - before;
        if self.block.len() > CHUNK_BYTES_MAX && before > 0 {
            // The commit does not fit beside the others: they are a block, and it begins the next.
            let commit = self.block.split_off(before);
            self.close_block(receipt.first);
            self.block = commit;
        }
        self.commands.insert(receipt.command, receipt.clone());
        self.standing.end = receipt.end();
        self.standing.last_recorded_at = Some(receipt.recorded_at);
        if self.batch_bytes > BATCH_BYTES {
            self.write()?;
        }
        Ok(receipt)
    }

    /// Writes what was collected, and returns where the log then stands; it is not durable yet.
    pub(super) fn write(&mut self) -> Result<Standing, ReadError> {
        self.close_block(self.standing.end);
        for (stream, page) in &mut self.pages {
            if page.dirty {
                page.write(*stream, &mut self.batch);
                page.dirty = false;
            }
        }
        for (command, receipt) in self.commands.drain() {
            let key = command_key(command);
            let value = frame::seal_one(&key, frame::Kind::Command, &block::encode_receipt(&receipt));
            self.batch.insert(&key, value);
        }
        self.batch_bytes = 0;
        self.tree.apply_batch(std::mem::take(&mut self.batch)).map_err(|error| fault("writing a batch", error))?;
        Ok(self.standing)
    }

    fn close_block(&mut self, next: Position) {
        if !self.block.is_empty() {
            let (chunks, cut) = frame::cut(&self.block);
            for (number, payload) in cut {
                let key = block_key(self.block_first, number);
                let value = frame::seal(&key, frame::Kind::Block, number, chunks, payload);
                self.batch.insert(&key, value);
            }
            self.standing.last_block = frame::digest(&self.block);
            self.block.clear();
        }
        self.block_first = next;
    }
}

impl OpenPage {
    fn version(&self) -> StreamVersion {
        let last = self.entries.last().map(|entry| entry.version());
        last.unwrap_or(StreamVersion::new(self.first_seq - 1))
    }

    fn write(&self, stream: StreamId, batch: &mut Batch) {
        let key = stream_key(stream, self.first_seq);
        let page = stream_page::encode(&self.entries);
        batch.insert(&key, frame::seal_one(&key, frame::Kind::StreamPage, &page));
    }

    /// Writes a full page, and begins the next one.
    fn close(&mut self, stream: StreamId, batch: &mut Batch) {
        if self.dirty {
            self.write(stream, batch);
        }
        self.first_seq = self.version().get() + 1;
        self.entries.clear();
    }
}

fn open_page<'p>(
    tree: &Tree,
    pages: &'p mut HashMap<StreamId, OpenPage>,
    stream: StreamId,
) -> Result<&'p mut OpenPage, ReadError> {
    use std::collections::hash_map::Entry::{Occupied, Vacant};
    match pages.entry(stream) {
        Occupied(page) => Ok(page.into_mut()),
        Vacant(room) => {
            let (first_seq, entries) = reader::last_page(tree, stream)?.unwrap_or((1, Vec::new()));
            Ok(room.insert(OpenPage { first_seq, entries, dirty: false }))
        }
    }
}
