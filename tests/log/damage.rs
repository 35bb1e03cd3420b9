//! A damaged store is reported or unharmed, never read as something else, and opening a refused one changes nothing (L7).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use servanda::log::{AppendError, EventLog, OpenError, Position, ReadError, Recorded, WitnessFinding};
use tempfile::TempDir;

use crate::given::{commit, everything, open};

/// How a store came to be what it is when the damage is done to it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Left {
    /// Closed, opened and closed again, so that sled has made its snapshot.
    Closed,
    /// As a killed process leaves it: a copy of the files of an open store.
    Killed,
}

/// What came of opening and reading a damaged store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Unharmed,
    RefusedAtOpening,
    ReportedWhenRead,
}

/// Bytes that cannot be compressed.
pub(crate) fn noise(seed: u128, bytes: usize) -> Vec<u8> {
    let mut state = u64::try_from(seed).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// A store with some hundred commits in its segments, in its indexes and in its tail, and what it holds.
pub(crate) async fn store(left: Left) -> (TempDir, Vec<Recorded>) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    for version in 0..120 {
        let mut one = commit(version % 5, u64::try_from(version / 5).unwrap(), 1);
        one.events[0].body = noise(version, 3000);
        log.append(one).await.unwrap();
    }
    // So many that the indexes take them in.
    let group = (0..1200).map(|to| commit(100 + to, 0, 1)).collect();
    for answer in log.append_all(group).await {
        answer.unwrap();
    }
    for version in 0..20 {
        log.append(commit(50, version, 1)).await.unwrap();
    }
    let all = everything(&log).await;
    match left {
        Left::Closed => {
            log.close().await.unwrap();
            open(&path).unwrap().close().await.unwrap();
            (dir, all)
        }
        Left::Killed => (copied(dir.path()), all),
    }
}

pub(crate) fn copied(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    copy(from, to.path());
    to
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files of the store with their bytes; the lock's words change with every try.
pub(crate) fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("lock") {
                found.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Damages a copy of a store, opens it and reads all of it.
pub(crate) async fn judge(original: &Path, expected: &[Recorded], damage: impl FnOnce(&Path)) -> Outcome {
    let dir = copied(original);
    let path = dir.path().join("store");
    damage(&path);
    let before = files(&path);
    let log = match open(&path) {
        Ok(log) => log,
        Err(OpenError::Damaged { .. }) => {
            assert!(files(&path) == before, "a refused store is left as it was");
            return Outcome::RefusedAtOpening;
        }
        Err(other) => panic!("{other}"),
    };
    let mut outcome = Outcome::Unharmed;
    let mut next = Position::START;
    loop {
        match log.read(next, 50).await {
            Ok(page) if page.is_empty() => break,
            Ok(page) => {
                let at = usize::try_from(next.get()).unwrap();
                assert!(expected.get(at..at + page.len()) == Some(&page[..]), "altered from {next}");
                next = next.plus(page.len() as u64);
            }
            Err(ReadError::Damaged { .. }) => {
                outcome = Outcome::ReportedWhenRead;
                next = next.plus(1);
            }
            Err(other) => panic!("{other}"),
        }
        if next >= log.end().await.unwrap() {
            break;
        }
    }
    assert!(log.end().await.unwrap().get() >= expected.len() as u64, "nothing is missing in silence");
    for to in [0, 50, 100, 299, 1299] {
        match log.read_stream(crate::given::stream(to), 0, 999).await {
            Ok(events) => {
                let of_stream: Vec<_> =
                    expected.iter().filter(|it| it.stream == crate::given::stream(to)).cloned().collect();
                assert!(events == of_stream);
            }
            Err(ReadError::Damaged { .. }) => outcome = Outcome::ReportedWhenRead,
            Err(other) => panic!("{other}"),
        }
    }
    // An append is accepted or refused; it does not panic, and it never repairs by forgetting.
    match log.append(commit(7777, 0, 1)).await {
        Ok(receipt) => assert_eq!(receipt.first.get(), expected.len() as u64),
        Err(AppendError::Damaged { .. } | AppendError::AfterFailure { .. }) => {
            outcome = Outcome::ReportedWhenRead;
        }
        Err(other) => panic!("{other}"),
    }
    outcome
}

pub(crate) fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x40;
    fs::write(file, bytes).unwrap();
}

fn length(file: &Path) -> usize {
    usize::try_from(fs::metadata(file).unwrap().len()).unwrap()
}

/// Where the last byte is that is not zero: sled fills its last segment with zeros.
pub(crate) fn used(file: &Path) -> usize {
    fs::read(file).unwrap().iter().rposition(|byte| *byte != 0).unwrap()
}

async fn flips(left: Left, from: impl Fn(usize) -> usize, to: impl Fn(usize) -> usize) -> BTreeMap<Outcome, u32> {
    let (dir, expected) = store(left).await;
    let used = used(&dir.path().join("store/log/db"));
    let (from, to) = (from(used), to(used));
    let mut outcomes = BTreeMap::new();
    for round in 0..12 {
        let at = from + (to - from) * round / 12;
        let outcome = judge(dir.path(), &expected, |store| {
            flip(&store.join("log/db"), at);
        })
        .await;
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{left:?} {from}..{to}: {outcomes:?}");
    outcomes
}

#[tokio::test]
async fn l7_a_flipped_byte_in_the_head_is_reported_or_harmless() {
    for left in [Left::Closed, Left::Killed] {
        flips(left, |_| 0, |_| 64).await;
    }
}

#[tokio::test]
async fn l7_a_flipped_byte_in_the_middle_is_reported_or_harmless() {
    for left in [Left::Closed, Left::Killed] {
        flips(left, |used| used / 4, |used| used * 3 / 4).await;
    }
}

#[tokio::test]
async fn l7_a_flipped_byte_in_the_tail_is_reported_or_harmless() {
    for left in [Left::Closed, Left::Killed] {
        flips(left, |used| used - 2000, |used| used).await;
    }
}

#[tokio::test]
async fn l7_a_cut_tail_is_refused_and_left_as_it_is() {
    for left in [Left::Closed, Left::Killed] {
        let (dir, expected) = store(left).await;
        let whole = length(&dir.path().join("store/log/db"));
        for kept in [0, 1, whole / 3, whole / 2, whole - 5000, whole - 1, 512 * 1024] {
            let outcome = judge(dir.path(), &expected, |store| {
                let file = fs::File::options().write(true).open(store.join("log/db")).unwrap();
                file.set_len(kept as u64).unwrap();
            });
            assert_eq!(outcome.await, Outcome::RefusedAtOpening, "{left:?}, {kept} of {whole}");
        }
    }
}

#[tokio::test]
async fn l7_a_store_without_its_files_is_refused() {
    let (dir, expected) = store(Left::Closed).await;
    let cases: [fn(&Path); 4] = [
        |store| fs::remove_file(store.join("log/db")).unwrap(),
        |store| fs::remove_dir_all(store.join("log")).unwrap(),
        |store| {
            fs::remove_dir_all(store.join("log")).unwrap();
            fs::create_dir(store.join("log")).unwrap();
        },
        |store| {
            fs::remove_file(store.join("log/db")).unwrap();
            fs::remove_file(store.join("witness")).unwrap();
        },
    ];
    for damage in cases {
        assert_eq!(judge(dir.path(), &expected, damage).await, Outcome::RefusedAtOpening);
    }
}

#[tokio::test]
async fn l7_an_empty_store_beside_the_witness_of_another_is_refused() {
    let (dir, expected) = store(Left::Closed).await;
    let other = TempDir::new().unwrap();
    let other = other.path().join("store");
    open(&other).unwrap().close().await.unwrap();
    let outcome = judge(dir.path(), &expected, |store| {
        fs::remove_dir_all(store.join("log")).unwrap();
        copy(&other.join("log"), &store.join("log"));
    });
    assert_eq!(outcome.await, Outcome::RefusedAtOpening);
}

#[tokio::test]
async fn l7_an_older_copy_of_the_store_beside_its_witness_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    log.append(commit(1, 0, 1)).await.unwrap();
    log.close().await.unwrap();
    let older = copied(&path.join("log"));
    let log = open(&path).unwrap();
    log.append(commit(1, 1, 1)).await.unwrap();
    let all = everything(&log).await;
    log.close().await.unwrap();
    let outcome = judge(dir.path(), &all, |store| {
        fs::remove_dir_all(store.join("log")).unwrap();
        copy(older.path(), &store.join("log"));
        // Of the same length, so that only what sled finds in it can tell.
        let file = fs::File::options().write(true).open(store.join("log/db")).unwrap();
        file.set_len(fs::metadata(path.join("log/db")).unwrap().len()).unwrap();
    });
    assert_eq!(outcome.await, Outcome::RefusedAtOpening);
}

#[tokio::test]
async fn a_damaged_or_missing_witness_does_not_harm_the_store() {
    let (dir, expected) = store(Left::Closed).await;
    for at in (0..1024).step_by(97) {
        let outcome = judge(dir.path(), &expected, |store| {
            flip(&store.join("witness"), at);
        });
        assert_eq!(outcome.await, Outcome::Unharmed);
    }
    let copy = copied(dir.path());
    let path = copy.path().join("store");
    fs::remove_file(path.join("witness")).unwrap();
    assert_eq!(open(&path).unwrap().witness(), WitnessFinding::Missing);
    assert_eq!(open(&path).unwrap().witness(), WitnessFinding::Agrees);
    fs::write(path.join("witness"), "nonsense").unwrap();
    assert_eq!(open(&path).unwrap().witness(), WitnessFinding::Torn);
}

#[tokio::test]
async fn an_unfinished_snapshot_of_sled_does_not_close_the_store_for_ever() {
    let (dir, expected) = store(Left::Closed).await;
    let outcome = judge(dir.path(), &expected, |store| {
        fs::write(store.join("log/snap.00000000FFFFFFFF.generating"), "half").unwrap();
    });
    assert_eq!(outcome.await, Outcome::Unharmed);
}

#[tokio::test]
async fn a_store_of_a_newer_format_is_refused_by_its_number() {
    let (dir, _) = store(Left::Closed).await;
    let witness = dir.path().join("store/witness");
    let newer = |slot: &str| {
        let body = slot[..slot.find("check ").unwrap()].replace("format 2\n", "format 3\n");
        let check = xxhash_rust::xxh3::xxh3_128(body.as_bytes());
        format!("{:512}", format!("{body}check {check:032x}\n"))
    };
    let text = fs::read_to_string(&witness).unwrap();
    fs::write(&witness, newer(&text[..512]) + &newer(&text[512..])).unwrap();
    match open(&dir.path().join("store")) {
        Err(OpenError::NewerFormat { found, supported, by }) => {
            assert_eq!((found, supported, by.as_deref()), (3, 2, Some(env!("CARGO_PKG_VERSION"))));
        }
        other => panic!("{:?}", other.err()),
    }
}

/// Opens the sled of a closed store; its lock outlives a handle by moments, so this tries for some seconds.
pub(super) fn sled_of(store: &Path) -> sled::Db {
    let config = sled::Config::new().path(store.join("log")).segment_size(512 * 1024);
    for _ in 0..1000 {
        match config.open() {
            Err(error) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("sled's lock is still held");
}

/// Changes one value of a closed store, through sled itself.
fn change(store: &Path, key: &[u8], with: impl FnOnce(&sled::Db, &[u8])) {
    let db = sled_of(store);
    with(&db, key);
    db.flush().unwrap();
}

fn keys(store: &Path, letter: u8) -> Vec<sled::IVec> {
    let db = sled_of(store);
    let keys: Vec<_> = db.scan_prefix([letter]).keys().map(Result::unwrap).collect();
    keys
}

#[tokio::test]
async fn l7_an_altered_or_lost_value_is_reported_whatever_it_is() {
    let (dir, expected) = store(Left::Closed).await;
    let scratch = copied(dir.path());
    for (letter, what) in [(b'f', "format"), (b't', "tail"), (b'c', "segment"), (b's', "streams"), (b'i', "commands")] {
        let all = keys(&scratch.path().join("store"), letter);
        assert!(!all.is_empty(), "there is a key of the {what}");
        let mut sample = vec![0, all.len() / 2, all.len() - 1];
        sample.dedup();
        for key in sample.into_iter().map(|at| &all[at]) {
            let altered = judge(dir.path(), &expected, |store| {
                change(store, key, |db, key| {
                    let mut value = db.get(key).unwrap().unwrap().to_vec();
                    let at = value.len() / 2;
                    value[at] ^= 4;
                    db.insert(key, value).unwrap();
                });
            });
            let altered = altered.await;
            let lost = judge(dir.path(), &expected, |store| {
                change(store, key, |db, key| drop(db.remove(key).unwrap()));
            });
            let lost = lost.await;
            println!("{what}: {altered:?}, {lost:?}");
            assert_ne!(altered, Outcome::Unharmed, "{what}");
            assert_ne!(lost, Outcome::Unharmed, "{what}");
        }
    }
}

#[tokio::test]
async fn a_store_that_lost_the_position_of_its_indexes_finds_everything_again() {
    let (dir, expected) = store(Left::Closed).await;
    let outcome = judge(dir.path(), &expected, |store| change(store, b"x", |db, key| drop(db.remove(key).unwrap())));
    assert_eq!(outcome.await, Outcome::Unharmed);
}

#[tokio::test]
async fn a_store_whose_indexes_are_ahead_of_it_is_refused_even_without_a_witness() {
    let (dir, _) = store(Left::Closed).await;
    let path = dir.path().join("store");
    let segments = keys(&path, b'c');
    for key in keys(&path, b't').iter().chain(segments.iter().rev().take(segments.len() / 2)) {
        change(&path, key, |db, key| drop(db.remove(key).unwrap()));
    }
    fs::remove_file(path.join("witness")).unwrap();
    assert!(matches!(open(&path), Err(OpenError::Damaged { .. })));
}
