//! A disk that forgets what was not synced, played from the trace of a process.

use std::collections::BTreeMap;
use std::ffi::OsString;
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

/// A change of a folder's names that no sync has made durable.
#[derive(Clone)]
enum Naming {
    Put(OsString, usize),
    Gone(OsString),
    /// A renaming in one folder is there or not; it never loses both names.
    Moved(OsString, OsString, usize),
}

type Names = BTreeMap<OsString, usize>;

#[derive(Clone)]
enum Node {
    File { now: Vec<u8>, durable: Vec<u8> },
    Folder { now: Names, durable: Names, since: Vec<Naming> },
}

/// Files and folders with what a process sees and what the disk has.
#[derive(Clone)]
pub(crate) struct Disk {
    /// The first is the root.
    nodes: Vec<Node>,
    root: PathBuf,
    obeys: Obeys,
}

fn apply(names: &mut Names, naming: &Naming) {
    match naming {
        Naming::Put(name, node) => {
            names.insert(name.clone(), *node);
        }
        Naming::Gone(name) => {
            names.remove(name);
        }
        Naming::Moved(from, to, node) => {
            names.remove(from);
            names.insert(to.clone(), *node);
        }
    }
}

impl Disk {
    /// Begins with what a folder holds, all of it durable.
    pub(crate) fn of(root: &Path, obeys: Obeys) -> Self {
        let mut disk = Self { nodes: vec![], root: root.to_owned(), obeys };
        disk.add(root);
        disk
    }

    fn add(&mut self, path: &Path) -> usize {
        let number = self.nodes.len();
        if path.is_dir() {
            self.nodes.push(Node::Folder { now: Names::new(), durable: Names::new(), since: vec![] });
            let mut names = Names::new();
            for entry in std::fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                names.insert(entry.file_name(), self.add(&entry.path()));
            }
            self.nodes[number] = Node::Folder { now: names.clone(), durable: names, since: vec![] };
        } else {
            let bytes = std::fs::read(path).unwrap();
            self.nodes.push(Node::File { now: bytes.clone(), durable: bytes });
        }
        number
    }

    /// What lies under a path now.
    fn at(&self, path: &Path) -> Option<usize> {
        let mut node = 0;
        for name in path.strip_prefix(&self.root).ok()? {
            let Node::Folder { now, .. } = &self.nodes[node] else {
                return None;
            };
            node = *now.get(name)?;
        }
        Some(node)
    }

    fn name(&mut self, path: &Path, naming: impl FnOnce(OsString) -> Naming) {
        let (Some(parent), Some(name)) = (path.parent().and_then(|parent| self.at(parent)), path.file_name()) else {
            return;
        };
        if let Node::Folder { now, since, .. } = &mut self.nodes[parent] {
            let naming = naming(name.to_owned());
            apply(now, &naming);
            since.push(naming);
        }
    }

    fn put(&mut self, path: &Path, node: Node) {
        self.nodes.push(node);
        let number = self.nodes.len() - 1;
        self.name(path, |name| Naming::Put(name, number));
    }

    /// Does what the process did.
    pub(crate) fn play(&mut self, act: &Act) {
        let path = act.path.clone();
        match act.kind {
            b'O' => self.put(&path, Node::File { now: vec![], durable: vec![] }),
            b'M' => self.put(&path, Node::Folder { now: Names::new(), durable: Names::new(), since: vec![] }),
            b'U' => self.name(&path, Naming::Gone),
            b'R' => {
                let to = PathBuf::from(std::str::from_utf8(&act.data).unwrap());
                let Some(node) = self.at(&path) else {
                    return;
                };
                if path.parent() == to.parent() {
                    let to = to.file_name().unwrap().to_owned();
                    self.name(&path, |from| Naming::Moved(from, to, node));
                } else {
                    self.name(&path, Naming::Gone);
                    self.name(&to, |name| Naming::Put(name, node));
                }
            }
            b'S' => self.sync(&path),
            b'D' if self.obeys == Obeys::Both => self.sync(&path),
            b'W' | b'T' => {
                let Some(Node::File { now, .. }) = self.at(&path).map(|node| &mut self.nodes[node]) else {
                    return;
                };
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
        match self.at(path).map(|node| &mut self.nodes[node]) {
            Some(Node::File { now, durable }) => durable.clone_from(now),
            Some(Node::Folder { now, durable, since }) => {
                durable.clone_from(now);
                since.clear();
            }
            None => {}
        }
    }

    /// Cuts the power, and writes what survives of the root into another folder.
    pub(crate) fn survive(&self, into: &Path, keeps: Keeps) {
        let mut chance = Chance(match keeps {
            Keeps::Nothing => 0,
            Keeps::Some(seed) => seed | 1,
        });
        self.survive_at(0, into, keeps, &mut chance);
    }

    fn survive_at(&self, node: usize, into: &Path, keeps: Keeps, chance: &mut Chance) {
        match &self.nodes[node] {
            Node::File { now, durable } => {
                std::fs::write(into, surviving(now, durable, keeps, chance)).unwrap();
            }
            Node::Folder { durable, since, .. } => {
                std::fs::create_dir_all(into).unwrap();
                let mut names = durable.clone();
                for naming in since.iter().filter(|_| keeps != Keeps::Nothing) {
                    if chance.even() {
                        apply(&mut names, naming);
                    }
                }
                for (name, node) in names {
                    self.survive_at(node, &into.join(name), keeps, chance);
                }
            }
        }
    }
}

fn surviving(now: &[u8], durable: &[u8], keeps: Keeps, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = durable.to_vec();
    if keeps == Keeps::Nothing {
        return bytes;
    }
    if chance.even() {
        bytes.resize(now.len(), 0);
    }
    for (old, new) in bytes.chunks_mut(PAGE).zip(now.chunks(PAGE)) {
        if chance.even() {
            let both = old.len().min(new.len());
            old[..both].copy_from_slice(&new[..both]);
        }
    }
    bytes
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
