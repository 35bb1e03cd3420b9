//! The witness: a tiny file outside sled that says what sled last acknowledged, because sled may lose it silently.
//!
//! Two slots of 512 bytes, written in turn, without a sync: whatever a crash tears or loses, the other slot or an older
//! witness remains, and an older one is only weaker, never wrong. It is plain text, for people who repair.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::Path;

use super::folder::private;
use super::frame::digest;
use crate::log::Position;

/// Written in one piece by every disk.
const SLOT_BYTES: usize = 512;
const TITLE: &str = "servanda witness";
/// Who wrote it. Not needed to read a witness of this format, so witnesses without it are whole.
const BY: &str = env!("CARGO_PKG_VERSION");

/// What was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    /// The format of the store.
    pub(super) format: u32,
    /// The log's end.
    pub(super) end: Position,
    /// The hash of the log's last commit, that of no bytes for an empty log; in format 1, of its last block.
    pub(super) last: u128,
    /// The length of sled's `db` file in bytes.
    pub(super) length: u64,
    /// The hash of all of `db`, when the store was closed, not used since, and small enough to be read whole.
    pub(super) sum: Option<u128>,
    /// Whether the store was closed, and not used since.
    pub(super) closed: bool,
}

/// What a look at the witness gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The newest valid slot.
    Valid(Witness, u64),
    /// There is no file.
    Missing,
    /// There is a file, but no slot in it is whole.
    Torn,
}

/// Reads the witness.
pub(super) fn read(path: &Path) -> io::Result<Reading> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(2 * SLOT_BYTES as u64).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Reading::Missing),
        Err(error) => return Err(error),
    };
    let newest = bytes.chunks(SLOT_BYTES).filter_map(parse).max_by_key(|(_, turn)| *turn);
    Ok(newest.map_or(Reading::Torn, |(witness, turn)| Reading::Valid(witness, turn)))
}

/// Returns the version of the program that wrote the witness last, where it says: whoever cannot read the store needs it.
pub(super) fn written_by(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(2 * SLOT_BYTES as u64).read_to_end(&mut bytes).ok()?;
    let slots = bytes.chunks(SLOT_BYTES).filter_map(|slot| Some((slot, parse(slot)?.1)));
    let newest = std::str::from_utf8(slots.max_by_key(|(_, turn)| *turn)?.0).ok()?;
    let by = newest.lines().find_map(|line| line.strip_prefix("by "))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    by.chars().all(is_plain).then(|| by.to_owned())
}

/// The witness of an open store.
pub(super) struct WitnessFile {
    file: File,
    turn: u64,
}

impl WitnessFile {
    /// Opens the file for writing, and makes it if need be; `turn` is that of the slot that was read.
    pub(super) fn open(path: &Path, turn: u64) -> io::Result<Self> {
        let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
        Ok(Self { file, turn })
    }

    /// Returns the turn of the slot that was written last.
    pub(super) const fn turn(&self) -> u64 {
        self.turn
    }

    /// Writes the other slot.
    pub(super) fn write(&mut self, witness: &Witness) -> io::Result<()> {
        self.turn += 1;
        let slot = if self.turn.is_multiple_of(2) { 0 } else { SLOT_BYTES as u64 };
        self.file.seek(SeekFrom::Start(slot))?;
        self.file.write_all(&print(witness, self.turn))
    }

    /// Makes what was written durable; needed only where the file is made and where the store is closed.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn print(witness: &Witness, turn: u64) -> Vec<u8> {
    let Witness { format, end, last, length, sum, closed } = witness;
    let sum = sum.map_or_else(|| "none".to_owned(), |sum| format!("{sum:032x}"));
    let (end, closed) = (end.get(), if *closed { "yes" } else { "no" });
    let mut text = format!(
        "{TITLE}\nformat {format}\nturn {turn}\nend {end}\nlast {last:032x}\nlength {length}\nsum {sum}\nclosed {closed}\nby {BY}\n"
    );
    let check = digest(text.as_bytes());
    // Writing to a string cannot fail.
    let _ = writeln!(text, "check {check:032x}");
    let mut slot = text.into_bytes();
    slot.resize(SLOT_BYTES - 1, b' ');
    slot.push(b'\n');
    slot
}

fn parse(slot: &[u8]) -> Option<(Witness, u64)> {
    let text = std::str::from_utf8(slot).ok()?;
    let (body, check) = text.split_at_checked(text.find("check ")?)?;
    let check = check.strip_prefix("check ")?.lines().next()?;
    if u128::from_str_radix(check, 16).ok()? != digest(body.as_bytes()) {
        return None;
    }
    let mut lines = body.lines();
    (lines.next()? == TITLE).then_some(())?;
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let format = field("format")?.parse().ok()?;
    let turn = field("turn")?.parse().ok()?;
    let end = Position::new(field("end")?.parse().ok()?);
    let last = u128::from_str_radix(field("last")?, 16).ok()?;
    let length = field("length")?.parse().ok()?;
    let sum = match field("sum")? {
        "none" => None,
        sum => Some(u128::from_str_radix(sum, 16).ok()?),
    };
    let closed = field("closed")? == "yes";
    Some((Witness { format, end, last, length, sum, closed }, turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITNESS: Witness =
        Witness { format: 2, end: Position::new(1042), last: 0xfeed, length: 524_288, sum: Some(7), closed: false };

    #[test]
    fn a_witness_comes_back() {
        assert_eq!(parse(&print(&WITNESS, 7)), Some((WITNESS, 7)));
    }

    #[test]
    fn a_slot_with_a_flipped_bit_is_not_believed() {
        let slot = print(&WITNESS, 7);
        let meaningful = slot.iter().rposition(|byte| *byte != b' ' && *byte != b'\n').unwrap();
        for bit in 0..meaningful * 8 {
            let mut broken = slot.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&broken).is_none_or(|found| found == (WITNESS, 7)), "bit {bit}");
        }
    }

    #[test]
    fn a_torn_slot_leaves_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("witness");
        let mut file = WitnessFile::open(&path, 0).unwrap();
        file.write(&WITNESS).unwrap();
        file.write(&Witness { end: Position::new(1043), ..WITNESS }).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read(&path).unwrap(), Reading::Valid(WITNESS, 1));
    }
}
