//! A process killed at random moments loses nothing that it acknowledged, and leaves no half of a commit.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::child::{Handed, acknowledged, appending, check, filling, handed, sealing};
use crate::given::open;

/// How often to kill, where `SERVANDA_SOAK` does not say otherwise.
const KILLS: u64 = 15;

fn kills() -> u64 {
    std::env::var("SERVANDA_SOAK").map_or(KILLS, |soak| soak.parse().unwrap())
}

/// What came of kills: how many fell into the work itself, what was acknowledged before them, and what was there after them.
#[derive(Debug, Default)]
pub(crate) struct Killed {
    pub(crate) kills: u64,
    pub(crate) at_work: u64,
    pub(crate) acknowledged: u64,
    pub(crate) found: u64,
}

/// Lets a child work on a store, until it has acknowledged something where it is to have begun, and kills it some
/// microseconds later.
///
/// Returns whether it was at work by then.
fn kill(child: &mut Command, store: &Path, is_begun: bool, later: u64) -> bool {
    let before = acknowledged(store).len();
    let mut child = child.spawn().unwrap();
    // Opening alone takes a good part of the time.
    let patience = Instant::now();
    while is_begun && acknowledged(store).len() == before && patience.elapsed().as_secs() < 20 {
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_micros(later));
    assert!(child.try_wait().unwrap().is_none(), "it works until it is killed");
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged(store).len() > before
}

/// Kills a child again and again, some of the times on a young store; after each kill `look` opens the store and tells how many
/// commits its writers were told of, and how many are there, being told whether the child was at work.
pub(crate) fn killed(start: impl Fn(&Path) -> Command, mut look: impl FnMut(&Path, bool) -> (u64, u64)) -> Killed {
    let dir = tempfile::tempdir().unwrap();
    let mut store = dir.path().join("store");
    let (mut count, mut before) = (Killed::default(), (0, 0));
    for round in 0..kills() {
        if round % 5 == 0 {
            // Some kills fall on a young store, and into its making.
            store = dir.path().join(format!("{round}")).join("store");
            std::fs::create_dir(store.parent().unwrap()).unwrap();
            before = (0, 0);
        }
        // Spread over some appends without a random number: a prime of microseconds.
        let at_work = kill(&mut start(&store), &store, round % 5 != 0, round * 40_009 % 200_003);
        let (told, found) = look(&store, at_work);
        count.kills += 1;
        count.at_work += u64::from(at_work);
        count.acknowledged += told - before.0;
        count.found += found - before.1;
        before = (told, found);
    }
    assert!(
        count.at_work > count.kills / 2 && count.acknowledged > 0 && count.found >= count.acknowledged,
        "{count:?}"
    );
    count
}

/// Kills one writer, and looks at what it had in hand.
fn one_writer_killed(start: impl Fn(&Path) -> Command, seals: bool) {
    let runtime = Runtime::new().unwrap();
    let mut within = BTreeMap::<Handed, u64>::new();
    let count = killed(start, |store, at_work| {
        let acknowledged = acknowledged(store);
        let log = open(store).unwrap();
        let told = acknowledged.last().map_or(0, |last| last + 1);
        if at_work {
            // What the child had in hand when it was killed follows on what was acknowledged.
            *within.entry(handed(told, seals).0).or_default() += 1;
        }
        (told, runtime.block_on(check(&log, &acknowledged)))
    });
    println!("a writer, {count:?}; at work on {within:?}");
}

#[test]
fn l1_l2_a_killed_process_loses_nothing_it_acknowledged() {
    one_writer_killed(|store| appending(store, 1_000_000), false);
}

#[test]
fn l1_l2_a_process_that_is_killed_while_it_seals_loses_nothing_it_acknowledged() {
    one_writer_killed(sealing, true);
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
