//! A simulated power cut drops what was not synced; what was acknowledged is still there.
//!
//! A child appends under a shim (`trace.c`) that writes down everything it does to its files. The test then plays the trace
//! up to a random place on a disk that forgets, opens what survives, and compares it with what was acknowledged by then.

mod compacting;
mod disk;
mod redaction;

use std::path::{Path, PathBuf};
use std::process::Command;

use disk::{Act, Chance, Disk, Keeps, Obeys};
use servanda::log::{OpenError, Recorded};
use tempfile::TempDir;

use crate::child::{appending, check, numbers, opening};
use crate::damage::copied;
use crate::faults::healed;
use crate::given::{everything, open};

/// How many power cuts per run of the child, where `SERVANDA_SOAK` does not say otherwise.
const CUTS: u64 = 12;
/// At how many of the acts that decide for new files it is cut, where `SERVANDA_SOAK` does not ask for each.
const DECIDING: usize = 12;
/// Commits that one run of the child makes; enough for several of sled's segments, for seals of the tail and for large groups.
const COMMITS: u64 = 500;

/// How many acts before a cut are told when a store did not survive it.
const TOLD: usize = 80;

/// Compiles the shim; whoever builds Rust has `cc`.
fn shim(dir: &Path) -> PathBuf {
    let library = dir.join("trace.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/log/power_cut/trace.c");
    let compiled = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .args(["-ldl", "-lpthread"])
        .status()
        .unwrap();
    assert!(compiled.success(), "cc compiles the shim");
    library
}

/// A child's run: where it ran, on what, and what it did.
struct Run {
    dir: TempDir,
    acts: Vec<Act>,
    base: Disk,
}

/// Lets a child append to a store in a folder, which may be empty.
fn run(dir: TempDir, obeys: Obeys) -> Run {
    let child = appending(&dir.path().join("store"), COMMITS);
    traced(dir, child, obeys)
}

/// Writes down what a process does in a folder.
fn traced(dir: TempDir, mut child: Command, obeys: Obeys) -> Run {
    let tools = TempDir::new().unwrap();
    let trace = tools.path().join("trace");
    let base = Disk::of(dir.path(), obeys);
    child
        .env("LD_PRELOAD", shim(tools.path()))
        .env("TRACE_ROOT", dir.path())
        .env("TRACE_TO", &trace)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    let acts = disk::parse(&std::fs::read(&trace).unwrap());
    assert!(acts.len() > 10, "the shim saw {} acts", acts.len());
    Run { dir, acts, base }
}

impl Run {
    /// What was done last before a cut, for whoever has to find out why the store did not survive it.
    fn told(&self, after: usize) -> String {
        let acts = self.acts[after.saturating_sub(TOLD)..after].iter();
        acts.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Cuts the power after a number of acts; returns the folder that survives and what was acknowledged by then.
    fn cut(&self, after: usize, keeps: Keeps, before: &[u64]) -> (TempDir, Vec<u64>) {
        let mut disk = self.base.clone();
        let mut acknowledged = before.to_vec();
        for act in &self.acts[..after] {
            disk.play(act);
            if let Some(line) = act.written_to("acknowledged") {
                acknowledged.extend(numbers(std::str::from_utf8(line).unwrap()));
            }
        }
        let survived = TempDir::new().unwrap();
        disk.survive(survived.path(), keeps);
        (survived, acknowledged)
    }
}

fn cuts() -> u64 {
    std::env::var("SERVANDA_SOAK").map_or(CUTS, |soak| soak.parse().unwrap())
}

/// The acts after which new files that take the place of old ones are cut off: every one from shortly before that is decided to the
/// end, a sample of them where `SERVANDA_SOAK` does not ask for each, and some before.
fn moments(length: usize, decided: usize, chance: &mut Chance) -> Vec<usize> {
    let from = decided.saturating_sub(8);
    let every = if std::env::var("SERVANDA_SOAK").is_ok() { 1 } else { (length - from).div_ceil(DECIDING) };
    let early: Vec<usize> = (0..cuts()).map(|_| chance.draw() as usize % from).collect();
    early.into_iter().chain((from..length).step_by(every)).chain([length]).collect()
}

/// Demands that an opened store has nothing of files that were to take the place of others.
fn assert_nothing_is_left(store: &Path, after: usize) {
    for rest in ["log.new", "log.gone", "log.next", "witness.next"] {
        assert!(!store.join(rest).exists(), "cut after {after}: {rest} is left");
    }
}

fn everything_acknowledged_survives(keeps: impl Fn(u64) -> Keeps) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut chance = Chance(0x5eed);
    let mut run_of = run(TempDir::new().unwrap(), Obeys::Both);
    let mut before = Vec::new();
    // The second run goes on from what a cut of the first one left.
    for round in 1..=2 {
        let mut next = None;
        for cut in 0..cuts() {
            let length = run_of.acts.len();
            let after = if cut == 0 { length } else { chance.draw() as usize % length };
            let (survived, acknowledged) = run_of.cut(after, keeps(chance.draw()), &before);
            let store = survived.path().join("store");
            let log = open(&store).unwrap_or_else(|error| {
                let acts = run_of.told(after);
                panic!("run {round}, cut after {after} of {length} acts: {error}\n{acts}")
            });
            runtime.block_on(check(&log, &acknowledged));
            drop(log);
            if after > length / 2 {
                let (survived, _) = run_of.cut(after, keeps(chance.draw()), &before);
                next = Some((survived, acknowledged));
            }
        }
        let (survived, acknowledged) = next.unwrap();
        before = acknowledged;
        run_of = run(survived, Obeys::Both);
    }
}

#[test]
fn l2_what_was_acknowledged_survives_a_disk_that_forgets_all_that_was_not_synced() {
    everything_acknowledged_survives(|_| Keeps::Nothing);
}

#[test]
fn l2_what_was_acknowledged_survives_a_disk_that_keeps_some_pages_and_not_others() {
    everything_acknowledged_survives(Keeps::Some);
}

#[test]
fn without_the_own_fdatasync_acknowledged_events_are_lost() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let run = run(TempDir::new().unwrap(), Obeys::FsyncOnly);
    let mut lost = 0;
    for part in 1..=10 {
        let (survived, acknowledged) = run.cut(run.acts.len() * part / 10, Keeps::Nothing, &[]);
        let store = survived.path().join("store");
        // A store that lost events may open as an older one or be found damaged; both are losses.
        let kept = open(&store).map_or(0, |log| {
            let end = runtime.block_on(servanda::log::EventLog::end(&log)).unwrap();
            end.get()
        });
        let acknowledged = acknowledged.last().map_or(0, |number| number + 1);
        lost += u32::from(kept < acknowledged);
    }
    assert!(lost >= 5, "the simulation has teeth: {lost} of 10 cuts lost something");
}

#[test]
fn a_snapshot_is_known_to_the_disk_by_name_before_anything_is_synced_that_relies_on_it() {
    let first = run(TempDir::new().unwrap(), Obeys::Both);
    let (survived, _) = first.cut(first.acts.len(), Keeps::Nothing, &[]);
    let second = run(survived, Obeys::Both);
    let log = second.dir.path().join("store").join("log");
    let (mut renamed, mut known) = (0, true);
    for act in &second.acts {
        if act.renames_in(&log) {
            (renamed, known) = (renamed + 1, false);
        }
        known |= act.syncs(&log);
        assert!(known || !act.syncs(&log.join("db")), "sled's file is synced, and its snapshot's name is not");
    }
    assert!(renamed > 0, "sled makes a snapshot when it recovers");
}

/// How many crashes are recovered from, at how many acts each of these recoveries is cut, and how often at each, in a short run.
const CRASHES: u64 = 1;
const ACTS_CUT: usize = 12;
const CUTS_OF_AN_ACT: u64 = 1;

/// Demands of a store that is refused after a power cut that every event is in its bytes, and that a repair makes it whole.
///
/// sled overwrites segments that hold nothing any more before the name of the snapshot that says so is on the disk. Nothing can be
/// done between the two from outside of sled: this moment, and no other, is left to a repair.
async fn repaired(store: &Path, expected: &[Recorded], error: OpenError) {
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    let healed = healed(store, expected).await;
    assert!(healed.harms > 0 && healed.missing == 0 && healed.kept == expected.len() as u64, "{healed:?}");
    assert!(everything(&open(store).unwrap()).await == expected);
}

impl Run {
    /// Tells whether a number of acts ends between a snapshot's getting its name and the disk's learning of it.
    fn is_between(&self, after: usize, log: &Path) -> bool {
        let mut is_between = false;
        for act in &self.acts[..after] {
            is_between = (is_between || act.renames_in(log)) && !act.syncs(log);
        }
        is_between
    }
}

#[test]
fn l2_a_power_cut_at_any_act_of_the_first_opening_after_a_crash_loses_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut chance = Chance(0x5eed);
    let appended = run(TempDir::new().unwrap(), Obeys::Both);
    let soaked = std::env::var("SERVANDA_SOAK").is_ok();
    let (mut cuts, mut refused) = (0, 0);
    for crash in 0..if soaked { 12 * CRASHES } else { CRASHES } {
        let length = appended.acts.len();
        let after = length / 2 + chance.draw() as usize % (length / 2);
        let (survived, acknowledged) = appended.cut(after, Keeps::Some(chance.draw()), &[]);
        let store = survived.path().join("store");
        let copied = copied(survived.path());
        let expected = runtime.block_on(everything(&open(&copied.path().join("store")).unwrap()));
        let opened = traced(survived, opening(&store), Obeys::Both);
        let every = if soaked { 1 } else { opened.acts.len().div_ceil(ACTS_CUT) };
        for act in (0..=opened.acts.len()).step_by(every) {
            let seeds =
                (0..if soaked { 4 * CUTS_OF_AN_ACT } else { CUTS_OF_AN_ACT }).map(|_| Keeps::Some(chance.draw()));
            for keeps in seeds.chain([Keeps::Nothing]).collect::<Vec<_>>() {
                let (left, _) = opened.cut(act, keeps, &acknowledged);
                cuts += 1;
                let survivor = left.path().join("store");
                match open(&survivor) {
                    Ok(log) => {
                        runtime.block_on(check(&log, &acknowledged));
                    }
                    Err(error) => {
                        let told = opened.told(act);
                        assert!(
                            opened.is_between(act, &store.join("log")),
                            "crash {crash}, act {act}: {error}\n{told}"
                        );
                        runtime.block_on(repaired(&survivor, &expected, error));
                        refused += 1;
                    }
                }
            }
        }
        println!("crash {crash}: its recovery has {} acts; {cuts} power cuts by now", opened.acts.len());
    }
    println!("the first opening after a crash: {cuts} power cuts, after {refused} of them it took a repair");
}
