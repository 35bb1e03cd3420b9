//! A packed table is the map that was merged into it, for any merges, and says so when a page of it is lost or altered.

use std::collections::BTreeMap;

use ::sled::{Batch, Config, Db, IVec};
use proptest::prelude::*;

use super::merge::PAGE_BYTES;
use super::*;
use crate::log::sled::layout::SEGMENT_BYTES;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

fn db() -> Db {
    Config::new().temporary(true).segment_size(SEGMENT_BYTES).flush_every_ms(None).open().unwrap()
}

fn table(compressed: bool) -> Table<'static> {
    Table { prefix: b"t", kind: Kind::ViewPage, place: Place::View("t".to_owned()), compressed }
}

/// Merges changes in batches of so many bytes of pages; returns how many chunks each wrote.
fn merged_within(db: &Db, table: &Table<'_>, changes: Changes, bytes_max: usize) -> Vec<usize> {
    let mut changes = changes.into_iter().peekable();
    let mut written = Vec::new();
    while changes.peek().is_some() {
        let mut batch = Batch::default();
        written.push(merge_some(db, table, &mut changes, bytes_max, &mut batch).unwrap().len());
        db.apply_batch(batch).unwrap();
    }
    written
}

fn merged(db: &Db, table: &Table<'_>, changes: Changes) {
    let mut batch = Batch::default();
    merge(db, table, changes, &mut batch).unwrap();
    db.apply_batch(batch).unwrap();
}

fn take_in(model: &mut Model, changes: &Changes) {
    for (key, value) in changes {
        match value {
            Some(value) => model.insert(key.clone(), value.clone()),
            None => model.remove(key),
        };
    }
}

fn all(db: &Db, table: &Table<'_>) -> Result<Vec<Entry>, ReadError> {
    range(db, table, &[], None).collect()
}

/// Bytes that do not compress, and differ from number to number.
fn noise(number: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 16);
    let mut block = number;
    while bytes.len() < length {
        bytes.extend_from_slice(&frame::digest(&block.to_be_bytes()).to_be_bytes());
        block = block.wrapping_add(1 << 32);
    }
    bytes.truncate(length);
    bytes
}

fn numbered(numbers: impl Iterator<Item = u64>, length: usize) -> Changes {
    numbers.map(|number| (number.to_be_bytes().to_vec(), Some(noise(number, length)))).collect()
}

/// Short keys that meet often, with zeros, and with each other as beginnings.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => Just(0_u8), 2 => Just(1), 2 => Just(255), 3 => any::<u8>()];
    prop_oneof![
        1 => Just(Vec::new()),
        8 => prop::collection::vec(byte, 0..4),
        3 => (0..400_u16).prop_map(|number| number.to_be_bytes().to_vec()),
        1 => (0..9_u8).prop_map(|last| { let mut key = vec![0; 191]; key.push(last); key }),
    ]
}

fn value() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        5 => Just(None),
        6 => (any::<u64>(), 0..900_usize).prop_map(|(number, length)| Some(noise(number, length))),
        2 => (any::<u8>(), 900..9_000_usize).prop_map(|(byte, length)| Some(vec![byte; length])),
        1 => (any::<u64>(), 20_000..90_000_usize).prop_map(|(number, length)| Some(noise(number, length))),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Merge(Changes),
    /// Takes away whatever lies between two keys.
    Empty(Vec<u8>, Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::btree_map(key(), value(), 0..8).prop_map(Step::Merge),
        3 => prop::collection::btree_map(key(), value(), 60..160).prop_map(Step::Merge),
        2 => (key(), key()).prop_map(|(from, to)| Step::Empty(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_table_is_the_map_that_was_merged_into_it(
        steps in prop::collection::vec(step(), 1..10),
        asked in prop::collection::vec(key(), 12),
        (compressed, within) in (any::<bool>(), prop::option::of(1..8 * PAGE_BYTES)),
    ) {
        let (db, table) = (db(), table(compressed));
        db.insert(b"s", b"another table's, before").unwrap();
        db.insert(b"u", b"another table's, behind").unwrap();
        let mut model = Model::new();
        for step in steps {
            let changes = match step {
                Step::Merge(changes) => changes,
                Step::Empty(from, to) => {
                    model.keys().filter(|key| **key >= from && **key < to).map(|key| (key.clone(), None)).collect()
                }
            };
            take_in(&mut model, &changes);
            match within {
                None => merged(&db, &table, changes),
                Some(bytes_max) => drop(merged_within(&db, &table, changes, bytes_max)),
            }
            let expected: Vec<_> = model.clone().into_iter().collect();
            prop_assert!(all(&db, &table).unwrap() == expected);
            for key in &asked {
                prop_assert!(get(&db, &table, key).unwrap() == model.get(key).cloned());
            }
            let mut sorted: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
            for _ in 0..2 {
                let found = get_many(&db, &table, &sorted).unwrap();
                prop_assert!(found == sorted.iter().map(|key| model.get(*key).cloned()).collect::<Vec<_>>());
                sorted.sort_unstable();
            }
            for ends in asked.windows(2) {
                let (from, to) = (&ends[0], &ends[1]);
                let found: Vec<_> = range(&db, &table, from, Some(to)).map(Result::unwrap).collect();
                let wanted = expected.iter().filter(|(key, _)| key >= from && key < to).cloned();
                prop_assert!(found == wanted.collect::<Vec<_>>());
            }
            prop_assert!(!model.is_empty() || db.scan_prefix(table.prefix).next().is_none(), "nothing has no pages");
        }
    }

    #[test]
    fn a_lost_or_altered_chunk_is_never_read_over(compressed in any::<bool>(), which in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>(), lost in any::<bool>()) {
        let (db, table) = (db(), table(compressed));
        merged(&db, &table, numbered(0..600, 200));
        let chunks: Vec<(IVec, IVec)> = db.scan_prefix(table.prefix).map(Result::unwrap).collect();
        prop_assert!(chunks.len() > 3);
        let (at, old) = &chunks[which.index(chunks.len())];
        if lost {
            db.remove(at).unwrap();
        } else {
            let mut bytes = old.to_vec();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            db.insert(at, bytes).unwrap();
        }
        let read = all(&db, &table);
        prop_assert!(matches!(read, Err(ReadError::Damaged { place: Place::View(_), .. })), "{read:?}");
        for number in 0..600_u64 {
            let found = get(&db, &table, &number.to_be_bytes());
            prop_assert!(found.is_err() || found.unwrap() == Some(noise(number, 200)));
        }
        // A change that touches what is damaged is refused; others go on.
        for number in [0, 300, 599_u64] {
            let _ = merge(&db, &table, numbered(number..=number, 10), &mut Batch::default());
        }
    }
}

#[test]
fn a_page_of_an_earlier_time_is_not_read_as_todays() {
    let (db, table) = (db(), table(false));
    merged(&db, &table, numbered(0..100, 200));
    let before: Vec<(IVec, IVec)> = db.scan_prefix(table.prefix).map(Result::unwrap).collect();
    merged(&db, &table, numbered(50..51, 199));
    for (at, old) in before {
        let new = db.get(&at).unwrap().unwrap();
        if new != old {
            db.insert(&at, old).unwrap();
            assert!(matches!(all(&db, &table), Err(ReadError::Damaged { .. })));
            db.insert(&at, new).unwrap();
        }
    }
    assert_eq!(all(&db, &table).unwrap().len(), 100);
}

#[test]
fn what_comes_in_order_fills_its_pages() {
    let (db, table) = (db(), table(false));
    for step in 0..200_u64 {
        merged(&db, &table, numbered(step * 50..(step + 1) * 50, 40));
    }
    let bytes: usize = db.scan_prefix(table.prefix).map(|item| item.unwrap().1.len()).sum();
    let entries = all(&db, &table).unwrap();
    let raw: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
    assert_eq!(entries.len(), 10_000);
    assert!(bytes < raw + raw / 10, "{bytes} bytes for {raw}");
}

#[test]
fn small_neighbours_are_joined_and_large_values_lie_alone() {
    let (db, table) = (db(), table(false));
    merged(&db, &table, numbered(0..2000, 200));
    let full = db.scan_prefix(table.prefix).count();
    let thin: Changes = (0..2000_u64).filter(|n| n % 50 != 0).map(|n| (n.to_be_bytes().to_vec(), None)).collect();
    for (key, value) in thin {
        merged(&db, &table, BTreeMap::from([(key, value)]));
    }
    let thinned = db.scan_prefix(table.prefix).count();
    assert!(thinned * 10 < full, "{thinned} chunks of {full}");
    merged(&db, &table, BTreeMap::from([(1000_u64.to_be_bytes().to_vec(), Some(noise(1, 40 * PAGE_BYTES)))]));
    let large: Vec<IVec> = db.scan_prefix(table.prefix).values().map(Result::unwrap).collect();
    merged(&db, &table, numbered(999..1000, 20));
    merged(&db, &table, numbered(1049..1051, 20));
    let same = db.scan_prefix(table.prefix).values().filter(|value| large.contains(value.as_ref().unwrap())).count();
    assert!(same + 4 >= large.len(), "the large value was not written again: {same} of {} chunks", large.len());
    assert_eq!(all(&db, &table).unwrap().len(), 42);
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let (db, table) = (db(), table(true));
    merged(&db, &table, numbered(0..500, 100));
    let mut batch = Batch::default();
    let mut same = numbered(3..400, 100);
    same.insert(b"not there".to_vec(), None);
    merge(&db, &table, same, &mut batch).unwrap();
    assert_eq!(format!("{batch:?}"), format!("{:?}", Batch::default()));
}

#[test]
fn a_cleared_table_leaves_its_neighbours() {
    let (db, table) = (db(), table(true));
    db.insert(b"s", b"x").unwrap();
    db.insert(b"u", b"x").unwrap();
    merged(&db, &table, numbered(0..20_000, 300));
    clear(&db, table.prefix).unwrap();
    assert_eq!(all(&db, &table).unwrap(), []);
    assert_eq!(db.len(), 2);
}

#[test]
fn a_batch_that_is_bounded_writes_no_more_than_its_pages() {
    let (db, table) = (db(), table(false));
    merged(&db, &table, numbered(0..20_000, 100));
    let every_page: Changes = numbered(0..20_000, 99).into_iter().step_by(100).collect();
    let written = merged_within(&db, &table, every_page, 4 * PAGE_BYTES);
    assert!(written.len() > 10, "{written:?}");
    assert!(written.iter().all(|chunks| *chunks <= 16), "{written:?}");
}
