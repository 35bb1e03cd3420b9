//! How the view takes in what commands recorded, without folding their agreements again.
//!
//! Commands end in any order, and the view goes from position to position. So each says what it made, and whoever comes next
//! writes all that joins on to where the view stands: many commands at once cost one change of the view.

use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

use super::Service;
use super::almanac::REGISTER;
use super::error::QueryError;
use super::register::VIEW;
use crate::log::{Position, StreamId};
use crate::views::entry::Entry;
use crate::views::tables;

/// How many entries may wait before they are let go: what is missing is then taken in from the log.
const WAITING_MAX: usize = 1_024;

/// What a command made of its agreement.
pub(super) struct Grown {
    /// The entry before it, where that is known.
    pub(super) known: Option<Entry>,
    /// The entry after it.
    pub(super) entry: Entry,
    /// How many facts of the register's own its dates are counted by.
    pub(super) register: u64,
}

/// What waits for the view, by where in the log it begins, each with where it ends.
pub(super) type Waiting = BTreeMap<Position, (Position, Grown)>;

impl Service {
    /// Has the view take in what was appended between two positions by a caller that has folded it already.
    ///
    /// Returns whether the view has it; else what is before it is not there yet, or somebody else wrote to the view.
    pub(super) async fn keep(&self, from: Position, to: Position, grown: Grown) -> Result<bool, QueryError> {
        let register = self.log.version(StreamId::new(REGISTER.0)).await?.get();
        if register != grown.register {
            // Somebody else changed what dates are counted by, perhaps before this was appended.
            return Ok(false);
        }
        {
            let mut waiting = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= WAITING_MAX {
                waiting.clear();
            }
            waiting.insert(from, (to, grown));
        }
        let _keeping = self.viewing.write().await;
        let mut at = self.views.position(VIEW).await?;
        loop {
            let stands = at.unwrap_or(Position::START);
            let (end, run) = self.joining(stands);
            if run.is_empty() {
                return Ok(stands >= to);
            }
            let mut changes = BTreeMap::new();
            for Grown { known, entry, .. } in run {
                changes.extend(match known {
                    Some(known) => tables::changes(&known, entry),
                    None => self.changes(entry).await?,
                });
            }
            if !self.put(VIEW, &mut at, end, changes.into_iter().collect()).await? {
                return Ok(false);
            }
        }
    }

    /// Takes what joins on to where the view stands, one behind the other, and says where it ends.
    fn joining(&self, stands: Position) -> (Position, Vec<Grown>) {
        let mut waiting = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        // The view has what begins before it.
        *waiting = waiting.split_off(&stands);
        let (mut end, mut run, mut among) = (stands, Vec::new(), HashSet::new());
        while let Some((to, grown)) = waiting.remove(&end) {
            // What is not known of an entry before is read in the view, which has to be so far.
            if !among.insert(grown.entry.reference.clone()) && grown.known.is_none() {
                waiting.insert(end, (to, grown));
                break;
            }
            end = to;
            run.push(grown);
        }
        (end, run)
    }
}
