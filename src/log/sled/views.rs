//! Views in the same tree as the log.
//!
//! Every function here may panic in a damaged store and runs inside `boundary::guarded`.

use std::collections::BTreeMap;

use ::sled::{Batch, Tree};

use super::frame::{self, Kind};
use super::layout::{parse_view_entry, view_entries_prefix, view_entry_key, view_position_key, view_prefix};
use super::reader::{damaged, fault};
use crate::log::{AppendError, Change, Place, Position, ReadError};

/// How many keys one batch of a clearing removes, so that a large view does not stop the writer for long.
const CLEAR_KEYS: usize = 4096;

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn place(view: &str) -> Place {
    Place::View(view.to_owned())
}

/// Returns a view's position, nothing when it is absent or ahead of the log.
pub(super) fn position(tree: &Tree, view: &str, end: Position) -> Result<Option<Position>, ReadError> {
    let key = view_position_key(view);
    let Some(value) = tree.get(&key).map_err(|error| fault("reading a view", error))? else {
        return Ok(None);
    };
    let payload = frame::unseal_one(&key, Kind::ViewPosition, &value).map_err(|what| damaged(place(view), what))?;
    let number = payload.try_into().map(u64::from_be_bytes);
    let number = number.map_err(|_| damaged(place(view), "its position has another length"))?;
    Ok(Some(Position::new(number)).filter(|position| *position <= end))
}

/// Returns the value of a key.
pub(super) fn get(tree: &Tree, view: &str, key: &[u8], end: Position) -> Result<Option<Vec<u8>>, ReadError> {
    if position(tree, view, end)?.is_none() {
        return Ok(None);
    }
    let mut joined = Vec::new();
    let mut number = 0;
    loop {
        let at = view_entry_key(view, key, number);
        let Some(value) = tree.get(&at).map_err(|error| fault("reading a view", error))? else {
            if number == 0 {
                return Ok(None);
            }
            return Err(damaged(place(view), format!("chunk {number} of an entry is missing")));
        };
        let chunk = frame::unseal(&at, Kind::ViewEntry, &value).map_err(|what| damaged(place(view), what))?;
        joined.extend_from_slice(chunk.payload);
        number += 1;
        if number >= chunk.count {
            return Ok(Some(joined));
        }
    }
}

/// Returns the entries whose keys begin with a prefix.
pub(super) fn scan(tree: &Tree, view: &str, prefix: &[u8], end: Position) -> Result<Entries, ReadError> {
    if position(tree, view, end)?.is_none() {
        return Ok(Vec::new());
    }
    let head = view_entries_prefix(view, &[]).len();
    let mut found: Entries = Vec::new();
    let mut open = 0;
    for item in tree.scan_prefix(view_entries_prefix(view, prefix)) {
        let (at, value) = item.map_err(|error| fault("reading a view", error))?;
        let chunk = frame::unseal(&at, Kind::ViewEntry, &value).map_err(|what| damaged(place(view), what))?;
        let (key, number) = parse_view_entry(&at[head..])
            .ok_or_else(|| damaged(place(view), "a key of it was not made by this program"))?;
        match found.last_mut() {
            Some((last, joined)) if open > 0 && *last == key => {
                joined.extend_from_slice(chunk.payload);
            }
            _ if open == 0 && number == 0 => found.push((key, chunk.payload.to_vec())),
            _ => return Err(damaged(place(view), "a chunk of an entry is missing")),
        }
        open = chunk.count.saturating_sub(number + 1);
    }
    if open > 0 {
        return Err(damaged(place(view), "the last chunk of an entry is missing"));
    }
    Ok(found)
}

/// Changes a view and its position in one batch.
pub(super) fn put(
    tree: &Tree,
    view: &str,
    to: Position,
    changes: Vec<Change>,
    end: Position,
) -> Result<(), AppendError> {
    if position(tree, view, end)?.is_none() {
        // What a crash left of a view that was being cleared, or that was ahead of the log, must not come back.
        clear(tree, view)?;
    }
    let mut batch = Batch::default();
    let last_wins: BTreeMap<_, _> = changes.into_iter().collect();
    for (key, value) in last_wins {
        let old = chunks_of(tree, view, &key)?;
        let new = match &value {
            None => 0,
            Some(value) => {
                let (count, chunks) = frame::cut(value);
                for (number, payload) in chunks {
                    let at = view_entry_key(view, &key, number);
                    let sealed = frame::seal(&at, Kind::ViewEntry, number, count, payload);
                    batch.insert(at, sealed);
                }
                count
            }
        };
        for number in new..old {
            batch.remove(view_entry_key(view, &key, number));
        }
    }
    let at = view_position_key(view);
    let sealed = frame::seal_one(&at, Kind::ViewPosition, &to.get().to_be_bytes());
    batch.insert(at, sealed);
    tree.apply_batch(batch).map_err(|error| fault("writing a view", error))?;
    Ok(())
}

/// Returns how many chunks an entry has.
fn chunks_of(tree: &Tree, view: &str, key: &[u8]) -> Result<u16, ReadError> {
    let at = view_entry_key(view, key, 0);
    let Some(value) = tree.get(&at).map_err(|error| fault("reading a view", error))? else {
        return Ok(0);
    };
    let chunk = frame::unseal(&at, Kind::ViewEntry, &value).map_err(|what| damaged(place(view), what))?;
    Ok(chunk.count)
}

/// Takes a view away: its position first, so that a crash in between leaves it absent.
pub(super) fn clear(tree: &Tree, view: &str) -> Result<(), AppendError> {
    let failed = |error| fault("clearing a view", error);
    tree.remove(view_position_key(view)).map_err(failed)?;
    loop {
        let keys: Result<Vec<_>, _> = tree.scan_prefix(view_prefix(view)).keys().take(CLEAR_KEYS).collect();
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
