//! A segment: a run that is compressed and never changed again.
//!
//! ```text
//! raw length 4 | xxh3-128 of the raw bytes 16 | zstd
//! ```
//!
//! The frame's checksum tells whether these bytes are what was written, the one here whether they became again what they were.

use std::cell::RefCell;
use std::thread;

use xxhash_rust::xxh3::xxh3_128;
use zstd::bulk::{Compressor, Decompressor};

use super::run::{Bytes, RUN_BYTES_MAX};
use crate::log::ReadError;

/// The fastest level: on real registers the third packs no better, in twice the time.
const LEVEL: i32 = 1;

const HEAD_BYTES: usize = 20;

/// The most bytes of a segment: what zstd makes of bytes that it cannot compress is longer by less than a hundredth.
pub(super) const SEGMENT_BYTES_MAX: usize = HEAD_BYTES + RUN_BYTES_MAX + RUN_BYTES_MAX / 128 + 1024;

/// How many threads compress the segments of one write; there are two cores on small machines.
const THREADS: usize = 2;

/// Compresses runs, in their order, on more than one thread where there is more than one.
pub(super) fn pack_all(raws: &[&[u8]]) -> Result<Vec<Vec<u8>>, ReadError> {
    if raws.len() < 2 * THREADS {
        return pack(raws);
    }
    thread::scope(|scope| {
        let parts: Vec<_> =
            raws.chunks(raws.len().div_ceil(THREADS)).map(|part| scope.spawn(move || pack(part))).collect();
        let mut packed = Vec::with_capacity(raws.len());
        for part in parts {
            let part = part.join().map_err(|_| failed("a thread that compressed them panicked".into()))?;
            packed.extend(part?);
        }
        Ok(packed)
    })
}

fn pack(raws: &[&[u8]]) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut compressor = Compressor::new(LEVEL).map_err(|source| failed(source.into()))?;
    raws.iter()
        .map(|raw| {
            let length = u32::try_from(raw.len()).map_err(|source| failed(source.into()))?;
            let compressed = compressor.compress(raw).map_err(|source| failed(source.into()))?;
            let mut segment = Vec::with_capacity(HEAD_BYTES + compressed.len());
            segment.extend_from_slice(&length.to_be_bytes());
            segment.extend_from_slice(&xxh3_128(raw).to_be_bytes());
            segment.extend_from_slice(&compressed);
            Ok(segment)
        })
        .collect()
}

fn failed(source: crate::log::Fault) -> ReadError {
    ReadError::Storage { doing: "compressing events", source }
}

thread_local! {
    /// What decompresses on this thread: making it anew costs as much as a small segment.
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Returns the raw bytes of a segment, or says what disagrees; never more than [`RUN_BYTES_MAX`].
pub(super) fn unpack(segment: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Bytes(segment);
    let (Some(length), Some(sum)) = (bytes.u32(), bytes.take(16)) else {
        return Err(format!("its segment has only {} bytes", segment.len()));
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > RUN_BYTES_MAX {
        return Err(format!("its segment says {length} bytes, more than {RUN_BYTES_MAX}"));
    }
    let raw = UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            None => unpacker.insert(Decompressor::new()?),
        };
        unpacker.decompress(bytes.0, length)
    });
    let raw = raw.map_err(|error| format!("its segment: {error}"))?;
    if raw.len() != length {
        return Err(format!("its segment says {length} bytes and has {}", raw.len()));
    }
    if xxh3_128(&raw).to_be_bytes() != sum {
        return Err("the checksum of its segment does not match".to_owned());
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(raw: &[u8]) -> Vec<u8> {
        pack_all(&[raw]).unwrap().remove(0)
    }

    #[test]
    fn a_segment_comes_back_whole() {
        let raws: Vec<Vec<u8>> =
            (0..9_u8).map(|seed| (0..50_000_u32).map(|at| (at % 251) as u8 ^ seed).collect()).collect();
        let packed = pack_all(&raws.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        for (raw, packed) in raws.iter().zip(&packed) {
            assert!(packed.len() < raw.len() / 10);
            assert!(unpack(packed).unwrap() == *raw);
        }
    }

    #[test]
    fn what_cannot_be_compressed_stays_below_the_bound() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let raw: Vec<u8> = (0..RUN_BYTES_MAX).map(|_| next()).collect();
        let packed = one(&raw);
        assert!(packed.len() <= SEGMENT_BYTES_MAX);
        assert!(unpack(&packed).unwrap() == raw);
    }

    #[test]
    fn any_flipped_bit_breaks_a_segment() {
        let packed = one(b"commits, commits, commits, commits");
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let unpacked = unpack(&broken);
            assert!(unpacked.is_err() || unpacked.unwrap() == b"commits, commits, commits, commits");
        }
    }

    #[test]
    fn a_segment_that_would_unpack_to_more_than_it_says_is_refused() {
        let mut packed = one(&vec![7; 1_000_000]);
        packed[..4].copy_from_slice(&1000_u32.to_be_bytes());
        unpack(&packed).unwrap_err();
        packed[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        unpack(&packed).unwrap_err();
    }
}
