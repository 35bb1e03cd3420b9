//! The store's own lock file: one process at a time, and the others learn which (L9).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::folder::private;
use crate::log::Holder;

/// How long to sleep between two tries: short for people, long for the processor.
const STEP: Duration = Duration::from_millis(20);

/// Bytes of a lock file that are read; what a holder says of itself is short.
const HOLDER_BYTES_MAX: u64 = 4096;

/// A held lock; the operating system lets it go when the process ends, however it ends.
pub(super) struct Lock {
    file: File,
}

/// Why the lock was not taken.
pub(super) enum Refused {
    /// Someone else has it, and did not let it go while we waited.
    Held(Holder, Duration),
    /// The file cannot be opened, locked or written.
    Failed(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Takes the lock, waiting at most `wait` for it.
///
/// The wait is counted in sleeps, so that no clock is asked; a loaded machine waits a little longer.
pub(super) fn take(path: &Path, wait: Duration, words: &str, since: &str) -> Result<Lock, Refused> {
    let mut file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if waited >= wait => {
                return Err(Refused::Held(read_holder(&mut file), waited));
            }
            Err(TryLockError::WouldBlock) => {
                let step = STEP.min(wait.saturating_sub(waited));
                thread::sleep(step);
                waited += step;
            }
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let text = format!("{}\n{}\n{}\n", std::process::id(), line(words), line(since));
    file.write_all(text.as_bytes())?;
    Ok(Lock { file })
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A name that stays behind would only mislead a reader of the file; nobody asks it while the lock is free.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    // Where the file cannot be read, the holder is unnamed; that it is held is certain.
    let _ = file.rewind();
    let _ = file.take(HOLDER_BYTES_MAX).read_to_string(&mut text);
    let mut lines = text.lines();
    Holder {
        pid: lines.next().and_then(|line| line.parse().ok()),
        words: lines.next().unwrap_or_default().to_owned(),
        since: lines.next().unwrap_or_default().to_owned(),
    }
}
