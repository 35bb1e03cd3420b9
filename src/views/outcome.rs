//! What a command did, or why it did not: the answers of the recording verbs.

use schemars::JsonSchema;
use serde::Serialize;

use super::history::HistoryRow;
use super::moves::Moved;
use crate::domain::counting::Remark;
use crate::domain::day::Day;
use crate::domain::id::{CalendarId, CommitmentId, Reference};
use crate::domain::recurrence::InstanceNumber;

/// What is odd about a recorded event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct OddView {
    /// The stable code.
    pub code: &'static str,
    /// What is odd, in words.
    pub message: String,
    /// The fact's place in the agreement.
    pub fact: u64,
}

/// What has to be said beside what was done: of a date that was counted, or of the machine's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RemarkView {
    /// The stable code: `last_day_off`, `beyond_known_days`; `clock_behind` where the machine's clock is behind the last record.
    pub code: &'static str,
    /// What is to be said, in words.
    pub message: String,
}

impl From<&Remark> for RemarkView {
    fn from(remark: &Remark) -> Self {
        Self { code: remark.code(), message: remark.to_string() }
    }
}

/// A date that moved, or a commitment that was judged again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct MovedView {
    /// In which agreement.
    pub agreement: Reference,
    /// Which date, by the word that `why` takes: `c1`, `entry-into-force`, `expiry`, `@7` …
    pub date: String,
    /// The commitment, where it is a due date.
    pub commitment: Option<CommitmentId>,
    /// Which instance of it, where it recurs.
    pub instance: Option<InstanceNumber>,
    /// The date before; where it is not one day, the latest that it could be. Null where it was not known.
    pub before: Option<Day>,
    /// The earliest that it could be before.
    pub before_earliest: Option<Day>,
    /// The date now, likewise.
    pub after: Option<Day>,
    /// The earliest that it can be now.
    pub after_earliest: Option<Day>,
    /// The state before that hangs on it: of the commitment, the party or the agreement.
    pub state_before: Option<&'static str>,
    /// The state now.
    pub state_after: Option<&'static str>,
    /// What moved it, in words, with the place of the fact.
    pub because: String,
}

impl From<&Moved> for MovedView {
    fn from(moved: &Moved) -> Self {
        Self {
            agreement: moved.agreement.clone(),
            date: moved.key.to_string(),
            commitment: moved.key.owed().map(|owed| owed.commitment),
            instance: moved.key.owed().and_then(|owed| owed.instance),
            before: moved.before.latest,
            before_earliest: moved.before.earliest,
            after: moved.after.latest,
            after_earliest: moved.after.earliest,
            state_before: moved.state_before,
            state_after: moved.state_after,
            because: moved.because.clone(),
        }
    }
}

/// Where words stand that a redaction takes out elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ElsewhereView {
    /// The agreement; null where it has no opening.
    pub agreement: Option<Reference>,
    /// The fact's place in it.
    pub event: u64,
    /// The fact's position in the log.
    pub position: u64,
    /// The fields in which they stand; those of the header, such as `recorded.by`, cannot be taken out.
    pub fields: Vec<String>,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OutcomeView {
    /// The verb.
    pub command: &'static str,
    /// The agreement.
    pub agreement: Reference,
    /// Whether anything was recorded by this very command.
    pub recorded: bool,
    /// Whether the same command had been recorded before.
    pub repeated: bool,
    /// Whether it was only to be shown.
    pub dry_run: bool,
    /// The events.
    pub events: Vec<HistoryRow>,
    /// The shipped calendars that were put on record because they are counted by for the first time.
    pub adopted: Vec<CalendarId>,
    /// What is odd about them, recorded with the reason.
    pub odd: Vec<OddView>,
    /// What has to be said beside them, such as of the date that they give.
    pub remarks: Vec<RemarkView>,
    /// The dates that it moves, as of today; after a change of a calendar, those of the whole register.
    pub moved: Vec<MovedView>,
    /// Of a redaction: where else the words stand that it takes out, the first hundred places; they stay there.
    pub elsewhere: Vec<ElsewhereView>,
    /// Of a redaction: the attached papers, by their SHA-256, that nothing else named and that are removed with it.
    pub papers_removed: Vec<String>,
}

/// A line of an import that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RefusedView {
    /// Its number, from 1.
    pub line: u64,
    /// The verb and the agreement, for one of the commands of a row.
    pub command: Option<String>,
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// What stands in it, cut to 80 characters.
    pub value: Option<String>,
    /// The stable code.
    pub code: String,
    /// Why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// What is worth telling of a row that was taken all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct WarningView {
    /// The line on which the row begins, from 1; 1 for what concerns the whole file.
    pub line: u64,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// What stands in it, cut to 80 characters.
    pub value: Option<String>,
    /// What it is.
    pub message: String,
}

/// What a table held that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct TableView {
    /// How many rows.
    pub rows: u64,
    /// How many agreements they belong to.
    pub agreements: u64,
    /// What is worth telling of its rows.
    pub warnings: Vec<WarningView>,
    /// How many more warnings there were than are listed.
    pub warnings_left_out: u64,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportView {
    /// How many lines held a command.
    pub commands: u64,
    /// How many were recorded, or would be.
    pub recorded: u64,
    /// How many had been recorded before.
    pub repeated: u64,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The first lines that were refused, at most ten thousand.
    pub refused: Vec<RefusedView>,
    /// How many lines were refused after those that are listed.
    pub refused_left_out: u64,
    /// The dates of agreements on record that a change of calendars moves; of an import that is not of one calendar,
    /// only where it was tried.
    pub moved: Vec<MovedView>,
    /// What has to be said beside it.
    pub remarks: Vec<RemarkView>,
    /// What the table held; null for lines of commands.
    pub table: Option<TableView>,
}

/// A register that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MadeView {
    /// Its folder.
    pub store: String,
    /// The IANA time zone in which its days begin and end.
    pub zone: String,
}

/// Views that were made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RebuiltView {
    /// Of how many agreements.
    pub agreements: usize,
}

/// A backup that was made, read back and compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BackupView {
    /// Where it is.
    pub to: String,
    /// What it is: `file` or `folder`.
    pub form: &'static str,
    /// How many events.
    pub events: u64,
    /// How many files beside the log, such as attached papers.
    pub files: u64,
    /// The SHA-256 of all events with what lies beside them, in hexadecimal.
    pub sha256: String,
}

/// A register that was restored.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RestoredView {
    /// How many events.
    pub events: u64,
    /// How many files beside the log, such as attached papers; an export has none.
    pub files: u64,
    /// The SHA-256 of all events, as that of the backup; null for an export, which bears none.
    pub sha256: Option<String>,
    /// Of events taken in under new positions, how many were in the register already.
    pub repeated: u64,
    /// Of those, which were left out because an event of their agreement before them is missing: `REF@7`.
    pub left_out: Vec<String>,
}

/// Why a command failed; written to standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ErrorView {
    /// The stable code.
    pub code: String,
    /// What is wrong, with the values that disagree.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit code of the program.
    pub exit_code: u8,
}
