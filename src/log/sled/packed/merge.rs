//! Changes of a table, taken into the pages that they touch.
//!
//! Pages are read from left to right into a *run*, which is cut into pages anew. A run that became small takes in the page
//! that follows, so that neighbours do not wither; one that became empty joins whatever page it has beside it.

use std::collections::btree_map::IntoIter;
use std::collections::{BTreeMap, HashSet};
use std::iter::Peekable;

use ::sled::{Batch, Tree};

use super::page::{ENTRY_HEAD_BYTES, Entry, Packer, shared};
use super::{Stored, Table, keys, page_at, page_before, page_of};
use crate::log::ReadError;
use crate::log::sled::frame;

/// The bytes of entries that a page is filled with: a point look-up unpacks one page, a change writes one.
///
/// Entries of a register pack to a fifth, so that a full page is mostly one chunk. With 16 KiB there are half as many pages
/// again, with 32 KiB a second chunk that is almost empty, with 64 KiB look-ups take twice as long.
pub(super) const PAGE_BYTES: usize = 24 * 1024;

/// Below this a page that was changed is joined with the next one.
const PAGE_BYTES_MIN: usize = PAGE_BYTES / 4;

/// A page of more chunks than this holds a large value, and is not written again only because its neighbour is small.
const JOIN_CHUNKS_MAX: u16 = 16;

/// New values by key, or nothing to take a key away.
pub(in crate::log::sled) type Changes = Peekable<IntoIter<Vec<u8>, Option<Vec<u8>>>>;

/// Adds to a batch what changes the pages of a table: those that are touched, and neighbours that join them.
///
/// The batch is complete for this table: two merges of one table never go into one batch, since the second would not see the
/// first. Changes that change nothing write nothing. Returns the keys that are written.
pub(in crate::log::sled) fn merge(
    tree: &Tree,
    table: &Table<'_>,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    batch: &mut Batch,
) -> Result<Vec<Vec<u8>>, ReadError> {
    merge_some(tree, table, &mut changes.into_iter().peekable(), usize::MAX, batch)
}

/// Does what [`merge`] does with the first changes, page after page, until their pages have so many bytes of entries; the
/// changes that are left go into batches of their own, each made when the one before it is applied.
pub(in crate::log::sled) fn merge_some(
    tree: &Tree,
    table: &Table<'_>,
    changes: &mut Changes,
    bytes_max: usize,
    batch: &mut Batch,
) -> Result<Vec<Vec<u8>>, ReadError> {
    let (mut all_written, mut bytes) = (Vec::new(), 0);
    let mut packer = Packer::new(table.compressed);
    // Written only when the next run is known, which may turn out to be empty and the last.
    let mut held: Option<Run> = None;
    while let Some((key, _)) = changes.peek() {
        let mut run = Run::default();
        match page_of(tree, table, key)? {
            Some(page) => run.absorb(table, page, changes)?,
            None => run.found(changes),
        }
        while let Some(fence) = run.wants_next() {
            let next = page_at(tree, table, fence)?;
            if !run.entries.is_empty() && next.chunks > JOIN_CHUNKS_MAX {
                break;
            }
            run.absorb(table, next, changes)?;
        }
        let mut before = held.take();
        if run.wants_previous() {
            let mut joined = match before.take() {
                Some(held) if held.before.as_ref() == Some(&run.fence) => held,
                other => {
                    before = other;
                    let mut previous = Run::default();
                    previous.absorb(table, page_before(tree, table, &run.fence)?, changes)?;
                    previous
                }
            };
            joined.append(run);
            run = joined;
        }
        if let Some(before) = before {
            all_written.extend(before.write(table, &mut packer, batch));
        }
        bytes += run.bytes;
        held = Some(run);
        if bytes >= bytes_max {
            break;
        }
    }
    if let Some(held) = held {
        all_written.extend(held.write(table, &mut packer, batch));
    }
    Ok(all_written)
}

/// Pages that follow each other, with their changes.
#[derive(Default)]
struct Run {
    fence: Vec<u8>,
    before: Option<Vec<u8>>,
    entries: Vec<Entry>,
    bytes: usize,
    /// The pages that it was read from: their fences, and how many chunks they have.
    pages: Vec<(Vec<u8>, u16)>,
    dirty: bool,
}

impl Run {
    /// Takes in the page that follows, with the changes that lie in it.
    fn absorb(&mut self, table: &Table<'_>, page: Stored, changes: &mut Changes) -> Result<(), ReadError> {
        let Stored { mut body, chunks } = page;
        if self.pages.is_empty() {
            self.fence = body.fence().to_vec();
        } else {
            self.dirty = true;
        }
        self.pages.push((body.fence().to_vec(), chunks));
        self.before = body.before().map(<[u8]>::to_vec);
        while let Some(value) = body.next().map_err(|what| table.damaged(what))? {
            let key = body.key();
            while let Some((new, value)) = changes.next_if(|(new, _)| new.as_slice() < key) {
                self.change(new, value, None);
            }
            let old = body.value(value);
            match changes.next_if(|(new, _)| new.as_slice() == key) {
                Some((new, value)) => self.change(new, value, Some(old)),
                None => self.push(key.to_vec(), old.to_vec()),
            }
        }
        let within = |key: &Vec<u8>| body.before().is_none_or(|before| key.as_slice() < before);
        while let Some((new, value)) = changes.next_if(|(new, _)| within(new)) {
            self.change(new, value, None);
        }
        Ok(())
    }

    /// Takes in all changes of a table that has no pages yet.
    fn found(&mut self, changes: &mut Changes) {
        for (key, value) in changes {
            self.change(key, value, None);
        }
    }

    fn change(&mut self, key: Vec<u8>, new: Option<Vec<u8>>, old: Option<&[u8]>) {
        self.dirty |= new.as_deref() != old;
        if let Some(value) = new {
            self.push(key, value);
        }
    }

    fn push(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.bytes += size(&key, &value);
        self.entries.push((key, value));
    }

    /// Takes in the run that follows.
    fn append(&mut self, mut next: Self) {
        self.before = next.before;
        self.entries.append(&mut next.entries);
        self.pages.append(&mut next.pages);
        self.bytes += next.bytes;
        self.dirty = true;
    }

    /// The fence of the next page, if the run is to take it in.
    fn wants_next(&self) -> Option<&[u8]> {
        self.before.as_deref().filter(|_| self.dirty && self.bytes < PAGE_BYTES_MIN)
    }

    /// Says whether nothing is left of the end of the table, so that the page before is the last now.
    fn wants_previous(&self) -> bool {
        self.entries.is_empty() && self.before.is_none() && !self.fence.is_empty()
    }

    /// Cuts the run into pages; returns their keys.
    fn write(self, table: &Table<'_>, packer: &mut Packer, batch: &mut Batch) -> HashSet<Vec<u8>> {
        let mut written = HashSet::new();
        if !self.dirty {
            return written;
        }
        let cuts = self.cuts();
        let mut fence = self.fence.clone();
        for (number, from) in cuts.iter().enumerate() {
            let to = cuts.get(number + 1).copied();
            let entries = &self.entries[*from..to.unwrap_or(self.entries.len())];
            let before = match to {
                Some(to) => Some(separator(&self.entries[to - 1].0, &self.entries[to].0)),
                None => self.before.clone(),
            };
            let page = packer.pack(before.as_deref(), entries);
            let (count, chunks) = frame::cut(&page);
            for (chunk, payload) in chunks {
                let at = keys::chunk_key(table.prefix, &fence, chunk);
                batch.insert(at.as_slice(), frame::seal(&at, table.kind, chunk, count, payload));
                written.insert(at);
            }
            fence = before.unwrap_or_default();
        }
        for (fence, chunks) in &self.pages {
            for chunk in 0..*chunks {
                let at = keys::chunk_key(table.prefix, fence, chunk);
                if !written.contains(&at) {
                    batch.remove(at);
                }
            }
        }
        written
    }

    /// Where the pages of the run begin: evenly, so that each can grow; at the end of a table full, since what comes in the
    /// order of its keys comes there. A value larger than a page lies alone in its own.
    fn cuts(&self) -> Vec<usize> {
        let target = match self.before {
            None => PAGE_BYTES,
            Some(_) => self.bytes.div_ceil(self.bytes.div_ceil(PAGE_BYTES).max(1)),
        };
        let mut cuts = Vec::new();
        let mut filled = target;
        for (number, (key, value)) in self.entries.iter().enumerate() {
            let size = size(key, value);
            if filled >= target || size > PAGE_BYTES {
                cuts.push(number);
                filled = 0;
            }
            filled += size;
        }
        cuts
    }
}

fn size(key: &[u8], value: &[u8]) -> usize {
    key.len() + value.len() + ENTRY_HEAD_BYTES
}

/// The shortest fence between two keys that follow each other: above the one, not above the other.
fn separator(last: &[u8], first: &[u8]) -> Vec<u8> {
    let length = shared(last, first) + 1;
    first[..length.min(first.len())].to_vec()
}
