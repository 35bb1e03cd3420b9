//! A backup in one file: a tar archive, compressed with zstd, that other programs can open as well.
//!
//! ```text
//! backup.json                       what this is: {"servanda_backup":1,"by":"0.1.0"}
//! store/register.json, store/…      what belongs to the register beside its log
//! events/00000000000000000000.jsonl events in their order, some megabytes a file, each named by its first position
//! store/papers/…                    attached papers
//! whole.json                        how many events, their hash, and the hash of every other file; last of all
//! ```
//!
//! A file without its last part is no backup: it was not finished, or was cut.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use super::belongings::is_left_out;
use super::tally::{Tally, Total};
use super::{BackupError, line};
use crate::log::Recorded;
use crate::log::codec::hex;

/// The form of the archive that this program writes, and the newest that it reads.
const FORM: u32 = 1;
/// zstd's third level: half the size of the first, and still faster than most disks.
const LEVEL: i32 = 3;
/// After how many bytes of lines a file of events ends.
const EVENTS_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes of a file of events: those, and the longest line.
const EVENTS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The most bytes of a file that belongs to a register: four times those of a paper.
pub(super) const BELONGING_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The most bytes of the two files of ours.
const OURS_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// What every file that zstd wrote begins with.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

const HEAD: &str = "backup.json";
const WHOLE: &str = "whole.json";

/// A part of a backup, in its order.
#[derive(Debug)]
pub(super) enum Piece {
    /// A file that belongs to the register.
    Belonging { path: PathBuf, content: Vec<u8> },
    /// Events that follow each other.
    Events(Vec<Recorded>),
}

#[derive(Serialize, Deserialize)]
struct Head {
    servanda_backup: u32,
    #[serde(default)]
    by: Option<String>,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whole {
    pub(super) events: u64,
    pub(super) sha256: String,
    pub(super) files: Vec<Listed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) sha256: String,
}

impl Whole {
    pub(super) fn total(&self) -> Total {
        Total { events: self.events, sha256: self.sha256.clone() }
    }
}

/// Tells whether a file begins as those that this writes.
pub(super) fn begins_as_one(path: &Path) -> io::Result<bool> {
    let mut begins = [0; ZSTD.len()];
    let read = File::open(path)?.take(ZSTD.len() as u64).read(&mut begins)?;
    Ok(read == ZSTD.len() && begins == ZSTD)
}

fn as_text(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Writes an archive.
pub(super) struct Writing<'a> {
    path: &'a Path,
    tar: Builder<zstd::Encoder<'static, BufWriter<File>>>,
    tally: Tally,
    files: Vec<Listed>,
    lines: Vec<u8>,
    first: u64,
}

impl<'a> Writing<'a> {
    /// Begins with a file that is there and empty.
    pub(super) fn begin(path: &'a Path, file: File) -> Result<Self, BackupError> {
        let fault = |source| BackupError::output(path, source);
        let mut encoder = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(fault)?;
        encoder.include_checksum(true).map_err(fault)?;
        let mut writing = Self {
            path,
            tar: Builder::new(encoder),
            tally: Tally::default(),
            files: Vec::new(),
            lines: Vec::new(),
            first: 0,
        };
        let head = Head { servanda_backup: FORM, by: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let head = serde_json::to_vec(&head).map_err(|error| fault(error.into()))?;
        writing.entry(HEAD, &head)?;
        Ok(writing)
    }

    fn entry(&mut self, name: &str, content: &[u8]) -> Result<(), BackupError> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        self.tar.append_data(&mut header, name, content).map_err(|source| BackupError::output(self.path, source))
    }

    pub(super) fn take(&mut self, piece: &Piece) -> Result<(), BackupError> {
        match piece {
            Piece::Belonging { path, content } => {
                self.end_events()?;
                let path = as_text(path);
                self.entry(&format!("store/{path}"), content)?;
                self.files.push(Listed { path, sha256: hex(&Sha256::digest(content)) });
            }
            Piece::Events(events) => {
                for event in events {
                    if self.lines.is_empty() {
                        self.first = event.position.get();
                    }
                    self.tally.add(event);
                    line::write(event, &mut self.lines);
                    if self.lines.len() >= EVENTS_BYTES {
                        self.end_events()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end_events(&mut self) -> Result<(), BackupError> {
        if !self.lines.is_empty() {
            let lines = std::mem::take(&mut self.lines);
            self.entry(&format!("events/{:020}.jsonl", self.first), &lines)?;
        }
        Ok(())
    }

    /// Ends the archive, on the disk.
    pub(super) fn end(mut self) -> Result<Whole, BackupError> {
        self.end_events()?;
        let Total { events, sha256 } = std::mem::take(&mut self.tally).total();
        let whole = Whole { events, sha256, files: std::mem::take(&mut self.files) };
        let fault = |source| BackupError::output(self.path, source);
        let text = serde_json::to_vec(&whole).map_err(|error| fault(error.into()))?;
        self.entry(WHOLE, &text)?;
        let path = self.path;
        let fault = |source| BackupError::output(path, source);
        let mut out = self.tar.into_inner().and_then(zstd::Encoder::finish).map_err(fault)?;
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(fault)?;
        Ok(whole)
    }
}

/// Reads an archive through, hands out its pieces, and finds that it is whole.
///
/// Ends early, and without a finding, where the receiver says that it has seen enough.
pub(super) fn read(
    path: &Path,
    mut receive: impl FnMut(Piece) -> Result<bool, BackupError>,
) -> Result<Option<Whole>, BackupError> {
    let damaged = |why: String| BackupError::Damaged { path: path.to_owned(), why };
    let fault = |source: io::Error| damaged(source.to_string());
    let file = File::open(path).map_err(|source| BackupError::input(path, source))?;
    let decoder = zstd::Decoder::new(BufReader::new(file)).map_err(fault)?;
    let mut archive = Archive::new(decoder);
    let (mut tally, mut files) = (Tally::default(), Vec::new());
    let (mut is_one, mut whole): (bool, Option<Whole>) = (false, None);
    for entry in archive.entries().map_err(fault)? {
        let mut entry = entry.map_err(fault)?;
        let name = entry.path().map_err(fault)?.into_owned();
        let text = as_text(&name);
        if whole.is_some() {
            return Err(damaged(format!("{text} lies behind its end")));
        }
        let mut content = |bytes_max: u64| {
            let mut content = Vec::new();
            if entry.size() > bytes_max {
                return Err(damaged(format!("{text} has {} bytes, more than {bytes_max}", entry.size())));
            }
            entry.read_to_end(&mut content).map_err(fault)?;
            Ok(content)
        };
        if !is_one {
            let head = if text == HEAD { serde_json::from_slice(&content(OURS_BYTES_MAX)?).ok() } else { None };
            check_head(path, head)?;
            is_one = true;
        } else if text == WHOLE {
            let said = content(OURS_BYTES_MAX)?;
            whole = Some(serde_json::from_slice(&said).map_err(|error| damaged(format!("{WHOLE}: {error}")))?);
        } else if let Ok(inside) = name.strip_prefix("store") {
            let inside = harmless(inside).ok_or_else(|| damaged(format!("{text} is no file of a register")))?;
            let content = content(BELONGING_BYTES_MAX)?;
            files.push(Listed { path: as_text(&inside), sha256: hex(&Sha256::digest(&content)) });
            if !receive(Piece::Belonging { path: inside, content })? {
                return Ok(None);
            }
        } else if text.starts_with("events/") {
            let lines = content(EVENTS_BYTES_MAX)?;
            let lines = std::str::from_utf8(&lines).map_err(|error| damaged(format!("{text}: {error}")))?;
            let mut events = Vec::new();
            for read in lines.lines() {
                let event = line::read(read).map_err(|why| damaged(format!("{text}: {why}")))?;
                if event.position.get() != tally.events() {
                    return Err(damaged(format!("{text}: {} follows, not event {}", event.position, tally.events())));
                }
                tally.add(&event);
                events.push(event);
            }
            if !receive(Piece::Events(events))? {
                return Ok(None);
            }
        } else {
            return Err(damaged(format!("{text} is no part of a backup")));
        }
    }
    // What lies behind the archive's end is zeros, and the checksum of the whole file.
    let mut behind = archive.into_inner();
    let mut rest = Vec::new();
    behind.by_ref().take(OURS_BYTES_MAX).read_to_end(&mut rest).map_err(fault)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(damaged("something lies behind its end".to_owned()));
    }
    let whole = whole.ok_or_else(|| damaged("it was not finished, or was cut".to_owned()))?;
    let Total { events, sha256 } = tally.total();
    let found = Whole { events, sha256, files };
    if found != whole {
        return Err(damaged(format!(
            "it says that it holds {} events and {} files with other content than those {} and {} in it",
            whole.events,
            whole.files.len(),
            found.events,
            found.files.len()
        )));
    }
    Ok(Some(whole))
}

fn check_head(path: &Path, head: Option<Head>) -> Result<(), BackupError> {
    match head {
        None => Err(BackupError::NotOne { path: path.to_owned() }),
        Some(head) if head.servanda_backup > FORM => {
            Err(BackupError::Newer { path: path.to_owned(), found: head.servanda_backup, supported: FORM, by: head.by })
        }
        Some(_) => Ok(()),
    }
}

/// A path inside a store that is that of a register's file and leads nowhere else.
fn harmless(path: &Path) -> Option<PathBuf> {
    let mut parts = path.components().peekable();
    let first = parts.peek()?.as_os_str().to_str()?;
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(name) if name.to_str().is_some()));
    (is_plain && !is_left_out(first)).then(|| path.to_owned())
}
