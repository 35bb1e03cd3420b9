//! RFC 6962 trees in tiles of 256 hashes, as C2SP tlog-tiles cuts them.
//!
//! A tile of level 0 holds the hashes of 256 leaves; a hash in a tile of the next level is that of a whole tile below.
//! What a proof wants to know is said in tiles ([`Question::tiles`]), which the caller reads from wherever they are, and
//! then answered from them ([`Question::answer`]): so no proof needs more than two tiles of each level.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tlog_tiles::{HashReader, node_hash, record_hash, split_stored_hash_index};

use super::Hash;

/// How many hashes a whole tile has.
pub const TILE_HASHES: usize = 256;

/// The levels of a tree between two levels of tiles: 256 is two to the eighth.
const TILE_LEVELS: u8 = 8;

/// The most leaves of a tree: positions stay numbers that every reader of JSON keeps exactly.
pub const LEAVES_MAX: u64 = (1 << 53) - 1;

/// The most hashes of a proof: a tree of 2^53 leaves has as many levels, and a proof of growth one more.
pub const PATH_MAX: usize = 63;

/// The hash of the tree without leaves.
pub const NOTHING: Hash = tlog_tiles::EMPTY_HASH;

/// The hash of a leaf.
#[must_use]
pub fn leaf(bytes: &[u8]) -> Hash {
    record_hash(bytes)
}

/// Where a tile is: its level (0 for hashes of leaves) and its place among those of its level, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileAt {
    /// The level.
    pub level: u8,
    /// The place in the level.
    pub index: u64,
}

impl TileAt {
    /// How many hashes the tile has in a tree with so many leaves.
    #[must_use]
    pub fn width(self, leaves: u64) -> usize {
        let all = leaves >> (u32::from(self.level) * u32::from(TILE_LEVELS)).min(63);
        let before = self.index.saturating_mul(TILE_HASHES as u64);
        usize::try_from(all.saturating_sub(before)).map_or(TILE_HASHES, |width| width.min(TILE_HASHES))
    }
}

/// Why a tree has no answer, or a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// What is asked for is not in the tree.
    #[error("a tree of {leaves} leaves has no {what}")]
    Outside {
        /// How many leaves it has.
        leaves: u64,
        /// What was asked for.
        what: String,
    },
    /// A hash that is needed was not in the tiles that were read.
    #[error("the tile {index} of level {level} lacks hash {hash}")]
    Missing {
        /// The tile's level.
        level: u8,
        /// The tile's place.
        index: u64,
        /// The hash's place in it.
        hash: usize,
    },
    /// The hashes do not lead from the one to the other.
    #[error("its hashes do not lead to the root")]
    NotProven,
}

/// What can be asked of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The root of the tree of the first so many leaves.
    Root {
        /// How many.
        leaves: u64,
    },
    /// The path from a leaf to the root.
    Inclusion {
        /// The leaf's index.
        index: u64,
        /// Of how many leaves the tree is.
        leaves: u64,
    },
    /// The path that shows that one tree is the beginning of another.
    Growth {
        /// How many leaves the earlier has, at least one.
        from: u64,
        /// How many the later has.
        leaves: u64,
    },
}

impl Question {
    fn check(self) -> Result<(), TreeError> {
        let outside = |leaves, what: String| Err(TreeError::Outside { leaves, what });
        match self {
            Self::Root { leaves } | Self::Inclusion { leaves, .. } | Self::Growth { leaves, .. }
                if leaves > LEAVES_MAX =>
            {
                outside(leaves, format!("answer here: at most {LEAVES_MAX} are counted"))
            }
            Self::Inclusion { index, leaves } if index >= leaves => outside(leaves, format!("leaf {index}")),
            Self::Growth { from, leaves } if from > leaves || from == 0 => {
                outside(leaves, format!("beginning of {from} leaves"))
            }
            _ => Ok(()),
        }
    }

    fn ask(self, reader: &impl HashReader) -> Result<Vec<Hash>, tlog_tiles::Error> {
        match self {
            Self::Root { leaves } => Ok(vec![tlog_tiles::tree_hash(leaves, reader)?]),
            Self::Inclusion { index, leaves } => tlog_tiles::prove_record(leaves, index, reader),
            Self::Growth { from, leaves } => tlog_tiles::prove_tree(leaves, from, reader),
        }
    }

    /// The tiles that the answer is made of, in order.
    ///
    /// # Errors
    ///
    /// [`TreeError::Outside`] for a question that the tree has no answer to.
    pub fn tiles(self) -> Result<BTreeSet<TileAt>, TreeError> {
        self.check()?;
        let wanted = Wanted::default();
        // Which hashes are read does not hang on what they are.
        let asked = self.ask(&wanted);
        asked.map_err(|_| TreeError::NotProven)?;
        Ok(wanted.0.into_inner())
    }

    /// The answer: one root, or the hashes of a path.
    ///
    /// # Errors
    ///
    /// [`TreeError`] for a question without answer, or tiles that lack a hash.
    pub fn answer(self, tiles: &Tiles) -> Result<Vec<Hash>, TreeError> {
        self.check()?;
        self.ask(tiles).map_err(|_| tiles.lacking.borrow().clone().unwrap_or(TreeError::NotProven))
    }
}

/// Where a hash of the tree lies: the tile, the first hash in it that it is made of, and how many those are.
fn place(index: u64) -> (TileAt, usize, usize) {
    let (level, n) = split_stored_hash_index(index);
    let (tile_level, above) = (level / TILE_LEVELS, level % TILE_LEVELS);
    let first = n << above;
    let at = TileAt { level: tile_level, index: first / TILE_HASHES as u64 };
    let inside = usize::try_from(first % TILE_HASHES as u64).unwrap_or(0);
    (at, inside, 1 << above)
}

/// Notes which tiles are asked for.
#[derive(Default)]
struct Wanted(RefCell<BTreeSet<TileAt>>);

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        self.0.borrow_mut().extend(indexes.iter().map(|index| place(*index).0));
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Tiles that were read for a question.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    read: BTreeMap<TileAt, Vec<Hash>>,
    lacking: RefCell<Option<TreeError>>,
}

impl Tiles {
    /// Adds a tile.
    pub fn put(&mut self, at: TileAt, hashes: Vec<Hash>) {
        self.read.insert(at, hashes);
    }

    fn hash(&self, index: u64) -> Result<Hash, TreeError> {
        let (at, first, count) = place(index);
        let tile = self.read.get(&at).map_or(&[][..], Vec::as_slice);
        let part = tile.get(first..first + count);
        let missing = || TreeError::Missing { level: at.level, index: at.index, hash: tile.len() };
        part.map(perfect).ok_or_else(missing)
    }
}

impl HashReader for Tiles {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let read: Result<Vec<Hash>, TreeError> = indexes.iter().map(|index| self.hash(*index)).collect();
        read.map_err(|lacking| {
            *self.lacking.borrow_mut() = Some(lacking);
            tlog_tiles::Error::InvalidInput(String::new())
        })
    }
}

/// The hash of a whole subtree of these hashes, which are a power of two.
fn perfect(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| pair.iter().copied().reduce(node_hash).unwrap_or_default()).collect();
    }
    level.first().copied().unwrap_or_default()
}

/// A tile that is whole, or the part of one that there is.
pub type Tile = (TileAt, Vec<Hash>);

/// The right edge of a growing tree, in memory that does not grow with it: the tiles that are not whole yet.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    leaves: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tiles that the edge of a tree of so many leaves consists of, but not those without a hash.
    #[must_use]
    pub fn tiles_at(leaves: u64) -> Vec<TileAt> {
        let levels = (0_u8..).take_while(|level| leaves >> (u32::from(*level) * u32::from(TILE_LEVELS)).min(63) > 0);
        let at = |level: u8| TileAt {
            level,
            index: (leaves >> (u32::from(level) * u32::from(TILE_LEVELS))) / TILE_HASHES as u64,
        };
        levels.map(at).filter(|at| at.width(leaves) > 0).collect()
    }

    /// The edge of a tree of so many leaves, from its tiles.
    ///
    /// # Errors
    ///
    /// [`TreeError::Missing`] where a tile has not as many hashes as it must.
    pub fn of(leaves: u64, tiles: Vec<Tile>) -> Result<Self, TreeError> {
        let mut levels: Vec<Vec<Hash>> = Vec::new();
        for (at, hashes) in tiles {
            if hashes.len() != at.width(leaves) {
                return Err(TreeError::Missing { level: at.level, index: at.index, hash: hashes.len() });
            }
            levels.resize(levels.len().max(usize::from(at.level) + 1), Vec::new());
            levels[usize::from(at.level)] = hashes;
        }
        Ok(Self { leaves, levels })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Adds the hash of a leaf, and hands back the tiles that are whole by it, lowest level first.
    pub fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        self.leaves += 1;
        let mut whole = Vec::new();
        let mut hash = leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            self.levels.resize(self.levels.len().max(at + 1), Vec::with_capacity(TILE_HASHES));
            self.levels[at].push(hash);
            if self.levels[at].len() < TILE_HASHES {
                break;
            }
            let hashes = std::mem::take(&mut self.levels[at]);
            hash = perfect(&hashes);
            let behind = self.leaves >> (u32::from(level) * u32::from(TILE_LEVELS));
            whole.push((TileAt { level, index: behind / TILE_HASHES as u64 - 1 }, hashes));
        }
        whole
    }

    /// The tiles that are not whole, lowest level first.
    #[must_use]
    pub fn parts(&self) -> Vec<Tile> {
        let parts = (0_u8..).zip(&self.levels).filter(|(_, hashes)| !hashes.is_empty());
        let at = |level: u8| TileAt {
            level,
            index: (self.leaves >> (u32::from(level) * u32::from(TILE_LEVELS))) / TILE_HASHES as u64,
        };
        parts.map(|(level, hashes)| (at(level), hashes.clone())).collect()
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for hashes in &self.levels {
            // The hashes of a tile that is not whole are whole subtrees, the smaller further to the right.
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (before, subtree) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
                let left = perfect(subtree);
                root = Some(root.map_or(left, |right| node_hash(left, right)));
                rest = before;
            }
        }
        root.unwrap_or(NOTHING)
    }
}

/// Checks that a leaf is in the tree of a root.
///
/// # Errors
///
/// [`TreeError`] when it is not proven.
pub fn check_inclusion(path: &[Hash], index: u64, leaf: Hash, leaves: u64, root: Hash) -> Result<(), TreeError> {
    Question::Inclusion { index, leaves }.check()?;
    if path.len() > PATH_MAX {
        return Err(TreeError::NotProven);
    }
    tlog_tiles::check_record(&path.to_vec(), leaves, root, index, leaf).map_err(|_| TreeError::NotProven)
}

/// Checks that the tree of one root is the beginning of that of another; the empty tree is the beginning of everything, and
/// so of nothing that could be proven.
///
/// # Errors
///
/// [`TreeError`] when it is not proven.
pub fn check_growth(path: &[Hash], from: (u64, Hash), to: (u64, Hash)) -> Result<(), TreeError> {
    Question::Growth { from: from.0, leaves: to.0 }.check()?;
    if path.len() > PATH_MAX {
        return Err(TreeError::NotProven);
    }
    tlog_tiles::check_tree(&path.to_vec(), to.0, to.1, from.0, from.1).map_err(|_| TreeError::NotProven)
}
