//! What else lies in a store's folder that cannot be made anew from the log: the one place that says what a backup takes.
//!
//! It is told by what it is not. The log's own files are copied as events; what is derived lies among them; what is unfinished
//! is nothing yet; what a repair put aside is no part of the register. Everything else belongs to the register, so that what a
//! later part of the program keeps there is in a backup without being named here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::log::is_of_the_log;
use crate::service::open::PAPERS;
use crate::service::papers::GOING;

/// What the names of folders begin with in which a repair keeps what was damaged.
pub(crate) const ASIDE: &str = "damaged-";

/// How the names of files end that are being written.
pub(crate) const UNFINISHED: &str = ".unfinished";

/// How deep folders lie in each other at most.
const DEPTH_MAX: usize = 16;

/// How many files there are at most: one for each attached paper and each tree head, and far more.
const FILES_MAX: usize = 4_000_000;

/// A file that belongs to a register, by its path from the store's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Belonging {
    pub(crate) path: PathBuf,
}

impl Belonging {
    /// Whether it is an attached paper.
    pub(crate) fn is_paper(&self) -> bool {
        self.path.starts_with(PAPERS)
    }
}

/// Tells whether a name in the store's folder is that of something that a backup leaves out.
pub(crate) fn is_left_out(name: &str) -> bool {
    is_of_the_log(name) || name == GOING || name.starts_with(ASIDE) || name.ends_with(UNFINISHED)
}

/// Lists the files that belong to the register of a folder, in the order of their paths.
///
/// # Errors
///
/// The file system's own, or one that names what is neither a file nor a folder.
pub(crate) fn belongings(store: &Path) -> io::Result<Vec<Belonging>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(store.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let text = name.to_string_lossy();
            let is_at_the_top = folder.as_os_str().is_empty();
            if text.ends_with(UNFINISHED) || (is_at_the_top && is_left_out(&text)) {
                continue;
            }
            let path = folder.join(&name);
            let kind = entry.file_type()?;
            let strange = |what: &str| io::Error::other(format!("{} {what}", entry.path().display()));
            if name.to_str().is_none() {
                return Err(strange("has a name that is not text"));
            }
            if kind.is_dir() {
                if path.components().count() > DEPTH_MAX {
                    return Err(strange("lies too deep"));
                }
                folders.push(path);
            } else if kind.is_file() {
                found.push(Belonging { path });
            } else {
                return Err(strange("is neither a file nor a folder"));
            }
            if found.len() > FILES_MAX {
                return Err(strange("is one of more files than a store has"));
            }
        }
    }
    found.sort();
    Ok(found)
}
