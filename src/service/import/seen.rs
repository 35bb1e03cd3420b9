//! Which lines of an import stood in it before, and how often, in little memory however many lines there are.
//!
//! A line is known by the first twelve bytes of its SHA-256: among a thousand million lines two of them agree by chance
//! with a probability of some 10⁻¹¹. The last lines are held in memory; the others are set aside, sorted, in runs. Of a run a sketch
//! stays in memory that knows of nearly every other line that it is not in the run: a new line, as nearly all are, is looked for
//! in no file. So a line costs two bytes of memory, and sixteen on the disk for each time that its run is made one with others.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::vec;

use xxhash_rust::xxh3::xxh3_64;

use crate::service::error::QueryError;
use crate::service::spool::{Aside, Block, Spool, failed};

/// The bytes by which a line is known.
pub(super) const KNOWN_BY: usize = 12;

/// How many bytes a line has that was set aside: those by which it is known, and how often it stood.
const COUNTED_BYTES: usize = KNOWN_BY + size_of::<u32>();

/// How many lines are held in memory, some 20 bytes each: as many as a map of 65,536 places takes.
const HELD: usize = 56 * 1024;

/// How many lines a block has: one is read where a sketch is wrong, or a line stood before.
const BLOCK: usize = 256;

/// How many runs of a kind there are, before they are made one of the next kind.
const ALIKE_MAX: usize = 8;

/// How many bits a sketch has for a line: it is wrong about one in some two hundred others.
const SKETCH_BITS: usize = 12;

/// How many bits lie together in a sketch, so that a look at it is one at memory.
const STRETCH_BITS: usize = 512;

/// How many bits of its stretch a line marks, each named by nine bits of its hash.
const MARKS: usize = 7;

type Line = [u8; KNOWN_BY];

/// How much is held; less in tests.
#[derive(Clone, Copy)]
struct Bounds {
    held: usize,
    block: usize,
    alike: usize,
}

/// The lines of an import so far.
pub(super) struct Seen {
    bounds: Bounds,
    /// The lines that came last, and how often they stood.
    held: HashMap<Line, u32>,
    spool: Spool,
    /// Lines that were set aside, the last ones at the end. What a later run says of a line counts.
    runs: Vec<Run>,
    /// A block that was read.
    block: Vec<u8>,
}

impl Seen {
    /// No lines yet; where they are set aside, nothing of them is held.
    pub(super) fn new(aside: Aside) -> Self {
        Self::within(Bounds { held: HELD, block: BLOCK, alike: ALIKE_MAX }, aside)
    }

    fn within(bounds: Bounds, aside: Aside) -> Self {
        let spool = Spool::new(Aside { held: 0, ..aside });
        Self { bounds, held: HashMap::new(), spool, runs: Vec::new(), block: Vec::new() }
    }

    /// Takes a line in; returns how often it has stood by now, this time included.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when lines cannot be set aside, or not be read back.
    pub(super) fn nth(&mut self, line: Line) -> Result<u32, QueryError> {
        self.counted(line).map_err(failed)
    }

    fn counted(&mut self, line: Line) -> io::Result<u32> {
        let before = match self.held.get(&line) {
            Some(count) => *count,
            None => self.set_aside_of(&line)?,
        };
        let now = before.saturating_add(1);
        self.held.insert(line, now);
        if self.held.len() >= self.bounds.held {
            self.set_aside()?;
        }
        Ok(now)
    }

    /// How often a line stood when it was set aside last.
    fn set_aside_of(&mut self, line: &Line) -> io::Result<u32> {
        for run in self.runs.iter().rev() {
            if let Some(count) = run.count_of(line, &mut self.spool, &mut self.block)? {
                return Ok(count);
            }
        }
        Ok(0)
    }

    fn set_aside(&mut self) -> io::Result<()> {
        let mut lines: Vec<(Line, u32)> = self.held.drain().collect();
        lines.sort_unstable();
        let many = lines.len();
        let mut lines = lines.into_iter();
        let run = Run::write(&mut self.spool, (many, self.bounds.block, 0), |_| Ok(lines.next()))?;
        self.runs.push(run);
        for made in 0.. {
            let alike = self.runs.iter().rev().take_while(|run| run.made == made).count();
            if alike < self.bounds.alike {
                break;
            }
            let last = self.runs.split_off(self.runs.len() - alike);
            let many = last.iter().map(|run| run.lines).sum();
            let mut joined = Joined(last.into_iter().map(Reading::of).collect());
            let run = Run::write(&mut self.spool, (many, self.bounds.block, made + 1), |spool| joined.next(spool))?;
            self.runs.push(run);
        }
        Ok(())
    }
}

/// Lines in the order of their bytes, set aside in blocks.
struct Run {
    /// The first line of each block, and where it lies.
    blocks: Vec<(Line, Block)>,
    lines: usize,
    sketch: Sketch,
    /// How often its lines were made one run of several.
    made: u32,
}

impl Run {
    /// Writes at most so many lines, which come in order, in blocks of so many.
    fn write(
        spool: &mut Spool,
        (many, in_block, made): (usize, usize, u32),
        mut next: impl FnMut(&mut Spool) -> io::Result<Option<(Line, u32)>>,
    ) -> io::Result<Self> {
        let mut run = Self { blocks: Vec::new(), lines: 0, sketch: Sketch::of(many), made };
        let mut block: Vec<u8> = Vec::with_capacity(in_block * COUNTED_BYTES);
        let mut first = None;
        loop {
            let line = next(spool)?;
            let full = block.len() >= in_block * COUNTED_BYTES;
            if let Some(begun) = first.filter(|_| full || line.is_none()) {
                run.blocks.push((begun, spool.put(&block)?));
                block.clear();
                first = None;
            }
            let Some((line, count)) = line else {
                run.blocks.shrink_to_fit();
                return Ok(run);
            };
            first = first.or(Some(line));
            block.extend_from_slice(&line);
            block.extend_from_slice(&count.to_be_bytes());
            run.sketch.mark(&line);
            run.lines += 1;
        }
    }

    /// How often a line stood, if it is in this run.
    fn count_of(&self, line: &Line, spool: &mut Spool, block: &mut Vec<u8>) -> io::Result<Option<u32>> {
        if !self.sketch.may_have(line) {
            return Ok(None);
        }
        let at = self.blocks.partition_point(|(first, _)| first <= line);
        let Some((_, lying)) = at.checked_sub(1).and_then(|at| self.blocks.get(at)) else { return Ok(None) };
        block.clear();
        spool.get(lying, block)?;
        let (lines, _) = block.as_chunks::<COUNTED_BYTES>();
        let found = lines.binary_search_by(|counted| counted[..KNOWN_BY].cmp(line));
        Ok(found.ok().and_then(|at| read(&lines[at])).map(|(_, count)| count))
    }
}

fn read(counted: &[u8]) -> Option<(Line, u32)> {
    let (line, count) = counted.split_first_chunk::<KNOWN_BY>()?;
    Some((*line, u32::from_be_bytes(count.try_into().ok()?)))
}

/// A run that is read from its first line on.
struct Reading {
    blocks: vec::IntoIter<(Line, Block)>,
    block: Vec<u8>,
    at: usize,
}

impl Reading {
    fn of(run: Run) -> Self {
        Self { blocks: run.blocks.into_iter(), block: Vec::new(), at: 0 }
    }

    /// The line that it has come to.
    fn head(&mut self, spool: &mut Spool) -> io::Result<Option<(Line, u32)>> {
        if self.at == self.block.len() {
            let Some((_, next)) = self.blocks.next() else { return Ok(None) };
            (self.block, self.at) = (mem::take(&mut self.block), 0);
            self.block.clear();
            spool.get(&next, &mut self.block)?;
        }
        let counted = self.block.get(self.at..self.at + COUNTED_BYTES).and_then(read);
        counted.map(Some).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Runs side by side, in the order in which they were set aside.
struct Joined(Vec<Reading>);

impl Joined {
    /// The next line in order, with the last that is said of it.
    fn next(&mut self, spool: &mut Spool) -> io::Result<Option<(Line, u32)>> {
        let mut least: Option<(Line, u32)> = None;
        for reading in &mut self.0 {
            let Some(head) = reading.head(spool)? else { continue };
            if least.is_none_or(|(line, _)| head.0 <= line) {
                least = Some(head);
            }
        }
        if let Some((line, _)) = least {
            for reading in &mut self.0 {
                if reading.head(spool)?.is_some_and(|(same, _)| same == line) {
                    reading.at += COUNTED_BYTES;
                }
            }
        }
        Ok(least)
    }
}

/// What says of nearly every line that is not in a run that it is not, and never of one that is: a Bloom filter in stretches.
struct Sketch {
    stretches: Vec<[u64; STRETCH_BITS / 64]>,
}

impl Sketch {
    fn of(lines: usize) -> Self {
        let stretches = (lines * SKETCH_BITS).div_ceil(STRETCH_BITS).max(1);
        Self { stretches: vec![[0; STRETCH_BITS / 64]; stretches] }
    }

    /// The stretch of a line, and what it marks there.
    fn marks(&self, line: &Line) -> (usize, [u64; STRETCH_BITS / 64]) {
        let mut hash = xxh3_64(line);
        let mut marks = [0; STRETCH_BITS / 64];
        for _ in 0..MARKS {
            let bit = hash.to_le_bytes();
            marks[usize::from(bit[0] % 8)] |= 1 << ((hash >> 3) % 64);
            hash >>= 9;
        }
        let [high @ .., _, _, _, _] = *line;
        let at = u128::from(u64::from_be_bytes(high)) * self.stretches.len() as u128;
        (usize::try_from(at >> u64::BITS).unwrap_or(0), marks)
    }

    fn mark(&mut self, line: &Line) {
        let (at, marks) = self.marks(line);
        for (word, mark) in self.stretches[at].iter_mut().zip(marks) {
            *word |= mark;
        }
    }

    fn may_have(&self, line: &Line) -> bool {
        let (at, marks) = self.marks(line);
        self.stretches[at].iter().zip(marks).all(|(word, mark)| word & mark == mark)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// As many bytes of memory as there are, but for what is held and for one block.
    fn bytes(seen: &Seen) -> usize {
        let of_run = |run: &Run| run.blocks.capacity() * size_of::<(Line, Block)>() + run.sketch.stretches.len() * 64;
        seen.runs.iter().map(of_run).sum::<usize>() + seen.runs.capacity() * size_of::<Run>()
    }

    fn known_by(number: u64) -> Line {
        let mut line = [0; KNOWN_BY];
        line.copy_from_slice(&Sha256::digest(number.to_be_bytes())[..KNOWN_BY]);
        line
    }

    proptest! {
        #[test]
        fn a_line_is_counted_as_often_as_it_stands(
            lines in prop::collection::vec((0..3_u8, 0..3_u8, 0..9_u8), 0..300),
            (held, block, alike) in (1_usize..40, 1_usize..9, 2_usize..5),
            on_disk in any::<bool>(),
        ) {
            let dir = tempfile::tempdir().expect("there is room");
            let aside = Aside { folder: on_disk.then(|| dir.path().to_owned()), held: usize::MAX };
            let mut seen = Seen::within(Bounds { held, block, alike }, aside);
            let mut counts: HashMap<Line, u32> = HashMap::new();
            for (first, second, last) in lines {
                let mut line = [0; KNOWN_BY];
                (line[0], line[1], line[KNOWN_BY - 1]) = (first, second, last);
                let count = counts.entry(line).or_insert(0);
                *count += 1;
                prop_assert_eq!(seen.nth(line).expect("there is room"), *count);
                prop_assert!(seen.held.len() < held);
            }
        }
    }

    #[test]
    fn of_many_lines_two_bytes_each_stay_in_memory() {
        let dir = tempfile::tempdir().expect("there is room");
        let aside = Aside { folder: Some(dir.path().to_owned()), held: usize::MAX };
        let mut seen = Seen::within(Bounds { held: 512, block: BLOCK, alike: ALIKE_MAX }, aside);
        let many = 100_000_u64;
        for number in 0..many {
            assert_eq!(seen.nth(known_by(number)).expect("there is room"), 1);
        }
        assert!(seen.runs.len() <= ALIKE_MAX * 4, "{}", seen.runs.len());
        assert!(bytes(&seen) as u64 <= 2 * many, "{}", bytes(&seen));
        let wrong =
            (many..2 * many).filter(|number| seen.runs.iter().any(|run| run.sketch.may_have(&known_by(*number))));
        // Each of the runs is asked, and each may be wrong.
        assert!(wrong.count() < 15_000);
        for number in (0..many).step_by(97) {
            assert_eq!(seen.nth(known_by(number)).expect("it is read"), 2);
        }
    }

    #[test]
    fn lines_that_cannot_be_set_aside_are_a_fault_of_the_store() {
        let nowhere = Aside { folder: Some("/nonexistent/folder".into()), held: usize::MAX };
        let mut seen = Seen::within(Bounds { held: 1, block: 1, alike: 2 }, nowhere);
        let error = seen.nth(known_by(1)).expect_err("there is no such folder");
        assert!(error.to_string().contains("setting aside"), "{error}");
    }
}
