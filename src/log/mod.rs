//! The append-only log: the only truth of the register.
//!
//! *What lives here*: bytes, streams, positions and times, and the stores that keep them. *What it may use*: no room of this
//! crate; it knows neither JSON nor what a command means. *What it promises*: the ten promises below, tested under the same
//! numbers in `tests/log/conformance.rs` for every backend. *To add a backend*: implement [`EventLog`] and [`ViewStore`], add
//! one row to the list of backends in that file, and name it where the service opens a store.
//!
//! | | promise |
//! |---|---|
//! | **L1** | An append is all or nothing. |
//! | **L2** | Acknowledged means durable; what is not yet durable is not readable either. |
//! | **L3** | The checks of the expected version, the expected end, the command id and the clock are inside the same atomic step as the write. |
//! | **L4** | Positions only grow, without gaps; a reader resumes from one without gap or repeat. |
//! | **L5** | The same command id again returns the first receipt, marked as repeated, and writes nothing. |
//! | **L6** | A tail never misses an event. |
//! | **L7** | Bytes that are not what was appended are never returned as events: every read is checked, damage is reported with its place. |
//! | **L8** | After an I/O failure nothing more is accepted until the store is reopened. |
//! | **L9** | A second process waits for a bounded time, then gets an error that names the holder. |
//! | **L10** | Bodies are replaced together with an append, all or nothing. Headers, positions, streams, commands and times stay. Once it is acknowledged, nothing that the store keeps holds a byte of what was replaced; every view is absent. |
//!
//! And: [`Recorded::recorded_at`] never runs backwards.

mod canonical;
pub mod codec;
mod error;
mod judgement;
mod memory;
mod record;
mod sled;
mod tail;
mod view_store;

use std::sync::Arc;

use async_trait::async_trait;

pub use error::{AppendError, Fault, Holder, InvalidAppend, OpenError, Place, ReadError};
pub use memory::MemoryLog;
pub use record::{Append, CommandId, Draft, Position, Receipt, Recorded, Replacement, StreamId, StreamVersion};
pub(crate) use sled::folder::sync_folder;
pub use sled::mending;
pub use sled::{OpenOptions, SledLog, WitnessFinding};
pub use tail::{Tail, tail};
pub use view_store::{Change, VIEW_KEY_BYTES_MAX, VIEW_NAME_BYTES_MAX, VIEW_VALUE_BYTES_MAX, ViewStore, after_prefix};

/// The most bytes that the header of one event may have.
///
/// A header holds ids, times and one hash, some 500 bytes; the bound keeps a mistake from entering the Merkle tree.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;

/// The most bytes that the body of one event may have.
///
/// Enough for a treaty's full text; larger papers are kept beside the log by their hash.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most events that one commit may have.
pub const COMMIT_EVENTS_MAX: usize = 1024;

/// The most bytes of headers and bodies that one commit may have.
///
/// A commit is one atomic write and is held in memory several times while it is written.
pub const COMMIT_BYTES_MAX: usize = 6 * 1024 * 1024;

/// The most events that one call of [`EventLog::read`] or [`EventLog::read_stream`] returns; larger limits are lowered to it.
pub const READ_EVENTS_MAX: usize = 65_536;

/// The bytes of headers and bodies after which a read stops early, so that one answer fits in memory.
pub const READ_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Tells whether a name in a store's folder is the log's own: its files, its lock, its witness, and what it leaves there
/// while it works. Everything else there is somebody else's and is no part of the log.
#[must_use]
pub fn is_of_the_log(name: &str) -> bool {
    matches!(name, "log" | "lock" | "witness" | "witness.next") || name.starts_with("log.")
}

/// The most bodies that one call of [`EventLog::append_replacing`] replaces.
pub const REPLACED_MAX: usize = 1024;

/// Hears how far something long is: how many events are done, and of how many.
pub type Heard = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// An append-only log of events in streams, with the promises L1 to L10 of this module.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends the events of one commit, or nothing.
    ///
    /// Returns when they are durable. Simultaneous calls share one flush.
    ///
    /// # Errors
    ///
    /// See [`AppendError`]; judged in this order: the commit's own shape, a repeated command (no error, the first receipt),
    /// the expected end, the expected version, the clock. After [`AppendError::Storage`] it is unknown whether the events
    /// survive: reopen, and append again under the same command id.
    async fn append(&self, commit: Append) -> Result<Receipt, AppendError>;

    /// Appends many commits with one flush for all of them.
    ///
    /// The commits are judged in order, each alone and each all or nothing; the refusal of one never fails another. The
    /// answers have the order of the commits. All are acknowledged after the flush, and a fault of the store fails all that
    /// were not refused.
    async fn append_all(&self, commits: Vec<Append>) -> Vec<Result<Receipt, AppendError>>;

    /// Appends one commit and replaces the bodies of earlier events by others, both or neither (L10).
    ///
    /// For what a law wants out of the record. It costs as much as copying the log; `heard` hears how far it is. Views are
    /// thrown away, since they may hold what was replaced. A repeated command replaces nothing.
    ///
    /// # Errors
    ///
    /// As [`EventLog::append`], in the same order; then [`InvalidAppend::Replacement`] for an event that is not there, that is
    /// named twice, or whose new body is too large. After [`AppendError::Storage`] it is unknown whether it was done, until
    /// the store is reopened.
    async fn append_replacing(
        &self,
        commit: Append,
        replaced: Vec<Replacement>,
        heard: Heard,
    ) -> Result<Receipt, AppendError>;

    /// Returns the events from a position on, in the order of positions.
    ///
    /// At most `limit` events, and fewer where [`READ_EVENTS_MAX`] or [`READ_BYTES_MAX`] end the answer early: only an
    /// empty answer to a limit above zero means the end.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] instead of any event whose bytes are not what was appended.
    async fn read(&self, from: Position, limit: usize) -> Result<Vec<Recorded>, ReadError>;

    /// Returns the events of one stream with a sequence number above `after_seq`, in their order.
    ///
    /// Limits as in [`EventLog::read`]. An unknown stream is an empty one.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] instead of any event whose bytes are not what was appended.
    async fn read_stream(&self, stream: StreamId, after_seq: u64, limit: usize) -> Result<Vec<Recorded>, ReadError>;

    /// Returns the number of events in a stream, zero for an unknown one.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when the stream's index is not what was written.
    async fn version(&self, stream: StreamId) -> Result<StreamVersion, ReadError>;

    /// Returns the position of the next event, which is the number of events in the log.
    ///
    /// # Errors
    ///
    /// [`ReadError::Closed`] after [`EventLog::close`].
    async fn end(&self) -> Result<Position, ReadError>;

    /// Returns the time of the last event in microseconds since 1970 UTC, or nothing for an empty log.
    ///
    /// # Errors
    ///
    /// [`ReadError::Closed`] after [`EventLog::close`].
    async fn last_recorded_at(&self) -> Result<Option<i64>, ReadError>;

    /// Returns the receipt of a command that appended events, with [`Receipt::repeated`] false.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] when the command's index entry is not what was written.
    async fn find(&self, command: CommandId) -> Result<Option<Receipt>, ReadError>;

    /// Returns the receipts of many commands, in their order.
    ///
    /// # Errors
    ///
    /// As [`EventLog::find`].
    async fn find_many(&self, commands: Vec<CommandId>) -> Result<Vec<Option<Receipt>>, ReadError> {
        let mut receipts = Vec::with_capacity(commands.len());
        for command in commands {
            receipts.push(self.find(command).await?);
        }
        Ok(receipts)
    }

    /// Waits until the log's end is beyond a position, and returns the end.
    ///
    /// # Errors
    ///
    /// [`ReadError::Closed`] when the log is closed meanwhile.
    async fn wait_beyond(&self, position: Position) -> Result<Position, ReadError>;

    /// Asks that closing the log makes its files as short as they can be, which costs as much as copying it.
    ///
    /// Closing does so by itself where the log has grown to more than twice its size, or a view of a long one was made anew. What is
    /// recorded stays as it is.
    fn compact(&self) {}

    /// Has `heard` hear how far closing is where it makes the files shorter: how many bytes are written, and of how many at most.
    ///
    /// It is let go of as soon as the log is closed.
    fn hear_closing(&self, _heard: Heard) {}

    /// Closes the log: everything is flushed, the store is let go. Every later call is refused; closing twice is fine.
    ///
    /// # Errors
    ///
    /// [`AppendError::Storage`] when the last flush fails, or what [`EventLog::compact`] asked for; the store is let go all the
    /// same.
    async fn close(&self) -> Result<(), AppendError>;
}
