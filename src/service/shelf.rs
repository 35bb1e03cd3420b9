//! Agreements that were decided about, kept within reach: bounded by their facts, and those go first that nobody asked for.

use std::collections::HashMap;

use super::execute::Loaded;
use crate::domain::id::Reference;

/// How many facts are held, so that an agreement of many commands is read and folded once; some 3 KB each, with what is
/// made of them.
pub(super) const FACTS_HELD_MAX: usize = 5_000;

/// An agreement on the shelf.
pub(super) struct Held {
    pub(super) loaded: Loaded,
    /// Where the log ends after its last fact.
    pub(super) end: u64,
    /// When it was last asked for, counted in questions.
    asked: u64,
}

/// What was decided on, by reference.
pub(super) struct Shelf {
    held: HashMap<Reference, Held>,
    /// How many facts these have.
    facts: usize,
    /// How many they may have.
    most: usize,
    asked: u64,
}

impl Default for Shelf {
    fn default() -> Self {
        Self::within(FACTS_HELD_MAX)
    }
}

impl Shelf {
    /// An empty shelf with room for so many facts.
    pub(super) fn within(most: usize) -> Self {
        Self { held: HashMap::new(), facts: 0, most, asked: 0 }
    }

    /// The agreement, if it lies here.
    pub(super) fn ask(&mut self, reference: &Reference) -> Option<&mut Held> {
        self.asked += 1;
        let held = self.held.get_mut(reference)?;
        held.asked = self.asked;
        Some(held)
    }

    /// The agreement, if it lies here, without asking for it.
    pub(super) fn get(&self, reference: &Reference) -> Option<&Held> {
        self.held.get(reference)
    }

    /// The references of what lies here, in no order.
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.held.keys()
    }

    /// Takes an agreement away.
    pub(super) fn take(&mut self, reference: &Reference) -> Option<Loaded> {
        let held = self.held.remove(reference)?;
        self.facts -= held.loaded.docket.timeline().facts().len().min(self.facts);
        Some(held.loaded)
    }

    /// Puts an agreement here of which the log ends here.
    pub(super) fn put(&mut self, reference: Reference, loaded: Loaded, end: u64) {
        self.asked += 1;
        // Whatever lay here under this name is let go.
        self.take(&reference);
        self.facts += loaded.docket.timeline().facts().len();
        self.held.insert(reference, Held { loaded, end, asked: self.asked });
    }

    /// Lets everything go.
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.facts = 0;
    }

    /// Says that an agreement that lies here has one fact more.
    pub(super) const fn grew(&mut self) {
        self.facts += 1;
    }

    /// Where there are too many facts, takes out agreements that end by here until there are half as many: those first that
    /// were not asked for for the longest time.
    pub(super) fn make_room(&mut self, until: u64) -> Vec<(Reference, Held)> {
        if self.facts <= self.most {
            return Vec::new();
        }
        let mut ended: Vec<(u64, Reference)> = self
            .held
            .iter()
            .filter(|(_, held)| held.end <= until)
            .map(|(reference, held)| (held.asked, reference.clone()))
            .collect();
        ended.sort_unstable();
        let mut out = Vec::new();
        for (_, reference) in ended {
            if self.facts <= self.most / 2 {
                break;
            }
            if let Some(held) = self.held.remove(&reference) {
                self.facts -= held.loaded.docket.timeline().facts().len().min(self.facts);
                out.push((reference, held));
            }
        }
        out
    }
}
