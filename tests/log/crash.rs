//! A process killed at random moments loses nothing that it acknowledged, and leaves no half of a commit.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::child::{acknowledged, appending, check, filling};
use crate::given::open;

/// How often to kill, where `SERVANDA_SOAK` does not say otherwise.
const KILLS: u64 = 15;

#[test]
fn l1_l2_a_killed_process_loses_nothing_it_acknowledged() {
    let kills = std::env::var("SERVANDA_SOAK").map_or(KILLS, |soak| soak.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut store = dir.path().join("store");
    let mut survived = 0;
    for kill in 0..kills {
        if kill % 5 == 0 {
            // Some kills fall on a young store, and into its making.
            store = dir.path().join(format!("{kill}")).join("store");
            std::fs::create_dir(store.parent().unwrap()).unwrap();
        }
        let before = acknowledged(&store).len();
        let mut child = appending(&store, 1_000_000).spawn().unwrap();
        // Let it begin first, at most of the kills: opening alone takes a good part of the time.
        let patience = Instant::now();
        while kill % 5 != 0 && acknowledged(&store).len() == before && patience.elapsed().as_secs() < 20 {
            sleep(Duration::from_millis(1));
        }
        // Spread over some appends without a random number: a prime of microseconds.
        sleep(Duration::from_micros(kill * 40_009 % 200_003));
        child.kill().unwrap();
        child.wait().unwrap();
        let log = open(&store).unwrap();
        survived += runtime.block_on(check(&log, &acknowledged(&store)));
    }
    assert!(survived > 0, "the child appended something");
}

#[test]
fn l8_after_a_full_disk_nothing_is_accepted_until_reopened() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let child = filling(&store).output().unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let acknowledged = acknowledged(&store);
    assert!(acknowledged.len() > 50, "the disk was not full at once");
    let log = open(&store).unwrap();
    let count = runtime.block_on(check(&log, &acknowledged));
    drop(log);
    // There is room again: what failed is appended after reopening.
    appending(&store, 20).stderr(std::process::Stdio::null()).status().unwrap();
    let log = open(&store).unwrap();
    assert!(runtime.block_on(check(&log, &acknowledged)) >= count + 20);
}
