//! Appends that wait share a turn of the writer; a turn that never comes leaves nobody waiting.

use std::sync::Arc;
use std::time::Duration;

use servanda::log::{AppendError, EventLog, SledLog};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::given::{commit, open};

/// Long beyond what an append takes on the slowest machine.
const LONG: Duration = Duration::from_mins(1);

fn runtime(threads: usize) -> Runtime {
    Builder::new_current_thread().enable_all().max_blocking_threads(threads).build().unwrap()
}

fn append(runtime: &Runtime, log: &Arc<SledLog>, to: u128) -> u64 {
    let appended = async { tokio::time::timeout(LONG, log.append(commit(to, 0, 1))).await };
    runtime.block_on(appended).expect("somebody serves it").unwrap().first.get()
}

#[test]
fn an_append_whose_turn_is_lost_with_its_threads_is_told_so_and_keeps_nobody_waiting() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(open(&dir.path().join("store")).unwrap());
    let stopped = runtime(1);
    let threads = stopped.handle().clone();
    stopped.shutdown_background();
    let lost = {
        let _within = threads.enter();
        futures::executor::block_on(log.append(commit(1, 0, 1)))
    };
    assert!(matches!(lost, Err(AppendError::Storage { .. })), "{lost:?}");
    assert_eq!(append(&runtime(4), &log, 2), 0);
}

#[test]
fn more_appends_than_a_group_holds_are_all_served() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(open(&dir.path().join("store")).unwrap());
    let answers = runtime(4).block_on(async {
        let all = (0..3000).map(|to| {
            let log = Arc::clone(&log);
            tokio::spawn(async move { log.append(commit(to, 0, 1)).await })
        });
        tokio::time::timeout(LONG, futures::future::join_all(all)).await.expect("all are served")
    });
    let mut places: Vec<u64> = answers.into_iter().map(|answer| answer.unwrap().unwrap().first.get()).collect();
    places.sort_unstable();
    assert!(places.into_iter().eq(0..3000));
}
