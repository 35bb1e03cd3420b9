//! The interior nodes of the tree over the log, as a view: tiles of 256 hashes, from the second level of tiles on.
//!
//! The hashes of the leaves are not kept: they are those of headers, and a tile of them is made of 256 events of the log in
//! one read. So the view is a few hundred bytes for a thousand events, changes once in 256 events, and a proof reads at
//! most two such stretches of the log and two tiles of each level. It stands at a multiple of 256.

use crate::log::{Change, Position};
use crate::proof::Hash;
use crate::proof::tree::{Edge, Question, TILE_HASHES, Tile, TileAt, Tiles, TreeError, leaf};
use crate::service::Service;
use crate::service::error::QueryError;
use crate::service::replay::{PAGE, Progress};

/// The view's name in the store; its number grows when the form of its values changes.
pub const TREE: &str = "tree.1";

/// How many leaves are taken in before the view is written.
const LEAVES_AT_ONCE: u64 = 65_536;

/// How many bytes a hash has.
const HASH_BYTES: usize = 32;

/// How often bringing the view up is begun anew when somebody else did it at the same time.
const ATTEMPTS_MAX: u32 = 64;

/// The key of a tile.
pub(super) fn key(at: TileAt) -> Vec<u8> {
    [&[at.level][..], &at.index.to_be_bytes()].concat()
}

pub(super) fn value(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn read(value: &[u8]) -> Vec<Hash> {
    value.chunks(HASH_BYTES).filter_map(|hash| hash.try_into().ok().map(Hash)).collect()
}

fn damaged(at: TileAt) -> QueryError {
    QueryError::ViewDamaged { view: TREE, key: key(at).escape_ascii().to_string() }
}

/// Up to where the view goes in a log of so many events.
pub(super) const fn reach(events: u64) -> u64 {
    events - events % TILE_HASHES as u64
}

impl Service {
    /// Brings the tree up to the log's end; `progress` hears how many events of how many are in it.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn catch_up_tree(&self, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        for _ in 0..ATTEMPTS_MAX {
            let mut at = self.views.position(TREE).await?;
            let (mut from, to) = (at.map_or(0, Position::get), reach(self.log.end().await?.get()));
            if from >= to {
                return Ok(());
            }
            let mut edge = self.edge(from).await?;
            while from < to {
                let before = to.min(from + LEAVES_AT_ONCE);
                let mut changes = Vec::new();
                while from < before {
                    let left = usize::try_from(before - from).unwrap_or(PAGE);
                    for record in self.log.read(Position::new(from), PAGE.min(left)).await? {
                        from += 1;
                        changes.extend(edge.push(leaf(&record.header)).into_iter().filter_map(change));
                    }
                    progress(from, to);
                }
                changes.extend(edge.parts().into_iter().filter_map(change));
                if !self.put(TREE, &mut at, Position::new(from), changes).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The right edge of the tree where the view stands, from its tiles.
    async fn edge(&self, leaves: u64) -> Result<Edge, QueryError> {
        let mut tiles = Vec::new();
        for at in Edge::tiles_at(leaves) {
            tiles.push((at, self.tile(at).await?.ok_or_else(|| damaged(at))?));
        }
        // A view that stands elsewhere than at whole tiles of leaves was not written by us.
        Edge::of(leaves, tiles).map_err(|_| damaged(TileAt { level: 1, index: leaves / (TILE_HASHES as u64).pow(2) }))
    }

    /// A tile as it is kept.
    pub(super) async fn tile(&self, at: TileAt) -> Result<Option<Vec<Hash>>, QueryError> {
        Ok(self.views.get(TREE, &key(at)).await?.map(|value| read(&value)))
    }

    /// The answer to a question about the tree, from the tiles that it needs.
    pub(super) async fn asked_of_tree(&self, question: Question) -> Result<Vec<Hash>, QueryError> {
        self.catch_up_tree(&mut |_, _| ()).await?;
        let wanted = question.tiles().unwrap_or_default();
        let mut tiles = Tiles::default();
        for at in wanted {
            let hashes = if at.level == 0 {
                let from = at.index * TILE_HASHES as u64;
                let mut hashes = Vec::with_capacity(TILE_HASHES);
                while hashes.len() < TILE_HASHES {
                    let next = Position::new(from + hashes.len() as u64);
                    let records = self.log.read(next, TILE_HASHES - hashes.len()).await?;
                    if records.is_empty() {
                        break;
                    }
                    hashes.extend(records.iter().map(|record| leaf(&record.header)));
                }
                hashes
            } else {
                self.tile(at).await?.ok_or_else(|| damaged(at))?
            };
            tiles.put(at, hashes);
        }
        question.answer(&tiles).map_err(|error| match error {
            TreeError::Missing { level, index, .. } => damaged(TileAt { level, index }),
            TreeError::Outside { .. } | TreeError::NotProven => damaged(TileAt { level: 0, index: 0 }),
        })
    }

    /// The root of the tree over the first so many events, which the log has.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log or the view cannot be read.
    pub async fn root(&self, events: u64) -> Result<Hash, QueryError> {
        let root = self.asked_of_tree(Question::Root { leaves: events }).await?;
        root.first().copied().ok_or_else(|| damaged(TileAt { level: 0, index: 0 }))
    }
}

/// What a tile changes in the view; nothing for the hashes of leaves.
fn change((at, hashes): Tile) -> Option<Change> {
    (at.level > 0).then(|| (key(at), Some(value(&hashes))))
}
