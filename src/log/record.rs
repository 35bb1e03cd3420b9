//! What goes into the log and what comes out of it.

use std::fmt;

use uuid::Uuid;

/// A place in the log, from 0; also the index of the event's leaf in the Merkle tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The place of the first event.
    pub const START: Self = Self(0);

    /// Makes a position from its number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number of the position.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position `count` places further on.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The id of a stream of events; one agreement is one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(Uuid);

impl StreamId {
    /// Makes a stream id from a UUID.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// Returns the UUID.
    pub const fn get(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of events in a stream; the sequence number of its last event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamVersion(u64);

impl StreamVersion {
    /// The version of a stream without events.
    pub const NONE: Self = Self(0);

    /// Makes a version from a number of events.
    pub const fn new(events: u64) -> Self {
        Self(events)
    }

    /// Returns the number of events.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of the command that made a commit; used once (L5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(Uuid);

impl CommandId {
    /// Makes a command id from a UUID.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// Returns the UUID.
    pub const fn get(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An event that has no position yet: canonical bytes, made by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The header, at most [`HEADER_BYTES_MAX`](super::HEADER_BYTES_MAX) bytes and not empty.
    pub header: Vec<u8>,
    /// The body, at most [`BODY_BYTES_MAX`](super::BODY_BYTES_MAX) bytes.
    pub body: Vec<u8>,
}

/// One commit: events of one stream that are appended together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The command that made the events.
    pub command: CommandId,
    /// The stream that the events go to.
    pub stream: StreamId,
    /// How many events the stream has at the moment of the write, else the commit is refused.
    pub expected: StreamVersion,
    /// Where the whole log ends at the moment of the write, else the commit is refused; for decisions that depend on other
    /// streams too, such as the uniqueness of a reference.
    pub expected_end: Option<Position>,
    /// The time of recording in microseconds since 1970 UTC; never lower than the log's last one.
    pub recorded_at: i64,
    /// The events, in order, at least one.
    pub events: Vec<Draft>,
}

/// Another body for an event that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The event.
    pub position: Position,
    /// What its body is from now on, at most [`BODY_BYTES_MAX`](super::BODY_BYTES_MAX) bytes.
    pub body: Vec<u8>,
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub seq: u64,
    /// The command that made it.
    pub command: CommandId,
    /// When it was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
    /// The header, byte for byte as appended.
    pub header: Vec<u8>,
    /// The body, byte for byte as appended, or as it was replaced since.
    pub body: Vec<u8>,
}

/// What a commit became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The command that made the commit.
    pub command: CommandId,
    /// The stream that it went to.
    pub stream: StreamId,
    /// The position of its first event.
    pub first: Position,
    /// The sequence number of its first event in the stream, from 1.
    pub first_seq: u64,
    /// How many events it has; their positions follow each other.
    pub count: u32,
    /// When it was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
    /// Whether the commit was there before this call, which then wrote nothing.
    pub repeated: bool,
}

impl Receipt {
    /// Returns the position after the commit's last event.
    pub const fn end(&self) -> Position {
        self.first.plus(self.count as u64)
    }

    /// Returns the version that the stream had after the commit.
    pub const fn version(&self) -> StreamVersion {
        StreamVersion::new(self.first_seq + self.count as u64 - 1)
    }
}
