//! The segments that were read last, decompressed: a command that reads its agreement, and an import that reads many, come back
//! to the same ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::run::Run;
use crate::log::Position;

/// How many segments are kept.
const RUNS_MAX: usize = 32;

/// How many raw bytes are kept in all; a larger segment is not kept.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Segments, the one used last at the end.
#[derive(Default)]
pub(super) struct Cache {
    runs: Mutex<VecDeque<Arc<Run>>>,
}

impl Cache {
    /// Returns the segment that holds a position, if it is kept.
    pub(super) fn holding(&self, position: Position) -> Option<Arc<Run>> {
        let mut runs = self.runs();
        let at = runs.iter().rposition(|run| run.first <= position && position < run.end)?;
        let found = runs.remove(at)?;
        runs.push_back(Arc::clone(&found));
        Some(found)
    }

    /// Keeps a segment, and lets go of those that were not used for longest.
    pub(super) fn keep(&self, run: &Arc<Run>) {
        if run.bytes().len() > BYTES_MAX {
            return;
        }
        let mut runs = self.runs();
        runs.retain(|other| other.first != run.first);
        runs.push_back(Arc::clone(run));
        while runs.len() > RUNS_MAX || runs.iter().map(|run| run.bytes().len()).sum::<usize>() > BYTES_MAX {
            runs.pop_front();
        }
    }

    /// Lets go of all.
    pub(super) fn clear(&self) {
        self.runs().clear();
    }

    fn runs(&self) -> MutexGuard<'_, VecDeque<Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
