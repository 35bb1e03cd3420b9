//! Which lines of an import stood in it before, and how often, in little memory however many lines there are.
//!
//! A line is known by the first twelve bytes of its SHA-256: among a thousand million lines two of them agree by chance
//! with a probability of some 10⁻¹¹. The last lines are held in memory; the others are set aside, sorted, in runs. Of a run a sketch
//! stays in memory that knows of nearly every other line that it is not in the run: a new line, as nearly all are, is looked for
//! in no file. So a line costs sixteen bytes on the disk for each time that its run is made one with others, and of memory a byte
//! and a half, until the sketches of all runs fill the room that they have together, at some ten million lines. From there on the
//! largest are made coarser, by halves: they are never wrong about a line that is in their run, and more often about others, for
//! each of which a block is read from the file in vain. An import of more lines is slower for it, and holds no more.

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

/// How many blocks a run has at most, some 50 bytes of memory each; a run of more lines has larger ones.
const BLOCKS_MAX: usize = 8 * 1024;

/// How many runs of a kind there are, before they are made one of the next kind.
const ALIKE_MAX: usize = 8;

/// How many bits a sketch has for a line: it is wrong about one in some two hundred others.
const SKETCH_BITS: usize = 12;

/// How many bytes the sketches of all runs have together.
const SKETCHES_BYTES: usize = 16 * 1024 * 1024;

/// How many bits lie together in a sketch, so that a look at it is one at memory.
const STRETCH_BITS: usize = 512;

/// How many bits of its stretch a line marks, each named by nine bits of its hash.
const MARKS: usize = 7;

const STRETCH_BYTES: usize = STRETCH_BITS / 8;

type Line = [u8; KNOWN_BY];

/// The bits of a sketch that lie together.
type Stretch = [u64; STRETCH_BITS / 64];

/// What the one marks or the other.
fn either(mut one: Stretch, other: &Stretch) -> Stretch {
    for (word, mark) in one.iter_mut().zip(other) {
        *word |= mark;
    }
    one
}

/// How much is held; less in tests.
#[derive(Clone, Copy)]
struct Bounds {
    held: usize,
    block: usize,
    blocks: usize,
    alike: usize,
    /// Bytes of sketches.
    sketches: usize,
}

impl Bounds {
    const USUAL: Self =
        Self { held: HELD, block: BLOCK, blocks: BLOCKS_MAX, alike: ALIKE_MAX, sketches: SKETCHES_BYTES };
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
        Self::within(Bounds::USUAL, aside)
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
        let empty = self.empty(lines.len(), 0);
        let mut lines = lines.into_iter();
        self.runs.push(empty.written(&mut self.spool, |_| Ok(lines.next()))?);
        for made in 0.. {
            let alike = self.runs.iter().rev().take_while(|run| run.made == made).count();
            if alike < self.bounds.alike {
                break;
            }
            let last = self.runs.split_off(self.runs.len() - alike);
            let many = last.iter().map(|run| run.lines).sum();
            let mut joined = Joined(last.into_iter().map(Reading::of).collect());
            let empty = self.empty(many, made + 1);
            self.runs.push(empty.written(&mut self.spool, |spool| joined.next(spool))?);
        }
        Ok(())
    }

    /// A run without lines that has room for so many; its sketch has the room that the others leave it or make for it.
    fn empty(&mut self, lines: usize, made: u32) -> Run {
        let mut sketch = Plan::of(lines);
        loop {
            let all = self.runs.iter().map(|run| run.sketch.bytes()).sum::<usize>() + sketch.bytes();
            if all <= self.bounds.sketches {
                break;
            }
            let largest = self.runs.iter_mut().map(|run| &mut run.sketch).max_by_key(|sketch| sketch.bytes());
            match largest.filter(|largest| largest.bytes() > sketch.bytes()) {
                Some(largest) => largest.halve(),
                None if sketch.bytes() > STRETCH_BYTES => sketch.halved += 1,
                // Each has the least that there is.
                None => break,
            }
        }
        let in_block = self.bounds.block.max(lines.div_ceil(self.bounds.blocks));
        Run { blocks: Vec::new(), in_block, lines: 0, sketch: Sketch::of(sketch), made }
    }
}

/// Lines in the order of their bytes, set aside in blocks.
struct Run {
    /// The first line of each block, and where it lies.
    blocks: Vec<(Line, Block)>,
    /// How many lines each block has, but for the last.
    in_block: usize,
    lines: usize,
    sketch: Sketch,
    /// How often its lines were made one run of several.
    made: u32,
}

impl Run {
    /// Writes the lines that it is to have, which come in order.
    fn written(
        mut self,
        spool: &mut Spool,
        mut next: impl FnMut(&mut Spool) -> io::Result<Option<(Line, u32)>>,
    ) -> io::Result<Self> {
        let mut block: Vec<u8> = Vec::with_capacity(self.in_block * COUNTED_BYTES);
        let mut first = None;
        loop {
            let line = next(spool)?;
            let full = block.len() >= self.in_block * COUNTED_BYTES;
            if let Some(begun) = first.filter(|_| full || line.is_none()) {
                self.blocks.push((begun, spool.put(&block)?));
                block.clear();
                first = None;
            }
            let Some((line, count)) = line else {
                self.blocks.shrink_to_fit();
                return Ok(self);
            };
            first = first.or(Some(line));
            block.extend_from_slice(&line);
            block.extend_from_slice(&count.to_be_bytes());
            self.sketch.mark(&line);
            self.lines += 1;
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

/// How large a sketch is.
#[derive(Clone, Copy)]
struct Plan {
    /// How many stretches it has before it is halved.
    whole: usize,
    /// How often it is halved: each time two stretches that lie side by side become one, with the marks of both.
    halved: u32,
}

impl Plan {
    fn of(lines: usize) -> Self {
        Self { whole: lines.saturating_mul(SKETCH_BITS).div_ceil(STRETCH_BITS).max(1), halved: 0 }
    }

    /// How many stretches are left.
    const fn stretches(self) -> usize {
        ((self.whole - 1) >> self.halved) + 1
    }

    const fn bytes(self) -> usize {
        self.stretches() * STRETCH_BYTES
    }
}

/// What says of nearly every line that is not in a run that it is not, and never of one that is: a Bloom filter in stretches.
struct Sketch {
    plan: Plan,
    stretches: Vec<Stretch>,
}

impl Sketch {
    fn of(plan: Plan) -> Self {
        Self { plan, stretches: vec![[0; STRETCH_BITS / 64]; plan.stretches()] }
    }

    fn bytes(&self) -> usize {
        self.plan.bytes()
    }

    /// Makes it half as large, and coarser.
    fn halve(&mut self) {
        self.plan.halved += 1;
        let of_two = |two: &[Stretch]| two.iter().fold([0; STRETCH_BITS / 64], either);
        self.stretches = self.stretches.chunks(2).map(of_two).collect();
    }

    /// The stretch of a line, and what it marks there.
    fn marks(&self, line: &Line) -> (usize, Stretch) {
        let mut hash = xxh3_64(line);
        let mut marks = [0; STRETCH_BITS / 64];
        for _ in 0..MARKS {
            let bit = hash.to_le_bytes();
            marks[usize::from(bit[0] % 8)] |= 1 << ((hash >> 3) % 64);
            hash >>= 9;
        }
        let [high @ .., _, _, _, _] = *line;
        let at = u128::from(u64::from_be_bytes(high)) * self.plan.whole as u128;
        (usize::try_from(at >> u64::BITS).unwrap_or(0) >> self.plan.halved, marks)
    }

    fn mark(&mut self, line: &Line) {
        let (at, marks) = self.marks(line);
        self.stretches[at] = either(self.stretches[at], &marks);
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
        let of_run = |run: &Run| {
            run.blocks.capacity() * size_of::<(Line, Block)>() + run.sketch.stretches.capacity() * size_of::<Stretch>()
        };
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
            (blocks, sketches) in (1_usize..9, prop_oneof![0_usize..999, Just(usize::MAX)]),
            on_disk in any::<bool>(),
        ) {
            let dir = tempfile::tempdir().expect("there is room");
            let aside = Aside { folder: on_disk.then(|| dir.path().to_owned()), held: usize::MAX };
            let mut seen = Seen::within(Bounds { held, block, blocks, alike, sketches }, aside);
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
        let mut seen = Seen::within(Bounds { held: 512, ..Bounds::USUAL }, aside);
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
    fn more_lines_than_there_is_room_for_hold_no_more_and_are_still_counted() {
        let dir = tempfile::tempdir().expect("there is room");
        let aside = Aside { folder: Some(dir.path().to_owned()), held: usize::MAX };
        let bounds = Bounds { held: 64, block: 4, blocks: 32, alike: 4, sketches: 2 * 1024 };
        let mut seen = Seen::within(bounds, aside);
        // At twelve bits a line there is room for some thirteen hundred.
        let many = 12_000_u64;
        let mut most = 0;
        for number in 0..many {
            assert_eq!(seen.nth(known_by(number)).expect("there is room"), 1, "{number}");
            if seen.held.is_empty() {
                let sketches: usize = seen.runs.iter().map(|run| run.sketch.stretches.len() * STRETCH_BYTES).sum();
                assert!(sketches <= bounds.sketches, "{sketches} bytes after {number} lines");
                assert!(seen.runs.iter().all(|run| run.blocks.len() <= bounds.blocks));
                most = most.max(bytes(&seen));
            }
        }
        let of_run = bounds.blocks * size_of::<(Line, Block)>() + size_of::<Run>();
        assert!(most <= bounds.sketches + 2 * seen.runs.capacity() * of_run, "{most}");
        assert!(seen.runs.iter().any(|run| run.sketch.plan.halved > 1));
        for number in (0..many).step_by(41) {
            assert_eq!(seen.nth(known_by(number)).expect("it is read"), 2);
        }
    }

    #[test]
    fn a_sketch_that_is_halved_knows_its_lines_as_one_that_was_made_so() {
        let many = 1_000_u64;
        let mut halved = Sketch::of(Plan::of(1_000));
        (0..many).for_each(|number| halved.mark(&known_by(number)));
        while halved.stretches.len() > 1 {
            halved.halve();
            let mut made = Sketch::of(halved.plan);
            (0..many).for_each(|number| made.mark(&known_by(number)));
            assert!(made.stretches == halved.stretches);
            assert_eq!(halved.bytes(), halved.stretches.len() * STRETCH_BYTES);
            assert!((0..many).all(|number| halved.may_have(&known_by(number))));
        }
    }

    #[test]
    fn lines_that_cannot_be_set_aside_are_a_fault_of_the_store() {
        let nowhere = Aside { folder: Some("/nonexistent/folder".into()), held: usize::MAX };
        let mut seen = Seen::within(Bounds { held: 1, block: 1, alike: 2, ..Bounds::USUAL }, nowhere);
        let error = seen.nth(known_by(1)).expect_err("there is no such folder");
        assert!(error.to_string().contains("setting aside"), "{error}");
    }
}
