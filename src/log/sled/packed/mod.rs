//! Sorted maps in pages: many entries under few keys of sled, because the number of keys decides what an open store costs.
//!
//! A *table* is a map from bytes to bytes below a prefix of the one tree. Its pages lie under their *fences*: a page holds the
//! keys from its own fence on, up to that of the page that follows, which it names. The first fence is empty, so a table has
//! a page for every key or none at all, and a lost page is noticed by the one before it. Every page is checked when it is read.
//!
//! A page and its neighbours change together, in one batch. Whoever reads several of them holds `Store::reading`, in which no
//! batch is applied. Every function here may panic in a damaged store and runs inside `boundary::guarded`.
//!
//! *To add a table*: a prefix that begins no other table's, a kind of frame, a place for its damage.

mod keys;
mod merge;
mod page;
#[cfg(test)]
mod laws;

use ::sled::{Batch, Tree};

use super::frame::{self, Kind};
use super::reader::{damaged, fault};
use crate::log::{Place, ReadError};

pub(super) use self::merge::{merge, merge_some};
use self::page::Body;
pub(super) use self::page::Entry;

/// How many keys one batch of a clearing removes: sled takes in every page that a key is removed from, 64 KiB for some three keys.
const CLEAR_KEYS: usize = 256;

/// A map in pages; keys have at most `VIEW_KEY_BYTES_MAX` bytes, values at most `VIEW_VALUE_BYTES_MAX`.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    /// What the sled keys of its pages begin with, at most `VIEW_NAME_BYTES_MAX` + 3 bytes.
    pub(super) prefix: &'a [u8],
    /// What the frames of its chunks say.
    pub(super) kind: Kind,
    /// Where its damage is reported.
    pub(super) place: Place,
    /// Whether pages are compressed as they are written; not for random bytes, which only cost time.
    pub(super) compressed: bool,
}

impl Table<'_> {
    fn damaged(&self, what: impl Into<String>) -> ReadError {
        damaged(self.place.clone(), what)
    }
}

fn failed(error: ::sled::Error) -> ReadError {
    fault("reading a page", error)
}

/// A page as it lies in sled.
struct Stored {
    body: Body,
    chunks: u16,
}

/// Reads the page that a key lies in; nothing when the table has no pages.
fn page_of(tree: &Tree, table: &Table<'_>, key: &[u8]) -> Result<Option<Stored>, ReadError> {
    let page = last_below(tree, table, &keys::beyond(table.prefix, key))?;
    let Some(page) = page else {
        let mut any = tree.scan_prefix(table.prefix);
        return match any.next().transpose().map_err(failed)? {
            None => Ok(None),
            Some(_) => Err(table.damaged("its first page is missing")),
        };
    };
    if page.body.spans(key) { Ok(Some(page)) } else { Err(table.damaged("a page of it is missing")) }
}

/// Reads the page before a fence.
fn page_before(tree: &Tree, table: &Table<'_>, fence: &[u8]) -> Result<Stored, ReadError> {
    let page = last_below(tree, table, &keys::chunk_key(table.prefix, fence, 0))?;
    page.filter(|page| page.body.before() == Some(fence)).ok_or_else(|| table.damaged("a page of it is missing"))
}

/// Reads the last page whose key lies below one of sled's.
fn last_below(tree: &Tree, table: &Table<'_>, below: &[u8]) -> Result<Option<Stored>, ReadError> {
    let found = tree.get_lt(below).map_err(failed)?;
    let Some((at, value)) = found.filter(|(at, _)| at.starts_with(table.prefix)) else {
        return Ok(None);
    };
    let (fence, number) = keys::parse(&at[table.prefix.len()..])
        .ok_or_else(|| table.damaged("a key of it was not made by this program"))?;
    let last = frame::unseal(&at, table.kind, &value).map_err(|what| table.damaged(what))?;
    if (last.number, last.count) != (number, number.saturating_add(1)) {
        return Err(table.damaged(format!("a page of it ends with chunk {number} of {}", last.count)));
    }
    if number == 0 {
        return unpacked(table, last.payload, fence, 1).map(Some);
    }
    let mut joined = Vec::new();
    for earlier in 0..number {
        join(tree, table, &fence, earlier, Some(last.count), &mut joined)?;
    }
    joined.extend_from_slice(last.payload);
    unpacked(table, &joined, fence, last.count).map(Some)
}

/// Reads the page that lies under a fence, as the page before says.
fn page_at(tree: &Tree, table: &Table<'_>, fence: &[u8]) -> Result<Stored, ReadError> {
    let mut joined = Vec::new();
    let count = join(tree, table, fence, 0, None, &mut joined)?;
    for number in 1..count {
        join(tree, table, fence, number, Some(count), &mut joined)?;
    }
    unpacked(table, &joined, fence.to_vec(), count)
}

/// Adds a chunk to those before it, and returns how many its page has.
fn join(
    tree: &Tree,
    table: &Table<'_>,
    fence: &[u8],
    number: u16,
    count: Option<u16>,
    joined: &mut Vec<u8>,
) -> Result<u16, ReadError> {
    let at = keys::chunk_key(table.prefix, fence, number);
    let value = tree.get(&at).map_err(failed)?;
    let value = value.ok_or_else(|| table.damaged(format!("chunk {number} of a page of it is missing")))?;
    let chunk = frame::unseal(&at, table.kind, &value).map_err(|what| table.damaged(what))?;
    if chunk.number != number || count.is_some_and(|count| count != chunk.count) {
        return Err(table.damaged(format!("a page of it has chunk {} of {} in it", chunk.number, chunk.count)));
    }
    joined.extend_from_slice(chunk.payload);
    Ok(chunk.count)
}

fn unpacked(table: &Table<'_>, page: &[u8], fence: Vec<u8>, chunks: u16) -> Result<Stored, ReadError> {
    let body = Body::unpack(page, fence).map_err(|what| table.damaged(what))?;
    Ok(Stored { body, chunks })
}

/// Returns the value of a key.
pub(super) fn get(tree: &Tree, table: &Table<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(Stored { mut body, .. }) = page_of(tree, table, key)? else {
        return Ok(None);
    };
    seek(table, &mut body, key).map(|found| found.map(<[u8]>::to_vec))
}

/// Goes on in a page up to a key, and returns its value if it is there.
fn seek<'b>(table: &Table<'_>, body: &'b mut Body, key: &[u8]) -> Result<Option<&'b [u8]>, ReadError> {
    let found = body.seek(key).map_err(|what| table.damaged(what))?;
    Ok(found.map(|value| body.value(value)))
}

/// Returns the values of keys that are in order, reading each page once.
///
/// Keys that are not in order are found as well, at the price of reading pages again.
pub(super) fn get_many(tree: &Tree, table: &Table<'_>, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
    let mut found = Vec::with_capacity(keys.len());
    let mut page: Option<Body> = None;
    let mut last: &[u8] = &[];
    for key in keys {
        let usable = page.take().filter(|page| page.spans(key) && *key >= last);
        last = key;
        let body = match usable {
            Some(body) => Some(body),
            None => page_of(tree, table, key)?.map(|stored| stored.body),
        };
        let Some(mut body) = body else {
            found.push(None);
            continue;
        };
        found.push(seek(table, &mut body, key)?.map(<[u8]>::to_vec));
        page = Some(body);
    }
    Ok(found)
}

/// Returns the entries from a key on, and before another where one is given, in order, one page in memory at a time.
///
/// After an error there is nothing more.
pub(super) fn range<'t>(
    tree: &'t Tree,
    table: &'t Table<'t>,
    from: &[u8],
    before: Option<&[u8]>,
) -> impl Iterator<Item = Result<Entry, ReadError>> + 't {
    let before = before.map(<[u8]>::to_vec);
    Walk { tree, table, from: from.to_vec(), before, next: Next::First }
}

enum Next {
    /// Nothing was read yet.
    First,
    /// The rest of this page.
    In(Body),
    Nothing,
}

struct Walk<'t> {
    tree: &'t Tree,
    table: &'t Table<'t>,
    from: Vec<u8>,
    before: Option<Vec<u8>>,
    next: Next,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<Option<Entry>, ReadError> {
        loop {
            let mut body = match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::Nothing => return Ok(None),
                Next::In(body) => body,
                Next::First => match page_of(self.tree, self.table, &self.from)? {
                    Some(page) => page.body,
                    None => return Ok(None),
                },
            };
            let value = body.next().map_err(|what| self.table.damaged(what))?;
            let Some(value) = value else {
                let following =
                    body.before().filter(|fence| self.before.as_ref().is_none_or(|end| *fence < end.as_slice()));
                if let Some(fence) = following {
                    self.next = Next::In(page_at(self.tree, self.table, fence)?.body);
                }
                continue;
            };
            if self.before.as_ref().is_some_and(|end| *body.key() >= **end) {
                return Ok(None);
            }
            let entry = (*body.key() >= *self.from).then(|| (body.key().to_vec(), body.value(value).to_vec()));
            self.next = Next::In(body);
            if entry.is_some() {
                return Ok(entry);
            }
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Removes every key below a prefix, in several batches: whoever must not be found half-cleared is made absent before.
pub(super) fn clear(tree: &Tree, prefix: &[u8]) -> Result<(), ReadError> {
    let failed = |error| fault("clearing a table", error);
    loop {
        let keys: Result<Vec<_>, _> = tree.scan_prefix(prefix).keys().take(CLEAR_KEYS).collect();
        let keys = keys.map_err(failed)?;
        if keys.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        for key in keys {
            batch.remove(key);
        }
        tree.apply_batch(batch).map_err(failed)?;
    }
}
