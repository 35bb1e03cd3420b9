//! The bytes of a page, before they are cut into chunks.
//!
//! ```text
//! page: form 1 (0 as it is, 1 zstd) | length of the body 4 | xxh3-128 of what follows 16 | the body in that form
//! body: 0, or 1 and a text: the fence of the page that follows | number of entries | entries
//! entry: bytes shared with the key before | length of the rest | length of the value | rest | value
//! text: length | bytes
//! ```
//!
//! Numbers without a size are LEB128. The frame of a chunk speaks for that chunk; the sum here says that the chunks of a page
//! were written together. Keys only grow, none lies before the page's own fence, and none at or beyond the following one.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::Range;

use crate::log::VIEW_VALUE_BYTES_MAX;

use crate::log::sled::frame;

/// On entries of a register it packs as well as the third level, in three quarters of the time; faster ones pack half again worse.
const ZSTD_LEVEL: i32 = 1;

/// The most bytes of a body: one value of the largest size, and what stands around it.
const BODY_BYTES_MAX: usize = VIEW_VALUE_BYTES_MAX + 1024 * 1024;

const AS_IT_IS: u8 = 0;
const ZSTD: u8 = 1;
const HEAD_BYTES: usize = 21;

/// A key and its value.
pub(in crate::log::sled) type Entry = (Vec<u8>, Vec<u8>);

/// What an entry adds to a body at most, beside its own bytes.
pub(super) const ENTRY_HEAD_BYTES: usize = 6;

/// Packs bodies.
pub(super) struct Packer {
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Packer {
    pub(super) fn new(compressed: bool) -> Self {
        // Without a compressor, pages are kept as they are, and are read all the same.
        let zstd = compressed.then(|| zstd::bulk::Compressor::new(ZSTD_LEVEL).ok()).flatten();
        Self { zstd }
    }

    /// Makes a page of entries in the order of their keys.
    pub(super) fn pack(&mut self, before: Option<&[u8]>, entries: &[Entry]) -> Vec<u8> {
        let body = encode(before, entries);
        let packed = self.zstd.as_mut().and_then(|zstd| zstd.compress(&body).ok()).filter(|it| it.len() < body.len());
        let (form, bytes) = packed.as_ref().map_or((AS_IT_IS, &body), |packed| (ZSTD, packed));
        let mut page = Vec::with_capacity(HEAD_BYTES + bytes.len());
        page.push(form);
        // A body beyond 4 GiB would not be read again; the bounds of keys and values keep it far below.
        page.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
        page.extend_from_slice(&frame::digest(bytes).to_be_bytes());
        page.extend_from_slice(bytes);
        page
    }
}

fn encode(before: Option<&[u8]>, entries: &[Entry]) -> Vec<u8> {
    let bytes: usize = entries.iter().map(|(key, value)| key.len() + value.len() + ENTRY_HEAD_BYTES).sum();
    let mut body = Vec::with_capacity(bytes + 64);
    body.push(u8::from(before.is_some()));
    if let Some(before) = before {
        push_number(&mut body, before.len());
        body.extend_from_slice(before);
    }
    push_number(&mut body, entries.len());
    let mut last: &[u8] = &[];
    for (key, value) in entries {
        let shared = shared(last, key);
        push_number(&mut body, shared);
        push_number(&mut body, key.len() - shared);
        push_number(&mut body, value.len());
        body.extend_from_slice(&key[shared..]);
        body.extend_from_slice(value);
        last = key;
    }
    body
}

/// Counts the bytes that two keys begin with.
pub(super) fn shared(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

fn push_number(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    to.push(u8::try_from(number).unwrap_or_default());
}

thread_local! {
    /// Making a decompressor costs more than unpacking a page with it.
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

fn unpacked(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    UNPACKER.with_borrow_mut(|kept| {
        let mut unpacker = match kept.take() {
            Some(unpacker) => unpacker,
            None => zstd::bulk::Decompressor::new().ok()?,
        };
        let body = unpacker.decompress(packed, length).ok();
        *kept = Some(unpacker);
        body
    })
}

/// Reads the entries of a page in the order of their keys, and checks them as it goes.
pub(super) struct Body {
    bytes: Vec<u8>,
    at: usize,
    /// How many entries are still to be read.
    left: usize,
    fence: Vec<u8>,
    before: Option<Vec<u8>>,
    /// The entry that was read last, once reading has begun.
    key: Vec<u8>,
    value: Range<usize>,
    begun: bool,
}

impl Body {
    /// Unpacks a page, given the fence under which it lies.
    pub(super) fn unpack(page: &[u8], fence: Vec<u8>) -> Result<Self, &'static str> {
        let (head, packed) = page.split_at_checked(HEAD_BYTES).ok_or("a page of it is shorter than its head")?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length).ok().filter(|length| *length <= BODY_BYTES_MAX);
        let length = length.ok_or("a page of it is longer than any")?;
        if frame::digest(packed).to_be_bytes() != head[5..] {
            return Err("the chunks of a page of it were not written together");
        }
        let bytes = match head[0] {
            AS_IT_IS => packed.to_vec(),
            ZSTD => unpacked(packed, length).ok_or("a page of it does not unpack")?,
            _ => return Err("a page of it is packed in an unknown form"),
        };
        if bytes.len() != length {
            return Err("a page of it has not the length that it says");
        }
        let mut body = Self { bytes, at: 0, left: 0, fence, before: None, key: Vec::new(), value: 0..0, begun: false };
        body.begin().ok_or("a page of it has no beginning")?;
        if body.before.as_ref().is_some_and(|before| *before <= body.fence) {
            return Err("a page of it ends before it begins");
        }
        Ok(body)
    }

    fn begin(&mut self) -> Option<()> {
        let linked = *self.take(1)?.first()?;
        if linked > 1 {
            return None;
        }
        if linked == 1 {
            let length = self.number()?;
            self.before = Some(self.take(length)?.to_vec());
        }
        self.left = self.number()?;
        Some(())
    }

    /// The fence of the page that follows; nothing for the last page.
    pub(super) fn before(&self) -> Option<&[u8]> {
        self.before.as_deref()
    }

    /// The fence under which the page lies.
    pub(super) fn fence(&self) -> &[u8] {
        &self.fence
    }

    /// Says whether a key would lie in this page.
    pub(super) fn spans(&self, key: &[u8]) -> bool {
        key >= self.fence.as_slice() && self.before().is_none_or(|before| key < before)
    }

    /// The key that was read last.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The bytes of a value that was found.
    pub(super) fn value(&self, at: Range<usize>) -> &[u8] {
        &self.bytes[at]
    }

    /// Goes on to a key, and returns where its value lies, if it is there.
    ///
    /// Asked for several keys, they are to be in order: what lies before the key that was asked for last is not found.
    pub(super) fn seek(&mut self, key: &[u8]) -> Result<Option<Range<usize>>, &'static str> {
        let mut current = if self.begun { Some(self.value.clone()) } else { self.next()? };
        while let Some(value) = current {
            match self.key.as_slice().cmp(key) {
                Ordering::Less => current = self.next()?,
                Ordering::Equal => return Ok(Some(value)),
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Goes on to the next entry, and returns where its value lies; its key is then [`Body::key`].
    pub(super) fn next(&mut self) -> Result<Option<Range<usize>>, &'static str> {
        if self.left == 0 {
            return if self.at == self.bytes.len() { Ok(None) } else { Err("a page of it goes on behind its end") };
        }
        let (shared, rest, value) = self.entry().ok_or("an entry of a page of it is cut")?;
        let rest = &self.bytes[rest];
        let grows = match self.key.get(shared) {
            _ if !self.begun => shared == 0 && rest >= self.fence.as_slice(),
            Some(byte) => rest.first().is_some_and(|first| first > byte),
            None => shared == self.key.len() && !rest.is_empty(),
        };
        if !grows {
            return Err("the keys of a page of it are out of order");
        }
        self.key.truncate(shared);
        self.key.extend_from_slice(rest);
        if self.before.as_ref().is_some_and(|before| self.key >= *before) {
            return Err("a page of it holds a key of the next one");
        }
        self.begun = true;
        self.left -= 1;
        self.value = value.clone();
        Ok(Some(value))
    }

    /// Reads the numbers of an entry; returns how many bytes of the key before it shares, and where its rest and value lie.
    fn entry(&mut self) -> Option<(usize, Range<usize>, Range<usize>)> {
        let (shared, rest, value) = (self.number()?, self.number()?, self.number()?);
        let rest = self.at..self.at.checked_add(rest)?;
        let value = rest.end..rest.end.checked_add(value)?;
        self.bytes.get(value.clone())?;
        self.at = value.end;
        Some((shared, rest, value))
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let from = self.at;
        let to = from.checked_add(length)?;
        let taken = self.bytes.get(from..to)?;
        self.at = to;
        Some(taken)
    }
}
