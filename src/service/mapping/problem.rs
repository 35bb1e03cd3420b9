//! What can be wrong with a mapping, a file, or one of its rows.

use std::fmt;

/// The most characters of a value that a problem quotes.
const QUOTED_MAX: usize = 80;

/// The most faults of a mapping that are told at once.
const FAULTS_MAX: usize = 20;

/// A value as a problem quotes it: its beginning, with an ellipsis where it was cut.
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut cut: String = value.chars().take(QUOTED_MAX).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    cut
}

/// The name that was perhaps meant, of those there are.
#[must_use]
pub fn meant<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likely =
        names.into_iter().map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &given.to_lowercase()), name));
    likely.filter(|(likeness, _)| *likeness > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// Why a row, or a value of it, cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Problem {
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// The value, cut to 80 characters.
    pub value: Option<String>,
    /// What is wrong.
    pub kind: Box<ProblemKind>,
}

/// What is wrong with a row; each kind has a stable code. The way out is said at the edge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// It has more or fewer fields than there are columns.
    #[error("the row has {found} fields, and the header names {wanted} columns")]
    RaggedRow {
        /// How many fields.
        found: usize,
        /// How many columns.
        wanted: usize,
    },
    /// Everything after a quote belongs to one field.
    #[error("a quote opens in this row and is never closed")]
    OpenQuote,
    /// A field is too long.
    #[error("the field is {length} bytes long, at most {most} are read")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The bound.
        most: usize,
    },
    /// A text is split into too many parts.
    #[error("it has more than {most} parts")]
    TooManyParts {
        /// The bound.
        most: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("byte {at} of the field, 0x{byte:02X}, is not UTF-8")]
    NotUtf8 {
        /// The byte's place, from 1.
        at: usize,
        /// The byte.
        byte: u8,
    },
    /// A byte that Windows-1252 does not have.
    #[error("0x{byte:02X} is no character of Windows-1252")]
    NotWindows1252 {
        /// The byte.
        byte: u8,
    },
    /// A date that does not fit its column's format, or is no day of the calendar.
    #[error("{value:?} is no date of the form {format}")]
    Date {
        /// The value, cut to 80 characters.
        value: String,
        /// The format, as the mapping states it.
        format: String,
    },
    /// A day that stands for not knowing one.
    #[error("{value:?} is what programs write where they know no day")]
    SentinelDate {
        /// The value, cut to 80 characters.
        value: String,
    },
    /// A value that a table does not know.
    #[error("{value:?} is not in the mapping's table {table:?}")]
    NotInTable {
        /// The value, cut to 80 characters.
        value: String,
        /// The table.
        table: String,
        /// The value there that was perhaps meant.
        meant: Option<String>,
    },
    /// A letter that a short name cannot have.
    #[error("{letter:?} has no ASCII form to make a short name of")]
    NoAsciiForm {
        /// The letter.
        letter: char,
    },
    /// A name without a letter or digit.
    #[error("nothing is left of it as a short name")]
    NothingLeft,
    /// It belongs to no agreement.
    #[error("its {what} is empty")]
    NoAgreement {
        /// What is empty, in words.
        what: &'static str,
    },
    /// The rows of one group give several references.
    #[error("its agreement is {here} here, and {earlier} in an earlier row")]
    SameGroup {
        /// The reference of this row.
        here: String,
        /// That of an earlier one.
        earlier: String,
    },
    /// Two groups give one reference.
    #[error("{one:?} and {other:?} both give the reference {reference}")]
    SameReference {
        /// The first group, cut to 80 characters.
        one: String,
        /// This one.
        other: String,
        /// The reference.
        reference: String,
    },
    /// Two names give one party.
    #[error("{one:?} and {other:?} both give the party {party}")]
    SameParty {
        /// The first name, cut to 80 characters.
        one: String,
        /// This one.
        other: String,
        /// The party's short name.
        party: String,
    },
    /// The file changed while it was read.
    #[error("the row was not there when the file was read before")]
    FileChanged,
}

impl ProblemKind {
    /// The stable code of this kind of problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RaggedRow { .. } => "ragged_row",
            Self::OpenQuote => "open_quote",
            Self::TooLong { .. } | Self::TooManyParts { .. } => "too_long",
            Self::NotUtf8 { .. } | Self::NotWindows1252 { .. } => "encoding",
            Self::Date { .. } => "date",
            Self::SentinelDate { .. } => "sentinel_date",
            Self::NotInTable { .. } => "not_in_table",
            Self::NoAsciiForm { .. } | Self::NothingLeft => "short_name",
            Self::NoAgreement { .. } => "no_agreement",
            Self::SameGroup { .. } => "same_group",
            Self::SameReference { .. } => "same_reference",
            Self::SameParty { .. } => "same_party",
            Self::FileChanged => "file_changed",
        }
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self { column: None, value: None, kind: Box::new(kind) }
    }
}

impl Problem {
    /// The same, in a column that is to blame.
    #[must_use]
    pub fn within(mut self, column: &str, value: &str) -> Self {
        self.column = Some(column.to_owned());
        self.value = Some(quoted(value));
        self
    }
}

/// What is worth telling about a row that was taken all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warned {
    /// The line of the file on which the row begins, from 1; 1 for what concerns the whole file.
    pub line: u64,
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// The value, cut to 80 characters.
    pub value: Option<String>,
    /// What it is.
    pub message: String,
}

/// Why a mapping file, or a CSV file under it, is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The mapping file is not of its form.
    #[error("{0}")]
    Form(String),
    /// The mapping and the file do not fit each other.
    #[error("{}", listed(.0))]
    Faults(Vec<String>),
    /// Which day a date is cannot be known from what the mapping says.
    #[error("{}", listed(.0))]
    Ambiguous(Vec<String>),
    /// The file holds no header.
    #[error("the file is empty: its first line has to name the columns")]
    Empty,
    /// The file has more than can be kept track of.
    #[error("the file has more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The bound.
        most: usize,
    },
    /// The file cannot be read.
    #[error("{0}")]
    Input(#[source] std::io::Error),
}

fn listed(faults: &[String]) -> String {
    let more = faults.len().saturating_sub(FAULTS_MAX);
    let told = faults.iter().take(FAULTS_MAX).map(String::as_str).collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{told}; and {more} more") } else { told }
}

impl MappingError {
    /// The stable code of this kind of error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) | Self::Faults(_) => "mapping",
            Self::Ambiguous(_) => "ambiguous_column",
            Self::Empty => "empty_file",
            Self::TooMany { .. } => "too_many",
            Self::Input(_) => "file",
        }
    }
}

/// A name in the quotes that people read.
pub(super) struct Named<'a>(pub(super) &'a str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", quoted(self.0))
    }
}
