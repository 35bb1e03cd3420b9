//! The indexes say what a plain fold of the same commits says, however the commits are cut into merges.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn stream(number: u8) -> StreamId {
    StreamId::new(Uuid::from_u128(u128::from(number) << 100))
}

/// Ids whose hashes are often the same in their first half, as those of one second are.
fn command(number: u64) -> CommandId {
    CommandId::new(Uuid::from_u128(u128::from(number)))
}

fn tree() -> sled::Db {
    sled::Config::new().temporary(true).segment_size(crate::log::sled::layout::SEGMENT_BYTES).open().unwrap()
}

type Unindexed = (HashMap<StreamId, Vec<Place>>, HashMap<CommandId, Position>);

/// Commits as places, dealt to streams; the n-th has the n-th command.
fn commits(dealt: &[(u8, u32)]) -> Vec<(StreamId, CommandId, Place)> {
    let (mut versions, mut end) = (HashMap::<u8, u64>::new(), 0);
    dealt
        .iter()
        .zip(0_u64..)
        .map(|((to, count), number)| {
            let version = versions.entry(*to).or_default();
            let place = Place { first: Position::new(end), first_seq: *version + 1, count: *count };
            *version += u64::from(*count);
            end += u64::from(*count);
            (stream(*to), command(number), place)
        })
        .collect()
}

fn unindexed(commits: &[(StreamId, CommandId, Place)]) -> Unindexed {
    let mut new = Unindexed::default();
    for (stream, command, place) in commits {
        new.0.entry(*stream).or_default().push(*place);
        new.1.insert(*command, place.first);
    }
    new
}

fn merged(tree: &Tree, new: &Unindexed, end: Position, batches: usize) {
    let mut applied = 0;
    let outcome = merge(tree, (&new.0, &new.1), end, |batch| {
        applied += 1;
        if applied > batches {
            return Err(damaged(crate::log::Place::Store, "the process was killed here"));
        }
        tree.apply_batch(batch).unwrap();
        Ok(())
    });
    assert_eq!(outcome.is_ok(), applied <= batches);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_merges_every_commit_is_found(
        dealt in prop::collection::vec((0..12_u8, 1..5_u32), 1..3000),
        cuts in prop::collection::vec((1..1500_usize, 0..5_usize), 1..6),
        seqs in prop::collection::vec(0..4000_u64, 4),
    ) {
        let tree = tree();
        let all = commits(&dealt);
        let mut done = 0;
        for (size, batches) in cuts.iter().cycle() {
            let part = &all[done..all.len().min(done + size)];
            let Some((_, _, last)) = part.last() else {
                break;
            };
            let end = Position::new(last.end());
            let new = unindexed(part);
            // First a merge that a kill cuts short, then the same again with all of it.
            if *batches < 3 {
                merged(&tree, &new, end, *batches);
            }
            merged(&tree, &new, end, usize::MAX);
            prop_assert_eq!(position(&tree).unwrap(), end);
            done += part.len();
        }
        for to in 0..13 {
            let to = stream(to);
            let of_stream: Vec<Place> = all.iter().filter(|(of, ..)| *of == to).map(|(_, _, place)| *place).collect();
            let version = of_stream.last().map_or(0, |place| place.version());
            prop_assert_eq!(versions(&tree, &[to]).unwrap()[&to], version);
            for from in seqs.iter().map(|seq| seq % (version + 2)) {
                let found = places(&tree, to, from, usize::MAX, Position::new(u64::MAX)).unwrap();
                let expected: Vec<Place> = of_stream.iter().filter(|place| place.version() >= from).copied().collect();
                prop_assert_eq!(found, expected);
            }
        }
        let asked: Vec<_> = (0..all.len() as u64 + 50).map(command).collect();
        let found: HashMap<_, _> = candidates(&tree, &asked).unwrap().collect();
        for (_, command, place) in &all {
            prop_assert!(found[command].contains(&place.first));
        }
    }

    #[test]
    fn no_bytes_break_the_reading_of_an_index(bytes in prop::collection::vec(prop_oneof![0..4_u8, any::<u8>()], 0..60)) {
        if let Some(head) = Head::read(&bytes) {
            prop_assert_eq!(head.write(), bytes.clone());
        }
        if let Some(positions) = read_positions(&bytes) {
            prop_assert_eq!(write_positions(&positions), bytes);
        }
    }
}

#[test]
fn commands_with_the_same_hash_are_all_led_to() {
    let tree = tree();
    // Found by trying: with the same first bytes, 32 bits of the hash are left to tell them apart.
    let mut seen = HashMap::new();
    let (one, other) = (0_u64..)
        .find_map(|number| {
            seen.insert(hash(command(number)), number).map(|earlier| (command(earlier), command(number)))
        })
        .unwrap();
    let place = |first, seq| Place { first: Position::new(first), first_seq: seq, count: 1 };
    let all =
        [(stream(1), one, place(0, 1)), (stream(1), command(u64::MAX), place(1, 2)), (stream(1), other, place(2, 3))];
    for (part, end) in [(&all[..2], 2), (&all[2..], 3)] {
        merged(&tree, &unindexed(part), Position::new(end), usize::MAX);
    }
    for asked in [one, other] {
        let found: Vec<_> = candidates(&tree, &[asked]).unwrap().collect();
        assert_eq!(found, [(asked, vec![Position::START, Position::new(2)])]);
    }
}

#[test]
fn commits_that_do_not_follow_those_in_the_index_are_not_taken_in() {
    let tree = tree();
    let place = |first, seq| Place { first: Position::new(first), first_seq: seq, count: 2 };
    merged(&tree, &unindexed(&[(stream(1), command(1), place(0, 1))]), Position::new(2), usize::MAX);
    let gap = unindexed(&[(stream(1), command(2), place(2, 4))]);
    let outcome = merge(&tree, (&gap.0, &gap.1), Position::new(4), |_| Ok(()));
    assert!(matches!(outcome, Err(ReadError::Damaged { place: crate::log::Place::Stream(of), .. }) if of == stream(1)));
}
