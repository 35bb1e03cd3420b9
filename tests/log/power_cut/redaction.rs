//! A power cut while bodies are taken out: the store is the one before or the one after, whole, never between.

use servanda::log::EventLog;
use tempfile::TempDir;

use super::disk::{Chance, Keeps, Obeys};
use super::{assert_nothing_is_left, moments, repaired, traced};
use crate::child::replacing;
use crate::given::{commit, everything, open};
use crate::replacing::{INSTEAD, REPLACED, large};

#[test]
fn l10_a_power_cut_while_bodies_are_replaced_leaves_the_one_or_the_other() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    let events = large();
    let count = events.len();
    assert!(runtime.block_on(log.append_all(events)).iter().all(Result::is_ok));
    let before = runtime.block_on(everything(&log));
    runtime.block_on(log.close()).unwrap();
    drop(log);
    let run = traced(dir, replacing(&store), Obeys::Both);
    let length = run.acts.len();
    let decided = run.acts.iter().position(|act| act.renames_in(&store)).unwrap();
    let known = (decided..length).find(|act| run.acts[*act].syncs(&store)).unwrap();
    assert!(known + 4 < length, "it puts the new files in the place of the old ones");
    let (last, _) = run.cut(length, Keeps::Nothing, &[]);
    let behind = runtime.block_on(everything(&open(&last.path().join("store")).unwrap()));
    let mut chance = Chance(0x5eed);
    let (mut undone, mut done, mut mended) = (0, 0, 0);
    for after in moments(length, decided, &mut chance) {
        for keeps in [Keeps::Nothing, Keeps::Some(chance.draw())] {
            let (survived, _) = run.cut(after, keeps, &[]);
            let survivor = survived.path().join("store");
            let log = match open(&survivor) {
                Ok(log) => log,
                Err(error) => {
                    let told = run.told(after);
                    assert!(
                        run.is_between(after, &store.join("log")),
                        "cut after {after} of {length}: {error}\n{told}"
                    );
                    let expected = if after > known { &behind } else { &before };
                    runtime.block_on(repaired(&survivor, expected, error));
                    mended += 1;
                    continue;
                }
            };
            let found = runtime.block_on(everything(&log));
            let replaced = found.iter().filter(|event| event.body == INSTEAD).count();
            if found.len() == count {
                undone += 1;
                assert_eq!(replaced, 0, "cut after {after}");
                assert!(after <= known, "cut after {after}: what the disk knew at {known} is undone");
            } else {
                done += 1;
                assert_eq!((found.len(), replaced), (count + 1, REPLACED), "cut after {after}");
                assert!(after > decided, "cut after {after}: decided at {decided}");
            }
            runtime.block_on(log.append(commit(77, 0, 1))).unwrap();
            runtime.block_on(log.close()).unwrap();
            assert_nothing_is_left(&survivor, after);
        }
    }
    println!(
        "a power cut while bodies are replaced: {undone} times as before, {done} times as after, {mended} repairs"
    );
    assert!(undone > 0 && done > 0);
}
