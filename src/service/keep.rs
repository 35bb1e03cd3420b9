//! How the view takes in what commands recorded, without folding their agreements again.
//!
//! Commands end in any order, and the view goes from position to position. So each says what it made, and all that joins on to
//! where the view stands is written together: when somebody asks, when there is much of it, and when the register is closed.
//! Many commands cost one change of the view, and recording waits for none. What a killed process did not write is read in the
//! log.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};
use std::sync::{MutexGuard, PoisonError};

use super::Service;
use super::almanac::REGISTER;
use super::error::QueryError;
use super::register::VIEW;
use crate::domain::id::Reference;
use crate::log::{Position, StreamId};
use crate::views::entry::Entry;
use crate::views::tables;

/// How many entries wait until they are written: so many agreements are read again after a kill.
const WRITTEN_AT: usize = 64;

/// How many entries may wait where something before them is missing; then they are let go, and the log is read.
const WAITING_MAX: usize = 8 * WRITTEN_AT;

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
    /// Has the view take in what was appended between two positions by a caller that has folded it already: when somebody asks,
    /// when many wait, or when the register is closed.
    pub(super) async fn keep(&self, from: Position, to: Position, grown: Grown) -> Result<(), QueryError> {
        let register = self.log.version(StreamId::new(REGISTER.0)).await?.get();
        if register != grown.register {
            // Somebody else changed what dates are counted by, perhaps before this was appended: it is read in the log.
            return Ok(());
        }
        let many = {
            let mut waiting = self.grown();
            waiting.insert(from, (to, grown));
            waiting.len()
        };
        if many >= WAITING_MAX {
            // What is before them comes from somewhere else, if at all.
            self.grown().clear();
            return Box::pin(self.catch_up()).await;
        }
        if many.is_multiple_of(WRITTEN_AT) {
            let _keeping = self.viewing.write().await;
            Box::pin(self.take_in_waiting()).await?;
        }
        Ok(())
    }

    /// Whether commands made something that the view has not taken in.
    pub(super) fn waits(&self) -> bool {
        !self.grown().is_empty()
    }

    /// Lets go of what the view has not taken in: it is read in the log.
    pub(super) fn forget_waiting(&self) {
        self.grown().clear();
    }

    /// Has the view take in what commands made, as far as it joins on; the caller keeps others from changing the view.
    pub(super) async fn take_in_waiting(&self) -> Result<(), QueryError> {
        if !self.waits() {
            return Ok(());
        }
        let mut at = self.views.position(VIEW).await?;
        let stands = at.unwrap_or(Position::START);
        let (end, run) = self.joining(stands);
        let mut changes = Vec::new();
        for (_, Grown { known, entry, .. }) in run {
            changes.extend(match known {
                Some(known) => tables::changes(&known, entry),
                None => self.changes(entry).await?,
            });
        }
        if end > stands {
            // Where somebody else wrote to the view, the next question takes in what is missing.
            self.put(VIEW, &mut at, end, changes).await?;
        }
        Ok(())
    }

    /// Takes what joins on to where the view stands, one behind the other, and says where it ends: of each agreement the entry
    /// before all of it and the one after.
    fn joining(&self, stands: Position) -> (Position, HashMap<Reference, Grown>) {
        let mut waiting = self.grown();
        // The view has what begins before it.
        *waiting = waiting.split_off(&stands);
        let (mut end, mut run) = (stands, HashMap::<Reference, Grown>::new());
        while let Some((to, grown)) = waiting.remove(&end) {
            end = to;
            match run.entry(grown.entry.reference.clone()) {
                Slot::Occupied(mut earlier) => earlier.get_mut().entry = grown.entry,
                Slot::Vacant(slot) => drop(slot.insert(grown)),
            }
        }
        (end, run)
    }

    fn grown(&self) -> MutexGuard<'_, Waiting> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Request;
    use crate::domain::id::Actor;
    use crate::service::execute::Execution;
    use crate::service::replay::tests::{empty, import};

    async fn note(service: &Service, agreement: &str, text: &str) {
        let line = serde_json::json!({ "command": "note", "agreement": agreement, "text": text });
        let serde_json::Value::Object(line) = line else { panic!("an object") };
        let actor = Actor::parse("desk").expect("a name");
        let execution = Execution { actor, dry_run: false, asserted_times: false };
        service.execute(&Request::from_json(line).expect("a request"), &execution).await.expect("it is recorded");
    }

    async fn with_two_agreements() -> Service {
        let service = empty();
        for reference in ["a", "b"] {
            let line = format!(
                "{{\"command\":\"propose\",\"agreement\":\"{reference}\",\"title\":\"T\",\"kind\":\"mou\",\
                 \"party\":[\"pk:state=Pakistan\",\"ps:state=Palestine\"]}}"
            );
            import(&service, &line).await;
        }
        service
    }

    async fn stands(service: &Service) -> u64 {
        service.views.position(VIEW).await.expect("it reads").expect("it is there").get()
    }

    #[tokio::test]
    async fn what_commands_made_is_taken_in_together_when_somebody_asks() {
        let service = with_two_agreements().await;
        let before = stands(&service).await;
        for number in 0..10 {
            note(&service, if number % 3 == 0 { "a" } else { "b" }, &format!("note {number}")).await;
        }
        assert_eq!(stands(&service).await, before, "nobody asked yet");
        assert!(service.waits());
        let kept_up = service.view_bytes().await.expect("it reads");
        assert_eq!(stands(&service).await, before + 10);
        assert!(!service.waits());
        service.rebuild().await.expect("it is made anew");
        assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
    }

    #[tokio::test]
    async fn where_much_waits_it_is_taken_in_though_nobody_asks() {
        let service = with_two_agreements().await;
        let before = stands(&service).await;
        for number in 0..WRITTEN_AT {
            note(&service, "a", &format!("note {number}")).await;
        }
        assert_eq!(stands(&service).await, before + WRITTEN_AT as u64);
        assert!(!service.waits());
    }

    #[tokio::test]
    async fn what_waits_is_let_go_where_the_view_is_made_anew() {
        let service = with_two_agreements().await;
        note(&service, "a", "one").await;
        service.rebuild().await.expect("it is made anew");
        assert!(!service.waits());
        note(&service, "b", "two").await;
        let kept_up = service.view_bytes().await.expect("it reads");
        service.rebuild().await.expect("it is made anew");
        assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
    }

    #[tokio::test]
    async fn closing_takes_in_what_waits() {
        let folder = tempfile::tempdir().expect("there is room");
        let open = || crate::log::OpenOptions {
            wait: std::time::Duration::ZERO,
            holder: "test".to_owned(),
            since: String::new(),
            create: true,
        };
        let end = {
            let log = std::sync::Arc::new(crate::log::SledLog::open(folder.path(), &open()).expect("it opens"));
            let of = empty();
            let settings = of.settings.clone();
            let service = Service::new(log.clone(), log, of.clock.clone(), of.ids.clone(), settings, None);
            import(
                &service,
                "{\"command\":\"record\",\"agreement\":\"a\",\"title\":\"T\",\"kind\":\"mou\",\"party\":[\"pk:state=Pakistan\"]}",
            )
            .await;
            note(&service, "a", "one").await;
            assert!(service.waits());
            let end = service.log.end().await.expect("it reads");
            service.close().await.expect("it closes");
            end
        };
        let log = crate::log::SledLog::open(folder.path(), &open()).expect("it opens");
        assert_eq!(crate::log::ViewStore::position(&log, VIEW).await.expect("it reads"), Some(end));
    }
}
