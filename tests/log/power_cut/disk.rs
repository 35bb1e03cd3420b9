//! A disk that forgets what was not synced, played from the trace of a process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The kernel writes whole pages back, in any order.
const PAGE: usize = 4096;

/// One thing that a process did to a file.
pub(crate) struct Act {
    kind: u8,
    path: PathBuf,
    offset: usize,
    data: Vec<u8>,
}

/// Reads a trace; a record that was cut short is left out.
pub(crate) fn parse(trace: &[u8]) -> Vec<Act> {
    fn number(bytes: &[u8]) -> usize {
        bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    }
    let mut acts = Vec::new();
    let mut rest = trace;
    while let Some((head, tail)) = rest.split_at_checked(17) {
        let (path, data) = (number(&head[1..5]), number(&head[5..9]));
        let Some((path, tail)) = tail.split_at_checked(path) else {
            break;
        };
        let Some((data, tail)) = tail.split_at_checked(data) else {
            break;
        };
        acts.push(Act {
            kind: head[0],
            path: PathBuf::from(std::str::from_utf8(path).unwrap()),
            offset: number(&head[9..17]),
            data: data.to_vec(),
        });
        rest = tail;
    }
    acts
}

impl Act {
    /// Returns what was written, if this is a write to a file of that name.
    pub(crate) fn written_to(&self, name: &str) -> Option<&[u8]> {
        (self.kind == b'W' && self.path.ends_with(name)).then_some(self.data.as_slice())
    }
}

impl Act {
    /// Tells whether a file in a folder was renamed.
    pub(crate) fn renames_in(&self, folder: &Path) -> bool {
        self.kind == b'R' && self.path.parent() == Some(folder)
    }

    /// Tells whether a file or a folder was synced.
    pub(crate) fn syncs(&self, path: &Path) -> bool {
        matches!(self.kind, b'S' | b'D') && self.path == path
    }
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            b'O' => "make",
            b'M' => "make folder",
            b'U' => "remove",
            b'R' => "rename",
            b'S' => "fsync",
            b'D' => "fdatasync",
            b'W' => "write",
            b'T' => "set length",
            _ => "other",
        };
        write!(f, "{what} {} at {} ({} bytes)", self.path.display(), self.offset, self.data.len())
    }
}

/// Which of the two syncs the disk obeys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obeys {
    Both,
    /// The negative control: the log's own `fdatasync` does nothing.
    FsyncOnly,
}

/// What survives of that which was not synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    Nothing,
    /// Each page and each name with an even chance, drawn from a seed.
    Some(u64),
}

#[derive(Clone, Default)]
struct File {
    now: Vec<u8>,
    durable: Vec<u8>,
}

/// Files with what a process sees and what the disk has.
#[derive(Clone)]
pub(crate) struct Disk {
    files: Vec<File>,
    /// Folders have no file.
    names: BTreeMap<PathBuf, Option<usize>>,
    durable_names: BTreeMap<PathBuf, Option<usize>>,
    obeys: Obeys,
}

impl Disk {
    /// Begins with what a folder holds, all of it durable.
    pub(crate) fn of(root: &Path, obeys: Obeys) -> Self {
        let mut disk = Self { files: vec![], names: BTreeMap::new(), durable_names: BTreeMap::new(), obeys };
        disk.add(root);
        disk.durable_names = disk.names.clone();
        disk
    }

    fn add(&mut self, path: &Path) {
        if path.is_dir() {
            self.names.insert(path.to_owned(), None);
            for entry in std::fs::read_dir(path).unwrap() {
                self.add(&entry.unwrap().path());
            }
        } else {
            let bytes = std::fs::read(path).unwrap();
            self.files.push(File { now: bytes.clone(), durable: bytes });
            self.names.insert(path.to_owned(), Some(self.files.len() - 1));
        }
    }

    /// Does what the process did.
    pub(crate) fn play(&mut self, act: &Act) {
        let path = act.path.clone();
        match act.kind {
            b'O' => {
                self.files.push(File::default());
                self.names.insert(path, Some(self.files.len() - 1));
            }
            b'M' => {
                self.names.insert(path, None);
            }
            b'U' => {
                self.names.remove(&path);
            }
            b'R' => {
                if let Some(file) = self.names.remove(&path) {
                    let to = PathBuf::from(std::str::from_utf8(&act.data).unwrap());
                    self.names.insert(to, file);
                }
            }
            b'S' => self.sync(&path),
            b'D' if self.obeys == Obeys::Both => self.sync(&path),
            b'W' | b'T' => {
                let Some(Some(file)) = self.names.get(&path) else {
                    return;
                };
                let now = &mut self.files[*file].now;
                let end = act.offset + act.data.len();
                if act.kind == b'T' || now.len() < end {
                    now.resize(end, 0);
                }
                now[act.offset..end].copy_from_slice(&act.data);
            }
            _ => {}
        }
    }

    fn sync(&mut self, path: &Path) {
        match self.names.get(path) {
            Some(Some(file)) => {
                let file = &mut self.files[*file];
                file.durable.clone_from(&file.now);
            }
            Some(None) => {
                let here = |(name, _): &(&PathBuf, &Option<usize>)| name.parent() == Some(path);
                let listed: Vec<_> = self.names.iter().filter(here).map(|(n, f)| (n.clone(), *f)).collect();
                self.durable_names.retain(|name, _| name.parent() != Some(path));
                self.durable_names.extend(listed);
            }
            None => {}
        }
    }

    /// Cuts the power, and writes what survives from one folder of the disk into another.
    pub(crate) fn survive(&self, root: &Path, into: &Path, keeps: Keeps) {
        let mut chance = Chance(match keeps {
            Keeps::Nothing => 0,
            Keeps::Some(seed) => seed | 1,
        });
        let mut names = self.durable_names.clone();
        if keeps != Keeps::Nothing {
            for (name, file) in &self.names {
                if chance.even() {
                    names.insert(name.clone(), *file);
                }
            }
        }
        for (name, file) in &names {
            let listed = name.ancestors().skip(1).take_while(|it| it.starts_with(root) && *it != root);
            if !name.starts_with(root) || listed.into_iter().any(|it| !names.contains_key(it)) {
                continue;
            }
            let to = into.join(name.strip_prefix(root).unwrap());
            match file {
                None => std::fs::create_dir_all(to).unwrap(),
                Some(file) => {
                    std::fs::write(to, self.files[*file].surviving(keeps, &mut chance)).unwrap();
                }
            }
        }
    }
}

impl File {
    fn surviving(&self, keeps: Keeps, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        if keeps == Keeps::Nothing {
            return bytes;
        }
        if chance.even() {
            bytes.resize(self.now.len(), 0);
        }
        for (old, new) in bytes.chunks_mut(PAGE).zip(self.now.chunks(PAGE)) {
            if chance.even() {
                let both = old.len().min(new.len());
                old[..both].copy_from_slice(&new[..both]);
            }
        }
        bytes
    }
}

/// A small generator (xorshift64), so that a failing cut can be made again from its seed.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn even(&mut self) -> bool {
        self.draw() >> 20 & 1 == 0
    }
}
