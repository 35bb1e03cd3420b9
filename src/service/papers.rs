//! The folder that keeps attached documents by their hash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Service;

/// The most bytes of one document.
pub const PAPER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A document that was read and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its content.
    pub content: Vec<u8>,
    /// The SHA-256 of the content, in hexadecimal.
    pub sha256: String,
}

/// Reads a document and hashes it.
///
/// # Errors
///
/// The file's own error, or one that says that it is too large.
pub fn read_paper(path: &Path) -> io::Result<Paper> {
    let mut content = Vec::new();
    let read = File::open(path)?.take(PAPER_BYTES_MAX + 1).read_to_end(&mut content)?;
    if read as u64 > PAPER_BYTES_MAX {
        let why = format!("it is larger than the {PAPER_BYTES_MAX} bytes that are kept");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    let sha256 = crate::log::codec::hex(&Sha256::digest(&content));
    Ok(Paper { content, sha256 })
}

/// Writes a file whole or not at all, and durably: under another name, synced, renamed, its folder synced.
///
/// # Errors
///
/// Whatever the file system refuses.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&unfinished, path)?;
    sync_folder(folder)
}

/// Syncs a folder, so that the names in it survive a power cut.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Windows has no way to sync a folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the unix twin can fail")]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a folder, and those on the way to it, for their owner alone, whatever the umask is.
///
/// # Errors
///
/// Whatever the file system refuses.
pub fn private_folders(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Service {
    /// Keeps a document's content in the store; the same content again is kept once.
    ///
    /// # Errors
    ///
    /// Whatever the file system refuses.
    pub fn keep_paper(&self, paper: &Paper) -> io::Result<()> {
        let Some(folder) = &self.papers else { return Ok(()) };
        let path = folder.join(&paper.sha256);
        if path.exists() {
            return Ok(());
        }
        private_folders(folder)?;
        if let Some(store) = folder.parent() {
            sync_folder(store)?;
        }
        write_whole(&path, &paper.content)
    }
}
