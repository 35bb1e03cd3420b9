//! A disk that fails: the n-th act of a process on its files, for every n.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use servanda::log::EventLog;
use tempfile::TempDir;

use super::is_soaked;
use crate::child::{acknowledged, appending, check, compacting};
use crate::damage::copy;
use crate::given::{everything, open};
use crate::replacing::large;

/// Commits that the child makes; enough for a seal of the tail and a large group.
const COMMITS: u64 = 100;
/// How many of the acts fail in turn, where `SERVANDA_SOAK` does not ask for each.
const TRIED: u64 = 12;
/// How many commits the child makes where acts fail late, and which of the acts do: the first ones make the store.
const COMMITS_LATE: u64 = 30;
const LATE: std::ops::Range<u64> = 22..40;
/// How many microseconds later: long after what was written with it.
const LATER: &str = "250000";
/// How long a child may take to fail.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn shim(dir: &Path) -> PathBuf {
    let library = dir.join("fail.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/log/faults/fail.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    assert!(compiler.status().unwrap().success(), "cc compiles the shim");
    library
}

/// Lets a child append on a disk that fails at an act; whether it failed, what the child said, and what it acknowledged.
fn failing(shim: &Path, at: u64, once: bool) -> (TempDir, bool, String) {
    let dir = TempDir::new().unwrap();
    let child = appending(&dir.path().join("store"), COMMITS);
    ended(dir, child, shim, at, once)
}

fn ended(dir: TempDir, mut child: Command, shim: &Path, at: u64, once: bool) -> (TempDir, bool, String) {
    let store = dir.path().join("store");
    let told = dir.path().join("told");
    child.env("LD_PRELOAD", shim).env("FAIL_ROOT", &store).env("FAIL_AT", at.to_string()).env("FAIL_TOLD", &told);
    if once {
        child.env("FAIL_ONCE", "1");
    }
    let said = dir.path().join("said");
    let mut child = child.stderr(Stdio::from(fs::File::create(&said).unwrap())).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it hangs when act {at} fails");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let said = fs::read_to_string(&said).unwrap();
    (dir, told.exists(), said)
}

fn is_told(said: &str) -> bool {
    ["Storage", "Damaged", "AfterFailure"].iter().any(|word| said.contains(word))
}

#[test]
fn l8_a_disk_that_fails_at_any_act_loses_nothing_acknowledged_and_the_store_works_again_after_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tools = TempDir::new().unwrap();
    let shim = shim(tools.path());
    for once in [true, false] {
        let (mut at, mut failed, mut kept) = (1, 0, 0);
        loop {
            let (dir, has_failed, said) = failing(&shim, at, once);
            let store = dir.path().join("store");
            let acknowledged = acknowledged(&store);
            if has_failed {
                failed += 1;
                let is_told = is_told(&said);
                // What fails behind the last commit, such as its witness, is told with the next one: there is none.
                let is_done = acknowledged.last() >= Some(&(COMMITS - 1));
                assert!(is_told || is_done, "act {at} fails and nobody is told: {said}");
            }
            let log =
                open(&store).unwrap_or_else(|error| panic!("after act {at} failed (once: {once}): {error:?}\n{said}"));
            kept += runtime.block_on(check(&log, &acknowledged));
            drop(log);
            if !has_failed {
                break;
            }
            // There is a disk again.
            let before = acknowledged.len();
            appending(&store, 3).stderr(Stdio::null()).status().unwrap();
            assert!(crate::child::acknowledged(&store).len() > before, "it works again");
            at += if is_soaked() { 1 } else { 1 + at / (TRIED / 6) };
        }
        println!(
            "a disk that fails {}: {failed} failures, {kept} commits kept",
            if once { "once" } else { "from then on" }
        );
        assert!(failed > 6);
    }
}

#[test]
fn l8_an_act_that_fails_late_keeps_nobody_waiting() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tools = TempDir::new().unwrap();
    let shim = shim(tools.path());
    let (mut failed, mut kept) = (0, 0);
    // Two of six acts are those of a buffer that sled seals in the middle of a batch: nobody is woken when it fails.
    for at in LATE.step_by(if is_soaked() { 1 } else { 5 }) {
        let dir = TempDir::new().unwrap();
        let mut child = appending(&dir.path().join("store"), COMMITS_LATE);
        child.env("FAIL_AFTER", LATER);
        let (dir, has_failed, said) = ended(dir, child, &shim, at, true);
        failed += u32::from(has_failed);
        assert!(is_told(&said), "act {at} fails late and nobody is told: {said}");
        let store = dir.path().join("store");
        let log = open(&store).unwrap_or_else(|error| panic!("after act {at} failed late: {error:?}"));
        kept += runtime.block_on(check(&log, &acknowledged(&store)));
    }
    println!("a disk that fails late: {failed} failures, {kept} commits kept");
    assert!(failed > 3);
}

#[test]
fn a_disk_that_fails_at_any_act_while_a_store_is_compacted_loses_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tools = TempDir::new().unwrap();
    let shim = shim(tools.path());
    let whole = tools.path().join("whole");
    let log = open(&whole).unwrap();
    assert!(runtime.block_on(log.append_all(large())).iter().all(Result::is_ok));
    let all = runtime.block_on(everything(&log));
    runtime.block_on(log.close()).unwrap();
    drop(log);
    for once in [true, false] {
        let (mut at, mut failed, mut told) = (1, 0, 0);
        loop {
            let dir = TempDir::new().unwrap();
            let store = dir.path().join("store");
            copy(&whole, &store);
            let child = compacting(&store);
            let (dir, has_failed, said) = ended(dir, child, &shim, at, once);
            let log = open(&dir.path().join("store"))
                .unwrap_or_else(|error| panic!("after act {at} failed (once: {once}): {error:?}\n{said}"));
            assert!(runtime.block_on(everything(&log)) == all, "after act {at} failed (once: {once})");
            if !has_failed {
                break;
            }
            failed += 1;
            told += u32::from(is_told(&said));
            at += if is_soaked() { 1 } else { 1 + at / (TRIED / 6) };
        }
        println!("compacted on a disk that fails (once: {once}): {failed} failures, {told} told");
        assert!(failed > 6 && told > 0);
    }
}
