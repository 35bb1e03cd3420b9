//! The agreements that an import is deciding about, as many as there is room for.

use super::opened::Opened;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Register;
use crate::service::execute::Loaded;
use crate::service::shelf::{Held, Shelf};

/// What is decided on.
pub(super) struct Desk {
    shelf: Shelf,
    /// The agreements that were put away; the view does not know them yet, or not all of their facts.
    opened: Opened,
}

impl Desk {
    /// A desk with room for so many facts.
    pub(super) fn within(facts: usize) -> Self {
        Self { shelf: Shelf::within(facts), opened: Opened::default() }
    }

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

    /// How many were put away.
    pub(super) fn away(&self) -> usize {
        self.opened.len()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::domain::id::Actor;
    use crate::log::Recorded;
    use crate::service::Service;
    use crate::service::execute::Execution;
    use crate::service::import::lines::Lines;
    use crate::service::import::{Bounds, ImportOptions, Imported};
    use crate::service::replay::tests::{commands, empty};

    /// Imports lines, and says how often the view took in what was recorded.
    async fn import(service: &Service, text: &str, bounds: Bounds) -> (Imported, usize) {
        let actor = Actor::parse("desk").expect("a name");
        let execution = Execution { actor, dry_run: false, asserted_times: false };
        let options = ImportOptions { execution, all_or_nothing: false };
        let mut input = text.as_bytes();
        service.import_within(bounds, &mut Lines::new(&mut input), &options, |_| ()).await.expect("it imports")
    }

    async fn log(service: &Service) -> Vec<Recorded> {
        service.log.read(crate::log::Position::START, usize::MAX).await.expect("it reads")
    }

    /// Lines about agreements that were put away long ago: those that are recorded, stand twice, point at others, open what is
    /// there, change what dates are counted by, and are wrong.
    fn about_all_of_them() -> String {
        let mut text = commands();
        for n in 0..20 {
            let m = (n * 7 + 3) % 20;
            let _ = write!(
                text,
                "{{\"command\":\"note\",\"agreement\":\"a{m}\",\"text\":\"N{n}\"}}\n\
                 {{\"command\":\"note\",\"agreement\":\"a{n}\",\"text\":\"again\"}}\n\
                 {{\"command\":\"note\",\"agreement\":\"a{n}\",\"text\":\"again\"}}\n\
                 {{\"command\":\"link\",\"agreement\":\"a{n}\",\"relation\":\"implements\",\"to\":\"a{m}\"}}\n\
                 {{\"command\":\"propose\",\"agreement\":\"a{m}\",\"title\":\"T\",\"kind\":\"mou\",\"party\":[\"x:state=X\"]}}\n\
                 {{\"command\":\"note\",\"agreement\":\"b{n}\",\"text\":\"of none\"}}\n\
                 {{\"command\":\"set-deadline\",\"agreement\":\"a{n}\",\"text\":\"R9\",\"working_days\":5,\
                 \"after\":\"2025-03-0{}\",\"calendar\":[\"{}\"],\"owed_by\":\"pk\",\"on\":\"2025-01-02\"}}\n",
                n % 9 + 1,
                if n < 10 { "ps" } else { "cn" },
            );
        }
        text
    }

    #[tokio::test]
    async fn an_import_that_lets_go_of_everything_on_the_way_decides_the_same() {
        let text = about_all_of_them();
        let whole = empty();
        let (wanted, taken_in) = import(&whole, &text, Bounds::USUAL).await;
        assert_eq!(taken_in, 1);
        assert!(wanted.recorded > 160 && wanted.refused.len() >= 40, "{wanted:?}");
        let refusals = |imported: &Imported| {
            let of_line = imported.refused.iter().map(|refused| (refused.line, refused.error.to_string()));
            of_line.collect::<Vec<_>>()
        };
        for (chunk, batch, facts, away) in [(1, 1, 0, 0), (3, 4, 6, 2), (10, 7, 20, 5), (2, 3, 2, 19)] {
            let parts = empty();
            let (imported, taken_in) = import(&parts, &text, Bounds { chunk, batch, facts, away }).await;
            assert!(taken_in > 2, "{taken_in}");
            assert_eq!((imported.recorded, imported.repeated), (wanted.recorded, wanted.repeated));
            assert_eq!(refusals(&imported), refusals(&wanted));
            assert_eq!(log(&parts).await, log(&whole).await);
            assert_eq!(parts.view_bytes().await.expect("it reads"), whole.view_bytes().await.expect("it reads"));
        }
    }

    #[tokio::test]
    async fn agreements_that_the_view_knows_are_let_go_of_as_those_that_were_opened() {
        let service = empty();
        import(&service, &commands(), Bounds::USUAL).await;
        let mut text = String::new();
        for n in 0..200 {
            let _ = writeln!(text, "{{\"command\":\"note\",\"agreement\":\"a{}\",\"text\":\"N{n}\"}}", n % 20);
        }
        let bounds = Bounds { chunk: 5, batch: 5, facts: 8, away: 6 };
        let (imported, taken_in) = import(&service, &text, bounds).await;
        assert_eq!(imported.recorded, 200);
        assert!(taken_in > 10, "{taken_in}");
    }
}
