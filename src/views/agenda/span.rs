//! Spans of days, and the cells that they lie in.
//!
//! A span lies in each cell of days that it touches. Cells come in sizes, each eight times the one before, and a span lies in
//! those of the smallest size of which it touches at most [`TOUCHED_MAX`]: so what a window reads beyond what it asks for lies
//! about as near to it as it is long.

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::views::tables::Range;

/// The number of a day that never comes.
pub(in crate::views) const NEVER: u32 = u32::MAX;

/// How many cells of its size a span touches at most.
const TOUCHED_MAX: u32 = 4;

/// The sizes of cells, as powers of two of a day: from some month to more than a third of the calendar, so that every span
/// has its size.
const SIZES: [u32; 6] = [5, 8, 11, 14, 17, 20];

/// What stands in the place of a size in the keys of spans that never end.
const ENDLESS: u8 = u8::MAX;

/// Spans with as few days between them are one.
const APART_DAYS: u32 = 31;

/// How many bytes a key has before the address of what it is about: the table, the size, the cell, the first and the last day.
const STEM_BYTES: usize = 1 + 1 + 3 + 4 + 4;

/// A day's number: how many days after the first of all; [`NEVER`] for none.
pub(in crate::views) fn number(day: Option<Day>) -> u32 {
    day.and_then(|day| u32::try_from(Day::MIN.days_until(day)).ok()).unwrap_or(NEVER)
}

/// Days from the first to the last, both among them, by their numbers; a last one of [`NEVER`] is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span(u32, u32);

impl Span {
    /// The days that a list is asked on, and about which it is asked: the latter at least the former.
    #[must_use]
    pub fn window(on: Day, until: Day) -> Self {
        Self(number(Some(on)), number(Some(until.max(on))))
    }

    /// The span of what is listed by questions on some days, where they reach as far as its first day and it is not yet past
    /// its last; none where no question does.
    pub(super) fn shown((from, until): (Day, Option<Day>), first: Day, last: Option<Day>) -> Option<Self> {
        let (first, last) = (number(Some(first.max(from))), number(last).min(number(until)));
        // Where its first day comes after all days on which it is listed, each question about it reaches over both.
        (last >= number(Some(from))).then(|| Self(first.min(last), last))
    }

    /// Whether it has all days of another.
    #[cfg(test)]
    pub(super) const fn holds(self, other: Self) -> bool {
        self.0 <= other.0 && other.1 <= self.1
    }

    /// The beginnings of its keys in a table: one for each cell that it lies in.
    pub(in crate::views) fn stems(self, table: u8) -> impl Iterator<Item = Vec<u8>> {
        let Self(first, last) = self;
        let few = |power: &&u32| (last >> **power) - (first >> **power) < TOUCHED_MAX;
        let place = (0_u8..).zip(SIZES.iter()).find(|(_, power)| last != NEVER && few(power));
        let (size, cells) = place.map_or((ENDLESS, 0..=0), |(size, power)| (size, first >> power..=last >> power));
        cells.map(move |cell| {
            [&[table, size][..], &cell.to_be_bytes()[1..], &first.to_be_bytes(), &last.to_be_bytes()].concat()
        })
    }

    /// The ranges of a table in which everything lies that shares a day with these.
    pub(in crate::views) fn ranges(self, table: u8) -> Vec<Range> {
        let Self(first, last) = self;
        let cell = |size: u8, cell: u32| [&[table, size][..], &cell.to_be_bytes()[1..]].concat();
        let mut ranges: Vec<Range> = (0_u8..)
            .zip(SIZES)
            .map(|(size, power)| (cell(size, first >> power), cell(size, (last >> power) + 1)))
            .collect();
        let endless = cell(ENDLESS, 0);
        ranges.push((endless.clone(), [&endless[..], &last.saturating_add(1).to_be_bytes()].concat()));
        ranges
    }

    /// Whether a key is that of a span which shares a day with these, and the address in it; none where it is no such key.
    pub(in crate::views) fn meets(self, key: &[u8]) -> Option<(bool, &str)> {
        let (stem, address) = key.split_at_checked(STEM_BYTES)?;
        let (first, last) = stem.get(5..)?.split_first_chunk::<4>()?;
        let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(last.try_into().ok()?));
        Some((first <= self.1 && self.0 <= last, std::str::from_utf8(address).ok()?))
    }
}

/// Spans in order, those that lie near to each other made one, and at most so many.
pub(super) fn joined(mut spans: Vec<Span>, most: usize) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart = APART_DAYS;
    loop {
        let mut kept: Vec<Span> = Vec::new();
        for span in &spans {
            match kept.last_mut().filter(|last| span.0 <= last.1.saturating_add(apart)) {
                Some(last) => last.1 = last.1.max(span.1),
                None => kept.push(*span),
            }
        }
        if kept.len() <= most {
            return kept;
        }
        apart = apart.saturating_mul(2);
    }
}
