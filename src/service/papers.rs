//! The folder that keeps attached documents by their hash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Service;
use super::open::PAPERS;
use crate::log::{Position, sync_folder};

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
        let Some(store) = self.folder() else { return Ok(()) };
        let folder = store.join(PAPERS);
        let path = folder.join(&paper.sha256);
        if path.exists() {
            return Ok(());
        }
        private_folders(&folder)?;
        sync_folder(store)?;
        write_whole(&path, &paper.content)
    }
}

/// The folder beside the papers where those wait that a redaction removes.
pub(super) const GOING: &str = "papers.going";

/// The file in it that says where the log ends before the redaction.
const END: &str = "end";

/// Papers that are put aside, to be removed with what named them, or brought back.
pub(super) struct Aside {
    papers: Option<PathBuf>,
}

/// Removes what an interrupted redaction put aside, or brings it back: the log that is open ends here, and so says which.
pub(super) fn settle(papers: &Path, end: Position) -> io::Result<()> {
    let going = papers.with_file_name(GOING);
    if !going.exists() {
        return Ok(());
    }
    let before = fs::read_to_string(going.join(END)).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let aside = Aside { papers: Some(papers.to_owned()) };
    // Papers are put aside after the end was written: without it there are none.
    if before.is_some_and(|before| end.get() > before) { aside.remove() } else { aside.bring_back() }
}

impl Service {
    /// Puts papers aside that the next event of the log, a redaction, removes.
    pub(super) fn put_aside(&self, hashes: &[String], end: Position) -> io::Result<Aside> {
        let there = |papers: &PathBuf| hashes.iter().any(|hash| papers.join(hash).exists());
        let Some(papers) = self.folder().map(|store| store.join(PAPERS)).filter(there) else {
            return Ok(Aside { papers: None });
        };
        let going = papers.with_file_name(GOING);
        private_folders(&going)?;
        write_whole(&going.join(END), format!("{}\n", end.get()).as_bytes())?;
        for hash in hashes.iter().filter(|hash| papers.join(hash).exists()) {
            fs::rename(papers.join(hash), going.join(hash))?;
        }
        sync_folder(&going)?;
        sync_folder(&papers)?;
        Ok(Aside { papers: Some(papers) })
    }
}

impl Aside {
    /// Removes the papers for good.
    pub(super) fn remove(self) -> io::Result<()> {
        let Some(papers) = self.papers else { return Ok(()) };
        let going = papers.with_file_name(GOING);
        for entry in fs::read_dir(&going)? {
            // What a killed process left while it kept the same document.
            let unfinished = papers.join(entry?.file_name()).with_extension("unfinished");
            if unfinished.exists() {
                fs::remove_file(unfinished)?;
            }
        }
        fs::remove_dir_all(&going)?;
        papers.parent().map_or(Ok(()), sync_folder)
    }

    /// Puts the papers back where they were.
    pub(super) fn bring_back(self) -> io::Result<()> {
        let Some(papers) = self.papers else { return Ok(()) };
        let going = papers.with_file_name(GOING);
        for entry in fs::read_dir(&going)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.len() == 64 {
                fs::rename(entry.path(), papers.join(name))?;
            }
        }
        sync_folder(&papers)?;
        fs::remove_dir_all(&going)
    }
}
