//! Blocks of bytes that are set aside while more is read: compressed, in memory up to a bound, beyond it in a file without a name.
//!
//! The file lies in the store's folder and has no name there, so that nothing is left of it, however the process ends.

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
    packed: usize,
    bytes: usize,
    in_file: bool,
    /// XXH3-64 of its bytes: what comes back from a disk is checked, as what comes out of the log is.
    sum: u64,
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
        Ok(Block { at, packed: length, bytes: bytes.len(), in_file, sum: xxh3_64(bytes) })
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
        if let (true, Some(file)) = (block.in_file, &mut self.file) {
            self.packed.resize(block.packed, 0);
            file.seek(SeekFrom::Start(block.at))?;
            file.read_exact(&mut self.packed)?;
        } else {
            let at = usize::try_from(block.at).map_err(io::Error::other)?;
            self.packed.extend_from_slice(self.held.get(at..at + block.packed).ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        let unpacker = match &mut self.unpacker {
            Some(unpacker) => unpacker,
            None => self.unpacker.insert(Decompressor::new()?),
        };
        let before = into.len();
        into.resize(before + block.bytes, 0);
        let read = unpacker.decompress_to_buffer(&self.packed, &mut into[before..])?;
        let same = read == block.bytes && xxh3_64(&into[before..]) == block.sum;
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
