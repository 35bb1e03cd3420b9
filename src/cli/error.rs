//! What went wrong, as people and scripts see it: a kind with an exit code, a message, a hint.

use crate::domain::command::RequestError;
use crate::domain::decide::Refusal;
use crate::log::{AppendError, OpenError, ReadError};
use crate::service::backup::BackupError;
use crate::service::error::{ExecuteError, QueryError, RegisterError, RestoreError};
use crate::service::mapping::MappingError;
use crate::service::settings::SettingsError;
use crate::service::trust::TrustError;
use crate::views::outcome::ErrorView;

use super::hint;
use super::output::{Format, Stream, Terminal, emit_error, json_text, safe};

/// The exit codes; they are public API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Refused, or not found.
    Refused,
    /// The command line, or a value in it, is not of its form.
    Usage,
    /// Someone else was first, or the command id belongs to another command.
    Conflict,
    /// The record is damaged.
    Integrity,
    /// The store, a file, or the network failed.
    Storage,
    /// Asked with `--exit-code`: something is overdue, or lint found an error or a warning.
    Found,
    /// A bug in the program.
    Bug,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Conflict => 3,
            Self::Integrity => 4,
            Self::Storage => 5,
            Self::Found => 10,
            Self::Bug => 70,
        }
    }
}

/// The stable code of a failure where there is no register.
pub const NO_REGISTER: &str = "no_register";

/// Why a command failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// With which exit code.
    pub exit: Exit,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    fn new(exit: Exit, code: &str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { exit, code: code.to_owned(), message: message.into(), hint }
    }

    /// The command line is not of its form.
    #[must_use]
    pub fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, code, message, None)
    }

    /// The store or a file failed.
    #[must_use]
    pub fn storage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Storage, code, message, None)
    }

    /// What was asked for is not there.
    #[must_use]
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, code, message, None)
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As it is shown in JSON.
    #[must_use]
    pub fn view(&self) -> ErrorView {
        ErrorView {
            code: self.code.clone(),
            message: self.message.clone(),
            hint: self.hint.clone(),
            exit_code: self.exit.code(),
        }
    }
}

/// An error with its causes, each once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// Writes a failure to standard error and returns its exit code.
#[must_use]
pub fn report(failure: &Failure, format: Format) -> Exit {
    let text = match format {
        Format::Json | Format::Jsonl => json_text(&failure.view()).unwrap_or_else(|_| failure.message.clone()),
        Format::Table | Format::Csv | Format::Markdown => {
            let terminal = Terminal::of(Stream::Stderr, super::output::ColorChoice::Auto, super::place::variable);
            let mut text = format!("error[{}]: {}\n", failure.code, safe::sentence(&failure.message, terminal));
            if let Some(hint) = &failure.hint {
                text = format!("{text}hint: {}\n", safe::sentence(hint, terminal));
            }
            text
        }
    };
    let _ = emit_error(&text);
    failure.exit
}

/// The most characters of a line about a wrong command line; what was typed stands in it, however long.
const USAGE_LINE_MAX: usize = 400;

/// Shows what clap has to say, which is help or a wrong command line, and returns its exit code.
///
/// A wrong command line is JSON on standard error where JSON was asked for, like every other failure.
#[must_use]
pub fn report_usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // Help and version; a reader that went away is a polite end.
        let _ = error.print();
        return Exit::Done;
    }
    let text = error.render().to_string();
    let harmless = |line: &str| line.chars().count() <= USAGE_LINE_MAX && !line.contains(safe::is_unsafe);
    if super::place::json_is_asked_for() {
        return report(&Failure::from_clap(&text), Format::Json);
    }
    if text.lines().all(harmless) {
        let _ = error.print();
    } else {
        let lines: Vec<String> = text.lines().map(usage_line).collect();
        let _ = emit_error(&format!("{}\n", lines.join("\n")));
    }
    Exit::Usage
}

/// One line of clap's, not too long, and without characters that a terminal would obey.
fn usage_line(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let clean = safe::one_line(line);
    let mut cut: String = clean.chars().take(USAGE_LINE_MAX).collect();
    if cut.len() < clean.len() {
        cut.push('…');
    }
    " ".repeat(indent) + &cut
}

impl Failure {
    /// What clap says, in our form: its first paragraph is the message, its tips are the hint.
    fn from_clap(text: &str) -> Self {
        let mut paragraphs = text.split("\n\n");
        let first = paragraphs.next().unwrap_or_default();
        let words: Vec<String> = first.lines().map(|line| usage_line(line.trim())).collect();
        let message = words.join(" ");
        let tips: Vec<String> = paragraphs
            .flat_map(str::lines)
            .filter_map(|line| line.trim().strip_prefix("tip: "))
            .map(usage_line)
            .collect();
        let hint =
            if tips.is_empty() { "servanda COMMAND --help shows its options".to_owned() } else { tips.join("; ") };
        Self::usage("usage", message.strip_prefix("error: ").unwrap_or(&message)).hinted(hint)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match &refusal {
            Refusal::Field { .. } | Refusal::Sources(_) | Refusal::TooMany { .. } => Exit::Usage,
            Refusal::CommandReused { .. } => Exit::Conflict,
            _ => Exit::Refused,
        };
        Self::new(exit, refusal.code(), refusal.to_string(), hint::of_refusal(&refusal))
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::from_request(&error)
    }
}

impl Failure {
    fn from_request(error: &RequestError) -> Self {
        let code = match error {
            RequestError::NoCommand => "no_command",
            RequestError::UnknownVerb { .. } => "unknown_command",
            RequestError::Agreement(_) => "agreement",
            RequestError::Fields { .. } | RequestError::Framing(_) => "field",
        };
        Self::new(Exit::Usage, code, error.to_string(), hint::of_request(error))
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let (exit, code) = match &error {
            ReadError::Damaged { .. } => (Exit::Integrity, "damaged"),
            _ => (Exit::Storage, "storage"),
        };
        Self::new(exit, code, chain(&error), hint::of_storage(exit))
    }
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        let (exit, code) = match &error {
            AppendError::Damaged { .. } => (Exit::Integrity, "damaged"),
            AppendError::Conflict { .. } | AppendError::EndMoved { .. } | AppendError::ClockBehind { .. } => {
                (Exit::Conflict, "conflict")
            }
            _ => (Exit::Storage, "storage"),
        };
        Self::new(exit, code, chain(&error), hint::of_storage(exit))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let hint = hint::of_query(&error);
        let (exit, code) = match error {
            QueryError::Read(error) => return error.into(),
            QueryError::View(error) => return error.into(),
            QueryError::NoSuchAgreement { .. } => (Exit::Refused, "no_such_agreement"),
            QueryError::NotYet { .. } => (Exit::Refused, "not_yet"),
            QueryError::Words(_) => (Exit::Usage, "words"),
            QueryError::NoSuchInstance { .. } => (Exit::Refused, "no_such_instance"),
            QueryError::NoSuchCommitment { .. } => (Exit::Refused, "no_such_commitment"),
            QueryError::NoSuchDate { .. } => (Exit::Refused, "no_such_date"),
            QueryError::Codec(_) | QueryError::ViewDamaged { .. } => (Exit::Integrity, "damaged"),
        };
        Self::new(exit, code, chain(&error), hint)
    }
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Query(error) => error.into(),
            ExecuteError::Append(error) => error.into(),
            other => Self::from_execute(&other),
        }
    }
}

impl Failure {
    /// The failure of a command that was refused, which an import only lists.
    #[must_use]
    pub fn from_execute(error: &ExecuteError) -> Self {
        match error {
            ExecuteError::Request(error) => Self::from_request(error),
            ExecuteError::Refused(refusal) => refusal.clone().into(),
            ExecuteError::Row(problem) => {
                Self::new(Exit::Usage, problem.kind.code(), problem.to_string(), hint::of_problem(&problem.kind))
            }
            ExecuteError::Query(_) | ExecuteError::Append(_) => Self::storage("storage", chain(error)),
            ExecuteError::Input { .. } => {
                let hint = "the same import again goes on where this one ended";
                Self::new(Exit::Storage, "input", chain(error), Some(hint.to_owned()))
            }
            ExecuteError::Contended { .. } => {
                Self::new(Exit::Conflict, "contended", error.to_string(), hint::of_storage(Exit::Conflict))
            }
            ExecuteError::TimeRunsBackwards { .. } => {
                let hint = "sort the lines by recorded_at, or leave it out of this one";
                Self::new(Exit::Refused, "time_runs_backwards", error.to_string(), Some(hint.to_owned()))
            }
            ExecuteError::Aside { folder } => {
                let hint = format!("move {folder} out of the store's folder, or delete it; then redact again");
                Self::new(Exit::Refused, "aside", error.to_string(), Some(hint))
            }
            ExecuteError::AssertedTime => {
                let hint = "add --asserted-times, which marks each such event, or leave recorded_at out";
                Self::new(Exit::Usage, "asserted_time", error.to_string(), Some(hint.to_owned()))
            }
        }
    }
}

impl From<MappingError> for Failure {
    fn from(error: MappingError) -> Self {
        let exit = match error {
            MappingError::Input(_) => Exit::Refused,
            _ => Exit::Usage,
        };
        Self::new(exit, error.code(), error.to_string(), hint::of_mapping(&error))
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        let hint = hint::of_opening(&error);
        let (exit, code) = match &error {
            RegisterError::Open(OpenError::Held { .. }) => (Exit::Storage, "held"),
            RegisterError::Open(OpenError::Damaged { .. }) | RegisterError::Settings(SettingsError::Damaged { .. }) => {
                (Exit::Integrity, "damaged")
            }
            RegisterError::Open(OpenError::NewerFormat { .. })
            | RegisterError::Settings(SettingsError::Newer { .. }) => (Exit::Storage, "newer_format"),
            RegisterError::Open(OpenError::Missing { .. }) => (Exit::Refused, NO_REGISTER),
            RegisterError::Open(_) | RegisterError::Settings(_) => (Exit::Storage, "storage"),
        };
        Self::new(exit, code, chain(&error), hint)
    }
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Self {
        let hint = hint::of_trust(&error);
        let (exit, code) = match error {
            TrustError::Query(error) => return error.into(),
            TrustError::Execute(error) => return (*error).into(),
            TrustError::NoKey => (Exit::Refused, "no_key"),
            TrustError::KeyThere { .. } => (Exit::Refused, "key_there"),
            TrustError::KeyElsewhere { .. } => (Exit::Refused, "key_elsewhere"),
            TrustError::KeysInStore { .. } => (Exit::Refused, "keys_in_store"),
            TrustError::KeysOpen { .. } => (Exit::Refused, "keys_open"),
            TrustError::KeyFile { .. } => (Exit::Refused, "key_file"),
            TrustError::NoHead { .. } => (Exit::Refused, "no_head"),
            TrustError::NoSuchEvent { .. } => (Exit::Refused, "no_such_event"),
            TrustError::File { .. } => (Exit::Storage, "file"),
            TrustError::Name(_) => (Exit::Usage, "key"),
            TrustError::Unfounded(_) => (Exit::Usage, "unfounded"),
            TrustError::Forked { .. } => (Exit::Integrity, "forked"),
            TrustError::Head { .. } => (Exit::Integrity, "head"),
            TrustError::Proof(_) => (Exit::Integrity, "proof"),
            TrustError::Event(_) => (Exit::Integrity, "event"),
        };
        Self::new(exit, code, chain(&error), hint)
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Append(error) => error.into(),
            RestoreError::Query(error) => error.into(),
            RestoreError::NotEmpty { .. } => {
                let hint = "give a new folder: servanda restore FILE --store DIR";
                Self::new(Exit::Refused, "not_empty", error.to_string(), Some(hint.to_owned()))
            }
            RestoreError::Line { .. } => Self::new(Exit::Refused, "line", error.to_string(), None),
            RestoreError::Input(_) => Self::new(Exit::Storage, "input", error.to_string(), None),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let hint = hint::of_backup(&error);
        let (exit, code) = match error {
            BackupError::Read(error) => return error.into(),
            BackupError::Append(error) => return error.into(),
            BackupError::Settings(error) => return RegisterError::Settings(error).into(),
            BackupError::Open { source: OpenError::Held { .. }, .. } => (Exit::Storage, "held"),
            BackupError::Open { source: OpenError::NewerFormat { .. }, .. } | BackupError::Newer { .. } => {
                (Exit::Storage, "newer_format")
            }
            BackupError::Exists { .. } => (Exit::Refused, "exists"),
            BackupError::Inside { .. } => (Exit::Usage, "inside_store"),
            BackupError::InMemory => (Exit::Refused, NO_REGISTER),
            BackupError::Output { .. } => (Exit::Storage, "output"),
            BackupError::Input { .. } => (Exit::Storage, "input"),
            BackupError::NotOne { .. } => (Exit::Refused, "no_backup"),
            BackupError::NotEmpty { .. } => (Exit::Refused, "not_empty"),
            BackupError::Differs { .. }
            | BackupError::Damaged { .. }
            | BackupError::Open { source: OpenError::Damaged { .. }, .. } => (Exit::Integrity, "damaged"),
            BackupError::Open { .. } => (Exit::Storage, "storage"),
        };
        Self::new(exit, code, chain(&error), hint)
    }
}
