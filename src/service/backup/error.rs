//! Why a backup was not made, or cannot be restored.

use std::io;
use std::path::{Path, PathBuf};

use crate::log::{AppendError, OpenError, ReadError};
use crate::service::settings::SettingsError;

/// Why a backup was not made, or cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something where the backup was to be.
    #[error("{} is there already; a backup overwrites nothing", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The backup was to be inside what it is of.
    #[error("{} is inside the store {}", path.display(), store.display())]
    Inside {
        /// Where it was to be.
        path: PathBuf,
        /// The store.
        store: PathBuf,
    },
    /// A register in memory has no folder.
    #[error("a register in memory cannot be backed up")]
    InMemory,
    /// It cannot be written.
    #[error("{}: {source}", path.display())]
    Output {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of the register, or the backup, cannot be read.
    #[error("{}: {source}", path.display())]
    Input {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Read back, it is not what was written.
    #[error("{}, read back, has {found}, and the register has {wanted}", path.display())]
    Differs {
        /// The backup, or the restored store.
        path: PathBuf,
        /// What it has.
        found: String,
        /// What it should have.
        wanted: String,
    },
    /// It is something else.
    #[error("{} is no backup of this program", path.display())]
    NotOne {
        /// The file.
        path: PathBuf,
    },
    /// A later program made it.
    #[error(
        "{} is a backup of form {found}{}, but this program ({}) reads forms up to {supported}",
        path.display(),
        by.as_deref().map(|by| format!(", made by servanda {by}")).unwrap_or_default(),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u32,
        /// The newest that this program reads.
        supported: u32,
        /// The version of the program that made it.
        by: Option<String>,
    },
    /// It is not what was written.
    #[error("the backup {} is damaged: {why}", path.display())]
    Damaged {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is something in the register that it was to be restored to.
    #[error("the register holds {events} events already; restore wants an empty one")]
    NotEmpty {
        /// How many.
        events: u64,
    },
    /// The store of the backup cannot be opened.
    #[error("the store in {} cannot be opened: {source}", path.display())]
    Open {
        /// Its folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: OpenError,
    },
    /// Its settings cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The register cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl BackupError {
    pub(super) fn output(path: &Path, source: io::Error) -> Self {
        Self::Output { path: path.to_owned(), source }
    }

    pub(super) fn input(path: &Path, source: io::Error) -> Self {
        Self::Input { path: path.to_owned(), source }
    }
}
