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

/// Why a value of a row cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Problem {
    /// The stable code of this kind of problem.
    pub code: &'static str,
    /// The column, where one is to blame.
    pub column: Option<String>,
    /// The value, cut to 80 characters.
    pub value: Option<String>,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of a whole row.
    #[must_use]
    pub fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, column: None, value: None, why: why.into(), hint: None }
    }

    /// The same, in a column that is to blame.
    #[must_use]
    pub fn within(mut self, column: &str, value: &str) -> Self {
        self.column = Some(column.to_owned());
        self.value = Some(quoted(value));
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
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
