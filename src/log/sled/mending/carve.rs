//! Finds the values of the log in the bytes of sled's file, without sled.
//!
//! sled gives up a whole file for one byte. But every value of ours lies in it in one piece, in a frame whose checksum holds
//! over its key, so what is undamaged can be told from what is not. The key lies before the value, in one of two ways:
//!
//! ```text
//! a change of a page   0 | key | value
//! a page               … prefix length 1 | low fence | high fence | 0 | count | keys without the prefix | values
//! ```
//!
//! Keys, fences and values each follow their length, in sled's numbers. A key that is not found, because it is damaged itself,
//! is guessed later, from where the run before ends (see `salvage`). Nothing here is believed that has no checksum.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::log::Position;
use crate::log::sled::frame;
use crate::log::sled::layout::{CHUNK_BYTES_MAX, SEGMENT_BYTES, parse_run_key, run_key};
use crate::log::sled::runs::Shelf;

/// What a frame of ours begins with, the three letters that every kind has.
const MAGIC: &[u8; 3] = b"SvL";
const HEAD_BYTES: usize = 14;

/// How far before its first value the head of a page may lie: two fences and a page full of the longest keys.
const PAGE_HEAD_BYTES_MAX: usize = 16 * 1024;
/// The longest fence or key.
const KEY_BYTES_MAX: u64 = 4 * 1024;
/// The most keys of a page.
const KEYS_MAX: u64 = 64;
/// How many of the keys before a value are tried for it, where it is not known which is its own.
const KEYS_TRIED: usize = 512;
/// How many values without a key are kept in mind.
const ORPHANS_MAX: usize = 1 << 20;

/// Where the payload of a chunk lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lying {
    /// Of the frame.
    pub(super) offset: u64,
    pub(super) length: usize,
    /// When sled wrote it, as a number that grows; 0 where that is damaged.
    pub(super) written: i64,
}

/// A chunk of a run that was found whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) shelf: Shelf,
    pub(super) first: Position,
    pub(super) chunk: u16,
    pub(super) chunks: u16,
    pub(super) lying: Lying,
}

/// A frame whose key is not known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orphan {
    pub(super) shelf: Shelf,
    pub(super) chunk: u16,
    pub(super) chunks: u16,
    pub(super) lying: Lying,
}

/// All that was found in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) pieces: Vec<Piece>,
    pub(super) orphans: Vec<Orphan>,
}

/// Looks through sled's file.
pub(super) fn carve(db: &Path, mut far: impl FnMut(u64, u64)) -> io::Result<Found> {
    let mut file = File::open(db)?;
    let length = file.metadata()?.len();
    let mut found = Found::default();
    let mut bytes = vec![0; SEGMENT_BYTES];
    let mut at = 0;
    while at < length {
        let read = fill(&mut file, &mut bytes)?;
        if read == 0 {
            break;
        }
        segment(&bytes[..read], at, &mut found);
        at += read as u64;
        far(at, length);
    }
    Ok(found)
}

fn fill(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads the payload of a chunk again, and checks it under its key.
pub(super) fn payload(file: &mut File, key: &[u8], shelf: Shelf, lying: Lying) -> io::Result<Option<Vec<u8>>> {
    let mut frame = vec![0; lying.length];
    file.seek(SeekFrom::Start(lying.offset))?;
    if fill(file, &mut frame)? < frame.len() {
        return Ok(None);
    }
    Ok(frame::unseal(key, shelf.kind(), &frame).ok().map(|chunk| chunk.payload.to_vec()))
}

/// When sled wrote a segment of its file: the number in the segment's head, which is stored inverted.
fn written(segment: &[u8]) -> i64 {
    let number = segment.get(4..12).and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes);
    (number ^ i64::MAX).max(0)
}

/// A frame as its head describes it.
struct Framed {
    at: usize,
    length: usize,
    shelf: Option<Shelf>,
    chunk: u16,
    chunks: u16,
}

fn framed(bytes: &[u8], at: usize) -> Option<Framed> {
    let head = bytes.get(at..at + HEAD_BYTES)?;
    let shelf = [Shelf::Tail, Shelf::Sealed, Shelf::Block].into_iter().find(|shelf| shelf.kind() as u8 == head[3]);
    let payload = usize::try_from(u32::from_be_bytes([head[10], head[11], head[12], head[13]])).ok()?;
    let length = payload.checked_add(frame::FRAME_BYTES)?;
    if payload > CHUNK_BYTES_MAX || at + length > bytes.len() {
        return None;
    }
    let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    Some(Framed { at, length, shelf, chunk: number(6), chunks: number(8) })
}

/// Finds what a segment of sled's file holds.
fn segment(bytes: &[u8], offset: u64, found: &mut Found) {
    let lsn = written(bytes);
    let mut keys: Vec<(Position, u16, u8)> = Vec::new();
    let mut page: Option<Page> = None;
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(MAGIC.len()).position(|three| three == MAGIC) {
        at += next;
        let Some(frame) = framed(bytes, at) else {
            at += 1;
            continue;
        };
        // Runs share pages with each other and with what the indexes have, not with views.
        let is_of_the_log = frame.shelf.is_some() || b"fSI".contains(&bytes[at + MAGIC.len()]);
        if is_of_the_log && page.as_ref().is_none_or(|page| page.end < at) {
            page = page_before(bytes, at);
            if let Some(page) = &page {
                keys.extend(page.keys.iter().filter_map(|key| run_key_of(key)));
            }
        }
        keys.extend(own_key(bytes, &frame).as_deref().and_then(run_key_of));
        let Some(shelf) = frame.shelf else {
            at += MAGIC.len();
            continue;
        };
        let whole = &bytes[frame.at..frame.at + frame.length];
        let tried = keys.iter().rev().filter(|(_, chunk, letter)| (*chunk, *letter) == (frame.chunk, shelf.letter()));
        let mut tried = tried.map(|(first, ..)| *first).take(KEYS_TRIED).chain(first_inside(shelf, whole));
        let lying = Lying {
            offset: offset + at as u64,
            length: frame.length,
            written: lsn.saturating_add(i64::try_from(at).unwrap_or(0)),
        };
        let (chunk, chunks) = (frame.chunk, frame.chunks);
        let is_its = |first: &Position| frame::unseal(&run_key(shelf, *first, chunk), shelf.kind(), whole).is_ok();
        if let Some(first) = tried.find(is_its) {
            found.pieces.push(Piece { shelf, first, chunk, chunks, lying });
            at += frame.length;
        } else {
            if found.orphans.len() < ORPHANS_MAX {
                found.orphans.push(Orphan { shelf, chunk, chunks, lying });
            }
            at += MAGIC.len();
        }
    }
}

fn run_key_of(key: &[u8]) -> Option<(Position, u16, u8)> {
    let letter = *key.first()?;
    [Shelf::Tail, Shelf::Sealed]
        .into_iter()
        .filter(|shelf| shelf.letter() == letter)
        .find_map(|shelf| parse_run_key(shelf, key))
        .map(|(first, chunk)| (first, chunk, letter))
}

/// The first position that a run which is not compressed begins with.
fn first_inside(shelf: Shelf, frame: &[u8]) -> Option<Position> {
    let begins = frame.get(HEAD_BYTES..HEAD_BYTES + 8)?.try_into().ok()?;
    (shelf != Shelf::Sealed).then(|| Position::new(u64::from_be_bytes(begins)))
}

/// The key right before a value, as in a change of a page.
fn own_key(bytes: &[u8], frame: &Framed) -> Option<Vec<u8>> {
    const KEY: usize = 11;
    let end = frame.at.checked_sub(number_bytes(frame.length as u64))?;
    let from = end.checked_sub(KEY)?;
    let length = *bytes.get(from.checked_sub(1)?)?;
    (usize::from(length) == KEY).then(|| bytes[from..end].to_vec())
}

/// How many bytes one of sled's numbers has.
const fn number_bytes(number: u64) -> usize {
    match number {
        0..=240 => 1,
        241..=2287 => 2,
        2288..=67_823 => 3,
        _ => 4,
    }
}

/// One of sled's numbers, and how many bytes it has.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let byte = |at: usize| bytes.get(at).map(|byte| u64::from(*byte));
    match byte(0)? {
        short @ 0..=240 => Some((short, 1)),
        first @ 241..=248 => Some((240 + 256 * (first - 241) + byte(1)?, 2)),
        249 => Some((2288 + 256 * byte(1)? + byte(2)?, 3)),
        // Nothing that is looked for is longer.
        250 => Some((byte(1)? | byte(2)? << 8 | byte(3)? << 16, 4)),
        _ => None,
    }
}

/// The keys of a page.
struct Page {
    keys: Vec<Vec<u8>>,
    /// Where its values end, as far as they can be followed.
    end: usize,
}

/// The page whose first value begins at a place.
fn page_before(bytes: &[u8], first: usize) -> Option<Page> {
    (first.saturating_sub(PAGE_HEAD_BYTES_MAX)..first).rev().find_map(|at| page_at(bytes, at, first))
}

/// Reads the head of a page from a place on, if it ends where the first value begins.
fn page_at(bytes: &[u8], at: usize, first: usize) -> Option<Page> {
    let mut next = at;
    let prefix = usize::from(*bytes.get(next)?);
    next += 1;
    let mut text = |most: u64| {
        let (length, took) = number(bytes.get(next..first)?)?;
        if length > most {
            return None;
        }
        let from = next + took;
        next = from + usize::try_from(length).ok()?;
        (next <= first).then(|| &bytes[from..next])
    };
    let (low, high) = (text(KEY_BYTES_MAX)?, text(KEY_BYTES_MAX)?);
    if prefix > low.len() || (!high.is_empty() && high.get(..prefix) != low.get(..prefix)) {
        return None;
    }
    // A leaf: what follows are keys and values.
    text(0)?;
    let (count, took) = number(bytes.get(next..first)?)?;
    if count == 0 || count > KEYS_MAX {
        return None;
    }
    next += took;
    let mut keys = Vec::new();
    for _ in 0..count {
        let (length, took) = number(bytes.get(next..first)?)?;
        let from = next + took;
        next = from.checked_add(usize::try_from(length).ok()?)?;
        let rest = bytes.get(from..next).filter(|_| length <= KEY_BYTES_MAX && next < first)?;
        keys.push([&low[..prefix], rest].concat());
    }
    let (_, took) = number(&bytes[next..])?;
    if next + took != first {
        return None;
    }
    // The values follow each other, as long as their lengths are not damaged.
    let mut end = next;
    for _ in 0..count {
        let Some((length, took)) = bytes.get(end..).and_then(number) else { break };
        end = end.saturating_add(took).saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
    }
    Some(Page { keys, end })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_break_the_looking(bytes in prop::collection::vec(prop_oneof![Just(b'S'), Just(b'v'), Just(b'L'), Just(0_u8), Just(11_u8), any::<u8>()], 0..3000)) {
            segment(&bytes, 0, &mut Found::default());
        }
    }
}
