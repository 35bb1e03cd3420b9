//! The keys of the one sled tree, and the sizes that keep sled inside what was measured.
//!
//! ```text
//! f                                        format of the store: u32
//! t <first position 8> <chunk 2>           the tail: the commits of one flushed group
//! c <first position 8> <chunk 2>           a segment: commits, sealed and compressed
//! x                                        the position up to which the indexes have taken in the log: u64
//! s <escaped fence> 0 0 <chunk 2>          a page of the index of streams (see `packed`)
//! i <escaped fence> 0 0 <chunk 2>          a page of the index of commands
//! v <length 1> <view> p                    position of a view
//! v <length 1> <view> o <key>              a recent change of a view
//! v <length 1> <view> w <escaped fence> 0 0 <chunk 2>   a page of a view
//! ```
//!
//! Numbers are big-endian, so that the order of the keys is the order of the numbers. Every value is a frame (see `frame`).
//! Format 1 had a block of commits under `c`, pages of streams under `s`, and a receipt for each command under `i`.

use super::frame::FRAME_BYTES;
use super::runs::Shelf;
use crate::log::{Position, VIEW_KEY_BYTES_MAX, VIEW_NAME_BYTES_MAX};

/// The format that this program writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 2;

/// The format before it, which is migrated when it is opened.
pub(super) const FORMAT_BEFORE: u32 = 1;

/// The size of sled's segments; part of the format, since sled refuses a store made with another.
///
/// After writes, the next opening zeroes the rest of the last segment and syncs it, so small segments open faster; but a page of
/// sled's tree must fit into a quarter of one, else it goes to a file under `blobs/` that nobody syncs.
pub(super) const SEGMENT_BYTES: usize = 512 * 1024;

/// The most bytes of a page of sled's tree that stays inside `db`: sled adds 20 for the segment and 32 for the message.
const PAGE_BYTES_MAX: usize = SEGMENT_BYTES / 4 - 52;

/// The most entries that a leaf of sled 0.34.7 holds: it splits above 16, and a merge adds up to 3 of a neighbour.
const LEAF_ENTRIES_MAX: usize = 20;

/// The most entries that an inner page of sled holds: it splits above 256.
const INNER_ENTRIES_MAX: usize = 260;

/// The longest key: that of a view's page, when every byte of its fence is escaped.
const KEY_BYTES_MAX: usize = 3 + VIEW_NAME_BYTES_MAX + 2 * VIEW_KEY_BYTES_MAX + 4;

/// Room for the lengths and pointers that sled keeps beside each key.
const ENTRY_BYTES: usize = 16;

/// The most payload bytes in one value, so that even a leaf full of such values stays inside `db`.
pub(super) const CHUNK_BYTES_MAX: usize = PAGE_BYTES_MAX / LEAF_ENTRIES_MAX - KEY_BYTES_MAX - ENTRY_BYTES - FRAME_BYTES;

/// Inner pages hold keys: they must stay inside `db` as well.
const _: () = assert!((KEY_BYTES_MAX + ENTRY_BYTES) * INNER_ENTRIES_MAX <= PAGE_BYTES_MAX);

pub(super) const FORMAT_KEY: &[u8] = b"f";
pub(super) const INDEXED_KEY: &[u8] = b"x";
pub(super) const STREAMS: &[u8] = b"s";
pub(super) const COMMANDS: &[u8] = b"i";
/// The first byte of the keys of views.
pub(super) const VIEW: u8 = b'v';

/// Makes the key of one chunk of the run that begins at a position.
pub(super) fn run_key(shelf: Shelf, first: Position, chunk: u16) -> [u8; 11] {
    let mut key = [shelf.letter(); 11];
    key[1..9].copy_from_slice(&first.get().to_be_bytes());
    key[9..].copy_from_slice(&chunk.to_be_bytes());
    key
}

/// Reads the key of a run's chunk; nothing for a key of another kind.
pub(super) fn parse_run_key(shelf: Shelf, key: &[u8]) -> Option<(Position, u16)> {
    let key: &[u8; 11] = key.try_into().ok()?;
    let (first, chunk) = (key[1..9].try_into().ok()?, key[9..].try_into().ok()?);
    (key[0] == shelf.letter()).then(|| (Position::new(u64::from_be_bytes(first)), u16::from_be_bytes(chunk)))
}

/// Makes the prefix of everything that belongs to a view.
pub(super) fn view_prefix(view: &str) -> Vec<u8> {
    let mut key = vec![VIEW, u8::try_from(view.len()).unwrap_or(u8::MAX)];
    key.extend_from_slice(view.as_bytes());
    key
}

/// Makes the key of a view's position.
pub(super) fn view_position_key(view: &str) -> Vec<u8> {
    let mut key = view_prefix(view);
    key.push(b'p');
    key
}

/// Makes the prefix of a view's pages.
pub(super) fn view_pages_prefix(view: &str) -> Vec<u8> {
    let mut key = view_prefix(view);
    key.push(b'w');
    key
}

/// Makes the prefix of a view's recent changes.
pub(super) fn view_changes_prefix(view: &str) -> Vec<u8> {
    let mut key = view_prefix(view);
    key.push(b'o');
    key
}

/// Makes what sorts right behind a view's recent changes.
pub(super) fn view_changes_end(view: &str) -> Vec<u8> {
    let mut key = view_prefix(view);
    key.push(b'o' + 1);
    key
}

/// Makes the key of a recent change of a view.
pub(super) fn view_change_key(view: &str, entry: &[u8]) -> Vec<u8> {
    let mut key = view_changes_prefix(view);
    key.extend_from_slice(entry);
    key
}
