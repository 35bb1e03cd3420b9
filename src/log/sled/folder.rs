//! The files of a store: made private, and known to the disk before anything is acknowledged.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

/// The largest `db` that is hashed whole: some milliseconds.
const SUM_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The longest `db` that sled can have made before anything was written to it: two segments.
const UNMADE_BYTES_MAX: u64 = 1024 * 1024;
const READ_BYTES: usize = 256 * 1024;

/// The paths of a store.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Where sled lives.
    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// Where sled is tried out on a copy.
    pub(super) fn probe(&self) -> PathBuf {
        self.root.join("log.probe")
    }

    /// Where a log is written anew: one of an earlier format, or with other bodies.
    pub(super) fn log_new(&self) -> PathBuf {
        self.root.join("log.new")
    }

    /// Where a log of an earlier format waits until the new one is witnessed.
    pub(super) fn log_old(&self) -> PathBuf {
        self.root.join("log.old")
    }

    /// Where it is removed.
    pub(super) fn log_gone(&self) -> PathBuf {
        self.root.join("log.gone")
    }

    /// Where a mended log is made, as a store of its own.
    pub(super) fn log_mended(&self) -> PathBuf {
        self.root.join("log.mended")
    }

    /// The file that is there while the damaged log and the mended one change places.
    pub(super) fn log_mending(&self) -> PathBuf {
        self.root.join("log.mending")
    }

    /// Tells whether there is a store, or something that was one.
    pub(super) fn is_there(&self) -> bool {
        [self.log(), self.witness(), self.log_old(), self.log_next(), self.log_mending()]
            .iter()
            .any(|path| path.exists())
    }

    /// Where a log with other bodies waits, whole and on the disk, to take the place of the one before it.
    pub(super) fn log_next(&self) -> PathBuf {
        self.root.join("log.next")
    }

    /// The witness of that log.
    pub(super) fn witness_next(&self) -> PathBuf {
        self.root.join("witness.next")
    }

    pub(super) fn witness(&self) -> PathBuf {
        self.root.join("witness")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Returns the length of sled's one data file, nothing when it is not there.
    pub(super) fn db_length(&self) -> io::Result<Option<u64>> {
        match fs::metadata(self.log().join("db")) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the hash of sled's one data file, nothing where it is too large to be read at every opening and closing.
    pub(super) fn db_sum(&self) -> io::Result<Option<u128>> {
        let file = File::open(self.log().join("db"))?;
        if file.metadata()?.len() > SUM_BYTES_MAX {
            return Ok(None);
        }
        let mut hash = Xxh3::new();
        let mut reader = io::BufReader::with_capacity(READ_BYTES, file);
        loop {
            let bytes = reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(Some(hash.digest128()));
            }
            hash.update(bytes);
            let count = bytes.len();
            reader.consume(count);
        }
    }

    /// Tells whether sled left snapshots, which it makes only of a `db` that holds something.
    pub(super) fn has_snapshot(&self) -> io::Result<bool> {
        match fs::read_dir(self.log()) {
            Ok(mut entries) => Ok(entries.any(|entry| {
                entry.is_ok_and(|entry| {
                    let name = entry.file_name();
                    let name = name.to_string_lossy();
                    name.starts_with("snap.") && !name.ends_with(UNFINISHED)
                })
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the folder, private to its owner, and lets the disk know of it and of all folders made on the way.
    pub(super) fn create(&self) -> io::Result<()> {
        let mut made = Vec::new();
        let mut at = self.root.as_path();
        while !at.exists() {
            made.push(at);
            match at.parent() {
                Some(parent) => at = parent,
                None => break,
            }
        }
        private_builder().create(&self.root)?;
        private_builder().create(self.log())?;
        for path in made.iter().rev() {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            sync_folder(parent.unwrap_or(Path::new(".")))?;
        }
        Ok(())
    }

    /// Tells whether sled's files are there but were never used: their making was interrupted, or failed, before anything was
    /// written that could have been acknowledged. sled calls some of these corrupt, for ever.
    pub(super) fn was_never_made(&self) -> io::Result<bool> {
        if !self.log().join("conf").exists() && self.db_length()?.is_none() || self.has_snapshot()? {
            return Ok(false);
        }
        match self.db_length()? {
            None => Ok(true),
            Some(length) if length > UNMADE_BYTES_MAX => Ok(false),
            Some(_) => {
                let bytes = fs::read(self.log().join("db"))?;
                Ok(!bytes.windows(3).any(|three| three == b"SvL"))
            }
        }
    }

    /// Makes the folder of a log that was never used as it was before sled.
    pub(super) fn make_log_anew(&self) -> io::Result<()> {
        Self::remove(&self.log())?;
        private_builder().create(self.log())?;
        self.sync_root()
    }

    /// Makes the folder for a rewritten log, in the place of what was left of an earlier try.
    pub(super) fn create_log_new(&self) -> io::Result<()> {
        Self::remove(&self.log_new())?;
        private_builder().create(self.log_new())
    }

    /// Syncs sled's files that sled does not sync itself, then the folders that list them.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync_names(&self.log())?;
        self.sync_root()
    }

    /// Syncs all of sled's files that lie in a folder of ours, and what lists them.
    pub(super) fn sync_log(&self, log: &Path) -> io::Result<()> {
        for entry in fs::read_dir(log)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                File::open(entry.path())?.sync_all()?;
            }
        }
        sync_names(log)?;
        self.sync_root()
    }

    /// Syncs the names in the store's own folder.
    pub(super) fn sync_root(&self) -> io::Result<()> {
        sync_folder(&self.root)
    }

    /// Gives a folder in the store another name, for good.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.sync_root()
    }

    /// Removes a folder with all that is in it, if there is one.
    pub(super) fn remove(path: &Path) -> io::Result<()> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes a file, if there is one.
    pub(super) fn remove_file(path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes away everyone else's rights to the files that are there.
    pub(super) fn restrict(&self) -> io::Result<()> {
        for folder in [self.root.clone(), self.log()] {
            for entry in fs::read_dir(folder)? {
                restrict(&entry?.path())?;
            }
        }
        Ok(())
    }

    /// Copies sled's files to the probe's folder.
    pub(super) fn copy_to_probe(&self) -> io::Result<()> {
        self.remove_probe()?;
        private_builder().create(self.probe())?;
        for entry in fs::read_dir(self.log())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), self.probe().join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Removes the probe's folder, if there is one.
    pub(super) fn remove_probe(&self) -> io::Result<()> {
        Self::remove(&self.probe())
    }
}

/// What sled's snapshots are called while they are written.
const UNFINISHED: &str = ".generating";

/// Returns the name of a snapshot that sled was writing when its process ended, if there is one.
pub(super) fn has_unfinished_snapshot(log: &Path) -> io::Result<Option<String>> {
    let entries = match fs::read_dir(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(UNFINISHED) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Removes snapshots that sled was writing when its process ended.
///
/// sled 0.34.7 means to pass them over, but looks for another ending (`.in___motion`): it would take such a file for its newest
/// snapshot and refuse the store as corrupt, for ever. They hold nothing that is not in `db`.
pub(super) fn remove_unfinished_snapshots(log: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(UNFINISHED) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Has a file that is made belong to its owner alone, whatever the umask is.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

pub(super) fn private_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn sync_names(log: &Path) -> io::Result<()> {
    File::open(log.join("conf"))?.sync_all()?;
    sync_folder(&log.join("blobs"))?;
    sync_folder(log)
}

/// The names in a folder; none where there is no folder.
pub(super) fn names(path: &Path) -> io::Result<BTreeSet<OsString>> {
    match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        entries => entries?.map(|entry| entry.map(|entry| entry.file_name())).collect(),
    }
}

/// Syncs a folder, so that the names in it survive a power cut.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Windows has no way to sync a folder; NTFS journals its names.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the unix twin can fail")]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path)?;
    let mode = if metadata.is_dir() { 0o700 } else { 0o600 };
    if metadata.permissions().mode() & 0o777 != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the unix twin can fail")]
fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}
