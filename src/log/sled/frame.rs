//! The frame around every value: what was written under this key, whole and unchanged (L7).
//!
//! ```text
//! "SvL" | kind 1 | format 2 | chunk 2 | chunks 2 | length 4 | payload | xxh3-128 of key and all that precedes, 16
//! ```
//!
//! The key is in the checksum and not in the frame: a value under another's key does not match.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::layout::{CHUNK_BYTES_MAX, FORMAT};

const MAGIC: &[u8; 3] = b"SvL";
const HEAD_BYTES: usize = 14;
const SUM_BYTES: usize = 16;

/// What a frame adds to its payload.
pub(super) const FRAME_BYTES: usize = HEAD_BYTES + SUM_BYTES;

/// What a value is; a kind never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Format = b'f',
    /// The blocks of format 1.
    Block = b'c',
    Tail = b't',
    Segment = b'z',
    Indexed = b'x',
    Streams = b'S',
    Commands = b'I',
    ViewPosition = b'p',
    // `v` was a view's entry before views had pages.
    ViewChange = b'o',
    ViewPage = b'w',
}

/// A checked chunk.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    /// Which chunk of its value it is, from 0.
    pub(super) number: u16,
    /// How many chunks the value has.
    pub(super) count: u16,
    pub(super) payload: &'a [u8],
}

/// Frames one chunk.
pub(super) fn seal(key: &[u8], kind: Kind, chunk: u16, chunks: u16, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("chunks are far below 4 GiB");
    let format = u16::try_from(FORMAT).expect("formats are counted by hand");
    let mut frame = Vec::with_capacity(HEAD_BYTES + payload.len() + SUM_BYTES);
    frame.extend_from_slice(MAGIC);
    frame.push(kind as u8);
    frame.extend_from_slice(&format.to_be_bytes());
    frame.extend_from_slice(&chunk.to_be_bytes());
    frame.extend_from_slice(&chunks.to_be_bytes());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(payload);
    let sum = checksum(key, &frame);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame
}

/// Frames a value that is small by its nature.
pub(super) fn seal_one(key: &[u8], kind: Kind, payload: &[u8]) -> Vec<u8> {
    seal(key, kind, 0, 1, payload)
}

/// Cuts a payload into chunks of at most [`CHUNK_BYTES_MAX`]; an empty payload has one empty chunk.
pub(super) fn cut(payload: &[u8]) -> (u16, impl Iterator<Item = (u16, &[u8])>) {
    let count = count(payload);
    let chunks = (0..count).map(|chunk| {
        let from = usize::from(chunk) * CHUNK_BYTES_MAX;
        let to = payload.len().min(from + CHUNK_BYTES_MAX);
        (chunk, &payload[from..to])
    });
    (count, chunks)
}

/// Returns how many chunks a payload is cut into.
pub(super) fn count(payload: &[u8]) -> u16 {
    let count = payload.len().div_ceil(CHUNK_BYTES_MAX).max(1);
    u16::try_from(count).expect("the bounds of commits and views keep this below 65,536")
}

/// Checks a value, and returns its chunk or says what disagrees.
pub(super) fn unseal<'a>(key: &[u8], kind: Kind, value: &'a [u8]) -> Result<Chunk<'a>, String> {
    if value.len() < HEAD_BYTES + SUM_BYTES {
        return Err(format!("its frame has only {} bytes", value.len()));
    }
    let (frame, sum) = value.split_at(value.len() - SUM_BYTES);
    if checksum(key, frame).to_be_bytes() != sum {
        return Err("its checksum does not match".to_owned());
    }
    let (head, payload) = frame.split_at(HEAD_BYTES);
    if &head[..3] != MAGIC || head[3] != kind as u8 {
        return Err(format!("its frame is not of kind {:?}", char::from(kind as u8)));
    }
    let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    if u32::from(number(4)) > FORMAT {
        return Err(format!("its frame has format {}, above {FORMAT}", number(4)));
    }
    let length = u32::from_be_bytes([head[10], head[11], head[12], head[13]]);
    if usize::try_from(length) != Ok(payload.len()) {
        return Err(format!("its frame says {length} bytes and has {}", payload.len()));
    }
    Ok(Chunk { number: number(6), count: number(8), payload })
}

/// Checks a value that is small by its nature.
pub(super) fn unseal_one<'a>(key: &[u8], kind: Kind, value: &'a [u8]) -> Result<&'a [u8], String> {
    let chunk = unseal(key, kind, value)?;
    if (chunk.number, chunk.count) != (0, 1) {
        return Err(format!("it is chunk {} of {}", chunk.number, chunk.count));
    }
    Ok(chunk.payload)
}

/// Tells whether a value is what was written under its key, of whatever kind it is.
pub(super) fn is_whole(key: &[u8], value: &[u8]) -> bool {
    value.split_last_chunk::<SUM_BYTES>().is_some_and(|(frame, sum)| checksum(key, frame).to_be_bytes() == *sum)
}

/// Hashes a whole payload, for the witness.
pub(super) fn digest(payload: &[u8]) -> u128 {
    xxh3_128(payload)
}

fn checksum(key: &[u8], frame: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(key);
    hash.update(frame);
    hash.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_whole() {
        let frame = seal(b"key", Kind::Block, 2, 3, b"payload");
        let chunk = unseal(b"key", Kind::Block, &frame).unwrap();
        assert_eq!((chunk.number, chunk.count, chunk.payload), (2, 3, &b"payload"[..]));
    }

    #[test]
    fn any_flipped_bit_breaks_a_frame() {
        let frame = seal_one(b"key", Kind::Block, b"payload");
        for bit in 0..frame.len() * 8 {
            let mut broken = frame.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            unseal(b"key", Kind::Block, &broken).unwrap_err();
            assert!(is_whole(b"key", &frame) && !is_whole(b"key", &broken));
        }
    }

    #[test]
    fn a_frame_under_another_key_or_of_another_kind_does_not_match() {
        let frame = seal_one(b"key", Kind::Block, b"payload");
        unseal(b"kez", Kind::Block, &frame).unwrap_err();
        unseal(b"key", Kind::Segment, &frame).unwrap_err();
    }

    #[test]
    fn a_cut_frame_does_not_match() {
        let frame = seal_one(b"key", Kind::Block, b"payload");
        for length in 0..frame.len() {
            unseal(b"key", Kind::Block, &frame[..length]).unwrap_err();
        }
    }

    #[test]
    fn cutting_and_joining_gives_the_payload() {
        for length in [0, 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, 3 * CHUNK_BYTES_MAX] {
            let payload: Vec<u8> = (0..=255).cycle().take(length).collect();
            let (count, chunks) = cut(&payload);
            let chunks: Vec<_> = chunks.collect();
            assert_eq!(chunks.len(), usize::from(count));
            assert_eq!(chunks.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect::<Vec<_>>(), payload);
        }
    }
}
