//! Laws over random trees: our proofs hold, another implementation agrees, and no flipped byte passes.

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use proptest::prelude::*;
use servanda::proof::Hash;
use servanda::proof::file::{Growth, Inclusion, Proof};
use servanda::proof::head::Head;
use servanda::proof::key::SecretKey;
use servanda::proof::tree::{Edge, Question, TileAt, Tiles, TreeError, check_growth, check_inclusion, leaf};
use sha2::Sha256;

/// A tree of so many leaves, each its own number, with all its tiles, whole or not.
struct Grown {
    tiles: BTreeMap<TileAt, Vec<Hash>>,
    root: Hash,
}

fn bytes(number: u64) -> Vec<u8> {
    format!("{{\"header\":{number}}}").into_bytes()
}

fn grown(leaves: u64) -> Grown {
    let mut edge = Edge::new();
    let mut tiles: BTreeMap<TileAt, Vec<Hash>> =
        (0..leaves).flat_map(|number| edge.push(leaf(&bytes(number)))).collect();
    tiles.extend(edge.parts());
    Grown { tiles, root: edge.root() }
}

impl Grown {
    fn answer(&self, question: Question) -> Vec<Hash> {
        let mut read = Tiles::default();
        for at in question.tiles().unwrap() {
            read.put(at, self.tiles[&at].clone());
        }
        question.answer(&read).unwrap()
    }
}

fn oracle(leaves: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..leaves).for_each(|number| tree.push(bytes(number)));
    tree
}

fn concatenated(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_leaf_is_proven_to_both_implementations(leaves in 1_u64..1_200, of in any::<prop::sample::Index>()) {
        let (tree, other) = (grown(leaves), oracle(leaves));
        let root = other.root();
        prop_assert_eq!(root.as_bytes().as_slice(), tree.root.0.as_slice());
        let index = of.index(usize::try_from(leaves).unwrap()) as u64;
        let path = tree.answer(Question::Inclusion { index, leaves });
        prop_assert_eq!(check_inclusion(&path, index, leaf(&bytes(index)), leaves, tree.root), Ok(()));
        let theirs = InclusionProof::<Sha256>::from_bytes(concatenated(&path));
        prop_assert!(root.verify_inclusion(&bytes(index), index, &theirs).is_ok());
        prop_assert_eq!(tree.answer(Question::Root { leaves }), vec![tree.root]);
    }

    #[test]
    fn every_growth_is_proven_to_both_implementations(leaves in 1_u64..1_200, from in any::<prop::sample::Index>()) {
        let from = from.index(usize::try_from(leaves).unwrap()) as u64 + 1;
        let (early, late) = (grown(from), grown(leaves));
        let path = late.answer(Question::Growth { from, leaves });
        prop_assert_eq!(check_growth(&path, (from, early.root), (leaves, late.root)), Ok(()));
        if from < leaves {
            let theirs = ConsistencyProof::<Sha256>::try_from_bytes(concatenated(&path)).unwrap();
            prop_assert!(oracle(leaves).root().verify_consistency(&oracle(from).root(), &theirs).is_ok());
        }
    }

    #[test]
    fn a_proof_is_read_from_no_more_than_two_tiles_of_a_level(
        leaves in 1_u64..(1 << 53), a in any::<u64>(), b in any::<u64>()
    ) {
        let index = a % leaves;
        for question in [Question::Inclusion { index, leaves }, Question::Growth { from: b % leaves + 1, leaves }] {
            let mut of_level: BTreeMap<u8, usize> = BTreeMap::new();
            for at in question.tiles().unwrap() {
                prop_assert!(at.width(leaves) > 0);
                *of_level.entry(at.level).or_default() += 1;
            }
            prop_assert!(of_level.len() <= 7 && of_level.values().all(|tiles| *tiles <= 2), "{:?}", of_level);
        }
    }

    #[test]
    fn an_edge_made_of_its_tiles_grows_as_the_one_that_they_are_of(before in prop_oneof![0_u64..600, 65_000_u64..66_000], more in 0_u64..600) {
        let mut edge = Edge::new();
        let mut kept: BTreeMap<TileAt, Vec<Hash>> =
            (0..before).flat_map(|number| edge.push(leaf(&bytes(number)))).collect();
        kept.extend(edge.parts());
        let tiles = Edge::tiles_at(before).into_iter().map(|at| (at, kept[&at].clone())).collect();
        let mut again = Edge::of(before, tiles).unwrap();
        for number in before..before + more {
            prop_assert_eq!(edge.push(leaf(&bytes(number))), again.push(leaf(&bytes(number))));
        }
        prop_assert_eq!((edge.root(), edge.parts()), (again.root(), again.parts()));
    }

    #[test]
    fn a_file_with_any_byte_flipped_proves_nothing(leaves in 2_u64..600, a in any::<u64>(), byte in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let tree = grown(leaves);
        let index = a % leaves;
        let key = SecretKey::of_seed("example.com/register", &[7; 32]).unwrap();
        let keys = [key.public().clone()];
        let head = Head::sign(&key, leaves, tree.root, "2026-01-05T09:00:00Z").unwrap();
        let inclusion = Inclusion {
            header: bytes(index),
            body: Some(b"{}".to_vec()),
            index,
            path: tree.answer(Question::Inclusion { index, leaves }),
            head: Head::parse(head.as_str()).unwrap(),
        };
        let from = index + 1;
        let early = grown(from);
        let earlier = Head::sign(&key, from, early.root, "2026-01-05T08:00:00Z").unwrap();
        let growth = Growth { from, path: tree.answer(Question::Growth { from, leaves }), head };
        let is_good = |text: &str| match Proof::parse(text) {
            // The body is held against its hash in the header, which only the codec can read.
            Ok(Proof::Inclusion(proof)) => proof.check().is_ok()
                && proof.head.signed_by(&keys).is_ok()
                && proof.index == index
                && proof.body.as_deref() == Some(b"{}"),
            Ok(Proof::Growth(proof)) => proof.check(&earlier).is_ok() && proof.head.signed_by(&keys).is_ok(),
            Err(_) => false,
        };
        for whole in [inclusion.to_string(), growth.to_string()] {
            prop_assert!(is_good(&whole));
            let mut flipped = whole.into_bytes();
            let at = byte.index(flipped.len());
            flipped[at] ^= 1 << bit;
            prop_assert!(!String::from_utf8(flipped).is_ok_and(|text| is_good(&text)), "byte {}", at);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC*", lines in prop::collection::vec("[a-zA-Z0-9+/= .@—-]{0,60}", 0..12)) {
        let joined = lines.join("\n");
        for text in [text, joined.clone(), format!("c2sp.org/tlog-proof@v1\n{joined}"), format!("old 3\n{joined}\n\n{joined}")] {
            prop_assert!(Proof::parse(&text).is_err());
            prop_assert!(Head::parse(&text).is_err());
        }
    }
}

#[test]
fn a_tile_that_lacks_a_hash_is_named() {
    let tree = grown(700);
    let question = Question::Inclusion { index: 300, leaves: 700 };
    let mut read = Tiles::default();
    for at in question.tiles().unwrap() {
        read.put(at, tree.tiles[&at][..at.width(700) - 1].to_vec());
    }
    let missing = question.answer(&read).unwrap_err();
    assert!(matches!(missing, TreeError::Missing { .. }), "{missing:?}");
    assert!(Question::Inclusion { index: 700, leaves: 700 }.tiles().is_err());
    assert!(Question::Growth { from: 0, leaves: 700 }.tiles().is_err());
}
