//! Rows in the order of their keys, however many: sorted a part at a time, the parts set aside, then read back side by side.
//!
//! So a view that is made anew is written once from its first key to its last, and few of its rows are in memory at a time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::mem;
use std::vec;

use super::spool::{Aside, Blocks, Places, Spool};
use crate::views::tables::Row;

/// How many bytes of rows are held until they are sorted and set aside.
pub(super) const OPEN_BYTES: usize = 4 * 1024 * 1024;

/// How many bytes of rows a block has: one of each run is in memory while runs are read back.
const BLOCK_BYTES: usize = 32 * 1024;

/// How many runs of a kind there are, before they are made one of the next kind.
const ALIKE_MAX: usize = 32;

/// Rows that were sorted and set aside.
struct Run {
    blocks: Blocks,
    /// How often its rows were made one run of several.
    made: u32,
}

/// Rows in the order of their keys.
pub(super) struct Runs {
    spool: Spool,
    open: Vec<Row>,
    /// How many bytes are open, and how many may be.
    bytes: usize,
    most: usize,
    sorted: Vec<Run>,
}

impl Runs {
    /// No rows yet; `most` bytes of them are held until they are set aside.
    pub(super) const fn new(aside: Aside, most: usize) -> Self {
        Self { spool: Spool::new(aside), open: Vec::new(), bytes: 0, most, sorted: Vec::new() }
    }

    /// Takes rows in, in any order.
    pub(super) fn take(&mut self, rows: impl IntoIterator<Item = Row>) -> io::Result<()> {
        for row in rows {
            self.bytes += row.0.len() + row.1.len() + size_of::<Row>();
            self.open.push(row);
            if self.bytes > self.most {
                self.set_aside()?;
            }
        }
        Ok(())
    }

    /// Sorts what is held in memory, so that whoever reads the rows back need not.
    pub(super) fn sort(&mut self) {
        self.open.sort_unstable();
    }

    fn set_aside(&mut self) -> io::Result<()> {
        self.open.sort_unstable();
        let mut writing = Writing::default();
        for (key, value) in mem::take(&mut self.open) {
            writing.put(&mut self.spool, &key, &value)?;
        }
        self.bytes = 0;
        let blocks = writing.done(&mut self.spool)?;
        self.sorted.push(Run { blocks, made: 0 });
        for made in 0.. {
            let alike = self.sorted.iter().rev().take_while(|run| run.made == made).count();
            if alike < ALIKE_MAX {
                break;
            }
            self.make_one(alike, made + 1)?;
        }
        Ok(())
    }

    /// Makes the last so many runs one.
    fn make_one(&mut self, many: usize, made: u32) -> io::Result<()> {
        let empty = Spool::new(self.spool.aside().clone());
        let spool = mem::replace(&mut self.spool, empty);
        let last = self.sorted.split_off(self.sorted.len() - many);
        let mut merged = Merged::default();
        merged.add(spool, last)?;
        let mut writing = Writing::default();
        while let Some((key, value)) = merged.next()? {
            // The same file: what lies in it already is not written again.
            let spool = merged.spools.first_mut().ok_or(io::ErrorKind::NotFound)?;
            writing.put(spool, &key, &value)?;
        }
        let mut spool = merged.spools.pop().ok_or(io::ErrorKind::NotFound)?;
        let blocks = writing.done(&mut spool)?;
        self.spool = spool;
        self.sorted.push(Run { blocks, made });
        Ok(())
    }

    /// All rows of several lists in the order of their keys; where a key comes more than once, in the order of its values.
    pub(super) fn merged(all: Vec<Self>) -> io::Result<Merged> {
        let mut merged = Merged::default();
        for mut runs in all {
            runs.sort();
            merged.add(runs.spool, runs.sorted)?;
            merged.sources.push(Source::Held(runs.open.into_iter()));
            merged.go_on(merged.sources.len() - 1)?;
        }
        Ok(merged)
    }
}

/// A run that is being written.
#[derive(Default)]
struct Writing {
    block: Vec<u8>,
    blocks: Blocks,
}

impl Writing {
    fn put(&mut self, spool: &mut Spool, key: &[u8], value: &[u8]) -> io::Result<()> {
        for part in [key, value] {
            self.block.extend_from_slice(&u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes());
            self.block.extend_from_slice(part);
        }
        if self.block.len() >= BLOCK_BYTES {
            self.blocks.push(spool.put(&self.block)?, spool)?;
            self.block.clear();
        }
        Ok(())
    }

    fn done(mut self, spool: &mut Spool) -> io::Result<Blocks> {
        if !self.block.is_empty() {
            self.blocks.push(spool.put(&self.block)?, spool)?;
        }
        Ok(self.blocks)
    }
}

/// Where rows come from, in their order.
enum Source {
    /// Rows in memory.
    Held(vec::IntoIter<Row>),
    /// A run, by the number of its spool; the block that is being read, and how far.
    Run { spool: usize, blocks: Places, block: Vec<u8>, at: usize },
}

/// The next row of a source: its key, its value, and the source's number.
type Next = (Vec<u8>, Vec<u8>, usize);

/// The rows of several runs, one after the other.
#[derive(Default)]
pub(super) struct Merged {
    spools: Vec<Spool>,
    sources: Vec<Source>,
    /// The next row of each source.
    heads: BinaryHeap<Reverse<Next>>,
}

impl Merged {
    fn add(&mut self, spool: Spool, runs: Vec<Run>) -> io::Result<()> {
        self.spools.push(spool);
        for run in runs {
            let spool = self.spools.len() - 1;
            self.sources.push(Source::Run { spool, blocks: run.blocks.read(), block: Vec::new(), at: 0 });
            self.go_on(self.sources.len() - 1)?;
        }
        Ok(())
    }

    /// Reads the next row of a source; nothing at its end.
    fn go_on(&mut self, number: usize) -> io::Result<()> {
        let row = match &mut self.sources[number] {
            Source::Held(rows) => rows.next(),
            Source::Run { spool, blocks, block, at } => {
                if *at == block.len()
                    && let Some(next) = blocks.next(&mut self.spools[*spool])?
                {
                    block.clear();
                    *at = 0;
                    self.spools[*spool].get(&next, block)?;
                }
                if *at == block.len() { None } else { Some((part(block, at)?, part(block, at)?)) }
            }
        };
        if let Some((key, value)) = row {
            self.heads.push(Reverse((key, value, number)));
        }
        Ok(())
    }

    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        let Some(Reverse((key, value, number))) = self.heads.pop() else { return Ok(None) };
        self.go_on(number)?;
        Ok(Some((key, value)))
    }
}

/// Reads a key or a value.
fn part(block: &[u8], at: &mut usize) -> io::Result<Vec<u8>> {
    let read = || {
        let (length, rest) = block.get(*at..)?.split_first_chunk::<4>()?;
        rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
    };
    let part = read().ok_or(io::ErrorKind::UnexpectedEof)?;
    *at += part.len() + 4;
    Ok(part.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_come_back_in_the_order_of_keys_and_values(
            lists in prop::collection::vec(
                prop::collection::vec((prop::collection::vec(0_u8..4, 0..4), prop::collection::vec(any::<u8>(), 0..9)), 0..99),
                0..5,
            ),
            (held, most) in (0_usize..900, 0_usize..9_000),
        ) {
            let dir = tempfile::tempdir().expect("there is room");
            let mut all = lists.concat();
            let mut taken = Vec::new();
            for rows in lists {
                let mut runs = Runs::new(Aside { folder: Some(dir.path().to_owned()), held }, most);
                runs.take(rows).expect("there is room");
                taken.push(runs);
            }
            all.sort();
            let mut merged = Runs::merged(taken).expect("it is read");
            for row in all {
                prop_assert_eq!(merged.next().expect("it is read"), Some(row));
            }
            prop_assert_eq!(merged.next().expect("it is read"), None);
        }
    }

    #[test]
    fn many_runs_are_made_few_and_keep_their_rows() {
        let dir = tempfile::tempdir().expect("there is room");
        let mut runs = Runs::new(Aside { folder: Some(dir.path().to_owned()), held: 0 }, 0);
        let many = 3 * ALIKE_MAX * ALIKE_MAX + 5;
        let row = |number: usize| (number.to_be_bytes().to_vec(), vec![7; number % 50]);
        for number in (0..many).rev() {
            runs.take([row(number)]).expect("there is room");
        }
        assert_eq!(runs.sorted.len(), 8);
        let mut merged = Runs::merged(vec![runs]).expect("it is read");
        for number in 0..many {
            assert_eq!(merged.next().expect("it is read"), Some(row(number)));
        }
        assert_eq!(merged.next().expect("it is read"), None);
    }
}
