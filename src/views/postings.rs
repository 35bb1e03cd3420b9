//! Where words stand, as it is kept: for each word the agreements in which it stands, in blocks of the log.
//!
//! ```text
//! n <position 8>             the reference of the agreement whose first event has this position
//! w <word> 0 <block 4>       the agreements of a block in which the word stands: for each its position and first day
//! ```
//!
//! An agreement goes by the position of its first event, a small number that never changes. A block holds the agreements
//! that began in a stretch of the log, so that a new word rewrites one short list however common it is. In a list positions
//! and days are differences to the one before, in as few bytes as they need.

use std::collections::BTreeMap;

use super::tables::Range;
use super::words::Sought;
use crate::domain::day::Day;
use crate::domain::id::Reference;

pub(super) const AGREEMENT: u8 = b'n';
const WORD: u8 = b'w';

/// How many positions of the log one block spans: a list stays within some kilobytes, and a common word has few of them.
const BLOCK: u64 = 16_384;

/// The agreements in which a word stands, by the positions of their first events, each with the first day.
pub type Postings = BTreeMap<u64, Day>;

/// The block of an agreement.
#[must_use]
pub const fn block_of(position: u64) -> u64 {
    position / BLOCK
}

/// The key of an agreement's reference.
#[must_use]
pub fn agreement_key(position: u64) -> Vec<u8> {
    [&[AGREEMENT][..], &position.to_be_bytes()].concat()
}

/// The reference that is kept under an agreement's key.
#[must_use]
pub fn reference_of(value: &[u8]) -> Option<Reference> {
    Reference::parse(std::str::from_utf8(value).ok()?).ok()
}

/// The key of a word's list in a block.
#[must_use]
pub fn word_key(word: &str, block: u64) -> Vec<u8> {
    let block = u32::try_from(block).unwrap_or(u32::MAX).to_be_bytes();
    [&[WORD][..], word.as_bytes(), &[0], &block].concat()
}

/// The lists of a word that is looked for.
#[must_use]
pub fn lists_of(sought: &Sought) -> Range {
    let from = [&[WORD][..], sought.word.as_bytes()].concat();
    let mut before = from.clone();
    if sought.begins {
        // No byte of UTF-8 is 255.
        if let Some(last) = before.last_mut() {
            *last += 1;
        }
        return (from, before);
    }
    before.push(1);
    ([from, vec![0]].concat(), before)
}

pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or(0));
}

pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f).checked_shl(shift)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Writes a list; nothing for one that is empty.
#[must_use]
pub fn written(postings: &Postings) -> Option<Vec<u8>> {
    listed(postings.iter().map(|(position, day)| (*position, *day)))
}

/// Writes the agreements of a list, which come in the order of their positions; nothing where there are none.
#[must_use]
pub fn listed(postings: impl Iterator<Item = (u64, Day)>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(postings.size_hint().0 * 4);
    let (mut before, mut day_before) = (0, 0);
    for (position, day) in postings {
        let day = Day::MIN.days_until(day);
        let apart: i64 = day - day_before;
        put(&mut bytes, position - before);
        // The sign goes into the lowest bit, so that small differences are short either way.
        put(&mut bytes, (apart.unsigned_abs() << 1) | u64::from(apart < 0));
        (before, day_before) = (position, day);
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Reads a list; none where it is not one.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Postings> {
    let mut postings = Postings::new();
    each(bytes, |position, day| {
        postings.insert(position, day);
    })?;
    Some(postings)
}

/// Hands over the agreements of a list in their order; none where it is not one.
fn each(mut bytes: &[u8], mut hand: impl FnMut(u64, Day)) -> Option<()> {
    let (mut position, mut day) = (0_u64, 0_i64);
    while !bytes.is_empty() {
        position = position.checked_add(take(&mut bytes)?)?;
        let apart = take(&mut bytes)?;
        let far = i64::try_from(apart >> 1).ok()?;
        day = if apart & 1 == 1 { day.checked_sub(far)? } else { day.checked_add(far)? };
        hand(position, Day::MIN.plus_days(day)?);
    }
    Some(())
}

/// Joins lists of different agreements, written; none where one of them is not a list.
#[must_use]
pub fn joined(mut lists: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    if lists.len() == 1 {
        return lists.pop();
    }
    let mut postings: Vec<(u64, Day)> = Vec::new();
    for list in lists {
        each(&list, |position, day| postings.push((position, day)))?;
    }
    // Lists are in order: a stable sort takes them as they come.
    postings.sort_by_key(|(position, _)| *position);
    listed(postings.into_iter())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(all in prop::collection::btree_map(0_u64..5_000_000, 0_i64..3_652_058, 0..50)) {
            let postings: Postings =
                all.into_iter().map(|(at, day)| (at, Day::MIN.plus_days(day).expect("a day"))).collect();
            prop_assert_eq!(read(&written(&postings).unwrap_or_default()), Some(postings));
        }

        #[test]
        fn no_bytes_lead_to_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn the_longest_key_stays_within_the_bound_of_the_store() {
        let word = "w".repeat(crate::views::words::WORD_BYTES_MAX);
        assert!(word_key(&word, u64::MAX).len() <= crate::log::VIEW_KEY_BYTES_MAX);
    }
}
