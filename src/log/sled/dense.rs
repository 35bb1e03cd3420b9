//! Writes keys that come in order into a fresh sled, so that its file holds little else.
//!
//! sled 0.34.7 writes a value that is set as a *link* to its page. It writes the page whole where the page is split, by the 17th
//! key, and at the next change of a page that is in ten pieces; what it wrote before of the page is dead from then on. A segment
//! is cleared for reuse when half of it is dead, and segments are written one after another: keys that are just set in order
//! are written three times, and each segment keeps a part of all three. So the keys are written in parts, in three passes:
//!
//! 1. Each key with nothing as its value: the pages are split while there is nothing in them, and have eight keys each.
//! 2. The values: eight links a page, too few for it to be written whole.
//! 3. A key that is put and taken away again in each page, which makes the ten pieces: the page is written whole, beside other
//!    whole pages. The segments of the second pass hold nothing any more, and take in the next part.
//!
//! A kill on the way leaves keys without values: this is for files that nobody relies on until they are whole.

use ::sled::{Db, IVec};

use super::reader::fault;
use crate::log::ReadError;

/// The bytes of a part: as many are written twice, and leave empty segments behind when they are the last.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// The bytes of the smallest part. What comes last is written in parts of half of the rest, which fill the segments that the
/// parts before left empty; smaller ones would leave more in each segment.
const LAST_PART_BYTES: usize = 512 * 1024;

/// The keys of a page of sled that was split while keys came in order: of 17, eight stay.
const PAGE_KEYS: usize = 8;

/// Writes into a sled that nobody else uses.
pub(super) struct Dense<'d> {
    new: &'d Db,
    waiting: Vec<(IVec, IVec)>,
    bytes: usize,
}

impl<'d> Dense<'d> {
    pub(super) fn new(new: &'d Db) -> Self {
        Self { new, waiting: Vec::new(), bytes: 0 }
    }

    /// Takes in a key above all that came before, with its value.
    pub(super) fn take(&mut self, key: IVec, value: IVec) -> Result<(), ReadError> {
        self.bytes += key.len() + value.len();
        self.waiting.push((key, value));
        if self.bytes < 2 * PART_BYTES { Ok(()) } else { self.write(PART_BYTES) }
    }

    /// Writes what waits; the caller flushes.
    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        while !self.waiting.is_empty() {
            self.write((self.bytes / 2).max(LAST_PART_BYTES))?;
        }
        Ok(())
    }

    /// Writes the first of what waits, so many bytes.
    fn write(&mut self, bytes: usize) -> Result<(), ReadError> {
        let (mut count, mut taken) = (0, 0);
        while taken < bytes
            && let Some((key, value)) = self.waiting.get(count)
        {
            (count, taken) = (count + 1, taken + key.len() + value.len());
        }
        self.bytes -= taken;
        write(self.new, self.waiting.drain(..count).collect())
    }
}

fn write(new: &Db, part: Vec<(IVec, IVec)>) -> Result<(), ReadError> {
    let failed = |error| fault("writing the new log", error);
    for (key, _) in &part {
        new.insert(key, &[][..]).map_err(failed)?;
    }
    let keys: Vec<IVec> = part.iter().map(|(key, _)| key.clone()).collect();
    for (key, value) in part {
        new.insert(key, value).map_err(failed)?;
    }
    // Segments are emptied only once what was written to them is on its way to the disk.
    new.flush().map_err(failed)?;
    for page in keys.chunks(PAGE_KEYS) {
        // Nothing lies between a key and this one: if it is one of ours, it is the next.
        let beside = [page[0].as_ref(), &[0]].concat();
        if page.get(1).is_none_or(|next| *next != beside) {
            new.insert(beside.as_slice(), &[][..]).map_err(failed)?;
            new.remove(beside.as_slice()).map_err(failed)?;
        }
    }
    // What sled has not written yet it holds in memory.
    new.flush().map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sled::layout::SEGMENT_BYTES;

    type Entry = (Vec<u8>, Vec<u8>);

    fn open(path: &std::path::Path) -> Db {
        ::sled::Config::new().path(path).segment_size(SEGMENT_BYTES).flush_every_ms(None).open().unwrap()
    }

    /// Values as large as chunks, and some small ones, under keys of which some are others' followed by a zero.
    fn entries(count: u32) -> Vec<Entry> {
        let mut all = Vec::new();
        for number in 0..count {
            let mut key = (number / 2).to_be_bytes().to_vec();
            key.extend((number % 2 == 1).then_some(0));
            let length = if number % 7 == 0 { 40 } else { 5_000 };
            all.push((key, number.to_le_bytes().iter().copied().cycle().take(length).collect()));
        }
        all
    }

    fn written(path: &std::path::Path, entries: &[Entry]) -> (Vec<Entry>, u64) {
        let db = open(path);
        let mut dense = Dense::new(&db);
        for (key, value) in entries {
            dense.take(key.as_slice().into(), value.as_slice().into()).unwrap();
        }
        dense.finish().unwrap();
        db.flush().unwrap();
        drop(db);
        let db = open(path);
        let found = db.iter().map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap());
        (found.collect(), std::fs::metadata(path.join("db")).unwrap().len())
    }

    #[test]
    fn what_was_taken_in_is_all_there_is_and_the_file_holds_little_else() {
        let dir = tempfile::tempdir().unwrap();
        for count in [0, 1, 17, 200, 6_000] {
            let entries = entries(count);
            let (found, length) = written(&dir.path().join(count.to_string()), &entries);
            assert!(found == entries, "{count} entries");
            let bytes: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
            let bytes = bytes as u64;
            assert!(
                length < bytes + bytes / 4 + 6 * SEGMENT_BYTES as u64,
                "{count} entries: {bytes} bytes in {length}"
            );
        }
    }
}
