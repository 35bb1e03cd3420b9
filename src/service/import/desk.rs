//! The agreements that an import is deciding about, as many as there is room for.

use std::collections::HashMap;

use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Register;
use crate::service::execute::Loaded;

/// How many facts are held, so that an agreement of many lines is read and folded once; some 3 KB each.
pub(super) const FACTS_HELD_MAX: usize = 20_000;

/// How many agreements that were opened and are not held are known by name, before the view takes them in; some 150
/// bytes each.
pub(super) const OPENED_MAX: usize = 200_000;

/// An agreement on the desk.
pub(super) struct Held {
    pub(super) loaded: Loaded,
    /// Where the log ends after its last fact.
    pub(super) end: u64,
    /// When it was last asked for, counted in commands.
    asked: u64,
}

/// What is decided on.
pub(super) struct Desk {
    held: HashMap<Reference, Held>,
    /// How many facts these have.
    facts: usize,
    /// The agreements of this import that were put away before the view knew them.
    opened: HashMap<Reference, (AgreementId, u64)>,
    asked: u64,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { held: HashMap::new(), facts: 0, opened: HashMap::new(), asked: 0 }
    }

    /// The agreement, if it lies here; its dates are counted by this register.
    pub(super) fn held(&mut self, reference: &Reference, register: &Register) -> Option<&mut Held> {
        self.asked += 1;
        let held = self.held.get_mut(reference)?;
        held.asked = self.asked;
        held.loaded.enter(register);
        Some(held)
    }

    /// The identity of an agreement that lies here, or was put away.
    pub(super) fn known(&self, reference: &Reference) -> Option<AgreementId> {
        let held = self.held.get(reference).map(|held| held.loaded.id);
        held.or_else(|| self.put_away(reference).map(|(id, _)| id))
    }

    /// An agreement that was put away, and where the log ends after its last fact.
    pub(super) fn put_away(&self, reference: &Reference) -> Option<(AgreementId, u64)> {
        self.opened.get(reference).copied()
    }

    /// The agreements that lie here or were put away, in no order; those of this import are in no view yet.
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.held.keys().chain(self.opened.keys())
    }

    /// Puts an agreement on the desk of which the log ends here.
    pub(super) fn hold(&mut self, reference: Reference, loaded: Loaded, end: u64) {
        self.asked += 1;
        self.facts += loaded.docket.timeline().facts().len();
        self.opened.remove(&reference);
        self.held.insert(reference, Held { loaded, end, asked: self.asked });
    }

    /// Says that an agreement has one fact more.
    pub(super) const fn grew(&mut self) {
        self.facts += 1;
    }

    /// Makes room: of the agreements that are durable, those go first that were not asked for for the longest time.
    pub(super) fn make_room(&mut self, durable: u64) {
        if self.facts <= FACTS_HELD_MAX {
            return;
        }
        let mut durable: Vec<(u64, Reference)> = self
            .held
            .iter()
            .filter(|(_, held)| held.end <= durable)
            .map(|(reference, held)| (held.asked, reference.clone()))
            .collect();
        durable.sort_unstable();
        for (_, reference) in durable {
            if self.facts <= FACTS_HELD_MAX / 2 {
                return;
            }
            if let Some(Held { loaded, end, .. }) = self.held.remove(&reference) {
                self.facts -= loaded.docket.timeline().facts().len().min(self.facts);
                self.opened.insert(reference, (loaded.id, end));
            }
        }
    }

    /// Whether so many were put away that the view is to take them in.
    pub(super) fn knows_too_many(&self) -> bool {
        self.opened.len() > OPENED_MAX
    }

    /// Forgets the agreements that were put away: the view knows them by now.
    pub(super) fn forget_opened(&mut self) {
        self.opened.clear();
    }
}
