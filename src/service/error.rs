//! What can go wrong, one list an operation.

use crate::domain::command::RequestError;
use crate::domain::dates::DateKey;
use crate::domain::decide::Refusal;
use crate::domain::id::{CommitmentId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::Owed;
use crate::log::codec::CodecError;
use crate::log::{AppendError, OpenError, ReadError};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// No agreement has this reference.
    #[error("there is no agreement {reference}")]
    NoSuchAgreement {
        /// What was asked for.
        reference: Reference,
        /// Those that were perhaps meant, the likeliest first.
        meant: Vec<Reference>,
    },
    /// The agreement was recorded later, or nothing had happened in it.
    #[error("nothing about {reference} is known by {known_at} to have happened by {as_of}")]
    NotYet {
        /// The agreement.
        reference: Reference,
        /// The time of knowledge.
        known_at: Instant,
        /// The day.
        as_of: crate::domain::day::Day,
    },
    /// The commitment has no such instance.
    #[error("there is no {reference}/{owed} ({there})")]
    NoSuchInstance {
        /// The agreement.
        reference: Reference,
        /// The instance.
        owed: Owed,
        /// How many there are, in words.
        there: String,
    },
    /// The agreement has no such commitment.
    #[error("there is no commitment {commitment} in {reference} (there are: {made})")]
    NoSuchCommitment {
        /// The agreement.
        reference: Reference,
        /// What was asked for.
        commitment: CommitmentId,
        /// The ones there are, in words.
        made: String,
    },
    /// The agreement has nothing that such a date could be of.
    #[error("there is no date {date} in {reference} (there are: {there})")]
    NoSuchDate {
        /// The agreement.
        reference: Reference,
        /// What was asked for.
        date: DateKey,
        /// The dates there are, in words.
        there: String,
    },
    /// The store failed, or is damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing that could be looked for.
    #[error(transparent)]
    Words(#[from] crate::views::words::QueryWordsError),
    /// A view could not be written.
    #[error("the views could not be brought up to date")]
    View(#[source] AppendError),
    /// A record cannot be read.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A kept view cannot be read.
    #[error("view {view} is damaged at {key:?}; rebuild makes it anew")]
    ViewDamaged {
        /// The view.
        view: &'static str,
        /// Its key.
        key: String,
    },
}

/// Why a command was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// It is no request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A row of a table cannot be made a command.
    #[error(transparent)]
    Row(Box<super::mapping::Problem>),
    /// What it is decided on cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Others kept writing first.
    #[error("others wrote to the register first, {attempts} times in a row")]
    Contended {
        /// How often it was tried.
        attempts: u32,
    },
    /// An asserted time lies before what is recorded.
    #[error("recorded_at {asserted} lies before {last}, when the last event was recorded")]
    TimeRunsBackwards {
        /// The importer's word.
        asserted: Instant,
        /// The time of the last event.
        last: Instant,
    },
    /// The input of an import cannot be read on; what was read before is recorded, unless all was wanted or nothing.
    #[error("the input cannot be read beyond line {lines}")]
    Input {
        /// How many lines were read.
        lines: u64,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// What a repair put aside still holds earlier bytes of the log.
    #[error(
        "{folder}, in the store's folder, holds files of the log that a repair put aside, and what is to go may be in them"
    )]
    Aside {
        /// The name of the folder.
        folder: String,
    },
    /// A time was asserted without leave.
    #[error("recorded_at is accepted with --asserted-times only")]
    AssertedTime,
}

impl From<super::mapping::Problem> for ExecuteError {
    fn from(problem: super::mapping::Problem) -> Self {
        Self::Row(Box::new(problem))
    }
}

impl From<ReadError> for ExecuteError {
    fn from(error: ReadError) -> Self {
        Self::Query(error.into())
    }
}

impl From<CodecError> for ExecuteError {
    fn from(error: CodecError) -> Self {
        Self::Query(error.into())
    }
}

/// Why a register cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its settings.
    #[error(transparent)]
    Settings(#[from] super::settings::SettingsError),
}

/// Why a register cannot be restored from an export.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is something in it.
    #[error("the register holds {events} events already; restore wants an empty one")]
    NotEmpty {
        /// How many.
        events: u64,
    },
    /// A line cannot be read.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The input cannot be read.
    #[error("the input cannot be read: {0}")]
    Input(#[source] std::io::Error),
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The store cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<ReadError> for RestoreError {
    fn from(error: ReadError) -> Self {
        Self::Query(error.into())
    }
}
