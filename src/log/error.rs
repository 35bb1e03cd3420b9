//! Why the log says no: one enum per operation.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::{CommandId, Position, StreamId, StreamVersion};

/// The cause of a storage error: that of the operating system, or of the engine beneath.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Where damage was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The events from this position on.
    Event(Position),
    /// The index of a stream.
    Stream(StreamId),
    /// The index entry of a command.
    Command(CommandId),
    /// An entry of a view; rebuild the view.
    View(String),
    /// The store as a whole.
    Store,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(position) => write!(f, "event {position}"),
            Self::Stream(stream) => write!(f, "the index of stream {stream}"),
            Self::Command(command) => write!(f, "the index entry of command {command}"),
            Self::View(view) => write!(f, "view {view}"),
            Self::Store => f.write_str("the store"),
        }
    }
}

/// What is wrong with a commit, whatever the log holds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidAppend {
    /// A commit without events.
    #[error("a commit needs at least one event")]
    Empty,
    /// More events than a commit may have.
    #[error("a commit has {count} events, but at most {max} are allowed")]
    TooManyEvents {
        /// How many it has.
        count: usize,
        /// How many are allowed.
        max: usize,
    },
    /// An event without a header.
    #[error("event {index} of the commit has no header")]
    NoHeader {
        /// Which event of the commit, from 0.
        index: usize,
    },
    /// A header beyond its bound.
    #[error("the header of event {index} of the commit has {bytes} bytes, but at most {max} are allowed")]
    HeaderTooLarge {
        /// Which event of the commit, from 0.
        index: usize,
        /// How many bytes it has.
        bytes: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A body beyond its bound.
    #[error("the body of event {index} of the commit has {bytes} bytes, but at most {max} are allowed")]
    BodyTooLarge {
        /// Which event of the commit, from 0.
        index: usize,
        /// How many bytes it has.
        bytes: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A commit beyond its bound.
    #[error("the commit has {bytes} bytes, but at most {max} are allowed")]
    CommitTooLarge {
        /// How many bytes it has.
        bytes: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A body that cannot be replaced.
    #[error("a body cannot be replaced: {what}")]
    Replacement {
        /// Which, and why, with the two values.
        what: String,
    },
    /// A view's change that is beyond a bound, or whose position is beyond the log's end.
    #[error("view {view} cannot be written: {what}")]
    View {
        /// The view.
        view: String,
        /// Which bound, with the two values.
        what: String,
    },
}

/// Why an append, a view's write or a close was not done.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Someone else appended to the stream first.
    #[error("stream {stream} is at version {actual}, not at the expected {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// The version that the caller decided on.
        expected: StreamVersion,
        /// The version that it has.
        actual: StreamVersion,
    },
    /// Someone else appended to the log first.
    #[error("the log ends at {actual}, not at the expected {expected}")]
    EndMoved {
        /// The end that the caller decided on.
        expected: Position,
        /// The end that it has.
        actual: Position,
    },
    /// The commit's time lies before the log's last one; restamp it.
    #[error("the commit is stamped {stamped} µs, before the log's last record at {last} µs")]
    ClockBehind {
        /// The commit's time in microseconds since 1970 UTC.
        stamped: i64,
        /// The log's last time in microseconds since 1970 UTC.
        last: i64,
    },
    /// The commit is refused whatever the log holds.
    #[error(transparent)]
    Invalid(#[from] InvalidAppend),
    /// The disk or the engine failed; whether the commit survives is unknown until the store is reopened.
    #[error("the store failed while {doing}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: Fault,
    },
    /// The store holds what was never written; nothing was appended.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// Where.
        place: Place,
        /// What disagrees.
        what: String,
    },
    /// The store failed earlier and accepts nothing until it is reopened (L8).
    #[error("the store accepts nothing until it is reopened, because it failed earlier: {cause}")]
    AfterFailure {
        /// The first failure.
        cause: String,
    },
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
}

/// Why a read was not answered.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The store holds what was never written (L7).
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// Where.
        place: Place,
        /// What disagrees.
        what: String,
    },
    /// The disk or the engine failed.
    #[error("the store failed while {doing}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: Fault,
    },
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
}

impl From<ReadError> for AppendError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged { place, what } => Self::Damaged { place, what },
            ReadError::Storage { doing, source } => Self::Storage { doing, source },
            ReadError::Closed => Self::Closed,
        }
    }
}

/// Who holds a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process id, where it is known.
    pub pid: Option<u32>,
    /// The words that the holder gave of itself, such as its program and command.
    pub words: String,
    /// Since when, in the holder's words.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.words.is_empty() {
            f.write_str("another process")?;
        } else {
            f.write_str(&self.words)?;
        }
        if let Some(pid) = self.pid {
            write!(f, " (process {pid})")?;
        }
        if !self.since.is_empty() {
            write!(f, " since {}", self.since)?;
        }
        Ok(())
    }
}

/// Why a store was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is no store, and none was to be made.
    #[error("there is no store in {}", dir.display())]
    Missing {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// Another process has the store open (L9).
    #[error("the store is held by {by}; waited {:.1} s for it", waited.as_secs_f32())]
    Held {
        /// Who has it.
        by: Holder,
        /// How long was waited.
        waited: Duration,
    },
    /// The store is not what it was when it was last acknowledged; nothing in it was changed, unless `what` says so.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// Where.
        place: Place,
        /// What disagrees.
        what: String,
    },
    /// The store was written by a newer program.
    #[error(
        "the store has format {found}{}, but this program ({}) reads formats up to {supported}",
        by.as_deref().map(|by| format!(", written by servanda {by}")).unwrap_or_default(),
        env!("CARGO_PKG_VERSION")
    )]
    NewerFormat {
        /// The store's format.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
        /// The version of the program that wrote it, where the witness says.
        by: Option<String>,
    },
    /// The disk or the engine failed.
    #[error("the store failed while {doing}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: Fault,
    },
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged { place, what } => Self::Damaged { place, what },
            ReadError::Storage { doing, source } => Self::Storage { doing, source },
            ReadError::Closed => Self::Storage { doing: "opening the store", source: "the log is closed".into() },
        }
    }
}
