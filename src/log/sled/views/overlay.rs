//! The recent changes of a view, each under a key of its own.
//!
//! The value is a byte, 0 when the key is taken away and 1 when it is set, and then what it is set to.

use std::collections::BTreeMap;

use ::sled::Tree;

use super::state::State;
use super::{failed, place};
use crate::log::ReadError;
use crate::log::sled::frame::{self, Kind};
use crate::log::sled::layout::{view_change_key, view_changes_end, view_changes_prefix};
use crate::log::sled::reader::damaged;

/// The most entries of a view's overlay: all of them are keys of sled, which every opening pays for.
pub(super) const OVERLAY_ENTRIES_MAX: usize = 4096;

/// The most bytes of keys and values in a view's overlay.
pub(super) const OVERLAY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A full overlay gives the pages this part of itself at once: entries that are neighbours, so that few pages are written
/// again for many entries, and not all of them, so that nobody waits long.
const SHARE: usize = 8;

/// What an entry of the overlay says of its key.
const TAKEN_AWAY: u8 = 0;
const SET: u8 = 1;

/// A key, and its value or nothing when it is taken away.
pub(super) type Change = (Vec<u8>, Option<Vec<u8>>);

/// Counts the bytes of a change.
pub(super) fn size(key: &[u8], value: Option<&[u8]>) -> usize {
    key.len() + value.map_or(0, <[u8]>::len)
}

/// Makes what is kept of a change.
pub(super) fn sealed(at: &[u8], value: Option<&[u8]>) -> Vec<u8> {
    let mut payload = vec![if value.is_some() { SET } else { TAKEN_AWAY }];
    payload.extend_from_slice(value.unwrap_or_default());
    frame::seal_one(at, Kind::ViewChange, &payload)
}

fn unsealed<'v>(view: &str, at: &[u8], value: &'v [u8]) -> Result<Option<&'v [u8]>, ReadError> {
    let payload = frame::unseal_one(at, Kind::ViewChange, value).map_err(|what| damaged(place(view), what))?;
    match payload.split_first() {
        Some((&SET, value)) => Ok(Some(value)),
        Some((&TAKEN_AWAY, [])) => Ok(None),
        _ => Err(damaged(place(view), "a change of it neither sets nor takes away")),
    }
}

/// What the overlay says of a key that it speaks of.
pub(super) struct Said {
    /// Nothing when the key is taken away.
    pub(super) value: Option<Vec<u8>>,
}

/// Returns what the overlay says of a key.
pub(super) fn get(tree: &Tree, view: &str, key: &[u8]) -> Result<Option<Said>, ReadError> {
    let at = view_change_key(view, key);
    let Some(value) = tree.get(&at).map_err(failed)? else {
        return Ok(None);
    };
    Ok(Some(Said { value: unsealed(view, &at, &value)?.map(<[u8]>::to_vec) }))
}

/// Returns what the overlay says between two keys, in order.
pub(super) fn between<'v>(
    tree: &Tree,
    view: &'v str,
    from: &[u8],
    before: Option<&[u8]>,
) -> impl Iterator<Item = Result<Change, ReadError>> + use<'v> {
    let head = view_changes_prefix(view).len();
    let end = before.map_or_else(|| view_changes_end(view), |before| view_change_key(view, before));
    tree.range(view_change_key(view, from)..end).map(move |item| {
        let (at, value) = item.map_err(failed)?;
        let value = unsealed(view, &at, &value)?.map(<[u8]>::to_vec);
        Ok((at[head..].to_vec(), value))
    })
}

/// Takes an entry that is about to be replaced or removed out of the count; says whether there is one.
pub(super) fn forget(tree: &Tree, view: &str, key: &[u8], state: &mut State) -> Result<bool, ReadError> {
    let old = get(tree, view, key)?;
    if let Some(old) = &old {
        state.take(size(key, old.value.as_deref()));
    }
    Ok(old.is_some())
}

/// Takes a part of a full overlay that lies together, from the key on whose turn it is; the next one has its turn after it.
///
/// What is spared stays where it is: the change that is being made knows better.
pub(super) fn share(
    tree: &Tree,
    view: &str,
    state: &mut State,
    is_spared: impl Fn(&[u8]) -> bool,
) -> Result<BTreeMap<Vec<u8>, Option<Vec<u8>>>, ReadError> {
    let mut taken = BTreeMap::new();
    let mut bytes = 0;
    let turn = std::mem::take(&mut state.turn);
    let rounds = between(tree, view, &turn, None).chain(between(tree, view, &[], Some(&turn)));
    for item in rounds {
        let (key, value) = item?;
        if taken.len() >= OVERLAY_ENTRIES_MAX / SHARE || bytes >= OVERLAY_BYTES_MAX / SHARE {
            state.turn = key;
            break;
        }
        if !is_spared(&key) {
            let size = size(&key, value.as_deref());
            state.take(size);
            bytes += size;
            taken.insert(key, value);
        }
    }
    Ok(taken)
}
