//! The tree heads that were signed: each in a file of its own in the store's folder, never written again.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::TrustError;
use super::keyring::Keyring;
use crate::proof::head::{HEAD_BYTES_MAX, Head, HeadError};
use crate::proof::key::VerifierKey;
use crate::service::Service;
use crate::service::papers::write_whole;

/// The folder inside a store that keeps the heads.
pub const HEADS: &str = "heads";

/// The most heads that are looked at: one an hour for eleven years.
pub const HEADS_MAX: usize = 100_000;

/// A head that is kept, or what is wrong with its file.
#[derive(Debug)]
pub struct Kept {
    /// The file's name.
    pub file: String,
    /// What stands in it.
    pub head: Result<Head, HeadError>,
}

fn fault(path: &Path) -> impl FnOnce(io::Error) -> TrustError {
    let path = path.to_owned();
    |source| TrustError::File { path, source }
}

/// The name of a head's file: its number of events, so that names are in the order of the log, and its key's id.
fn name(events: u64, key: &VerifierKey) -> String {
    format!("{events:016}-{}", key.id())
}

/// Reads a head from a file, of which there is only so much.
///
/// # Errors
///
/// [`TrustError::File`]; what stands in it is not looked at.
pub fn read(path: &Path) -> Result<Result<Head, HeadError>, TrustError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fault(path))?;
    file.take(HEAD_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(fault(path))?;
    Ok(String::from_utf8(bytes).map_err(|_| HeadError::Form).and_then(|text| Head::parse(&text)))
}

impl Service {
    /// The folder that keeps the heads; none of a register in memory.
    fn heads_folder(&self) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join(HEADS))
    }

    /// The heads that are kept, by their number of events.
    ///
    /// # Errors
    ///
    /// [`TrustError::File`] where the folder cannot be read.
    pub fn tree_heads(&self) -> Result<Vec<Kept>, TrustError> {
        let Some(folder) = self.heads_folder() else { return Ok(Vec::new()) };
        let listed = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.map_err(fault(&folder))?,
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in listed.take(HEADS_MAX) {
            let path = entry.map_err(fault(&folder))?.path();
            // What a crash left of a head that nobody was given.
            if path.extension().is_none_or(|ending| ending != "unfinished") {
                paths.push(path);
            }
        }
        paths.sort();
        let kept = paths.into_iter().map(|path| {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Kept { file, head: read(&path)? })
        });
        kept.collect()
    }

    /// Signs the head of the whole log and keeps it; where it was signed before, that one is returned.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where there is no key, its private half is elsewhere, or the store cannot be read or written.
    pub async fn tree_head(&self, keyring: &Keyring) -> Result<Head, TrustError> {
        let keys = self.keys().await?;
        let now = keys.current().ok_or(TrustError::NoKey)?;
        let events = self.log.end().await?.get();
        let folder = self.heads_folder();
        let file = folder.as_ref().map(|folder| folder.join(name(events, &now.key)));
        if let Some(file) = file.as_ref().filter(|file| file.exists()) {
            let head = read(file)?.and_then(|head| {
                head.signed_by(std::slice::from_ref(&now.key))?;
                Ok(head)
            });
            let head = head.map_err(|source| TrustError::Head { what: file.display().to_string(), source })?;
            let is_ours = head.leaves() == events && head.root() == self.root(events).await?;
            return if is_ours { Ok(head) } else { Err(TrustError::Forked { events }) };
        }
        let secret = keyring.secret(&now.key)?;
        let root = self.root(events).await?;
        // The newest head that was given out binds whoever signs the next; verify looks at all of them.
        let ours = |kept: Kept| kept.head.ok().filter(|head| head.signed_by(std::slice::from_ref(&now.key)).is_ok());
        if let Some(last) = self.tree_heads()?.into_iter().rev().find_map(ours)
            && (last.leaves() > events || last.root() != self.root(last.leaves()).await?)
        {
            return Err(TrustError::Forked { events: last.leaves() });
        }
        let head = Head::sign(&secret, events, root, &self.now().plain())
            .map_err(|source| TrustError::Head { what: "the new head".to_owned(), source })?;
        if let (Some(folder), Some(file)) = (&folder, file) {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder).map_err(fault(folder))?;
            if let Some(store) = folder.parent() {
                File::open(store).and_then(|store| store.sync_all()).map_err(fault(store))?;
            }
            write_whole(&file, head.as_str().as_bytes()).map_err(fault(&file))?;
        }
        Ok(head)
    }
}
