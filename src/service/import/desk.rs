//! The agreements that an import is deciding about, as many as there is room for.

use super::opened::Opened;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Register;
use crate::service::execute::Loaded;
use crate::service::shelf::{Held, Shelf};

/// How many agreements that were opened and are not held are known by name, before the view takes them in.
pub(super) const OPENED_MAX: usize = 200_000;

/// What is decided on.
#[derive(Default)]
pub(super) struct Desk {
    shelf: Shelf,
    /// The agreements of this import that were put away before the view knew them.
    opened: Opened,
}

impl Desk {
    /// The agreement, if it lies here; its dates are counted by this register.
    pub(super) fn held(&mut self, reference: &Reference, register: &Register) -> Option<&mut Held> {
        let held = self.shelf.ask(reference)?;
        held.loaded.enter(register);
        Some(held)
    }

    /// The identity of an agreement that lies here, or was put away.
    pub(super) fn known(&self, reference: &Reference) -> Option<AgreementId> {
        let held = self.shelf.get(reference).map(|held| held.loaded.id);
        held.or_else(|| self.put_away(reference).map(|(id, _)| id))
    }

    /// An agreement that was put away, and where the log ends after its last fact.
    pub(super) fn put_away(&self, reference: &Reference) -> Option<(AgreementId, u64)> {
        self.opened.get(reference)
    }

    /// The agreements that lie here or were put away, some of them twice and in no order; those of this import are in no view yet.
    pub(super) fn references(&self) -> impl Iterator<Item = Reference> {
        self.shelf.references().cloned().chain(self.opened.references())
    }

    /// Puts an agreement on the desk of which the log ends here.
    pub(super) fn hold(&mut self, reference: Reference, loaded: Loaded, end: u64) {
        self.shelf.put(reference, loaded, end);
    }

    /// Says that an agreement has one fact more.
    pub(super) const fn grew(&mut self) {
        self.shelf.grew();
    }

    /// Makes room: of the agreements that are durable, those go first that were not asked for for the longest time.
    pub(super) fn make_room(&mut self, durable: u64) {
        for (reference, held) in self.shelf.make_room(durable) {
            self.opened.put(&reference, held.loaded.id, held.end);
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
