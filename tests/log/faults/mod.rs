//! Every byte of a small store altered in turn, random damage to a larger one, and a disk that fails at every act.
//!
//! Of each damaged store three things are demanded: no read returns what was not written, a look at it says what is wrong and
//! changes nothing, and what a repair saves is what was written, under its position.
//! `SERVANDA_SOAK` makes of the samples the whole; what came of them is printed (`--nocapture`).

#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod room;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use servanda::log::mending::{Salvaged, Unopened, make_aside};
use servanda::log::{EventLog, OpenError, Recorded};
use tempfile::TempDir;

use crate::damage::{self, Left, Outcome, copied, files, judge};
use crate::earlier::{FORMAT_1, unpack};
use crate::given::{commit, everything, open, options};

/// How many bytes of the small store are altered, where `SERVANDA_SOAK` does not ask for all.
const BYTES: usize = 16;
/// Of how many altered bytes one is also mended, where all are altered.
const MENDED_EVERY: usize = 29;
/// How many damages are done to the larger store, and how many where `SERVANDA_SOAK` is set.
const DAMAGES: u64 = 8;
const DAMAGES_SOAKED: u64 = 600;

fn is_soaked() -> bool {
    std::env::var("SERVANDA_SOAK").is_ok()
}

/// What a look at a damaged store and a repair of it came to.
#[derive(Debug, Default)]
pub(crate) struct Healed {
    pub(crate) harms: usize,
    pub(crate) kept: u64,
    behind: u64,
    pub(crate) missing: u64,
}

/// Looks at a store, saves what can be saved, mends it, and reads what is there then.
pub(crate) async fn healed(path: &Path, expected: &[Recorded]) -> Healed {
    let before = files(path);
    let mut healed = Healed::default();
    let unopened = Unopened::hold(path, &options()).unwrap();
    let mut whole = Vec::new();
    let examined = unopened.examine(&mut |_, _| (), &mut |events| whole.extend(events)).unwrap();
    assert!(files(path) == before, "a look changes nothing");
    for event in &whole {
        assert!(expected.get(usize::try_from(event.position.get()).unwrap()) == Some(event), "{}", event.position);
    }
    healed.harms = examined.harms.len();
    if examined.harms.is_empty() {
        assert_eq!(whole.len(), expected.len(), "nothing is wrong, and something is missing");
        return healed;
    }
    let mut next = 0;
    let saved = unopened.save(&mut |_, _| (), &mut |saved| {
        match saved {
            Salvaged::Events(events) => {
                for event in events {
                    assert_eq!(event.position.get(), next, "positions do not move");
                    assert!(expected.get(usize::try_from(next).unwrap()) == Some(&event), "altered at {next}");
                    next += 1;
                    *(if healed.missing == 0 { &mut healed.kept } else { &mut healed.behind }) += 1;
                }
            }
            Salvaged::Missing(from, before) => {
                assert_eq!(from.get(), next);
                assert!(before > from);
                healed.missing += before.get() - from.get();
                next = before.get();
            }
        }
        Ok(())
    });
    assert!(files(path) == before, "saving changes nothing");
    match saved {
        Ok(is_other) => assert!(!is_other),
        Err(OpenError::Damaged { .. }) => return healed,
        Err(other) => panic!("{other}"),
    }
    assert_eq!(next, expected.len() as u64, "what is missing is known to be");
    let aside = make_aside(path, "damaged-").unwrap();
    let mut behind = 0;
    let mended = unopened
        .mend(&aside, &mut |_, _| (), &mut |saved| {
            if let Salvaged::Events(events) = saved {
                behind += events.len() as u64;
            }
            Ok(())
        })
        .unwrap();
    drop(unopened);
    assert_eq!((mended.kept, mended.behind, mended.missing), (healed.kept, healed.behind, healed.missing));
    assert_eq!(behind, healed.behind);
    let log = open(path).unwrap();
    let all = everything(&log).await;
    assert!(all == expected[..usize::try_from(healed.kept).unwrap()], "the mended log is the beginning of the other");
    for event in all.iter().step_by(97) {
        assert!(log.find(event.command).await.unwrap().is_some());
    }
    log.close().await.unwrap();
    // The damaged files are where they were put, byte for byte.
    let aside = files(&path.join(&aside));
    for (file, bytes) in &before {
        let inside = file.strip_prefix(path).unwrap();
        if inside.starts_with("log") || inside.starts_with("witness") {
            assert!(aside.values().any(|kept| kept == bytes), "{} is kept", inside.display());
        }
    }
    healed
}

/// Counts of what came of damages, and what was lost by them.
#[derive(Debug, Default)]
struct Count {
    damages: u64,
    outcomes: BTreeMap<Outcome, u64>,
    told_of: u64,
    lost: u64,
    behind: u64,
    whole_again: u64,
}

impl Count {
    async fn judged(&mut self, original: &Path, expected: &[Recorded], damage: impl Fn(&Path)) {
        let outcome = judge(original, expected, &damage).await;
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    async fn of(&mut self, original: &Path, expected: &[Recorded], damage: impl Fn(&Path)) {
        let outcome = judge(original, expected, &damage).await;
        *self.outcomes.entry(outcome).or_default() += 1;
        let dir = copied(original);
        let path = dir.path().join("store");
        damage(&path);
        let healed = healed(&path, expected).await;
        assert!(healed.harms > 0 || outcome == Outcome::Unharmed, "what is refused is found: {outcome:?}");
        self.damages += 1;
        self.told_of += u64::from(healed.harms > 0);
        self.lost += healed.missing;
        self.behind += healed.behind;
        self.whole_again += u64::from(healed.harms > 0 && healed.missing == 0);
    }
}

/// A store with a few events in its segments and its tail, some of them in several chunks.
async fn small(left: Left) -> (TempDir, Vec<Recorded>) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("store");
    let log = open(&path).unwrap();
    let group = (0..300).map(|to| commit(100 + to, 0, 1)).collect();
    for answer in log.append_all(group).await {
        answer.unwrap();
    }
    for version in 0..12 {
        let mut one = commit(50, version, 1);
        if version == 5 {
            one.events[0].body = damage::noise(7, 5000);
        }
        log.append(one).await.unwrap();
    }
    let all = everything(&log).await;
    if let Left::Closed = left {
        log.close().await.unwrap();
        return (dir, all);
    }
    (copied(dir.path()), all)
}

#[tokio::test]
async fn l7_every_altered_byte_of_a_small_store_is_harmless_or_found_and_what_is_whole_is_saved() {
    for left in [Left::Closed, Left::Killed] {
        let (dir, expected) = small(left).await;
        let store = dir.path().join("store");
        let (mut count, mut bytes_altered) = (Count::default(), 0);
        for (file, bytes) in files(&store) {
            let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let inside = file.strip_prefix(&store).unwrap().to_owned();
            let wanted = if inside.ends_with("db") { BYTES } else { 3 };
            let every = if is_soaked() { 1 } else { (used / wanted).max(1) };
            bytes_altered += used.div_ceil(every);
            for at in (0..used).step_by(every) {
                let damage = |store: &Path| damage::flip(&store.join(&inside), at);
                if at % (every * MENDED_EVERY) == 0 || !is_soaked() {
                    count.of(dir.path(), &expected, damage).await;
                } else {
                    count.judged(dir.path(), &expected, damage).await;
                }
            }
        }
        println!("{left:?}, {} events, {bytes_altered} bytes altered: {count:?}", expected.len());
        assert!(count.told_of > 0, "the damage is damage");
        assert!(count.damages > 14);
    }
}

#[tokio::test]
async fn l7_random_damage_and_cuts_of_a_larger_store_are_harmless_or_found_and_what_is_whole_is_saved() {
    let mut state = 0x5eed_u64;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for left in [Left::Closed, Left::Killed] {
        let (dir, expected) = damage::store(left).await;
        let used = damage::used(&dir.path().join("store/log/db"));
        let mut count = Count::default();
        for number in 0..if is_soaked() { DAMAGES_SOAKED / 2 } else { DAMAGES / 2 } {
            let (at, length) = (draw(used), 1 << draw(14));
            let cut = draw(used);
            count
                .of(dir.path(), &expected, |store| {
                    let db = store.join("log/db");
                    let mut bytes = fs::read(&db).unwrap();
                    match number % 4 {
                        // A byte, a stretch of noise, a stretch of zeros, and the rest of the file.
                        0 => bytes[at] ^= 1 << (at % 8),
                        1 => {
                            let noise = damage::noise(at as u128, length);
                            let end = bytes.len().min(at + length);
                            bytes[at..end].copy_from_slice(&noise[..end - at]);
                        }
                        2 => {
                            let end = bytes.len().min(at + length);
                            bytes[at..end].fill(0);
                        }
                        _ => bytes.truncate(cut),
                    }
                    fs::write(&db, bytes).unwrap();
                })
                .await;
        }
        println!("{left:?}, {} events, damages: {count:?}", expected.len());
        assert!(count.told_of > 0, "the damage is damage");
    }
}

#[tokio::test]
async fn a_damaged_store_of_format_1_is_saved_in_todays_format() {
    for name in FORMAT_1 {
        let dir = TempDir::new().unwrap();
        unpack(name, &dir.path().join("store"));
        let whole = copied(dir.path());
        let log = open(&whole.path().join("store")).unwrap();
        let expected = everything(&log).await;
        log.close().await.unwrap();
        let used = damage::used(&dir.path().join("store/log/db"));
        let mut told_of = 0;
        for part in 1..5 {
            let damaged = copied(dir.path());
            let store = damaged.path().join("store");
            damage::flip(&store.join("log/db"), used * part / 5);
            let healed = healed(&store, &expected).await;
            told_of += usize::from(healed.harms > 0);
            assert!(healed.missing < expected.len() as u64 / 4, "{healed:?}");
        }
        println!("format 1, {name}: {told_of} of 4 damages told of");
    }
}

#[tokio::test]
async fn a_repair_that_was_cut_short_at_any_step_is_undone_and_done_again() {
    let (dir, expected) = small(Left::Closed).await;
    let damaged = copied(dir.path());
    let store = damaged.path().join("store");
    let db = store.join("log/db");
    let bytes = fs::read(&db).unwrap();
    fs::write(&db, &bytes[..bytes.len() - 9_000]).unwrap();
    let before = files(&store);
    let mended = copied(damaged.path());
    healed(&mended.path().join("store"), &expected).await;
    let new = mended.path().join("store");
    // What lies there after each step: the damaged files under their names or aside, the new ones not yet or already there.
    let marked = |store: &Path| {
        fs::create_dir_all(store.join("damaged-1")).unwrap();
        fs::write(store.join("log.mending"), "damaged-1").unwrap();
        damage::copy(&new.join("log"), &store.join("log.mended/log"));
        fs::copy(new.join("witness"), store.join("log.mended/witness")).unwrap();
    };
    let put_aside = |store: &Path| {
        marked(store);
        fs::copy(store.join("witness"), store.join("damaged-1/witness")).unwrap();
        fs::rename(store.join("log"), store.join("damaged-1/log")).unwrap();
    };
    let steps: [&dyn Fn(&Path); 4] = [
        &marked,
        &put_aside,
        &|store| {
            put_aside(store);
            fs::rename(store.join("log.mended/log"), store.join("log")).unwrap();
        },
        &|store| {
            put_aside(store);
            fs::rename(store.join("log.mended/log"), store.join("log")).unwrap();
            fs::rename(store.join("log.mended/witness"), store.join("witness")).unwrap();
        },
    ];
    for step in steps {
        let dir = copied(damaged.path());
        let store = dir.path().join("store");
        step(&store);
        assert!(matches!(open(&store), Err(OpenError::Damaged { .. })), "no register is used while it is repaired");
        let held = Unopened::hold(&store, &options()).unwrap();
        let undone = files(&store);
        let as_before: BTreeMap<_, _> = before
            .iter()
            .map(|(file, bytes)| (store.join(file.strip_prefix(damaged.path().join("store")).unwrap()), bytes.clone()))
            .collect();
        assert!(undone == as_before, "it is what it was before");
        drop(held);
        healed(&store, &expected).await;
    }
}
