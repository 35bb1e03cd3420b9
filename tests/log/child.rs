//! A process of its own that appends until it is killed, and says what was acknowledged.
//!
//! It is this test binary, started again with one ignored test and the store's path in the environment. What commit number n
//! holds follows from n alone, so that the parent can check every byte that survives.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use servanda::log::{Append, AppendError, Draft, EventLog, Position, StreamVersion, ViewStore};

use crate::given::{Backend, command, everything, open, stream};

/// The environment variable that carries the store's path.
pub(crate) const STORE: &str = "SERVANDA_TEST_STORE";
/// The environment variable that carries how many commits to make.
const COMMITS: &str = "SERVANDA_TEST_COMMITS";
/// The environment variable that is set where nearly every act is to seal the tail.
const SEALS: &str = "SERVANDA_TEST_SEALS";
/// The file beside the store where the child writes what was acknowledged, one number a line.
const ACKNOWLEDGED: &str = "acknowledged";

const STREAMS: u64 = 7;

/// Returns the command that starts the child on a store.
pub(crate) fn appending(store: &Path, commits: u64) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    dressed(&mut child, "child::appends_until_it_is_killed", store, commits);
    child
}

/// Returns the command that starts a child that seals the tail with nearly all that it does.
pub(crate) fn sealing(store: &Path) -> Command {
    let mut child = appending(store, 1_000_000);
    child.env(SEALS, "1");
    child
}

/// Returns the command that starts a child that opens a store, and migrates it if need be.
pub(crate) fn opening(store: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    dressed(&mut child, "child::opens_a_store", store, 0);
    child
}

/// Returns the command that starts a child that replaces bodies.
pub(crate) fn replacing(store: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    dressed(&mut child, "child::replaces_bodies", store, 0);
    child
}

/// Returns the command that starts a child that writes a store anew when it closes it.
pub(crate) fn compacting(store: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    dressed(&mut child, "child::compacts_a_store", store, 0);
    child
}

/// Returns the command that starts a child whose files cannot grow beyond some 2 MiB: for it the disk is full.
pub(crate) fn filling(store: &Path) -> Command {
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""]);
    child.arg(std::env::current_exe().unwrap());
    dressed(&mut child, "child::appends_until_the_disk_is_full", store, 0);
    child
}

/// Has a command run one ignored test on a store.
pub(crate) fn dressed(child: &mut Command, test: &str, store: &Path, commits: u64) {
    child
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(STORE, store)
        .env(COMMITS, commits.to_string())
        .stdout(Stdio::null());
}

/// Reads the numbers of the commits that were acknowledged; a line that was cut short is not one.
pub(crate) fn acknowledged(store: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(store.with_file_name(ACKNOWLEDGED)).unwrap_or_default();
    numbers(&text)
}

/// Reads numbers, one a line.
pub(crate) fn numbers(text: &str) -> Vec<u64> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| line.parse().unwrap()).collect()
}

/// How a commit is handed to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Handed {
    Alone,
    InAGroup,
    /// With more than the tail takes: what is in it, and what is new, becomes segments.
    Sealing,
}

/// How the child hands over commit number n, and how many with it.
pub(crate) fn handed(next: u64, seals: bool) -> (Handed, u64) {
    match next {
        // One commit lies in the tail when it is sealed.
        next if seals && next % 271 == 0 => (Handed::Alone, 1),
        next if seals => (Handed::Sealing, 271 - next % 271),
        next if next % 211 == 70 => (Handed::Sealing, 270),
        next if next % 31 == 3 => (Handed::InAGroup, 20),
        _ => (Handed::Alone, 1),
    }
}

/// The events of commit number n.
pub(crate) fn events(number: u64) -> Vec<Draft> {
    let seed = u8::try_from(number % 251).unwrap();
    (0..=u8::try_from(number % 4).unwrap())
        .map(|event| Draft {
            header: vec![seed ^ event; 1 + usize::from(seed) * 2],
            body: match number % 40 {
                17 => vec![seed.wrapping_add(event); 150_000],
                _ => vec![seed.wrapping_add(event); 467],
            },
        })
        .collect()
}

fn commit(number: u64, version: u64) -> Append {
    Append {
        command: command(u128::from(number)),
        stream: stream(u128::from(number % STREAMS)),
        expected: StreamVersion::new(version),
        expected_end: None,
        recorded_at: i64::try_from(number).unwrap(),
        events: events(number),
    }
}

/// Checks that a log holds whole commits 0, 1, 2 …, and returns how many.
pub(crate) async fn check(log: &dyn Backend, acknowledged: &[u64]) -> u64 {
    let all = everything(log).await;
    let mut found: BTreeMap<u128, Vec<Draft>> = BTreeMap::new();
    for event in &all {
        let draft = Draft { header: event.header.clone(), body: event.body.clone() };
        found.entry(event.command.get().as_u128()).or_default().push(draft);
    }
    let mut count = 0;
    for (number, drafts) in found {
        assert_eq!(number, u128::from(count), "commits are there from the first one on");
        assert!(drafts == events(count), "commit {count} is whole and unchanged");
        let receipt = log.find(command(number)).await.unwrap().unwrap();
        assert_eq!(receipt.count as usize, drafts.len());
        count += 1;
    }
    for to in 0..STREAMS {
        let to = stream(u128::from(to));
        let of_stream: Vec<_> = all.iter().filter(|it| it.stream == to).cloned().collect();
        assert!(log.read_stream(to, 0, usize::MAX).await.unwrap() == of_stream);
        assert_eq!(log.version(to).await.unwrap().get(), of_stream.len() as u64);
    }
    if let Some(position) = log.position("seen").await.unwrap() {
        assert!(position <= log.end().await.unwrap());
        let value = log.get("seen", b"position").await.unwrap().unwrap();
        assert_eq!(value, position.get().to_be_bytes(), "the view's entries are as old as its position");
    }
    let last = acknowledged.last().map_or(0, |number| number + 1);
    assert!(count >= last, "{count} commits are there, {last} were acknowledged");
    count
}

#[tokio::test]
#[ignore = "it is the other process of the crash tests"]
async fn appends_until_it_is_killed() {
    let (Ok(store), Ok(commits)) = (std::env::var(STORE), std::env::var(COMMITS)) else {
        return;
    };
    let store = Path::new(&store);
    let mut out =
        std::fs::OpenOptions::new().append(true).create(true).open(store.with_file_name(ACKNOWLEDGED)).unwrap();
    let log = open(store).unwrap();
    let mut next = match log.end().await.unwrap().get().checked_sub(1) {
        None => 0,
        Some(last) => {
            let last = log.read(Position::new(last), 1).await.unwrap();
            u64::try_from(last[0].command.get().as_u128()).unwrap() + 1
        }
    };
    let mut versions = BTreeMap::new();
    for to in 0..STREAMS {
        versions.insert(to, log.version(stream(u128::from(to))).await.unwrap().get());
    }
    let mut make = |number: u64| {
        let version = versions.get_mut(&(number % STREAMS)).unwrap();
        let one = commit(number, *version);
        *version += one.events.len() as u64;
        one
    };
    let seals = std::env::var(SEALS).is_ok();
    let until = next + commits.parse::<u64>().unwrap();
    while next < until {
        let (_, group) = handed(next, seals);
        let commits: Vec<_> = (next..next + group).map(&mut make).collect();
        let answers = match group {
            1 => vec![log.append(commits[0].clone()).await],
            _ => log.append_all(commits).await,
        };
        for answer in answers {
            answer.unwrap();
        }
        next += group;
        out.write_all(format!("{}\n", next - 1).as_bytes()).unwrap();
        if next % 6 == 0 {
            let end = log.end().await.unwrap();
            let entry = (b"position".to_vec(), Some(end.get().to_be_bytes().to_vec()));
            log.put("seen", end, vec![entry, (next.to_be_bytes().to_vec(), Some(vec![1; 300]))]).await.unwrap();
        }
    }
    // No clean close: a crash is what this process is for.
    std::process::abort();
}

#[test]
#[ignore = "it is the other process of the migration tests"]
fn opens_a_store() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    drop(open(Path::new(&store)).unwrap());
}

#[tokio::test]
#[ignore = "it is the other process of the replacement tests"]
async fn replaces_bodies() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let log = open(Path::new(&store)).unwrap();
    crate::replacing::replace_large(&log).await;
    std::process::abort();
}

#[tokio::test]
#[ignore = "it is the other process of the tests of compacting"]
async fn compacts_a_store() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let log = open(Path::new(&store)).unwrap();
    log.compact();
    log.close().await.unwrap();
}

#[tokio::test]
#[ignore = "it is the other process of the crash tests"]
async fn appends_until_the_disk_is_full() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let store = Path::new(&store);
    let log = open(store).unwrap();
    let mut acknowledged = String::new();
    let (mut number, mut versions) = (0, BTreeMap::<u64, u64>::new());
    let failure = loop {
        let version = versions.entry(number % STREAMS).or_default();
        let one = commit(number, *version);
        *version += one.events.len() as u64;
        match log.append(one).await {
            Ok(_) => acknowledged += &format!("{number}\n"),
            Err(error) => break error,
        }
        number += 1;
    };
    assert!(matches!(failure, AppendError::Storage { .. }), "{failure:?}");
    let end = log.end().await.unwrap();
    for retry in [number, number + 1] {
        let again = log.append(commit(retry, 0)).await;
        assert!(matches!(again, Err(AppendError::AfterFailure { .. })), "{again:?}");
    }
    let put = log.put("seen", Position::START, Vec::new()).await;
    assert!(matches!(put, Err(AppendError::AfterFailure { .. })), "{put:?}");
    assert_eq!(log.end().await.unwrap(), end, "what was not acknowledged is not readable");
    std::fs::write(store.with_file_name(ACKNOWLEDGED), acknowledged).unwrap();
    // Closing says what it says; that it returns at all is what counts after a failure.
    let _ = log.close().await;
}
