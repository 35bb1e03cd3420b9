//! Published vectors: RFC 6962 and 9162 proofs, C2SP notes and checkpoints; `tests/data/README.md` says whence.

use serde_json::Value;
use servanda::log::codec::hex;
use servanda::proof::Hash;
use servanda::proof::file::unbase64;
use servanda::proof::head::{Head, HeadError};
use servanda::proof::key::{KeyError, SecretKey, VerifierKey};
use servanda::proof::tree::{self, Edge, LEAVES_MAX, NOTHING, check_growth, check_inclusion};

/// The leaves that every implementation of Certificate Transparency is tried on, in hexadecimal.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots of their first one, two, … leaves.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// How many of the published proofs hold.
const HELD: usize = 12;

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A hash of a vector. What has another length on purpose stands for a hash of its own, or for none.
fn hash(value: &Value) -> Option<Hash> {
    let bytes = unbase64(value.as_str().unwrap_or_default())?;
    if bytes.starts_with(b"don't care") { Some(tree::leaf(&bytes)) } else { Some(Hash(bytes.try_into().ok()?)) }
}

/// The proof of a vector; none where one of its hashes has another length on purpose.
fn path(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(hash).collect()
}

#[test]
fn the_leaves_of_rfc_6962_have_their_published_roots() {
    assert_eq!(hex(&NOTHING.0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let mut edge = Edge::new();
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        assert_eq!(edge.push(tree::leaf(&unhex(leaf))), []);
        assert_eq!(hex(&edge.root().0), root);
    }
}

#[test]
fn every_published_proof_is_judged_as_it_was_published() {
    let (mut held, mut refused) = (0, 0);
    for line in include_str!("../data/vectors/merkle.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let number = |name: &str| case[name].as_u64().unwrap();
        let holds = match case.get("leafIdx") {
            Some(_) => (path(&case["proof"]).zip(hash(&case["leafHash"])).zip(hash(&case["root"]))).is_some_and(
                |((path, leaf), root)| {
                    check_inclusion(&path, number("leafIdx"), leaf, number("treeSize"), root).is_ok()
                },
            ),
            None => (path(&case["proof"]).zip(hash(&case["root1"])).zip(hash(&case["root2"]))).is_some_and(
                |((path, from), to)| check_growth(&path, (number("size1"), from), (number("size2"), to)).is_ok(),
            ),
        };
        assert_eq!(holds, !case["wantErr"].as_bool().unwrap(), "{}: {}", case["file"], case["desc"]);
        if holds { held += 1 } else { refused += 1 }
    }
    assert_eq!((held, refused), (HELD, 196 - HELD));
}

#[test]
fn the_checkpoints_of_a_real_log_are_signed_and_have_the_roots_of_its_entries() {
    let log: Value = serde_json::from_str(include_str!("../data/vectors/tessera.json")).unwrap();
    let key = VerifierKey::parse(log["key"].as_str().unwrap()).unwrap();
    let entries: Vec<Vec<u8>> =
        log["entries"].as_array().unwrap().iter().map(|entry| unbase64(entry.as_str().unwrap()).unwrap()).collect();
    let checkpoints = log["checkpoints"].as_array().unwrap();
    assert_eq!((entries.len(), checkpoints.len()), (15, 16));
    let mut edge = Edge::new();
    for (size, checkpoint) in checkpoints.iter().enumerate() {
        if size > 0 {
            edge.push(tree::leaf(&entries[size - 1]));
        }
        let head = Head::parse(checkpoint["note"].as_str().unwrap()).unwrap();
        assert_eq!(head.signed_by(std::slice::from_ref(&key)), Ok(&key));
        assert_eq!((head.leaves(), head.root()), (size as u64, edge.root()));
    }
    let tile: Vec<Hash> = unbase64(log["tile"].as_str().unwrap())
        .unwrap()
        .chunks(32)
        .map(|hash| Hash(hash.try_into().unwrap()))
        .collect();
    assert_eq!(edge.parts()[0].1, tile);
}

#[test]
fn the_note_of_the_c2sp_specification_is_signed_by_its_key() {
    let key = VerifierKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").unwrap();
    assert_eq!((key.name(), key.id().as_str()), ("example.com/foo", "530d903a"));
    // It is a note and no head: what it says is not of three lines.
    let note = "This is an example message.\n\n\u{2014} example.com/foo \
                Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    assert_eq!(Head::parse(note), Err(HeadError::Form));
}

#[test]
fn the_signing_key_of_the_note_package_is_read_and_written() {
    let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let secret = SecretKey::parse(text).unwrap();
    assert_eq!(secret.to_text(), text);
    assert_eq!(secret.public().as_str(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    assert_eq!(format!("{secret:?}"), "SecretKey(PeterNeumann+c74f20a3)");
}

#[test]
fn what_is_no_key_is_refused() {
    let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    for wrong in [
        "",
        "+",
        "example.com/foo",
        &key.replace("530d903a", "530d903b"),
        &key.replace("530d903a", "530D903A"),
        &key.replace("foo", "fo o"),
        &key.replace("foo", "fo\u{202e}o"),
        &key.replace("U2k", "U2l"),
        &format!("{key}="),
        &format!("{key}\n"),
        &"a".repeat(4096),
    ] {
        assert!(VerifierKey::parse(wrong).is_err(), "{wrong}");
    }
    for wrong in ["", "PRIVATE+KEY", "PRIVATE+KEY+a+00000000+AQ==", key] {
        assert_eq!(SecretKey::parse(wrong).err(), Some(KeyError::Secret), "{wrong}");
    }
    for wrong in ["", "a b", "a+b", "é", &"a".repeat(129)] {
        assert_eq!(SecretKey::of_seed(wrong, &[7; 32]).err(), Some(KeyError::Name), "{wrong}");
    }
}

#[test]
fn a_number_of_leaves_that_no_log_has_is_refused_without_a_panic() {
    for leaves in [LEAVES_MAX + 1, 1 << 62, 1 << 63, u64::MAX] {
        assert!(check_inclusion(&[NOTHING; 60], leaves - 1, NOTHING, leaves, NOTHING).is_err());
        assert!(check_growth(&[NOTHING; 60], (leaves - 1, NOTHING), (leaves, NOTHING)).is_err());
        assert!(check_growth(&[], (0, NOTHING), (leaves, NOTHING)).is_err());
    }
}
