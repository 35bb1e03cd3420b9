//! A power cut while a store is written anew: every event is there, whichever files the disk knows of.

use servanda::log::EventLog;
use tempfile::TempDir;

use super::disk::{Chance, Keeps, Obeys};
use super::{assert_nothing_is_left, moments, repaired, traced};
use crate::child::compacting;
use crate::given::{commit, everything, open};
use crate::replacing::large;

#[test]
fn a_power_cut_while_a_store_is_compacted_loses_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let log = open(&store).unwrap();
    assert!(runtime.block_on(log.append_all(large())).iter().all(Result::is_ok));
    let all = runtime.block_on(everything(&log));
    runtime.block_on(log.close()).unwrap();
    drop(log);
    let run = traced(dir, compacting(&store), Obeys::Both);
    let length = run.acts.len();
    let decided = run.acts.iter().position(|act| act.renames_in(&store)).unwrap();
    let mut chance = Chance(0x5eed);
    let (mut opened, mut mended) = (0, 0);
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
                    runtime.block_on(repaired(&survivor, &all, error));
                    mended += 1;
                    continue;
                }
            };
            opened += 1;
            assert!(runtime.block_on(everything(&log)) == all, "cut after {after} of {length}");
            runtime.block_on(log.append(commit(77, 0, 1))).unwrap();
            runtime.block_on(log.close()).unwrap();
            assert_nothing_is_left(&survivor, after);
        }
    }
    println!("a power cut while a store is compacted, at {length} acts: {opened} opened, {mended} repairs");
    assert!(opened > 0);
}
