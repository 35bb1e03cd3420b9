//! Blocks of bytes that are set aside while more is read: compressed, in memory up to a bound, beyond it in a file without a name.
//!
//! The file lies in the store's folder and has no name there, so that nothing is left of it, however the process ends.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use xxhash_rust::xxh3::xxh3_64;
use zstd::bulk::{Compressor, Decompressor};

use super::error::QueryError;
use crate::log::ReadError;

/// How hard blocks are compressed: each is read again once or twice.
const LEVEL: i32 = 1;

/// How many bytes of compressed blocks are held in memory, by all workers of a reading together.
pub(super) const HELD_BYTES: usize = 4 * 1024 * 1024;

/// Where bytes are set aside.
#[derive(Clone, Debug)]
pub(super) struct Aside {
    /// The folder of the file; everything stays in memory where there is none.
    pub(super) folder: Option<PathBuf>,
    /// How many compressed bytes one spool holds in memory.
    pub(super) held: usize,
}

/// Where a block lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    at: u64,
    packed: u32,
    bytes: u32,
    /// XXH3-64 of its bytes: what comes back from a disk is checked, as what comes out of the log is.
    sum: u64,
    in_file: bool,
}

/// How many bytes the place of a block has where it is set aside itself.
const PLACE_BYTES: usize = 8 + 4 + 4 + 8 + 1;

impl Block {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.at.to_be_bytes());
        into.extend_from_slice(&self.packed.to_be_bytes());
        into.extend_from_slice(&self.bytes.to_be_bytes());
        into.extend_from_slice(&self.sum.to_be_bytes());
        into.push(u8::from(self.in_file));
    }

    fn read(place: &[u8; PLACE_BYTES]) -> Option<Self> {
        let (at, rest) = place.split_first_chunk()?;
        let (packed, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_first_chunk()?;
        let (sum, rest) = rest.split_first_chunk()?;
        let number = |four: &[u8; 4]| u32::from_be_bytes(*four);
        let (at, sum) = (u64::from_be_bytes(*at), u64::from_be_bytes(*sum));
        Some(Self { at, packed: number(packed), bytes: number(bytes), sum, in_file: *rest.first()? == 1 })
    }
}

/// How many places of blocks are held, before they are set aside themselves.
const PLACES_HELD: usize = 64;

/// The places of blocks that are read in the order in which they were written. So many of them are set aside together, and only
/// the place of these is held: half a byte for a block.
#[derive(Default)]
pub(super) struct Blocks {
    set_aside: VecDeque<Block>,
    held: VecDeque<Block>,
}

impl Blocks {
    /// Adds the place of a block in this spool.
    pub(super) fn push(&mut self, block: Block, spool: &mut Spool) -> io::Result<()> {
        self.held.push_back(block);
        if self.held.len() >= PLACES_HELD {
            let mut places = Vec::with_capacity(PLACES_HELD * PLACE_BYTES);
            self.held.drain(..).for_each(|block| block.write(&mut places));
            self.set_aside.push_back(spool.put(&places)?);
        }
        Ok(())
    }

    /// Reads its places back in their order; nothing is added any more.
    pub(super) fn read(self) -> Places {
        Places { set_aside: self.set_aside, next: VecDeque::new(), last: self.held }
    }
}

/// The places of blocks that are being read.
pub(super) struct Places {
    set_aside: VecDeque<Block>,
    /// Those of which the first is next.
    next: VecDeque<Block>,
    last: VecDeque<Block>,
}

impl Places {
    /// The next place.
    pub(super) fn next(&mut self, spool: &mut Spool) -> io::Result<Option<Block>> {
        if self.next.is_empty() {
            if let Some(places) = self.set_aside.pop_front() {
                let mut bytes = Vec::new();
                spool.get(&places, &mut bytes)?;
                self.next.extend(bytes.as_chunks().0.iter().filter_map(Block::read));
            } else {
                self.next = std::mem::take(&mut self.last);
            }
        }
        Ok(self.next.pop_front())
    }
}

/// Compressed blocks.
pub(super) struct Spool {
    aside: Aside,
    held: Vec<u8>,
    file: Option<File>,
    /// How long the file is.
    length: u64,
    packer: Option<Compressor<'static>>,
    unpacker: Option<Decompressor<'static>>,
    packed: Vec<u8>,
}

impl Spool {
    pub(super) const fn new(aside: Aside) -> Self {
        Self { aside, held: Vec::new(), file: None, length: 0, packer: None, unpacker: None, packed: Vec::new() }
    }

    /// Where its bytes are set aside.
    pub(super) const fn aside(&self) -> &Aside {
        &self.aside
    }

    /// Sets bytes aside.
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<Block> {
        let packer = match &mut self.packer {
            Some(packer) => packer,
            None => self.packer.insert(Compressor::new(LEVEL)?),
        };
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        let length = packer.compress_to_buffer(bytes, &mut self.packed)?;
        let in_file = self.aside.folder.is_some() && self.held.len() + length > self.aside.held;
        let at = if in_file { self.write()? } else { self.hold() };
        let number = |length: usize| u32::try_from(length).map_err(io::Error::other);
        Ok(Block { at, packed: number(length)?, bytes: number(bytes.len())?, in_file, sum: xxh3_64(bytes) })
    }

    fn hold(&mut self) -> u64 {
        let at = self.held.len() as u64;
        self.held.extend_from_slice(&self.packed);
        at
    }

    fn write(&mut self) -> io::Result<u64> {
        let file = match (&mut self.file, &self.aside.folder) {
            (Some(file), _) => file,
            (None, Some(folder)) => self.file.insert(tempfile::tempfile_in(folder)?),
            (None, None) => return Err(io::ErrorKind::NotFound.into()),
        };
        let at = self.length;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&self.packed)?;
        self.length += self.packed.len() as u64;
        Ok(at)
    }

    /// Reads a block back, behind what is in `into` already.
    pub(super) fn get(&mut self, block: &Block, into: &mut Vec<u8>) -> io::Result<()> {
        self.packed.clear();
        let length = |length: u32| usize::try_from(length).map_err(io::Error::other);
        let (packed, bytes) = (length(block.packed)?, length(block.bytes)?);
        if let (true, Some(file)) = (block.in_file, &mut self.file) {
            self.packed.resize(packed, 0);
            file.seek(SeekFrom::Start(block.at))?;
            file.read_exact(&mut self.packed)?;
        } else {
            let at = usize::try_from(block.at).map_err(io::Error::other)?;
            self.packed.extend_from_slice(self.held.get(at..at + packed).ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        let unpacker = match &mut self.unpacker {
            Some(unpacker) => unpacker,
            None => self.unpacker.insert(Decompressor::new()?),
        };
        let before = into.len();
        into.resize(before + bytes, 0);
        let read = unpacker.decompress_to_buffer(&self.packed, &mut into[before..])?;
        let same = read == bytes && xxh3_64(&into[before..]) == block.sum;
        if same {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "what was set aside came back changed"))
        }
    }
}

/// The error of bytes that could not be set aside, or not be read back.
pub(super) fn failed(source: io::Error) -> QueryError {
    let doing = "setting aside, in a file in the store's folder, what does not fit into memory";
    ReadError::Storage { doing, source: source.into() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_in_their_order_and_few_of_them_are_held() {
        let dir = tempfile::tempdir().expect("there is room");
        for many in [0_u32, 1, 63, 64, 65, 1_000] {
            let mut spool = Spool::new(Aside { folder: Some(dir.path().to_owned()), held: 500 });
            let mut blocks = Blocks::default();
            for number in 0..many {
                let block = spool.put(&number.to_be_bytes()).expect("there is room");
                blocks.push(block, &mut spool).expect("there is room");
                assert!(blocks.held.len() + blocks.set_aside.len() <= PLACES_HELD + many as usize / PLACES_HELD);
            }
            let mut places = blocks.read();
            for number in 0..many {
                let block = places.next(&mut spool).expect("it is read").expect("there is one");
                let mut bytes = Vec::new();
                spool.get(&block, &mut bytes).expect("it is read");
                assert_eq!(bytes, number.to_be_bytes());
            }
            assert!(places.next(&mut spool).expect("it is read").is_none());
        }
    }
}
