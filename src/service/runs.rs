//! Rows of several parts, held compressed and in order, so that a view made anew is written once from its first key to its last.
//!
//! Keys of parts lie between each other; written part by part, each part would write most pages of the view again.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};

use crate::log::VIEW_VALUE_BYTES_MAX;
use crate::views::tables::Row;

/// How hard rows are compressed: they are read again once, at the end.
const LEVEL: i32 = 1;

/// Rows in the order of their keys, compressed, from several parts.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Vec<u8>>,
}

impl Runs {
    /// Whether nothing was taken in.
    pub(super) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many bytes are held.
    pub(super) fn bytes(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// Takes rows in, in any order.
    pub(super) fn take(&mut self, mut rows: Vec<Row>) -> io::Result<()> {
        rows.sort_unstable();
        let mut run = zstd::Encoder::new(Vec::new(), LEVEL)?;
        for (key, value) in rows {
            for part in [key, value] {
                run.write_all(&u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes())?;
                run.write_all(&part)?;
            }
        }
        self.runs.push(run.finish()?);
        Ok(())
    }

    /// All rows in the order of their keys; where parts have the same key, in the order of the parts.
    pub(super) fn merged(self) -> io::Result<Merged> {
        let mut merged = Merged { readers: Vec::new(), heads: BTreeMap::new() };
        for (number, run) in self.runs.into_iter().enumerate() {
            merged.readers.push(zstd::Decoder::new(io::Cursor::new(run))?);
            merged.go_on(number)?;
        }
        Ok(merged)
    }
}

type Reader = zstd::Decoder<'static, io::BufReader<io::Cursor<Vec<u8>>>>;

/// The rows of several runs, one after the other.
pub(super) struct Merged {
    readers: Vec<Reader>,
    /// The next row of each run, by its key and the run's number.
    heads: BTreeMap<(Vec<u8>, usize), Vec<u8>>,
}

impl Merged {
    /// Reads the next row of a run; nothing at its end.
    fn go_on(&mut self, number: usize) -> io::Result<()> {
        let Some(reader) = self.readers.get_mut(number) else { return Ok(()) };
        if let Some(key) = part(reader)? {
            let value = part(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.heads.insert((key, number), value);
        }
        Ok(())
    }

    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        let Some(((key, number), value)) = self.heads.pop_first() else { return Ok(None) };
        self.go_on(number)?;
        Ok(Some((key, value)))
    }
}

/// Reads a key or a value; none at the end.
fn part(reader: &mut Reader) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if reader.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    reader.read_exact(&mut length[1..])?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    let mut part = vec![0; length.min(VIEW_VALUE_BYTES_MAX)];
    reader.read_exact(&mut part)?;
    Ok(Some(part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_come_back_in_the_order_of_keys_and_parts(
            parts in prop::collection::vec(
                prop::collection::btree_map(prop::collection::vec(0_u8..4, 0..4), prop::collection::vec(any::<u8>(), 0..9), 0..20),
                0..5,
            ),
        ) {
            let mut runs = Runs::default();
            let mut all = Vec::new();
            for (number, rows) in parts.into_iter().enumerate() {
                all.extend(rows.iter().map(|(key, value)| (key.clone(), number, value.clone())));
                runs.take(rows.into_iter().rev().collect()).expect("there is room");
            }
            all.sort();
            let mut merged = runs.merged().expect("it is read");
            for (key, _, value) in all {
                prop_assert_eq!(merged.next().expect("it is read"), Some((key, value)));
            }
            prop_assert_eq!(merged.next().expect("it is read"), None);
        }
    }
}
