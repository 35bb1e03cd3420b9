//! Views in the same tree as the log: most of a view lies in pages, its recent changes in an overlay of single keys.
//!
//! A change of a few entries is a few small keys, so that a command does not write pages anew. When the overlay is full, a
//! part of it goes into the pages, in the same batch as the change; a large change goes there directly. What the overlay says
//! of a key counts, then what the pages say.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

mod overlay;
mod state;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use ::sled::{Batch, Tree};

use self::state::State;
use super::frame::{self, Kind};
use super::layout::{CHUNK_BYTES_MAX, VIEW, view_change_key, view_pages_prefix, view_position_key, view_prefix};
use super::packed::{self, Entry, Table};
use super::passing;
use super::reader::{damaged, fault};
use crate::log::{AppendError, Change, Place, Position, ReadError};

/// A change of more entries than this goes into the pages directly.
const DIRECT_ENTRIES: usize = 512;

/// A change of more bytes than this goes into the pages directly.
const DIRECT_BYTES: usize = 512 * 1024;

/// How many entries are read at a time where all are.
const CHECKED_AT_ONCE: usize = 4_096;

/// New values by key, or nothing where a key is taken away.
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

fn place(view: &str) -> Place {
    Place::View(view.to_owned())
}

fn failed(error: ::sled::Error) -> ReadError {
    fault("reading a view", error)
}

/// Reads a view's state; nothing when it is absent, ahead of the log, or was written before views had pages.
fn state(tree: &Tree, view: &str, end: Position) -> Result<Option<State>, ReadError> {
    let key = view_position_key(view);
    let Some(value) = tree.get(&key).map_err(failed)? else {
        return Ok(None);
    };
    let payload = frame::unseal_one(&key, Kind::ViewPosition, &value).map_err(|what| damaged(place(view), what))?;
    if payload.len() == size_of::<u64>() {
        return Ok(None);
    }
    let state = State::decode(payload).ok_or_else(|| damaged(place(view), "its position has another length"))?;
    Ok(Some(state).filter(|state| state.position <= end))
}

/// Returns a view's position, nothing when it is absent or ahead of the log.
pub(super) fn position(tree: &Tree, view: &str, end: Position) -> Result<Option<Position>, ReadError> {
    Ok(state(tree, view, end)?.map(|state| state.position))
}

/// The pages of a view, below a prefix that the caller keeps.
fn pages<'a>(view: &str, prefix: &'a [u8]) -> Table<'a> {
    Table { prefix, kind: Kind::ViewPage, place: place(view), compressed: true }
}

/// Returns the values of keys; pages are read once each where the keys are in order.
pub(super) fn get_many(
    tree: &Tree,
    view: &str,
    keys: &[Vec<u8>],
    end: Position,
) -> Result<Vec<Option<Vec<u8>>>, ReadError> {
    let mut found = vec![None; keys.len()];
    let Some(state) = state(tree, view, end)? else {
        return Ok(found);
    };
    let mut paged: Vec<usize> = Vec::with_capacity(keys.len());
    for (number, key) in keys.iter().enumerate() {
        match if state.entries > 0 { overlay::get(tree, view, key)? } else { None } {
            Some(said) => found[number] = said.value,
            None => paged.push(number),
        }
    }
    let wanted: Vec<&[u8]> = paged.iter().map(|number| keys[*number].as_slice()).collect();
    let values = packed::get_many(tree, &pages(view, &view_pages_prefix(view)), &wanted)?;
    for (number, value) in paged.into_iter().zip(values) {
        found[number] = value;
    }
    Ok(found)
}

/// Returns the value of a key.
pub(super) fn get(tree: &Tree, view: &str, key: &[u8], end: Position) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(state) = state(tree, view, end)? else {
        return Ok(None);
    };
    if state.entries > 0
        && let Some(said) = overlay::get(tree, view, key)?
    {
        return Ok(said.value);
    }
    packed::get(tree, &pages(view, &view_pages_prefix(view)), key)
}

/// Returns the first entries from a key on, and before another where one is given, in order.
pub(super) fn scan(
    tree: &Tree,
    view: &str,
    from: &[u8],
    before: Option<&[u8]>,
    limit: usize,
    end: Position,
) -> Result<Vec<Entry>, ReadError> {
    let mut found = Vec::new();
    let Some(state) = state(tree, view, end)? else {
        return Ok(found);
    };
    if before.is_some_and(|before| before <= from) {
        return Ok(found);
    }
    let prefix = view_pages_prefix(view);
    let table = pages(view, &prefix);
    let changes = (state.entries > 0).then(|| overlay::between(tree, view, from, before));
    let mut both = Both {
        pages: packed::range(tree, &table, from, before).peekable(),
        changes: changes.into_iter().flatten().peekable(),
    };
    while found.len() < limit
        && let Some(entry) = both.next()?
    {
        found.push(entry);
    }
    Ok(found)
}

/// Pages and overlay side by side.
struct Both<P: Iterator, C: Iterator> {
    pages: Peekable<P>,
    changes: Peekable<C>,
}

impl<P, C> Both<P, C>
where
    P: Iterator<Item = Result<Entry, ReadError>>,
    C: Iterator<Item = Result<overlay::Change, ReadError>>,
{
    /// The next entry that the view has; what the overlay says of a key counts.
    fn next(&mut self) -> Result<Option<Entry>, ReadError> {
        loop {
            let order = match (self.pages.peek(), self.changes.peek()) {
                (None, None) => return Ok(None),
                (Some(Err(_)), _) | (Some(_), None) => Ordering::Less,
                (_, Some(Err(_))) | (None, Some(_)) => Ordering::Greater,
                (Some(Ok((page, _))), Some(Ok((change, _)))) => page.cmp(change),
            };
            if order == Ordering::Less {
                return self.pages.next().transpose();
            }
            if order == Ordering::Equal {
                self.pages.next().transpose()?;
            }
            if let Some((key, Some(value))) = self.changes.next().transpose()? {
                return Ok(Some((key, value)));
            }
        }
    }
}

/// Changes a view and its position in one batch.
pub(super) fn put(
    tree: &Tree,
    view: &str,
    to: Position,
    changes: Vec<Change>,
    end: Position,
) -> Result<(), AppendError> {
    let mut state = if let Some(state) = state(tree, view, end)? {
        state
    } else {
        // What a crash left of a view that was being cleared, or that was ahead of the log, must not come back.
        clear(tree, view)?;
        State::default()
    };
    state.position = to;
    let mut batch = Batch::default();
    let (mut direct, fresh) = sorted(changes);
    for (key, value) in &fresh {
        let at = view_change_key(view, key);
        overlay::forget(tree, view, key, &mut state)?;
        state.add(overlay::size(key, value.as_deref()));
        batch.insert(at.as_slice(), overlay::sealed(&at, value.as_deref()));
    }
    if state.entries > fresh.len() {
        for key in direct.keys() {
            if overlay::forget(tree, view, key, &mut state)? {
                batch.remove(view_change_key(view, key));
            }
        }
    }
    if state.is_full() {
        let is_newer = |key: &[u8]| direct.contains_key(key) || fresh.contains_key(key);
        for (key, value) in overlay::share(tree, view, &mut state, is_newer)? {
            batch.remove(view_change_key(view, &key));
            direct.insert(key, value);
        }
    }
    let prefix = view_pages_prefix(view);
    let written = packed::merge(tree, &pages(view, &prefix), direct, &mut batch)?;
    let at = view_position_key(view);
    let sealed = frame::seal_one(&at, Kind::ViewPosition, &state.encode());
    batch.insert(at, sealed);
    tree.apply_batch(batch).map_err(|error| fault("writing a view", error))?;
    passing::written(tree, &written);
    Ok(())
}

/// Says which changes go into the pages directly, and which into the overlay; a later change of the same key wins.
fn sorted(changes: Vec<Change>) -> (Changes, Changes) {
    let changes: Changes = changes.into_iter().collect();
    let bytes: usize = changes.iter().map(|(key, value)| overlay::size(key, value.as_deref())).sum();
    if changes.len() > DIRECT_ENTRIES || bytes > DIRECT_BYTES {
        return (changes, Changes::new());
    }
    // An entry of the overlay is one chunk.
    changes.into_iter().partition(|(_, value)| value.as_ref().is_some_and(|value| value.len() >= CHUNK_BYTES_MAX))
}

/// Says whether there is anything of a view.
pub(super) fn has(tree: &Tree, view: &str) -> Result<bool, ReadError> {
    Ok(tree.scan_prefix(view_prefix(view)).keys().next().transpose().map_err(failed)?.is_some())
}

/// Takes a view away: its position first, so that a crash in between leaves it absent.
pub(super) fn clear(tree: &Tree, view: &str) -> Result<(), AppendError> {
    tree.remove(view_position_key(view)).map_err(|error| fault("clearing a view", error))?;
    Ok(packed::clear(tree, &view_prefix(view))?)
}

/// Names the views that the tree holds anything of.
pub(super) fn names(tree: &Tree) -> Result<BTreeSet<String>, ReadError> {
    let mut names = BTreeSet::new();
    for key in tree.scan_prefix([VIEW]).keys() {
        let key = key.map_err(failed)?;
        let length = key.get(1).copied().map_or(0, usize::from);
        names.extend(key.get(2..2 + length).map(|name| String::from_utf8_lossy(name).into_owned()));
    }
    Ok(names)
}

/// Reads all of a view.
pub(super) fn check(tree: &Tree, view: &str, end: Position) -> Result<(), ReadError> {
    let mut from = Vec::new();
    loop {
        let mut page = scan(tree, view, &from, None, CHECKED_AT_ONCE, end)?;
        let Some((last, _)) = page.pop() else { return Ok(()) };
        from = last;
        from.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sled::layout::SEGMENT_BYTES;

    #[test]
    fn a_view_from_before_there_were_pages_is_absent_and_leaves_nothing() {
        let db = ::sled::Config::new().temporary(true).segment_size(SEGMENT_BYTES).open().unwrap();
        let at = view_position_key("v");
        db.insert(&at, frame::seal_one(&at, Kind::ViewPosition, &0_u64.to_be_bytes())).unwrap();
        let entry = [view_prefix("v"), b"kold\0\0\0\0".to_vec()].concat();
        db.insert(&entry, b"an entry of then").unwrap();
        assert_eq!(position(&db, "v", Position::START).unwrap(), None);
        assert_eq!(scan(&db, "v", b"", None, usize::MAX, Position::START).unwrap(), []);
        put(&db, "v", Position::START, vec![(b"new".to_vec(), Some(b"1".to_vec()))], Position::START).unwrap();
        assert_eq!(position(&db, "v", Position::START).unwrap(), Some(Position::START));
        assert_eq!(db.len(), 2, "its position and one change");
    }

    #[test]
    fn an_altered_key_of_a_view_is_reported_and_the_view_can_be_made_anew() {
        let db = ::sled::Config::new().temporary(true).segment_size(SEGMENT_BYTES).open().unwrap();
        let entry = |number: u32| (number.to_be_bytes().to_vec(), Some(number.to_be_bytes().repeat(30)));
        put(&db, "v", Position::START, (0..900).map(entry).collect(), Position::START).unwrap();
        put(&db, "v", Position::START, (400..420).map(entry).collect(), Position::START).unwrap();
        let kept: Vec<_> = db.iter().map(Result::unwrap).collect();
        assert!(kept.len() > 22);
        for (at, value) in kept {
            let mut bytes = value.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            db.insert(&at, bytes).unwrap();
            let read = scan(&db, "v", b"", None, usize::MAX, Position::START);
            assert!(matches!(read, Err(ReadError::Damaged { place: Place::View(_), .. })), "{at:?}");
            db.insert(&at, value).unwrap();
        }
        assert_eq!(scan(&db, "v", b"", None, usize::MAX, Position::START).unwrap().len(), 900);
        for at in db.iter().keys() {
            db.insert(at.unwrap(), b"damaged").unwrap();
        }
        assert!(position(&db, "v", Position::START).is_err());
        clear(&db, "v").unwrap();
        put(&db, "v", Position::START, vec![entry(1)], Position::START).unwrap();
        assert_eq!(
            scan(&db, "v", b"", None, usize::MAX, Position::START).unwrap(),
            [(1_u32.to_be_bytes().to_vec(), 1_u32.to_be_bytes().repeat(30))]
        );
    }
}
