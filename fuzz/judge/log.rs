//! The embedded log beside the one in memory: the same appends, with closings and crashes between, give the same answers.

use std::path::Path;
use std::time::Duration;

use servanda::log::{
    Append, CommandId, Draft, EventLog, MemoryLog, OpenOptions, Position, SledLog, StreamId, StreamVersion,
};
use tempfile::TempDir;
use uuid::Uuid;

/// How many acts are tried at most.
const ACTS_MAX: usize = 200;

/// Bytes as choices; zero once they are used up.
pub(crate) struct Choices<'b>(std::slice::Iter<'b, u8>);

impl<'b> Choices<'b> {
    /// The choices that bytes make.
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    /// Whether there are more.
    pub(crate) fn is_open(&self) -> bool {
        self.0.len() > 0
    }

    /// One of so many.
    pub(crate) fn of_many(&mut self, many: u8) -> u8 {
        self.0.next().map_or(0, |byte| byte % many)
    }
}

fn open(path: &Path) -> SledLog {
    let options = OpenOptions { wait: Duration::ZERO, holder: "fuzz".to_owned(), since: String::new(), create: true };
    SledLog::open(path, &options).expect("it opens without help")
}

/// Copies what a killed process leaves.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn commit(choices: &mut Choices<'_>, end: u64, number: u64) -> Append {
    let stream = u128::from(choices.of_many(4)) + 1;
    let expected = match choices.of_many(4) {
        0 => StreamVersion::NONE,
        wanted => StreamVersion::new(u64::from(wanted) + u64::from(choices.of_many(8)) - 1),
    };
    let again = choices.of_many(8) == 0;
    let command = if again { u128::from(number / 2) } else { u128::from(number) };
    let bytes = match choices.of_many(8) {
        0 => 100_000,
        few => usize::from(few) * 40,
    };
    let events = 1 + usize::from(choices.of_many(3));
    Append {
        command: CommandId::new(Uuid::from_u128(command << 64 | 1)),
        stream: StreamId::new(Uuid::from_u128(stream)),
        expected,
        expected_end: (choices.of_many(4) == 0).then(|| Position::new(end)),
        recorded_at: i64::try_from(number).unwrap() + i64::from(choices.of_many(3)) - 1,
        events: (0..events)
            .map(|event| Draft {
                header: format!("header {number} {event}").into_bytes(),
                body: vec![u8::try_from(number % 251).unwrap(); bytes],
            })
            .collect(),
    }
}

async fn alike(sled: &SledLog, memory: &MemoryLog) {
    assert_eq!(sled.end().await.unwrap(), memory.end().await.unwrap());
    assert_eq!(sled.last_recorded_at().await.unwrap(), memory.last_recorded_at().await.unwrap());
    assert!(
        sled.read(Position::START, usize::MAX).await.unwrap()
            == memory.read(Position::START, usize::MAX).await.unwrap()
    );
    for stream in 1..=4 {
        let stream = StreamId::new(Uuid::from_u128(stream));
        assert_eq!(sled.version(stream).await.unwrap(), memory.version(stream).await.unwrap());
        let read = sled.read_stream(stream, 1, 50).await.unwrap();
        assert!(read == memory.read_stream(stream, 1, 50).await.unwrap());
    }
}

/// Judges bytes as a history of acts.
pub(crate) fn judge(bytes: &[u8]) {
    let dir = TempDir::new().unwrap();
    let memory = MemoryLog::new();
    let mut path = dir.path().join("0");
    let mut sled = open(&path);
    let mut choices = Choices::of(bytes);
    super::finish(async {
        for act in 0..ACTS_MAX {
            if !choices.is_open() {
                break;
            }
            match choices.of_many(16) {
                0 => {
                    sled.close().await.unwrap();
                    drop(sled);
                    sled = open(&path);
                }
                1 => {
                    let next = dir.path().join((act + 1).to_string());
                    copy(&path, &next);
                    sled.close().await.unwrap();
                    drop(sled);
                    path = next;
                    sled = open(&path);
                }
                2 | 3 => {
                    let number = u64::try_from(act).unwrap() * 100;
                    let end = memory.end().await.unwrap().get();
                    let count = u64::from(choices.of_many(40)) + 1;
                    let commits: Vec<_> = (0..count).map(|nth| commit(&mut choices, end, number + nth)).collect();
                    let ours = sled.append_all(commits.clone()).await;
                    let theirs = memory.append_all(commits).await;
                    for (ours, theirs) in ours.iter().zip(&theirs) {
                        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
                    }
                }
                _ => {
                    let number = u64::try_from(act).unwrap() * 100;
                    let one = commit(&mut choices, memory.end().await.unwrap().get(), number);
                    let (ours, theirs) = (sled.append(one.clone()).await, memory.append(one.clone()).await);
                    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
                    assert_eq!(sled.find(one.command).await.unwrap(), memory.find(one.command).await.unwrap());
                }
            }
        }
        alike(&sled, &memory).await;
        sled.close().await.unwrap();
        drop(sled);
        alike(&open(&path), &memory).await;
    });
}
